"""The Bluetooth line: frames go and come as they are, and whatever a radio or a stranger does instead is out of reach."""

from collections.abc import Iterator

import pytest
from bumble.core import UUID
from bumble.device import Connection, Device
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.hci import Address
from bumble.transport import open_transport

from limen.phone.channels import bluetooth
from limen.phone.channels.air import Whom
from limen.phone.channels.bluetooth import NoRadio, Radio
from limen.phone.commands import OutOfReach
from limen.wire import limits
from limen.wire.advertising import advertisement, air_name
from tests.air import Place, place

LOCK = Whom(bytes(8), b"k" * 32)
NAME = air_name(LOCK.lock_id, LOCK.key)
Properties = Characteristic.Properties


async def stranger(link: str, *, service: str = limits.GATT_SERVICE) -> Device:
    """Somebody who calls by the lock's name and says every frame backwards; hangs up at `end`, says nothing to `hush`."""
    transport = await open_transport(link)
    device = Device.with_hci("", Address.generate_static_address(), transport.source, transport.sink)

    async def written(connection: Connection, frame: bytes) -> None:
        if frame == b"end":
            await connection.disconnect()
        elif frame != b"hush":
            await device.notify_subscriber(connection, to_phone, frame[::-1])

    to_lock = Characteristic[bytes](
        limits.GATT_TO_LOCK, Properties.WRITE_WITHOUT_RESPONSE, Characteristic.WRITEABLE, CharacteristicValue(write=written)
    )
    to_phone = Characteristic[bytes](limits.GATT_TO_PHONE, Properties.NOTIFY, Characteristic.READABLE, b"")
    device.add_service(Service(UUID(service), [to_lock, to_phone]))
    await device.power_on()
    await device.start_advertising(
        advertising_data=advertisement(NAME), auto_restart=True, advertising_interval_min=20, advertising_interval_max=20
    )
    return device


@pytest.fixture
def around() -> Iterator[Place]:
    """An air of its own."""
    with place() as made:
        yield made


@pytest.fixture
def phone(around: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[Radio]:
    """A phone's controller; it listens until it hears whom it looks for, however busy the machine is."""
    monkeypatch.setattr(bluetooth, "FIND_S", 60.0)
    with Radio(around.link) as radio:
        yield radio


def test_one_write_is_one_frame_and_so_is_one_notification(around: Place, phone: Radio) -> None:
    """In their order, as long as the link carries them."""
    around.start(stranger(around.link)).result(60)
    with phone.reach(LOCK) as line:
        assert line.frame_bytes == limits.FRAME_BYTES_MAX
        frames = [bytes([n]) * (line.frame_bytes - n) for n in range(20)]
        for frame in frames:
            line.send(frame)
        assert [line.receive(60_000) for _ in frames] == frames
        assert line.now_ms() <= line.now_ms()


def test_a_new_link_after_the_first(around: Place, phone: Radio) -> None:
    """Reopening is a new connection; what the old one had to say is gone."""
    around.start(stranger(around.link)).result(60)
    with phone.reach(LOCK) as line:
        line.send(b"ab")
        line.reopen()
        line.send(b"xy")
        assert line.receive(60_000) == b"yx"


def test_silence_is_out_of_reach(around: Place, phone: Radio) -> None:
    """Nothing came in time."""
    around.start(stranger(around.link)).result(60)
    with phone.reach(LOCK) as line:
        line.send(b"hush")
        with pytest.raises(OutOfReach):
            line.receive(50)


def test_a_lock_that_hangs_up_is_out_of_reach_until_the_link_is_reopened(around: Place, phone: Radio) -> None:
    """A link that broke stays broken: what is half said is not continued on another one."""
    around.start(stranger(around.link)).result(60)
    with phone.reach(LOCK) as line:
        line.send(b"end")
        with pytest.raises(OutOfReach):
            line.receive(60_000)
        with pytest.raises(OutOfReach):
            line.send(b"ab")
        line.reopen()
        line.send(b"ab")
        assert line.receive(60_000) == b"ba"


def test_nobody_calls_by_that_name(phone: Radio, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is looked for once, and what was planned for is told meanwhile."""
    monkeypatch.setattr(bluetooth, "FIND_S", 0.5)
    monkeypatch.setattr(bluetooth, "LOOK_AROUND_S", 0.2)
    with phone.reach(LOCK) as line:
        assert line.frame_bytes == limits.FRAME_BYTES_PLANNED
        with pytest.raises(OutOfReach):
            line.send(b"x")
        with pytest.raises(OutOfReach):
            line.receive(1000)
    assert phone.near([LOCK]) == []


def test_who_has_the_name_and_not_the_service_is_no_lock(around: Place, phone: Radio) -> None:
    """An advertisement proves nothing; not even this much."""
    around.start(stranger(around.link, service="6c696d65-6e00-4d01-8a00-0000000000ff")).result(60)
    with phone.reach(LOCK) as line, pytest.raises(OutOfReach):
        line.send(b"x")


def test_without_a_controller_there_is_no_radio() -> None:
    """A name that leads nowhere, and one that means nothing."""
    for link in ("tcp-client:127.0.0.1:9", "no-such-thing:0"):
        with Radio(link) as radio, pytest.raises(NoRadio, match=link):
            radio.near([LOCK])


def test_the_controller_is_given_back(around: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the last act nothing holds it, and a radio that was never needed was never opened."""
    monkeypatch.setattr(bluetooth, "FIND_S", 0.05)
    with Radio(around.link) as radio:
        assert not around.do(lambda: around.air.controllers)
        with radio.reach(LOCK) as line:
            assert line.frame_bytes
        assert len(around.do(lambda: around.air.controllers)) == 1
    around.settled()
    assert not around.do(lambda: around.air.controllers)
