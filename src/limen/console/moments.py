"""The three moments of a revocation, each with its own time; no line ever borrows another's (ACCESS-4, screens 1.1)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

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
    door_id: UUID
    delivered_at: datetime | None
    line: truth.Line
    can_update: bool


@dataclass(frozen=True, slots=True)
class Story:
    """Something that was taken, told in three lines: ordered, delivered, in force. `of` counts the locks that had to hear of it."""

    title: str
    kind: str
    ordered_at: datetime
    ordered_by: str
    delivered: int
    of: int
    delivered_at: datetime | None
    in_force_at: datetime | None
    by_itself: bool
    doors: tuple[DoorStory, ...]


def story(asker: Asker, revocation: access.RevocationView) -> Story:
    """The three moments as they are known now."""
    moments = fleet.moments(revocation.id, asker.now)
    who = people.person_view(revocation.person_id)
    by = people.person_view(revocation.ordered_by).name if revocation.ordered_by else ""
    grant = access.grant_view(revocation.grant_id) if revocation.grant_id else None
    known = places.doors_by_id([moment.door_id for moment in moments.doors])
    told = sorted(moments.doors, key=lambda moment: known[moment.door_id].name)
    delivered = [moment.delivered_at for moment in told if moment.delivered_at]
    return Story(
        title=(grant.group_name if grant else None) or ", ".join(known[moment.door_id].name for moment in told) or _("No door"),
        kind=revocation.kind,
        ordered_at=revocation.ordered_at,
        ordered_by=by,
        delivered=moments.delivered,
        of=moments.to_deliver,
        delivered_at=max(delivered) if delivered and moments.delivered == moments.to_deliver else None,
        in_force_at=moments.in_force_at,
        by_itself=any(moment.ended_by_itself for moment in told),
        doors=tuple(_door(asker, moment, known[moment.door_id], who.first, revocation.ordered_at) for moment in told),
    )


def stories(asker: Asker, person_id: UUID) -> list[Story]:
    """What was taken from a person here, newest first, as far as the asker manages it."""
    taken = [view for view in access.revocations(person_id=person_id) if view.property_id == asker.place.id and view.kind != "paused"]
    return [story(asker, view) for view in taken if _may_see(asker, view)]


def _may_see(asker: Asker, view: access.RevocationView) -> bool:
    if asker.changes_people:
        return True
    grant = access.grant_view(view.grant_id) if view.grant_id else None
    return grant is not None and grant.group_id is not None and asker.rights.manages(grant.group_id)


def _door(asker: Asker, moment: fleet.DoorMoment, door: places.DoorView, name: str, ordered_at: datetime) -> DoorStory:
    zone, now = asker.place.zone, asker.now
    if not moment.to_deliver:
        line = truth.Line("ended", _("No lock held this. Nothing has to be brought there."))
    elif moment.still_opens:
        line = truth.still_opens(door.name, name, moment, zone, now, connected=door.connected)
    elif moment.delivered_at is None and moment.in_force_at == ordered_at:
        line = truth.Line("ended", truth.in_force(ordered_at, False, zone, now).sentence)
    elif moment.in_force_at is not None and moment.in_force_at <= now:
        line = truth.in_force(moment.in_force_at, moment.ended_by_itself, zone, now)
    else:
        line = truth.Line("waiting", _("The %(door)s lock has not confirmed it yet.") % {"door": door.name})
    waits = moment.to_deliver and moment.delivered_at is None and not door.connected and asker.rights.device_management
    return DoorStory(door.name, door.id, moment.delivered_at, line, waits)
