"""Times as people read them: in the building's zone, never relative, the year only when it is another one (screens 1.2)."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.translation import get_language
from django.utils.translation import gettext as _


def say(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """ "today 14:02", "Sun 22 Nov 08:50", "Fri 19 Feb 2027 08:50"; Spanish puts "a las" before the hour."""
    wall, today = at.astimezone(zone), now.astimezone(zone).date()
    clock = wall.strftime("%H:%M")
    if wall.date() == today:
        return _("today %(clock)s") % {"clock": clock}
    return _("%(day)s %(clock)s") % {"day": say_day(wall.date(), today), "clock": clock}


def say_day(day: date, today: date) -> str:
    """ "Sat 21 Nov", with the year when it is not this one."""
    month = formats.date_format(day, "M")
    if (get_language() or "").startswith("es"):  # Django writes it with a capital, which Spanish does not
        month = month.lower()
    words = f"{formats.date_format(day, 'D')} {day.day} {month}"
    words = words.lower() if get_language() == "es" else words  # Spanish writes days and months small
    return words if day.year == today.year else f"{words} {day.year}"


def say_end_of_day(day: date, today: date) -> str:
    """ "the end of today (Sat 21 Nov)": never "midnight", which could be either one."""
    if day == today:
        return _("the end of today (%(day)s)") % {"day": say_day(day, today)}
    return _("the end of %(day)s") % {"day": say_day(day, today)}


def say_clock(at: datetime, zone: ZoneInfo) -> str:
    """ "14:02" on the building's wall."""
    return at.astimezone(zone).strftime("%H:%M")


def say_fully(at: datetime, zone: ZoneInfo) -> str:
    """Full date and zone, for hidden text and on focus."""
    wall = at.astimezone(zone)
    return f"{formats.date_format(wall, 'l j F Y')} {wall.strftime('%H:%M')} {wall.tzname()}"
