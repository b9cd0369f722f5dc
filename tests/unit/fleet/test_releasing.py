"""A device that left its door: its RELEASE is carried by everybody until its lock has signed that it is empty (A.3, LOCK-10)."""

from uuid import UUID

import pytest

from limen.fleet import queries as fleet
from limen.fleet import services as fleet_services
from limen.fleet.models import Device
from limen.fleet.views import InboxEntry
from limen.kernel.problems import Refused
from limen.places import services as places
from limen.storage.transactions import unit_of_work
from limen.wire.envelope import unverified_payload
from limen.wire.grants import Cls, Rights, read_grant
from limen.wire.receipts import WipedReceipt, sign_wiped
from tests.unit.fleet.house import ANA, House
from tests.unit.fleet.tiny_lock import TinyLock


@pytest.fixture
def gone(house: House) -> House:
    """The Package Room's device was removed; Dana opens the Gym, Milo manages devices."""
    house.give("Dana", house.group("Residents", "Gym"))
    house.activate("Gym", "LM000002")
    house.activate("Package Room", "LM000001")
    house.person("Milo")
    house.manages("Milo", device_management=True)
    house.later(hours=1)
    remove(house, "Package Room")
    return house


def remove(house: House, door: str) -> bytes:
    """The end of a device at its door."""
    with unit_of_work():
        return fleet_services.deactivate(door_id=house.doors[door], by=ANA, now=house.now)


def carried(house: House, who: str, as_: str) -> list[InboxEntry]:
    """What a phone takes along for locks that left."""
    return [entry for entry in house.inbox(who, as_) if entry.release is not None]


@pytest.mark.rule("LOCK-10", "SYNC-13")
def test_whoever_passes_carries_it_push_only_and_without_a_name(gone: House) -> None:
    """A manager knows the door; a resident carries a lock-id, a class 7 grant of the old epoch and the RELEASE, no list."""
    package = gone.doors["Package Room"]
    for who, as_, cls, called in (
        ("Milo", "manager", Cls.MANAGER, ("LM000001", package, "Package Room")),
        ("Dana", "resident", Cls.COURIER, (None, None, None)),
    ):
        (entry,) = carried(gone, who, as_)
        assert (entry.lock_id, entry.cls, entry.bundle) == (b"LM000001", cls, None)
        assert (entry.serial, entry.door_id, entry.name) == called
        (grant,) = (read_grant(unverified_payload(data)[1]) for data in entry.grants)
        assert (grant.cls, grant.epoch, grant.rights) == (cls, 1, Rights.PUSH)
    gone.person("Theo")
    assert carried(gone, "Theo", "resident") == [], "somebody without a door in force carries nothing for others"


@pytest.mark.rule("SYNC-13")
def test_a_household_that_wants_no_strangers_phones_gets_none(gone: House) -> None:
    """Their own lock is told by a manager or by themselves."""
    with unit_of_work():
        places.edit_door(door_id=gone.doors["Package Room"], carried_by_others=False, by=ANA, now=gone.now)
    assert carried(gone, "Dana", "resident") == []
    assert len(carried(gone, "Milo", "manager")) == 1


@pytest.mark.rule("LOCK-10")
def test_only_the_locks_own_word_says_that_it_is_empty(gone: House) -> None:
    """Shown from the signed receipt, once; then nobody carries it any more."""
    door, lock = gone.doors["Package Room"], gone.locks["Package Room"]
    forged = sign_wiped(WipedReceipt(lock.lock_id, 1, 0), gone.locks["Gym"].id_key)
    assert gone.hand_in(forged).status == "refused"
    assert [one.wiped_at for one in fleet.released([door])] == [None]
    (entry,) = carried(gone, "Dana", "resident")
    assert entry.release is not None
    gone.later(hours=2)
    word = lock.wipe(entry.release, lost=3)
    assert gone.hand_in(word).status == "taken"
    assert gone.hand_in(word).status == "known"
    (one,) = fleet.released([door])
    assert (one.serial, one.wiped_at, one.lost) == ("LM000001", gone.now, 3)
    assert carried(gone, "Dana", "resident") == carried(gone, "Milo", "manager") == []


@pytest.mark.rule("LOCK-10")
def test_a_lock_that_is_activated_again_needs_no_release_any_more(gone: House) -> None:
    """Its inside button was held: the next epoch ends the old one (invariant 70)."""
    gone.doors["Store"] = gone.door("Store")
    gone.locks["Store"] = gone.locks.pop("Package Room")
    gone.activate("Store", "LM000001")
    device = fleet.device_at(gone.doors["Store"])
    assert device is not None
    assert device.epoch == 2
    assert carried(gone, "Dana", "resident") == []


def test_a_service_that_forgot_the_release_learns_it_from_the_lock(gone: House) -> None:
    """A backup from before the removal was restored: an empty lock opens for nobody, so the device is over (a RELEASE is final)."""
    lock = gone.locks["Package Room"]
    (entry,) = carried(gone, "Dana", "resident")
    assert entry.release is not None
    Device.objects.filter(lock=lock.lock_id.hex()).update(ended_at=None, release=b"")
    assert gone.hand_in(lock.wipe(entry.release)).status == "taken"
    assert fleet.device_at(gone.doors["Package Room"]) is None
    assert fleet.released([gone.doors["Package Room"]])[0].wiped_at == gone.now


def swap(house: House, door: UUID, lock: TinyLock) -> None:
    """Another lock takes over a door."""
    with unit_of_work():
        n_s = fleet_services.begin_activation(door_id=door, lock_id=lock.lock_id, by=ANA, now=house.now, swap=True)
    with unit_of_work():
        done = fleet_services.finish_activation(door_id=door, attest=lock.attest(n_s), h=bytes(32), by=ANA, now=house.now)
    house.hand_in(lock.become(done.ticket, done.snapshot))


@pytest.mark.rule("LOCK-10")
def test_a_swap_gives_the_door_to_the_new_device_and_releases_the_old_one(house: House) -> None:
    """The old one works until the new one is bound; then its RELEASE rides along, and everybody's code is in the new list."""
    house.give("Dana", house.group("Residents", "Gym"))
    old = house.activate("Gym", "LM000002")
    door, new = house.doors["Gym"], TinyLock("LM000009", old.factory)
    with pytest.raises(Refused) as refused:
        fleet_services.begin_activation(door_id=door, lock_id=new.lock_id, by=ANA, now=house.now)
    assert refused.value.type == "door_has_device"
    swap(house, door, new)
    device = fleet.device_at(door)
    assert device is not None
    assert (device.serial, len(new.codes())) == ("LM000009", 1)
    (entry,) = carried(house, "Dana", "resident")
    assert (entry.lock_id, entry.release is not None) == (b"LM000002", True)


def test_the_doors_own_lock_may_be_activated_once_more(house: House) -> None:
    """It attests only when nobody owns it or its inside button was held; the installer's phone gets a way in without the sticker (A.3)."""
    lock = house.activate("Gym", "LM000002")
    house.phone("Dana")
    with unit_of_work():
        way = fleet_services.anew_grant(door_id=house.doors["Gym"], lock_id=lock.lock_id, phone=house.phones["Dana"], now=house.now)
        other = fleet_services.anew_grant(
            door_id=house.doors["Package Room"], lock_id=lock.lock_id, phone=house.phones["Dana"], now=house.now
        )
    assert way is not None
    assert other is None
    grant = read_grant(unverified_payload(way.grant)[1])
    assert (grant.cls, grant.epoch, grant.rights) == (Cls.INSTALLER, 1, Rights.PUSH)
    house.later(hours=1)
    house.activate("Gym", "LM000002")
    device = fleet.device_at(house.doors["Gym"])
    assert device is not None
    assert device.epoch == 2
    assert fleet.released([house.doors["Gym"]]) == ()
