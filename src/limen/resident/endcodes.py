"""A household ends every code that was given out for its own door, with the next update of that door (CODE-13)."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from limen.credentials import queries as credentials
from limen.credentials import services as verbs
from limen.fleet import queries as fleet
from limen.kernel.problems import NotYours
from limen.places import queries as places
from limen.resident.asker import Asker, at_home, page
from limen.web import truth
from limen.web.when import say


@at_home
@require_http_methods(["GET", "POST"])
def end_codes(request: HttpRequest, asker: Asker, door_id: UUID) -> HttpResponse:
    """Says what would end, ends it, and tells after that what is ordered and what the lock has confirmed."""
    door = next((door for door in own(asker) if door.id == door_id), None)
    if door is None:
        raise NotYours
    living = credentials.living_at(door.id, asker.now) if credentials.has_device(door.id) else None
    if request.method == "POST":
        if living is not None:
            verbs.raise_floor(door_id=door.id, by=asker.actor, now=asker.now)
        return HttpResponseRedirect(request.path)
    sentences, ordered = (_before(asker, door, living), False) if living else _after(asker, door)
    lines = truth.door_lines(fleet.door_state(door.id, asker.now), asker.zone, asker.now) if ordered else ()
    context: dict[str, object] = {"here": "guests", "door": door, "offered": living is not None, "ordered": ordered}
    return page(request, "end_codes.html", asker, context | {"sentences": sentences, "lines": lines})


def own(asker: Asker) -> tuple[places.DoorView, ...]:
    """The doors whose codes are the asker's to end: of a home they live in, and open to them now or later; a pause takes this away too."""
    held = asker.doors()
    return tuple(door for door in asker.own_doors() if door.id in held)


def _before(asker: Asker, door: places.DoorView, living: credentials.Living) -> list[str]:
    """What ends, who hears of it, and until when it may go on."""
    ends = ngettext("%(n)d code that was given out for %(door)s ends.", "%(n)d codes that were given out for %(door)s end.", living.codes)
    said = {"door": door.name, "latest": say(living.stops_at_latest, asker.zone, asker.now)}
    return [
        ends % {"n": living.codes, "door": door.name},
        _("Also those that others in your household gave; they are told."),
        _("Until %(door)s is updated they go on working, at the latest until %(latest)s.") % said,
    ]


def _after(asker: Asker, door: places.DoorView) -> tuple[list[str], bool]:
    """What was ordered, and whether anything was."""
    floors = credentials.code_floors(door.id, asker.now)
    if not floors:
        return [_("No code that was given out for %(door)s works now. There is nothing to end.") % {"door": door.name}], False
    said = {"door": door.name, "at": say(max(floor.raised_at for floor in floors), asker.zone, asker.now)}
    return [_("Ordered %(at)s: no code that was given out for %(door)s before opens it after its update.") % said], True
