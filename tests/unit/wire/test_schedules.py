"""Weekly hours, right across clock changes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.wire import cbor
from limen.wire.cbor import Malformed
from limen.wire.schedules import HOLIDAY, Interval, Schedule, holds, holds_throughout
from tests.unit.wire.test_zones import TABLES

NY = ZoneInfo("America/New_York")
ZONE = TABLES["America/New_York"]
ORIGIN = datetime(2024, 1, 1, tzinfo=UTC).date()
MON, TUE, SAT, SUN = 1, 2, 32, 64


def at(*when: int, fold: int = 0) -> int:
    """The utime of a reading of the wall in New York."""
    year, month, day, hour, minute = when
    return int(datetime(year, month, day, hour, minute, tzinfo=NY, fold=fold).timestamp())


def says(schedule: Schedule, t: int, holidays: tuple[int, ...] = ()) -> bool:
    return holds(schedule, ZONE, holidays, t)


@pytest.mark.rule("ACCESS-6")
def test_hours_are_those_of_the_wall_before_and_after_a_change() -> None:
    """Mondays 9:00 to 17:00 in summer and in winter."""
    office = Schedule((Interval(MON, 540, 1020),))
    for month, day in ((6, 15), (12, 14)):
        assert says(office, at(2026, month, day, 9, 0)) and says(office, at(2026, month, day, 16, 59))
        assert not says(office, at(2026, month, day, 8, 59)) and not says(office, at(2026, month, day, 17, 0))
    assert not says(office, at(2026, 6, 16, 12, 0))


@pytest.mark.rule("ACCESS-6")
def test_a_minute_that_the_clock_skips_starts_at_the_next_that_exists() -> None:
    """8 March 2026: 2:30 does not exist; the interval starts at 3:00."""
    night = Schedule((Interval(SUN, 150, 240),))
    before = at(2026, 3, 8, 1, 59)
    assert not says(night, before)
    assert says(night, before + 60) and says(night, at(2026, 3, 8, 3, 59))
    assert not says(night, at(2026, 3, 8, 4, 0))


@pytest.mark.rule("ACCESS-6")
def test_a_minute_that_comes_twice_counts_twice() -> None:
    """1 November 2026: 1:30 comes in summer and again in winter time."""
    night = Schedule((Interval(SUN, 90, 105),))
    assert says(night, at(2026, 11, 1, 1, 30)) and says(night, at(2026, 11, 1, 1, 30, fold=1))
    assert not says(night, at(2026, 11, 1, 1, 45)) and not says(night, at(2026, 11, 1, 1, 29, fold=1))


def test_an_interval_past_midnight_belongs_to_the_day_it_starts_on() -> None:
    """Saturday 22:00 to 2:00 opens on Sunday at 1:59 and not on Monday."""
    late = Schedule((Interval(SAT, 1320, 120),))
    assert says(late, at(2026, 11, 21, 22, 0)) and says(late, at(2026, 11, 22, 1, 59))
    assert not says(late, at(2026, 11, 22, 2, 0)) and not says(late, at(2026, 11, 21, 1, 0)) and not says(late, at(2026, 11, 22, 22, 0))


def test_on_a_holiday_only_holiday_hours_start() -> None:
    """A holiday Monday has other hours, and Sunday's night still runs into it."""
    monday = (datetime(2026, 11, 23, tzinfo=UTC).date() - ORIGIN).days
    usual, festive, night = Interval(MON, 540, 1020), Interval(HOLIDAY, 600, 720), Interval(SUN, 1320, 120)
    hours = Schedule((usual, festive, night))
    assert says(hours, at(2026, 11, 23, 11, 0), (monday,)) and not says(hours, at(2026, 11, 23, 13, 0), (monday,))
    assert says(hours, at(2026, 11, 23, 1, 0), (monday,))
    assert says(hours, at(2026, 11, 23, 13, 0))
    assert not says(Schedule((Interval(SUN, 1320, 120),)), at(2026, 11, 23, 1, 0), (monday - 1,))


@given(st.integers(0, 127), st.integers(0, 1439), st.integers(0, 1440), st.integers(0, 4 * 365 * 24 * 60 - 1))
def test_the_wall_reading_alone_decides(days: int, from_min: int, to_min: int, minute: int) -> None:
    """Against an oracle that asks the zone database and walks the two days."""
    if not days:
        return
    t = int(datetime(2024, 1, 2, tzinfo=UTC).timestamp()) + 60 * minute % (4 * 364 * 86_400)
    there = datetime.fromtimestamp(t, NY).replace(tzinfo=None, fold=0)
    expected = False
    for back in (0, 1):
        day = datetime(there.year, there.month, there.day) - timedelta(days=back)
        start = day + timedelta(minutes=from_min)
        end = day + timedelta(minutes=to_min, days=0 if to_min > from_min else 1)
        expected |= bool(days >> day.weekday() & 1) and start <= there < end
    assert holds(Schedule((Interval(days, from_min, to_min),)), ZONE, (), t) == expected


def test_a_clock_that_may_be_off_must_be_inside_throughout() -> None:
    """Both ends inside with a break between is not inside."""
    hours = Schedule((Interval(MON, 540, 600), Interval(MON, 605, 660)))
    assert holds_throughout(hours, ZONE, (), at(2026, 11, 23, 9, 0), at(2026, 11, 23, 9, 59))
    assert not holds_throughout(hours, ZONE, (), at(2026, 11, 23, 9, 50), at(2026, 11, 23, 10, 10))
    with pytest.raises(Malformed):
        holds_throughout(hours, ZONE, (), 0, 5 * 3600)


def test_a_schedule_has_one_to_eight_intervals_of_real_minutes() -> None:
    """Round trip, and what is refused."""
    hours = Schedule((Interval(MON | HOLIDAY, 0, 1440), Interval(TUE, 1439, 0)))
    assert Schedule.from_value(cbor.decode(cbor.encode(hours.to_value()))) == hours
    wrong: list[cbor.Value] = [[], [[1, 0, 1]] * 9, [[0, 0, 1]], [[256, 0, 1]], [[1, 1440, 0]], [[1, 0, 1441]], [[1, 0]], "x"]
    for value in wrong:
        with pytest.raises(Malformed):
            Schedule.from_value(value)
