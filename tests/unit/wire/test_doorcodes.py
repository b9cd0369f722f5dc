"""Doorcodes: which digits, which windows, which live set."""

import hmac
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from limen.wire import doorcodes
from limen.wire.cbor import Malformed
from limen.wire.doorcodes import (
    DailyKey,
    FirstUse,
    Moment,
    TempCls,
    accepts,
    bucket_of,
    candidates,
    first_window,
    killed,
    live_issues,
    temporary,
    used_until,
)
from limen.wire.records import CodeFloor
from limen.wire.timestamps import EPOCH_2024
from limen.wire.zones import day_of, day_start
from tests.unit.wire.cast import LOCK_ID, NOW, steady
from tests.unit.wire.test_zones import TABLES

KEY = DailyKey(steady("daily"), LOCK_ID, 1)
WIDTHS = (150, 100, 2, 8, 4)
BUCKET_S = {TempCls.DAY: 0, TempCls.DAY_SINGLE: 0, TempCls.HOURS_24: 1800, TempCls.INSTANT: 900, TempCls.ONCE: 900}
ZONES = st.sampled_from(list(TABLES.values()))
MADE = st.integers(EPOCH_2024 + 200 * 86_400, EPOCH_2024 + 1200 * 86_400)
LONG_DAYS = [1_793_512_800, 1_793_484_000, 1_772_953_200, 1_772_946_000]  # around the changes of 2026 in New York


def around(moments: st.SearchStrategy[int]) -> st.SearchStrategy[int]:
    return moments | st.sampled_from(LONG_DAYS).flatmap(lambda t: st.integers(t - 90_000, t + 90_000))


@pytest.mark.rule("CODE-4")
@pytest.mark.rule("CODE-5")
@settings(max_examples=300)
@given(st.sampled_from(list(TempCls)), ZONES, around(MADE), st.sampled_from([300, 3600]), st.data())
def test_a_code_opens_at_every_moment_of_its_promise_whatever_the_clock_error(
    cls: TempCls, zone: tuple[tuple[int, int], ...], made: int, s: int, data: st.DataObject
) -> None:
    """Invariant 40, first half: any moment, any error up to S, days of 23 and 25 hours, first use included."""
    b = bucket_of(cls, made, zone)
    end = doorcodes.promised_until(cls, made, zone)
    start = day_start(zone, b) if cls <= TempCls.DAY_SINGLE else made
    first = data.draw(st.integers(start, min(end, made + 3600 if cls >= TempCls.INSTANT else end) - 1))
    error = data.draw(st.integers(-s, s))
    moment = Moment(t=first + error, s=s, zone=zone, widths=WIDTHS)
    assert accepts(moment, cls, b, 0)
    assert (cls, b, 0) in set(live_issues(moment))
    if cls in (TempCls.DAY_SINGLE, TempCls.ONCE):
        return
    later = data.draw(st.integers(first, end - 1))
    used = Moment(t=later + data.draw(st.integers(-s, s)), s=s, zone=zone, widths=WIDTHS, uses=(FirstUse(cls, b, 0, first + error),))
    assert accepts(used, cls, b, 0)
    assert (cls, b, 0) in set(live_issues(used))


@pytest.mark.rule("CODE-4")
@settings(max_examples=300)
@given(st.sampled_from(list(TempCls)), ZONES, around(MADE), st.sampled_from([300, 3600]), st.data())
def test_a_code_never_opens_later_than_its_end_and_a_bucket_and_twice_the_error(
    cls: TempCls, zone: tuple[tuple[int, int], ...], made: int, s: int, data: st.DataObject
) -> None:
    """Invariant 40, second half, with or without a first use."""
    b = bucket_of(cls, made, zone)
    end = doorcodes.promised_until(cls, made, zone)
    late = end + BUCKET_S[cls] + 2 * s + data.draw(st.integers(0, 90_000))
    shown = late + data.draw(st.integers(-s, s))
    use = FirstUse(cls, b, 0, data.draw(st.integers(made, end)))
    for uses in ((), (use,)):
        moment = Moment(t=shown, s=s, zone=zone, widths=WIDTHS, uses=uses)
        assert not accepts(moment, cls, b, 0)
        assert (cls, b, 0) not in set(live_issues(moment))


@given(st.sampled_from(list(TempCls)), ZONES, around(MADE), st.sampled_from([0, 300, 3600]))
@settings(max_examples=100)
def test_a_code_of_a_later_bucket_does_not_open_yet(cls: TempCls, zone: tuple[tuple[int, int], ...], made: int, s: int) -> None:
    """Nobody is early by more than the clock error."""
    b = bucket_of(cls, made, zone)
    start, _ = first_window(cls, b, zone, s)
    assert not accepts(Moment(t=start - 1, s=s, zone=zone, widths=WIDTHS), cls, b, 0)


def test_single_use_ends_a_quarter_of_an_hour_after_the_first_and_once_with_it() -> None:
    """Invariant 43's windows: class 1 fifteen minutes, class 4 at no moment any more, before its use neither."""
    zone = TABLES["America/New_York"]
    day = day_of(zone, NOW)
    single = FirstUse(TempCls.DAY_SINGLE, day, 0, NOW)
    once = FirstUse(TempCls.ONCE, bucket_of(TempCls.ONCE, NOW, zone), 0, NOW)
    assert used_until(single, zone, 300) == NOW + 900
    assert used_until(FirstUse(TempCls.DAY_SINGLE, day, 0, day_start(zone, day + 1) - 60), zone, 300) == day_start(zone, day + 1) + 300
    moment = Moment(t=NOW + 899, s=300, zone=zone, widths=WIDTHS, uses=(single, once))
    assert accepts(moment, single.cls, single.b, 0)
    assert not accepts(replace(moment, t=NOW + 900), single.cls, single.b, 0)
    start, end = first_window(once.cls, once.b, zone, 300)
    for t in (start, NOW - 300, NOW - 1, NOW, NOW + 1, end - 1):
        assert accepts(replace(moment, t=t, uses=()), once.cls, once.b, 0)
        assert not accepts(replace(moment, t=t), once.cls, once.b, 0)
        assert (once.cls, once.b, 0) not in set(live_issues(replace(moment, t=t)))


def test_an_instant_code_made_late_lives_past_midnight() -> None:
    """CODE-4: to the end of that hour, if later than the day."""
    zone = TABLES["America/New_York"]
    made = day_start(zone, day_of(zone, NOW) + 1) - 600
    b = bucket_of(TempCls.INSTANT, made, zone)
    assert doorcodes.promised_until(TempCls.INSTANT, made, zone) == made + 3600
    use = FirstUse(TempCls.INSTANT, b, 0, made + 60)
    assert accepts(Moment(t=made + 3599, s=300, zone=zone, widths=WIDTHS, uses=(use,)), TempCls.INSTANT, b, 0)


@pytest.mark.rule("CODE-13")
def test_a_code_floor_ends_what_was_issued_and_nothing_made_afterwards() -> None:
    """D.3: the bucket's lower indexes, and for the running kinds all earlier buckets."""
    floors = [CodeFloor(3, 100, 2), CodeFloor(0, 50, 1)]
    assert killed(floors, 3, 100, 1) and killed(floors, 3, 99, 7) and killed(floors, 0, 50, 0)
    assert not killed(floors, 3, 100, 2) and not killed(floors, 3, 101, 0) and not killed(floors, 0, 49, 0) and not killed(floors, 4, 99, 0)


@pytest.mark.parametrize(
    ("widths", "uses", "size"), [((8, 8, 1, 2, 0), 0, 78), ((40, 20, 1, 4, 1), 10, 150), ((150, 100, 2, 8, 4), 50, 472)]
)
def test_the_live_set_is_no_larger_than_the_formula(widths: tuple[int, int, int, int, int], uses: int, size: int) -> None:
    """Invariant 44: D of D.2 at every quarter of an hour of a day away from midnight."""
    zone = TABLES["America/New_York"]
    noon = day_start(zone, day_of(zone, NOW)) + 6 * 3600
    for t in range(noon, noon + 40_000, 450):
        live = list(candidates(KEY, 8, Moment(t=t, s=299, zone=zone, widths=widths)))
        assert len(live) + uses <= size
        assert len({c.code for c in live}) >= len(live) - 1


@given(st.integers(0, 2**32 - 1), st.integers(0, 255), st.sampled_from(list(TempCls)), st.integers(5, 9))
@settings(max_examples=50)
def test_a_code_belongs_to_one_lock_and_one_epoch(b: int, idx: int, cls: TempCls, d: int) -> None:
    """Invariant 41, and no temporary code is weak or of another length."""
    code = temporary(KEY, d, cls, b, idx)
    assert len(code) == d and code.isdigit() and not doorcodes.weak(code)
    others = [DailyKey(KEY.k_daily, bytes(8), 1), DailyKey(KEY.k_daily, LOCK_ID, 2), DailyKey(steady("other"), LOCK_ID, 1)]
    assume(d >= 8)
    assert [temporary(key, d, cls, b, idx) for key in others] != [code] * 3


@pytest.mark.parametrize("d", [5, 6, 7, 8, 9])
def test_digits_are_spread_evenly(d: int) -> None:
    """Invariant 49's χ² over ten bins of 20,000 codes, and rejection at the top of the range."""
    bins = [0] * 10
    for number in range(20_000):
        code = doorcodes.digits(hmac.digest(b"k", number.to_bytes(4, "big"), "sha256"), d)
        assert code is not None
        bins[int(code[0])] += 1
    assert sum((n - 2000) ** 2 / 2000 for n in bins) < 27.9  # 9 degrees of freedom, 0.1 %
    assert doorcodes.digits(b"\xff" * 8, d) is None


def test_about_one_code_in_forty_is_weak_at_seven_digits() -> None:
    """D.6: 2.4 % of the space."""
    share = sum(doorcodes.weak(f"{n * 7919 % 10**7:07d}") for n in range(50_000)) / 50_000
    assert 0.021 < share < 0.027
    assert all(doorcodes.weak(code) for code in ("1112223", "1234567", "7654321", "8901234", "5555123"))
    assert not any(doorcodes.weak(code) for code in ("4820917", "0091735", "1234568"))


@pytest.mark.parametrize(
    ("a", "b", "slips"),
    [
        ("1234567", "1234567", 0),
        ("1234567", "1234568", 1),
        ("1234567", "1324567", 1),
        ("1234567", "123456", 1),
        ("1234567", "7654321", 6),
        ("12", "", 2),
    ],
)
def test_slips_of_a_finger_are_counted(a: str, b: str, slips: int) -> None:
    """One digit changed, two neighbours swapped, one left out."""
    assert doorcodes.damerau(a, b) == doorcodes.damerau(b, a) == slips


@pytest.mark.rule("CODE-1")
def test_a_permanent_code_is_the_first_that_is_neither_weak_nor_near_another() -> None:
    """Invariant 48's tool: the counter says which one it was, and going on from it finds the next."""
    made: list[str] = []

    def mac(person: int, number: int) -> bytes:
        return hmac.digest(b"k", bytes((person, number)), "sha256")

    def near(code: str) -> bool:
        return any(doorcodes.damerau(code, other) < 2 for other in made)

    for person in range(60):
        code, ctr = doorcodes.first_sound(partial(mac, person), 5, near)
        assert all(doorcodes.damerau(code, other) >= 2 for other in made) and not doorcodes.weak(code) and ctr >= 0
        made.append(code)
    with pytest.raises(Malformed):
        doorcodes.first_sound(lambda n: bytes(32), 5, lambda c: True)


def test_names_of_door_and_person_do_not_run_into_each_other() -> None:
    """The same bytes parted differently make another code."""
    assert doorcodes.permanent_message(b"ab", b"c", 1, 0) != doorcodes.permanent_message(b"a", b"bc", 1, 0)


def test_a_bucket_is_the_same_list_as_its_codes() -> None:
    """What a lock keeps and what it would derive."""
    assert doorcodes.bucket_codes(KEY, 7, TempCls.INSTANT, 5, 3) == tuple(temporary(KEY, 7, TempCls.INSTANT, 5, i) for i in range(3))
