"""The verbs of the room: take a sealed segment in, look (and have the look recorded)."""

from datetime import datetime
from uuid import UUID

from limen.fleet import queries as fleet
from limen.history import ingest, sealed, stills
from limen.history.models import Event, Look, Photo
from limen.history.reading import Asked, allowed, page
from limen.history.sealed import Body
from limen.history.views import HistoryPage, StillView, Taken
from limen.journal import services as journal
from limen.kernel.actors import Actor
from limen.kernel.problems import NotYours
from limen.places import queries as places
from limen.visibility import queries as visibility

MOST_SHOWN = 500
PNG = b"\x89PNG"
OWN = frozenset({"self", "host", "resident_of_unit"})


def take_segment(*, lock_id: bytes, data: bytes, now: datetime) -> Taken:
    """Opens one sealed segment, stores what is new for those who may see it, acknowledges it to the lock (F.3, F.4).

    `known`: these bytes were here before. `refused`: not sealed by one of our locks for us. Order, repeats and overlap do not matter.
    """
    return ingest.take(lock_id, data, now)


def take_photo(*, lock_id: bytes, data: bytes, now: datetime) -> Taken:
    """Takes one parcel with a still; shown to nobody before the lock's own record names it (F.5). `known`: it is here, or was."""
    taken = stills.take(lock_id, data, now)
    if taken.status == "taken":
        for owner in fleet.ownerships(lock_id):
            ingest.acknowledge_stills(owner, now)
    return taken


def photo(*, asker_id: UUID, photo_id: UUID, by: Actor, now: datetime, own_only: bool = False) -> StillView:
    """Shows one still to who may see it: household, host, the person in it; at shared doors building security, whose look is written down.

    NotYours for everybody else, and for a still that has not come or is over (V6, V10, HISTORY-4). `own_only`: as somebody who lives or comes
    here, not by a role; a screen that asks for no second factor gives nothing that hangs on one (PEOPLE-5).
    """
    row = Photo.objects.filter(id=photo_id, named=True, gone=False, arrived_at__isnull=False).select_related("record").first()
    if row is None:
        raise NotYours
    door = places.door_view(row.record.door_id)
    body = _shown(row)
    relations = allowed(visibility.event_filter(asker_id, door.property_id, now), door, body, "photo") if body is not None else frozenset()
    relations &= OWN if own_only else relations
    still = stills.opened(row) if relations else None
    if still is None or body is None:
        raise NotYours
    if not relations & OWN:
        journal.record(by=by, verb="history.photo_seen", target=f"door:{door.id}", detail={}, now=now, property_id=door.property_id)
        if body.person_id is not None:
            Look.objects.create(person_id=body.person_id, by_id=asker_id, door_id=door.id, at=now)
    return StillView(still, "image/png" if still.startswith(PNG) else "image/jpeg")


def _shown(row: Photo) -> Body | None:
    """The event that the still belongs to; without it nobody knows whose the still is."""
    event = Event.objects.filter(record=row.record, seq=row.seq, body__isnull=False).first()
    if event is None or event.day is None or event.body is None:
        return None
    return sealed.unseal(event.id, sealed.day_key(event.property_id, event.day), bytes(event.body))


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
