"""When people passing would bring an update anyway, in words: an estimate, said as one (SYNC-14)."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from limen.console.asker import Asker
from limen.fleet import queries as fleet
from limen.web import when

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def forecast(asker: Asker, wait: timedelta | None) -> str:
    """ "Usually reached by passing residents by about 18:00. An estimate."; never said as more than that, and never beside a check."""
    if wait is None:
        return _("Few phones pass here. Do not wait for one.")
    zone, now = asker.place.zone, asker.now
    at = round_up(now + wait, zone, 15 * MINUTE if wait < 2 * HOUR else HOUR)
    if at.astimezone(zone).date() == now.astimezone(zone).date():
        sentence = _("Usually reached by passing residents by about %(clock)s. An estimate.")
        return sentence % {"clock": when.say_clock(at, zone)}
    if wait < DAY:
        return _("Usually reached by passing residents by about %(at)s. An estimate.") % {"at": when.say(at, zone, now)}
    day = when.say_day(at.astimezone(zone).date(), now.astimezone(zone).date())
    return _("Usually reached by passing residents by about %(day)s. An estimate.") % {"day": day}


def door_forecast(asker: Asker, state: fleet.DoorState, kind: str) -> str:
    """The forecast of one door: where it waits for somebody to pass, and is nobody's home (screens W2)."""
    waits = state.truth in {fleet.Truth.WAITING, fleet.Truth.CARRIED} and state.waiting_since is not None
    if kind == "unit" or not waits or state.device is None or state.device.connected:
        return ""
    return forecast(asker, fleet.passing([state.door_id], asker.now).get(state.door_id))


def round_up(at: datetime, zone: ZoneInfo, step: timedelta) -> datetime:
    """The next moment that the wall shows as a whole step of the day."""
    wall = at.astimezone(zone)
    past = timedelta(hours=wall.hour, minutes=wall.minute, seconds=wall.second, microseconds=wall.microsecond) % step
    return at + (step - past if past else timedelta())
