"""Wrong codes: tokens, delays and the guard, through power cuts (CODE-10, protocol D.4)."""

import contextlib
import random

import pytest

from limen.lock.bucket import Bucket, Charged, Wait
from limen.lock.flash import Layout
from limen.lock.notes import Notes
from limen.lock.shell.flash import MemoryFlash
from limen.wire.records import Bucket as Rule
from tests.unit.lock.crash import CrashFlash, PowerLossError

RULE = Rule(tokens=12, refill_min=10, guard=40)
BANKS = Layout.for_capacity(10).notes
MINUTE = 60_000


def fresh(flash: MemoryFlash | None = None, at: int = 0) -> Bucket:
    return Bucket(Notes(flash or MemoryFlash(), BANKS), at)


def wrong(bucket: Bucket, at: int) -> int:
    """Charges as soon as one may; the moment it was."""
    while isinstance(waits := bucket.charge(RULE, at), Wait):
        at += waits.ms
    return at


@pytest.mark.rule("CODE-10")
def test_three_wrong_in_a_row_wait_five_seconds_then_fifteen_then_sixty_each() -> None:
    bucket = fresh()
    waits = []
    at = 0
    for _ in range(6):
        at = wrong(bucket, at)
        waits.append(bucket.wait_ms(RULE, at))
    assert waits == [0, 0, 5_000, 15_000, 60_000, 60_000]


@pytest.mark.rule("CODE-10")
@pytest.mark.parametrize("guard", [0, 1])
def test_a_guard_of_none_or_one_begins_with_the_first_wrong_code_and_never_with_a_right_one(guard: int) -> None:
    """0 is no way to have no guard (M-6)."""
    bucket, rule = fresh(), Rule(tokens=12, refill_min=10, guard=guard)
    right = bucket.charge(rule, 0)
    assert isinstance(right, Charged)
    bucket.settle(right, rule, 0)
    assert not bucket.guarded
    bucket.charge(rule, MINUTE)
    assert bucket.guarded


@pytest.mark.rule("CODE-10")
def test_an_empty_bucket_compares_nothing_until_a_token_is_back() -> None:
    bucket = fresh()
    at = 0
    for _ in range(13):
        at = wrong(bucket, at)
    assert bucket.tokens_left(RULE, at) == 0
    assert bucket.wait_ms(RULE, at) > 60_000


@pytest.mark.rule("CODE-10")
def test_a_right_code_gets_its_own_token_back_and_nothing_more() -> None:
    bucket = fresh()
    at = wrong(bucket, wrong(bucket, 0))
    charged = bucket.charge(RULE, at)
    assert isinstance(charged, Charged)
    bucket.settle(charged, RULE, at)
    assert bucket.tokens_left(RULE, at) == 10
    assert bucket.wait_ms(RULE, at) == 0
    assert bucket.charge(RULE, at) != Wait(5_000)


@pytest.mark.rule("CODE-10")
def test_pulling_the_battery_neither_fills_the_bucket_nor_ends_the_delay() -> None:
    flash = MemoryFlash()
    bucket = fresh(flash)
    at = 0
    for _ in range(5):
        at = wrong(bucket, at)
    again = fresh(flash, at=at + 10**9)
    assert again.tokens_left(RULE, at + 10**9) == bucket.tokens_left(RULE, at)
    assert again.wait_ms(RULE, at + 10**9) == 60_000


def test_an_entry_during_a_delay_costs_nothing() -> None:
    bucket = fresh()
    at = wrong(bucket, wrong(bucket, wrong(bucket, 0)))
    left = bucket.tokens_left(RULE, at)
    assert bucket.charge(RULE, at) == Wait(5_000)
    assert bucket.tokens_left(RULE, at) == left


def test_the_guard_makes_tokens_four_times_as_slow_until_a_sync() -> None:
    bucket = fresh()
    rule = Rule(tokens=12, refill_min=10, guard=6)
    at = 0
    for _ in range(6):
        while isinstance(waits := bucket.charge(rule, at), Wait):
            at += waits.ms
    assert bucket.guarded
    spent = bucket.tokens_left(rule, at)
    assert bucket.tokens_left(rule, at + 39 * MINUTE) <= spent + 1
    bucket.synced(at)
    assert not bucket.guarded
    assert bucket.tokens_left(rule, at + 30 * MINUTE) >= spent + 3


@pytest.mark.rule("CODE-10")
def test_a_token_is_gone_before_the_comparison_wherever_the_power_is_cut() -> None:
    """Inv. 46: a charge that returned is durable, and one that did not return let nobody compare."""
    before = CrashFlash(1)
    bucket = fresh(before)
    at = wrong(bucket, 0)
    counted = before.clone(0)
    fresh(counted, at).charge(RULE, at)
    for budget in range(counted.steps + 1):
        flash = before.clone(budget)
        bucket = fresh(flash, at)
        flash.budget = budget
        compared = False
        with contextlib.suppress(PowerLossError):
            compared = isinstance(bucket.charge(RULE, at), Charged)
        flash.budget = None
        again = fresh(flash, at)
        assert again.tokens_left(RULE, at) in ((10,) if compared else (10, 11))


@pytest.mark.rule("CODE-10", "CODE-12")
def test_in_any_time_at_most_b_plus_t_over_r_codes_are_compared_and_fail() -> None:
    """Inv. 45, over power cuts, right codes in between and every interval of a long siege."""
    chance = random.Random(5)
    for _ in range(20):
        flash, at, powered = MemoryFlash(), 0, 0
        bucket = fresh(flash, at)
        failed: list[int] = []
        for _ in range(300):
            step = chance.choice((0, 500, 5_000, 60_000, 600_000))
            at, powered = at + step, powered + step
            if chance.random() < 0.15:
                at += chance.randrange(10**8)
                bucket = fresh(flash, at)
            charged = bucket.charge(RULE, at)
            if isinstance(charged, Charged):
                if chance.random() < 0.2:
                    bucket.settle(charged, RULE, at)
                else:
                    failed.append(powered)
        for i, first in enumerate(failed):
            for j in range(i, len(failed)):
                assert j - i + 1 <= RULE.tokens + (failed[j] - first) / (RULE.refill_min * MINUTE) + 1e-9


DAY = 24 * 60 * MINUTE


def lived(days: int, wrong_a_day: int, right_a_day: int = 0) -> tuple[Bucket, MemoryFlash]:
    """A keypad with so many powered days behind it, the battery pulled every tenth."""
    flash = MemoryFlash()
    bucket = fresh(flash)
    for day in range(days):
        if day % 10 == 9:
            bucket.persist(day * DAY)
            bucket = fresh(flash, at=day * DAY)
        for n in range(wrong_a_day + right_a_day):
            charged = bucket.charge(RULE, day * DAY + (n + 1) * 30 * MINUTE)
            assert isinstance(charged, Charged)
            if n >= wrong_a_day:
                bucket.settle(charged, RULE, day * DAY + (n + 1) * 30 * MINUTE)
    return bucket, flash


def wrong_until_guarded(bucket: Bucket, at: int) -> int:
    """How many wrong codes, one in a quarter of an hour, begin the guard."""
    for count in range(1, 48):
        assert isinstance(bucket.charge(RULE, at + count * 15 * MINUTE), Charged)
        if bucket.guarded:
            return count
    raise AssertionError("no guard in half a day")


@pytest.mark.rule("CODE-10")
@pytest.mark.parametrize(
    ("wrong_a_day", "right_a_day", "guard_at"),
    [(1, 0, 12), (0, 20, 12), (5, 0, 15), (8, 3, 24), (13, 0, 39), (14, 0, 40), (20, 0, 40)],
)
def test_three_times_what_is_usual_at_a_door_begins_the_guard(wrong_a_day: int, right_a_day: int, guard_at: int) -> None:
    """D.4: the mean of 30 days, right codes and lost power apart; never fewer than a whole bucket, and the rule's own number where that is less."""
    bucket, _ = lived(32, wrong_a_day, right_a_day)
    assert not bucket.guarded
    assert wrong_until_guarded(bucket, 32 * DAY + DAY // 2) == guard_at


@pytest.mark.rule("CODE-10")
def test_what_is_usual_is_not_known_before_thirty_days_with_power() -> None:
    """A month on the shelf counts nothing; a month in which nobody typed does, also where the power goes meanwhile."""
    assert wrong_until_guarded(fresh(at=90 * DAY), 90 * DAY) == 40
    assert wrong_until_guarded(fresh(), 29 * DAY + DAY // 2) == 40
    flash = MemoryFlash()
    for day in range(0, 40, 10):
        bucket = fresh(flash, at=day * DAY)
        for quarter in range(1, 10 * 96 + 1):
            bucket.persist(day * DAY + quarter * 15 * MINUTE)
    assert wrong_until_guarded(fresh(flash, at=50 * DAY), 50 * DAY) == 12


@pytest.mark.rule("CODE-10")
def test_at_another_door_nothing_is_usual_yet() -> None:
    """What a lock counted at a flat says nothing about the entrance it moves to; its tokens and delays go along."""
    bucket, flash = lived(32, 1)
    at = wrong(bucket, 32 * DAY)
    bucket.at_another_door(at)
    assert bucket.tokens_left(RULE, at) == 11
    assert wrong_until_guarded(fresh(flash, at), at + DAY) == 40


@pytest.mark.rule("CODE-10")
def test_a_bucket_that_an_earlier_firmware_kept_goes_on() -> None:
    """Its 24 hours count, and of its days nothing is known."""
    bucket, flash = lived(40, 3)
    bucket.persist(40 * DAY)
    notes = Notes(flash, BANKS)
    kept = notes.get(b"bucket")
    assert kept is not None
    notes.put(b"bucket", kept[:71])
    again = fresh(flash, at=40 * DAY)
    assert again.tokens_left(RULE, 40 * DAY) == bucket.tokens_left(RULE, 40 * DAY)
    assert wrong_until_guarded(again, 41 * DAY) == 40


def test_a_sync_between_a_charge_and_the_bolt_ends_the_guard_for_good() -> None:
    """M-6: the answer about the time came while a right code was on its way."""
    bucket = fresh()
    rule, at = Rule(tokens=12, refill_min=10, guard=6), 0
    for _ in range(6):
        while isinstance(waits := bucket.charge(rule, at), Wait):
            at += waits.ms
    at += bucket.wait_ms(rule, at)
    charged = bucket.charge(rule, at)
    assert isinstance(charged, Charged) and bucket.guarded
    bucket.synced(at)
    bucket.settle(charged, rule, at)
    assert not bucket.guarded
