"""A call as its screen needs it: the state, and the code's sentences already in the visitor's language and the building's time."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from limen.intercom import queries as intercom
from limen.places import queries as places
from limen.web.templatetags.limen import grouped
from limen.web.when import say, say_clock, say_end_of_day


def as_json(call: intercom.CallView, now: datetime) -> dict[str, object]:
    """What the visitor's screen may know: never who answered, on what, or why not (LINK-9)."""
    body: dict[str, object] = {
        "t": "call",
        "call": str(call.id),
        "state": str(call.state),
        "lost": call.lost_line,
        "ringing_s": max(0, int((now - call.made_at).total_seconds())),
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
