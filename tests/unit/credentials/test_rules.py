"""Values, lengths and ends of codes, as pure values against what a lock would do."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from limen.credentials import rules
from limen.credentials.rules import CodeName, Keyring
from limen.wire.doorcodes import DailyKey, FirstUse, Moment, TempCls, accepts, damerau, temporary, weak
from limen.wire.guessing import shipped
from limen.wire.records import DoorKind

KEY = DailyKey(b"d" * 32, b"lock-id!", 1)
WIDTHS = (40, 20, 1, 4, 1)
NEW_YORK = ZoneInfo("America/New_York")
KATHMANDU = ZoneInfo("Asia/Kathmandu")
GOOD_S = 300
# The last day of summer time has 25 hours in 2026, the first one 23; the rest of the range is ordinary.
moments = st.one_of(
    st.datetimes(datetime(2026, 10, 30), datetime(2026, 11, 3)),
    st.datetimes(datetime(2026, 3, 6), datetime(2026, 3, 10)),
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31)),
).map(lambda at: at.replace(tzinfo=UTC, microsecond=0))
zones = st.sampled_from([NEW_YORK, KATHMANDU, ZoneInfo("UTC"), ZoneInfo("Pacific/Kiritimati")])


@pytest.mark.rule("CODE-4", "CODE-5")
@settings(deadline=None, max_examples=300)
@given(st.sampled_from(sorted(rules.KINDS)), moments, zones, st.integers(-GOOD_S, GOOD_S), st.floats(0, 1), st.floats(0, 1), st.booleans())
@example("daily", datetime(2026, 11, 1, 12, tzinfo=UTC), NEW_YORK, GOOD_S, 0.0, 1.0, True)
@example("instant", datetime(2026, 11, 2, 4, 59, tzinfo=UTC), NEW_YORK, -GOOD_S, 1.0, 1.0, False)
def test_a_code_opens_through_its_promise_and_never_after_its_bound(
    kind: str, made: datetime, where: ZoneInfo, error: int, first: float, again: float, tomorrow: bool
) -> None:
    """At any clock error up to 5 minutes a code opens at every promised moment, and at none after "stops at the latest" (invariant 40)."""
    zone = rules.local_zone(where, made)
    bucket = rules.bucket_for(kind, made, int(tomorrow), zone)
    term = rules.term_of(kind, made, bucket, zone, GOOD_S)
    cls = rules.KINDS[kind]

    def opens(at: datetime, uses: tuple[FirstUse, ...] = ()) -> bool:
        moment = Moment(t=int(at.timestamp()) + error, s=GOOD_S, zone=zone, widths=(40, 20, 2, 4, 1), uses=uses)
        return accepts(moment, cls, bucket, 0)

    last_first = (term.first_use_before or term.works_until) - timedelta(seconds=1)
    used = term.works_from + (last_first - term.works_from) * first
    assert opens(used)
    use = FirstUse(cls, bucket, 0, int(used.timestamp()) + error)
    if kind not in ("once", "daily_single_use"):
        later = used + (term.works_until - timedelta(seconds=1) - used) * again
        assert opens(later, (use,))
    assert not opens(term.stops_at_latest, (use,))
    assert not opens(term.stops_at_latest)


@pytest.mark.rule("CODE-4")
@given(st.sampled_from(sorted(rules.KINDS)), moments, zones)
def test_the_bound_is_one_bucket_and_twice_the_error_at_most(kind: str, made: datetime, where: ZoneInfo) -> None:
    """Between promise and bound lie at most one bucket (day kinds: none), a failed motor's grace, twice the clock error (invariant 40)."""
    zone = rules.local_zone(where, made)
    term = rules.term_of(kind, made, rules.bucket_for(kind, made, 0, zone), zone, GOOD_S)
    bucket_s = rules.BUCKET_S.get(rules.KINDS[kind], 0)
    grace = rules.ONCE_GRACE_S if kind == "once" else 0
    assert term.works_until <= term.stops_at_latest <= term.works_until + timedelta(seconds=bucket_s + grace + 2 * GOOD_S)


@pytest.mark.rule("CODE-1")
@given(st.text("0123456789", min_size=4, max_size=9))
def test_neighbours_are_all_codes_one_slip_away(code: str) -> None:
    """Every neighbour is at distance 1, has the same length, and there are 9 per digit and one per unequal pair."""
    found = list(rules.neighbours(code))
    assert len(found) == 9 * len(code) + sum(a != b for a, b in pairwise(code))
    assert all(len(other) == len(code) and damerau(code, other) == 1 for other in found)


@given(st.integers(0, 50), st.integers(6, 9))
def test_a_drawn_code_is_sound_and_comes_again(person: int, d: int) -> None:
    """A permanent code is not weak, not near a taken one, has 5 or 6 distinct digits at a home, and its counter gives it again."""
    name = CodeName(b"door", person.to_bytes(16, "big"), 1)
    first, counter = rules.draw_permanent(b"k" * 32, name, d, set(), unit_door=True)
    assert not weak(first)
    assert len(set(first)) in (5, 6)
    assert rules.permanent_value(b"k" * 32, name, counter, d, d) == first
    second, _ = rules.draw_permanent(b"k" * 32, name, d, {first}, unit_door=True)
    assert damerau(first, second) >= 2


def test_an_issue_never_meets_another_code() -> None:
    """An index whose code equals a permanent one, or a candidate of any overlapping bucket, is skipped (D.3)."""
    zone = rules.local_zone(NEW_YORK, datetime(2026, 11, 21, 19, tzinfo=UTC))
    day = rules.bucket_for("daily", datetime(2026, 11, 21, 19, tzinfo=UTC), 0, zone)
    ring = Keyring(KEY, (4,), WIDTHS, zone)  # four digits: with 150 candidates and more around, meetings are common
    around = rules.candidates_around(ring, 4, TempCls.DAY, day)
    chosen: list[int] = []
    following = 0
    while (issue := rules.choose_issue(ring, TempCls.DAY, day, following, set())) is not None:
        chosen.append(issue[0])
        others = [code for name, code in around.items() if name != (TempCls.DAY, day, issue[0])]
        assert issue[1] not in others
        following = issue[0] + 1
    assert 0 < len(chosen) < WIDTHS[0]
    first = rules.choose_issue(ring, TempCls.DAY, day, 0, set())
    assert first is not None
    without = rules.choose_issue(ring, TempCls.DAY, day, 0, {first[1]})
    assert without is not None
    assert without[0] > first[0]


@pytest.mark.rule("CODE-2")
def test_while_a_length_is_unproven_a_code_fits_both() -> None:
    """The told code is the longer one and ends in the one a lock of the old length derives."""
    zone = rules.local_zone(NEW_YORK, datetime(2026, 11, 21, 19, tzinfo=UTC))
    day = rules.bucket_for("daily", datetime(2026, 11, 21, 19, tzinfo=UTC), 0, zone)
    following = 0
    for _ in range(20):
        issue = rules.choose_issue(Keyring(KEY, (8, 7), WIDTHS, zone), TempCls.DAY, day, following, set())
        assert issue is not None
        idx, told = issue
        assert told == temporary(KEY, 8, TempCls.DAY, day, idx)
        assert told.endswith(temporary(KEY, 7, TempCls.DAY, day, idx))
        following = idx + 1


@pytest.mark.rule("CODE-2", "CODE-12")
@pytest.mark.parametrize(
    ("kind", "people", "digits"),
    [
        (DoorKind.UNIT, 6, 7),
        (DoorKind.UNIT, 20, 7),
        (DoorKind.COMMON, 100, 7),
        (DoorKind.COMMON, 300, 8),
        (DoorKind.ENTRANCE, 150, 8),
        (DoorKind.ENTRANCE, 500, 8),
        (DoorKind.ENTRANCE, 2000, 9),
    ],
)
def test_the_least_length_of_the_table(kind: DoorKind, people: int, digits: int) -> None:
    """The computed length is the one of the published table (D.4); a property may choose more, the service never shortens by itself."""
    assert rules.least_at(shipped(kind, people), people) == digits
    assert rules.wanted_digits(shipped(kind, people), people, None, None) == digits
    assert rules.wanted_digits(shipped(kind, people), people, None, 9) == 9
    assert rules.wanted_digits(shipped(kind, people), people, 5, None) == digits
    assert rules.wanted_digits(shipped(kind, people), people, 9, None) == 9
    assert rules.wanted_digits(shipped(kind, people), people, digits, 9) == digits


@pytest.mark.rule("CODE-13")
def test_a_floor_stands_above_everything_issued() -> None:
    """Day kinds need a floor for each day with codes; the others one, at the newest bucket, which ends all earlier ones too."""
    assert rules.floor_issue(TempCls.DAY, [], 1056) == []
    assert rules.floor_issue(TempCls.DAY, [(1055, 0), (1055, 3), (1056, 1)], 1055) == [(1055, 4), (1056, 2)]
    assert rules.floor_issue(TempCls.HOURS_24, [(10, 0)], 12) == [(12, 0)]
    assert rules.floor_issue(TempCls.INSTANT, [(10, 0), (12, 2)], 12) == [(12, 3)]


def test_the_local_zone_sees_the_change() -> None:
    """Around the end of summer time the table has both offsets and the second of the change."""
    rows = rules.local_zone(NEW_YORK, datetime(2026, 11, 1, 12, tzinfo=UTC))
    assert [offset for _t, offset in rows] == [-240, -300]
    assert rows[1][0] == int(datetime(2026, 11, 1, 6, tzinfo=UTC).timestamp())
