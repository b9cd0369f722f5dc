"""Weekly hours as people read them: in words, and as a picture of a week with the words beside it (ACCESS-6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import formats
from django.utils.translation import gettext as _

from limen.console.sentences import both
from limen.kernel.periods import HOLIDAY_BIT, MINUTES_A_DAY, Interval, Weekly

MONDAY = date(2026, 1, 5)
EVERY_DAY = 0b1111111
WEEKDAYS, WEEKEND = 0b0011111, 0b1100000


def day_name(bit: int, *, full: bool = False) -> str:
    """ "Mon" or "Monday" in the reader's language; bit 7 is holidays."""
    if bit == HOLIDAY_BIT:
        return _("holidays")
    return str(formats.date_format(MONDAY + timedelta(days=bit), "l" if full else "D"))


def words(schedule: Weekly | None) -> str:
    """ "always", "every day 06:00 to 22:00", "Mon to Fri 08:00 to 18:00; Sat 09:00 to 12:00"."""
    if schedule is None:
        return _("always")
    return "; ".join(_interval(interval) for interval in schedule.intervals)


def _interval(interval: Interval) -> str:
    span = _("%(start)s to %(end)s") % {"start": clock(interval.from_minute), "end": clock(interval.to_minute)}
    return f"{_days(interval.days)} {span}"


def _days(days: int) -> str:
    plain, holidays = days & EVERY_DAY, bool(days >> HOLIDAY_BIT & 1)
    if plain == EVERY_DAY:
        return _("every day") if holidays else _("every day but holidays")
    names = [] if not plain else [_runs(plain)]
    return both([*names, day_name(HOLIDAY_BIT)]) if holidays else "".join(names)


def _runs(days: int) -> str:
    """ "Mon to Fri", "Mon, Wed": days beside each other are named by their ends."""
    bits = [bit for bit in range(7) if days >> bit & 1]
    runs: list[list[int]] = []
    for bit in bits:
        if runs and runs[-1][-1] == bit - 1:
            runs[-1].append(bit)
        else:
            runs.append([bit])
    said = []
    for run in runs:
        ends = {"first": day_name(run[0]), "last": day_name(run[-1])}
        said += [_("%(first)s to %(last)s") % ends] if len(run) > 2 else [day_name(bit) for bit in run]
    return ", ".join(said)


def clock(minute: int) -> str:
    """ "06:00"; the end of a day is "24:00", never "midnight"."""
    return f"{minute // 60:02}:{minute % 60:02}"


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of a day in the picture, in its own units: minutes down, days across."""

    x: int
    y: int
    height: int


def bars(schedule: Weekly) -> list[Bar]:
    """The stretches of a week, past midnight continued on the next day."""
    found = []
    for interval in schedule.intervals:
        for day in range(7):
            if not interval.days >> day & 1:
                continue
            if interval.to_minute > interval.from_minute:
                found.append(Bar(day, interval.from_minute, interval.to_minute - interval.from_minute))
            else:
                found.append(Bar(day, interval.from_minute, MINUTES_A_DAY - interval.from_minute))
                if interval.to_minute:
                    found.append(Bar((day + 1) % 7, 0, interval.to_minute))
    return found


@dataclass(frozen=True, slots=True)
class Week:
    """A week as a picture, its words, and the doors for which it holds."""

    words: str
    doors: str
    bars: list[Bar]


def weeks(rows: Sequence[tuple[str, Weekly | None]]) -> list[Week]:
    """One picture for each different schedule of these `(door, schedule)`; doors that are open always need none."""
    by_schedule: dict[Weekly, list[str]] = {}
    for name, schedule in rows:
        if schedule is not None:
            by_schedule.setdefault(schedule, []).append(name)
    return [Week(words(schedule), both(sorted(names)), bars(schedule)) for schedule, names in by_schedule.items()]
