"""Doors that went away: whoever looks for one reads which it was and since when, and nobody else does (screens 1.6)."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from limen.access import queries as access
from limen.fleet import queries as fleet
from limen.places import queries as places
from limen.resident.asker import Asker
from limen.web.when import say

TOLD_FOR: Final = timedelta(days=7)
"""Long enough to be met by somebody who was away; a list of all that ever ended would be a history."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A door that the asker held, and the sentence about its end."""

    door_id: UUID
    sentence: str


def lost(asker: Asker) -> list[Lost]:
    """The asker's own losses of the last days, the latest first."""
    found = access.doors_lost(asker.id, asker.now - TOLD_FOR, asker.now)
    known = fleet.doors_known_to(asker.id, (loss.door_id for loss in found if loss.by_group))
    doors = {door.id: door for door in places.doors_by_id({loss.door_id for loss in found}).values()}
    return [
        Lost(loss.door_id, _sentence(doors[loss.door_id], loss, asker))
        for loss in found
        if loss.door_id in doors and (not loss.by_group or loss.door_id in known)
    ]


def _sentence(door: places.DoorView, loss: access.DoorLost, asker: Asker) -> str:
    zone = places.property_view(door.property_id).zone
    return _("Your access to %(door)s ended %(at)s.") % {"door": door.name, "at": say(loss.at, zone, asker.now)}
