"""A code for somebody without the app: told once, handed over by one way, taken back by nobody (CODE-4 to CODE-8, W10)."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from limen.access import queries as access
from limen.credentials import queries as credentials
from limen.credentials import services as verbs
from limen.kernel.periods import day_bounds, local_day
from limen.kernel.problems import NotYours, Refused
from limen.people import queries as people
from limen.places import queries as places
from limen.resident.asker import Asker, at_home, page
from limen.resident.codes import digits
from limen.resident.speech import Asked, Json, by_app
from limen.resident.until import cannot_end, code_until, works
from limen.web.when import say, say_day

KINDS: Final = ("daily", "daily_single_use", "24_hour")
MADE_MOST: Final = (20, timedelta(hours=1))
SENT_MOST: Final = (20, timedelta(hours=1))
LABEL_MAX: Final = 60
LATE: Final = timedelta(minutes=60)


@at_home
@require_GET
def form(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Door, day, uses; what cannot be undone stands above the button (M18)."""
    today = local_day(asker.now, asker.zone)
    left = day_bounds(today, asker.zone)[1] - asker.now
    context: dict[str, object] = {
        "here": "guests",
        "doors": _doors(asker),
        "today": say_day(today, today),
        "tomorrow": say_day(today + timedelta(days=1), today),
        "minutes_left": int(left.total_seconds() // 60) if left < LATE else None,
        "by_text": settings.LIMEN_SMTP is None,
    }
    return page(request, "guestcode.html", asker, context)


def _doors(asker: Asker) -> list[places.DoorView]:
    """Doors that may be shared, give codes and have a device; the home's first."""
    held = asker.doors()
    doors = places.doors_by_id(d for d, windows in held.items() if any(w.may_share and w.starts <= asker.now for w in windows))
    able = [door for door in doors.values() if door.codes_allowed and credentials.has_device(door.id)]
    return sorted(able, key=lambda door: (door.kind == "unit", door.name))


@by_app("POST")
def make(asked: Asked) -> Json:
    """Makes the code and tells its digits, once; asked again with the same `key`, because no answer came, it tells the same code."""
    asker = asked.asker
    door = asker.door(asked.uuid("door"))
    kind = asked.one_of("kind", KINDS)
    label = asked.text("label", LABEL_MAX)
    key = asked.uuid("key") if asked.said.get("key") is not None else None
    asked.spend("make-code", *MADE_MOST)
    _opens_already(asker, label, door)
    zone = places.property_view(door.property_id).zone
    day = local_day(asked.now, zone) + timedelta(days=1) if asked.text("day", 10) == "tomorrow" else None
    made = verbs.make_temporary(door_id=door.id, kind=kind, by_person=asker.id, label=label, now=asked.now, day=day, key=key)
    note = _("That lock lost its clock. A code works there only after an update.") if made.clock_lost else ""
    return digits(made.digits) | {
        "id": str(made.id),
        "door": str(door.id),
        "sentence": works(made, door.name, zone, asked.now),
        "note": note,
        "works_until": made.works_until.isoformat(),
        "stops_at_latest": made.stops_at_latest.isoformat(),
        "stops": _("Stops at the latest %(at)s.") % {"at": say(made.stops_at_latest, zone, asked.now)},
        "status_code": 201,
    }


def _opens_already(asker: Asker, label: str, door: places.DoorView) -> None:
    """For their own household and guests the maker hears that no code is needed; of anybody else nothing is said (CODE-8)."""
    if "@" not in label:
        return
    person = people.person_of_email(label)
    if person is None:
        return
    near = {one.id for unit in asker.homes() for one in people.household(unit, asker.now)}
    near |= {grant.person_id for grant in access.guests_of(asker.id, asker.now)}
    if person.id in near and any(w.app or w.code for w in access.windows(person.id, door.id, asker.now)):
        raise Refused("opens_already", _("%(who)s opens the %(door)s already, so no code was made.") % {"who": label, "door": door.name})


@by_app("POST")
def send(asked: Asked, code_id: UUID) -> Json:
    """Hands the code over by e-mail or text, one way, once."""
    asked.spend("send-code", *SENT_MOST)
    code = _mine(asked, code_id)
    zone = places.property_view(places.door_view(code.door_id).property_id).zone
    to = asked.text("to", 254)
    verbs.hand_over(
        code_id=code_id, by_person=asked.asker.id, way=asked.text("way", 10), to=to, until=code_until(code, zone, asked.now), now=asked.now
    )
    return {"sentence": _("Sent to %(to)s. This code cannot be taken back.") % {"to": to}}


@by_app("POST")
def end(asked: Asked, code_id: UUID) -> Json:
    """Always refused: `temporary_doorcode_cannot_be_revoked`, with M19 and the alternative (CODE-6)."""
    code = _mine(asked, code_id)
    zone = places.property_view(places.door_view(code.door_id).property_id).zone
    try:
        verbs.revoke_temporary(code_id=code_id, by_person=asked.asker.id, now=asked.now)
    except Refused as no:
        no.title = cannot_end(code, zone, asked.now)
        raise


def _mine(asked: Asked, code_id: UUID) -> credentials.TemporaryView:
    code = next((one for one in credentials.temporary_of(asked.asker.id, asked.now) if one.id == code_id), None)
    if code is None:
        raise NotYours
    return code
