"""Says of every attempt whether it must open, must be refused, or may do either; knows true time and true facts, and no rule of the lock's code.

`MAY` only where true time lies within twice the clock's error of an edge (temporary codes: and one bucket), or a phone opens on a lease that
the rules let it keep. Sources: protocol B.9 (clock), C.1 to C.4 (phones), D.2 and D.4 (codes); nothing here is shared with `limen.lock`.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from limen.sim.truth import Belief, Made, Right, Truth
from limen.wire.grants import Cls, Grant

GOOD_S_MS: Final = 5 * 60_000
MINUTE_MS: Final = 60_000
DAY_MS: Final = 86_400_000
HALF_HOUR_MS: Final = 30 * MINUTE_MS
QUARTER_MS: Final = 15 * MINUTE_MS
HOUR_MS: Final = 60 * MINUTE_MS
SLACK_MS: Final = 2_000
"""Statements carry whole seconds; a visit takes moments."""
LEASE_MS: Final = {True: 7 * DAY_MS, False: DAY_MS}
EDGE_MS: Final = 1_000
WRONG_FREE: Final = 3
DELAYS_MS: Final = (5_000, 15_000, 60_000)
SLOWER: Final = 4
GUARD_LEAST: Final = 40
GUARD_MS: Final = 3 * DAY_MS
NORM_MS: Final = 30 * DAY_MS
"""The guard: four times as slow after so many wrong codes in a day with power, or, after thirty days at a door, from a whole bucket on (D.4)."""
BUCKETS: Final = {"unit": (10, 15 * MINUTE_MS), "common": (12, 10 * MINUTE_MS), "entrance": (12, 10 * MINUTE_MS)}


class Verdict(Enum):
    """What the outcome of an attempt has to be."""

    MUST_OPEN = "must open"
    MUST_REFUSE = "must refuse"
    MAY = "may"


class Still(Enum):
    """Whether the camera has to have had power (protocol F.5)."""

    MUST = "must"
    NEVER = "never"
    MAY = "may"


class Who(Enum):
    """In what quality somebody came to a door, as far as a picture depends on it."""

    RESIDENT = "resident"
    GUEST = "guest"
    STAFF = "staff"
    NOBODY = "nobody known"
    BY_HAND = "metal key, inside"


def still(kind: str, who: Who, *, by_code: bool, opened: bool) -> Still:
    """What must become of a picture. How often wrong codes are pictured has bounds of its own."""
    if who is Who.BY_HAND or (opened and who is Who.NOBODY) or (opened and kind == "unit" and who in (Who.RESIDENT, Who.STAFF)):
        return Still.NEVER
    if opened:
        return Still.MUST
    return Still.MAY if by_code else Still.NEVER


@dataclass(frozen=True)
class Clock:
    """A lock's clock as it told it, checked against the truth by `honest`; `u_ms` None: lost."""

    rtc_ms: int
    u_ms: int | None
    good: bool

    @property
    def margin_ms(self) -> int:
        """How near an edge is near: twice the error."""
        return 2 * (self.u_ms or 0) + SLACK_MS


def honest(clock: Clock, true_ms: int) -> bool:
    """Whether true time lies within the error that the lock admits (protocol B.9, invariants 23 and 24)."""
    return clock.u_ms is None or abs(clock.rtc_ms - true_ms) <= clock.u_ms + 1


def all_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Every condition has to hold."""
    found = set(verdicts)
    if Verdict.MUST_REFUSE in found:
        return Verdict.MUST_REFUSE
    return Verdict.MAY if Verdict.MAY in found else Verdict.MUST_OPEN


def any_of(verdicts: Iterable[Verdict]) -> Verdict:
    """One is enough; none is a refusal."""
    found = set(verdicts)
    if Verdict.MUST_OPEN in found:
        return Verdict.MUST_OPEN
    return Verdict.MAY if Verdict.MAY in found else Verdict.MUST_REFUSE


def after(edge_ms: int | None, now_ms: int, near_ms: int) -> Verdict:
    """It has begun."""
    if edge_ms is None or now_ms > edge_ms + near_ms:
        return Verdict.MUST_OPEN
    return Verdict.MUST_REFUSE if now_ms < edge_ms - near_ms else Verdict.MAY


def before(edge_ms: int | None, now_ms: int, near_ms: int) -> Verdict:
    """It has not ended."""
    if edge_ms is None or now_ms < edge_ms - near_ms:
        return Verdict.MUST_OPEN
    return Verdict.MUST_REFUSE if now_ms > edge_ms + near_ms else Verdict.MAY


@dataclass(frozen=True)
class Phone:
    """What a phone shows: its owner, its key, the grants it was given for this door."""

    owner: int
    key: bytes
    grants: Sequence[Grant]


@dataclass(frozen=True)
class Moment:
    """A lock at one door: the list it must hold, its clock, true time, and whether its deadbolt is thrown from inside."""

    door: int
    held: Belief
    clock: Clock
    now_ms: int
    thrown: bool = False


@dataclass
class Keypad:
    """How many wrong codes a keypad has heard, by true time; without power nothing is earned (protocol D.4).

    A try in whose middle the power went may have counted or not: from then on there is a least and a most. Whether the guard has begun nobody out here
    knows for certain (which hours and days a lock counted, and which sync ended it): from the moment on at which it may have, tokens may return slowly.
    """

    kind: str
    least: int = 0
    most: int = 0
    waits_until_ms: int = 0
    may_wait_until_ms: int = 0
    spent_ms: int = 0
    slowly_ms: int = 0
    """What is spent if the guard has begun as early as it may have."""
    seen_ms: int = 0
    since_ms: int = field(init=False)
    tries_ms: deque[int] = field(default_factory=deque)
    guarded: bool = False

    def __post_init__(self) -> None:
        self.since_ms = self.seen_ms

    def waits(self, now_ms: int) -> Verdict:
        """MUST_OPEN: an entry is compared; MUST_REFUSE: it is not."""
        tokens, refill_ms = BUCKETS[self.kind]
        owed = max(0, self.spent_ms - max(0, now_ms - self.seen_ms))
        empty_until_ms = now_ms + owed + refill_ms - tokens * refill_ms
        slowly = max(0, self.slowly_ms - max(0, now_ms - self.seen_ms) // SLOWER) if self.guarded else 0
        may_be_empty_until_ms = now_ms + SLOWER * (slowly + refill_ms - tokens * refill_ms)
        if now_ms + EDGE_MS < max(self.waits_until_ms, empty_until_ms):
            return Verdict.MUST_REFUSE
        may = max(self.waits_until_ms, self.may_wait_until_ms, empty_until_ms, may_be_empty_until_ms) + EDGE_MS
        return Verdict.MAY if now_ms < may else Verdict.MUST_OPEN

    def wrong(self, now_ms: int) -> None:
        """A code was compared and was wrong."""
        self._charge(now_ms)
        self.least, self.most = self.least + 1, self.most + 1
        self.waits_until_ms, self.may_wait_until_ms = now_ms + _delay(self.least), now_ms + _delay(self.most)

    def right(self, now_ms: int) -> None:
        """A code was compared and opened."""
        self.least = self.most = self.waits_until_ms = self.may_wait_until_ms = 0

    def perhaps(self, now_ms: int, opened: bool) -> None:
        """A try of which nobody knows whether it counted, or whether it was taken back after the door had opened."""
        self._charge(now_ms)
        self.least, self.most = 0 if opened else self.least, self.most + 1
        self.may_wait_until_ms = now_ms + _delay(self.most)

    def dark(self, now_ms: int) -> None:
        """The power went and is back now: what was earned or waited in the last quarter of an hour may be owed again."""
        self.spent_ms += 15 * MINUTE_MS if self.spent_ms else 0
        self.slowly_ms += 15 * MINUTE_MS if self.slowly_ms else 0
        self.may_wait_until_ms = now_ms + _delay(self.most)

    def _charge(self, now_ms: int) -> None:
        tokens, refill_ms = BUCKETS[self.kind]
        passed_ms = max(0, now_ms - self.seen_ms)
        slowly = max(0, self.slowly_ms - passed_ms // SLOWER) if self.guarded else max(0, self.spent_ms - passed_ms)
        self.spent_ms, self.slowly_ms = max(0, self.spent_ms - passed_ms) + refill_ms, slowly + refill_ms
        self.seen_ms = now_ms
        self.tries_ms.append(now_ms)
        while self.tries_ms[0] < now_ms - GUARD_MS:
            self.tries_ms.popleft()
        fewest = tokens if now_ms - self.since_ms >= NORM_MS else GUARD_LEAST
        self.guarded = self.guarded or len(self.tries_ms) >= fewest


def _delay(in_a_row: int) -> int:
    """From the third wrong code on: 5 s, 15 s, 60 s for each further one; a little more, for typing takes time."""
    return DELAYS_MS[min(in_a_row - WRONG_FREE, len(DELAYS_MS) - 1)] if in_a_row >= WRONG_FREE else -EDGE_MS


@dataclass
class Oracle:
    """Judges attempts at all doors of one building. `first_uses`: when a code that lives from its first use was first let in; `perhaps`: since
    when it may count as used although nobody was let in, for the lock notes a use before the bolt moves (D.2) and was disturbed in between."""

    truth: Truth
    first_uses: dict[tuple[int, str], int] = field(default_factory=dict)
    perhaps: dict[tuple[int, str], int] = field(default_factory=dict)
    darkened: dict[int, int] = field(default_factory=dict)
    """When the power of a door's lock came back last: how long it was away no lock knows."""

    # ---- phones

    def by_phone(self, phone: Phone, at: Moment) -> Verdict:
        """What a tap at a door must come to, for a lock that holds this list."""
        found = any_of(self._lease(phone, grant, at) for grant in phone.grants)
        if found is Verdict.MUST_OPEN and not self._has_access(phone, at.door, at.clock, at.now_ms):
            return Verdict.MAY
        return found

    def _has_access(self, phone: Phone, door: int, clock: Clock, now_ms: int) -> bool:
        lives = self.truth.phone_lives(phone.key, now_ms)
        rights = self.truth.rights(phone.owner, door, now_ms)
        return lives and any(self._window(right, clock, now_ms) is not Verdict.MUST_REFUSE for right in rights)

    def own_right(self, person: int, door: int, clock: Clock, now_ms: int) -> Verdict:
        """Whether somebody may open a door by app now, as a service that knows the time must see it."""
        return any_of(self._window(right, clock, now_ms) for right in self.truth.rights(person, door, now_ms))

    def _lease(self, phone: Phone, grant: Grant, at: Moment) -> Verdict:
        minted_ms, door, clock, now_ms = grant.iat * 1000, at.door, at.clock, at.now_ms
        now_rights = self.truth.rights(phone.owner, door, minted_ms + SLACK_MS) or self.truth.rights(phone.owner, door, minted_ms)
        rights = [*now_rights, *self.truth.rights_once(phone.owner, door, minted_ms + SLACK_MS)]
        if grant.phone_key != phone.key or phone.key in at.held.phones or not rights:
            return Verdict.MUST_REFUSE
        right = next((one for one in rights if (one.resident, one.guest) == (grant.cls is Cls.RESIDENT, grant.cls is Cls.APP_GUEST)), None)
        if right is None or grant.exp * 1000 > minted_ms + LEASE_MS[right.resident or right.guest] + SLACK_MS:
            return Verdict.MUST_REFUSE
        window = any_of(self._window(one, clock, now_ms) for one in rights)
        # A right that is over in what the service knows says nothing about a later one that a copied-back database has forgotten.
        stands = any_of(self._window(one, clock, now_ms) for one in now_rights) is not Verdict.MUST_REFUSE
        lost = clock.u_ms is None and not right.resident
        return all_of(
            (
                Verdict.MUST_REFUSE if lost else Verdict.MUST_OPEN,
                _past_bolt(right.resident, at.thrown),
                _not_void(at.held.void_all, minted_ms),
                self._not_taken(phone.owner, at, minted_ms),
                _ends(grant.exp * 1000, now_ms, clock),
                window,
                Verdict.MUST_OPEN if stands else Verdict.MAY,
            )
        )

    def _not_taken(self, person: int, at: Moment, minted_ms: int) -> Verdict:
        """A list voids older leases by the number that they bear. Who was let in again in a time that a copied-back database has forgotten has a
        number from then, which no list of today can name (decision 0128)."""
        found = _not_void(at.held.void.get(person), minted_ms)
        lost = found is Verdict.MUST_REFUSE and self.truth.lost_once(person, at.door, minted_ms)
        return Verdict.MAY if lost else found

    # ---- codes

    def by_code(self, digits: str, at: Moment) -> Verdict:
        """What somebody's own code must come to: exactly what the list says that this lock holds."""
        owners = [right for right, code in at.held.codes.values() if code.digits == digits]
        found = any_of(self._record(right, at) for right in owners)
        seconds = [right for right, code in at.held.seconds.values() if code.digits == digits]
        second = any_of(self._record(right, at) for right in seconds)
        if second is Verdict.MUST_OPEN and all(right.person in self.truth.unsure_seconds for right in seconds):
            second = Verdict.MAY
        return any_of((found, second))

    def by_temporary(self, made: Made, at: Moment) -> Verdict:
        """What a temporary code must come to at its door: with or without any update of the list, unless the list ends it (CODE-13)."""
        if at.clock.u_ms is None or at.thrown:
            return Verdict.MUST_REFUSE
        found = self._temporary(made, at.clock, at.clock.u_ms, at.now_ms)
        if made.door in self.truth.unsure_floors and found is not Verdict.MUST_REFUSE:
            return Verdict.MAY
        return Verdict.MUST_REFUSE if made in at.held.ended else found

    def _temporary(self, made: Made, clock: Clock, u_ms: int, now_ms: int) -> Verdict:
        error_ms = max(GOOD_S_MS, u_ms)
        if made.kind == "24_hour":
            start, end = made.made_ms, made.made_ms + DAY_MS
            return all_of((after(start - HALF_HOUR_MS - 2 * error_ms, now_ms, 0), _till(end, now_ms, HALF_HOUR_MS + 2 * error_ms)))
        used, perhaps = (kept.get((made.door, made.digits)) for kept in (self.first_uses, self.perhaps))
        if made.kind in ("instant", "once"):
            return _called(made, (used, perhaps), now_ms, 2 * error_ms)
        start, end = made.day_ms
        whole = all_of((_from(max(start, made.made_ms), now_ms, 2 * error_ms, clock), _till(end, now_ms, 2 * error_ms)))
        if made.kind == "daily_single_use":
            dark = used is not None and self.darkened.get(made.door, 0) > used
            return all_of((whole, _spent((used, perhaps), now_ms, clock.margin_ms), Verdict.MAY if dark else Verdict.MUST_OPEN))
        return whole

    def used(self, made: Made, now_ms: int) -> None:
        """A temporary code opened."""
        self.first_uses.setdefault((made.door, made.digits), now_ms)

    def dark(self, door: int, now_ms: int) -> None:
        """A lock without power counts nothing, so a quarter of an hour that was running may be over for it."""
        self.darkened[door] = now_ms

    def perhaps_used(self, made: Made, now_ms: int) -> None:
        """A temporary code was typed where it is right, and what came of it was disturbed."""
        self.perhaps.setdefault((made.door, made.digits), now_ms)

    # ---- cards

    def by_card(self, uid: bytes, proves: bool, at: Moment) -> Verdict:
        """What a card in the field must come to: the list names it, and it proves its key where it is of the kind that has one."""
        kind, right = at.held.cards.get(uid, (None, None))
        if right is None or (kind == "aes" and not proves):
            return Verdict.MUST_REFUSE
        return self._record(right, at)

    def _record(self, right: Right, at: Moment) -> Verdict:
        dated = right.until_ms is not None or right.hours is not None
        if dated and at.clock.u_ms is None:
            return Verdict.MUST_REFUSE
        return all_of((_past_bolt(right.resident, at.thrown), self._window(right, at.clock, at.now_ms)))

    # ---- windows

    def _window(self, right: Right, clock: Clock, now_ms: int) -> Verdict:
        """End and hours of a right. A lock whose clock is lost opens nothing that has hours."""
        if right.hours is not None and clock.u_ms is None:
            return Verdict.MUST_REFUSE
        near = clock.margin_ms + MINUTE_MS
        return all_of((_ends(right.until_ms, now_ms, clock, near), self._hours(right.hours, now_ms, clock.margin_ms)))

    def _hours(self, hours: tuple[int, int] | None, now_ms: int, near_ms: int) -> Verdict:
        inside = {self.truth.in_hours(hours, ms) for ms in (now_ms - near_ms, now_ms, now_ms + near_ms)}
        if inside == {True}:
            return Verdict.MUST_OPEN
        return Verdict.MUST_REFUSE if inside == {False} else Verdict.MAY


Uses = tuple[int | None, int | None]
"""When a code was first let in, and since when it may count as used."""


def _called(made: Made, uses: Uses, now_ms: int, late_ms: int) -> Verdict:
    """`instant`: first used within an hour of being made, then good to the end of that day, or of that hour if later. `once`: the same first use
    and no other (CODE-4, LINK-11). Either may be taken one bucket and twice the error longer (D.2)."""
    used, perhaps = uses
    hour_ms = made.made_ms + HOUR_MS
    first = _till(hour_ms, now_ms, QUARTER_MS + late_ms)
    if made.kind == "once":
        return Verdict.MUST_REFUSE if used is not None else all_of((first, Verdict.MAY if perhaps is not None else Verdict.MUST_OPEN))
    end_ms = max(made.day_ms[1], hour_ms)
    later = _till(end_ms, now_ms, max(end_ms, hour_ms + QUARTER_MS) - end_ms + late_ms)
    if used is not None:
        return later
    return any_of((first, all_of((later, Verdict.MAY)))) if perhaps is not None else first


def _spent(uses: Uses, now_ms: int, near_ms: int) -> Verdict:
    """Dead a quarter of an hour after its first use (CODE-4), which may have been one that let nobody in."""
    used, perhaps = uses
    sure = before(used + QUARTER_MS, now_ms, near_ms) if used is not None else Verdict.MUST_OPEN
    doubt = before(perhaps + QUARTER_MS, now_ms, near_ms) if perhaps is not None else Verdict.MUST_OPEN
    return all_of((sure, doubt if doubt is Verdict.MUST_OPEN else Verdict.MAY))


def _past_bolt(resident: bool, thrown: bool) -> Verdict:
    """A deadbolt thrown from inside stops everybody but those who live here (LOCK-15)."""
    return Verdict.MUST_REFUSE if thrown and not resident else Verdict.MUST_OPEN


def _ends(edge_ms: int | None, now_ms: int, clock: Clock, near_ms: int | None = None) -> Verdict:
    """An end. A lock that lost its time knows only that it is later than the last signed word it heard."""
    if clock.u_ms is None:
        return Verdict.MUST_OPEN if edge_ms is None or now_ms < edge_ms - SLACK_MS else Verdict.MAY
    return before(edge_ms, now_ms, clock.margin_ms if near_ms is None else near_ms)


def _not_void(void_ms: int | None, minted_ms: int) -> Verdict:
    """A lease from before the last time that something was taken is void; within the same second it may be."""
    if void_ms is None or minted_ms > void_ms + SLACK_MS:
        return Verdict.MUST_OPEN
    return Verdict.MUST_REFUSE if minted_ms < void_ms - SLACK_MS else Verdict.MAY


def _from(start_ms: int, now_ms: int, early_ms: int, clock: Clock) -> Verdict:
    """Promised from its start, never earlier than that by more than `early_ms`."""
    if now_ms >= start_ms:
        return Verdict.MUST_OPEN
    return Verdict.MAY if now_ms >= start_ms - early_ms - clock.margin_ms else Verdict.MUST_REFUSE


def _till(end_ms: int, now_ms: int, late_ms: int) -> Verdict:
    """Promised to its end, never later than that by more than `late_ms`."""
    if now_ms < end_ms:
        return Verdict.MUST_OPEN
    return Verdict.MAY if now_ms <= end_ms + late_ms else Verdict.MUST_REFUSE
