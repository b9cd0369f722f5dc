"""The round: the shortest walk over doors that wait, and when each would be updated by people passing anyway (SYNC-14). Pure.

A building is a staircase here: what costs time is the floors in between, doors of one floor lie side by side.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

GROUND: Final = 0
COUNTED: Final = timedelta(days=28)
"""How far back visits are counted: long enough for a quiet door, short enough to forget who moved away."""


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


def by_itself(visits: Sequence[datetime], now: datetime) -> timedelta | None:
    """How long one usually waits for the next phone that brings an update: the mean gap between visits of the last four weeks.

    The wait still to come does not depend on how long ago the last one was: people pass without regard to each other. None below three
    visits, where a mean would be a guess.
    """
    lately = sum(1 for at in visits if now - COUNTED <= at <= now)
    return COUNTED / lately if lately >= 3 else None


def _floor(stop: Stop) -> int:
    return stop.floor or GROUND
