"""Doors that wait, each as a row: why, since when, what still opens until then, and who could go there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from limen.console.asker import Asker, who_can
from limen.console.naming import changes, still
from limen.console.sentences import either, some_of
from limen.fleet import queries as fleet
from limen.kernel.periods import local_day
from limen.web import truth, when

SAID_MOST = 4
"""Changes said one by one at a door; more are counted."""


@dataclass(frozen=True, slots=True)
class DueRow:
    """One door that waits. `floor` and `passing`, its forecast, are for the round alone."""

    task: fleet.Task
    lock: str
    why: list[str]
    more: int
    due: str
    overdue: bool
    still: list[truth.Line]
    behind: str
    floor: int | None = None
    passing: str = ""


def row(asker: Asker, task: fleet.Task) -> DueRow:
    """One due door in words."""
    why = changes(asker, task.door_id, task.changes)
    device = fleet.device_at(task.door_id)
    said = why if len(why) <= SAID_MOST else why[: SAID_MOST - 1]
    return DueRow(
        task=task,
        lock=device.lock_id.hex() if device else "",
        why=said,
        more=len(why) - len(said),
        due=truth.due(task.due, asker.place.zone, asker.now),
        overdue=task.due < today(asker),
        still=still(asker, task.door_id, task.door_name, task.still_opens),
        behind=behind(asker, task.door_name, task.since),
    )


def behind(asker: Asker, door_name: str, since: datetime | None) -> str:
    """ "Roof is behind for 3 days. Your limit is 2." (ACCESS-13); nothing within the limit."""
    limit = asker.place.staleness_limit_days
    days = (asker.now - since) // timedelta(days=1) if since is not None else 0
    if days <= limit:
        return ""
    sentence = ngettext(
        "%(door)s is behind for %(days)d day. Your limit is %(limit)d.",
        "%(door)s is behind for %(days)d days. Your limit is %(limit)d.",
        days,
    )
    return sentence % {"door": door_name, "days": days, "limit": limit}


def long_behind(asker: Asker, states: Sequence[fleet.DoorState], names: dict[UUID, str]) -> list[tuple[UUID, str]]:
    """Doors behind beyond the limit, the longest first: a change that sends nobody anywhere leaves a door behind as well (SYNC-3)."""
    waiting = sorted((state.waiting_since, names[state.door_id], state.door_id) for state in states if state.waiting_since is not None)
    said = [(door_id, behind(asker, name, since)) for since, name, door_id in waiting]
    return [(door_id, sentence) for door_id, sentence in said if sentence]


@dataclass(frozen=True, slots=True)
class Done:
    """Today's round, done: the line that says so, and its doors by name where there is more than one."""

    line: truth.Line
    doors: str = ""


def all_done(asker: Asker, states: Sequence[fleet.DoorState], names: dict[UUID, str]) -> Done | None:
    """ "All 3 are up to date. Last confirmed 14:31.": the doors of today's round, once every one of them is proved and nothing is due."""
    done = fleet.done_on(asker.place.id, today(asker))
    theirs = [state for state in states if state.door_id in done]
    at = max((state.confirmed_at for state in theirs if state.confirmed_at is not None), default=None)
    if at is None or any(state.truth is not fleet.Truth.PROVED for state in theirs):
        return None
    clock, doors = when.say_clock(at, asker.place.zone), [names[state.door_id] for state in theirs]
    if len(doors) == 1:
        one = _("%(door)s is up to date. Last confirmed %(clock)s.")
        return Done(truth.Line("proved", one % {"door": doors[0], "clock": clock}))
    every = _("All %(n)d are up to date. Last confirmed %(clock)s.")
    return Done(truth.Line("proved", every % {"n": len(doors), "clock": clock}), some_of(doors))


def today(asker: Asker) -> date:
    """The building's own day."""
    return local_day(asker.now, asker.place.zone)


def updaters(asker: Asker) -> str:
    """Who could update doors, named for those who cannot: "Milo Brandt or Ana Ruiz"."""
    return "" if asker.rights.device_management else either(who_can(asker, "devices"))
