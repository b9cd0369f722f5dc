"""My codes: shown when asked, never in a page before; the code of one's own unit door can be reset (CODE-1, CODE-3).

Beside each code stands what its lock has not proved yet: until then the old code works at that door and the new one does not.
"""

from dataclasses import dataclass
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
from limen.places import queries as places
from limen.resident.asker import Asker, at_home, page
from limen.resident.doors import rows
from limen.resident.speech import Asked, Json, by_app
from limen.resident.words import Row
from limen.web import limits
from limen.web.templatetags.limen import grouped

SHOWN_MOST: Final = (30, timedelta(minutes=10))
RESET_MOST: Final = (5, timedelta(hours=1))
"""Each of these is a new list at every door concerned: locks write it into flash, and staff walk."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One door of the page, the asker's code there without its digits, and what its lock has not proved of it."""

    row: Row
    code: credentials.CodeRef | None
    waits: str


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
    shown = [Shown(row, credentials.code_of(asker.id, row.door.id) if row.code else None, waits(asker, row.door.id)) for row in mine]
    common = sum(1 for one in shown if one.code is not None and credentials.is_common(one.row.door))
    choice: dict[str, object] = {
        "may_share": place is not None and common > 1,
        "one": place is not None and credentials.has_one_code(asker.id, place.id),
    }
    keep = " ".join(str(row.door.id) for row in mine if row.code)
    return page(request, "codes.html", asker, choice | {"here": "codes", "codes": shown, "keep": keep})


@by_app("POST")
def show(asked: Asked, door_id: UUID) -> Json:
    """The asker's own code at one door, and what its lock has not proved of it: journaled, never kept by the service."""
    asked.asker.door(door_id)
    asked.spend("show-code", *SHOWN_MOST)
    shown = verbs.show_code(person_id=asked.asker.id, door_id=door_id, by=asked.asker.actor, now=asked.now)
    return digits(shown) | {"waits": waits(asked.asker, door_id)}


@by_app("POST")
def reset(asked: Asked, door_id: UUID) -> Json:
    """A new code for one's own unit door; at an unconnected lock the old one works until the update, if it was known there (M22)."""
    door = asked.asker.door(door_id)
    asked.spend("reset-code", *RESET_MOST)
    before = _unproved(asked.asker, door_id)
    verbs.reset_code(person_id=asked.asker.id, door_id=door_id, by=asked.asker.actor, now=asked.now)
    online = fleet.door_state(door_id, asked.now).online_since is not None
    return {"sentence": _in_words(before | {fleet.Why.CODE_RESET}, online=online), "door": str(door.id)}


def waits(asker: Asker, door_id: UUID) -> str:
    """M22 for the asker's own code at one door, as its lock's receipts have it; empty where the code in hand is in force, or there is none (CODE-3)."""
    return _in_words(_unproved(asker, door_id), online=fleet.door_state(door_id, asker.now).online_since is not None)


NEW: Final = frozenset({fleet.Why.CODE_STARTED, fleet.Why.FIRST_LIST})
RENEWED: Final = frozenset({fleet.Why.CODE_RESET, fleet.Why.CODE_LENGTH})


def _in_words(unproved: frozenset[fleet.Why], *, online: bool) -> str:
    """A code that its lock never knew has no old one that works until then."""
    if unproved & NEW:
        return _("The code works within 10 seconds.") if online else _("The code works after this door is updated.")
    if not unproved & RENEWED:
        return ""
    return (
        _("The new code works within 10 seconds.")
        if online
        else _("The new code works after this door is updated. Until then the old one works.")
    )


def _unproved(asker: Asker, door_id: UUID) -> frozenset[fleet.Why]:
    """What happened to the asker's code, and to all codes there, since the last list that the lock proved."""
    code, state = credentials.code_of(asker.id, door_id), fleet.door_state(door_id, asker.now)
    if code is None or state.device is None:
        return frozenset()
    mine = (change for change in state.changes if change.person_id == asker.id and not _of_second(asker, code, change))
    everybodys = (change for change in state.changes if change.person_id is None)
    found = {change.why for change in (*mine, *everybodys)}
    return frozenset(found - {fleet.Why.CODE_LENGTH} if _is_whole(asker, door_id) else found)


def _of_second(asker: Asker, code: credentials.CodeRef, change: fleet.Change) -> bool:
    """True of what a second code brought: it says nothing about the first one, nor to whoever looks over a shoulder (LOCK-14)."""
    place_id = places.door_view(code.door_id).property_id
    if change.at == code.since or not credentials.has_second_code(asker.id, place_id):
        return False
    return any(ref.since == change.at for ref in credentials.codes_at(code.door_id) if ref.duress and ref.person_id == asker.id)


def _is_whole(asker: Asker, door_id: UUID) -> bool:
    """True of one code for all common doors: it is shown whole, and a lock compared its end before and does after (CODE-14)."""
    door = asker.door(door_id)
    return credentials.is_common(door) and credentials.has_one_code(asker.id, door.property_id)


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
