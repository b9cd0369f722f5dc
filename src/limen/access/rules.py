"""What grants mean at a door, and what a change of them means for people: pure verdicts over values."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from limen.access.views import AccessWindow, DoorChange, Holder
from limen.kernel.periods import HOLIDAY_BIT, MAX_INTERVALS, MINUTES_A_DAY, Weekly
from limen.wire.grants import Cls

WINDOWS_MAX = 4
"""Of one person at one door (protocol C.1)."""
GUEST_AHEAD_DAYS = 365
"""A guest's access starts at most a year ahead (ACCESS-7)."""
YEARS = range(2000, 2101)
"""What a lock's clock can hold, with room to spare; within them no date overflows when it is reckoned with."""
NAME_MAX_CHARS = 80
GROUP_DOORS_MAX = 500

Picture = Mapping[UUID, Sequence[Holder]]
"""Who holds what, by door."""


def can_be_held(*moments: datetime | None) -> bool:
    """True where every date lies in `YEARS`; no date at all is one."""
    return all(at is None or at.year in YEARS for at in moments)


@dataclass(frozen=True, slots=True)
class Terms:
    """How a grant opens one door: its hours there, and whether its holder gets a doorcode."""

    schedule: Weekly | None
    codes_on: bool


@dataclass(frozen=True, slots=True)
class GrantFacts:
    """One grant that has not ended, with the terms at the doors that are being looked at."""

    id: UUID
    person_id: UUID
    standing: str
    role_kind: str | None
    may_share: bool
    app: bool
    code: bool
    card: bool
    starts: datetime
    ends: datetime | None
    host_id: UUID | None
    doors: Mapping[UUID, Terms]


@dataclass(frozen=True, slots=True)
class DoorFacts:
    """What counts of a door: its kind, whose home it is, and what it forbids (PLACE-6)."""

    id: UUID
    property_id: UUID
    kind: str
    household: frozenset[UUID]
    codes_allowed: bool
    share_allowed: bool
    connected: bool


def at_door(
    door: DoorFacts, grants: Iterable[GrantFacts], paused: frozenset[UUID], now: datetime, *, paused_too: bool = False
) -> tuple[Holder, ...]:
    """Who holds which windows at a door, now or later (C.1): one window per grant and host window, never merged into a hull."""
    here = [grant for grant in grants if door.id in grant.doors]
    own: dict[UUID, list[AccessWindow]] = {}
    for grant in here:
        if grant.host_id is None and (window := _own_window(door, grant, now)):
            own.setdefault(grant.person_id, []).append(window)
    everybody = {person: list(windows) for person, windows in own.items()}
    asleep = set(paused)
    for grant in here:
        if grant.host_id is None or (grant.host_id in paused and not paused_too):
            continue
        windows = _guest_windows(grant, own.get(grant.host_id, ()), now)
        if windows:
            everybody.setdefault(grant.person_id, []).extend(windows)
            if grant.host_id in paused and grant.person_id not in own:
                asleep.add(grant.person_id)
    return tuple(
        Holder(person, _first_four(_lifted(windows)), suspended=person in asleep)
        for person, windows in sorted(everybody.items())
        if paused_too or person not in asleep
    )


def cls_of(door: DoorFacts, grant: GrantFacts) -> Cls:
    """What this grant makes its holder at this door (C.1): 1 resident, 2 app guest, 4 staff, 5 vendor."""
    if grant.host_id is not None:
        return Cls.APP_GUEST
    if grant.standing == "resident" and (door.kind != "unit" or grant.person_id in door.household):
        return Cls.RESIDENT
    return Cls.STAFF if grant.role_kind == "staff" else Cls.VENDOR


def covers(wide: Weekly | None, narrow: Weekly | None) -> bool:
    """True if hours `wide` hold whenever `narrow` does, judged interval by interval (in doubt False: then people are told and nothing widens)."""
    if wide is None:
        return True
    return narrow is not None and not (_minutes(narrow) & ~_minutes(wide))


def narrower(held: Weekly | None, said: Weekly | None) -> Weekly | Literal["never"] | None:
    """Hours that hold only when both do; "never" where eight intervals cannot say that."""
    if covers(held, said):
        return said
    if covers(said, held):
        return held
    if held is None or said is None:
        raise ValueError("always covers everything")
    pairs = [(a, b) for a in held.intervals for b in said.intervals if a.days & b.days]
    if any(one.to_minute <= one.from_minute for pair in pairs for one in pair):
        return "never"
    both = [(a.days & b.days, max(a.from_minute, b.from_minute), min(a.to_minute, b.to_minute)) for a, b in pairs]
    rows = sorted({row for row in both if row[1] < row[2]})
    return Weekly.of(rows) if 1 <= len(rows) <= MAX_INTERVALS else "never"


def within(inner: AccessWindow, outer: AccessWindow, now: datetime) -> bool:
    """True if everything that `inner` opens from now on, `outer` opens too, in the same ways."""
    return (
        outer.starts <= max(inner.starts, now)
        and (outer.ends is None or (inner.ends is not None and inner.ends <= outer.ends))
        and covers(outer.schedule, inner.schedule)
        and (outer.app or not inner.app)
        and (outer.code or not inner.code)
        and (outer.card or not inner.card)
    )


def has_less(before: Sequence[AccessWindow], after: Sequence[AccessWindow], now: datetime) -> bool:
    """True if something that was open before is not wholly inside one window after."""
    return any(not any(within(old, new, now) for new in after) for old in before)


@dataclass(frozen=True, slots=True)
class Compared:
    """The difference of two pictures, person by person and door by door."""

    gains: tuple[DoorChange, ...]
    loses: tuple[DoorChange, ...]
    narrows: tuple[DoorChange, ...]
    widens: tuple[DoorChange, ...]
    codes_started: Mapping[DoorChange, datetime]
    by_app: frozenset[DoorChange]  # who opens by app after the change

    @property
    def taken(self) -> tuple[DoorChange, ...]:
        """Where something was taken away or narrowed: what an unconnected lock must be told (SYNC-3)."""
        return self.loses + self.narrows

    @property
    def all(self) -> frozenset[DoorChange]:
        """Every person and door that changed."""
        return frozenset(self.gains + self.loses + self.narrows + self.widens)


def compare(before: Picture, after: Picture, now: datetime) -> Compared:
    """What a change of grants did: who gained, lost, got less or more, and whose doorcode begins when."""
    gains, loses, narrows, widens = [], [], [], []
    codes: dict[DoorChange, datetime] = {}
    by_app = set()
    for door_id in sorted(set(before) | set(after)):
        old = {h.person_id: h.windows for h in before.get(door_id, ())}
        new = {h.person_id: h.windows for h in after.get(door_id, ())}
        for person in sorted(set(old) | set(new)):
            change, was, is_now = DoorChange(person, door_id), old.get(person, ()), new.get(person, ())
            if not was:
                gains.append(change)
            elif not is_now:
                loses.append(change)
            else:
                if has_less(was, is_now, now):
                    narrows.append(change)
                if has_less(is_now, was, now):
                    widens.append(change)
            if any(w.app for w in is_now):
                by_app.add(change)
            if not any(w.code for w in was) and any(w.code for w in is_now):
                codes[change] = max(now, min(w.starts for w in is_now if w.code))
    return Compared(tuple(gains), tuple(loses), tuple(narrows), tuple(widens), codes, frozenset(by_app))


def too_many(doors: Container[UUID], grants: Iterable[GrantFacts], now: datetime) -> bool:
    """True if somebody would hold more than four windows of their own at one door (C.1)."""
    counts: dict[tuple[UUID, UUID], int] = {}
    for grant in grants:
        if grant.host_id is None and not _is_over(grant.ends, now):
            for door_id in grant.doors:
                if door_id in doors:
                    counts[grant.person_id, door_id] = counts.get((grant.person_id, door_id), 0) + 1
    return any(count > WINDOWS_MAX for count in counts.values())


def _own_window(door: DoorFacts, grant: GrantFacts, now: datetime) -> AccessWindow | None:
    if _is_over(grant.ends, now):
        return None
    terms = grant.doors[door.id]
    code = grant.code and terms.codes_on and door.codes_allowed
    if not (grant.app or code or grant.card):
        return None
    sharing = grant.may_share and door.share_allowed
    return AccessWindow(grant.id, grant.starts, grant.ends, terms.schedule, cls_of(door, grant), sharing, grant.app, code, grant.card)


def _guest_windows(grant: GrantFacts, hosts: Iterable[AccessWindow], now: datetime) -> list[AccessWindow]:
    """A guest's window lies inside the host's own, also after the host's has become smaller (ACCESS-7)."""
    windows = []
    for host in hosts:
        starts = max(grant.starts, host.starts)
        ends = _earlier(grant.ends, host.ends)
        if (ends is None or starts < ends) and not _is_over(ends, now):
            windows.append(AccessWindow(grant.id, starts, ends, host.schedule, Cls.APP_GUEST, False, grant.app, grant.code, grant.card))
    return windows


def _lifted(windows: Sequence[AccessWindow]) -> list[AccessWindow]:
    """One class per person and door where somebody lives there: a resident stays a resident, whatever else they hold (C.1)."""
    if all(w.cls != Cls.RESIDENT for w in windows):
        return list(windows)
    return [
        AccessWindow(w.grant_id, w.starts, w.ends, w.schedule, Cls.RESIDENT, w.may_share, w.app, w.code, w.card)
        if w.cls != Cls.RESIDENT
        else w
        for w in windows
    ]


def _first_four(windows: Iterable[AccessWindow]) -> tuple[AccessWindow, ...]:
    """What opens alike is one window; of more than four the latest starts go, so that nothing is widened."""
    alike: dict[tuple[object, ...], AccessWindow] = {}
    for w in sorted(windows, key=lambda w: (w.starts, str(w.grant_id))):
        alike.setdefault((w.starts, w.ends, w.schedule, w.cls, w.may_share, w.app, w.code, w.card), w)
    return tuple(alike.values())[:WINDOWS_MAX]


def _minutes(schedule: Weekly) -> int:
    """The minutes of a schedule as bits: for each kind of day two days of minutes, because intervals may run past midnight."""
    bits = 0
    for interval in schedule.intervals:
        to = interval.to_minute if interval.to_minute > interval.from_minute else interval.to_minute + MINUTES_A_DAY
        run = ((1 << (to - interval.from_minute)) - 1) << interval.from_minute
        for day in range(HOLIDAY_BIT + 1):
            if interval.days >> day & 1:
                bits |= run << (day * 2 * MINUTES_A_DAY)
    return bits


def _is_over(ends: datetime | None, now: datetime) -> bool:
    return ends is not None and ends <= now


def _earlier(a: datetime | None, b: datetime | None) -> datetime | None:
    if a is None or b is None:
        return a or b
    return min(a, b)
