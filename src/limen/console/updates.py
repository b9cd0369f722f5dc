"""The walk over doors that wait, and one update at a door: push only, and the page says so (SYNC-2)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from limen.console.asker import Asker, managed, page
from limen.console.duerows import DueRow, all_done, row, updaters
from limen.console.forecasts import forecast
from limen.console.naming import changes, door_of
from limen.console.walking import following, minutes_by_floors, shortest_way, without_floor
from limen.fleet import queries as fleet
from limen.kernel.problems import NotYours
from limen.places import queries as places
from limen.web import truth, when

ASKED_MOST: Final = 512
"""As many as one phone carries updates for."""


@managed
@require_GET
def due(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Due today, then coming days; taken along they work without signal (SYNC-8)."""
    tasks = fleet.tasks(asker.place.id, asker.now)
    by_door = {task.door_id: task for task in tasks if task.is_due}
    walk = fleet.round_of(asker.place.id, asker.now)
    doors = {door.id: door for door in places.doors(asker.place.id)}
    names = {door.id: door.name for door in doors.values()}
    context: dict[str, object] = {
        "here": "home",
        "due": [_on_the_walk(asker, by_door[stop.door_id], stop, doors[stop.door_id]) for stop in walk],
        "coming": [row(asker, task) for task in tasks if not task.is_due],
        "updaters": updaters(asker),
        "minutes": minutes_by_floors(),
        "done": None if walk else all_done(asker, fleet.door_states(tuple(doors), asker.now), names),
    }
    if len(walk) > 1 and asker.rights.device_management:
        context["way"] = shortest_way(walk, names)
        context["no_floor"] = without_floor(walk, names) if asker.rights.edits_groups else ""
    return page(request, "updates.html", asker, context)


def _on_the_walk(asker: Asker, task: fleet.Task, stop: fleet.Stop, door: places.DoorView) -> DueRow:
    """A door of the round: where it is, and when people passing would do; how often a household comes and goes is nobody's to read."""
    return replace(row(asker, task), floor=stop.floor, passing="" if door.kind == "unit" else forecast(asker, stop.by_itself))


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
    context: dict[str, object] = {
        "here": "home",
        "door": door,
        "state": state,
        "changes": changes(asker, door.id, state.changes),
        "line": truth.door_lines(state, asker.place.zone, asker.now)[0],
        "already": already(asker, door, state) if needs_nothing(state, tasks) else "",
        "lock": state.device.lock_id.hex(),
        "following": following(asker, door, {task.door_id: task.door_name for task in tasks}),
    }
    return page(request, "update.html", asker, context)
