"""Digits against what opens now: permanent tags first, then the codes this lock derives by itself (CODE-4, protocol D.2, D.3).

The codes of a bucket never change, so they are derived when the lens is touched and kept; a decision is then a look-up, however many
there are. First uses are in the notes before the bolt: a code that opens once stays used through any power cut. What a first use sets
running is counted in the lock's own powered time (`at`, milliseconds): a T2 answer may set the clock back, and must not give a use away again.
"""

import struct
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass

from limen.lock.clock import Reading
from limen.lock.decide import Decision, Door, Granted, Refused, by_records, by_temporary
from limen.lock.flash import FlashError
from limen.lock.notes import Notes
from limen.wire import limits
from limen.wire.doorcodes import (
    GOOD_S,
    Candidate,
    DailyKey,
    FirstUse,
    Moment,
    TempCls,
    accepts,
    bucket_codes,
    first_window,
    killed,
    live_buckets,
    temporary,
    used_until,
)
from limen.wire.grants import Cls
from limen.wire.receipts import TrustedTime
from limen.wire.records import Config
from limen.wire.refusals import Reason

_PREFIX = b"use"
_ISSUE = struct.Struct(">BIH")
_USE = struct.Struct(">II")
GRACE_S = 60
"""After a motor failure the code that opens once opens once more (D.3)."""
NEED_NO_USE = frozenset({TempCls.DAY, TempCls.HOURS_24})
"""Classes that open in one window whether or not they were used: they take no place."""
REMEMBER_S = 2 * 3600 + 60
"""A use is remembered beyond its end for as long as a T2 answer may still set the clock back: an hour of error at each end, and the rounding."""
HORIZON_S = 3600
Issue = tuple[TempCls, int, int]


@dataclass(frozen=True, slots=True)
class Temporary:
    """What came of a right temporary code: the issue, and whether this is a first use, to be remembered before the bolt."""

    issue: Candidate
    first_use: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """A decision about digits, with the issue if a temporary code was met."""

    decision: Decision
    temporary: Temporary | None = None


class Uses:
    """First uses `[cls, b, idx, t]`, at most 512, durable before the bolt moves.

    Beside `t` stands since which powered second something runs for it: the quarter of an hour of class 1 since its use, the grace of class 4
    since the bolt failed; 0 where nothing runs. No clock moves that, and a power loss ends it: nobody knows how long the lock was dark.
    """

    def __init__(self, notes: Notes, at: int, power_lost: bool) -> None:
        self._notes = notes
        self._of: dict[Issue, tuple[int, int]] = {}
        for key, value in notes.under(_PREFIX):
            cls, b, idx = _ISSUE.unpack(key[len(_PREFIX) :])
            self._of[(TempCls(cls), b, idx)] = _USE.unpack(value)
        self._end_what_runs(at, power_lost)

    def of(self, issue: Issue, t: int, at: int) -> FirstUse | None:
        """The first use, told in the time of a clock that shows `t` at `at`; one whose quarter of an hour is nobody's to count lies at 0."""
        found = self._of.get(issue)
        if found is None or issue[0] is not TempCls.DAY_SINGLE:
            return FirstUse(*issue, found[0]) if found else None
        passed = _running_s(found[1], at)
        return FirstUse(*issue, 0 if passed is None else t - passed)

    def issues(self) -> set[Issue]:
        return set(self._of)

    @property
    def full(self) -> bool:
        return len(self._of) >= limits.FIRST_USES_MAX

    def add(self, issue: Issue, t: int, at: int) -> None:
        """Durable when it returns. Raises FlashError."""
        self._keep(issue, (t, _since(at) if issue[0] is TempCls.DAY_SINGLE else 0))

    def failed(self, issue: Issue, at: int) -> None:
        """The bolt did not move for it: grants the grace to a code that opens once. Raises FlashError."""
        if issue in self._of and issue[0] is TempCls.ONCE:
            self._keep(issue, (self._of[issue][0], _since(at)))

    def in_grace(self, issue: Issue, at: int) -> bool:
        """Whether a code that opens once may open again because the bolt had failed; using it ends it by `add`."""
        passed = _running_s(self._of.get(issue, (0, 0))[1], at)
        return issue[0] is TempCls.ONCE and passed is not None and passed < GRACE_S

    def prune(self, t: int, config: Config, s: int) -> None:
        """Forgets uses whose code has ended by any clock this lock may still be told."""
        for issue in list(self._of):
            use = FirstUse(*issue, self._of[issue][0])
            end = max(first_window(use.cls, use.b, config.zone, s)[1], used_until(use, config.zone, s))
            if t > end + REMEMBER_S:
                self._notes.drop(_key(issue), durable=False)
                del self._of[issue]

    def clear(self) -> None:
        """At the end of an ownership: K_daily is gone, nothing these could stop exists any more."""
        for issue in list(self._of):
            self._notes.drop(_key(issue), durable=False)
        self._of.clear()

    def _keep(self, issue: Issue, use: tuple[int, int]) -> None:
        self._notes.put(_key(issue), _USE.pack(*use))
        self._of[issue] = use

    def _end_what_runs(self, at: int, power_lost: bool) -> None:
        """Durable by whatever is next: if the power goes before that, the next start does it again."""
        for issue, (t, since) in self._of.items():
            if since and (power_lost or _running_s(since, at) is None):
                self._of[issue] = t, 0
                with suppress(FlashError):
                    self._notes.put(_key(issue), _USE.pack(t, 0), durable=False)


class Temporaries:
    """The derived codes around this moment, by their digits."""

    def __init__(self, key: DailyKey, config: Config) -> None:
        self._key, self._config = key, config
        self._buckets: dict[tuple[TempCls, int], tuple[str, ...]] = {}
        self._used: dict[Issue, str] = {}
        self._by_code: dict[str, tuple[Issue, ...]] = {}
        self._fresh: tuple[int, int] | None = None

    def refresh(self, t: int, s: int, uses: Uses) -> None:
        """Derives what opens within the next hour or so; costs milliseconds once per quarter of an hour, then nothing."""
        stamp = (t // 900, s)
        used = uses.issues()
        if stamp == self._fresh and used == set(self._used):
            return
        config = self._config
        near = set(live_buckets(t, config.zone, s + HORIZON_S))
        self._buckets = {
            (cls, b): self._buckets.get((cls, b)) or bucket_codes(self._key, config.digits, cls, b, config.widths[cls]) for cls, b in near
        }
        self._used = {issue: self._used.get(issue) or temporary(self._key, config.digits, *issue) for issue in used}
        by_code: defaultdict[str, list[Issue]] = defaultdict(list)
        for (cls, b), codes in self._buckets.items():
            for idx, code in enumerate(codes):
                by_code[code].append((cls, b, idx))
        for issue, code in self._used.items():
            if issue not in by_code[code]:
                by_code[code].append(issue)
        self._by_code = {code: tuple(issues) for code, issues in by_code.items()}
        self._fresh = stamp

    def issues(self, code: str) -> tuple[Issue, ...]:
        return self._by_code.get(code, ())


def judge(code: str, door: Door, temporaries: Temporaries, uses: Uses, at: int) -> Judged:
    """Code floor, then permanent, then temporary (D.3). One refusal for the person; the reason is for the record."""
    records = door.held.codes(code)
    permanent = by_records(records, door)
    if isinstance(permanent, Granted):
        return Judged(permanent)
    found = _live(code, door, temporaries, uses, at)
    if isinstance(found, Temporary):
        against = by_temporary(door)
        if against is not None:
            return Judged(Refused(against, Cls.CODE_HOLDER), found)
        return Judged(Granted(Cls.CODE_HOLDER, None), found)
    if records:
        return Judged(permanent)
    return Judged(Refused(found))


def margin_s(now: Reading) -> int:
    """S: 5 minutes in GOOD, `u` in COARSE (D.2)."""
    if now.quality is TrustedTime.GOOD or now.u_ms is None:
        return GOOD_S
    return -(-now.u_ms // 1000)


def _live(code: str, door: Door, temporaries: Temporaries, uses: Uses, at: int) -> Temporary | Reason:
    config, s, t = door.held.config, margin_s(door.now), door.now.utime
    if door.now.quality is TrustedTime.LOST:
        return Reason.CLOCK_LOST if temporaries.issues(code) else Reason.WRONG_CODE
    temporaries.refresh(t, s, uses)
    spent = Reason.WRONG_CODE
    for issue in temporaries.issues(code):
        use = uses.of(issue, t, at)
        moment = Moment(t=t, s=s, zone=config.zone, widths=config.widths, uses=(use,) if use else (), floors=door.held.code_floors)
        candidate = Candidate(code, *issue)
        if accepts(moment, *issue):
            first = use is None and issue[0] not in NEED_NO_USE
            if first and uses.full:  # what else these digits may be needs no place, or has one
                spent = Reason.CODE_SPENT
                continue
            return Temporary(candidate, first_use=first)
        if uses.in_grace(issue, at) and not killed(moment.floors, *issue):
            return Temporary(candidate, first_use=True)
        spent = Reason.CODE_SPENT if use is not None else spent
    return spent


def _since(at: int) -> int:
    """A powered moment in whole seconds as the notes keep it, never 0."""
    return at // 1000 + 1


def _running_s(since: int, at: int) -> int | None:
    """Seconds since then, rounded up: a limit is kept a moment early rather than late. None where nothing runs."""
    return -(-at // 1000) - (since - 1) if 0 < since <= at // 1000 + 1 else None


def _key(issue: Issue) -> bytes:
    return _PREFIX + _ISSUE.pack(*issue)
