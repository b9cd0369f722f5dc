"""Hands at the door, as the story of the first life has them."""

from dataclasses import replace

import pytest

from limen.lock.events import Cause, CheckPressed, DigitTyped, InsideBolt, InsideHandle, LensTouched, Ticked
from limen.wire import operations as ask
from limen.wire.answers import Denied, Plain, Settled
from limen.wire.bundles import Bundle
from limen.wire.doorcodes import TempCls, bucket_of, temporary
from limen.wire.events import Kind, Method
from limen.wire.grants import Cls
from limen.wire.operations import Op
from limen.wire.records import ConfigFlags, DoorKind
from limen.wire.refusals import Reason, Status
from limen.wire.timestamps import EPOCH_2024
from tests.unit.lock.reading import events
from tests.unit.lock.site import CONFIG, DANA, GUS, T0, ZONE, House, code, house, lens, opened
from tests.unit.lock.test_cards import AES, card, tap

PRIVATE = replace(CONFIG, door_kind=DoorKind.UNIT, flags=ConfigFlags.PRIVACY_DEADBOLT)


def daily(home: House) -> str:
    held = home.rig.lock.memory.held
    assert held is not None
    return temporary(held.daily_key, 7, TempCls.DAY, bucket_of(TempCls.DAY, home.service.now, ZONE), 0)


@pytest.mark.rule("CODE-10")
def test_three_wrong_codes_meet_the_delay_and_the_lens_says_so() -> None:
    home = house()
    said = [lens(home.rig.type("1234567")) for _ in range(3)]
    assert said == ["Not accepted.", "Not accepted.", "Too many wrong codes. Next try in 5 seconds. App, card and key work."]


@pytest.mark.rule("CODE-10")
def test_the_right_code_fails_while_a_delay_runs_and_app_card_and_handle_do_not() -> None:
    """While the keypad waits, everything else opens (invariant 53)."""
    home = house(CONFIG, "M", code(9, 5_550_123), AES)
    for _ in range(3):
        home.rig.type("1234567")
    home.rig.at -= 2_500  # typing takes time too
    assert "Too many" in lens(home.rig.type("5550123"))
    assert home.unlock(DANA) == Plain(Op.UNLOCK)
    assert tap(home, card())[0]
    before = len(events(home))
    home.rig.do(InsideHandle())
    assert len(events(home)) == before + 1
    home.rig.wait(6_000)
    assert opened(home.rig.type("5550123"))


@pytest.mark.rule("CODE-10", "LOCK-5", "CODE-4")
def test_fifteen_wrong_codes_meet_the_empty_bucket_and_pulling_the_battery_mends_nothing() -> None:
    """After it the lock refuses temporary codes until an update brings the time, and still opens for app and permanent code."""
    home = house(CONFIG, "M", code(9, 5_550_123))
    for _ in range(15):
        home.rig.type("1234567")
        home.rig.wait(60_000)
    assert home.rig.lock.holds(home.rig.at).tries_left <= 1
    tries = home.rig.lock.holds(home.rig.at).tries_left
    home.rig.pull_battery(3_600_000)
    assert home.rig.lock.holds(home.rig.at).tries_left == tries
    home.service.now += 900 + 3600
    home.wait(1200)
    assert home.unlock(DANA) == Plain(Op.UNLOCK)
    home.rig.hang_up()
    assert not opened(home.rig.type(daily(home)))
    assert events(home)[-1].reason in (Reason.CLOCK_LOST, Reason.WRONG_CODE)
    home.wait(61)
    assert opened(home.rig.type("5550123"))
    assert home.sync_clock(DANA) == Plain(Op.TIME)
    assert opened(home.rig.type(daily(home)))


@pytest.mark.rule("CODE-10")
def test_a_delay_survives_the_battery() -> None:
    home = house(CONFIG, "M", code(9, 5_550_123))
    for _ in range(5):
        home.rig.type("1234567")
        home.rig.wait(20_000)
    home.rig.pull_battery(10**7)
    assert "Too many" in lens(home.rig.type("5550123"))


@pytest.mark.rule("LOCK-15")
def test_with_the_bolt_thrown_from_inside_only_the_household_comes_in() -> None:
    home = house(PRIVATE, "M", code(9, 5_550_123), code(10, 5_550_999, Cls.APP_GUEST, 7))
    home.rig.do(InsideBolt(True))
    assert not opened(home.rig.type(daily(home)))
    assert not opened(home.rig.type("5550999"))
    assert home.unlock(GUS, home.service.grant(GUS, Cls.APP_GUEST)) == Denied(Op.UNLOCK, Reason.BOLT_THROWN)
    assert opened(home.rig.type("5550123"))
    assert home.unlock(DANA) == Plain(Op.UNLOCK)
    home.rig.do(InsideBolt(False))
    assert opened(home.rig.type("5550999"))


@pytest.mark.rule("LOCK-15")
def test_a_model_without_a_privacy_bolt_knows_no_thrown_bolt() -> None:
    home = house(PRIVATE, "C2")
    home.rig.do(InsideBolt(True))
    assert home.unlock(GUS, home.service.grant(GUS, Cls.APP_GUEST)) == Plain(Op.UNLOCK)


@pytest.mark.rule("CODE-9")
def test_an_entry_ends_by_itself_two_seconds_after_its_last_digit() -> None:
    home = house(CONFIG, "M", code(9, 5_550_123))
    home.rig.do(LensTouched())
    for digit in "5550123":
        home.rig.wait(300)
        home.rig.do(DigitTyped(int(digit)))
    home.rig.wait(2_000)
    assert opened(home.rig.do(Ticked()))


@pytest.mark.rule("CODE-9")
def test_discarded_entries_cost_no_token_and_are_merged_into_one_record() -> None:
    home = house()
    for _ in range(5):
        home.rig.do(LensTouched())
        home.rig.do(DigitTyped(1))
        home.rig.do(CheckPressed())
    assert home.rig.lock.holds(home.rig.at).tries_left == 12
    home.rig.wait(600_001)
    home.rig.do(Ticked())
    discarded = [event for event in events(home) if event.reason is Reason.ENTRY_DISCARDED]
    assert [(event.count, event.method) for event in discarded] == [(5, Method.CODE)]


@pytest.mark.rule("CODE-10")
def test_wrong_codes_are_recorded_one_by_one_and_the_guard_is_said() -> None:
    home = house(replace(CONFIG, bucket=replace(CONFIG.bucket, guard=4)))
    for _ in range(5):
        home.rig.type("1234567")
        home.rig.wait(61_000)
    kinds = [event.kind for event in events(home) if event.kind in (Kind.ENTRY, Kind.GUARD)]
    assert kinds == [Kind.ENTRY] * 4 + [Kind.GUARD, Kind.ENTRY]


@pytest.mark.rule("CODE-10")
@pytest.mark.parametrize("why", ["ended", "bolt thrown", "motor"])
def test_a_known_code_that_does_not_open_costs_what_a_wrong_one_costs(why: str) -> None:
    """The token, its place in the row and its count for the guard; only an opening gives them back (M-7)."""
    exp = (T0 - EPOCH_2024) // 60 - 10 if why == "ended" else None
    home = house(PRIVATE, "M", code(9, 5_550_123, Cls.CODE_HOLDER, exp=exp))
    home.rig.bolt_works = why != "motor"
    home.rig.do(InsideBolt(why == "bolt thrown"))
    full = home.rig.lock.holds(home.rig.at).tries_left
    said = [lens(home.rig.type("5550123")) for _ in range(3)]
    assert home.rig.lock.holds(home.rig.at).tries_left == full - 3
    assert home.rig.lock.holds(home.rig.at).wait_ms > 0, said


def guessed(home: House) -> None:
    """Somebody tries codes until the keypad guards itself."""
    while not home.rig.lock.memory.bucket.guarded:
        home.rig.type("1234567")
        home.wait(61)


def bring(home: House, bundle: Bundle) -> Status:
    """Somebody who may push, and do nothing else, brings a list."""
    talk, _ = home.present(GUS, home.service.grant(GUS, Cls.COURIER, acl_ver=1), Op.MANIFEST)
    answer = home.push(talk, bundle)
    assert isinstance(answer, Settled)
    return answer.status


@pytest.mark.rule("CODE-10")
def test_a_guesser_who_may_also_push_ends_the_guard_with_no_list_of_the_time_before() -> None:
    """Neither the manifest of a list that is here already nor one that was kept back for the purpose is news from the service; a list signed since is."""
    home = house(replace(CONFIG, bucket=replace(CONFIG.bucket, guard=4)))
    home.service.edit()
    old = home.service.bundle()
    assert bring(home, old) is Status.APPLIED
    home.service.edit()
    kept_back = home.service.bundle(base=1)
    home.wait(60)
    guessed(home)
    assert bring(home, old) is Status.ALREADY
    assert home.rig.lock.memory.bucket.guarded
    assert bring(home, kept_back) is Status.APPLIED
    assert home.rig.lock.memory.bucket.guarded
    home.rig.boot(Cause.RESTART)
    assert bring(home, kept_back) is Status.ALREADY
    assert home.rig.lock.memory.bucket.guarded
    home.service.edit()
    assert bring(home, home.service.bundle(base=1)) is Status.APPLIED
    assert not home.rig.lock.memory.bucket.guarded


@pytest.mark.rule("CODE-10")
def test_a_guard_that_began_without_a_clock_is_ended_by_the_time_alone() -> None:
    """A lock that has lost its time cannot tell whether a list is of before or after; an answer to its own nonce is of now."""
    home = house(replace(CONFIG, bucket=replace(CONFIG.bucket, guard=4)))
    home.rig.pull_battery()
    guessed(home)
    home.wait(600)
    home.service.edit()
    assert bring(home, home.service.bundle()) is Status.APPLIED
    assert home.rig.lock.memory.bucket.guarded
    home.sync_clock(DANA)
    assert not home.rig.lock.memory.bucket.guarded


def test_an_unowned_lock_opens_for_no_digits() -> None:
    home = house()
    talk, _ = home.present(DANA, home.service.grant(DANA), Op.ACTIVATE)
    talk.ask(ask.ReleaseTell(home.service.release()))
    assert not opened(home.rig.type("5550123"))


def test_the_lens_sleeps_again_by_itself() -> None:
    home = house()
    home.rig.do(LensTouched())
    home.rig.wait(5_001)
    assert lens(home.rig.do(Ticked())) == "Asleep. Touch the lens."


def test_a_jumpstarted_lock_hears_no_keypad() -> None:
    home = house(CONFIG, "C2", code(9, 5_550_123))
    home.rig.boot(Cause.POWER, jumpstart=True)
    assert not opened(home.rig.type("5550123"))


@pytest.mark.rule("LOCK-7")
def test_a_jumpstarted_lock_lets_one_app_unlock_through() -> None:
    home = house(model="C2")
    home.rig.boot(Cause.POWER, jumpstart=True)
    assert home.unlock(DANA) == Plain(Op.UNLOCK)
    assert home.unlock(DANA) == Denied(Op.UNLOCK, Reason.BATTERY)
