"""The pure rules of lists, tasks and bounds."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.fleet import rules
from limen.fleet.rules import Entry, Span, Ways
from limen.fleet.views import Truth, Why
from limen.wire.records import RecordKind

NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 21, 19, 2, tzinfo=UTC)
DANA = UUID(int=1)
WORKDAYS, ALL_WEEK = 0b0011111, 0b1111111


def code(name: str = "code:dana:residents", **said: object) -> Entry:
    return Entry(**{"name": name, "kind": RecordKind.CODE, "person_id": DANA, "cls": 1, "data": "c:1:7", **said})  # type: ignore[arg-type]


def test_hours_cover_what_lies_inside_them_and_nothing_else() -> None:
    """Narrower hours are covered by wider ones, also past midnight; the other way round is a narrowing."""
    wide, narrow = ((ALL_WEEK, 6 * 60, 22 * 60),), ((WORKDAYS, 9 * 60, 17 * 60),)
    assert rules.hours_cover(wide, narrow) and not rules.hours_cover(narrow, wide)
    assert rules.hours_cover(None, narrow) and not rules.hours_cover(narrow, None)
    late, later = ((1, 22 * 60, 6 * 60),), ((1, 23 * 60, 5 * 60),)
    assert rules.hours_cover(late, later) and not rules.hours_cover(later, late)
    assert not rules.hours_cover(((1, 0, 24 * 60),), ((2, 0, 24 * 60),))


@given(
    rows=st.lists(st.tuples(st.integers(1, 255), st.integers(0, 1439), st.integers(0, 1440)), min_size=1, max_size=4, unique=True).map(
        tuple
    ),
    drop=st.integers(0, 3),
)
def test_hours_cover_themselves_and_every_part_of_themselves(rows: tuple[tuple[int, int, int], ...], drop: int) -> None:
    """Leaving an interval out never widens."""
    part = rows[: max(1, len(rows) - drop)]
    assert rules.hours_cover(rows, rows)
    assert rules.hours_cover(rows, part)


def test_a_span_covers_another_from_now_on() -> None:
    """What has begun counts from now; an earlier end or a later start is narrower."""
    week = timedelta(days=7)
    forever, dated = Span(NOW - week, None), Span(NOW - week, NOW + week)
    assert rules.span_covers(forever, dated, NOW) and not rules.span_covers(dated, forever, NOW)
    assert rules.span_covers(Span(NOW, None), Span(NOW - week, None), NOW)
    assert not rules.span_covers(Span(NOW + week, None), Span(NOW, None), NOW)


@pytest.mark.rule("ACCESS-5")
def test_what_ended_or_began_by_itself_changes_no_version() -> None:
    """An ended record rides along and a start that passed is no change; both wait for a real one."""
    now_min = rules.minute_down(NOW)
    ended, begun = code(exp=now_min - 5), code("code:dana:gym", nbf=now_min - 60)
    found = rules.diff({ended.name: ended, begun.name: begun}, {begun.name: code("code:dana:gym")}, now_min)
    assert not found
    assert found.riding == [(begun, code("code:dana:gym")), (ended, None)]


def test_a_code_that_another_grant_keeps_is_not_taken() -> None:
    """Ending one of two grants with the same code takes nothing if the other holds whenever the first did."""
    first, second = code(), code("code:dana:gym")
    both = {first.name: first, second.name: second}
    found = rules.diff(both, {second.name: second}, 0)
    assert found and rules.taken(found, [second], 0) == []
    dated = code("code:dana:gym", exp=10_000)
    found = rules.diff({first.name: first, dated.name: dated}, {dated.name: dated}, 0)
    assert rules.taken(found, [dated], 0) == [first]


@pytest.mark.rule("SYNC-3")
@pytest.mark.parametrize(
    ("why", "has_app", "new_card", "needs"),
    [
        (Why.ACCESS_ENDED, True, False, True),
        (Why.ACCESS_PAUSED, True, False, True),
        (Why.PHONE_REMOVED, True, False, True),
        (Why.ACCESS_NARROWED, True, False, True),
        (Why.CODES_OFF, True, False, True),
        (Why.CARD_ENDED, True, False, True),
        (Why.CODE_RESET, True, False, True),
        (Why.CODE_FLOOR, True, False, True),
        (Why.CARD_STARTED, True, True, True),
        (Why.CODE_STARTED, False, False, True),
        (Why.CODE_STARTED, True, False, False),
        (Why.CARD_STARTED, True, False, False),
        (Why.ACCESS_WIDENED, False, False, False),
        (Why.HOURS_CHANGED, False, False, False),
        (Why.CODE_LENGTH, False, False, False),
        (Why.SETTINGS, False, False, False),
        (Why.HOLIDAYS_NARROWED, True, False, True),
        (Why.HOLIDAYS, True, False, False),
        (Why.FIRST_LIST, False, False, False),
    ],
)
def test_what_needs_people_is_exactly_the_list_of_the_rule(why: Why, has_app: bool, new_card: bool, needs: bool) -> None:
    """What takes away or narrows, a newly activated card, and a code for somebody without the app: nothing else."""
    assert rules.need(why, has_app=has_app, is_new_card=new_card, starts=None).needs_update is needs


@pytest.mark.rule("ACCESS-6", "SYNC-3")
def test_a_holiday_takes_hours_where_its_own_are_not_the_weekdays() -> None:
    """A Friday that becomes a holiday: less where holidays are closed or other, not where they are alike; and the other way round."""
    friday, closed, other, alike = 4, ((31, 360, 1320),), ((31, 360, 1320), (128, 600, 840)), ((159, 360, 1320),)
    assert [rules.fewer_hours(hours, friday, becomes_holiday=True) for hours in (closed, other, alike)] == [True, True, False]
    assert [rules.fewer_hours(hours, friday, becomes_holiday=False) for hours in (closed, other, alike)] == [False, True, False]


@pytest.mark.rule("SYNC-4")
def test_the_due_day_is_the_buildings_own() -> None:
    """At half past one in the night UTC it is still yesterday evening in New York."""
    late = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
    assert rules.due_day(None, late, NEW_YORK) == date(2026, 11, 21)
    assert rules.due_day(datetime(2026, 11, 23, 13, 0, tzinfo=UTC), late, NEW_YORK) == date(2026, 11, 23)
    assert rules.due_day(late - timedelta(days=3), late, NEW_YORK) == date(2026, 11, 21)


@pytest.mark.rule("LOCK-6")
def test_a_battery_is_good_low_critical_or_unknown() -> None:
    """Below 15 % is low, below 5 % critical, older than a month or never read is unknown, wired has none."""
    read = NOW - timedelta(days=2)
    states = [rules.battery(percent, read, False, NOW).state for percent in (64, 15, 14, 5, 4)]
    assert states == ["good", "good", "low", "low", "critical"]
    assert rules.battery(64, NOW - timedelta(days=31), False, NOW).state == "unknown"
    assert rules.battery(None, None, False, NOW).state == "unknown"
    assert rules.battery(64, read, True, NOW).state == "wired"


@pytest.mark.rule("SYNC-12")
def test_up_to_date_needs_a_receipt_and_old_silence_is_unknown() -> None:
    """A list nobody proved is waiting, one carried by phones is on its way, one proved long ago is not known."""

    def said(**facts: object) -> Truth:
        default = {"current": 3, "proven": 3, "carried": 0, "mismatch": False, "confirmed_at": NOW, "connected": False, "now": NOW}
        return rules.truth(**{**default, **facts})  # type: ignore[arg-type]

    assert said() == Truth.PROVED
    assert said(proven=2) == Truth.WAITING
    assert said(proven=2, carried=3) == Truth.CARRIED
    assert said(mismatch=True, proven=2) == Truth.MISMATCH
    assert said(confirmed_at=NOW - timedelta(days=31)) == Truth.UNKNOWN


@pytest.mark.rule("ACCESS-13")
def test_in_force_is_the_earlier_of_delivered_and_the_last_end() -> None:
    """A phone's lease ends by itself; a code never does; no moment borrows another's time."""
    ordered, lease = NOW, NOW + timedelta(hours=18)
    phone, both = Ways({"app": lease}), Ways({"app": lease, "code": None})
    assert rules.in_force(ordered, None, phone, NOW) is None
    assert rules.in_force(ordered, None, phone, lease + timedelta(minutes=1)) == lease
    assert rules.in_force(ordered, NOW + timedelta(hours=1), phone, lease + timedelta(days=1)) == NOW + timedelta(hours=1)
    assert rules.in_force(ordered, None, both, lease + timedelta(days=400)) is None
    assert rules.in_force(ordered, None, Ways(), NOW) == ordered


def test_a_lost_clock_has_no_bound_and_drift_grows() -> None:
    """A good clock read long ago is trusted less; one that is lost bounds nothing."""
    assert rules.clock_error("lost", None, NOW, NOW) is None
    fresh = rules.clock_error("good", 5, NOW, NOW)
    old = rules.clock_error("good", 5, NOW - timedelta(days=30), NOW)
    assert fresh is not None and old is not None and old > fresh
