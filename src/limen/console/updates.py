"""The walk over doors that wait, and one update at a door: push only, and the page says so (SYNC-2)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from limen.console.asker import Asker, managed, page
from limen.console.home import row, updaters
from limen.console.naming import changes, door_of
from limen.fleet import queries as fleet
from limen.kernel.problems import NotYours
from limen.places import queries as places
from limen.web import truth, when

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
ASKED_MOST: Final = 512
"""As many as one phone carries updates for."""
HOURS_SAID: Final = 36
"""Up to here hours are said, then days."""


@managed
@require_GET
def due(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Due today, then coming days; taken along they work without signal (SYNC-8)."""
    tasks = fleet.tasks(asker.place.id, asker.now)
    by_door = {task.door_id: task for task in tasks if task.is_due}
    walk = fleet.round_of(asker.place.id, asker.now)
    context: dict[str, object] = {
        "here": "home",
        "due": [replace(row(asker, by_door[stop.door_id]), passing=passing(stop)) for stop in walk],
        "coming": [row(asker, task) for task in tasks if not task.is_due],
        "updaters": updaters(asker),
    }
    return page(request, "updates.html", asker, context)


def passing(stop: fleet.Stop) -> str:
    """When people passing would bring it anyway (SYNC-14): an estimate, said as one."""
    if stop.by_itself is None:
        return _("Few phones pass here. Do not wait for one.")
    hours = round(stop.by_itself / HOUR)
    if hours < HOURS_SAID:
        return ngettext("People passing bring it in about %(n)d hour.", "People passing bring it in about %(n)d hours.", max(1, hours)) % {
            "n": max(1, hours)
        }
    days = round(stop.by_itself / DAY)
    return ngettext("People passing bring it in about %(n)d day.", "People passing bring it in about %(n)d days.", days) % {"n": days}


@managed
@require_GET
def faster(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Which of the doors on a page that was loaded earlier somebody else brought up to date meanwhile; never who (`?door=…&door=…`)."""
    here = {str(door.id): door for door in places.doors(asker.place.id)}
    asked = [here[one].id for one in dict.fromkeys(request.GET.getlist("door")[:ASKED_MOST]) if one in here]
    tasks = fleet.tasks(asker.place.id, asker.now)
    done = [state for state in fleet.door_states(tuple(asked), asker.now) if needs_nothing(state, tasks)]
    return JsonResponse({"done": {str(state.door_id): already(asker, here[str(state.door_id)], state) for state in done}})


def needs_nothing(state: fleet.DoorState, tasks: Sequence[fleet.Task]) -> bool:
    """True where the newest list is proved and nobody is sent there for anything else, new software for example."""
    return state.truth == fleet.Truth.PROVED and not any(task.door_id == state.door_id and task.is_due for task in tasks)


def already(asker: Asker, door: places.DoorView, state: fleet.DoorState) -> str:
    """ "Gym is already up to date: confirmed 13:51."; with the day where it is not today's."""
    at, zone = state.confirmed_at or asker.now, asker.place.zone
    if at.astimezone(zone).date() == asker.now.astimezone(zone).date():
        return _("%(door)s is already up to date: confirmed %(clock)s.") % {"door": door.name, "clock": when.say_clock(at, zone)}
    return _("%(door)s is already up to date: confirmed %(at)s.") % {"door": door.name, "at": when.say(at, zone, asker.now)}


@managed
@require_GET
def update(request: HttpRequest, asker: Asker, door_id: UUID) -> HttpResponse:
    """What will be sent to one door, and the button to start (W6)."""
    door = door_of(asker, door_id)
    asker.must(asker.rights.device_management, "devices")
    state = fleet.door_state(door.id, asker.now)
    if state.device is None:
        raise NotYours
    tasks = fleet.tasks(asker.place.id, asker.now)
    following = [task for task in tasks if task.is_due and task.door_id != door.id]
    context: dict[str, object] = {
        "here": "home",
        "door": door,
        "state": state,
        "changes": changes(asker, door.id, state.changes),
        "line": truth.door_lines(state, asker.place.zone, asker.now)[0],
        "already": already(asker, door, state) if needs_nothing(state, tasks) else "",
        "lock": state.device.lock_id.hex(),
        "following": following[0] if following else None,
    }
    return page(request, "update.html", asker, context)
