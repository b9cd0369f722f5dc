"""A visitor rings: answer, decline, talk, give a code, hang up (LINK-4 to LINK-7, W11)."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from limen.credentials import queries as credentials
from limen.intercom import queries as intercom
from limen.intercom import services as verbs
from limen.intercom.queries import CallState
from limen.kernel.periods import local_day
from limen.kernel.problems import NotYours, Refused
from limen.places import queries as places
from limen.resident.asker import Asker, at_home, page
from limen.resident.codes import digits
from limen.resident.speech import Asked, Json, by_app
from limen.resident.until import code_until
from limen.web import calling
from limen.web.when import say, say_clock, say_end_of_day

ACTS: Final = ("answer", "decline", "hangup", "block")
CODE_MOST: Final = (20, timedelta(hours=1))


def as_json(call: intercom.CallView) -> Json:
    """A call as its resident's screens need it: which door, what state; no digits, and nothing about the visitor that we do not know."""
    return {
        "id": str(call.id),
        "door": places.door_view(call.door_id).name,
        "state": str(call.state),
        "has_code": call.has_code,
        "lost": call.lost_line,
    }


def ending(call: intercom.CallView) -> str:
    """How a call ended, in the resident's words (LINK-7)."""
    return {
        CallState.CANCELLED: _("They hung up."),
        CallState.ELSEWHERE: _("Answered on another phone."),
        CallState.DECLINED: _("You declined."),
        CallState.MISSED: _("Missed"),
        CallState.UNREACHABLE: _("Did not ring: quiet hours, or a blocked visitor."),
        CallState.ENDED: _("Call ended. A code was made.") if call.has_code else _("Call ended."),
    }.get(call.state, "")


@at_home
@require_GET
def calls(request: HttpRequest, asker: Asker) -> HttpResponse:
    """The latest calls, and when calls do not ring."""
    rows = []
    for call in intercom.calls_of(asker.id):
        door = places.door_view(call.door_id)
        zone = places.property_view(call.property_id).zone
        rows.append({"call": call, "door": door.name, "at": say(call.made_at, zone, asker.now), "how": ending(call)})
    chosen = intercom.listing(asker.id, asker.place.id) if asker.place else None
    return page(request, "calls.html", asker, {"here": "calls", "rows": rows, "quiet": quiet_words(chosen, asker)})


def quiet_words(chosen: intercom.ListingView | None, asker: Asker) -> str:
    """ "Quiet hours until 07:00. Calls do not ring." while it is so."""
    if chosen is None or not intercom.is_quiet(chosen.person_id, chosen.property_id, asker.now):
        return ""
    minute = chosen.quiet_to or 0
    return _("Quiet hours until %(at)s. Calls do not ring.") % {"at": f"{minute // 60:02}:{minute % 60:02}"}


@at_home
@require_GET
def call(request: HttpRequest, asker: Asker, call_id: UUID) -> HttpResponse:
    """One call: ringing, talking, ended. M23 names the door, never the visitor."""
    view = _mine(asker, call_id)
    zone, door = places.property_view(view.property_id).zone, places.door_view(view.door_id)
    today = local_day(asker.now, zone)
    context: dict[str, object] = {
        "here": "calls",
        "call": view,
        "door": door.name,
        "ending": ending(view),
        "at": say(view.made_at, zone, asker.now),
        "until": say_end_of_day(today, today),
        "servers": calling.servers(asker.now),
        "takes_codes": door.codes_allowed,
        "can_code": door.codes_allowed and credentials.has_device(door.id),
    }
    return page(request, "call.html", asker, context)


@by_app("GET")
def look(asked: Asked, call_id: UUID) -> Json:
    """What is true of a call now."""
    view = _mine(asked.asker, call_id)
    return as_json(view) | {"ending": ending(view)}


@by_app("POST")
def act(asked: Asked, call_id: UUID, what: str) -> Json:
    """One act of the resident in a call."""
    asker = asked.asker
    view = _mine(asker, call_id)
    if what == "answer":
        session = asker.session or str(asker.phone.id if asker.phone else "")
        try:
            view = verbs.answer(call_id=call_id, person_id=asker.id, session=session, now=asked.now)
        except Refused as no:
            raise Refused(no.type, _(no.title)) from None
    elif what == "decline":
        if view.state == CallState.RINGING:
            view = verbs.decline(call_id=call_id, person_id=asker.id, now=asked.now)
    elif what == "hangup":
        view = verbs.hang_up(call_id=call_id, person_id=asker.id, now=asked.now)
    elif what == "block":
        verbs.block(call_id=call_id, person_id=asker.id, now=asked.now)
        return as_json(view) | {"sentence": _("Blocked for 30 days. They read that you cannot be reached.")}
    return as_json(view) | {"ending": ending(view)}


@by_app("POST")
def code(asked: Asked, call_id: UUID) -> Json:
    """Makes the code of this call; it appears on the visitor's screen, not on this one (LINK-5)."""
    view = _mine(asked.asker, call_id)
    asked.spend("call-code", *CODE_MOST)
    made = verbs.make_code_for_call(call_id=call_id, person_id=asked.asker.id, now=asked.now)
    return _told(asked, view, made)


@by_app("POST")
def show(asked: Asked, call_id: UUID) -> Json:
    """The digits of this call's code, to read aloud; only on request, only while the call lasts."""
    view = _mine(asked.asker, call_id)
    asked.spend("call-code", *CODE_MOST)
    made = intercom.code_of_call(call_id, asked.now)
    if view.state != CallState.ANSWERED or made is None or made.over:
        raise NotYours
    return _told(asked, view, made) | digits(made.digits)


def _told(asked: Asked, view: intercom.CallView, made: intercom.CallCode) -> Json:
    zone = places.property_view(view.property_id).zone
    first = say_clock(made.first_use_before, zone) if made.first_use_before else ""
    return {
        "until": code_until(made, zone, asked.now),
        "first": _("They must use it before %(at)s.") % {"at": first} if first else "",
    }


def _mine(asker: Asker, call_id: UUID) -> intercom.CallView:
    view = intercom.call_for_resident(call_id, asker.id)
    if view is None:
        raise NotYours
    return view
