"""How long what happened at a door is kept."""

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from limen.fleet.queries import Ownership
from limen.history.place import Door

AT = datetime(2025, 1, 10, 12, tzinfo=UTC)
OWNER = Ownership(b"LM000001", 1, UUID(int=1), UUID(int=2), AT, None)


def door(kind_class: str, profile: str, unit_id: UUID | None = None) -> Door:
    return Door(OWNER, kind_class, profile, ZoneInfo("America/New_York"), unit_id)


@pytest.mark.rule("PRIVACY-1")
@pytest.mark.parametrize(
    ("kind_class", "profile", "days"),
    [("unit", "NYC", 90), ("common", "NYC", 90), ("service", "NYC", 90), ("unit", "EU", 90), ("common", "EU", 90), ("unit", "US", 730)],
)
def test_the_table_decides_how_long_an_event_is_kept(kind_class: str, profile: str, days: int) -> None:
    """90 days in New York City and the EU, two years elsewhere; counted from the earliest moment it can have happened."""
    assert door(kind_class, profile).ends("access_event", AT, 0) == AT + timedelta(days=days)
    sooner = door(kind_class, profile).ends("access_event", AT, 3600)
    assert sooner is not None and sooner <= AT + timedelta(days=days) - timedelta(hours=1)


@pytest.mark.rule("PRIVACY-1")
@pytest.mark.parametrize("kind_class", ["unit", "common", "service"])
@pytest.mark.parametrize("profile", ["US", "NYC", "EU"])
def test_a_still_is_kept_thirty_days_everywhere(kind_class: str, profile: str) -> None:
    """R20, R21, R24; and what no row keeps is not kept."""
    assert door(kind_class, profile).ends("photo", AT, 0) == AT + timedelta(days=30)
    assert door(kind_class, profile).ends("voice", AT, 0) is None


def test_the_audience_of_a_door_is_its_household_or_the_buildings_security() -> None:
    """Each has a photo key of its own."""
    assert door("unit", "US", UUID(int=7)).audience == UUID(int=7)
    assert door("common", "US").audience == OWNER.property_id
