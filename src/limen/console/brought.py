"""What an update has put in force, told at the door: only after its receipt, and with the time of each (ACCESS-4, screens W6)."""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from limen.access import queries as access
from limen.console.asker import Asker, managed
from limen.console.naming import door_of, named
from limen.console.sentences import both
from limen.fleet import queries as fleet
from limen.kernel.problems import NotYours
from limen.places import queries as places
from limen.web.when import say

BACK: Final = timedelta(days=2)
"""As old as a page may be that was taken along and still asks."""
ENDED: Final = {"revoked", "moved_out", "host_lost_access"}
NAMED_MOST: Final = 3
"""People named in one sentence; more are counted."""


@managed
@require_GET
def brought(request: HttpRequest, asker: Asker, door_id: UUID) -> HttpResponse:
    """What came into force at a door since a page was made (`?since=` seconds since 1970), as sentences."""
    door = door_of(asker, door_id)
    asker.must(asker.rights.device_management, "devices")
    asked = request.GET.get("since", "")
    if not (asked.isdecimal() and asked.isascii() and len(asked) <= 11):
        raise NotYours
    since = max(datetime.fromtimestamp(int(asked), UTC), asker.now - BACK)
    return JsonResponse({"said": sentences(asker, door, since)})


def sentences(asker: Asker, door: places.DoorView, since: datetime) -> list[str]:
    """One for each kind and time, the people of it together; nobody who was given the door again meanwhile."""
    told: dict[tuple[str, datetime], list[UUID]] = {}
    elsewhere: set[tuple[str, datetime]] = set()
    holds = {holder.person_id for holder in access.holders(door.id, asker.now)}
    for moments in fleet.delivered_at(door.id, since, asker.now):
        order = access.revocation_view(moments.revocation_id)
        at = next((one.in_force_at for one in moments.doors if one.door_id == door.id), None)
        if order is None or at is None or (order.kind in ENDED and moments.person_id in holds):
            continue
        key = ("ended" if order.kind in ENDED else order.kind, at)
        told.setdefault(key, []).append(moments.person_id)
        if moments.in_force_at is None:
            elsewhere.add(key)
    return [_sentence(asker, door, key, list(dict.fromkeys(who)), whole=key not in elsewhere) for key, who in told.items()]


def _sentence(asker: Asker, door: places.DoorView, key: tuple[str, datetime], who: list[UUID], *, whole: bool) -> str:
    """M06 with its name: of this door alone while the same order waits at another, for no line borrows another's time."""
    kind, at = key
    patterns = {
        "ended": _("Revoked for %(who)s at %(door)s, in force since %(at)s."),
        "paused": _("Paused for %(who)s at %(door)s, in force since %(at)s."),
        "narrowed": _("Fewer hours or dates for %(who)s at %(door)s, in force since %(at)s."),
        "phone_removed": _("Phone removed for %(who)s at %(door)s, in force since %(at)s."),
    }
    pattern = _("Revoked for %(who)s, in force since %(at)s.") if whole and kind == "ended" else patterns[kind]
    return pattern % {"who": _names(asker, door.id, who), "door": door.name, "at": say(at, asker.place.zone, asker.now)}


def _names(asker: Asker, door_id: UUID, who: list[UUID]) -> str:
    """First names for who may know them here; else, and for many, how many they are."""
    known = named(asker, door_id, who) if len(who) <= NAMED_MOST else {}
    if all(person_id in known and known[person_id].first for person_id in who):
        return both([known[person_id].first for person_id in who])
    return ngettext("%(n)d person", "%(n)d people", len(who)) % {"n": len(who)}
