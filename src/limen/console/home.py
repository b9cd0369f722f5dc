"""What must be done today, and where everything else is."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_GET, require_POST

from limen.console.asker import CHOSEN, Asker, managed, page
from limen.console.naming import changes, names
from limen.fleet import queries as fleet
from limen.history import queries as history
from limen.people import queries as people
from limen.places import queries as places
from limen.web import truth

LONGEST_QUESTION = 60


@managed
@require_GET
def home(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Door updates due today first (SYNC-4), then what needs a look."""
    tasks = fleet.tasks(asker.place.id, asker.now)
    states = fleet.door_states([door.id for door in places.doors(asker.place.id)], asker.now)
    context: dict[str, object] = {
        "here": "home",
        "due": [row(asker, task) for task in tasks if task.is_due],
        "coming": [row(asker, task) for task in tasks if not task.is_due],
        "low": [(places.door_view(s.door_id), s.battery) for s in states if s.battery.state in {"low", "critical"}],
        "mismatch": [places.door_view(s.door_id) for s in states if s.truth is fleet.Truth.MISMATCH],
        "gaps": [(places.door_view(h.door_id), h) for h in history.undeclared_gaps(asker.place.id, asker.now)],
        "last_confirmed": max((s.confirmed_at for s in states if s.confirmed_at), default=None),
        "no_doors": not states,
        "updaters": updaters(asker),
        "now": asker.now,
    }
    return page(request, "home.html", asker, context)


def row(asker: Asker, task: fleet.Task) -> dict[str, object]:
    """One due door: why, since when, and what still opens until then."""
    known = names(asker, (one.person_id for one in task.still_opens))
    behind = [
        truth.still_opens(task.door_name, name, [one for one in task.still_opens if one.person_id == person], asker.place.zone, asker.now)
        for person, name in known.items()
    ]
    return {"task": task, "why": changes(asker, task.changes), "due": truth.due(task.due, asker.place.zone, asker.now), "behind": behind}


def updaters(asker: Asker) -> list[str]:
    """Who could update doors, named for those who cannot."""
    if asker.rights.device_management:
        return []
    roles = [role for role in people.roles_in(asker.place.id, asker.now) if role.device_management or role.kind == "portfolio_manager"]
    return sorted({person.name for person in people.persons_by_id({role.person_id for role in roles}).values()})


@managed
@require_GET
def more(request: HttpRequest, asker: Asker) -> HttpResponse:
    """The rest of the console, by what it is for."""
    mine = places.properties(ids=asker.places)
    return page(request, "more.html", asker, {"here": "more", "mine": mine})


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
    """Finds doors and people; forgives accents and spelling."""
    asked = request.GET.get("q", "").strip()[:LONGEST_QUESTION]
    doors = [door for door in places.doors(asker.place.id) if asked and people.plain(asked) in people.plain(door.name)]
    found = people.find(asker.place.id, asked, asker.now) if asked and asker.rights.access != "none" else ()
    return page(request, "find.html", asker, {"asked": asked, "doors": doors[:30], "people": found[:30]})
