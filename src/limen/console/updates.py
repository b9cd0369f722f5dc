"""The walk over doors that wait, and one update at a door: push only, and the page says so (SYNC-2)."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from limen.console.asker import Asker, managed, page
from limen.console.home import row, updaters
from limen.console.naming import changes, door_of
from limen.fleet import queries as fleet
from limen.kernel.problems import NotYours
from limen.web import truth


@managed
@require_GET
def due(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Due today, then coming days; taken along they work without signal (SYNC-8)."""
    tasks = fleet.tasks(asker.place.id, asker.now)
    context: dict[str, object] = {
        "here": "home",
        "due": [row(asker, task) for task in tasks if task.is_due],
        "coming": [row(asker, task) for task in tasks if not task.is_due],
        "updaters": updaters(asker),
    }
    return page(request, "updates.html", asker, context)


@managed
@require_GET
def update(request: HttpRequest, asker: Asker, door_id: UUID) -> HttpResponse:
    """What will be sent to one door, and the button to start (W6)."""
    door = door_of(asker, door_id)
    asker.must(asker.rights.device_management, "devices")
    state = fleet.door_state(door.id, asker.now)
    if state.device is None:
        raise NotYours
    following = [task for task in fleet.tasks(asker.place.id, asker.now) if task.is_due and task.door_id != door.id]
    context: dict[str, object] = {
        "here": "home",
        "door": door,
        "state": state,
        "changes": changes(asker, door.id, state.changes),
        "line": truth.door_lines(state, asker.place.zone, asker.now)[0],
        "lock": state.device.lock_id.hex(),
        "following": following[0] if following else None,
    }
    return page(request, "update.html", asker, context)
