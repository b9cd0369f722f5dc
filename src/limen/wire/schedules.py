"""Weekly hours by the wall clock of the building, right across clock changes (ACCESS-6, protocol B.1).

The reading of the wall decides, so a minute that the clock skips starts at the next one that exists, and one that comes twice counts
twice. An interval belongs to the day on which it starts; on a holiday only intervals with the holiday bit start.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from limen.wire import limits, shape
from limen.wire.cbor import Malformed, Value
from limen.wire.zones import Zone, wall

HOLIDAY = 1 << 7
DAY_MIN = 1_440


@dataclass(frozen=True)
class Interval:
    """``days``: bits 0..6 Monday to Sunday, bit 7 holidays; minutes of the day; ``to_min`` <= ``from_min`` runs past midnight."""

    days: int
    from_min: int
    to_min: int

    def covers(self, minute: int) -> bool:
        """Whether this minute of the day on which it starts (from 1440 on: of the next) lies inside."""
        end = self.to_min if self.to_min > self.from_min else self.to_min + DAY_MIN
        return self.from_min <= minute < end


@dataclass(frozen=True)
class Schedule:
    """One to eight intervals; a credential with it opens while any of them runs."""

    intervals: tuple[Interval, ...]

    def to_value(self) -> list[list[int]]:
        """As it stands in a kind 6 record."""
        return [[i.days, i.from_min, i.to_min] for i in self.intervals]

    @classmethod
    def from_value(cls, value: Value) -> "Schedule":
        """The schedule in a kind 6 record; ``Malformed`` out of range."""
        found = []
        for item in shape.array(value, 1, limits.SCHEDULE_INTERVALS_MAX):
            days, from_min, to_min = shape.array(item, 3)
            found.append(Interval(shape.uint(days, 255), shape.uint(from_min, DAY_MIN - 1), shape.uint(to_min, DAY_MIN)))
            if not found[-1].days:
                raise Malformed("an interval without days")
        return cls(tuple(found))


def holds(schedule: Schedule, zone: Zone, holidays: Sequence[int], t: int) -> bool:
    """Whether the schedule allows opening at utime ``t``; ``holidays`` are local day numbers."""
    now = wall(zone, t)
    today, yesterday = _starts(now.day, holidays), _starts(now.day - 1, holidays)
    return any(
        (i.days & today and i.covers(now.minute)) or (i.days & yesterday and i.covers(now.minute + DAY_MIN)) for i in schedule.intervals
    )


def holds_throughout(schedule: Schedule, zone: Zone, holidays: Sequence[int], since: int, until: int) -> bool:
    """Whether it holds at every moment of [since, until]; for a clock that may be off by minutes. At most 4 hours apart."""
    if not since <= until <= since + 4 * 3_600:
        raise Malformed("span")
    moments = [since, *range(since - since % 60 + 60, until, 60), until]
    return all(holds(schedule, zone, holidays, t) for t in moments)


def _starts(day: int, holidays: Sequence[int]) -> int:
    return HOLIDAY if day in holidays else 1 << (day % 7)
