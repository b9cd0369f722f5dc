"""Events and gaps as lines that people read; the surface hands in only names that its reader may see."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from limen.history.queries import EventView, GapView, HistoryPage
from limen.web.when import say

UNSURE_FROM_S = 60
LATE_AFTER_S = 3600


@dataclass(frozen=True, slots=True)
class EventLine:
    """One line of a history: `kind` is event or gap."""

    kind: str
    sentence: str
    note: str
    at: datetime | None
    refused: bool


def lines(found: HistoryPage, names: Mapping[UUID, str], zone: ZoneInfo, now: datetime, *, marks: bool = False) -> list[EventLine]:
    """Events and gaps in one list, newest first, each gap in its place (HISTORY-2, M30).

    `marks` says where a second code was used (LOCK-14): for staff at common doors, never on a screen of a home.
    """
    told = []
    for event in found.events:
        line = event_line(event, names.get(event.person_id) if event.person_id else None, zone, now)
        if marks and event.marked:
            line = replace(
                line, sentence=_("%(sentence)s, with the second code, for when somebody is made to open") % {"sentence": line.sentence}
            )
        told.append((event.at, line))
    told += [(gap.before or gap.after or now, gap_line(gap, zone, now)) for gap in found.gaps]
    return [line for _at, line in sorted(told, key=lambda pair: pair[0], reverse=True)]


def event_line(event: EventView, name: str | None, zone: ZoneInfo, now: datetime) -> EventLine:
    """Who, by what, and with which result; the time as sure as it is."""
    who = name or {"guest": _("A guest"), "staff": _("Staff"), "vendor": _("A service"), "resident": _("A resident")}.get(event.subject, "")
    refused = event.result == "refused"
    how = method(event)
    if refused:
        sentence = _("%(how)s refused") % {"how": how}
        sentence = f"{who}: {sentence}" if who else sentence
    elif who:
        sentence = _("%(who)s opened, %(how)s") % {"who": who, "how": how}
    else:
        sentence = _("Opened, %(how)s") % {"how": how}
    return EventLine("event", sentence, note(event, zone, now), event.at, refused)


def method(event: EventView) -> str:
    """The way in, as people say it."""
    words = {
        "app": _("by app"),
        "code": _("by code"),
        "temporary_code": _("by temporary code"),
        "card": _("by card"),
        "key": _("by metal key"),
        "inside": _("from inside"),
        "remote": _("from the intercom"),
    }
    return words.get("temporary_code" if event.credential == "temporary_code" else event.method, event.method)


def note(event: EventView, zone: ZoneInfo, now: datetime) -> str:
    """What must be said beside the time: how sure it is, and that it came late."""
    parts = []
    if event.uncertainty_s >= UNSURE_FROM_S:
        parts.append(_("within %(minutes)d min") % {"minutes": max(1, round(event.uncertainty_s / 60))})
    if (event.arrived_at - event.at).total_seconds() > LATE_AFTER_S:
        parts.append(_("arrived %(at)s") % {"at": say(event.arrived_at, zone, now)})
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
    why = {
        "declared": _("the lock ran out of room."),
        "not_carried": _("still on the lock. The next update brings it."),
        "undeclared": _("the lock did not say so."),
    }
    return EventLine("gap", f"{missing}: {why.get(gap.kind, '')}", "", gap.before or gap.after, False)
