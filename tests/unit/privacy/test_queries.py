"""The shipped table is read once and answers by itself."""

from datetime import UTC, datetime

from limen.privacy.queries import Record, kept_until


def test_anonymous_counts_are_kept() -> None:
    """What names nobody has no deadline (R67)."""
    assert kept_until(Record("anonymous_aggregate", {"generated_at": datetime(2025, 1, 1, tzinfo=UTC)})) is None
