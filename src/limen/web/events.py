"""Events and gaps as lines that people read; the surface hands in only names that its reader may see."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from limen.history.queries import EventView, GapView, HistoryPage, PhotoView
from limen.places.queries import PropertyView
from limen.visibility import queries as visibility
from limen.web.when import say, say_day

UNSURE_FROM_S = 60
LATE_AFTER_S = 3600
DOOR_LINES = {
    ("door_ajar", "noted"): _("The door was left open"),
    ("door_ajar", "done"): _("The door was closed again"),
    ("door_forced", "noted"): _("The door was forced open: its lock let nobody through"),
    ("passage", "noted"): _("Open to everybody from here on, by its hours"),
    ("passage", "done"): _("No longer open to everybody"),
    ("privacy", "noted"): _("The deadbolt was thrown from inside"),
    ("privacy", "done"): _("The deadbolt was drawn back"),
}
"""What the door itself did (LOCK-15 to LOCK-18)."""


@dataclass(frozen=True, slots=True)
class EventLine:
    """One line of a history: `kind` is event or gap."""

    kind: str
    sentence: str
    note: str
    at: datetime | None
    refused: bool
    photo: PhotoView | None = None


def kept(kinds: Iterable[str], building: PropertyView, now: datetime) -> str:
    """Until when an entry of today is kept at doors of these kinds and what happens then, by the table of the building's profile (PRIVACY-1)."""
    records = [visibility.Record("access_event", {"generated_at": now}, visibility.door_class(kind), building.profile) for kind in kinds]
    ends = [end for record in records if (end := visibility.kept_until(record)) is not None]
    if not ends:
        return ""
    words = {
        frozenset({"delete"}): _g("Kept until %(day)s, then deleted."),
        frozenset({"anonymise"}): _g("Kept until %(day)s, then made nameless."),
    }
    said = words.get(frozenset(end.action for end in ends), _g("Kept until %(day)s, then deleted or made nameless."))
    day = say_day(min(end.at for end in ends).astimezone(building.zone).date(), now.astimezone(building.zone).date())
    return f"{said % {'day': day}} {_g('That is so for an entry of today; older ones go earlier.')}"


def lines(found: HistoryPage, names: Mapping[UUID, str], zone: ZoneInfo, now: datetime, *, marks: bool = False) -> list[EventLine]:
    """Events and gaps in one list, newest first, each gap in its place (HISTORY-2, M30).

    `marks` says where a second code was used (LOCK-14): for staff at common doors, never on a screen of a home.
    """
    told = []
    for event in found.events:
        line = event_line(event, names.get(event.person_id) if event.person_id else None, zone, now)
        if marks and event.marked:
            line = replace(
                line, sentence=_g("%(sentence)s, with the second code, for when somebody is made to open") % {"sentence": line.sentence}
            )
        told.append((event.at, line))
    told += [(gap.before or gap.after or now, gap_line(gap, zone, now)) for gap in found.gaps]
    return [line for _at, line in sorted(told, key=lambda pair: pair[0], reverse=True)]


def event_line(event: EventView, name: str | None, zone: ZoneInfo, now: datetime) -> EventLine:
    """Who, by what, and with which result; the time as sure as it is."""
    if (event.kind, event.result) in DOOR_LINES:
        return EventLine("event", str(DOOR_LINES[event.kind, event.result]), note(event, zone, now), event.at, False)
    who = name or {"guest": _g("A guest"), "staff": _g("Staff"), "vendor": _g("A service"), "resident": _g("A resident")}.get(
        event.subject, ""
    )
    refused = event.result == "refused"
    how = method(event)
    if refused:
        sentence = _g("%(how)s refused") % {"how": how}
        sentence = f"{who}: {sentence}" if who else sentence
    elif who:
        sentence = _g("%(who)s opened, %(how)s") % {"who": who, "how": how}
    else:
        sentence = _g("Opened, %(how)s") % {"how": how}
    return EventLine("event", sentence, note(event, zone, now), event.at, refused, event.photo)


def method(event: EventView) -> str:
    """The way in, as people say it."""
    words = {
        "app": _g("by app"),
        "code": _g("by code"),
        "temporary_code": _g("by temporary code"),
        "card": _g("by card"),
        "key": _g("by metal key"),
        "inside": _g("from inside"),
        "remote": _g("from the intercom"),
    }
    return words.get("temporary_code" if event.credential == "temporary_code" else event.method, event.method)


def note(event: EventView, zone: ZoneInfo, now: datetime) -> str:
    """What must be said beside the time: how sure it is, and that it came late."""
    parts = []
    if event.uncertainty_s >= UNSURE_FROM_S:
        parts.append(_g("within %(minutes)d min") % {"minutes": max(1, round(event.uncertainty_s / 60))})
    if (event.arrived_at - event.at).total_seconds() > LATE_AFTER_S:
        parts.append(_g("arrived %(at)s") % {"at": say(event.arrived_at, zone, now)})
    return ", ".join(parts)


def gap_line(gap: GapView, zone: ZoneInfo, now: datetime) -> EventLine:
    """M30, or what is not here yet, or what is missing without a word."""
    count = gap.count
    if gap.after is not None and gap.before is not None:
        span = {"after": say(gap.after, zone, now), "before": say(gap.before, zone, now), "count": count}
        missing = ngettext(
            "%(count)d event is missing between %(after)s and %(before)s",
            "%(count)d events are missing between %(after)s and %(before)s",
            count,
        )
        missing %= span
    else:
        missing = ngettext("%(count)d event is missing", "%(count)d events are missing", count) % {"count": count}
    declared = {"privacy": _g("they were erased on request."), "power": _g("the power failed.")}
    why = {
        "declared": declared.get(gap.reason, _g("the lock ran out of room.")),
        "forgotten": _g("they came after the backup from which this service was restored."),
        "not_carried": _g("still on the lock. The next update brings it."),
        "undeclared": _g("the lock did not say so."),
    }
    return EventLine("gap", f"{missing}: {why.get(gap.kind, '')}", "", gap.before or gap.after, False)
