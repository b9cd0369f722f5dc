"""Template tags of the shared kit: times, digits of a code, and the lines that tell the truth about a lock."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django import template
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from limen.identity import queries as identity
from limen.places import queries as places
from limen.storage import clock
from limen.web import when as words
from limen.web.browsers import say_browser

register = template.Library()
GROUPS = {4: (4,), 5: (5,), 6: (3, 3), 7: (3, 4), 8: (4, 4), 9: (3, 3, 3)}


def _now(context: Context) -> datetime:
    now = getattr(context.get("request"), "now", None)
    return now if isinstance(now, datetime) else clock.now()


def _zone(context: Context) -> ZoneInfo:
    """The zone of the page's building; a page about an account is of no building, so there it is the zone that all of them share."""
    zone = context.get("zone")
    if isinstance(zone, ZoneInfo):
        return zone
    shared = {one.time_zone for one in places.properties()} if not zone else set()
    return ZoneInfo(str(zone) if zone else shared.pop() if len(shared) == 1 else "UTC")


@register.simple_tag(takes_context=True)
def when(context: Context, at: datetime | None) -> str:
    """`{% when receipt.at %}`: a time in the building's zone, with the full date for those who ask."""
    if at is None:
        return ""
    zone = _zone(context)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', at.isoformat(), words.say_fully(at, zone), words.say(at, zone, _now(context))
    )


@register.simple_tag(takes_context=True)
def signed_in(context: Context) -> tuple[identity.SessionView, ...]:
    """`{% signed_in as places %}`: where the reader is signed in, newest first; allauth's own rows hold it sealed."""
    request = context["request"]
    return identity.sessions(request.user, request.session.session_key)


@register.simple_tag(takes_context=True)
def day(context: Context, value: date | datetime | None) -> str:
    """`{% day task.due %}`: "Sat 21 Nov"."""
    if value is None:
        return ""
    zone = _zone(context)
    that = value.astimezone(zone).date() if isinstance(value, datetime) else value
    return words.say_day(that, _now(context).astimezone(zone).date())


@register.simple_tag(takes_context=True)
def hour(context: Context, at: datetime) -> str:
    """`{% hour call.ended_at %}`: "14:02"."""
    return words.say_clock(at, _zone(context))


@register.simple_tag
def browser(agent: str) -> str:
    """`{% browser session.user_agent %}`: "Chrome on Android"."""
    return say_browser(agent)


def grouped(code: str) -> list[str]:
    """7 digits as 3 and 4, 8 as 4 and 4, 9 as 3-3-3 (screens 1.2)."""
    parts, at = [], 0
    for size in GROUPS.get(len(code), (len(code),)):
        parts.append(code[at : at + size])
        at += size
    return parts


@register.filter
def digits(code: str) -> SafeString:
    """A code in groups for eyes, and digit by digit for ears: "5 0 9 3, 8 1 7 4"."""
    parts = grouped(code)
    spoken = ", ".join(" ".join(part) for part in parts)
    shown = format_html_join("", '<span aria-hidden="true">{}</span>', ((part,) for part in parts))
    return format_html('<span class="digits">{}<span class="visually-hidden">{}</span></span>', shown, spoken)


@register.inclusion_tag("web/parts/truth_line.html")
def truth_line(state: str, sentence: str) -> dict[str, str]:
    """One line of screens 1.1: a mark and words. States: proved, waiting, carried, at-lock, forecast, behind, ended, unknown, mismatch."""
    return {"state": state, "sentence": sentence}


@register.inclusion_tag("web/parts/battery.html", takes_context=True)
def battery(context: Context, percent: int | None, read_at: datetime | None) -> dict[str, object]:
    """M29: low below 15 %, not known when the reading is over a month old (LOCK-6)."""
    old = read_at is None or (_now(context) - read_at).days > 30
    return {"percent": None if old else percent, "low": percent is not None and percent < 15, "read_at": read_at} | {
        "zone": _zone(context),
        "request": context.get("request"),
    }
