"""Windows and weekly hours in the wall-clock time of a building (ACCESS-5, ACCESS-6)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

HOLIDAY_BIT = 7
MINUTES_A_DAY = 24 * 60
MAX_INTERVALS = 8
"""A schedule has at most this many intervals (protocol B.1)."""

_DURATION = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")


@dataclass(frozen=True, slots=True)
class Interval:
    """Hours on some days: bits 0 to 6 are Monday to Sunday, bit 7 is holidays; minutes of the wall clock.

    `to_minute <= from_minute` runs past midnight into the next day.
    """

    days: int
    from_minute: int
    to_minute: int

    def __post_init__(self) -> None:
        if not 0 < self.days < 256:
            raise ValueError("days is a set of bits 0 to 7, at least one of them")
        if not (0 <= self.from_minute < MINUTES_A_DAY and 0 <= self.to_minute <= MINUTES_A_DAY):
            raise ValueError("minutes lie within a day")

    def holds_on(self, day: date, holidays: frozenset[date]) -> bool:
        """On a holiday only intervals with the holiday bit hold (protocol B.1)."""
        bit = HOLIDAY_BIT if day in holidays else day.weekday()
        return bool(self.days >> bit & 1)


@dataclass(frozen=True, slots=True)
class Weekly:
    """Weekly hours: several intervals a day, holidays apart (ACCESS-6)."""

    intervals: tuple[Interval, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.intervals) <= MAX_INTERVALS:
            raise ValueError(f"a schedule has 1 to {MAX_INTERVALS} intervals")

    @classmethod
    def of(cls, rows: Sequence[Sequence[int]]) -> "Weekly":
        """From `[[days, from_minute, to_minute], …]`, the form kept in the database and on the wire."""
        return cls(tuple(Interval(*row) for row in rows))

    def rows(self) -> list[list[int]]:
        return [[i.days, i.from_minute, i.to_minute] for i in self.intervals]

    def holds(self, at: datetime, zone: ZoneInfo, holidays: frozenset[date] = frozenset()) -> bool:
        """True if the wall clock of `zone` stands inside an interval at the instant `at` (aware)."""
        wall = at.astimezone(zone)
        minute, today = wall.hour * 60 + wall.minute, wall.date()
        yesterday = today - timedelta(days=1)
        for i in self.intervals:
            past_midnight = i.to_minute <= i.from_minute
            if i.holds_on(today, holidays) and i.from_minute <= minute and (past_midnight or minute < i.to_minute):
                return True
            if past_midnight and minute < i.to_minute and i.holds_on(yesterday, holidays):
                return True
        return False


@dataclass(frozen=True, slots=True)
class Window:
    """From `starts` until before `ends` (None: open), inside `schedule` if there is one. Never merged with another."""

    starts: datetime
    ends: datetime | None
    schedule: Weekly | None = None

    def __post_init__(self) -> None:
        if self.ends is not None and self.ends <= self.starts:
            raise ValueError("the end is before the start")

    def is_over(self, now: datetime) -> bool:
        return self.ends is not None and self.ends <= now

    def has_begun(self, now: datetime) -> bool:
        return self.starts <= now

    def holds(self, now: datetime, zone: ZoneInfo, holidays: frozenset[date] = frozenset()) -> bool:
        if not self.has_begun(now) or self.is_over(now):
            return False
        return self.schedule is None or self.schedule.holds(now, zone, holidays)


def local_day(at: datetime, zone: ZoneInfo) -> date:
    """The calendar day of the building at an instant."""
    return at.astimezone(zone).date()


def day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Start and end of a local day as UTC instants; it lasts 23, 24 or 25 hours."""
    start = datetime.combine(day, time(), zone).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    return start, end


def after(start: datetime, duration: str) -> datetime:
    """`start` plus an ISO 8601 duration; years and months are calendar, clamped to the earlier day (privacy table).

    29 Feb + P2Y is 28 Feb. Days are 86,400 s from the instant, whatever the wall clock does.
    """
    match = _DURATION.fullmatch(duration)
    if match is None or duration in {"P", "PT"}:
        raise ValueError(f"not an ISO 8601 duration: {duration!r}")
    years, months, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    month_index = start.year * 12 + (start.month - 1) + years * 12 + months
    year, month = divmod(month_index, 12)
    moved = _clamped(start, year, month + 1)
    return moved + timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def _clamped(moment: datetime, year: int, month: int) -> datetime:
    day = moment.day
    while True:
        try:
            return moment.replace(year=year, month=month, day=day)
        except ValueError:
            day -= 1
