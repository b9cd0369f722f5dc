"""The way from door to door, in words (SYNC-14)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from limen.console.asker import Asker
from limen.console.sentences import some_of
from limen.fleet import queries as fleet
from limen.places import queries as places

ROUGH_FROM: Final = 20
"""From so many minutes on they are said in steps of five."""
HOURS_FROM: Final = 90
FLOORS_MOST: Final = 220
"""As many lie between any two doors of a building."""


def shortest_way(walk: Sequence[fleet.Stop], names: dict[UUID, str]) -> str:
    """ "Shortest way: Gym, Package Room, Roof. About 9 minutes."; without the time where a floor is not known."""
    lasts = fleet.lasts(walk)
    way = _("Shortest way: %(doors)s.") % {"doors": some_of([names[stop.door_id] for stop in walk])}
    return " ".join([way, *([_about(lasts)] if lasts else [])])


def _about(lasts: timedelta) -> str:
    minutes = minutes_of(lasts)
    if minutes >= HOURS_FROM:
        hours = round(minutes / 60)
        return ngettext("About %(n)d hour.", "About %(n)d hours.", hours) % {"n": hours}
    rough = minutes if minutes < ROUGH_FROM else 5 * round(minutes / 5)
    return ngettext("About %(n)d minute.", "About %(n)d minutes.", rough) % {"n": rough}


def without_floor(walk: Sequence[fleet.Stop], names: dict[UUID, str]) -> str:
    """Why no time is said, and what to do; nothing where all floors are known."""
    missing = [names[stop.door_id] for stop in walk if stop.floor is None]
    if not missing:
        return ""
    sentence = ngettext(
        "How long it takes is not known: nobody said on which floor %(door)s is. The page of the door asks for it.",
        "How long it takes is not known: nobody said on which floor %(n)d of these doors are. Their pages ask for it.",
        len(missing),
    )
    return sentence % {"door": missing[0], "n": len(missing)}


def minutes_of(time: timedelta) -> int:
    """In whole minutes, never none."""
    return max(1, round(time / timedelta(minutes=1)))


def minutes_by_floors() -> list[int]:
    """How many minutes one walks to a door 0, 1, 2 … floors away: for a page that chooses the next door without signal."""
    ways = [fleet.on_foot(0, floors) for floors in range(FLOORS_MOST + 1)]
    return [minutes_of(way) for way in ways if way is not None]


@dataclass(frozen=True, slots=True)
class Next:
    """Where to go after a door, and "Next: Gym, 2 minutes on foot"; the time only where both floors are known."""

    door_id: UUID
    name: str
    words: str


def following(asker: Asker, door: places.DoorView, names: dict[UUID, str]) -> Next | None:
    """The next door of the round; None where nothing else is due."""
    stop = fleet.following(fleet.round_of(asker.place.id, asker.now), door.id)
    if stop is None:
        return None
    name, way = names[stop.door_id], fleet.on_foot(door.floor, stop.floor)
    if way is None:
        return Next(stop.door_id, name, _("Next: %(door)s") % {"door": name})
    n = minutes_of(way)
    sentence = ngettext("Next: %(door)s, %(n)d minute on foot", "Next: %(door)s, %(n)d minutes on foot", n)
    return Next(stop.door_id, name, sentence % {"door": name, "n": n})
