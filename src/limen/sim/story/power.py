"""What befalls a lock's memory during a visit: the power goes at some step of storage, or a write is done half and says so; and how power comes back.

Drawn apart, so that a visit in which nothing of it happens is the same visit.
"""

from dataclasses import dataclass
from typing import Final

from limen.sim.bodies import Body
from limen.sim.chance import seeded
from limen.sim.faults import Steps
from limen.sim.story.world import Door, World

START: Final = "start"
AGAIN: Final = 20
"""How much likelier something goes wrong in a start than in a visit: whatever broke the power once is still loose."""
LOOSE: Final = 0.8
"""Of cuts: a loose contact; in the others somebody has to come with batteries."""


@dataclass(frozen=True)
class Unharmed:
    """What a memory had been through when somebody came."""

    cuts: int
    failed: int
    steps: int

    @classmethod
    def of(cls, body: Body) -> "Unharmed":
        """As it is now."""
        return cls(body.cuts, body.flash.failed, body.flash.steps)

    def still(self, body: Body) -> bool:
        """Neither a cut nor a write that failed since."""
        return (self.cuts, self.failed) == (body.cuts, body.flash.failed)


class Power:
    """The harm of one world. Before a visit it is drawn, after it nothing is left to come."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._chance = seeded(f"power {world.seed}")
        self._steps = Steps()

    def arm(self, door: Door, sort: str, times: int = 1) -> Unharmed:
        """At which step of this visit something goes wrong, mostly at none; `times` likelier than usual."""
        flash, faults = door.body.flash, self.world.faults
        flash.cut_after = self._steps.drawn(sort, times * faults.cut, self._chance)
        flash.fail_after = self._steps.drawn(sort, times * faults.flaw, self._chance)
        return Unharmed.of(door.body)

    def disarm(self, door: Door, sort: str, before: Unharmed) -> None:
        """The visit is over."""
        flash = door.body.flash
        flash.cut_after = flash.fail_after = None
        if before.still(door.body):
            self._steps.took(sort, flash.steps - before.steps)

    def back(self, door: Door) -> None:
        """After a cut in the middle of a visit: soon, or when somebody has come with batteries."""
        world = self.world
        if door.body.lock is None and door.body.cuts:
            world.tally.note(world.time.ms, "dark", door.number)
            if self._chance.random() < LOOSE:
                world.time.pass_ms(3_000)
                self.restart(door)
            else:
                world.at(world.time.ms + self._chance.randint(600_000, 7_200_000), lambda: self.restart(door))

    def restart(self, door: Door) -> None:
        """The battery is in, and perhaps out again before the lock has begun."""
        before = self.arm(door, START, AGAIN)
        self.world.power_back(door)
        self.disarm(door, START, before)
