"""What starts and ends in the coming days: groups that were given, by name for who manages them (PEOPLE-2, privacy V13 o)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from limen.access import queries as access
from limen.console.asker import Asker
from limen.console.sentences import both
from limen.kernel.periods import day_bounds, local_day
from limen.people import queries as people
from limen.web.when import say

DAYS: Final = 7
"""Today is the first of them."""
SHOWN_MOST: Final = 8
NAMED_MOST: Final = 3
"""People named in one line; more are counted."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One group that starts or ends for somebody at one moment: who, in words, what happens, and the page behind it."""

    who: str
    what: str
    href: str


@dataclass(frozen=True, slots=True)
class Week:
    """The earliest of them, and how many more there are."""

    turns: tuple[Turn, ...]
    more: int


def week(asker: Asker) -> Week:
    """The next seven days of those groups that the asker manages; technicians and security staff find no people."""
    zone = asker.place.zone
    until = day_bounds(local_day(asker.now, zone) + timedelta(days=DAYS - 1), zone)[1] - timedelta(microseconds=1)
    found: dict[tuple[datetime, str, bool, UUID], list[UUID]] = {}
    for grant in access.turning(asker.place.id, asker.now, until) if asker.sees_people else ():
        if grant.group_id is None or not asker.rights.manages(grant.group_id):
            continue
        for at, starts in ((grant.starts, True), (grant.ends, False)):
            if at is not None and asker.now < at <= until:
                found.setdefault((at, grant.group_name or "", starts, grant.group_id), []).append(grant.person_id)
    first = sorted(found)[:SHOWN_MOST]
    known = people.persons_by_id({person_id for key in first for person_id in found[key]})
    return Week(tuple(_turn(asker, key, [known[one] for one in found[key]]) for key in first), len(found) - len(first))


def _turn(asker: Asker, key: tuple[datetime, str, bool, UUID], who: Sequence[people.PersonView]) -> Turn:
    at, group, starts, group_id = key
    when = say(at, asker.place.zone, asker.now)
    what = _("%(group)s starts %(at)s.") if starts else _("%(group)s ends %(at)s.")
    return Turn(
        who=both(sorted(person.name for person in who)) if len(who) <= NAMED_MOST else _people(len(who)),
        what=what % {"group": group, "at": when},
        href=f"/c/people/{who[0].id}" if len(who) == 1 else f"/c/groups/{group_id}",
    )


def _people(count: int) -> str:
    return ngettext("%(n)d person", "%(n)d people", count) % {"n": count}
