"""From a decision to a bolt (LOCK-13; inv. 35, 43, 46)."""

import contextlib
from collections.abc import Callable
from dataclasses import replace

import pytest

from limen.lock.commands import Command, ReleaseBolt
from limen.lock.events import BoltMoved, Cause, CheckPressed, DigitTyped, InsideHandle, KeyTurned, LensTouched
from limen.lock.shell.keycard import encoded
from limen.lock.shell.nfc import Field
from limen.wire import operations as ask
from limen.wire.answers import Denied, Plain
from limen.wire.doorcodes import TempCls, bucket_of, temporary
from limen.wire.events import Kind, Method, Result, TempRef
from limen.wire.grants import Cls
from limen.wire.operations import Op
from limen.wire.records import AesCard, DoorKind, ListRecord, RecordKind
from limen.wire.refusals import Reason
from tests.unit.lock.crash import CrashFlash, PowerLossError, Worn
from tests.unit.lock.reading import events, last
from tests.unit.lock.site import CONFIG, DANA, ZONE, House, Rig, code, house, opened

UNIT = replace(CONFIG, door_kind=DoorKind.UNIT)
CARD = ListRecord(slot=11, kind=RecordKind.CARD_AES, data=AesCard(b"\x04cardno", b"k" * 16), subj=6, cls=Cls.RESIDENT)


class SpyRig(Rig):
    """Remembers what was durable at the moment the bolt was told to move."""

    moved: list[bytes]

    def do(self, event: object) -> list[Command]:
        commands = self.lock.handle(event, self.at)  # type: ignore[arg-type]
        self.log += commands
        for command in commands:
            if isinstance(command, ReleaseBolt):
                assert isinstance(self.flash, CrashFlash)
                durable = CrashFlash(0)
                durable._areas = {name: bytearray(memory) for name, memory in self.flash._durable.items()}
                self.durable = durable
            if type(command).__name__ == "SendFrame":
                self.frames.setdefault(command.link, []).append(command.frame)  # type: ignore[union-attr]
        return commands


def ways(home: House) -> dict[str, Callable[[], None]]:
    held = home.rig.lock.memory.held
    assert held is not None
    once = temporary(held.daily_key, 7, TempCls.ONCE, bucket_of(TempCls.ONCE, home.service.now, ZONE), 0)
    card = encoded(b"\x04cardno", {3: b"k" * 16}, 1, 1)

    def tap() -> None:
        field = Field(card)
        answer = home.rig.do(field.begin(home.rig.lock.card_slot))
        answer = home.rig.do(field.answer(answer[0].data))  # type: ignore[union-attr]
        home.rig.do(field.answer(answer[0].data))  # type: ignore[union-attr]

    def typed(digits: str) -> Callable[[], None]:
        def hands() -> None:
            home.rig.do(LensTouched())
            for digit in digits:
                home.rig.do(DigitTyped(int(digit)))
            home.rig.do(CheckPressed())

        return hands

    def phone() -> None:
        talk, _ = home.present(DANA, home.service.grant(DANA))
        talk.ask(ask.Unlock("tap"))

    return {"phone": phone, "code": typed("5550123"), "temporary": typed(once), "card": tap}


@pytest.mark.rule("LOCK-13", "LOCK-2")
@pytest.mark.parametrize("way", ["phone", "code", "temporary", "card"])
def test_what_the_lock_opens_is_durable_before_the_bolt_moves(way: str) -> None:
    """Inv. 35: if power goes the instant the bolt was told to move, the record is there all the same, by four ways in."""
    flash = CrashFlash(9, coarse=True)
    home = house(CONFIG, "M", code(10, 5_550_123), CARD, flash=flash)
    spy = SpyRig(flash=flash)
    spy.at = home.rig.at
    home.rig = spy
    spy.boot(Cause.RESTART)
    ways(home)[way]()
    spy.flash = spy.durable
    spy.boot(Cause.POWER)
    entries = [event for event in events(home) if event.kind is Kind.ENTRY]
    assert [event.result for event in entries] == [Result.GRANTED]


@pytest.mark.rule("LOCK-13", "LOCK-12")
@pytest.mark.parametrize("way", ["phone", "code", "temporary", "card"])
def test_whenever_power_goes_no_opening_is_unlogged(way: str) -> None:
    flash = CrashFlash(9, coarse=True)
    home = house(CONFIG, "M", code(10, 5_550_123), CARD, flash=flash)
    before, at, now = flash.clone(0), home.rig.at, home.service.now
    for budget in range(60):
        rig = Rig(flash=before.clone(budget))
        rig.at, home.rig, home.service.now = at, rig, now
        rig.boot(Cause.RESTART)
        assert isinstance(rig.flash, CrashFlash)
        act = ways(home)[way]
        rig.log.clear()
        rig.flash.budget = budget
        with contextlib.suppress(PowerLossError):
            act()
        rig.flash.budget = None
        moved = opened(rig.log)
        rig.boot(Cause.POWER)
        granted = [event for event in events(home) if event.kind is Kind.ENTRY and event.result is Result.GRANTED]
        assert len(granted) >= moved


@pytest.mark.rule("LOCK-13")
def test_with_a_worn_record_the_residents_of_a_unit_still_enter_and_the_loss_is_counted() -> None:
    flash = Worn()
    home = house(UNIT, flash=flash)
    flash.worn = True
    before = home.rig.lock.holds(home.rig.at).lost
    assert home.unlock(DANA) == Plain(Op.UNLOCK)
    assert home.rig.lock.holds(home.rig.at).lost == before + 1
    assert home.unlock(DANA, home.service.grant(DANA, Cls.APP_GUEST)) == Denied(Op.UNLOCK, Reason.NOT_RECORDED)


@pytest.mark.rule("LOCK-13")
def test_with_a_worn_record_nobody_enters_elsewhere() -> None:
    flash = Worn()
    home = house(flash=flash)
    flash.worn = True
    assert home.unlock(DANA) == Denied(Op.UNLOCK, Reason.NOT_RECORDED)


def test_a_bolt_that_does_not_move_is_a_second_record_and_keeps_the_token() -> None:
    home = house(CONFIG, "M", code(10, 5_550_123))
    home.rig.bolt_works = False
    home.rig.type("5550123")
    entry, bolt = events(home)[-2:]
    assert (entry.kind, entry.result) == (Kind.ENTRY, Result.GRANTED)
    assert (bolt.kind, bolt.result, bolt.of_seq) == (Kind.BOLT, Result.FAILED, entry.seq)
    assert home.rig.lock.holds(home.rig.at).tries_left == 11


@pytest.mark.rule("CODE-7")
def test_an_opening_by_a_temporary_code_says_which_issue_it_was() -> None:
    home = house()
    ways(home)["temporary"]()
    event = last(home)
    assert event.method is Method.TEMPORARY_CODE
    assert event.ref == TempRef(int(TempCls.ONCE), bucket_of(TempCls.ONCE, home.service.now, ZONE), 0)


@pytest.mark.rule("CARD-4", "LOCK-2")
def test_metal_key_and_inside_handle_are_events_without_a_person() -> None:
    home = house()
    home.rig.do(KeyTurned())
    home.rig.do(InsideHandle())
    key, inside = events(home)[-2:]
    assert (key.kind, key.subj, key.photo) == (Kind.METAL_KEY, None, None)
    assert (inside.kind, inside.subj) == (Kind.INSIDE, None)


@pytest.mark.rule("LOCK-2")
def test_a_model_without_a_cylinder_has_no_metal_key() -> None:
    home = house(model="C2")
    before = len(events(home))
    home.rig.do(KeyTurned())
    assert len(events(home)) == before


@pytest.mark.rule("CODE-10", "CODE-11", "CODE-4")
def test_the_digits_are_in_no_record_and_the_reason_is() -> None:
    home = house()
    home.rig.type("1234567")
    event = last(home)
    assert (event.result, event.reason) == (Result.REFUSED, Reason.WRONG_CODE)
    assert "1234567" not in repr(event)


def test_a_report_of_a_bolt_that_nobody_moved_changes_nothing() -> None:
    home = house()
    before = events(home)
    assert home.rig.do(BoltMoved(True))[:-1] == []
    assert events(home) == before


@pytest.mark.rule("LOCK-14")
def test_a_second_code_opens_as_usual_and_marks_its_event() -> None:
    """The face shows the same, the bolt moves the same; only the sealed event differs."""
    home = house(UNIT, "M", code(10, 7391528), replace(code(11, 2860417), kind=RecordKind.DURESS_CODE))
    said = []
    for value, marked in (("7391528", False), ("2860417", True)):
        commands = home.rig.type(value)
        assert opened(commands)
        said.append([type(command).__name__ for command in commands])
        home.rig.do(BoltMoved(True))
        entry = next(event for event in reversed(events(home)) if event.kind == Kind.ENTRY)
        assert (entry.result, entry.subj, entry.duress) == (Result.GRANTED, 5, marked)
        home.wait(30)
    assert said[0] == said[1]
