"""How a lock gets a door: both nonces, the factory's word, one owner; and how it leaves again."""

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from limen.access import services as access
from limen.fleet import queries as fleet
from limen.fleet import services as fleet_services
from limen.fleet.queries import Truth
from limen.kernel.problems import Refused
from limen.places import queries as places
from limen.places import services as rooms
from limen.storage.transactions import unit_of_work
from limen.wire import tickets
from limen.wire.envelope import SoftSigner
from limen.wire.sticker import MODEL_NUMBERS
from tests.unit.fleet.house import ANA, FACTORY, House
from tests.unit.fleet.tiny_lock import TinyLock


def begin(house: House, lock: TinyLock, door: str = "Package Room") -> bytes:
    with unit_of_work():
        return fleet_services.begin_activation(door_id=house.doors[door], lock_id=lock.lock_id, by=ANA, now=house.now)


def finish(house: House, attest: bytes, h: bytes = bytes(32), door: str = "Package Room") -> None:
    with unit_of_work():
        fleet_services.finish_activation(door_id=house.doors[door], attest=attest, h=h, by=ANA, now=house.now)


@pytest.mark.rule("LOCK-10")
def test_activation_binds_device_and_door(house: House) -> None:
    """The lock takes ticket and first list together; the door is proved by its first receipt and its kind is frozen (PLACE-3)."""
    lock = house.activate("Package Room", "LM000001")
    device = fleet.device_at(house.doors["Package Room"])
    assert device is not None and (device.serial, device.epoch, device.lock_id) == ("LM000001", 1, lock.lock_id)
    assert lock.ticket is not None and device is not None and lock.ticket.door == device.door_number
    assert places.door_view(house.doors["Package Room"]).kind_frozen
    assert house.state("Package Room").truth == Truth.PROVED


def test_a_lock_of_another_factory_is_not_taken(house: House) -> None:
    """A certificate that the trusted factory did not sign proves nothing."""
    lock = TinyLock("LM000001", SoftSigner.from_scalar(hashlib.sha256(b"another factory").digest()))
    with pytest.raises(Refused, match="could not prove"):
        finish(house, lock.attest(begin(house, lock)))
    assert fleet.device_at(house.doors["Package Room"]) is None


def test_a_lock_that_calls_itself_another_model_than_its_certificate_is_not_taken(house: House) -> None:
    """Its list would be made for one model and its firmware for another (A-6)."""
    lock = TinyLock("LM000001", FACTORY, "M3")
    n_s = begin(house, lock)
    with pytest.raises(Refused, match="another model"):
        finish(house, lock.attest(n_s, number=MODEL_NUMBERS["C"]))
    assert fleet.device_at(house.doors["Package Room"]) is None
    finish(house, lock.attest(n_s))


def test_locks_of_several_factories_are_taken(house: House) -> None:
    """A building may buy from two makers; each is a line of the file."""
    other = SoftSigner.from_scalar(hashlib.sha256(b"another factory").digest())
    trusted = Path(settings.LIMEN_DATA) / "trust" / "mfg-ca.pub"
    trusted.write_text(f"{FACTORY.public.hex()}\n{other.public.hex()}\n")
    house.activate("Gym", "LM000001")
    lock = TinyLock("LM000002", other)
    finish(house, lock.attest(begin(house, lock)))
    device = fleet.device_at(house.doors["Package Room"])
    assert device is not None and device.lock_id == lock.lock_id


def test_a_broken_list_of_factories_stops_activation(house: House) -> None:
    """The answer names the line for whoever runs the server."""
    (Path(settings.LIMEN_DATA) / "trust" / "mfg-ca.pub").write_text(f"{FACTORY.public.hex()}\nnot a key\n")
    lock = TinyLock("LM000001", FACTORY)
    with pytest.raises(Refused, match="line 2"):
        finish(house, lock.attest(begin(house, lock)))


def test_an_answer_to_another_question_is_not_taken(house: House) -> None:
    """A nonce we did not give, one that was used, one for another door, one that is a day old, another session: each is refused."""
    lock = TinyLock("LM000001", FACTORY)
    with pytest.raises(Refused, match="not begun here"):
        finish(house, lock.attest(bytes(16)))
    n_s = begin(house, lock)
    with pytest.raises(Refused, match="not begun here"):
        finish(house, lock.attest(n_s), door="Gym")
    with pytest.raises(Refused, match="another session"):
        finish(house, lock.attest(n_s, h=bytes(32)), h=bytes(31) + b"\x01")
    house.later(hours=25)
    with pytest.raises(Refused, match="24 hours"):
        finish(house, lock.attest(n_s))
    n_s = begin(house, lock)
    finish(house, lock.attest(n_s))
    with pytest.raises(Refused):
        finish(house, lock.attest(n_s), door="Gym")


def test_a_lock_has_one_owner_and_a_door_one_device(house: House) -> None:
    """A second lock on the door, and the same lock on a second door, are refused until the first is removed."""
    lock = house.activate("Package Room", "LM000001")
    with pytest.raises(Refused, match="has a device already"):
        begin(house, TinyLock("LM000002", FACTORY))
    with pytest.raises(Refused, match="another owner"):
        begin(house, lock, "Gym")


@pytest.mark.rule("LOCK-10")
@pytest.mark.rule("SYNC-5")
def test_a_swap_keeps_everybodys_code_and_withdraws_the_task(house: House) -> None:
    """Deactivating signs a release and withdraws the task; the next device of the door gets the same people and codes in a list of its own."""
    from limen.credentials import services as codes

    group = house.group("Residents", "Package Room")
    house.give("Dana", group)
    rosa = house.give("Rosa", group)
    old = house.activate("Package Room", "LM000001")
    with unit_of_work():
        digits = codes.permanent_digits(person_id=house.people["Dana"], door_id=house.doors["Package Room"])
    house.revoke(rosa)
    assert house.tasks()
    with unit_of_work():
        release = fleet_services.deactivate(door_id=house.doors["Package Room"], by=ANA, now=house.now)
    assert old.ticket is not None
    assert tickets.open_release(release, old.ticket.keys()).lock_id == old.lock_id
    assert house.tasks() == ()
    assert house.state("Package Room").truth == Truth.NO_DEVICE
    del house.locks["Package Room"]
    new = house.activate("Package Room", "LM000003")
    assert len(new.codes()) == 1
    with unit_of_work():
        assert codes.permanent_digits(person_id=house.people["Dana"], door_id=house.doors["Package Room"]) == digits


def test_the_same_lock_again_starts_a_new_epoch(house: House) -> None:
    """Nothing of the old ownership is accepted: receipts and bundles of epoch 1 mean nothing in epoch 2 (invariant 71)."""
    lock = house.activate("Package Room", "LM000001")
    old_receipt = lock.receipt()
    with unit_of_work():
        fleet_services.deactivate(door_id=house.doors["Package Room"], by=ANA, now=house.now)
    house.later(hours=1)
    house.activate("Package Room", "LM000001")
    device = fleet.device_at(house.doors["Package Room"])
    assert device is not None and device.epoch == 2
    assert house.hand_in(old_receipt).status in {"known", "refused"}
    assert house.state("Package Room").confirmed_at == house.now


def test_the_zone_table_reaches_four_years_ahead(house: House) -> None:
    """The lock knows the clock changes of years it may spend without an update (B.1)."""
    lock = house.activate("Package Room", "LM000001")
    assert lock.state is not None
    assert lock.state.config.zone[-1][0] > (house.now + timedelta(days=4 * 365)).timestamp()


@pytest.mark.rule("SYNC-7", "SYNC-3")
def test_a_door_hears_by_itself_only_if_its_device_can(house: House) -> None:
    """A network was planned, and a lock without one came: no page promises ten seconds, and the change asks somebody to go. Then a reader."""
    planned = house.door("Garage", connected=True)
    assert places.door_view(planned).connected
    house.activate("Garage", "LM000021")
    device = fleet.device_at(planned)
    assert device is not None and not device.connected and not places.door_view(planned).connected
    house.person("Dana")
    grant = house.give("Dana", house.group("Parking", "Garage"))
    effect = access.preview_revoke(grant_id=grant.id, now=house.now)
    assert (effect.connected, [need.door_id for need in effect.needs_update]) == ((), [planned])
    reader = TinyLock("LM000022", FACTORY, "R")
    with unit_of_work():
        n_s = fleet_services.begin_activation(door_id=planned, lock_id=reader.lock_id, by=ANA, now=house.now, swap=True)
    finish(house, reader.attest(n_s), door="Garage")
    device = fleet.device_at(planned)
    assert device is not None and device.connected and places.door_view(planned).connected


@pytest.mark.rule("SYNC-7")
def test_a_reader_follows_when_its_network_is_planned_later(house: House) -> None:
    """It was put up before its cable: from the edit on it is called a connected one, and back."""
    door_id = house.door("Garage")
    house.activate("Garage", "LM000021", model="R")
    for connected in (True, False):
        with unit_of_work():
            rooms.edit_door(door_id=door_id, connected=connected, by=ANA, now=house.now)
        device = fleet.device_at(door_id)
        assert device is not None and device.connected is connected
