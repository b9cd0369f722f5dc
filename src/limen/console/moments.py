"""The three moments of a revocation, each with its own time; no line ever borrows another's (ACCESS-4, screens 1.1)."""

from dataclasses import dataclass
from datetime import datetime

from limen.access import queries as access
from limen.console.asker import Asker
from limen.fleet import queries as fleet
from limen.people import queries as people
from limen.places import queries as places
from limen.web import truth


@dataclass(frozen=True, slots=True)
class DoorStory:
    """One door of a revocation: its name, when its lock attested it, what still opens."""

    name: str
    door_id: str
    delivered_at: datetime | None
    line: truth.Line
    can_update: bool


@dataclass(frozen=True, slots=True)
class Story:
    """Something that was taken, told in three lines: ordered, delivered, in force."""

    title: str
    kind: str
    ordered_at: datetime
    ordered_by: str
    delivered: int
    of: int
    delivered_at: datetime | None
    in_force_at: datetime | None
    doors: tuple[DoorStory, ...]


def story(asker: Asker, revocation: access.RevocationView) -> Story:
    """The three moments as they are known now."""
    moments = fleet.moments(revocation.id, asker.now)
    who = people.person_view(revocation.person_id)
    by = people.person_view(revocation.ordered_by).name if revocation.ordered_by else ""
    grant = access.grant_view(revocation.grant_id) if revocation.grant_id else None
    doors = tuple(_door(asker, moment, who.name) for moment in moments.doors)
    delivered = [moment.delivered_at for moment in moments.doors if moment.delivered_at]
    return Story(
        title=(grant.group_name if grant else None) or ", ".join(door.name for door in doors),
        kind=revocation.kind,
        ordered_at=revocation.ordered_at,
        ordered_by=by,
        delivered=moments.delivered,
        of=len(moments.doors),
        delivered_at=max(delivered) if delivered and len(delivered) == len(moments.doors) else None,
        in_force_at=moments.in_force_at,
        doors=doors,
    )


def _door(asker: Asker, moment: fleet.DoorMoment, name: str) -> DoorStory:
    door = places.door_view(moment.door_id)
    zone, now = asker.place.zone, asker.now
    if moment.in_force_at is not None and moment.in_force_at <= now:
        line = truth.in_force(moment.in_force_at, moment.ended_by_itself, zone, now)
    elif moment.still_opens:
        line = truth.still_opens(door.name, name, moment, zone, now)
    else:
        line = truth.Line("waiting", "")
    waits = moment.delivered_at is None and not door.connected and asker.rights.device_management
    return DoorStory(door.name, str(door.id), moment.delivered_at, line, waits)
