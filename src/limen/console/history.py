"""History of common and service doors; each look is recorded before it is shown (HISTORY-4)."""

from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from limen.access import queries as access
from limen.console.asker import Asker, managed, page
from limen.history import services as record
from limen.kernel.problems import NotYours
from limen.people import queries as people
from limen.places import queries as places
from limen.web import events

SPANS = {"1": 1, "7": 7, "30": 30, "90": 90}


@managed
@require_GET
def history(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Chooses the door: those in groups the asker manages, and for security staff all common doors."""
    doors = [door for door in places.doors(asker.place.id) if _may_look(asker, door)]
    return page(request, "history.html", asker, {"here": "more", "doors": doors})


def _may_look(asker: Asker, door: places.DoorView) -> bool:
    if door.kind == "unit":
        return False
    return asker.rights.security_staff or door.id in access.doors_managed(asker.rights, asker.place.id)


@managed
@require_GET
def door_history(request: HttpRequest, asker: Asker, door_id: UUID) -> HttpResponse:
    """Says first that looking is recorded; shows when asked to."""
    door = places.door_view(door_id)
    if door.property_id != asker.place.id or not _may_look(asker, door):
        raise NotYours
    days = SPANS.get(request.GET.get("days", ""))
    context: dict[str, object] = {"here": "more", "door": door, "days": days, "spans": SPANS}
    if days is not None:
        since = asker.now - timedelta(days=days)
        found = record.door_history(asker_id=asker.person_id, door_id=door.id, since=since, until=asker.now, by=asker.actor, now=asker.now)
        names = {i: person.name for i, person in people.persons_by_id({e.person_id for e in found.events if e.person_id}).items()}
        context |= {"lines": events.lines(found, names, asker.place.zone, asker.now), "found": found, "since": since}
    return page(request, "door_history.html", asker, context)
