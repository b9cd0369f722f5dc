"""Windows and weekly hours follow the wall clock of the building."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.kernel.periods import Interval, Weekly, Window, after, day_bounds, local_day

NEW_YORK = ZoneInfo("America/New_York")
WORKDAYS, EVERY_DAY = 0b0011111, 0b1111111


@pytest.mark.rule("ACCESS-6")
@pytest.mark.parametrize(
    ("instant", "open_"),
    [
        (datetime(2026, 3, 6, 14, 0, tzinfo=UTC), True),  # Friday 09:00 in winter time
        (datetime(2026, 3, 9, 13, 0, tzinfo=UTC), True),  # Monday 09:00 in summer time, an hour earlier in UTC
        (datetime(2026, 3, 9, 14, 0, tzinfo=UTC), True),
        (datetime(2026, 3, 6, 13, 0, tzinfo=UTC), False),  # Friday 08:00
        (datetime(2026, 3, 7, 15, 0, tzinfo=UTC), False),  # Saturday
    ],
)
def test_nine_to_five_is_nine_to_five_on_both_sides_of_a_clock_change(instant: datetime, open_: bool) -> None:
    """Hours are those on the wall, before and after the clocks change."""
    hours = Weekly.of([[WORKDAYS, 9 * 60, 17 * 60]])
    assert hours.holds(instant, NEW_YORK) is open_


@pytest.mark.rule("ACCESS-6")
def test_an_interval_past_midnight_belongs_to_the_day_it_began() -> None:
    """Friday 22:00 to 02:00 covers early Saturday and not early Friday."""
    night = Weekly.of([[0b0010000, 22 * 60, 2 * 60]])
    assert night.holds(datetime(2026, 11, 21, 1, 59, tzinfo=NEW_YORK), NEW_YORK)
    assert not night.holds(datetime(2026, 11, 20, 1, 59, tzinfo=NEW_YORK), NEW_YORK)
    assert not night.holds(datetime(2026, 11, 21, 2, 0, tzinfo=NEW_YORK), NEW_YORK)


@pytest.mark.rule("ACCESS-6")
def test_on_a_holiday_only_holiday_hours_hold() -> None:
    """Thanksgiving is a Thursday, but the Thursday hours rest."""
    hours = Weekly((Interval(WORKDAYS, 540, 1020), Interval(1 << 7, 600, 720)))
    thanksgiving = frozenset({date(2026, 11, 26)})
    assert hours.holds(datetime(2026, 11, 26, 10, 30, tzinfo=NEW_YORK), NEW_YORK, thanksgiving)
    assert not hours.holds(datetime(2026, 11, 26, 9, 30, tzinfo=NEW_YORK), NEW_YORK, thanksgiving)


def test_a_window_whose_end_is_before_its_start_cannot_exist() -> None:
    """The mistake is caught where the value is made."""
    now = datetime(2026, 11, 21, tzinfo=UTC)
    with pytest.raises(ValueError, match="end is before the start"):
        Window(now, now - timedelta(seconds=1))


@given(st.dates(date(2024, 1, 1), date(2040, 12, 31)))
def test_days_follow_each_other_without_gap_or_overlap(day: date) -> None:
    """A local day ends exactly where the next begins, whatever the clocks do."""
    start, end = day_bounds(day, NEW_YORK)
    assert end == day_bounds(day + timedelta(days=1), NEW_YORK)[0]
    assert (end - start) in {timedelta(hours=h) for h in (23, 24, 25)}
    assert local_day(start, NEW_YORK) == day == local_day(end - timedelta(microseconds=1), NEW_YORK)


@pytest.mark.parametrize(
    ("start", "duration", "end"),
    [
        (datetime(2024, 2, 29, 12, tzinfo=UTC), "P2Y", datetime(2026, 2, 28, 12, tzinfo=UTC)),
        (datetime(2025, 1, 10, 12, tzinfo=UTC), "P90D", datetime(2025, 4, 10, 12, tzinfo=UTC)),
        (datetime(2025, 1, 31, tzinfo=UTC), "P1M", datetime(2025, 2, 28, tzinfo=UTC)),
        (datetime(2025, 1, 1, tzinfo=UTC), "PT24H", datetime(2025, 1, 2, tzinfo=UTC)),
        (datetime(2025, 1, 1, tzinfo=UTC), "PT0S", datetime(2025, 1, 1, tzinfo=UTC)),
    ],
)
def test_durations_of_the_privacy_table_land_where_it_says(start: datetime, duration: str, end: datetime) -> None:
    """Years and months are calendar and clamped; days are 86,400 s."""
    assert after(start, duration) == end


def test_a_duration_that_is_none_is_refused() -> None:
    """A typing error in a table is found when it is read."""
    with pytest.raises(ValueError, match="not an ISO 8601 duration"):
        after(datetime(2025, 1, 1, tzinfo=UTC), "90 days")
