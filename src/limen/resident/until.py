"""Until when a temporary code works, in words: the promise for who uses it, the bound for who answers for it (screens 1.2)."""

from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from limen.web.when import say, say_end_of_day


class Lasting(Protocol):
    """A code as far as its end counts."""

    @property
    def works_until(self) -> datetime:
        """The promise."""
        ...


def code_until(code: Lasting, zone: ZoneInfo, now: datetime) -> str:
    """ "the end of today (Sat 21 Nov)", or the hour; never "midnight", which could be either one."""
    wall = code.works_until.astimezone(zone)
    if wall.hour == 0 and wall.minute == 0:
        return say_end_of_day((wall - timedelta(days=1)).date(), now.astimezone(zone).date())
    return say(code.works_until, zone, now)


def works(code: Lasting, door: str, zone: ZoneInfo, now: datetime) -> str:
    """ "Package Room, until the end of today (Sat 21 Nov)." """
    return _("%(door)s, until %(until)s.") % {"door": door, "until": code_until(code, zone, now)}


def cannot_end(code: Lasting, zone: ZoneInfo, now: datetime) -> str:
    """M19, the answer to "Can I end this code?" """
    wall = code.works_until.astimezone(zone)
    until = code_until(code, zone, now)
    if wall.hour == 0 and wall.minute == 0:
        said = _(
            "This code cannot be taken back. It ends by itself at %(until)s. Next time, invite your guest to the app: that you can end."
        )
    else:
        said = _("This code cannot be taken back. It ends by itself %(until)s. Next time, invite your guest to the app: that you can end.")
    return said % {"until": until}


def ending(door: str, code: Lasting, zone: ZoneInfo, now: datetime) -> str:
    """What is said of a code that a code floor ends (CODE-13): dead with the update, no later than by itself."""
    said = {"door": door, "until": code_until(code, zone, now)}
    return _("The codes given out for %(door)s end early. This one stops when %(door)s is updated, by itself at %(until)s.") % said
