"""What the room tells others."""

from uuid import UUID
from zoneinfo import ZoneInfo

from limen.places import queries


def test_a_building_has_one_zone(house: UUID) -> None:
    """In which all its times are judged."""
    assert queries.property_view(house).zone == ZoneInfo("America/New_York")
