"""The page behind the QR sign: no app, no account, no cookie; a directory that works before any script.

Requests carry no authority (there is nothing to sign in to), so there is no token against forged forms to check either.
"""

import json
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from limen.intercom import queries as intercom
from limen.intercom import services as calls
from limen.kernel.problems import NotYours, Problem, TooMany
from limen.places import queries as places
from limen.visitor.answers import as_json
from limen.web import limits
from limen.web.middleware import now_of
from limen.web.pages import render
from limen.web.when import say_clock

SEARCHES: Final = (60, timedelta(minutes=10))
BODY_MAX_BYTES: Final = 2048


@require_GET
def directory(request: HttpRequest, code: str) -> HttpResponse:
    """Who can be visited at this door: a few names, or what a search finds (LINK-2, LINK-9)."""
    link = intercom.live_link(code)
    if link is None:
        return _dead(request, code)
    now = now_of(request)
    place, door = places.property_view(link.property_id), places.door_view(link.door_id)
    zone = place.zone
    asked = request.GET.get("q", "")[:40]
    context: dict[str, object] = {"place": place, "door": door, "code": link.code}
    try:
        limits.spend("directory", limits.address_of(request), most=SEARCHES[0], span=SEARCHES[1], now=now)
    except TooMany as problem:
        again = say_clock(problem.retry_at, zone) if problem.retry_at else ""
        return render(request, "visitor/many.html", context | {"again": again}, zone=zone, status=429)
    found = intercom.directory(link.code, asked, now, _page(request))
    return render(request, "visitor/directory.html", context | {"found": found, "asked": asked, "next": _page(request) + 1}, zone=zone)


@require_GET
def call(request: HttpRequest, code: str) -> HttpResponse:
    """The screen of a call; the script on it makes the call and keeps its token for this tab alone."""
    link = intercom.live_link(code)
    if link is None:
        return _dead(request, code)
    place, door = places.property_view(link.property_id), places.door_view(link.door_id)
    found = intercom.entry(link, request.GET.get("to", "")[:32], now_of(request))
    context = {"place": place, "door": door, "code": link.code, "entry": found[0] if found else None}
    return render(request, "visitor/call.html", context, zone=place.zone)


@csrf_exempt
@require_POST
def start(request: HttpRequest, code: str) -> HttpResponse:
    """Rings a listed resident: `{"entry": …}` gives the call, its token, and what is true now."""
    body = _body(request)
    now = now_of(request)
    view, token = calls.start_call(code=code, entry_id=str(body.get("entry", ""))[:32], visitor=limits.address_of(request), now=now)
    return JsonResponse(as_json(view, now) | {"token": token}, status=201)


@csrf_exempt
@require_POST
def look(request: HttpRequest, code: str, call_id: UUID) -> HttpResponse:
    """What is true of a call for the screen that made it: `{"token": …}`, with `"do": "stop"` to end it."""
    body, now = _body(request), now_of(request)
    token = str(body.get("token", ""))[:64]
    view = intercom.call_for_visitor(call_id, token)
    if view is None:
        raise NotYours
    if body.get("do") == "stop":
        view = calls.cancel(call_id=call_id, token=token, now=now)
    return JsonResponse(as_json(view, now))


def _body(request: HttpRequest) -> dict[str, object]:
    if len(request.body) > BODY_MAX_BYTES:
        raise Problem("too_large", "That is more than this page sends.", status=413)
    try:
        body = json.loads(request.body)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Problem("not_understood", "Load this page again.")
    return body


def _page(request: HttpRequest) -> int:
    asked = request.GET.get("page", "0")
    return min(int(asked), 100) if asked.isdecimal() and len(asked) < 4 else 0


def _dead(request: HttpRequest, code: str) -> HttpResponse:
    """An old sign and a mistyped address: the same page, weight and status, one sentence apart."""
    old = intercom.replaced_link(code)
    place = places.property_view(old.property_id) if old else None
    return render(request, "visitor/dead.html", {"old": old is not None, "place": place}, status=404)
