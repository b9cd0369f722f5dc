"""Digits against what opens now (protocol D)."""

import contextlib
from dataclasses import replace

import pytest

from limen.lock.clock import Reading
from limen.lock.codes import Judged, Temporaries, Uses, judge, margin_s
from limen.lock.decide import Door, Granted, Refused
from limen.lock.flash import Layout
from limen.lock.lists import HeldList
from limen.lock.notes import Notes
from limen.lock.shell.flash import MemoryFlash
from limen.wire.doorcodes import TempCls, bucket_of, temporary
from limen.wire.liststate import ListState, stored
from limen.wire.receipts import TrustedTime
from limen.wire.records import CodeFloor, Config, ListRecord, RecordKind
from limen.wire.refusals import Reason
from limen.wire.zones import day_of, day_start
from tests.unit.lock.crash import CrashFlash, PowerLossError
from tests.unit.lock.site import CONFIG, T0, ZONE, code, house, opened

MINUTE, HOUR, DAY = 60, 3600, 86_400
BANKS = Layout.for_capacity(10).notes


def _at(t: int) -> int:
    """The powered millisecond of a lock that began to count a day before T0, at one with the clock."""
    return (t - T0 + DAY) * 1000


class Lockside:
    """The part of a lock that judges digits, with a clock by hand."""

    def __init__(self, *records: ListRecord, flash: MemoryFlash | None = None, config: Config = CONFIG) -> None:
        pin = b"p" * 32
        listed = {record.slot: stored(record, pin) for record in records}
        self.held = HeldList.of(b"l" * 8, ListState(epoch=1, ver=3, records=listed, config=config, k_daily=b"d" * 32, k_pin=pin))
        self.uses = Uses(Notes(flash or MemoryFlash(), BANKS), at=0, power_lost=False)
        self.temporaries = Temporaries(self.held.daily_key, config)

    def door(self, t: int, u_s: int | None = 60) -> Door:
        quality = TrustedTime.LOST if u_s is None else TrustedTime.GOOD if u_s <= 300 else TrustedTime.COARSE
        return Door(self.held, Reading(t * 1000, None if u_s is None else u_s * 1000, 0, quality))

    def judge(self, digits: str, t: int, u_s: int | None = 60, *, powered_s: int | None = None) -> Judged:
        """At `t` by its clock, having counted `powered_s` seconds with power: since T0, unless somebody moved the clock."""
        return judge(digits, self.door(t, u_s), self.temporaries, self.uses, _at(t if powered_s is None else T0 + powered_s))

    def opens(self, digits: str, t: int, u_s: int | None = 60, *, powered_s: int | None = None) -> bool:
        judged = self.judge(digits, t, u_s, powered_s=powered_s)
        if not isinstance(judged.decision, Granted):
            return False
        if judged.temporary is not None and judged.temporary.first_use:
            issue = judged.temporary.issue
            self.uses.add((issue.cls, issue.b, issue.idx), t, _at(t if powered_s is None else T0 + powered_s))
        return True

    def made(self, cls: TempCls, t: int, idx: int = 0) -> str:
        return temporary(self.held.daily_key, self.held.config.digits, cls, bucket_of(cls, t, ZONE), idx)


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
    issue = TempCls.ONCE, bucket_of(TempCls.ONCE, T0, ZONE), 0
    lock.uses.failed(issue, _at(T0 + 1))
    assert lock.opens(digits, T0 + 40)
    assert not lock.opens(digits, T0 + 41)
    lock.uses.failed(issue, _at(T0 + 50))
    assert not lock.opens(digits, T0 + 111)


@pytest.mark.rule("CODE-4", "LINK-11")
@pytest.mark.parametrize("back_s", [1, 60, 299, 345, 3600])
def test_a_used_code_stays_used_when_the_clock_is_set_back(back_s: int) -> None:
    """Inv. 43 with T2 stepping back: a moment before the use is no moment at which the code is new."""
    once, single = Lockside(), Lockside()
    digits, other = once.made(TempCls.ONCE, T0 + 1800), single.made(TempCls.DAY_SINGLE, T0)
    assert once.opens(digits, T0 + 3600, powered_s=0)
    assert single.opens(other, T0 + 3600, powered_s=0)
    for powered_s in (1, 300, 890):
        assert not once.opens(digits, T0 + 3600 - back_s + powered_s, u_s=3600, powered_s=powered_s)
        assert single.opens(other, T0 + 3600 - back_s + powered_s, powered_s=powered_s)
    for powered_s in (900, 1100, 3000):
        assert not once.opens(digits, T0 + 3600 - back_s + powered_s, u_s=3600, powered_s=powered_s)
        assert not single.opens(other, T0 + 3600 - back_s + powered_s, powered_s=powered_s)


def test_a_quarter_of_an_hour_is_as_long_when_the_clock_is_set_ahead() -> None:
    """Inv. 40 and 43: T2 stepping ahead ends no class 1 code that was just used, and gives it no more."""
    lock = Lockside()
    digits = lock.made(TempCls.DAY_SINGLE, T0)
    assert lock.opens(digits, T0, powered_s=0)
    assert lock.opens(digits, T0 + 1200, powered_s=600)
    assert not lock.opens(digits, T0 + 1500, powered_s=900)


@pytest.mark.parametrize("step_s", [-3600, -345, -50, 70, 3600])
def test_the_grace_is_sixty_seconds_of_the_lock_whatever_its_clock_does(step_s: int) -> None:
    """Inv. 43's exception: neither cut short nor given a second time by a T2 answer."""
    lock = Lockside()
    digits = lock.made(TempCls.ONCE, T0)
    issue = TempCls.ONCE, bucket_of(TempCls.ONCE, T0, ZONE), 0
    assert lock.opens(digits, T0, powered_s=0)
    lock.uses.failed(issue, _at(T0))
    for powered_s in (60, abs(step_s) + 61):
        assert not lock.opens(digits, T0 + step_s + powered_s, u_s=3600, powered_s=powered_s)
    lock.uses.failed(issue, _at(T0 + 5000))
    assert lock.opens(digits, T0 + step_s, u_s=3600, powered_s=5058)
    assert not lock.opens(digits, T0 + step_s, u_s=3600, powered_s=5059)


def test_a_power_loss_ends_what_runs_and_a_restart_does_not() -> None:
    """Inv. 43: nobody knows how long the lock was dark, so neither the quarter of an hour nor the grace goes on behind it."""
    for power_lost in (False, True):
        flash = MemoryFlash()
        lock = Lockside(flash=flash)
        single, once = lock.made(TempCls.DAY_SINGLE, T0), lock.made(TempCls.ONCE, T0)
        assert lock.opens(single, T0)
        assert lock.opens(once, T0)
        lock.uses.failed((TempCls.ONCE, bucket_of(TempCls.ONCE, T0, ZONE), 0), _at(T0))
        lock.uses = Uses(Notes(flash, BANKS), _at(T0 + 20), power_lost)
        assert lock.opens(single, T0 + 30) is not power_lost
        lock.uses = Uses(Notes(flash, BANKS), _at(T0 + 35), power_lost=False)
        assert lock.opens(once, T0 + 40) is not power_lost
        assert lock.opens(single, T0 + 40) is not power_lost
        lock.uses = Uses(Notes(flash, BANKS), at=0, power_lost=False)
        assert not lock.opens(single, T0 + 45), "a body that counts anew has lost count"


def test_a_motor_failure_gives_no_other_code_more_than_it_had() -> None:
    lock = Lockside()
    digits = lock.made(TempCls.DAY_SINGLE, T0)
    assert lock.opens(digits, T0)
    lock.uses.failed((TempCls.DAY_SINGLE, bucket_of(TempCls.DAY_SINGLE, T0, ZONE), 0), _at(T0 + 800))
    assert not lock.opens(digits, T0 + 901)


@pytest.mark.rule("CODE-13")
def test_a_code_floor_ends_the_grace_too() -> None:
    b = bucket_of(TempCls.ONCE, T0, ZONE)
    lock = Lockside(ListRecord(slot=80, kind=RecordKind.CODE_FLOOR, data=CodeFloor(TempCls.ONCE, b, 1)))
    lock.uses.add((TempCls.ONCE, b, 0), T0, _at(T0))
    lock.uses.failed((TempCls.ONCE, b, 0), _at(T0))
    assert not lock.opens(lock.made(TempCls.ONCE, T0), T0 + 5)


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
    judged = lock.judge(lock.made(TempCls.INSTANT, T0, idx=3), T0)
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
        lock.uses = Uses(Notes(flash, BANKS), at=0, power_lost=False)
        digits = lock.made(TempCls.ONCE, T0)
        flash.budget = budget
        bolt = False
        with contextlib.suppress(PowerLossError):
            bolt = lock.opens(digits, T0)
        flash.budget = None
        lock.uses = Uses(Notes(flash, BANKS), at=0, power_lost=True)
        assert not (bolt and lock.opens(digits, T0 + 5))
        assert not (bolt and lock.opens(digits, T0 - 300)), "the answer that ends LOST may step back"


def test_at_most_512_first_uses_are_remembered_and_ended_ones_make_room() -> None:
    lock = Lockside()
    for n in range(512):
        lock.uses.add(((TempCls.INSTANT, TempCls.DAY_SINGLE)[n % 2], bucket_of(TempCls.DAY, T0, ZONE), n // 2), T0, _at(T0))
    digits = lock.made(TempCls.INSTANT, T0)
    assert lock.judge(digits, T0).decision == Refused(Reason.CODE_SPENT)
    assert lock.opens(lock.made(TempCls.DAY_SINGLE, T0), T0 + 60)
    lock.uses.prune(T0 + 3 * DAY, CONFIG, 300)
    assert not lock.uses.full
    assert lock.opens(lock.made(TempCls.INSTANT, T0 + 3 * DAY), T0 + 3 * DAY)


def test_codes_that_need_no_first_use_take_no_place_of_those_that_do() -> None:
    """Classes 0 and 2 open in one window, used or not: a full book of uses refuses them nothing, and they fill none."""
    lock = Lockside()
    day, running = lock.made(TempCls.DAY, T0), lock.made(TempCls.HOURS_24, T0)
    assert lock.opens(day, T0)
    assert lock.opens(running, T0)
    assert not lock.uses.issues()
    for n in range(512):
        lock.uses.add((TempCls.INSTANT, n // 256, n % 256), T0, _at(T0))
    assert lock.uses.full
    assert lock.opens(day, T0 + 60)
    assert lock.opens(running, T0 + 60)


def test_digits_that_also_are_a_code_without_need_of_a_place_open_where_there_is_none_left() -> None:
    """The service gives no digits twice; where they meet all the same, a full book of uses refuses only what would be a first use."""
    lock = Lockside(config=replace(CONFIG, digits=4))
    for n in range(512):
        lock.uses.add((TempCls.INSTANT, n // 256, n % 256), T0, _at(T0))
    codes = {lock.made(TempCls.DAY, T0, idx) for idx in range(CONFIG.widths[TempCls.DAY])}
    met = next(
        (code, t)
        for t in range(T0, T0 + DAY // 2, 15 * MINUTE)
        for code in sorted(codes & {lock.made(TempCls.INSTANT, t, idx) for idx in range(CONFIG.widths[TempCls.INSTANT])})
    )
    judged = lock.judge(*met)
    assert lock.temporaries.issues(met[0])[0][0] is TempCls.INSTANT, "what needs a place is asked first"
    assert isinstance(judged.decision, Granted) and judged.temporary is not None
    assert judged.temporary.issue.cls is TempCls.DAY


def test_permanent_comes_before_temporary_where_they_ever_meet() -> None:
    digits = Lockside().made(TempCls.DAY, T0)
    lock = Lockside(code(1, int(digits)))
    judged = lock.judge(digits, T0)
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
