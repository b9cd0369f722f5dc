"""The demonstration: what to try, the mailbox, the clock, and the bench with every simulated lock. It exists only where it was asked for."""

import json
from typing import Final

from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from limen.bench import tour as steps
from limen.bench.cast import PLAYERS, player
from limen.fleet import queries as fleet
from limen.kernel.problems import NotYours, Problem
from limen.notices import queries as notices
from limen.places import queries as places
from limen.storage import clock
from limen.web.middleware import now_of
from limen.web.pages import render

LONGEST_STEP_MS: Final = 400 * 24 * 3600 * 1000


@require_GET
def tour(request: HttpRequest) -> HttpResponse:
    """Try these, in this order; a step that really happened has its check."""
    done = steps.steps(now_of(request))
    return render(
        request,
        "bench/tour.html",
        {"players": PLAYERS, "steps": done, "first": next((s for s in done if not s.done), None)},
        zone=steps.zone(),
    )


@require_GET
def mail(request: HttpRequest) -> HttpResponse:
    """Every mail that would have left."""
    return render(request, "bench/mail.html", {"letters": notices.mailbox()}, zone=steps.zone())


@csrf_exempt
@require_http_methods(["GET", "POST"])
def time(request: HttpRequest) -> HttpResponse:
    """The demonstration's time; `{"ms": n}` lets n milliseconds pass, for the service and for every simulated lock. It only goes forward."""
    if request.method == "POST":
        try:
            ms = int(json.loads(request.body)["ms"])
        except (ValueError, KeyError, TypeError):
            raise Problem("not_understood", 'Send {"ms": a number}.') from None
        if not 0 <= ms <= LONGEST_STEP_MS:
            raise Problem("not_understood", "Time passes forward, by at most 400 days at once.")
        clock.shift(ms)
    return JsonResponse({"now_ms": int(clock.now().timestamp() * 1000), "offset_ms": clock.offset_ms()})


@require_POST
def sign_in(request: HttpRequest, key: str) -> HttpResponse:
    """Signs in as one of the cast, without their password: the demonstration's own door, never there otherwise."""
    who = player(key)
    user = get_user_model().objects.filter(email__iexact=who.email).first() if who else None
    if who is None or user is None:
        raise NotYours
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return HttpResponseRedirect(request.POST.get("to", "") if request.POST.get("to", "").startswith("/home/") else who.home)


@require_GET
def shelf(request: HttpRequest) -> HttpResponse:
    """All simulated locks by door."""
    asked = request.GET.get("q", "").strip().casefold()[:40]
    doors = [door for place in places.properties() for door in places.doors(place.id) if door.planned_serial]
    found = [door for door in doors if asked in door.name.casefold() or asked in door.planned_serial.casefold()]
    active = {device.serial for place in places.properties() for device in fleet.devices(place.id)}
    return render(request, "bench/shelf.html", {"doors": found, "active": active, "asked": asked, "total": len(doors)}, zone=steps.zone())


@require_GET
def face(request: HttpRequest, serial: str) -> HttpResponse:
    """One lock as a body at the door: what hands can do to it."""
    door = next((d for p in places.properties() for d in places.doors(p.id) if d.planned_serial == serial), None)
    if door is None:
        raise NotYours
    state = fleet.door_state(door.id, now_of(request))
    return render(request, "bench/face.html", {"door": door, "serial": serial, "state": state, "now": now_of(request)}, zone=steps.zone())
