"""Wall clocks from a table of zone changes, against the zone database."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.wire.timestamps import EPOCH_2024
from limen.wire.zones import Zone, day_of, day_start, offset_s, wall

NAMES = ("America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Santiago", "Africa/Cairo", "Asia/Kathmandu", "Pacific/Apia")
FIRST, LAST = EPOCH_2024, EPOCH_2024 + 4 * 365 * 86_400


def table(name: str) -> Zone:
    """The zone's changes over four years, found hour by half-hour."""
    zone, rows, last = ZoneInfo(name), [], None
    for t in range(FIRST, LAST, 1_800):
        offset = datetime.fromtimestamp(t, zone).utcoffset()
        assert offset is not None
        if offset != last:
            rows.append((t, int(offset.total_seconds()) // 60))
            last = offset
    return tuple(rows)


TABLES = {name: table(name) for name in NAMES}


@given(st.sampled_from(NAMES), st.integers(FIRST, LAST - 1))
def test_the_wall_shows_what_the_zone_database_says(name: str, t: int) -> None:
    """Day, weekday and minute."""
    there = datetime.fromtimestamp(t, ZoneInfo(name))
    shown = wall(TABLES[name], t)
    assert shown.minute == there.hour * 60 + there.minute
    assert shown.weekday == there.weekday()
    assert shown.day == (there.date() - datetime(2024, 1, 1, tzinfo=UTC).date()).days


@given(st.sampled_from(NAMES), st.integers(1, 1400))
def test_days_follow_one_another_without_gap_and_hold_their_own_moments(name: str, day: int) -> None:
    """Each has 23 to 25 hours, and every moment belongs to exactly one."""
    zone = TABLES[name]
    start, end = day_start(zone, day), day_start(zone, day + 1)
    assert 23 * 3600 <= end - start <= 25 * 3600
    assert day_of(zone, start) == day_of(zone, end - 1) == day
    assert wall(zone, start).day == day
    assert wall(zone, start - 1).day == day - 1


@pytest.mark.parametrize(("day", "hours"), [(1034, 24), (1035, 25), (797, 23), (798, 24)])
def test_new_york_has_short_and_long_days(day: int, hours: int) -> None:
    """8 March 2026 is day 797, 1 November 2026 day 1035."""
    zone = TABLES["America/New_York"]
    assert day_start(zone, day + 1) - day_start(zone, day) == hours * 3600


def test_an_empty_table_is_utc_and_the_first_row_holds_before_itself() -> None:
    """Nothing is undefined."""
    assert offset_s((), FIRST) == 0
    assert offset_s(((FIRST, -300),), FIRST - 5) == -18_000
    assert day_start((), 3) == EPOCH_2024 + 3 * 86_400
