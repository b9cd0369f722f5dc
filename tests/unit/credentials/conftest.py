"""88 Harbor Street with residents at the Package Room, and a device there."""

from datetime import datetime, timedelta

import pytest

from limen.credentials import services
from limen.credentials.views import MadeCode
from limen.storage.transactions import unit_of_work
from tests.cast import Harbor, harbor

HOUR = timedelta(hours=1)
LOCK = bytes.fromhex("00000000000000a3")
HOME_LOCK = bytes.fromhex("00000000000000b4")


@pytest.fixture
def house(db: None, now: datetime) -> Harbor:
    """The building with its groups and residents; devices at the Package Room and at Unit 4B."""
    made = harbor(now)
    made.group("Residents", "Main Entrance", "Package Room", "Gym")
    made.group("Home 4B", "Unit 4B")
    for person in ("dana", "theo", "kim", "rosa"):
        made.give(person, "Residents")
    for person in ("dana", "theo"):
        made.give(person, "Home 4B")
    with unit_of_work():
        services.open_epoch(door_id=made.doors["Package Room"], lock_id=LOCK, epoch=1, now=now)
        services.open_epoch(door_id=made.doors["Unit 4B"], lock_id=HOME_LOCK, epoch=1, now=now)
    return made


def make(
    house: Harbor, kind: str = "daily", *, person: str = "dana", door: str = "Package Room", at: datetime | None = None, **more: object
) -> MadeCode:
    """A temporary code made by somebody."""
    with unit_of_work():
        return services.make_temporary(
            door_id=house.doors[door],
            kind=kind,
            by_person=house.people[person],
            label="Plumber",
            now=at or house.now,
            **more,  # type: ignore[arg-type]
        )
