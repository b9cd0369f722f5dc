"""The world: true time, a queue of what happens when, doors with their locks, people with their phones, and the oracle that watches. Start here.

Everything that happens is drawn from one seed, in one thread, in the order of simulated time: the same seed plays the same story.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field

from limen.phone.wallet import Door as Carried
from limen.phone.wallet import View
from limen.sim.bodies import Body, Movement
from limen.sim.cards import Pocketed, pocketed
from limen.sim.chance import branch, seeded
from limen.sim.clock import DAY_MS, TrueTime
from limen.sim.faults import Faults
from limen.sim.handsets import Handset, phone_key
from limen.sim.oracle import Clock, Keypad, Oracle, honest
from limen.sim.ports import CardImage, Copy, Gateway, NoSignal, Plan, SaidNo, Service
from limen.sim.story.opening import Opened
from limen.sim.tally import Tally
from limen.sim.truth import Belief, Facts
from limen.wire.receipts import TrustedTime

Happening = Callable[[], object]


@dataclass
class Door:
    """One door: its lock, what its list must hold by (generation of the service, version), which generation brought which version."""

    number: int
    kind: str
    unit: str
    body: Body
    keypad: Keypad
    version: int
    generation: int = 0
    lists: dict[tuple[int, int], Belief] = field(default_factory=dict)
    brought: dict[int, int] = field(default_factory=dict)
    carried: dict[bytes, tuple[int, int]] = field(default_factory=dict)
    connected: bool = False
    offline: bool = False
    gone: bool = False
    """Another lock hangs in its place; this one lies in a box."""
    lost_since_sync: bool = False
    faulty: bool = False
    exempt: set[int] = field(default_factory=set)
    """Records that had arrived and went down with a lost database."""
    told: set[int] = field(default_factory=set)
    """Of these, those that told of an opening."""
    disowned: set[int] = field(default_factory=set)
    """Of these, numbers that the lock had declared lost."""
    emptied: bool = False
    """The rest of the record was carried home in the end."""
    marks: list[Movement] = field(default_factory=list)
    """Openings by a second code."""
    perhaps_marked: bool = False
    """One was recorded, perhaps, and the bolt did not move: the record comes first (LOCK-13)."""
    tapes: list[tuple[bytes, list[bytes]]] = field(default_factory=list)
    old_bundles: list[bytes] = field(default_factory=list)

    @property
    def reads_cards(self) -> bool:
        """Whether the model has a reader."""
        return self.body.making.model.nfc

    @property
    def belief(self) -> Belief:
        """What the list in the lock must hold."""
        return self.lists[self.generation, self.version]


@dataclass
class Backup:
    """A copy of the service's disk, with what was true then."""

    copy: Copy
    facts: Facts


class World:
    """One run of one building."""

    def __init__(self, opened: Opened, seed: int, days: int, faults: Faults) -> None:
        self.seed, self.chance = seed, seeded(f"limen {seed}")
        self.opened, self.days, self.faults = opened, days, faults
        self.time: TrueTime = opened.site.time
        self.plan: Plan = opened.site.plan
        self.service: Service = opened.site.service
        self.truth = opened.truth
        self.oracle, self.tally = Oracle(self.truth), Tally()
        self.start_ms, self.generation = self.time.ms, 0
        self.backups: list[Backup] = []
        self.copied_back: set[int] = set()
        """Generations of the service that began with an old file, without its ledger."""
        self._queue: list[tuple[int, int, Happening]] = []
        self._count = 0
        self.doors = [self._door(number) for number in range(len(self.plan.doors))]
        self.owners = {key.public: person for person, key in opened.keys.items()}
        self.phones = {person: self._handset(person, opened.lines[person]) for person in opened.lines}
        self.held_on: list[Handset] = []
        """Phones that stayed offline when something was taken from their owners."""
        self.cards = {person: [self._pocketed(person, *card)] for person, card in opened.cards.items()}
        self.boxed: list[Door] = []
        """Locks that another one has taken the place of."""
        self._by_lock = {door.body.lock_id: door for door in self.doors}

    def _door(self, number: int) -> Door:
        planned = self.plan.doors[number]
        body = self.opened.bodies[number].twin(branch(self.chance), self.time, self.faults.step > 0)
        door = Door(
            number, planned.kind, planned.unit, body, Keypad(planned.kind, seen_ms=self.time.ms), body.version, connected=planned.connected
        )
        door.lists[0, body.version] = self.truth.belief(number, self.time.ms)
        return door

    def _handset(self, person: int, line: Gateway) -> Handset:
        phone = Handset(person, self.opened.keys[person], line, self.time, branch(self.chance))
        phone.fails = lambda: self.faults.request > 0 and self.chance.random() < self.faults.request
        return phone

    def _pocketed(self, person: int, uid: bytes, image: CardImage) -> Pocketed:
        return pocketed(person, uid, image, branch(self.chance))

    # ---- time

    def at(self, ms: int, happening: Happening) -> None:
        """Something will happen then."""
        self._count += 1
        heapq.heappush(self._queue, (ms, self._count, happening))

    def run(self, until_ms: int) -> None:
        """Lets happen what is due, in order; what takes time lets the next thing wait."""
        while self._queue and self._queue[0][0] <= until_ms:
            due, _, happening = heapq.heappop(self._queue)
            self.time.reach(due)
            happening()
        self.time.reach(until_ms)

    @property
    def end_ms(self) -> int:
        """When the last day is over."""
        return self.start_ms + self.days * DAY_MS

    def hang(self, door: Door, body: Body) -> Door:
        """Another lock in the place of a door's; what it holds now is what is true now. Whoever comes finds this one."""
        door.gone = True
        self.boxed.append(door)
        fresh = Door(door.number, door.kind, door.unit, body, Keypad(door.kind, seen_ms=self.time.ms), body.version, self.generation)
        fresh.lists[self.generation, body.version] = self.truth.belief(door.number, self.time.ms)
        fresh.tapes, fresh.old_bundles = door.tapes, list(door.old_bundles)
        self.doors[door.number] = self._by_lock[body.lock_id] = fresh
        return fresh

    # ---- what a witness can see of a lock

    def clock(self, door: Door) -> Clock:
        """The lock's clock; a lie about its own error is a violation."""
        lock = door.body.lock
        assert lock is not None
        now = lock.memory.read_clock(door.body.crystal.at())
        clock = Clock(now.rtc_ms, None if now.quality is TrustedTime.LOST else now.u_ms, now.quality is TrustedTime.GOOD)
        if not honest(clock, self.time.ms) or now.floor_ms > self.time.ms:
            self.tally.wrong("wrong_open", f"{self.name(door)}: its clock is {now.rtc_ms - self.time.ms} ms off and admits {now.u_ms} ms")
        if clock.u_ms is None and not door.lost_since_sync:
            self.tally.wrong("wrong_deny", f"{self.name(door)}: its clock is lost although its power never went")
            door.lost_since_sync = True
        if clock.u_ms is not None:
            door.lost_since_sync = False
        return clock

    def look(self, door: Door) -> None:
        """Which list the lock holds now; it must be one that somebody brought, and none older than before. One in a box is being emptied."""
        for story in door.body.fell:
            self.tally.wrong("not_converged", f"{self.name(door)}: its mind fell over {story}")
        door.body.fell.clear()
        if door.gone or door.body.lock is None:
            return
        faulty, door.faulty = door.faulty, door.body.lock.memory.faulty
        if door.faulty and not faulty:
            self.tally.wrong("not_converged", f"{self.name(door)}: it is faulty")
        version = door.body.version
        if version == door.version:
            return
        self.tally.note(self.time.ms, "list", door.number, door.version, version)
        self.tally.updates += 1
        generation = door.brought.get(version)
        if version < door.version or generation is None or (generation, version) not in door.lists:
            self.tally.wrong("not_converged", f"{self.name(door)}: list {door.version} became {version}, which nobody brought")
            generation = door.generation
            door.lists.setdefault((generation, version), door.belief)
        door.version, door.generation = version, generation

    def power_back(self, door: Door) -> None:
        """Somebody puts the battery in; a cut while the lock starts is followed by another try."""
        door.lost_since_sync = True
        for _ in range(4):
            if door.body.lock is None:
                door.body.power_on()
        door.keypad.dark(self.time.ms)
        self.oracle.dark(door.number, self.time.ms)
        self.look(door)

    # ---- what phones take along

    def fetch(self, phone: Handset, view: View) -> bool:
        """A phone asks the service; what it now carries is known to hold everything up to this moment."""
        answer = phone.fetch(view)
        if answer is None:
            return False
        for entry in answer.doors:
            door = self.by_lock(entry.lock_id)
            if door.gone:
                continue
            self.lists(door, entry.ver, self.truth.belief(door.number, self.time.ms))
            self._counts(door, entry)
            if entry.bundle is not None and entry.bundle not in door.carried:
                door.carried[entry.bundle] = (self.generation, entry.ver)
                door.old_bundles.append(entry.bundle)
        return True

    def lists(self, door: Door, version: int, belief: Belief) -> None:
        """The service has a list of this number for a door. None that it forgot gets its number again, unless its ledger was not heeded."""
        door.lists[self.generation, version] = belief
        before = [one for one, number in door.lists if number == version and one < self.generation]
        if before and self.copied_back.isdisjoint(range(max(before) + 1, self.generation + 1)):
            self.tally.wrong("not_converged", f"{self.name(door)}: another list {version} after a restore")

    def _counts(self, door: Door, entry: Carried) -> None:
        """What is handed out now opens by the list that is handed out with it: no lease is older than the last restore."""
        void_ms = door.lists[self.generation, entry.ver].void_all
        if void_ms is not None and any(held.grant.iat * 1000 < void_ms for held in entry.grants):
            self.tally.wrong("wrong_deny", f"{self.name(door)}: a phone was handed a lease from before the restore")

    def carries(self, phone: Handset, view: View, door: Door, bundle: bytes | None) -> None:
        """A phone meets a lock with this bundle: if the lock takes a version now, it is that one."""
        if bundle in door.carried and bundle is not None:
            generation, version = door.carried[bundle]
            door.brought[version] = generation

    def new_phone(self, person: int) -> bool:
        """The person makes another phone their key; the old one keeps what it has."""
        key = phone_key(self.chance)
        try:
            line = self.service.desk.register_phone(person, key.public)
        except (NoSignal, SaidNo):
            return False
        phone = self._handset(person, line)
        phone.key = key
        phone.wallet.key = key
        self.phones[person], self.owners[key.public] = phone, person
        self.truth.registered(key.public, self.time.ms)
        return True

    def by_lock(self, lock_id: bytes) -> Door:
        """The door of a lock."""
        return self._by_lock[lock_id]

    def name(self, door: Door) -> str:
        """For people who read what went wrong."""
        return f"{self.plan.doors[door.number].name} at {self.time.now():%d %b %H:%M:%S}"
