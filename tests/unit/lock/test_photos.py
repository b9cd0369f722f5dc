"""What becomes of a still (F.5; inv. 64, 65)."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import pytest

from limen.lock.commands import Command, TakePhoto
from limen.lock.events import PhotoTaken, Ticked
from limen.wire import operations as ask
from limen.wire.answers import Given
from limen.wire.events import Kind
from limen.wire.grants import Cls
from limen.wire.hpke import NotForUs
from limen.wire.operations import Op
from limen.wire.records import DoorKind
from limen.wire.shape import u32
from tests.unit.lock.reading import events
from tests.unit.lock.site import CONFIG, DANA, GUS, House, house

UNIT = replace(CONFIG, door_kind=DoorKind.UNIT)


def wanted(commands: Sequence[Command]) -> list[int]:
    return [command.seq for command in commands if isinstance(command, TakePhoto)]


def taken(home: House, commands: Sequence[Command]) -> None:
    for seq in wanted(commands):
        home.rig.do(PhotoTaken(seq, b"still %d" % seq))


def photos(home: House) -> list[int | None]:
    return [event.of_seq for event in events(home) if event.kind is Kind.PHOTO]


@pytest.mark.rule("LOCK-9")
def test_a_guest_at_a_flat_is_photographed_and_the_resident_is_not() -> None:
    home = house(UNIT)
    home.rig.log.clear()
    home.unlock(DANA)
    assert wanted(home.rig.log) == []
    home.unlock(GUS, home.service.grant(GUS, Cls.APP_GUEST))
    assert len(wanted(home.rig.log)) == 1


@pytest.mark.rule("LOCK-9")
def test_a_model_without_a_camera_powers_no_sensor() -> None:
    home = house(CONFIG, "M2")
    home.rig.log.clear()
    home.unlock(DANA)
    assert wanted(home.rig.log) == []


def test_a_still_is_sealed_and_its_hash_is_in_the_record() -> None:
    home = house()
    home.rig.log.clear()
    home.unlock(DANA)
    seq = wanted(home.rig.log)[0]
    home.rig.do(PhotoTaken(seq, b"still"))
    record = events(home)[-1]
    assert (record.kind, record.of_seq, record.photo) == (Kind.PHOTO, seq, hashlib.sha256(b"still").digest()[:16])
    talk, _ = home.present(DANA, home.service.grant(DANA), Op.PHOTO)
    given = talk.ask(ask.PhotoAsk(seq, 0))
    assert isinstance(given, Given)
    info = b"dl/photo/1" + home.service.lock_id + u32(seq)
    assert home.service.klog.open(given.data, info) == b"still"
    with pytest.raises(NotForUs):
        home.service.klog.open(given.data, info + b"x")
    assert talk.ask(ask.PhotoAsk(seq, 10**6)) == Given(Op.PHOTO, b"")


@pytest.mark.rule("LOCK-9")
def test_a_wrong_code_at_a_flat_waits_a_minute_and_is_dropped_unseen_if_a_resident_enters() -> None:
    home = house(UNIT)
    taken(home, home.rig.type("1234567"))
    assert photos(home) == []
    home.unlock(DANA)
    home.rig.wait(61_000)
    home.rig.do(Ticked())
    assert photos(home) == []


@pytest.mark.rule("LOCK-9")
def test_a_wrong_code_at_a_flat_is_kept_a_minute_after_the_last_wrong_code() -> None:
    home = house(UNIT)
    taken(home, home.rig.type("1234567"))
    home.rig.wait(50_000)
    taken(home, home.rig.type("1234567"))
    home.rig.wait(55_000)
    home.rig.do(Ticked())
    assert photos(home) == []
    home.rig.wait(6_000)
    home.rig.do(Ticked())
    assert len(photos(home)) == 1


@pytest.mark.rule("LOCK-9")
def test_waiting_pictures_are_lost_with_power() -> None:
    home = house(UNIT)
    taken(home, home.rig.type("1234567"))
    home.rig.pull_battery()
    home.rig.wait(61_000)
    home.rig.do(Ticked())
    assert photos(home) == []


def test_wrong_codes_are_photographed_once_a_minute_and_sixteen_are_kept() -> None:
    home = house(replace(CONFIG, bucket=replace(CONFIG.bucket, tokens=40)))
    for _ in range(20):
        taken(home, home.rig.type("1234567"))
        taken(home, home.rig.type("1234567"))
        home.rig.wait(61_000)
    kept = home.rig.lock._openings.photos._sealed
    assert len(kept) == 16


def test_a_picture_nobody_ordered_is_dropped() -> None:
    home = house()
    home.rig.do(PhotoTaken(4, b"hello"))
    assert photos(home) == []
