"""What must be done today, and where everything else is."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from limen.access import queries as access
from limen.console import lists
from limen.console.asker import CHOSEN, Asker, managed, page, who_can
from limen.console.naming import changes, still
from limen.console.sentences import either
from limen.fleet import queries as fleet
from limen.history import queries as history
from limen.kernel.periods import local_day
from limen.people import queries as people
from limen.places import queries as places
from limen.web import truth
from limen.web.when import say_day

FOUND_MOST = 30
SAID_MOST = 4
"""Changes said one by one at a door on the first page; more are counted."""


@dataclass(frozen=True, slots=True)
class DueRow:
    """One door that waits: why, since when, what still opens until then, and whether it waits for longer than the property allows."""

    task: fleet.Task
    lock: str
    why: list[str]
    more: int
    due: str
    overdue: bool
    still: list[truth.Line]
    behind: str
    passing: str = ""


@managed
@require_GET
def home(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Door updates due today first (SYNC-4), then what needs a look."""
    tasks = fleet.tasks(asker.place.id, asker.now)
    doors = {door.id: door for door in places.doors(asker.place.id)}
    states = fleet.door_states(tuple(doors), asker.now)
    coming = [row(asker, task) for task in tasks if not task.is_due]
    confirmed = [state.confirmed_at for state in states if state.confirmed_at]
    context: dict[str, object] = {
        "here": "home",
        "due": [row(asker, task) for task in tasks if task.is_due],
        "coming": coming,
        "next": say_day(coming[0].task.due, today(asker)) if coming else "",
        "low": [(doors[s.door_id], s.battery) for s in states if s.battery.state in {"low", "critical"}],
        "mismatch": [doors[s.door_id] for s in states if s.truth is fleet.Truth.MISMATCH],
        "slowed": [doors[s.door_id] for s in states if s.keypad_slowed],
        "gaps": [doors[health.door_id] for health in history.undeclared_gaps(asker.place.id, asker.now)],
        "last_confirmed": max(confirmed, default=None),
        "no_doors": not doors,
        "updaters": updaters(asker),
        "now": asker.now,
    }
    return page(request, "home.html", asker, context)


def today(asker: Asker) -> date:
    """The building's own day."""
    return local_day(asker.now, asker.place.zone)


def row(asker: Asker, task: fleet.Task) -> DueRow:
    """One due door in words."""
    why = changes(asker, task.door_id, task.changes)
    device = fleet.device_at(task.door_id)
    said = why if len(why) <= SAID_MOST else why[: SAID_MOST - 1]
    return DueRow(
        task=task,
        lock=device.lock_id.hex() if device else "",
        why=said,
        more=len(why) - len(said),
        due=truth.due(task.due, asker.place.zone, asker.now),
        overdue=task.due < today(asker),
        still=still(asker, task.door_id, task.door_name, task.still_opens),
        behind=_behind(asker, task),
    )


def _behind(asker: Asker, task: fleet.Task) -> str:
    """ "Roof is behind for 3 days. Your limit is 2." (ACCESS-13)"""
    limit = asker.place.staleness_limit_days
    days = (asker.now - task.since) // timedelta(days=1)
    if days <= limit:
        return ""
    sentence = ngettext(
        "%(door)s is behind for %(days)d day. Your limit is %(limit)d.",
        "%(door)s is behind for %(days)d days. Your limit is %(limit)d.",
        days,
    )
    return sentence % {"door": task.door_name, "days": days, "limit": limit}


def updaters(asker: Asker) -> str:
    """Who could update doors, named for those who cannot: "Milo Brandt or Ana Ruiz"."""
    return "" if asker.rights.device_management else either(who_can(asker, "devices"))


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
    """Finds doors and people; forgives accents and capitals."""
    asked = lists.asked(request)
    words = people.plain(asked).split()
    doors = [door for door in places.doors(asker.place.id) if words and all(word in people.plain(door.name) for word in words)]
    also = access.people_given(asker.place.id)
    found = people.find(asker.place.id, asked, asker.now, also) if words and asker.sees_people else ()
    what = _("Door or person") if asker.sees_people else _("Door")
    return page(
        request,
        "find.html",
        asker,
        {"asked": asked, "doors": doors[:FOUND_MOST], "people": found[:FOUND_MOST], "what": what, "here": "find"},
    )
