"""Connected doors: their own link to the gateway, which brings lists, time and orders from afar and takes the record along (B.10)."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final

from limen.phone.commands import OutOfReach
from limen.sim.clock import DAY_MS
from limen.sim.oracle import Clock, Verdict
from limen.sim.ports import NoSignal, SaidNo, Uplink
from limen.sim.story.power import Unharmed
from limen.sim.story.visits import Visits
from limen.sim.story.world import Door, World

MINUTE_MS: Final = 60_000
ROUND_MS: Final = 12 * 60 * MINUTE_MS
"""A gateway asks every ten seconds; a world that did would do nothing else."""
REMOTE_MS: Final = 10_000
LATE_MS: Final = (0, 0, 0, 4_000, 30_000)
"""What an order from afar may lose on its way; nothing is kept for later, so the last of these opens nothing."""
EXACT: Final = 0
NO_LINK: Final = -1
OFTEN: Final = 10
"""How much likelier something goes wrong at a lock while it speaks on its line than in a visit: few of all its rounds are played."""


class Lines:
    """The links of one building."""

    def __init__(self, world: World, visits: Visits) -> None:
        self.world, self.visits = world, visits

    def plan_day(self, start_ms: int) -> None:
        """Rounds by day and night, orders from afar, hours without a network."""
        world, chance = self.world, self.world.chance
        for door in world.doors:
            if not door.connected:
                continue
            for at in range(start_ms, start_ms + DAY_MS, ROUND_MS):
                world.at(at + chance.randint(0, 20 * MINUTE_MS), partial(self.round, door))
            for _ in range(chance.choice((0, 1, 2))):
                world.at(start_ms + chance.randint(0, DAY_MS), partial(self.press, door))
            if chance.random() < world.faults.offline:
                world.at(start_ms + chance.randint(0, DAY_MS), partial(self.break_off, door))
        world.at(start_ms + DAY_MS, lambda: self.plan_day(start_ms + DAY_MS))

    def break_off(self, door: Door) -> None:
        """The network of the building is away for some hours."""
        door.offline = True
        self.world.tally.note(self.world.time.ms, "offline", door.number)
        self.world.at(self.world.time.ms + self.world.chance.randint(10, 8 * 60) * MINUTE_MS, partial(self.mend, door))

    def mend(self, door: Door) -> None:
        """It is back."""
        door.offline = False

    def round(self, door: Door) -> None:
        """The lock dials, or is still there: list, time, record."""
        with self._link(door, "line") as line:
            if line is not None:
                self._take(door, line)

    def press(self, door: Door) -> None:
        """Somebody opens from afar, with a right to it or without."""
        person = self.world.chance.choice(self.world.plan.people).number
        self.visits.tried(door, f"remote {person}", partial(self._press, door, person))

    def _press(self, door: Door, person: int, again: bool) -> bool | None:
        """One order; False where there is no link that it could take, None where harm hides what would have come of it."""
        world, before, told = self.world, Unharmed.of(door.body), None
        with self._link(door, "remote") as line:
            if line is None or door.body.lock is None:
                return None if again or not before.still(door.body) else False
            late_ms = EXACT if again else world.chance.choice(LATE_MS)
            clock, moved, stills = world.clock(door), len(door.body.moved), door.body.stills
            verdict = self._verdict(person, door, clock, late_ms)
            try:
                line.press(*world.service.machine.ids(person, door.number), partial(world.time.pass_ms, late_ms))
                said = ""
            except SaidNo as problem:
                said = str(problem)
            except NoSignal:
                said = "line broke"
            harmed, opened = not before.still(door.body), len(door.body.moved) > moved
            told = self.visits.judge(door, f"remote {person}", verdict, opened, said, disturbed=harmed, again=again)
            if door.body.stills > stills:
                world.tally.wrong("push_only_leak", f"{world.name(door)}: a still of whoever an order from afar let in")
        return told

    def _verdict(self, person: int, door: Door, clock: Clock, late_ms: int) -> Verdict:
        """The service lets those press who may open here now, by its own exact clock; the lock obeys at once or not at all."""
        world, now = self.world, self.world.time.ms
        exact = Clock(now, EXACT, True)
        allowed = world.oracle.own_right(person, door.number, exact, now)
        if clock.u_ms is None or clock.u_ms > REMOTE_MS or late_ms > REMOTE_MS + 2 * clock.u_ms + 1_000:
            return Verdict.MUST_REFUSE
        return allowed

    def _take(self, door: Door, line: Uplink) -> None:
        world, belief = self.world, self.world.truth.belief(door.number, self.world.time.ms)

        def brings(version: int) -> None:
            world.lists(door, version, belief)
            door.brought[version] = world.generation

        line.round(brings)
        world.look(door)
        world.tally.note(world.time.ms, "line", door.number, door.version, door.body.next_record)

    @contextmanager
    def _link(self, door: Door, sort: str) -> Iterator[Uplink | None]:
        """A link that stands for as long as it is needed, unless the lock is harmed meanwhile; None where there is none."""
        world, power = self.world, self.visits.power
        world.look(door)
        before = power.arm(door, sort, OFTEN)
        link, line = self._dialled(door)
        try:
            yield line
        except NoSignal:
            world.tally.note(world.time.ms, "line broke", door.number)
        finally:
            if line is not None:
                line.hang_up()
            door.body.hang_up(link)
            power.disarm(door, sort, before)
            world.look(door)
            power.back(door)

    def _dialled(self, door: Door) -> tuple[int, Uplink | None]:
        """The lock's own end, and the gateway's where one came of it."""
        if door.offline or door.body.lock is None:
            return NO_LINK, None
        link, machine = NO_LINK, self.world.service.machine
        try:
            link = door.body.dial(outgoing=True)
            return link, machine.dialled(door.body.lock_id, partial(_said, door, link))
        except (NoSignal, OutOfReach):
            self.world.tally.note(self.world.time.ms, "line broke", door.number)
            return link, None


def _said(door: Door, link: int, frame: bytes) -> list[bytes]:
    try:
        return door.body.frame(link, frame)
    except OutOfReach as problem:
        raise NoSignal from problem
