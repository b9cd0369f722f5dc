"""A call as its screen needs it: the state, and the code's sentences already in the visitor's language and the building's time."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from limen.intercom import queries as intercom
from limen.kernel.problems import Problem, TooMany
from limen.places import queries as places
from limen.web.templatetags.limen import grouped
from limen.web.when import say, say_clock, say_end_of_day

REPLACED = "replaced"
"""A state of the screen alone: the sign was replaced under an open call (LINK-8)."""
OFF = "off"
"""Likewise: the sign's calls were switched off under it."""


def as_json(call: intercom.CallView, now: datetime) -> dict[str, object]:
    """What the visitor's screen may know: never who answered, on what, or why not (LINK-9)."""
    body: dict[str, object] = {
        "t": "call",
        "call": str(call.id),
        "state": REPLACED if call.sign_replaced else OFF if call.sign_off else str(call.state),
        "name": call.label,
        "lost": call.lost_line,
        "seconds": max(0, int((now - (call.answered_at or call.made_at)).total_seconds())),
    }
    code = intercom.code_of_call(call.id, now) if call.has_code else None
    if code is not None:
        body["code"] = code_as_json(code, now)
    return body


def code_as_json(code: intercom.CallCode, now: datetime) -> dict[str, object]:
    """The digits in groups, and M20 in words."""
    zone = places.property_view(places.door_view(code.door_id).property_id).zone
    if code.over:
        return {"over": True, "sentence": _("If you have not used it yet, it no longer works. Call again.")}
    return {"over": False, "groups": grouped(code.digits), "sentence": works(code, zone, now)}


def works(code: intercom.CallCode, zone: ZoneInfo, now: datetime) -> str:
    """M20: until when it works, and before when it must be used first."""
    today = now.astimezone(zone).date()
    last = code.works_until.astimezone(zone)
    whole_day = last.hour == 0 and last.minute == 0
    until = say_end_of_day(last.date() - timedelta(days=1), today) if whole_day else say(code.works_until, zone, now)
    if code.first_use_before is None:
        return _("Works here until %(until)s.") % {"until": until}
    first = say_clock(code.first_use_before, zone)
    return _("Works here until %(until)s. Use it first before %(first)s.") % {"until": until, "first": first}


def refusal(problem: Problem, zone: ZoneInfo) -> dict[str, str | int]:
    """Why no call was made, as problem details in the visitor's language; the stable type is for the page, the sentence for the visitor."""
    return problem.as_details() | {"title": _sentence(problem, zone)}


def _sentence(problem: Problem, zone: ZoneInfo) -> str:
    if isinstance(problem, TooMany):
        if problem.retry_at is None:
            return _("Many calls from here. Try again in a few minutes.")
        later = problem.retry_at + timedelta(seconds=59)  # said to the minute, so not a minute too early
        return _("Many calls from here. Try again at %(time)s.") % {"time": say_clock(later, zone)}
    if problem.type == "busy":
        return _("On another call. Try again in a minute.")
    if problem.type == "calls_off":
        return _("Calls from this sign are switched off.")
    if problem.status == 404:
        return _("This sign is no longer in use. Look for a newer one.")
    return _("Load this page again.")
