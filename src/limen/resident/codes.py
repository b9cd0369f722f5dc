"""My codes: shown when asked, never in a page before; the code of one's own unit door can be reset (CODE-1, CODE-3)."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from limen.credentials import queries as credentials
from limen.credentials import services as verbs
from limen.fleet import queries as fleet
from limen.kernel.problems import NotYours
from limen.resident.asker import Asker, at_home, page
from limen.resident.doors import rows
from limen.resident.speech import Asked, Json, by_app
from limen.web import limits
from limen.web.templatetags.limen import grouped

SHOWN_MOST: Final = (30, timedelta(minutes=10))
RESET_MOST: Final = (5, timedelta(hours=1))
"""Each of these is a new list at every door concerned: locks write it into flash, and staff walk."""


@at_home
@require_http_methods(["GET", "POST"])
def codes(request: HttpRequest, asker: Asker) -> HttpResponse:
    """The doors, each with "Show the code for …"; no digits (CODE-11). One code for all common doors is a choice (CODE-14)."""
    place = asker.place
    if request.method == "POST" and place is not None and request.POST.get("choice") in {"one", "each"}:
        _spend_choice(asker)
        wanted = request.POST["choice"] == "one"
        verbs.set_one_code(person_id=asker.id, property_id=place.id, wanted=wanted, by=asker.actor, now=asker.now)
        return HttpResponseRedirect("/home/codes")
    mine = [row for row in rows(asker) if row.state != "paused"]
    shown = [
        (row, credentials.code_of(asker.id, row.door.id) if row.code else None, fleet.door_state(row.door.id, asker.now)) for row in mine
    ]
    common = sum(1 for row, code, _state in shown if code is not None and credentials.is_common(row.door))
    choice: dict[str, object] = {
        "may_share": place is not None and common > 1,
        "one": place is not None and credentials.has_one_code(asker.id, place.id),
    }
    keep = " ".join(str(row.door.id) for row in mine if row.code)
    return page(request, "codes.html", asker, choice | {"here": "codes", "codes": shown, "keep": keep})


@by_app("POST")
def show(asked: Asked, door_id: UUID) -> Json:
    """The asker's own code at one door: journaled, never kept by the service."""
    asked.asker.door(door_id)
    asked.spend("show-code", *SHOWN_MOST)
    return digits(verbs.show_code(person_id=asked.asker.id, door_id=door_id, by=asked.asker.actor, now=asked.now))


@by_app("POST")
def reset(asked: Asked, door_id: UUID) -> Json:
    """A new code for one's own unit door; at an unconnected lock the old one works until the update (M22)."""
    door = asked.asker.door(door_id)
    asked.spend("reset-code", *RESET_MOST)
    verbs.reset_code(person_id=asked.asker.id, door_id=door_id, by=asked.asker.actor, now=asked.now)
    state = fleet.door_state(door_id, asked.now)
    if state.device is not None and state.device.connected:
        return {"sentence": _("The new code works within 10 seconds.")}
    return {"sentence": _("The new code works after this door is updated. Until then the old one works."), "door": str(door.id)}


@at_home
@require_http_methods(["GET", "POST"])
def second(request: HttpRequest, asker: Asker) -> HttpResponse:
    """A second code, which opens as usual and marks the opening (LOCK-14): what it is and is not, on or off, and shown when asked for."""
    if asker.place is None:
        raise NotYours
    if request.method == "POST" and request.POST.get("choice") in {"on", "off"}:
        _spend_choice(asker)
        wanted = request.POST["choice"] == "on"
        verbs.set_second_code(person_id=asker.id, property_id=asker.place.id, wanted=wanted, by=asker.actor, now=asker.now)
        request.session["second-changed"] = True
        return HttpResponseRedirect("/home/me/second")
    on = credentials.has_second_code(asker.id, asker.place.id)
    doors = [row.door for row in rows(asker) if row.code and row.state != "paused"] if on else []
    changed = request.session.pop("second-changed", False)
    return page(request, "second.html", asker, {"here": "me", "on": on, "doors": doors, "changed": changed})


@by_app("POST")
def show_second(asked: Asked, door_id: UUID) -> Json:
    """The asker's own second code at one door: journaled, and kept neither by the service nor by the phone."""
    asked.asker.door(door_id)
    asked.spend("show-code", *SHOWN_MOST)
    return digits(verbs.show_code(person_id=asked.asker.id, door_id=door_id, by=asked.asker.actor, now=asked.now, duress=True))


def digits(value: str) -> Json:
    """A code as a screen needs it: in groups for eyes, digit by digit for ears."""
    groups = grouped(value)
    return {"digits": value, "groups": groups, "spoken": ", ".join(" ".join(group) for group in groups)}


def _spend_choice(asker: Asker) -> None:
    limits.spend("choose-codes", str(asker.id), most=RESET_MOST[0], span=RESET_MOST[1], now=asker.now)
