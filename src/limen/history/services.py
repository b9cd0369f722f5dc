"""The verbs of the room: take a sealed segment in, look (and have the look recorded)."""

from datetime import datetime
from uuid import UUID

from limen.history import ingest
from limen.history.models import Look
from limen.history.reading import Asked, page
from limen.history.views import HistoryPage, Taken
from limen.journal import services as journal
from limen.kernel.actors import Actor
from limen.kernel.problems import NotYours
from limen.places import queries as places
from limen.visibility import queries as visibility

MOST_SHOWN = 500


def take_segment(*, lock_id: bytes, data: bytes, now: datetime) -> Taken:
    """Opens one sealed segment, stores what is new for those who may see it, acknowledges it to the lock (F.3, F.4).

    `known`: these bytes were here before. `refused`: not sealed by one of our locks for us. Order, repeats and overlap do not matter.
    """
    return ingest.take(lock_id, data, now)


def door_history(
    *, asker_id: UUID, door_id: UUID, since: datetime, until: datetime, by: Actor, now: datetime, limit: int = MOST_SHOWN
) -> HistoryPage:
    """Shows a manager or security staff what the table allows at a door; the look is written down first (PEOPLE-3, HISTORY-4).

    NotYours for whoever neither manages the door nor is security staff of the building.
    """
    door = places.door_view(door_id)
    judge = visibility.event_filter(asker_id, door.property_id, now)
    if door_id not in judge.managed_doors and not (judge.security and door.kind != "unit"):
        raise NotYours
    journal.record(by=by, verb="history.looked", target=f"door:{door_id}", detail={}, now=now, property_id=door.property_id)
    found = page(Asked(asker_id, (door_id,), since, until, min(limit, MOST_SHOWN)), now)
    people = {event.person_id for event in found.events if event.person_id is not None and event.person_id != asker_id}
    Look.objects.bulk_create(Look(person_id=person_id, by_id=asker_id, door_id=door_id, at=now) for person_id in sorted(people))
    return found
