"""The verbs of the room: let the record of a home that was left go unread."""

from datetime import datetime, timedelta
from uuid import UUID

from limen.fleet import services as fleet
from limen.kernel.actors import Actor
from limen.kernel.problems import NotYours, Refused
from limen.people import queries as people
from limen.places import queries as places
from limen.privacy import queries
from limen.privacy.rules import Held, Stay, may_go
from limen.visibility.queries import Record

TITLES = {
    Held.STILL_HOME: "You live here.",
    Held.OTHERS_TOO: "Others lived here at that time.",
    Held.NOTHING_LEFT: "The lock has ended its record of that time by itself.",
}
DETAILS = {
    Held.STILL_HOME: "An update with your own phone brings the record.",
    Held.OTHERS_TOO: "Their history would go, too.",
    Held.NOTHING_LEFT: "",
}


def discard_record(*, door_id: UUID, by: Actor, now: datetime) -> datetime:
    """Lets the lock of a home that `by` has left forget what nobody has brought of its record, up to the moment given back: no way back (F.6).

    Everybody's entries of that time go with it, those of guests, staff and vendors and wrong codes too, and the history says that they did: whoever
    asks has to be told so before. NotYours for whoever never lived there, staff above all; Refused `still_home`, `others_too`, `nothing_left`, and as
    fleet refuses.
    """
    door = places.door_view(door_id)
    if door.unit_id is None or by.person_id is None:
        raise NotYours
    homes = people.homes_at(door.unit_id)
    stays = [Stay(home.person_id, home.since, home.until) for home in homes]
    upto = may_go(by.person_id, stays, people.forgotten(home.person_id for home in homes), _kept_by_a_lock(now), now)
    if upto is Held.NOT_YOURS:
        raise NotYours
    if isinstance(upto, Held):
        raise Refused(upto.value, TITLES[upto], DETAILS[upto])
    fleet.discard_record(door_id=door_id, upto=upto, by=by, now=now)
    return upto


def _kept_by_a_lock(now: datetime) -> timedelta:
    """How long a lock keeps what nobody has brought (R61)."""
    end = queries.kept_until(Record("device_event_unsynced", {"generated_at": now}))
    assert end is not None
    return end.at - now
