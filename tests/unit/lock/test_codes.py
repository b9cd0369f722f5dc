"""Digits against what opens now (protocol D)."""

import contextlib
from dataclasses import replace

import pytest

from limen.lock.clock import Reading
from limen.lock.codes import Temporaries, Uses, judge, margin_s
from limen.lock.decide import Door, Granted, Refused
from limen.lock.flash import Layout
from limen.lock.lists import HeldList
from limen.lock.notes import Notes
from limen.lock.shell.flash import MemoryFlash
from limen.wire.doorcodes import TempCls, bucket_of, temporary
from limen.wire.liststate import ListState, stored
from limen.wire.receipts import TrustedTime
from limen.wire.records import CodeFloor, ListRecord, RecordKind
from limen.wire.refusals import Reason
from limen.wire.zones import day_of, day_start
from tests.unit.lock.crash import CrashFlash, PowerLossError
from tests.unit.lock.site import CONFIG, T0, ZONE, code, house, opened

MINUTE, HOUR, DAY = 60, 3600, 86_400
BANKS = Layout.for_capacity(10).notes


class Lockside:
    """The part of a lock that judges digits, with a clock by hand."""

    def __init__(self, *records: ListRecord, flash: MemoryFlash | None = None) -> None:
        pin = b"p" * 32
        listed = {record.slot: stored(record, pin) for record in records}
        self.held = HeldList.of(b"l" * 8, ListState(epoch=1, ver=3, records=listed, config=CONFIG, k_daily=b"d" * 32, k_pin=pin))
        self.uses = Uses(Notes(flash or MemoryFlash(), BANKS))
        self.temporaries = Temporaries(self.held.daily_key, CONFIG)

    def door(self, t: int, u_s: int | None = 60) -> Door:
        quality = TrustedTime.LOST if u_s is None else TrustedTime.GOOD if u_s <= 300 else TrustedTime.COARSE
        return Door(self.held, Reading(t * 1000, None if u_s is None else u_s * 1000, 0, quality))

    def opens(self, digits: str, t: int, u_s: int | None = 60, *, use: bool = True) -> bool:
        judged = judge(digits, self.door(t, u_s), self.temporaries, self.uses)
        if not isinstance(judged.decision, Granted):
            return False
        if use and judged.temporary is not None and judged.temporary.first_use:
            issue = judged.temporary.issue
            self.uses.add((issue.cls, issue.b, issue.idx), t)
        return True

    def made(self, cls: TempCls, t: int, idx: int = 0) -> str:
        return temporary(self.held.daily_key, CONFIG.digits, cls, bucket_of(cls, t, ZONE), idx)


@pytest.mark.rule("CODE-4")
def test_a_daily_code_works_that_whole_calendar_day_and_no_other() -> None:
    lock = Lockside()
    day = day_of(ZONE, T0)
    start, end = day_start(ZONE, day), day_start(ZONE, day + 1)
    digits = lock.made(TempCls.DAY, T0)
    assert all(lock.opens(digits, t) for t in (start, T0, end - 1))
    assert lock.opens(digits, start - 299)
    assert not lock.opens(digits, start - 301)
    assert not lock.opens(digits, end + 301)


@pytest.mark.rule("CODE-4")
def test_a_daily_single_use_code_is_dead_fifteen_minutes_after_its_first_use() -> None:
    lock = Lockside()
    digits = lock.made(TempCls.DAY_SINGLE, T0)
    assert lock.opens(digits, T0)
    assert lock.opens(digits, T0 + 14 * MINUTE)
    assert not lock.opens(digits, T0 + 15 * MINUTE)


@pytest.mark.rule("CODE-4", "CODE-5")
def test_a_24_hour_code_works_for_24_hours_from_when_it_was_made() -> None:
    lock = Lockside()
    digits = lock.made(TempCls.HOURS_24, T0)
    for later in (0, HOUR, 12 * HOUR, DAY - 1):
        assert lock.opens(digits, T0 + later)
    assert not lock.opens(digits, T0 + DAY + 30 * MINUTE + 301)


@pytest.mark.rule("CODE-4", "LINK-5")
def test_an_instant_code_must_be_used_within_the_hour_and_then_lasts_to_the_end_of_the_day_or_that_hour() -> None:
    late = day_start(ZONE, day_of(ZONE, T0) + 1) - 10 * MINUTE
    for made, good_until in ((T0, day_start(ZONE, day_of(ZONE, T0) + 1)), (late, late + HOUR)):
        unused = Lockside()
        digits = unused.made(TempCls.INSTANT, made)
        assert not unused.opens(digits, made + HOUR + 15 * MINUTE + 301)
        used = Lockside()
        assert used.opens(digits, made + 59 * MINUTE)
        assert used.opens(digits, good_until - 1)
        assert not used.opens(digits, good_until + 15 * MINUTE + 301)


@pytest.mark.rule("CODE-4", "LINK-11")
def test_a_code_that_opens_once_opens_once() -> None:
    lock = Lockside()
    digits = lock.made(TempCls.ONCE, T0)
    assert lock.opens(digits, T0)
    assert not lock.opens(digits, T0 + 1)
    assert not lock.opens(digits, T0 + HOUR)


def test_after_a_motor_failure_it_opens_once_more_within_sixty_seconds() -> None:
    lock = Lockside()
    digits = lock.made(TempCls.ONCE, T0)
    assert lock.opens(digits, T0)
    lock.uses.failed((TempCls.ONCE, bucket_of(TempCls.ONCE, T0, ZONE), 0), T0 + 1)
    assert lock.opens(digits, T0 + 40)
    assert not lock.opens(digits, T0 + 41)
    lock.uses.failed((TempCls.ONCE, bucket_of(TempCls.ONCE, T0, ZONE), 0), T0 + 50)
    assert not lock.opens(digits, T0 + 111)


@pytest.mark.rule("CODE-4")
def test_codes_work_on_a_lock_that_has_been_offline_for_months_with_the_window_widened_by_its_error() -> None:
    lock = Lockside()
    t = T0 + 100 * DAY
    digits = lock.made(TempCls.DAY, t)
    assert lock.opens(digits, t, u_s=1200)
    end = day_start(ZONE, day_of(ZONE, t) + 1)
    assert lock.opens(digits, end + 1199, u_s=1200)
    assert not lock.opens(digits, end + 1201, u_s=1200)


@pytest.mark.rule("CODE-4", "LOCK-5")
def test_a_lock_that_has_lost_its_time_refuses_them_all_and_keeps_the_permanent_ones() -> None:
    lock = Lockside(code(1, 5_550_123))
    for cls in TempCls:
        assert not lock.opens(lock.made(cls, T0), T0, u_s=None)
    assert lock.opens("5550123", T0, u_s=None)


@pytest.mark.rule("CODE-7")
def test_what_opened_is_known_by_issue() -> None:
    lock = Lockside()
    judged = judge(lock.made(TempCls.INSTANT, T0, idx=3), lock.door(T0), lock.temporaries, lock.uses)
    assert judged.temporary is not None
    issue = judged.temporary.issue
    assert (issue.cls, issue.b, issue.idx) == (TempCls.INSTANT, bucket_of(TempCls.INSTANT, T0, ZONE), 3)


@pytest.mark.rule("CODE-13")
def test_a_code_floor_ends_what_was_issued_before_and_nothing_issued_after() -> None:
    b = bucket_of(TempCls.HOURS_24, T0, ZONE)
    floors = ListRecord(slot=80, kind=RecordKind.CODE_FLOOR, data=CodeFloor(TempCls.HOURS_24, b, 1))
    before, after = Lockside(), Lockside(floors)
    old, same = before.made(TempCls.HOURS_24, T0 - HOUR), before.made(TempCls.HOURS_24, T0)
    assert before.opens(old, T0)
    assert before.opens(same, T0)
    assert not after.opens(old, T0)
    assert not after.opens(same, T0)
    assert after.opens(after.made(TempCls.HOURS_24, T0 + HOUR), T0 + HOUR)
    assert after.opens(after.made(TempCls.DAY, T0), T0)


def test_an_index_beyond_the_width_opens_nothing() -> None:
    lock = Lockside()
    assert not lock.opens(lock.made(TempCls.INSTANT, T0, idx=CONFIG.widths[3]), T0)


def test_another_door_or_epoch_has_other_codes() -> None:
    """Inv. 41."""
    lock, key = Lockside(), Lockside().held.daily_key
    b = bucket_of(TempCls.DAY, T0, ZONE)
    for other in (replace(key, lock_id=b"neighbor"), replace(key, epoch=2)):
        assert not lock.opens(temporary(other, CONFIG.digits, TempCls.DAY, b, 0), T0)


@pytest.mark.rule("CODE-4", "LOCK-12")
def test_single_use_holds_over_a_power_cut_at_any_step() -> None:
    """Inv. 43: the use is in the notes before the bolt."""
    for budget in range(40):
        flash = CrashFlash(budget)
        lock = Lockside(flash=flash)
        Notes(flash, BANKS).put(b"x", b"y")
        lock.uses = Uses(Notes(flash, BANKS))
        digits = lock.made(TempCls.ONCE, T0)
        flash.budget = budget
        bolt = False
        with contextlib.suppress(PowerLossError):
            bolt = lock.opens(digits, T0)
        flash.budget = None
        lock.uses = Uses(Notes(flash, BANKS))
        assert not (bolt and lock.opens(digits, T0 + 5))


def test_at_most_512_first_uses_are_remembered_and_ended_ones_make_room() -> None:
    lock = Lockside()
    for n in range(512):
        lock.uses.add(((TempCls.DAY, TempCls.DAY_SINGLE)[n % 2], bucket_of(TempCls.DAY, T0, ZONE), n // 2), T0)
    digits = lock.made(TempCls.INSTANT, T0)
    judged = judge(digits, lock.door(T0), lock.temporaries, lock.uses)
    assert judged.decision == Refused(Reason.CODE_SPENT)
    assert lock.opens(lock.made(TempCls.DAY_SINGLE, T0), T0 + 60)
    lock.uses.prune(T0 + 3 * DAY, CONFIG, 300)
    assert not lock.uses.full
    assert lock.opens(lock.made(TempCls.INSTANT, T0 + 3 * DAY), T0 + 3 * DAY)


def test_permanent_comes_before_temporary_where_they_ever_meet() -> None:
    digits = Lockside().made(TempCls.DAY, T0)
    lock = Lockside(code(1, int(digits)))
    judged = judge(digits, lock.door(T0), lock.temporaries, lock.uses)
    assert isinstance(judged.decision, Granted)
    assert judged.temporary is None


def test_the_margin_is_five_minutes_while_time_is_good_and_the_error_itself_when_it_is_coarse() -> None:
    lock = Lockside()
    assert margin_s(lock.door(T0, 20).now) == 300
    assert margin_s(lock.door(T0, 1200).now) == 1200


@pytest.mark.rule("CODE-4")
def test_a_resident_hands_out_a_code_and_the_lock_opens_without_any_update() -> None:
    home = house()
    key = home.rig.lock.memory.held
    assert key is not None
    digits = temporary(key.daily_key, 7, TempCls.INSTANT, bucket_of(TempCls.INSTANT, home.service.now, ZONE), 0)
    assert opened(home.rig.type(digits))
