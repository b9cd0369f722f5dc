"""Sentences about a person's own doors. All of them are facts of the service; what a lock says comes to the page from the lock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from limen.access import queries as access
from limen.fleet import queries as fleet
from limen.kernel.periods import HOLIDAY_BIT, Weekly
from limen.places import queries as places
from limen.web.engaged import engaged_s
from limen.web.when import say


@dataclass(frozen=True, slots=True)
class Row:
    """One door with its one button. `state`: ready, setting-up, waits, hours, later, paused, no-way, no-device; `ends`: when the last of it is over;
    `engaged_s`: how long it stays open (LOCK-4); `office_phone`: whom to call about it, or empty."""

    door: places.DoorView
    state: str
    sentence: str
    lock: str
    serial: str
    model: str
    code: bool
    card: bool
    app: bool
    home: bool
    jumpstart: bool
    wired: bool
    hours: str
    ends: datetime | None
    engaged_s: int
    battery: fleet.Battery | None
    office_phone: str

    @property
    def opens(self) -> bool:
        """True where a tap on Open makes sense now or may make sense soon, signal or not."""
        return self.app and bool(self.lock) and self.state not in {"paused", "no-device", "later"}

    @property
    def hand(self) -> str:
        """What the hand does when it is open, by model."""
        return hand(self.model)


def hand(model: str) -> str:
    """C2 has a knob, the M family a handle, C moves its bolt, a reader lets one push."""
    if model == "C2":
        return _("Turn the outside knob.")
    if model.startswith("M"):
        return _("Press the handle.")
    if model == "C":
        return _("The bolt opens by itself.")
    return _("Push the door.") if model == "R" else ""


def row(
    *, door: places.DoorView, windows: Sequence[access.AccessWindow], state: fleet.DoorState, person_id: object, homes: frozenset[object],
    paused: str | None, holidays: frozenset[date], building: places.PropertyView, now: datetime,
) -> Row:  # fmt: skip
    """What is true of one door for one person now."""
    device = state.device
    model = fleet.model(device.model) if device else None
    zone = building.zone
    home = door.unit_id in homes
    code = door.codes_allowed and any(w.code for w in windows)
    card = (device is None or device.cards) and any(w.card for w in windows)
    which, sentence = (
        ("paused", paused) if paused else _state(windows, state, person_id, code=code, card=card, holidays=holidays, zone=zone, now=now)
    )
    return Row(
        door=door, state=which, sentence=sentence, lock=device.lock_id.hex() if device else "", serial=device.serial if device else "",
        model=device.model if device else "", code=code, card=card, app=any(w.app for w in windows),
        home=home, jumpstart=bool(model and model.jumpstart), wired=bool(model and model.wired), hours=hours(windows, holidays, zone, now),
        ends=_ends(windows), engaged_s=engaged_s(door, state), battery=state.battery if home and state.battery.state in {"low", "critical"} else None,
        office_phone=building.office_phone,
    )  # fmt: skip


def _state(
    windows: Sequence[access.AccessWindow],
    state: fleet.DoorState,
    person_id: object,
    *,
    code: bool,
    card: bool,
    holidays: frozenset[date],
    zone: ZoneInfo,
    now: datetime,
) -> tuple[str, str]:
    begun = [w for w in windows if w.starts <= now]
    if not begun:
        starts = min(w.starts for w in windows)
        return "later", _("Opens for you from %(at)s.") % {"at": say(starts, zone, now)}
    if state.device is None:
        return "no-device", _("No device yet. This door opens for you when one is activated.")
    if not any(w.schedule is None or w.schedule.holds(now, zone, holidays) for w in begun):
        return "hours", _("Your hours: %(hours)s") % {"hours": hours(windows, holidays, zone, now)}
    unproved = state.stale and (state.proven == 0 or any(c.person_id == person_id and c.why in GAINS for c in state.changes))
    if not any(w.app for w in begun):
        return _without_app(code=code, card=card, waits=unproved and state.online_since is None)
    if state.stale:
        if unproved:
            return "setting-up", _("First opening sets it up")
        return "waits", _("Waits for an update, opens as before.")
    return "ready", _("Ready")


def _without_app(*, code: bool, card: bool, waits: bool) -> tuple[str, str]:
    """Who opens by hand is told with what, as far as this lock has it (LOCK-2)."""
    if not code and not card:
        return "no-way", _("This lock reads no cards, and you have no code here. Ask your property team.")
    if waits:
        after = {
            (True, True): _("Opens with your code or card after its next update."),
            (True, False): _("Opens with your code after its next update."),
            (False, True): _("Opens with your card after its next update."),
        }
        return "waits", after[code, card]
    now = {
        (True, True): _("Opens with your code or card."),
        (True, False): _("Opens with your code."),
        (False, True): _("Opens with your card."),
    }
    return "ready", now[code, card]


GAINS = frozenset(
    {fleet.Why.ACCESS_STARTED, fleet.Why.ACCESS_RESUMED, fleet.Why.ACCESS_WIDENED, fleet.Why.CODE_STARTED, fleet.Why.CARD_STARTED}
)


def hours(windows: Sequence[access.AccessWindow], holidays: frozenset[date], zone: ZoneInfo, now: datetime) -> str:
    """Today's hours at this door as "06:00 to 22:00"; empty where some window has none."""
    schedules = [w.schedule for w in windows if w.starts <= now]
    if not schedules or any(schedule is None for schedule in schedules):
        return ""
    today = now.astimezone(zone).date()
    spans = {span for schedule in schedules if schedule for span in _spans(schedule, HOLIDAY_BIT if today in holidays else today.weekday())}
    return ", ".join(_("%(start)s to %(end)s") % {"start": _clock(a), "end": _clock(b)} for a, b in sorted(spans)) or _("not today")


def _ends(windows: Sequence[access.AccessWindow]) -> datetime | None:
    ends = [w.ends for w in windows]
    return max((at for at in ends if at is not None), default=None) if None not in ends else None


def _spans(schedule: Weekly, weekday: int) -> list[tuple[int, int]]:
    return [(i.from_minute, i.to_minute) for i in schedule.intervals if i.days >> weekday & 1]


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def paused(place: places.PropertyView) -> str:
    """The property team paused everything; whom to call."""
    if place.office_phone:
        return _("Your access is paused. The property team: %(phone)s.") % {"phone": place.office_phone}
    return _("Your access is paused.")
