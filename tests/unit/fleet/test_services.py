"""Small verbs: time, nonces, readings, acknowledgements, remote orders."""

from datetime import timedelta

import pytest

from limen.fleet import queries as fleet
from limen.fleet import services as fleet_services
from limen.kernel.periods import Weekly
from limen.kernel.problems import NotYours, Refused
from limen.storage import kms
from limen.storage.models import OutboxRow
from limen.storage.transactions import unit_of_work
from limen.wire.envelope import RoleKeys, Typ
from limen.wire.logacks import AckKind, open_log_ack
from limen.wire.timestamps import open_time
from tests.unit.fleet.house import House


@pytest.fixture
def active(house: House) -> House:
    """The Package Room has an active lock that proved list 1."""
    house.give("Dana", house.group("Residents", "Package Room"))
    house.activate("Package Room", "LM000001")
    return house


@pytest.mark.rule("LOCK-6")
def test_a_reading_is_believed_from_the_lock_alone(active: House) -> None:
    """Battery and clock come signed; a forged or older one changes nothing."""
    lock = active.locks["Package Room"]
    t = int(active.now.timestamp())
    with unit_of_work():
        assert fleet_services.take_telemetry(data=lock.telemetry(battery=64, t=t), now=active.now).status == "taken"
    battery = active.state("Package Room").battery
    assert (battery.state, battery.percent) == ("good", 64)
    tampered = lock.telemetry(battery=64, t=t).replace(b"\x18\x40", b"\x18\x5a", 1)
    with unit_of_work():
        assert fleet_services.take_telemetry(data=tampered, now=active.now).status == "refused"
        assert fleet_services.take_telemetry(data=lock.telemetry(battery=9, t=t - 60), now=active.now).status == "known"
    assert active.state("Package Room").battery.percent == 64


@pytest.mark.rule("LOCK-5")
def test_the_time_is_signed_for_locks_of_ours_only(active: House) -> None:
    """One nonce, one lock, the service's own clock."""
    data = fleet_services.answer_time(lock_id=b"LM000001", nonce=bytes(16), now=active.now)
    assert open_time(data, RoleKeys({Typ.TIME: (kms.public("time"),)})).ms == int(active.now.timestamp() * 1000)
    with pytest.raises(NotYours):
        fleet_services.answer_time(lock_id=b"LM999999", nonce=bytes(16), now=active.now)


def test_a_nonce_counts_once(active: House) -> None:
    """A day under way it proves the moment of our asking, no later one; the second receipt with the same nonce proves nothing more (B.7)."""
    lock = active.locks["Package Room"]
    asked = active.later(minutes=5)
    with unit_of_work():
        nonce = fleet_services.attest_nonce(lock_id=lock.lock_id, now=asked)
    active.later(days=1)
    active.hand_in(lock.receipt(nonce=nonce))
    assert active.state("Package Room").confirmed_at == asked
    active.later(days=1)
    active.hand_in(lock.receipt(nonce=nonce, full=True, lock_time=int((asked - timedelta(days=2)).timestamp())))
    assert active.state("Package Room").confirmed_at == asked


def test_an_acknowledgement_is_signed_and_travels_with_the_next_phone(active: House) -> None:
    """KL signs the tag; the newest one is what couriers carry (F.3)."""
    with unit_of_work():
        data = fleet_services.acknowledge(lock_id=b"LM000001", epoch=1, tag=b"t" * 16, now=active.now)
    said = open_log_ack(data, RoleKeys({Typ.LOG_ACK: (kms.public("log"),)}))
    assert (said.kind, said.upto) == (AckKind.ACKNOWLEDGE, b"t" * 16)
    assert fleet.newest_ack(b"LM000001") == data
    assert active.inbox("Dana")[0].ack == data


def test_a_keypad_that_slowed_down_shows_in_the_doors_health(active: House) -> None:
    """Without counts, and only as long as the lock says so."""
    lock, t = active.locks["Package Room"], int(active.now.timestamp())
    for minute, slowed in enumerate((True, False)):
        with unit_of_work():
            fleet_services.take_telemetry(data=lock.telemetry(battery=60, t=t + 60 * minute, slowed=slowed), now=active.later(minutes=2))
        assert active.state("Package Room").keypad_slowed is slowed


def test_a_remote_order_needs_access_now_and_a_connection(active: House) -> None:
    """Without access it is not there; outside the hours neither; without a connection the reader does not answer (B.10)."""
    active.door("Main Entrance", "entrance", connected=True)
    active.activate("Main Entrance", "LR000001", "R")

    def press() -> None:
        with unit_of_work():
            fleet_services.press_remote(door_id=active.doors["Main Entrance"], person_id=active.people["Dana"], now=active.now)

    with pytest.raises(NotYours):
        press()
    active.give("Dana", active.group("Front", "Main Entrance", hours=Weekly.of([[0b1111111, 6 * 60, 22 * 60]])))
    with pytest.raises(Refused, match="does not answer"):
        press()
    with unit_of_work():
        fleet_services.note_online(lock_id=b"LR000001", since=active.now)
    press()
    assert OutboxRow.objects.filter(topic="remote.pressed").count() == 1
    active.later(hours=10)
    with pytest.raises(NotYours):
        press()


def test_only_the_connection_that_stands_can_break(active: House) -> None:
    """A reader that dialled again stays online when its old connection is found dead."""
    active.door("Main Entrance", "entrance", connected=True)
    active.activate("Main Entrance", "LR000001", "R")
    first, second = active.now, active.later(minutes=1)
    with unit_of_work():
        fleet_services.note_online(lock_id=b"LR000001", since=first)
        fleet_services.note_online(lock_id=b"LR000001", since=second)
        fleet_services.note_offline(lock_id=b"LR000001", since=first, now=active.later(minutes=1))
    assert active.state("Main Entrance").online_since == second
    with unit_of_work():
        fleet_services.note_offline(lock_id=b"LR000001", since=second, now=active.now)
    assert active.state("Main Entrance").offline_since == active.now
