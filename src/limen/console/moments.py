"""The three moments of a revocation, each with its own time; no line ever borrows another's (ACCESS-4, screens 1.1)."""

from collections.abc import Mapping
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
    back: UUID | None
    """The grant that may be given once more on the same terms."""


Given = Mapping[UUID, access.GrantView]
"""What one person was ever given in this place, by grant."""


def given_to(asker: Asker, person_id: UUID) -> Given:
    """What somebody was ever given here, ended or not: one question for any number of stories about them."""
    return {grant.id: grant for grant in access.grants_of(person_id, asker.place.id)}


def story(asker: Asker, revocation: access.RevocationView, given: Given) -> Story:
    """The three moments as they are known now; `given` is of the person that it was taken from."""
    moments = fleet.moments(revocation.id, asker.now)
    who = people.person_view(revocation.person_id)
    by = people.person_view(revocation.ordered_by).name if revocation.ordered_by else ""
    grant = given.get(revocation.grant_id) if revocation.grant_id else None
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
        doors=tuple(_door(asker, moment, known[moment.door_id], who.first, revocation) for moment in told),
        back=grant.id if grant is not None and may_come_back(asker, grant, given) else None,
    )


def may_come_back(asker: Asker, grant: access.GrantView, given: Given) -> bool:
    """True for the last grant of a group that somebody had from a manager and has no more, while its own end is still to come.

    Only on terms that the pages for giving can say: every one of code and card.
    """
    if grant.group_id is None or grant.host_id is not None or grant.ended_at is None or not asker.rights.manages(grant.group_id):
        return False
    if (grant.ends is not None and grant.ends <= asker.now) or not (grant.opens_code and grant.opens_card):
        return False
    same = [one for one in given.values() if one.group_id == grant.group_id and one.host_id is None]
    return all(one.ended_at is not None and one.ended_at <= grant.ended_at for one in same)


def stories(asker: Asker, person_id: UUID) -> list[Story]:
    """What was taken from a person here, newest first, as far as the asker manages it; a pause for as long as it lasts."""
    pause = access.suspension(person_id, asker.place.id)
    taken = [
        view
        for view in access.revocations(person_id=person_id)
        if view.property_id == asker.place.id and (view.kind != "paused" or (pause is not None and view.ordered_at >= pause.since))
    ]
    given = given_to(asker, person_id) if taken else {}
    return [story(asker, view, given) for view in taken if may_see(asker, view, given)]


def may_see(asker: Asker, view: access.RevocationView, given: Given) -> bool:
    """Who changes people sees all of it, others what was taken of the groups that they manage."""
    if asker.changes_people:
        return True
    grant = given.get(view.grant_id) if view.grant_id else None
    return grant is not None and grant.group_id is not None and asker.rights.manages(grant.group_id)


def _door(asker: Asker, moment: fleet.DoorMoment, door: places.DoorView, name: str, taken: access.RevocationView) -> DoorStory:
    zone, now, paused = asker.place.zone, asker.now, taken.kind == "paused"
    if not moment.to_deliver:
        line = truth.Line("ended", _("No lock held this. Nothing has to be brought there."))
    elif moment.still_opens:
        line = truth.still_opens(door.name, name, moment, zone, now, connected=door.connected, paused=paused)
    elif moment.delivered_at is None and moment.in_force_at == taken.ordered_at:
        line = truth.Line("ended", truth.in_force(taken.ordered_at, False, zone, now, paused=paused).sentence)
    elif moment.in_force_at is not None and moment.in_force_at <= now:
        line = truth.in_force(moment.in_force_at, moment.ended_by_itself, zone, now, paused=paused)
    else:
        line = truth.Line("waiting", _("The %(door)s lock has not confirmed it yet.") % {"door": door.name})
    waits = moment.to_deliver and moment.delivered_at is None and not door.connected and asker.rights.device_management
    return DoorStory(door.name, door.id, moment.delivered_at, line, waits)
