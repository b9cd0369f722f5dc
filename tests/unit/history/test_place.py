"""How long what happened at a door is kept."""

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from limen.fleet import logkeys
from limen.fleet.models import LogKey
from limen.fleet.queries import Ownership
from limen.history.models import Gap, Photo
from limen.history.place import Door, LogOpener
from limen.storage import kms
from limen.storage.transactions import unit_of_work
from limen.wire.hpke import HpkeSealer, NotForUs
from tests.unit.history.conftest import Archive

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


@pytest.mark.rule("LOCK-8")
def test_a_record_is_read_under_the_key_of_each_year(archive: Archive) -> None:
    """A.1: what was sealed to the last year's key is read when it comes after the turn, what the lock seals from its next list on too, stills among it."""
    house, lock = archive.house, archive.lock("Package Room")
    archive.entry("Package Room", "Dana")
    late = lock.segments()
    with unit_of_work():
        logkeys.turn(house.property_id, house.now)
    house.give("Gus", house.group("More", "Package Room"))
    house.update("Package Room")
    lock.start_log(2)
    after = archive.entry("Package Room", "Dana")
    lock.still(after, b"jpeg")
    archive.attest("Package Room")
    for data in (*late, *lock.segments()):
        assert archive.take("Package Room", data).status == "taken"
    assert [archive.take_parcel("Package Room", parcel).status for parcel in lock.parcels()] == ["taken"]
    assert len(archive.looked("Ana", "Package Room").events) == 2
    assert (Gap.objects.count(), Photo.objects.filter(body=None).count()) == (0, 0)


@pytest.mark.rule("OPS-2")
def test_a_key_that_a_backup_does_not_know_yet_is_there_all_the_same(archive: Archive) -> None:
    """The private half to come is made a year ahead: restored from before the turn, the service opens what locks sealed after it, and nothing of others."""
    house = archive.house
    with unit_of_work():
        logkeys.turn(house.property_id, house.now)
    sealed = HpkeSealer(kms.log_key(house.property_id, 2).public).seal(b"record", b"info")
    LogKey.objects.all().delete()
    owner = Ownership(b"LM000001", 1, UUID(int=1), house.property_id, AT, None)
    assert LogOpener(owner).open(sealed, b"info") == b"record"
    with pytest.raises(NotForUs):
        LogOpener(OWNER).open(sealed, b"info")
