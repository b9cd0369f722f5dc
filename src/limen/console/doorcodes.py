"""The code floor at one door by itself: what ends and what does not is said first, then every code given out there dies with its update (CODE-13).

At the door of a home nothing tells whether any code lives: that is the household's own matter.
"""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from limen.console.asker import Asker, managed, page
from limen.console.naming import door_of
from limen.credentials import queries as credentials
from limen.credentials import services as verbs
from limen.fleet import queries as fleet
from limen.places import queries as places
from limen.web import truth, when


@managed
@require_http_methods(["GET", "POST"])
def end_codes(request: HttpRequest, asker: Asker, door_id: UUID) -> HttpResponse:
    """Says what would end, ends it, and tells after that what is ordered and what the lock has confirmed."""
    door = door_of(asker, door_id)
    asker.must(may_end_codes(asker, door))
    living = credentials.living_at(door.id, asker.now)
    if request.method == "POST":
        if living is not None:
            verbs.raise_floor(door_id=door.id, by=asker.actor, now=asker.now)
        return HttpResponseRedirect(f"/c/doors/{door.id}/codes?done=1")
    state = fleet.door_state(door.id, asker.now)
    offered = state.device is not None and ("done" not in request.GET if door.kind == "unit" else living is not None)
    context: dict[str, object] = {
        "here": "doors",
        "door": door,
        "offered": offered,
        "sentences": _before(asker, door, living),
        "line": _follows(asker, door, state),
    }
    if not offered:
        context["sentences"], ordered = _after(asker, door, state)
        context["lines"] = truth.door_lines(state, asker.place.zone, asker.now) if ordered else ()
    return page(request, "door_codes.html", asker, context)


def may_end_codes(asker: Asker, door: places.DoorView) -> bool:
    """Who may make a code there may end them: managers of a group with this door (CODE-4)."""
    return asker.knows_who_at(door.id)


def _before(asker: Asker, door: places.DoorView, living: credentials.Living | None) -> list[str]:
    """What ends, whom it touches, and until when it may go on."""
    said = {"door": door.name}
    if living is None or door.kind == "unit":
        return [
            _(
                "Every code that was given out for %(door)s ends. Whether there is one is not shown here: that is the household's own matter."
            )
            % said,
            _("Whoever gave one out is told. Until %(door)s has its update they go on working, each to its own end.") % said,
        ]
    ends = ngettext("%(n)d code that was given out for %(door)s ends.", "%(n)d codes that were given out for %(door)s end.", living.codes)
    told = ngettext("%(n)d person gave them out and is told.", "%(n)d people gave them out and are told.", living.makers)
    latest = when.say(living.stops_at_latest, asker.place.zone, asker.now)
    return [
        ends % (said | {"n": living.codes}),
        told % {"n": living.makers},
        _("Until %(door)s has its update they go on working, at the latest until %(latest)s.") % (said | {"latest": latest}),
    ]


def _after(asker: Asker, door: places.DoorView, state: fleet.DoorState) -> tuple[list[str], bool]:
    """What was ordered, and whether anything was; if so the door's own lines say whether the lock has heard of it."""
    said = {"door": door.name}
    if state.device is None:
        return [_("No device is active at %(door)s: no code opens it.") % said], False
    if door.kind == "unit":
        return [_("No code that was given out for %(door)s before now opens it after its next update.") % said], True
    floors = credentials.code_floors(door.id, asker.now)
    if not floors:
        return [_("No code that was given out for %(door)s works now. There is nothing to end.") % said], False
    at = when.say(max(floor.raised_at for floor in floors), asker.place.zone, asker.now)
    return [_("Ordered %(at)s: no code that was given out for %(door)s before opens it after its update.") % (said | {"at": at})], True


def _follows(asker: Asker, door: places.DoorView, state: fleet.DoorState) -> truth.Line:
    """How the lock hears of it."""
    if not door.connected:
        today = truth.due(asker.now.astimezone(asker.place.zone).date(), asker.place.zone, asker.now)
        return truth.Line("waiting", _("%(door)s: needs an update, %(due)s") % {"door": door.name, "due": today})
    if state.online_since is not None:
        return truth.Line("carried", _("%(door)s: by itself, within 10 seconds") % {"door": door.name})
    return truth.door_lines(state, asker.place.zone, asker.now)[-1]
