"""Wall clocks at the door, from the zone changes that ride in its config; no zone database is needed there.

A table is ``((utime, offset_min), …)``, ascending: from that instant on the wall shows UTC + offset. The first row also holds before it.
Days are numbered from 2024-01-01 (a Monday, day 0) and may have 23, 24 or 25 hours.
"""

from bisect import bisect_right
from dataclasses import dataclass
from typing import TypeAlias

from limen.wire.timestamps import EPOCH_2024

DAY_S = 86_400
Zone: TypeAlias = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class WallTime:
    """What the wall clock shows: day number since 2024-01-01, weekday 0 = Monday, minute of the day 0..1439."""

    day: int
    minute: int

    @property
    def weekday(self) -> int:
        return self.day % 7


def offset_s(zone: Zone, t: int) -> int:
    """Seconds the wall is ahead of UTC at utime ``t``; 0 for an empty table."""
    if not zone:
        return 0
    return 60 * zone[max(0, bisect_right(zone, (t, 1 << 20)) - 1)][1]


def wall(zone: Zone, t: int) -> WallTime:
    """The wall clock's reading at utime ``t``."""
    day, second = divmod(t + offset_s(zone, t) - EPOCH_2024, DAY_S)
    return WallTime(day, second // 60)


def day_start(zone: Zone, day: int) -> int:
    """The utime at which local day ``day`` begins: the first instant at which the wall shows that day or a later one."""
    midnight = EPOCH_2024 + day * DAY_S
    rows = zone or ((0, 0),)
    for index, (since, offset_min) in enumerate(rows):
        instant = midnight - 60 * offset_min
        begins = since if index else instant
        if index + 1 == len(rows) or instant < rows[index + 1][0]:
            return max(begins, instant)
    raise AssertionError("the last row has no end")


def day_of(zone: Zone, t: int) -> int:
    """The number of the local day that holds utime ``t``, by the days' beginnings."""
    day = wall(zone, t).day
    while t < day_start(zone, day):
        day -= 1
    while t >= day_start(zone, day + 1):
        day += 1
    return day
