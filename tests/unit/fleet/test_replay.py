"""After a restore: no number twice, no lease from before, no device that has gone, and a lock that is ahead is told from a forged one."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from limen.access import queries as access
from limen.access import services as access_verbs
from limen.access.queries import GrantView
from limen.fleet import aiming, queries, remnants
from limen.fleet import services as fleet
from limen.fleet.models import Delivery, Device, Discard, DoorList, FirmwareList, FirmwareTargets, Pseudonym
from limen.lock.decide import revoked
from limen.lock.lists import HeldList
from limen.people import services as people
from limen.storage import ledger
from limen.storage.transactions import unit_of_work
from limen.wire.envelope import unverified_payload
from limen.wire.grants import Grant, read_grant
from tests.unit.fleet.house import ANA, House
from tests.yesterday import Yesterday

pytestmark = pytest.mark.rule("OPS-2")


@pytest.fixture
def home(db: None, own_data: Path, now: datetime) -> House:
    """A Gym with a lock that holds the list, Dana and Theo in it, and Ines who may come later."""
    house = House.build(now)
    house.door("Gym")
    for name in ("Dana", "Theo", "Ines"):
        house.person(name)
    house.activate("Gym", "LM000002")
    group = house.group("Sport", "Gym")
    for name in ("Dana", "Theo"):
        house.give(name, group)
    house.update("Gym")
    return house


def lease(house: House, name: str) -> Grant:
    """What this phone shows at the Gym from now on."""
    return next(read_grant(unverified_payload(data)[1]) for entry in house.inbox(name) for data in entry.grants)


def held(house: House) -> HeldList:
    lock = house.locks["Gym"]
    assert lock.state is not None
    return HeldList.of(lock.lock_id, lock.state)


@pytest.mark.rule("SYNC-11", "SYNC-12")
def test_a_lock_that_saw_a_newer_list_takes_the_next_one_and_is_shown_as_ahead_until_then(home: House, tmp_path: Path) -> None:
    """No number comes twice with other content, no second round is needed, and "in sync" is said from a receipt alone (invariant 14)."""
    kept = Yesterday.kept(tmp_path, home.now)
    for number in range(2):
        home.give("Ines", home.group(f"More {number}", "Gym"), ends=home.now + timedelta(days=1 + number))
        home.update("Gym")
    seen = held(home).state.ver
    kept.back(home.later(hours=1))
    assert home.state("Gym").current > seen
    assert home.hand_in(home.locks["Gym"].receipt()).reason == "does_not_match"
    assert (home.state("Gym").truth, [task.door_id for task in home.tasks()]) == ("mismatch", [home.doors["Gym"]])
    before = home.state("Gym").current
    home.update("Gym")
    assert (home.state("Gym").truth, home.state("Gym").current, held(home).state.ver) == ("proved", before, before)
    assert home.tasks() == ()


@pytest.mark.rule("ACCESS-4")
def test_leases_signed_in_the_lost_time_are_void_at_a_lock_that_has_heard_and_new_ones_open(home: House, tmp_path: Path) -> None:
    """Ines was given access and took it away with her; nobody here knows of it any more (invariant 14)."""
    kept = Yesterday.kept(tmp_path, home.now)
    home.later(hours=1)
    home.give("Ines", home.group("Later", "Gym"))
    forgotten, old = lease(home, "Ines"), lease(home, "Theo")
    home.update("Gym")
    assert revoked(forgotten, held(home)) is None
    done = kept.back(home.now)
    assert done.counts["grants_missing"] == 1
    home.later(seconds=1)
    home.now = home.now.replace(microsecond=0)
    fresh = lease(home, "Theo")
    home.update("Gym")
    assert revoked(forgotten, held(home)) is not None
    assert revoked(old, held(home)) is not None
    assert revoked(fresh, held(home)) is None
    home.later(days=8)
    home.give("Ines", home.group("Much later", "Gym"))
    home.update("Gym")
    assert held(home).iat_floor == 0


@pytest.mark.rule("ACCESS-13", "ACCESS-4")
def test_until_a_lock_has_heard_a_lost_lease_counts_as_living_its_longest(home: House, tmp_path: Path) -> None:
    """Dana lost access in the lost time: her phone may hold a lease signed in its last second, so nothing is called in force."""
    (grant,) = grants(home, "Dana")
    kept = Yesterday.kept(tmp_path, home.now)
    home.later(hours=1)
    lease(home, "Dana")
    home.revoke(grant)
    kept.back(home.now)
    delivery = Delivery.objects.get(person_id=home.people["Dana"], delivered_at=None, settled=True)
    until = datetime.fromisoformat(delivery.ways["app"])
    assert (until - home.now).days == 7
    home.update("Gym")
    assert Delivery.objects.get(pk=delivery.pk).delivered_at is not None


def grants(house: House, name: str) -> list[GrantView]:
    return [one for one in access.grants_of(house.people[name]) if one.is_live(house.now)]


def test_a_device_that_left_its_door_is_gone_again(home: House, tmp_path: Path) -> None:
    """Its secrets are destroyed: a list could not even be built."""
    kept = Yesterday.kept(tmp_path, home.now)
    with unit_of_work():
        fleet.deactivate(door_id=home.doors["Gym"], by=ANA, now=home.later(hours=1))
    done = kept.back(home.now)
    assert home.state("Gym").device is None
    assert done.counts["devices_ended"] == 1
    assert done.missing == []


def test_a_lock_activated_since_is_named_and_its_epoch_is_never_given_again(home: House, tmp_path: Path) -> None:
    """Its keys went down with the database; the next ticket has the next number."""
    home.door("Roof")
    kept = Yesterday.kept(tmp_path, home.now)
    home.later(hours=1)
    home.activate("Roof", "LM000003")
    home.activate("Gym", "LM000002")
    assert held(home).state.epoch == 2
    done = kept.back(home.now)
    assert sorted(done.missing) == [
        f"{door}: lock {serial} was activated after the backup. Activate it again: hold its inside button for 15 seconds first."
        for door, serial in (("Gym", "LM000002"), ("Roof", "LM000003"))
    ]
    home.later(minutes=1)
    home.activate("Roof", "LM000003")
    home.activate("Gym", "LM000002")
    assert (held(home).state.epoch, Device.objects.get(lock=b"LM000003".hex(), ended_at=None).epoch) == (3, 2)


def test_a_list_of_firmware_never_goes_back(home: House, tmp_path: Path) -> None:
    """Locks refuse an older one."""
    FirmwareTargets.objects.create(model="M", version=1, name=bytes(16), statement=b"")
    aiming.renew_list(home.now)
    kept = Yesterday.kept(tmp_path, home.now)
    for _ in range(3):
        aiming.renew_list(home.later(hours=1))
    done = kept.back(home.now)
    assert [row.version for row in FirmwareList.objects.all()] == [5]
    assert done.missing == ["Firmware was published after the backup. Publish the newest again."]


def test_restored_again_on_the_same_day_numbers_go_on_rising(home: House, tmp_path: Path) -> None:
    """Each restore starts above the one before, though both start from the same file."""
    kept = Yesterday.kept(tmp_path, home.now)
    seen = []
    for _ in range(3):
        kept.back(home.later(hours=1))
        seen.append(home.state("Gym").current)
        home.update("Gym")
        assert home.state("Gym").truth == "proved"
    assert seen == sorted(set(seen))
    assert DoorList.objects.get(device__door_id=home.doors["Gym"]).reserved >= seen[-1]


@pytest.mark.rule("PRIVACY-6")
def test_who_was_deleted_since_is_waited_for_since_then_and_who_was_unlinked_names_nobody(home: House, tmp_path: Path) -> None:
    """The thirty days do not begin anew; a number that was destroyed stays so; a record that was to go is to go."""
    kept = Yesterday.kept(tmp_path, home.now)
    for name in ("Dana", "Theo"):
        with unit_of_work():
            access_verbs.move_out(person_id=home.people[name], property_id=home.property_id, by=ANA, now=home.now)
            people.forget(person_id=home.people[name], by=ANA, now=home.now)
        home.later(days=20)
    home.later(days=9)
    with unit_of_work():
        remnants.tidy(home.now)
    with unit_of_work():
        fleet.discard_record(door_id=home.doors["Gym"], upto=home.now, by=ANA, now=home.now)
    before = {name: queries.remnants_of(home.people[name])[0] for name in ("Dana", "Theo")}
    assert [before[name].state for name in ("Dana", "Theo")] == ["unlinked", "waiting"]
    upto = home.now
    kept.back(home.later(hours=1))
    after = {name: queries.remnants_of(home.people[name])[0] for name in ("Dana", "Theo")}
    assert {name: (one.since, one.state) for name, one in after.items()} == {name: (one.since, one.state) for name, one in before.items()}
    assert not Pseudonym.objects.filter(person_id=home.people["Dana"]).exists()
    assert Pseudonym.objects.filter(person_id=home.people["Theo"]).exists()
    assert [row.upto for row in Discard.objects.filter(over_at=None)] == [upto]
    lines = len(ledger.lines())
    kept.back(home.later(hours=1))
    assert [line.kind for line in ledger.lines()[lines:] if line.kind in ("deletion", "discarded")] == []
