"""What others may ask about devices."""

from limen.fleet import queries as fleet
from limen.fleet import services as fleet_services
from limen.fleet.queries import Truth
from limen.storage.transactions import unit_of_work
from limen.wire.events import Kind
from tests.unit.fleet.house import ANA, House


def test_a_device_is_found_by_door_by_lock_and_by_building(house: House) -> None:
    """The same view each way; nothing where there is nothing."""
    house.activate("Package Room", "LM000001")
    device = fleet.device_at(house.doors["Package Room"])
    assert device is not None and device == fleet.device_of(b"LM000001")
    assert fleet.devices(house.property_id) == (device,)
    assert not device.connected and not device.wired
    assert fleet.device_at(house.doors["Gym"]) is None and fleet.device_of(b"LM999999") is None
    assert fleet.device_at(house.doors["Gym"]) is None and fleet.newest_ack(b"LM999999") is None


def test_states_of_many_doors_keep_their_order(house: House) -> None:
    """Doors with and without devices, in the order asked."""
    house.activate("Gym", "LM000002")
    doors = (house.doors["Package Room"], house.doors["Gym"])
    assert [state.truth for state in fleet.door_states(doors, house.now)] == [Truth.NO_DEVICE, Truth.PROVED]


def test_the_attested_head_is_the_furthest_a_full_receipt_told(house: House) -> None:
    """Short receipts tell no head; an older one does not take it back."""
    lock = house.activate("Package Room", "LM000001")
    assert fleet.ownerships(lock.lock_id)[0].head is None
    lock.note(t=1, kind=Kind.BOOT)
    early = lock.receipt(full=True)
    lock.note(t=2, kind=Kind.BOOT)
    house.hand_in(lock.receipt(full=True))
    house.hand_in(early)
    head = fleet.ownerships(lock.lock_id)[0].head
    assert head is not None and head.seqnext == 2


def test_earlier_ownerships_stay_known(house: House) -> None:
    """A record that comes after a swap belongs to the door of its time."""
    house.activate("Package Room", "LM000001")
    with unit_of_work():
        fleet_services.deactivate(door_id=house.doors["Package Room"], by=ANA, now=house.now)
    house.locks["Gym"] = house.locks.pop("Package Room")
    house.activate("Gym", "LM000001")
    newest, first = fleet.ownerships(b"LM000001")
    assert (newest.epoch, newest.door_id, newest.until) == (2, house.doors["Gym"], None)
    assert (first.epoch, first.door_id, first.until) == (1, house.doors["Package Room"], house.now)


def test_leases_say_until_when_phones_open_without_signal(house: House) -> None:
    """Latest first; none before anything was fetched."""
    house.give("Dana", house.group("Residents", "Package Room"))
    house.activate("Package Room", "LM000001")
    assert fleet.carried_leases(house.people["Dana"], house.doors["Package Room"], house.now) == ()
    (entry,) = house.inbox("Dana")
    (ends,) = fleet.carried_leases(house.people["Dana"], house.doors["Package Room"], house.now)
    assert int(ends.timestamp()) == entry.until
