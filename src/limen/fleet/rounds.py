"""The round: the shortest walk over doors that wait, and when each would be updated by people passing anyway (SYNC-14). Pure.

A building is a staircase here: what costs time is the floors in between, doors of one floor lie side by side.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final
from uuid import UUID

GROUND: Final = 0
A_FLOOR: Final = timedelta(seconds=20)
"""Up or down one floor by the stairs."""
ALONG: Final = timedelta(seconds=60)
"""From the stairs to a door, or from one door of a floor to the next."""
AT_A_DOOR: Final = timedelta(seconds=30)
"""What an update takes (screens W9)."""
COUNTED: Final = timedelta(days=28)
"""How far back visits are counted: long enough for a quiet door, short enough to forget who moved away."""
LEAST_COUNTED: Final = timedelta(days=7)
"""Visits to a lock that is younger count as if they were all of its first week: a day of moving in says nothing of ordinary days."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A door on the round. `by_itself`: after how long people passing usually bring an update; None where too few passed lately."""

    door_id: UUID
    floor: int | None
    by_itself: timedelta | None


def shortest(stops: Iterable[Stop]) -> tuple[Stop, ...]:
    """The stops in the order of the fewest floors walked, from the ground floor on; doors of an unknown floor come first, on the way in.

    Both ends of the building must be reached, so the nearer end comes first: that way back is the only one walked twice. Doors of one floor
    keep the order in which they came.
    """
    known = list(stops)
    here = [stop for stop in known if stop.floor in (None, GROUND)]
    above = sorted((stop for stop in known if stop.floor is not None and stop.floor > GROUND), key=_floor)
    below = sorted((stop for stop in known if stop.floor is not None and stop.floor < GROUND), key=_floor, reverse=True)
    up, down = (_floor(above[-1]) if above else 0), (-_floor(below[-1]) if below else 0)
    return tuple([*here, *below, *above] if down <= up else [*here, *above, *below])


def following(walk: Sequence[Stop], here: UUID) -> Stop | None:
    """Where to go after a door: on in the order of the walk, from its end to what is left of it; None where nothing else waits."""
    at = next((n for n, stop in enumerate(walk) if stop.door_id == here), -1)
    return next((stop for stop in (*walk[at + 1 :], *walk) if stop.door_id != here), None)


def on_foot(here: int | None, there: int | None) -> timedelta | None:
    """How long one walks from a door on one floor to a door on another; None where one of them is on a floor that nobody said."""
    return None if here is None or there is None else abs(there - here) * A_FLOOR + ALONG


def lasts(walk: Sequence[Stop]) -> timedelta | None:
    """How long the round takes, from the way in to the last door, updates included; None where it cannot be said for every door."""
    ways = [on_foot(here, there) for here, there in pairwise([GROUND, *(stop.floor for stop in walk)])]
    known = [way for way in ways if way is not None]
    return sum(known, len(known) * AT_A_DOOR) if len(known) == len(ways) else None


def by_itself(visits: Sequence[datetime], since: datetime, now: datetime) -> timedelta | None:
    """How long one usually waits for the next phone that brings an update: the mean gap between visits of the last four weeks.

    `since`: when the lock came to its door. The wait still to come does not depend on how long ago the last visit was: people pass without
    regard to each other. None below three visits, where a mean would be a guess.
    """
    first = max(since, now - COUNTED)
    lately = sum(1 for at in visits if first <= at <= now)
    return max(now - first, LEAST_COUNTED) / lately if lately >= 3 else None


def _floor(stop: Stop) -> int:
    return stop.floor or GROUND
