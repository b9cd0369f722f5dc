"""The page behind the QR sign: no app, no account, no cookie; a directory that works before any script.

Requests carry no authority (there is nothing to sign in to), so there is no token against forged forms to check either.
"""

from datetime import timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.html import format_html
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from limen.credentials import queries as credentials
from limen.fleet import queries as fleet
from limen.intercom import queries as intercom
from limen.intercom import services as calls
from limen.intercom.views import CallState
from limen.kernel.problems import NotYours, Problem, TooMany
from limen.places import queries as places
from limen.visitor.answers import as_json, refusal
from limen.visitor.chosen import chosen
from limen.web import calling, limits
from limen.web.engaged import engaged_s
from limen.web.middleware import now_of
from limen.web.pages import render
from limen.web.spoken import Json, spoken, text_of
from limen.web.when import say_clock

SEARCHES: Final = (60, timedelta(minutes=10))
BODY_MAX_BYTES: Final = 2048
LAST_PAGE: Final = 100


@require_GET
def directory(request: HttpRequest, code: str) -> HttpResponse:
    """Who can be visited at this door: a few names, or what a search finds (LINK-2, LINK-9)."""
    link = intercom.live_link(code)
    if link is None:
        return _dead(request, code)
    asked = request.GET.get("q", "")[:40]
    page = _page(request)
    context = _sign(link)
    if (refused := _too_many(request, link)) is not None:
        return refused
    found = intercom.directory(link.code, asked, now_of(request), page)
    context |= {"found": found, "asked": asked, "next": page + 1, "total": found.more + len(found.entries) if page == 0 else None}
    return _show(request, "directory.html", context, zone=places.property_view(link.property_id).zone)


@require_GET
def call(request: HttpRequest, code: str) -> HttpResponse:
    """The screen of a call; the script on it makes the call and keeps its token for this tab alone."""
    link = intercom.live_link(code)
    if link is None:
        return _dead(request, code)
    if (refused := _too_many(request, link)) is not None:
        return refused
    asked = request.GET.get("to", "")[:32]
    found = intercom.entry(link, asked, now_of(request))
    label = found[0].label if found else ""
    blank = {
        name: format_html('<span data-fill="{}">{}</span>', name, text) for name, text in {"name": label, "seconds": 0, "left": 20}.items()
    }
    door = places.door_view(link.door_id)
    context = _sign(link) | {
        "label": label,
        "can_code": door.codes_allowed and credentials.has_device(link.door_id),
        "engaged_s": engaged_s(door, fleet.door_state(link.door_id, now_of(request))),
        "entry_id": asked if asked.isalnum() else "",
        "servers": calling.servers(now_of(request)),
        **blank,
    }
    return _show(request, "call.html", context, zone=places.property_view(link.property_id).zone)


@require_GET
def guide(request: HttpRequest, code: str) -> HttpResponse:
    """How one calls and types a code at the lock; the same for every sign, so that nothing is looked up and nothing learned of any."""
    return _show(request, "help.html", {"code": code, "helping": True})


@csrf_exempt
@require_POST
def start(request: HttpRequest, code: str) -> HttpResponse:
    """Rings a listed resident: `{"entry": …}` gives the call, its token, and what is true now."""
    body, now = _body(request), now_of(request)
    link = intercom.live_link(code) or intercom.silent_link(code)
    if link is None:
        raise NotYours
    try:
        view, token = calls.start_call(code=code, entry_id=text_of(body, "entry", 32), visitor=limits.network_of(request), now=now)
    except Problem as problem:
        details = refusal(problem, places.property_view(link.property_id).zone)
        return JsonResponse(details, status=problem.status, content_type="application/problem+json")
    return JsonResponse(as_json(view, now) | {"token": token}, status=201)


@csrf_exempt
@require_POST
def look(request: HttpRequest, code: str, call_id: UUID) -> HttpResponse:
    """What is true of a call for the screen that made it: `{"token": …}`, with `"do": "stop"` to end it."""
    body, now = _body(request), now_of(request)
    token = text_of(body, "token", 64)
    view = intercom.call_for_visitor(call_id, token)
    if view is None:
        raise NotYours
    if body.get("do") == "stop":
        view = calls.cancel(call_id=call_id, token=token, now=now)
    elif view.state == CallState.RINGING:
        calls.note_line(call_id=call_id, side="visitor", lost=False, now=now)  # this page is there, whatever became of its socket
    return JsonResponse(as_json(view, now))


def _show(
    request: HttpRequest, template: str, context: dict[str, object], *, zone: ZoneInfo | None = None, status: int = 200
) -> HttpResponse:
    """A page, as the visitor chose to read it."""
    return render(request, f"visitor/{template}", context | {"chosen": chosen(request)}, zone=zone, status=status)


def _sign(link: intercom.LinkView) -> dict[str, object]:
    """What stands on the sign: building, door, and its code."""
    return {"place": places.property_view(link.property_id), "door": places.door_view(link.door_id), "code": link.code}


def _too_many(request: HttpRequest, link: intercom.LinkView) -> HttpResponse | None:
    """Looking is counted by address, so that a directory cannot be read out by a program (LINK-9)."""
    zone = places.property_view(link.property_id).zone
    try:
        limits.spend("directory", limits.network_of(request), most=SEARCHES[0], span=SEARCHES[1], now=now_of(request))
    except TooMany as problem:
        again = say_clock(problem.retry_at, zone) if problem.retry_at else ""
        return _show(request, "many.html", _sign(link) | {"again": again}, zone=zone, status=429)
    return None


def _body(request: HttpRequest) -> Json:
    length = request.headers.get("Content-Length", "") or "0"
    if not length.isdecimal() or int(length) > BODY_MAX_BYTES:
        raise Problem("too_large", "That is more than this page sends.", status=413)
    body = spoken(request.body)
    if body is None:
        raise Problem("not_understood", "Load this page again.")
    return body


def _page(request: HttpRequest) -> int:
    asked = request.GET.get("page", "0")
    return min(int(asked), LAST_PAGE) if asked.isascii() and asked.isdecimal() and len(asked) < 4 else 0


def _dead(request: HttpRequest, code: str) -> HttpResponse:
    """An old sign, one whose calls are switched off, a mistyped address: the same page, weight, work and status, one sentence apart."""
    sign = intercom.silent_link(code)
    here = places.properties()
    place = next((one for one in here if sign is not None and one.id == sign.property_id), here[0] if len(here) == 1 else None)
    old = sign is not None and sign.ended_at is not None
    return _show(request, "dead.html", {"old": old, "off": sign is not None and not old, "place": place}, status=404)
