"""Who came to my door, and where I went: two lists that never mix (HISTORY-1, W8 of privacy: one's own is one's own)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from limen.history import queries as history
from limen.history import services as record
from limen.people import queries as people
from limen.places import queries as places
from limen.resident.asker import Asker, at_home, page
from limen.web import events
from limen.web.events import EventLine, event_line, gap_line, method, note
from limen.web.when import say

SHOWN = 100
DOOR_KINDS = ("entrance", "common", "unit", "service")


@dataclass(frozen=True, slots=True)
class DoorVisits:
    """The visits at one unit door."""

    door: places.DoorView
    lines: list[EventLine]
    kept: str
    empty: str
    last: str


@at_home
@require_GET
def shown(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Visits, or with `?list=mine` one's own; looks at one's history by others stand with one's own (HISTORY-4)."""
    which = "mine" if request.GET.get("list") == "mine" else "visits"
    doors = asker.own_doors()
    context: dict[str, object] = {"here": "history", "which": which, "doors": doors}
    if which == "mine":
        kept = events.kept(DOOR_KINDS, asker.place, asker.now) if asker.place else ""
        context |= {"lines": _mine(asker), "looks": _looks(asker), "kept": kept}
    else:
        context["visits"] = [_visits(asker, door) for door in doors]
    return page(request, "history.html", asker, context)


@at_home
@require_GET
def still(request: HttpRequest, asker: Asker, photo_id: UUID) -> HttpResponse:
    """One still of a visit, or of oneself at a shared door; for anybody else there is none (V6, V10)."""
    shown = record.photo(asker_id=asker.id, photo_id=photo_id, by=asker.actor, now=asker.now, own_only=True)
    return HttpResponse(shown.data, content_type=shown.content_type)


def _visits(asker: Asker, door: places.DoorView) -> DoorVisits:
    building = places.property_view(door.property_id)
    zone, kept = building.zone, events.kept([door.kind], building, asker.now)
    found = history.visits(asker.id, door.id, asker.now, limit=SHOWN)
    lines = told(found, zone, asker.now, _visit)
    return DoorVisits(door, lines, kept, _empty(found, zone, asker.now), _last(found, zone, asker.now))


def _mine(asker: Asker) -> list[EventLine]:
    found = history.mine(asker.id, asker.now, limit=SHOWN)
    doors = {door.id: door.name for door in places.doors_by_id({event.door_id for event in found.events}).values()}

    def own(event: history.EventView, _names: dict[UUID, str], zone: ZoneInfo, now: datetime) -> EventLine:
        return _own(event, doors.get(event.door_id, ""), zone, now)

    return told(found, asker.zone, asker.now, own)


def _looks(asker: Asker) -> list[str]:
    looks = history.looks(asker.id, asker.now)
    who = people.persons_by_id({look.by for look in looks if look.by})
    doors = places.doors_by_id({look.door_id for look in looks})
    said = []
    for look in looks:
        name = who[look.by].name if look.by in who else _("Somebody")
        facts = {"name": name, "what": _role(look.by, doors[look.door_id], asker), "door": doors[look.door_id].name}
        said.append(_("%(name)s, %(what)s, looked at %(door)s, %(at)s.") % (facts | {"at": say(look.at, asker.zone, asker.now)}))
    return said


def _role(person_id: UUID | None, door: places.DoorView, asker: Asker) -> str:
    rights = people.rights(person_id, door.property_id, asker.now)
    return _("security") if rights.security_staff else _("the property team")


Teller = Callable[[history.EventView, dict[UUID, str], ZoneInfo, datetime], EventLine]


def told(found: history.HistoryPage, zone: ZoneInfo, now: datetime, tell: Teller) -> list[EventLine]:
    """Events and gaps, newest first, each gap in its place; `tell` says one event."""
    names = {one.id: one.name for one in people.persons_by_id({i for e in found.events for i in (e.person_id, e.host_id) if i}).values()}
    lines = [(event.at, replace(tell(event, names, zone, now), photo=event.photo)) for event in found.events]
    lines += [(gap.before or gap.after or now, gap_line(gap, zone, now)) for gap in found.gaps]
    return [line for _at, line in sorted(lines, key=lambda pair: pair[0], reverse=True)]


def _visit(event: history.EventView, names: dict[UUID, str], zone: ZoneInfo, now: datetime) -> EventLine:
    line = _wrong_codes(event, zone, now) or _by_temporary_code(event, names, zone, now)
    return line or event_line(event, names.get(event.person_id) if event.person_id else None, zone, now)


def _own(event: history.EventView, door: str, zone: ZoneInfo, now: datetime) -> EventLine:
    """One's own: where, by what; refused ones with the reason that the door did not give (M14)."""
    facts = {"door": door, "how": method(event)}
    if event.result != "refused":
        return EventLine("event", _("You opened %(door)s, %(how)s") % facts, note(event, zone, now), event.at, False)
    why = reason(event.reason, door)
    sentence = _("%(door)s did not open, %(how)s.") % facts
    return EventLine("event", f"{sentence} {why}".strip(), note(event, zone, now), event.at, True)


def reason(word: str, door: str) -> str:
    """Why a door stayed closed, as far as it is about the person's own access (screens 1.6)."""
    return {
        "not_started": _("Your access had not started."),
        "ended": _("Your access to %(door)s had ended.") % {"door": door},
        "revoked": _("Your access to %(door)s had ended.") % {"door": door},
        "lease_over": _("This phone had no signal for 24 hours. It opens doors again after it has signal once."),
        "outside_schedule": _("It was outside your hours."),
        "bolt_thrown": _("The bolt is thrown from inside."),
        "clock_lost": _("This lock lost its clock. Temporary codes and access with dates work after one update by a phone with signal."),
        "needs_update": _("The door waited for an update that the phone did not have."),
        "keypad_wait": _("Too many wrong codes at this keypad. Codes work again in about 10 minutes. Your app and card work now."),
        "card_replayed": _("This card's answer was used before. Try again; if it stays, ask for a new card."),
        "battery": _("Its battery was nearly empty."),
    }.get(word, "")


def _wrong_codes(event: history.EventView, zone: ZoneInfo, now: datetime) -> EventLine | None:
    """ "2 wrong codes": how many, never which (CODE-10)."""
    if event.result != "refused" or event.person_id is not None or event.method not in {"code", "temporary_code"}:
        return None
    count = max(1, event.count)
    sentence = ngettext("%(count)d wrong code", "%(count)d wrong codes", count) % {"count": count}
    return EventLine("event", sentence, note(event, zone, now), event.at, True)


def _by_temporary_code(event: history.EventView, names: dict[UUID, str], zone: ZoneInfo, now: datetime) -> EventLine | None:
    """An opening by a code that somebody gave: what its giver called it, and for others whose it was (CODE-7)."""
    if event.result == "refused" or event.credential != "temporary_code":
        return None
    if event.label:
        sentence = _("%(label)s opened with the code you gave") % {"label": event.label}
    elif event.host_id in names:
        sentence = _("Opened with a code from %(name)s") % {"name": names[event.host_id]}
    else:
        sentence = _("Opened with a temporary code")
    return EventLine("event", sentence, note(event, zone, now), event.at, False)


def _empty(found: history.HistoryPage, zone: ZoneInfo, now: datetime) -> str:
    if found.events or found.gaps:
        return ""
    if found.last_arrival is None:
        return _("Nothing has come from this lock yet. Events arrive with the next update.")
    return _("No guest, staff or service came in up to %(at)s.") % {"at": say(found.last_arrival, zone, now)}


def _last(found: history.HistoryPage, zone: ZoneInfo, now: datetime) -> str:
    if found.last_arrival is None or not found.events:
        return ""
    return _("The last record came %(at)s. Update the door to bring newer ones.") % {"at": say(found.last_arrival, zone, now)}
