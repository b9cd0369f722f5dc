"""History of doors; each look is recorded before it is shown (HISTORY-4). The table of visibility decides what is in it, never this page.

These pages are only read, and yet write that somebody looked: they open the transaction that a reading request does not have.
"""

from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from limen.console.asker import Asker, managed, page
from limen.console.doors import KIND_ORDER, may_look
from limen.console.naming import door_of
from limen.history import services as record
from limen.kernel.problems import NotYours
from limen.people import queries as people
from limen.places import queries as places
from limen.storage.transactions import unit_of_work
from limen.web import events

SPANS = (1, 7, 30, 90)


@managed
@require_GET
def history(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Chooses the door: those in groups the asker manages, and for security staff all but unit doors."""
    doors = [door for door in places.doors(asker.place.id) if door.kind != "unit" and may_look(asker, door)]
    doors.sort(key=lambda door: (KIND_ORDER[door.kind], door.name))
    return page(request, "history.html", asker, {"here": "more", "doors": doors})


@managed
@require_GET
def door_history(request: HttpRequest, asker: Asker, door_id: UUID) -> HttpResponse:
    """Says first that looking is recorded; shows when asked to.

    At a unit door there are staff and services only, and no number of what is missing: it would count residents (V1, V2).
    """
    door = door_of(asker, door_id)
    if not may_look(asker, door):
        raise NotYours
    days = next((span for span in SPANS if str(span) == request.GET.get("days")), None)
    context: dict[str, object] = {"here": "more", "door": door, "days": days, "spans": SPANS, "of_unit": door.kind == "unit"}
    context["kept"] = events.kept([door.kind], asker.place, asker.now)
    if days is not None:
        since = asker.now - timedelta(days=days)
        with unit_of_work():
            found = record.door_history(
                asker_id=asker.person_id, door_id=door.id, since=since, until=asker.now, by=asker.actor, now=asker.now
            )
        names = {i: person.name for i, person in people.persons_by_id({e.person_id for e in found.events if e.person_id}).items()}
        lines = events.lines(found, names, asker.place.zone, asker.now, marks=door.kind != "unit")
        if door.kind == "unit":
            lines = [line for line in lines if line.kind != "gap"]
        context |= {"lines": lines, "found": found, "since": since, "until": asker.now}
    return page(request, "door_history.html", asker, context)


@managed
@require_GET
def still(request: HttpRequest, asker: Asker, photo_id: UUID) -> HttpResponse:
    """One still, for building security and whoever is in it; the look is written down first (V10)."""
    with unit_of_work():
        shown = record.photo(asker_id=asker.person_id, photo_id=photo_id, by=asker.actor, now=asker.now)
    return HttpResponse(shown.data, content_type=shown.content_type)
