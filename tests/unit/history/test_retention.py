"""The table of retention, as this room reads it."""

import pytest

from limen.history.retention import kept_rows


@pytest.mark.rule("PRIVACY-1")
def test_every_door_class_in_every_profile_has_a_row() -> None:
    """Nothing is kept for ever by omission, and nothing is lost by it."""
    rows = kept_rows()
    for door in ("unit", "common", "service"):
        for profile in ("US", "NYC", "EU"):
            assert [row for row in rows if row.door in (door, "any") and row.profile in (profile, "any")], (door, profile)
    assert all(row.duration.startswith("P") for row in rows)
