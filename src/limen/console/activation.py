"""Activates a device on a door: the QR under its cover, the button inside, and a phone that can talk to it (LOCK-10)."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from limen.access import queries as access
from limen.console.asker import Asker, managed, page
from limen.console.naming import door_of
from limen.fleet import queries as fleet


@managed
@require_GET
def activate(request: HttpRequest, asker: Asker, door_id: UUID) -> HttpResponse:
    """The page of the installer; the courier on it speaks with the lock and with the gateway."""
    return _page(request, asker, door_id, swap=False)


@managed
@require_GET
def swap(request: HttpRequest, asker: Asker, door_id: UUID) -> HttpResponse:
    """Another device for the same door: everybody's access and codes go on with it, the old lock is released (LOCK-10)."""
    return _page(request, asker, door_id, swap=True)


def _page(request: HttpRequest, asker: Asker, door_id: UUID, *, swap: bool) -> HttpResponse:
    door = door_of(asker, door_id)
    asker.must(asker.rights.activate_devices, "activation")
    state = fleet.door_state(door.id, asker.now)
    context: dict[str, object] = {
        "here": "doors",
        "door": door,
        "state": state,
        "people": len(access.holders(door.id, asker.now)),
        "swap": swap,
    }
    return page(request, "activate.html", asker, context)
