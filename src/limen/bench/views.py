"""The demonstration: what to try, the mailbox, the clock, and the bench with every simulated lock. It exists only where it was asked for."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from limen.bench import tour as steps
from limen.bench import yesterday
from limen.bench.cast import PLAYERS, player
from limen.bench.running import Last, last_lines
from limen.bench.sayings import book
from limen.fleet import queries as fleet
from limen.identity import services as accounts
from limen.kernel.problems import NotYours, Problem
from limen.notices import queries as notices
from limen.people import queries as people
from limen.places import queries as places
from limen.storage import clock
from limen.web import restored
from limen.web.middleware import now_of
from limen.web.pages import render
from limen.web.spoken import spoken
from limen.web.when import say_clock, say_day

LONGEST_STEP_MS: Final = 400 * 24 * 3600 * 1000
OURS: Final = re.compile(r"/(home|c)/[A-Za-z0-9/_-]*")
MODELS: Final = {"C": "Lock C", "C2": "Lock C2", "M": "Lock M", "M2": "Lock M2", "M3": "Lock M3", "R": "Reader R"}


@dataclass(frozen=True, slots=True)
class Row:
    """A door's lock on the shelf. `runs` also when the locks did not say so in time; `told`: they did."""

    door: places.DoorView
    model: str
    active: bool
    runs: bool
    told: bool
    last: Last | None


@require_GET
def tour(request: HttpRequest) -> HttpResponse:
    """Try these, in this order; a step that really happened has its check."""
    done = steps.steps(now_of(request))
    return render(
        request,
        "bench/tour.html",
        {"players": PLAYERS, "steps": done, "first": next((s for s in done if not s.done), None), "setting_up": steps.setting_up()},
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
        ms = (spoken(request.body) or {}).get("ms")
        if not isinstance(ms, int | float):
            raise Problem("not_understood", 'Send {"ms": a number}.')
        if not 0 <= ms <= LONGEST_STEP_MS:
            raise Problem("not_understood", "Time passes forward, by at most 400 days at once.")
        if ms >= yesterday.DAY_MS:
            yesterday.keep(now_of(request))
        clock.shift(int(ms))
    now = clock.now()
    return JsonResponse({"now_ms": int(now.timestamp() * 1000), "offset_ms": clock.offset_ms(), "said": _wall(now)})


@csrf_exempt
@require_POST
def restart(request: HttpRequest) -> HttpResponse:
    """Restarts the service from the copy that was kept before the last day passed, by the code of `limen restore`, and says what it says."""
    done = yesterday.put_back()
    said = {
        "said": _("The service is back at %(when)s.") % {"when": _wall(done.made_at)},
        "done": restored.done(done) or [_("Nothing was taken since.")],
        "missing": restored.missing(done),
        "next": restored.next_steps(),
    }
    return JsonResponse(said)


@require_POST
def sign_in(request: HttpRequest, key: str) -> HttpResponse:
    """Signs in as one of the cast, without their password: the demonstration's own door, never there otherwise."""
    who = player(key)
    person = people.person_of_email(who.email) if who else None
    user = get_user_model().objects.filter(person_id=person.id).first() if person else None
    if who is None or user is None:
        raise NotYours
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    accounts.note_session(request=request)
    to = request.GET.get("to", "")[:200]
    return HttpResponseRedirect(to if OURS.fullmatch(to) else who.home)


@require_GET
def shelf(request: HttpRequest) -> HttpResponse:
    """All simulated locks by door, with their last line."""
    asked = request.GET.get("q", "").strip().casefold()[:40]
    doors = [door for place in places.properties() for door in places.doors(place.id) if door.planned_serial]
    found = [door for door in doors if asked in door.name.casefold() or asked in door.planned_serial.casefold()]
    active = {device.serial for place in places.properties() for device in fleet.devices(place.id)}
    lines = last_lines()
    told = lines or {}
    rows = [
        Row(
            door=door,
            model=MODELS.get(door.planned_model, door.planned_model),
            active=door.planned_serial in active,
            runs=lines is None or door.planned_serial in told,
            told=bool(told),
            last=told.get(door.planned_serial),
        )
        for door in found
    ]
    context = {"rows": rows, "asked": asked, "none_run": not doors or lines == {}, "setting_up": steps.setting_up()}
    return render(request, "bench/shelf.html", context, zone=steps.zone())


@require_GET
def face(request: HttpRequest, serial: str) -> HttpResponse:
    """One lock as a body at the door: what hands can do to it."""
    door = next((d for p in places.properties() for d in places.doors(p.id) if d.planned_serial == serial), None)
    if door is None:
        raise NotYours
    context = {
        "door": door,
        "model": MODELS.get(door.planned_model, door.planned_model),
        "serial": serial,
        "state": fleet.door_state(door.id, now_of(request)),
        "now": _wall(now_of(request)),
        "sayings": book(),
    }
    return render(request, "bench/face.html", context, zone=steps.zone())


@require_GET
def ours(request: HttpRequest, serial: str) -> HttpResponse:
    """The list the service wants this lock to hold, for the line beside the lock's own."""
    door = next((d for p in places.properties() for d in places.doors(p.id) if d.planned_serial == serial), None)
    if door is None:
        raise NotYours
    state = fleet.door_state(door.id, now_of(request))
    return JsonResponse({"list": state.current if state is not None and state.device is not None else None})


def _wall(now: datetime) -> str:
    """ "Sat 21 Nov 14:02" on the building's wall."""
    zone = steps.zone()
    return f"{say_day(now.astimezone(zone).date(), now.astimezone(zone).date())} {say_clock(now, zone)}"
