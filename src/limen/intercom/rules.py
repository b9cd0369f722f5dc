"""Pure verdicts: who is listed, what a search finds, when it is quiet, how a call may go on."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from limen.intercom.views import CallState, Directory, Entry

LISTED_AT_ONCE = 12
MATCHES_A_PAGE = 8
LEAST_LETTERS = 2
LONGEST_QUESTION = 40
RINGS_FOR = timedelta(seconds=45)
LONGEST_CALL = timedelta(minutes=10)
FORGIVEN_SILENCE = timedelta(seconds=20)
CALLS_FROM_LINK = (30, timedelta(minutes=10))
CALLS_FROM_ADDRESS = (6, timedelta(minutes=5))
CALLS_TO_PERSON = (6, timedelta(minutes=10))
BLOCK_LASTS = timedelta(days=30)

LINK_KINDS = frozenset({"entrance", "common", "service"})

NEXT: dict[CallState, frozenset[CallState]] = {
    CallState.RINGING: frozenset({CallState.ANSWERED, CallState.DECLINED, CallState.MISSED, CallState.CANCELLED, CallState.UNREACHABLE}),
    CallState.ANSWERED: frozenset({CallState.ENDED, CallState.CANCELLED}),
}
"""Every state of a call and what may follow; what is not named here never happens (LINK-7)."""


def may_become(state: CallState, then: CallState) -> bool:
    """True if a call in `state` may go on to `then`."""
    return then in NEXT.get(state, frozenset())


@dataclass(frozen=True, slots=True)
class Listed:
    """Everything LINK-3 asks about one person at one door."""

    person_id: UUID
    label: str
    unit: str
    in_unit: bool
    window_in_force: bool
    shown: bool
    has_app: bool

    @property
    def eligible(self) -> bool:
        """All four conditions of LINK-3, at this moment."""
        return self.in_unit and self.window_in_force and self.shown and self.has_app


def folded(text: str) -> str:
    """Lower case without accents: "Ó Súilleabháin" is found by "osu"."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(c for c in plain.casefold() if c.isalnum())


def finds(asked: str, label: str, unit: str) -> bool:
    """A search of at least two letters at the start of a word, over the words after it ("van der b"), or a whole unit number."""
    wanted = folded(asked)
    if wanted == folded(unit):
        return True
    if len(wanted) < LEAST_LETTERS:
        return False
    words = label.split()
    return any(folded("".join(words[place:])).startswith(wanted) for place in range(len(words)))


def directory(entries: Iterable[Entry], asked: str, page: int = 0) -> Directory:
    """What the page shows: everybody if few, else only what a search finds, a page at a time (LINK-9)."""
    everybody = sorted(entries, key=lambda entry: (folded(entry.label), entry.unit))
    asked = asked.strip()[:LONGEST_QUESTION]
    few = len(everybody) <= LISTED_AT_ONCE
    if not asked:
        return Directory(tuple(everybody) if few else (), "", False, not few, 0, bool(everybody))
    too_short = len(folded(asked)) < LEAST_LETTERS and not any(folded(asked) == folded(e.unit) for e in everybody)
    matches = [] if too_short else [entry for entry in everybody if finds(asked, entry.label, entry.unit)]
    start = max(page, 0) * MATCHES_A_PAGE
    shown = tuple(matches[start : start + MATCHES_A_PAGE])
    return Directory(shown, asked, too_short, not few, max(0, len(matches) - start - len(shown)), bool(everybody))


def is_quiet(quiet_from: int | None, quiet_to: int | None, now: datetime, zone: ZoneInfo) -> bool:
    """True inside a resident's quiet hours on the building's wall clock; they may run past midnight."""
    if quiet_from is None or quiet_to is None or quiet_from == quiet_to:
        return False
    wall = now.astimezone(zone)
    minute = wall.hour * 60 + wall.minute
    if quiet_from < quiet_to:
        return quiet_from <= minute < quiet_to
    return minute >= quiet_from or minute < quiet_to


def display_name(first: str, last: str) -> str:
    """The name shown until the resident chooses another: "D. Whitfield"."""
    return f"{first[:1]}. {last}".strip() if first else last
