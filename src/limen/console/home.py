"""What must be done today, and where everything else is."""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from limen.access import queries as access
from limen.console import lists
from limen.console.asker import CHOSEN, Asker, managed, page
from limen.console.duerows import all_done, long_behind, row, today, updaters
from limen.console.naming import everybody
from limen.console.walking import shortest_way
from limen.console.week import week
from limen.fleet import queries as fleet
from limen.history import queries as history
from limen.people import queries as people
from limen.places import queries as places
from limen.web.when import say_day

FOUND_MOST = 30
LOOK_MOST = 5
"""Doors behind beyond the limit that are said one by one; more are counted."""


@managed
@require_GET
def home(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Door updates due today first (SYNC-4), then what needs a look, then what starts and ends this week."""
    tasks = fleet.tasks(asker.place.id, asker.now)
    doors = {door.id: door for door in places.doors(asker.place.id)}
    states = fleet.door_states(tuple(doors), asker.now)
    due = [task for task in tasks if task.is_due]
    coming = [row(asker, task) for task in tasks if not task.is_due]
    context: dict[str, object] = {
        "here": "home",
        "due": [row(asker, task) for task in due],
        "coming": coming,
        "next": say_day(coming[0].task.due, today(asker)) if coming else "",
        "no_doors": not doors,
        "updaters": updaters(asker),
        "week": week(asker),
        "now": asker.now,
    }
    names = {door.id: door.name for door in doors.values()}
    if len(due) > 1 and asker.rights.device_management:
        context["way"] = shortest_way(fleet.round_of(asker.place.id, asker.now), names)
    elif not due:
        context["done"] = all_done(asker, states, names)
        context["last_confirmed"] = max((state.confirmed_at for state in states if state.confirmed_at), default=None)
    return page(request, "home.html", asker, context | _looks(asker, doors, states, {task.door_id for task in due}))


def _looks(
    asker: Asker, doors: dict[UUID, places.DoorView], states: Sequence[fleet.DoorState], due: Collection[UUID]
) -> dict[str, object]:  # fmt: skip
    """What needs a look, besides the doors that are due: behind beyond the limit first, then alerts, then batteries."""
    mismatch = [state.door_id for state in states if state.truth is fleet.Truth.MISMATCH]
    rest = [state for state in states if state.door_id not in {*due, *mismatch}]
    behind = long_behind(asker, rest, {door.id: door.name for door in doors.values()})
    return {
        "behind": [(doors[door_id], sentence) for door_id, sentence in behind[:LOOK_MOST]],
        "more_behind": max(0, len(behind) - LOOK_MOST),
        "mismatch": [doors[door_id] for door_id in mismatch],
        "slowed": [doors[s.door_id] for s in states if s.keypad_slowed],
        "gaps": [doors[health.door_id] for health in history.undeclared_gaps(asker.place.id, asker.now)],
        "low": [(doors[s.door_id], s.battery) for s in states if s.battery.state in {"low", "critical"}],
    }


@managed
@require_GET
def more(request: HttpRequest, asker: Asker) -> HttpResponse:
    """The rest of the console, by what it is for."""
    mine = places.properties(ids=asker.places)
    return page(request, "more.html", asker, {"here": "more", "mine": mine})


@managed
@require_GET
def guide(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Help for the property team, a section for each part of the console; the link in every header leads to the one of its page."""
    return page(request, "help.html", asker, {"here": "help"})


@managed
@require_POST
def choose_place(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Goes on in another building of the asker's."""
    wanted = request.POST.get("property", "")
    if wanted in {str(place) for place in asker.places}:
        request.session[CHOSEN] = wanted
    return HttpResponseRedirect("/c/")


@managed
@require_GET
def find(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Finds doors and people; forgives accents and capitals, and offers what is near where it finds nothing."""
    asked = lists.asked(request)
    words = people.plain(asked).split()
    everything = places.doors(asker.place.id)
    doors = [door for door in everything if words and all(word in people.plain(door.name) for word in words)]
    also = access.people_given(asker.place.id)
    found = people.find(asker.place.id, asked, asker.now, also) if words and asker.sees_people else ()
    what = _("Door or person") if asker.sees_people else _("Door")
    known = everybody(asker, also) if asker.sees_people else ()
    near = "" if not words or doors or found else lists.nearest(asked, (one.name for one in (*everything, *known)))
    return page(
        request,
        "find.html",
        asker,
        {"asked": asked, "doors": doors[:FOUND_MOST], "people": found[:FOUND_MOST], "what": what, "near": near, "here": "find"},
    )
