"""What is known about a door, as sentences: one state, one wording, one mark (screens 1.1). Nothing here is inferred."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from limen.fleet.queries import Change, DoorMoment, DoorState, Released, StillOpens, Truth, Why
from limen.web.when import say, say_day


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `state` is the mark (proved, waiting, carried, behind, ended, unknown, mismatch, none), `sentence` the words."""

    state: str
    sentence: str


def door_lines(state: DoorState, zone: ZoneInfo, now: datetime) -> list[Line]:
    """The truth about a door's list, most important first."""
    if state.device is None:
        return [Line("unknown", _("No device yet. People can be given this door; it works when a device is activated."))]
    lines = [_list_line(state, zone, now)]
    if state.carried and state.truth in {Truth.WAITING, Truth.CARRIED}:
        lines.append(Line("carried", _carried(state.carried)))
    if state.device.connected:
        lines.append(_connection(state, zone, now))
    return lines


def _list_line(state: DoorState, zone: ZoneInfo, now: datetime) -> Line:
    if state.truth is Truth.MISMATCH:
        return Line("mismatch", _("The lock's list is not ours. It needs a full update."))
    if state.truth is Truth.PROVED and state.confirmed_at is not None:
        return Line("proved", confirmed(state.confirmed_at, zone, now))
    if state.truth in {Truth.WAITING, Truth.CARRIED} and state.waiting_since is not None:
        return Line("waiting", _("Waits for an update since %(since)s.") % {"since": say(state.waiting_since, zone, now)})
    if state.last_word_at is None:
        return Line("unknown", _("No word from this lock yet."))
    return Line("unknown", _("Not known. Last word from the lock: %(at)s.") % {"at": say(state.last_word_at, zone, now)})


def confirmed(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """M03, only ever said from a receipt."""
    return _("Up to date. Confirmed by the lock %(at)s.") % {"at": say(at, zone, now)}


def released(device: Released, zone: ZoneInfo, now: datetime) -> Line:
    """A device that left its door: empty only by its lock's own word (LOCK-10)."""
    if device.wiped_at is not None:
        return Line("proved", _("Wiped. The lock signed for it %(at)s.") % {"at": say(device.wiped_at, zone, now)})
    since = say(device.ended_at, zone, now)
    return Line(
        "waiting",
        _("Removed %(since)s. The lock does not know it yet: tell it at the door, or anybody who lives here brings it in passing.")
        % {"since": since},
    )


def _carried(count: int) -> str:
    return ngettext("On its way on %(count)d phone. Not in force yet.", "On its way on %(count)d phones. Not in force yet.", count) % {
        "count": count
    }


def _connection(state: DoorState, zone: ZoneInfo, now: datetime) -> Line:
    if state.online_since is not None:
        return Line("proved", _("Connected. Changes arrive within 10 seconds."))
    if state.offline_since is None:
        return Line("unknown", _("No connection yet. The reader decides by itself; changes wait."))
    since = say(state.offline_since, zone, now)
    return Line("waiting", _("No connection since %(since)s. The reader decides by itself; changes wait.") % {"since": since})


def change(what: Change, name: str | None) -> str:
    """A waiting change in words; without a name for those who may not see whose it is."""
    words = {
        Why.ACCESS_ENDED: (_("Access ended for %(name)s."), _("Access ended for 1 person.")),
        Why.ACCESS_PAUSED: (_("Access paused for %(name)s."), _("Access paused for 1 person.")),
        Why.ACCESS_NARROWED: (_("Hours or dates got fewer for %(name)s."), _("Hours or dates got fewer for 1 person.")),
        Why.ACCESS_STARTED: (_("Access starts for %(name)s."), _("Access starts for 1 person.")),
        Why.ACCESS_RESUMED: (_("Access goes on for %(name)s."), _("Access goes on for 1 person.")),
        Why.ACCESS_WIDENED: (_("Hours or dates got more for %(name)s."), _("Hours or dates got more for 1 person.")),
        Why.PHONE_REMOVED: (_("A phone of %(name)s was removed."), _("A phone was removed.")),
        Why.CODE_STARTED: (_("%(name)s's code starts."), _("A code starts.")),
        Why.CODE_ENDED: (_("%(name)s's code ends."), _("A code ends.")),
        Why.CODE_RESET: (_("%(name)s's code was reset."), _("A code was reset.")),
        Why.CARD_STARTED: (_("%(name)s's card starts."), _("A card starts.")),
        Why.CARD_ENDED: (_("%(name)s's card ends."), _("A card ends.")),
    }
    plain = {
        Why.CODE_LENGTH: _("Codes get longer."),
        Why.CODE_FLOOR: _("All temporary codes made so far end."),
        Why.CODES_OFF: _("Doorcodes are off."),
        Why.HOURS_CHANGED: _("Hours changed."),
        Why.FIRMWARE: _("Firmware for this lock."),
        Why.HOLIDAYS: _("Holidays changed."),
        Why.HOLIDAYS_NARROWED: _("Holidays changed."),
        Why.PASSAGE_NARROWED: _("The hours when the door stands open got fewer."),
        Why.SETTINGS: _("Settings of the door changed."),
        Why.FIRST_LIST: _("The first list of this lock."),
        Why.RESTORED: _("The service was restored from a backup."),
        Why.REMNANTS: _("Data that was deleted here may still be in the lock."),
    }
    if what.why in plain:
        return plain[what.why]
    named, unnamed = words[what.why]
    return named % {"name": name} if name else unnamed


def still_opens(
    door: str, name: str, what: Sequence[StillOpens] | DoorMoment, zone: ZoneInfo, now: datetime,
    *, connected: bool = False, paused: bool = False,
) -> Line:  # fmt: skip
    """M04 or M05: what was taken and still opens, until when, and what ends it. To a connected door nobody has to go."""
    taken = _("Paused.") if paused else _("Revoked.")
    return Line("behind", f"{taken} {_still(door, name, what, zone, now, connected=connected)}")


def _still(
    door: str, name: str, what: Sequence[StillOpens] | DoorMoment, zone: ZoneInfo, now: datetime, *, connected: bool
) -> str:  # fmt: skip
    if connected:
        sentence = _("The %(door)s reader opens for %(name)s until it hears of it: within 10 seconds while it is connected.")
        return sentence % {"door": door, "name": name}
    if isinstance(what, DoorMoment):
        until, ways = what.still_opens_until, set(what.still_opens_by)
    else:
        endless = any(one.until is None for one in what)
        until = None if endless else max(one.until for one in what if one.until is not None)
        ways = {one.by for one in what}
    if until is not None:
        sentence = _("The %(door)s lock still opens for %(name)s until somebody updates it, at most until %(until)s.")
        return sentence % {"door": door, "name": name, "until": say(until, zone, now)}
    if "code" in ways:
        sentence = _("%(name)s's code still opens the %(door)s until somebody updates that door. Nothing else ends it.")
    elif "card" in ways:
        sentence = _("%(name)s's card still opens the %(door)s until somebody updates that door. Nothing else ends it.")
    else:
        sentence = _("The %(door)s lock still opens for %(name)s until somebody updates it. Nothing else ends it.")
    return sentence % {"door": door, "name": name}


def in_force(at: datetime, by_itself: bool, zone: ZoneInfo, now: datetime, *, paused: bool = False) -> Line:
    """M06, or that it ended by itself."""
    when = say(at, zone, now)
    if by_itself:
        return Line("ended", _("In force since %(at)s: the phone's access ran out.") % {"at": when})
    sentence = _("Paused, in force since %(at)s.") if paused else _("Revoked, in force since %(at)s.")
    return Line("proved", sentence % {"at": when})


def due(day: date, zone: ZoneInfo, now: datetime) -> str:
    """ "due today", "due Mon 23 Nov"."""
    today = now.astimezone(zone).date()
    return _("due today") if day <= today else _("due %(day)s") % {"day": say_day(day, today)}
