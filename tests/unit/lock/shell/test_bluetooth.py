"""A lock on the air: who hears it, who may speak, and what is left of a link that ends. Real controllers' commands, on a virtual air."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from bumble.core import UUID, ProtocolError
from bumble.device import Connection, Device, Peer
from bumble.gatt import GATT_DEVICE_NAME_CHARACTERISTIC, GATT_GENERIC_ACCESS_SERVICE, GATT_GENERIC_ATTRIBUTE_SERVICE, Characteristic
from bumble.gatt_client import CharacteristicProxy

from limen.lock.events import InsideButton
from limen.lock.shell import bluetooth
from limen.lock.shell.bluetooth import Bluetooth
from limen.lock.shell.body import Body
from limen.phone.channels.air import Whom
from limen.phone.channels.bluetooth import Bluetooth as Line
from limen.phone.channels.bluetooth import Radio
from limen.phone.commands import OutOfReach
from limen.wire import limits
from limen.wire.advertising import air_name
from limen.wire.frames import Assembler, Cutter
from limen.wire.session import Initiator, Transport, activation_psk, activation_static, public_of
from tests.air import Place, place
from tests.unit.lock.shell.test_body import body
from tests.unit.lock.shell.test_gateway import owned

L2CAP_HEADER = 4


@dataclass
class Door:
    """A lock that is on the air, and the place around it."""

    around: Place
    body: Body
    radio: Bluetooth
    said: list[str] = field(default_factory=list)

    @property
    def whom(self) -> Whom:
        """What its sticker tells."""
        birth = self.body.made.birth
        return Whom(birth.lock_id, public_of(activation_static(birth.qr_secret, birth.lock_id)))

    def calls(self) -> str | None:
        """Its name of now."""
        call = self.around.do(self.body.call)
        return call.name if call else None

    def handshake(self, line: Line) -> Transport:
        """A session of somebody who holds the sticker."""
        birth = self.body.made.birth
        psk = activation_psk(birth.qr_secret, birth.lock_id)
        initiator = Initiator(lock_id=birth.lock_id, remote_static=self.whom.key, ephemeral_private=bytes(31) + b"\x05", psk=psk)
        for frame in Cutter(line.frame_bytes).cut(initiator.write_message_1()):
            line.send(frame)
        assembler, reply = Assembler(), None
        while reply is None:
            reply = assembler.feed(line.receive(3000))
        return initiator.read_message_2(reply)


@contextmanager
def on_air(found: Body) -> Iterator[Door]:
    """Puts a lock on an air of its own."""
    with place() as around:
        radio = around.do(lambda: Bluetooth(found, around.link))
        door = Door(around, found, radio)
        found.rouse = lambda _: radio.look()
        serving = around.start(radio.run(door.said.append))
        until(lambda: radio.up)
        try:
            yield door
        finally:
            serving.cancel()
            with suppress(CancelledError):
                serving.result(60)
            until(lambda: not radio.up)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """It calls as often as the air allows."""
    monkeypatch.setattr(bluetooth, "CALL_MS", 20.0)


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    """A lock as the factory left it; the button inside was just pressed."""
    found = body(tmp_path)
    found.feel(InsideButton())
    with on_air(found) as made:
        yield made


def until(done: Callable[[], bool], within_s: float = 60.0) -> None:
    """Waits for something that takes its time."""
    end = time.monotonic() + within_s
    while not done():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.01)


def test_it_is_heard_under_the_name_that_its_key_gives(door: Door) -> None:
    """Whoever has the sticker hears this lock; whoever looks for another one hears nothing."""
    with Radio(door.around.link) as phone:
        stranger = Whom(bytes(8), bytes(32))
        assert phone.near([stranger, door.whom]) == [door.whom]


def test_an_owner_gives_it_another_name(tmp_path: Path) -> None:
    """From the epoch's key, which only a DoorInfo tells."""
    found, service = owned(tmp_path)
    with on_air(found) as door, Radio(door.around.link) as phone:
        assert service.xs is not None
        assert door.calls() == air_name(found.made.birth.lock_id, service.xs) != air_name(found.made.birth.lock_id, door.whom.key)
        assert phone.near([Whom(found.made.birth.lock_id, service.xs)])


def test_the_session_inside_is_the_one_of_every_channel(door: Door) -> None:
    """Handshake in frames as long as the link carries: 509 bytes where the controller takes them."""
    with Radio(door.around.link) as phone, phone.reach(door.whom) as line:
        assert line.frame_bytes == limits.FRAME_BYTES_MAX
        assert len(door.handshake(line).h) == 32


@pytest.mark.parametrize("mtu", [23, 185, 247])
def test_a_link_that_carries_little_gets_short_frames(door: Door, mtu: int) -> None:
    """Neither side sends more than what was agreed, down to 20 bytes."""
    with Radio(door.around.link) as phone, pytest.MonkeyPatch.context() as patch:
        patch.setattr("limen.phone.channels.bluetooth.ATT_MTU", mtu)
        with phone.reach(door.whom) as line:
            assert line.frame_bytes == mtu - 3
            assert len(door.handshake(line).h) == 32
            assert door.around.air.longest <= mtu + L2CAP_HEADER


def test_two_phones_at_once_and_no_call_while_both_are_there(door: Door) -> None:
    """A third hears nothing until one of them leaves (B.4)."""
    with Radio(door.around.link) as one, Radio(door.around.link) as other, Radio(door.around.link) as third:
        with one.reach(door.whom) as first, other.reach(door.whom) as second, pytest.MonkeyPatch.context() as patch:
            assert len({door.handshake(first).h, door.handshake(second).h}) == 2
            patch.setattr("limen.phone.channels.bluetooth.FIND_S", 0.6)
            with third.reach(door.whom) as line, pytest.raises(OutOfReach):
                line.send(b"\x03\x00x")
        with third.reach(door.whom) as line:
            assert len(door.handshake(line).h) == 32


def test_what_breaks_the_rules_of_frames_ends_the_link(door: Door) -> None:
    """A number out of turn: the lock hangs up, and the next link begins at 0."""
    with Radio(door.around.link) as phone, phone.reach(door.whom) as line:
        line.send(b"\x03\x05x")
        with pytest.raises(OutOfReach):
            line.receive(3000)
        line.reopen()
        assert len(door.handshake(line).h) == 32


def test_a_phone_that_walks_out_of_reach_leaves_room(door: Door) -> None:
    """The lock forgets the link, and calls again."""
    with Radio(door.around.link) as phone:
        with phone.reach(door.whom) as line:
            door.handshake(line)
            door.around.do(door.around.air.silence)
            with pytest.raises(OutOfReach):
                line.receive(3000)
        with phone.reach(door.whom) as line:
            assert len(door.handshake(line).h) == 32


def raw(door: Door, phone: Radio) -> tuple[Device, Connection, CharacteristicProxy[bytes]]:
    """A stranger's connection, without the manners of our phone."""

    name = door.calls() or ""

    async def connect() -> tuple[Device, Connection, CharacteristicProxy[bytes]]:
        connection = await phone.connect(name)
        peer = Peer(connection)
        (service,) = await peer.discover_service(UUID(limits.GATT_SERVICE))
        await service.discover_characteristics()
        (to_lock,) = service.get_characteristics_by_uuid(UUID(limits.GATT_TO_LOCK))
        return phone.device, connection, to_lock

    return phone.wait(connect(), 5)


def test_it_offers_its_service_and_nothing_else_of_its_own(door: Door) -> None:
    """What every peripheral has, and two characteristics with one property each (B-1, B-4)."""

    async def offered(connection: Connection) -> dict[UUID, list[tuple[UUID, int]]]:
        peer = Peer(connection)
        found = {}
        for service in await peer.discover_services():
            await service.discover_characteristics()
            found[service.uuid] = [(one.uuid, int(one.properties)) for one in service.characteristics]
        return found

    with Radio(door.around.link) as phone:
        _, connection, _ = raw(door, phone)
        found = phone.wait(offered(connection), 5)
        assert found.keys() == {GATT_GENERIC_ACCESS_SERVICE, GATT_GENERIC_ATTRIBUTE_SERVICE, UUID(limits.GATT_SERVICE)}
        assert found[UUID(limits.GATT_SERVICE)] == [
            (UUID(limits.GATT_TO_LOCK), Characteristic.Properties.WRITE_WITHOUT_RESPONSE),
            (UUID(limits.GATT_TO_PHONE), Characteristic.Properties.NOTIFY),
        ]
        assert phone.wait(named(connection), 5) == door.calls()


async def named(connection: Connection) -> str:
    """Its Generic Access device name."""
    (value,) = await Peer(connection).read_characteristics_by_uuid(GATT_DEVICE_NAME_CHARACTERISTIC)
    return value.decode("ascii")


def test_who_stops_listening_is_gone(door: Door) -> None:
    """The subscription is the link (B-11)."""
    with Radio(door.around.link) as phone, phone.reach(door.whom) as line:
        door.handshake(line)
        (to_phone,) = [one for one in proxies(phone) if one.uuid == UUID(limits.GATT_TO_PHONE)]
        phone.wait(to_phone.unsubscribe(force=True), 2)
        with pytest.raises(OutOfReach):
            line.receive(3000)


def proxies(phone: Radio) -> list[CharacteristicProxy[bytes]]:
    """What the phone found on its only connection."""
    (connection,) = phone.device.connections.values()
    return [one for service in connection.gatt_client.services for one in service.characteristics]


def test_who_writes_before_listening_is_sent_away(door: Door) -> None:
    """There is no link before the subscription."""
    with Radio(door.around.link) as phone:
        device, _, to_lock = raw(door, phone)
        phone.wait(to_lock.write_value(b"\x03\x00x"), 2)
        until(lambda: not device.connections)


def test_who_connects_and_says_nothing_is_sent_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence does not keep others out."""
    monkeypatch.setattr(bluetooth, "SILENT_S", 0.3)
    with on_air(body(tmp_path)) as door, Radio(door.around.link) as phone:
        device, _, _ = raw(door, phone)
        until(lambda: not device.connections)


def test_nobody_pairs(door: Door) -> None:
    """A lock knows phones by their grants, and keeps no key of any radio."""
    with Radio(door.around.link) as phone:
        _, connection, _ = raw(door, phone)
        with pytest.raises(ProtocolError):
            phone.wait(connection.pair(), 5)


def test_strangers_who_shake_hands_too_often_make_it_call_seldom(door: Door) -> None:
    """Ten handshakes in a minute that lead to nothing: the battery is spared (C.5)."""
    with Radio(door.around.link) as phone, phone.reach(door.whom) as line:
        for _ in range(limits.HANDSHAKES_PER_MINUTE):
            door.handshake(line)
            line.reopen()
        call = door.around.do(door.body.call)
        assert call is not None
        assert call.seldom
        with pytest.raises(OutOfReach):
            door.handshake(line)


def test_nobody_hears_a_lock_without_power(door: Door) -> None:
    """A pulled battery ends the links and the call; a fresh one brings the call back."""
    with Radio(door.around.link) as phone, phone.reach(door.whom) as line:
        door.handshake(line)
        door.around.do(door.body.pull_battery)
        with pytest.raises(OutOfReach):
            line.receive(3000)
        assert door.calls() is None
        door.around.do(door.body.fresh_battery)
        line.reopen()
        assert line.frame_bytes == limits.FRAME_BYTES_MAX


def test_a_controller_that_goes_away_is_looked_for(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lock says so once, goes on as a lock, and is on the air again when the controller is back."""
    monkeypatch.setattr(bluetooth, "AGAIN_S", 0.2)
    with Radio(door.around.link) as phone:
        with phone.reach(door.whom) as line:
            door.handshake(line)
        door.around.lose_radios()
        until(lambda: any(sentence.startswith("No Bluetooth controller at tcp-client:") for sentence in door.said))
        until(lambda: door.said[-1].startswith("Bluetooth is up"))
    with Radio(door.around.link) as phone, phone.reach(door.whom) as line:
        assert len(door.handshake(line).h) == 32
