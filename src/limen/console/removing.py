"""Takes a device off its door: the door's name is typed, the lock is told by whoever stands there, and it signs that it is empty (LOCK-10)."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from limen.access import queries as access
from limen.console.asker import Asker, managed, page
from limen.console.naming import door_of
from limen.fleet import queries as fleet
from limen.fleet import services as verbs
from limen.people import queries as people
from limen.web import truth

SHOWN_MAX = 5


@managed
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, asker: Asker, door_id: UUID) -> HttpResponse:
    """Asks for the door's name, releases the device, then tells its lock; a lock that was told is shown by its own word alone."""
    door = door_of(asker, door_id)
    asker.must(asker.rights.activate_devices, "activation")
    state, wrong = fleet.door_state(door.id, asker.now), ""
    if request.method == "POST" and state.device is not None:
        if people.plain(" ".join(request.POST.get("name", "").split())) == people.plain(door.name):
            verbs.deactivate(door_id=door.id, by=asker.actor, now=asker.now)
            return HttpResponseRedirect(f"/c/doors/{door.id}/remove")
        wrong = _("Type %(door)s to wipe this lock.") % {"door": door.name}
    context: dict[str, object] = {
        "here": "doors",
        "door": door,
        "state": state,
        "wrong": wrong,
        "released": left(asker, door.id),
        "people": len(access.holders(door.id, asker.now)),
    }
    return page(request, "remove.html", asker, context)


def left(asker: Asker, door_id: UUID) -> list[tuple[fleet.Released, truth.Line]]:
    """Devices that left a door, newest first, each with what its lock has said about it."""
    found = fleet.released([door_id])[:SHOWN_MAX]
    return [(one, truth.released(one, asker.place.zone, asker.now)) for one in found]
