"""Pure verdicts: who is listed, what a search finds, when it is quiet, how a call may go on."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from limen.intercom.views import CallState, Directory, Entry

LISTED_AT_ONCE = 12
MATCHES_A_PAGE = 8
LEAST_LETTERS = 2
LONGEST_QUESTION = 40
RINGS_FOR = timedelta(seconds=45)
LONGEST_CALL = timedelta(minutes=10)
FORGIVEN_SILENCE = timedelta(seconds=20)
FORGIVEN_ABSENCE = timedelta(seconds=8)
"""How long a ringing call waits for a caller whose page is gone: a page that is loaded again is back sooner."""
COUNTED_FOR = timedelta(minutes=10)
CALLS_FROM_LINK, CALLS_TO_UNIT, CALLS_FROM_ADDRESS, CALLS_FROM_ADDRESS_TO_UNIT = 30, 16, 12, 8
"""At most so many calls in `COUNTED_FOR` (LINK-9). One address alone cannot use up what a home may be rung by others."""
BLOCK_LASTS = timedelta(days=30)
MINUTES_A_DAY = 24 * 60

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
class Facts:
    """Everything LINK-3 asks about one person at one door, at one moment."""

    lives_here: bool
    may_open_now: bool
    shown: bool
    has_app: bool

    @property
    def listed(self) -> bool:
        """All four conditions hold."""
        return self.lives_here and self.may_open_now and self.shown and self.has_app


@dataclass(frozen=True, slots=True)
class Timeline:
    """When things happened to a call, for judging how long it may go on."""

    state: CallState
    made_at: datetime
    answered_at: datetime | None
    lost_since: datetime | None  # the earlier of the two sides


def run_out(call: Timeline, now: datetime) -> CallState | None:
    """What a call becomes by time alone.

    Missed after 45 s of ringing, cancelled after 8 s of ringing for nobody, ended after 20 s without one side or after its longest time.
    """
    if call.state == CallState.RINGING and now >= call.made_at + RINGS_FOR:
        return CallState.MISSED
    if call.state == CallState.RINGING and call.lost_since is not None and now >= call.lost_since + FORGIVEN_ABSENCE:
        return CallState.CANCELLED
    if call.state != CallState.ANSWERED:
        return None
    silent = call.lost_since is not None and now >= call.lost_since + FORGIVEN_SILENCE
    too_long = call.answered_at is not None and now >= call.answered_at + LONGEST_CALL
    return CallState.ENDED if silent or too_long else None


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
