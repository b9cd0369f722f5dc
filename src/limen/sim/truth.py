"""What is so: who was given what and when it was taken, in the order in which the service agreed to it, and what each list version must hold.

Facts are noted when the service has answered. A list that somebody fetched holds every fact up to that moment, so what a lock must know
follows from which list it took, without asking the lock or the service what is in it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from limen.sim.ports import CardKind, CodeKind, Plan

SECOND_MS: Final = 1_000
MINUTE_MS: Final = 60_000
DAY_MINUTES: Final = 1440


@dataclass(frozen=True)
class Given:
    """A group in somebody's hand, or single doors in a guest's, who depends on a host. `until_ms` was said when it was given, `taken_ms` is when
    it was ended."""

    person: int
    group: str
    since_ms: int
    until_ms: int | None = None
    taken_ms: int | None = None
    staff: bool = False
    host: int | None = None
    doors: tuple[int, ...] = ()

    def stands(self, ms: int) -> bool:
        """Given and not taken; its own end is another matter."""
        return self.since_ms <= ms and (self.taken_ms is None or ms < self.taken_ms)


@dataclass(frozen=True)
class Right:
    """One person's right at one door, as a list or a lease says it. A guest's is what guest and host both have."""

    person: int
    since_ms: int
    until_ms: int | None
    hours: tuple[int, int] | None
    resident: bool
    guest: bool = False


@dataclass(frozen=True)
class Made:
    """A temporary code: who made it, for which door, and its digits."""

    person: int
    door: int
    kind: CodeKind
    digits: str
    made_ms: int
    day_ms: tuple[int, int]


@dataclass(frozen=True)
class Card:
    """A keycard of somebody, from when until when it was on."""

    person: int
    uid: bytes
    kind: CardKind
    since_ms: int
    off_ms: int | None = None

    def is_on(self, ms: int) -> bool:
        """Whether the office has it on."""
        return self.since_ms <= ms and (self.off_ms is None or ms < self.off_ms)


@dataclass(eq=False)
class Code:
    """One person's code at one door from some moment on; the digits where somebody has looked at them."""

    since_ms: int
    digits: str | None = None


@dataclass(frozen=True)
class Belief:
    """What a list must hold: rights with a code, the code's digits where somebody has seen them, since when older leases are void, dead phones,
    cards by number with their kind and right, and which temporary codes were ended all at once."""

    codes: dict[int, tuple[Right, Code]]
    void: dict[int, int]
    phones: frozenset[bytes]
    cards: dict[bytes, tuple[CardKind, Right]] = field(default_factory=dict)
    ended: frozenset[Made] = frozenset()
    void_all: int | None = None
    """Since when nobody's older lease counts: the last restore that heeded the ledger."""
    seconds: dict[int, tuple[Right, Code]] = field(default_factory=dict)
    """Second codes (LOCK-14): each opens like the first one of its owner."""

    @property
    def digits(self) -> int | None:
        """How long a code is at this door, as far as somebody has seen one."""
        return next((len(code.digits) for _, code in self.codes.values() if code.digits is not None), None)


@dataclass
class Facts:
    """Everything that can be taken back by restoring a backup."""

    given: list[Given] = field(default_factory=list)
    pauses: list[tuple[int, int, int | None]] = field(default_factory=list)  # person, from, to
    phones: dict[bytes, tuple[int, int | None]] = field(default_factory=dict)  # key: registered, removed
    codes: dict[tuple[int, int], list[Code]] = field(default_factory=dict)  # (person, door)
    void: dict[tuple[int, int], list[int]] = field(default_factory=dict)  # (person, door): when leases became void
    cards: list[Card] = field(default_factory=list)
    plain: bool = False  # cards that are easy to copy are allowed
    made: list[Made] = field(default_factory=list)
    ended: frozenset[Made] = frozenset()
    void_all: int | None = None
    second: frozenset[int] = frozenset()  # who asked for a second code
    seconds: dict[tuple[int, int], list[Code]] = field(default_factory=dict)  # (person, door)

    def copy(self) -> "Facts":
        """As it is now."""
        return Facts(
            list(self.given),
            list(self.pauses),
            dict(self.phones),
            {key: list(rows) for key, rows in self.codes.items()},
            {key: list(rows) for key, rows in self.void.items()},
            list(self.cards),
            self.plain,
            list(self.made),
            self.ended,
            self.void_all,
            self.second,
            {key: list(rows) for key, rows in self.seconds.items()},
        )


Deed = Callable[["Truth", int], None]
"""Takes something at a moment; where there is nothing (any more) to take, nothing comes of it."""


class Truth:
    """The facts of one building, and a diary of what was taken, which a restore that heeds its ledger takes again."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.zone = plan, ZoneInfo(plan.zone)
        self.facts = Facts()
        self.unsure_seconds: set[int] = set()  # whose access only runs out: when it has, nobody says that their second code is over
        self.unsure_floors: set[int] = set()  # doors where locks may hold an end of codes that a restored service counts otherwise
        self._once: list[tuple[int, Facts]] = []  # when it was forgotten
        self._diary: list[tuple[int, Deed]] = []
        self._numbered: dict[tuple[int, int, int], Code] = {}
        self._groups = {group.name: group for group in plan.groups}
        self._revision: defaultdict[int, int] = defaultdict(int)
        self._beliefs: dict[int, tuple[int, Belief]] = {}

    # ---- noting

    def gave(self, person: int, group: str, ms: int, *, until_ms: int | None = None, staff: bool = False) -> None:
        """A group was given. A host who gains a door held nothing there: what guests had there through them does not come back."""
        fresh = tuple(door for door in self._groups[group].doors if not self._has_own(person, door, ms))
        self._does(ms, lambda truth, at: truth._orphan(person, fresh, at))
        self.facts.given.append(Given(person, group, ms, until_ms, None, staff))
        for door in self._groups[group].doors:
            self._code_from(person, door, ms)
            if person in self.facts.second:
                self._second_from(person, door, ms)
        self._touch(self._groups[group].doors)

    def took(self, person: int, group: str, ms: int) -> None:
        """A group was ended."""
        self._does(ms, lambda truth, at: truth._take(person, group, at))

    def _take(self, person: int, group: str, ms: int) -> None:
        for number, one in enumerate(self.facts.given):
            if (one.person, one.group, one.taken_ms) == (person, group, None):
                self.facts.given[number] = replace(one, taken_ms=ms)
        lost = self._groups[group].doors
        self._void(person, lost, ms)
        self._void_guests(person, lost, ms)
        self._orphan(person, lost, ms)
        if person in self.facts.second:
            self._perhaps_left(person, ms)

    def _perhaps_left(self, person: int, ms: int) -> None:
        """Who has no access any more has no second code either, and is asked anew when they come back."""
        ends = [one.until_ms for one in self.facts.given if one.person == person and one.host is None and one.stands(ms)]
        if not ends:
            self.facts.second -= {person}
        elif None not in ends:
            self.unsure_seconds.add(person)

    def chose_second(self, person: int, wanted: bool, ms: int) -> None:
        """A second code at each of one's doors, or none any more."""
        self.unsure_seconds.discard(person)
        self.facts.second = self.facts.second | {person} if wanted else self.facts.second - {person}
        for door in self.doors_of(person, ms):
            self._second_from(person, door, ms)

    def paused(self, person: int, ms: int) -> None:
        """Everything of a person was suspended."""
        self._does(ms, lambda truth, at: truth._pause(person, at))

    def _pause(self, person: int, ms: int) -> None:
        if self.is_paused(person, ms):
            return
        doors = self.doors_of(person, ms)
        self._void_guests(person, doors, ms)
        self.facts.pauses.append((person, ms, None))
        self._void(person, doors, ms)

    def resumed(self, person: int, ms: int) -> None:
        """The pause ended: the one thing that a restore gives back, for it gives what stood before."""
        self._does(ms, lambda truth, at: truth._resume(person, at))

    def _resume(self, person: int, ms: int) -> None:
        for number, (who, since, until) in enumerate(self.facts.pauses):
            if who == person and until is None:
                self.facts.pauses[number] = (who, since, ms)
        self._touch(self.doors_of(person, ms))

    def invited(self, host: int, guest: int, doors: tuple[int, ...], ms: int, until_ms: int | None) -> None:
        """A host gave single doors to a guest."""
        self.facts.given.append(Given(guest, "", ms, until_ms, None, False, host, doors))
        self._touch(doors)

    def sent_away(self, guest: int, ms: int) -> None:
        """The host ended all that a guest had."""
        self._does(ms, lambda truth, at: truth._send_away(guest, at))

    def _send_away(self, guest: int, ms: int) -> None:
        for number, one in enumerate(self.facts.given):
            if one.person == guest and one.host is not None and one.taken_ms is None:
                self.facts.given[number] = replace(one, taken_ms=ms)
                self._void(guest, one.doors, ms)

    def card_on(self, person: int, uid: bytes, kind: CardKind, ms: int) -> None:
        """A keycard was turned on."""
        self.facts.cards.append(Card(person, uid, kind, ms))
        self._touch(range(len(self.plan.doors)))

    def card_off(self, uid: bytes, ms: int) -> None:
        """A keycard was turned off."""
        self._does(ms, lambda truth, at: truth._turn_off(uid, at))

    def _turn_off(self, uid: bytes, ms: int) -> None:
        self.facts.cards = [replace(card, off_ms=ms) if card.uid == uid and card.off_ms is None else card for card in self.facts.cards]
        self._touch(range(len(self.plan.doors)))

    def plain_cards(self, allowed: bool, ms: int) -> None:
        """The property's switch for cards that are easy to copy."""
        self._does(ms, lambda truth, at: truth._allow_plain(allowed))

    def _allow_plain(self, allowed: bool) -> None:
        self.facts.plain = allowed
        self._touch(range(len(self.plan.doors)))

    def made_code(self, made: Made) -> None:
        """A temporary code was made. Its digits are out, so the ledger remembers it."""
        self._does(made.made_ms, lambda truth, at: truth.facts.made.append(made))

    def floored(self, door: int, ms: int) -> None:
        """All temporary codes of a door so far were ended, for every lock that hears of it."""
        self._does(ms, lambda truth, at: truth._floor(door))

    def _floor(self, door: int) -> None:
        self.facts.ended |= {made for made in self.facts.made if made.door == door}
        self._touch((door,))

    def swapped(self, door: int, ms: int) -> None:
        """Another lock hangs there: it derives other temporary codes, and everybody's own code goes on."""
        self.floored(door, ms)

    def registered(self, key: bytes, ms: int) -> None:
        """A phone was registered."""
        self.facts.phones[key] = (ms, None)

    def removed(self, key: bytes, ms: int) -> None:
        """A phone was removed."""
        self._does(ms, lambda truth, at: truth._remove(key, at))

    def _remove(self, key: bytes, ms: int) -> None:
        since, until = self.facts.phones.get(key, (None, None))
        if since is not None and until is None:
            self.facts.phones[key] = (since, ms)
        self._touch(range(len(self.plan.doors)))

    def reset(self, person: int, door: int, ms: int) -> None:
        """A code was replaced by one that nobody has seen yet."""
        self._does(ms, lambda truth, at: truth._code_from(person, door, at))

    def shown(self, person: int, door: int, digits: str) -> None:
        """Somebody looked at the code in force."""
        _look(self.facts.codes[person, door], digits)

    def second_shown(self, person: int, door: int, digits: str) -> None:
        """Somebody looked at their second code."""
        _look(self.facts.seconds[person, door], digits)

    def copied_back(self, before: Facts, ms: int) -> None:
        """The service forgot everything since then. Codes that were made live on: the locks derive them."""
        self._once.append((ms, self.facts))
        self.unsure_floors |= {made.door for made in self.facts.ended}
        self.facts = before.copy()
        self._touch(range(len(self.plan.doors)))

    def restored(self, before: Facts, since_ms: int, ms: int) -> None:
        """The service forgot what was given since then, and took again what was taken; nobody's lease from before this moment counts."""
        self._once.append((ms, self.facts))
        self.facts = before.copy()
        for _, deed in [(at, deed) for at, deed in self._diary if at > since_ms]:
            deed(self, ms)
        self.facts.plain = before.plain and self.facts.plain  # a restore allows nothing
        self.facts.void_all = ms
        self._touch(range(len(self.plan.doors)))

    def _does(self, ms: int, deed: Deed) -> None:
        """Takes it now, and again after a restore to before that."""
        self._diary.append((ms, deed))
        deed(self, ms)

    # ---- asking

    def holds(self, person: int, group: str, ms: int) -> bool:
        """Whether the group stands for the person."""
        return any(one.person == person and one.group == group and one.stands(ms) for one in self.facts.given)

    def is_paused(self, person: int, ms: int) -> bool:
        """Whether everything of a person is suspended."""
        return any(who == person and since <= ms and (until is None or ms < until) for who, since, until in self.facts.pauses)

    def doors_of(self, person: int, ms: int) -> tuple[int, ...]:
        """Doors at which something stands for the person, paused or not, in order."""
        mine = (self._reach(one) for one in self.facts.given if one.person == person and one.stands(ms))
        return tuple(sorted({door for doors in mine for door in doors}))

    def rights(self, person: int, door: int, ms: int) -> list[Right]:
        """What stands for a person at a door at that moment; empty while paused. The right's own end and hours are judged by the caller."""
        if self.is_paused(person, ms):
            return []
        here = [one for one in self.facts.given if one.person == person and one.stands(ms) and door in self._reach(one)]
        return [right for one in here for right in self._rights_by(one, door, ms)]

    def rights_once(self, person: int, door: int, ms: int) -> list[Right]:
        """What stood then in each past that a restored service has forgotten: leases of that time are still signed."""
        now, found = self.facts, list[Right]()
        try:
            for _, past in self._once:
                self.facts = past
                found += self.rights(person, door, ms)
            return found
        finally:
            self.facts = now

    def lost_once(self, person: int, door: int, ms: int) -> bool:
        """Whether that second lies in a past that a restored service has forgotten, and a door had been taken from the person in it: who had it again
        had another number."""
        known = self.facts.void.get((person, door), [])
        pasts = [past for forgotten_ms, past in self._once if ms < forgotten_ms]
        return any(at < ms + SECOND_MS and at not in known for past in pasts for at in past.void.get((person, door), []))

    def phone_lives(self, key: bytes, ms: int) -> bool:
        """Registered and not removed."""
        since, until = self.facts.phones.get(key, (None, None))
        return since is not None and since <= ms and (until is None or ms < until)

    def code(self, person: int, door: int, ms: int) -> str | None:
        """The digits in force in the service then, as far as somebody has seen them."""
        code = self._code(person, door, ms)
        return code.digits if code is not None else None

    def belief(self, door: int, ms: int) -> Belief:
        """What a list fetched now must hold."""
        kept = self._beliefs.get(door)
        if kept is not None and kept[0] == self._revision[door]:
            return kept[1]
        codes = {}
        for one in self.facts.given:
            if one.host is None and one.stands(ms) and door in self._groups[one.group].doors and not self.is_paused(one.person, ms):
                code = self._code(one.person, door, ms)
                assert code is not None
                codes[one.person] = (self._right(one), code)
        seconds = {
            who: (right, self.facts.seconds[who, door][-1])
            for who, (right, _) in codes.items()
            if who in self.facts.second and (who, door) in self.facts.seconds
        }
        cards = {
            card.uid: (card.kind, codes[card.person][0])
            for card in self.facts.cards
            if card.is_on(ms) and card.person in codes and (card.kind == "aes" or self.facts.plain)
        }
        void = {who: rows[-1] for (who, where), rows in self.facts.void.items() if where == door}
        dead = frozenset(key for key, (_, until) in self.facts.phones.items() if until is not None and until <= ms)
        ended = frozenset(made for made in self.facts.ended if made.door == door)
        found = Belief(codes, void, dead, cards, ended, self.facts.void_all, seconds)
        self._beliefs[door] = (self._revision[door], found)
        return found

    def minute_of_day(self, ms: int) -> int:
        """Wall-clock minutes in the building."""
        wall = datetime.fromtimestamp(ms / 1000, UTC).astimezone(self.zone)
        return wall.hour * 60 + wall.minute

    def in_hours(self, hours: tuple[int, int] | None, ms: int) -> bool:
        """Whether the wall clock is within the hours of every day."""
        return hours is None or hours[0] <= self.minute_of_day(ms) < hours[1]

    def day(self, ms: int, ahead: int = 0) -> tuple[int, int]:
        """Start and end of the building's calendar day, `ahead` days later."""
        wall = datetime.fromtimestamp(ms / 1000, UTC).astimezone(self.zone)
        first = wall.date() + timedelta(days=ahead)
        midnights = (datetime.combine(first + timedelta(days=n), time(), self.zone) for n in (0, 1))
        start, end = (int(midnight.timestamp() * 1000) for midnight in midnights)
        return start, end

    def _reach(self, one: Given) -> tuple[int, ...]:
        return one.doors if one.host is not None else self._groups[one.group].doors

    def _own_rights(self, person: int, door: int, ms: int) -> list[Right]:
        """What a person has at a door by themselves, paused or not."""
        mine = (one for one in self.facts.given if one.person == person and one.host is None and one.stands(ms))
        return [self._right(one) for one in mine if door in self._groups[one.group].doors]

    def _has_own(self, person: int, door: int, ms: int) -> bool:
        return any(right.until_ms is None or ms < right.until_ms for right in self._own_rights(person, door, ms))

    def _rights_by(self, one: Given, door: int, ms: int) -> list[Right]:
        """A guest's right is cut out of each right of the host; what is given to anybody else is their own."""
        if one.host is None:
            return [self._right(one)]
        if self.is_paused(one.host, ms):
            return []
        mine = [right for right in self._own_rights(one.host, door, ms) if right.until_ms is None or ms < right.until_ms]
        return [Right(one.person, one.since_ms, _first(one.until_ms, right.until_ms), right.hours, False, True) for right in mine]

    def _void_guests(self, host: int, doors: Iterable[int], ms: int) -> None:
        for one in list(self.facts.given):
            if one.host == host and one.taken_ms is None:
                self._void(one.person, set(one.doors) & set(doors), ms)

    def _orphan(self, host: int, doors: Iterable[int], ms: int) -> None:
        """Guests lose these doors for good, and keep the others."""
        for number, one in enumerate(self.facts.given):
            lost = set(one.doors) & set(doors)
            if one.host == host and one.taken_ms is None and lost:
                self.facts.given[number] = replace(one, taken_ms=ms)
                if kept := tuple(door for door in one.doors if door not in lost):
                    self.facts.given.append(replace(one, since_ms=ms, doors=kept))

    def _right(self, one: Given) -> Right:
        return Right(one.person, one.since_ms, one.until_ms, self._groups[one.group].hours, not one.staff)

    def _code_from(self, person: int, door: int, ms: int) -> None:
        self.facts.codes.setdefault((person, door), []).append(self._next_code(person, door, ms))
        self._touch((door,))

    def _second_from(self, person: int, door: int, ms: int) -> None:
        self.facts.seconds.setdefault((person, door), []).append(self._next_code(person, door, ms))
        self._touch((door,))

    def _next_code(self, person: int, door: int, ms: int) -> Code:
        """Digits follow from their number (C-9): one that a restored service makes again is the one that locks hold from before."""
        number = sum(len(kept.get((person, door), ())) for kept in (self.facts.codes, self.facts.seconds))
        return self._numbered.setdefault((person, door, number), Code(ms))

    def _code(self, person: int, door: int, ms: int) -> Code | None:
        found = [code for code in self.facts.codes.get((person, door), []) if code.since_ms <= ms]
        return found[-1] if found else None

    def _void(self, person: int, doors: Iterable[int], ms: int) -> None:
        doors = tuple(doors)
        for door in doors:
            self.facts.void.setdefault((person, door), []).append(ms)
        self._touch(doors)

    def _touch(self, doors: Iterable[int]) -> None:
        for door in doors:
            self._revision[door] += 1


def _first(one: int | None, other: int | None) -> int | None:
    """The earlier of two ends."""
    ends = [end for end in (one, other) if end is not None]
    return min(ends, default=None)


def _look(codes: list[Code], digits: str) -> None:
    """A number made again may be another code where the first one is too near to somebody's who came since (C-9)."""
    if codes[-1].digits not in (None, digits):
        codes[-1] = Code(codes[-1].since_ms)
    codes[-1].digits = digits
