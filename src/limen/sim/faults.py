"""How much goes wrong: chances per visit, per request, per day; nothing at `none`."""

from dataclasses import dataclass, field
from typing import Final, Literal

from limen.sim.chance import Random
from limen.sim.radio import HARMS, Trouble

Level = Literal["none", "low", "high"]
LEVELS: Final[tuple[Level, ...]] = ("none", "low", "high")
FRAMES_MAX: Final = 24
STEPS_LEAST: Final = 12
"""Of storage, in a visit of a sort of which nobody knows yet how many it takes."""


@dataclass(frozen=True)
class Faults:
    """Chances between 0 and 1: `air` per visit, `request` per message to the service, `dead_zone` per visit without signal, `lie` per errand
    of a courier, `cut` and `flaw` (a write that fails) per visit at a random storage step, `pull`, `step`, `storm` and
    (of connected ones) `offline` per door and day, `restore` per day."""

    air: float = 0.0
    request: float = 0.0
    dead_zone: float = 0.1
    lie: float = 0.0
    cut: float = 0.0
    flaw: float = 0.0
    pull: float = 0.0
    step: float = 0.0
    restore: float = 0.0
    offline: float = 0.0
    storm: float = 0.0

    def trouble(self, chance: Random) -> Trouble | None:
        """What the air does to a visit."""
        if chance.random() >= self.air:
            return None
        return Trouble(chance.choice(HARMS), chance.randint(1, FRAMES_MAX))


@dataclass
class Steps:
    """How many storage steps visits take, by sort: any step of any visit is one at which something may go wrong."""

    _last: dict[str, int] = field(default_factory=dict)
    _most: dict[str, int] = field(default_factory=dict)

    def took(self, sort: str, count: int) -> None:
        """A visit of this sort was not disturbed, and took so many."""
        self._last[sort], self._most[sort] = count, max(count, self._most.get(sort, 0))

    def drawn(self, sort: str, share: float, chance: Random) -> int | None:
        """The step at which it happens, mostly not at all: within the last visit of the sort as often as within the longest one so far."""
        if chance.random() >= share:
            return None
        of = chance.choice((self._last, self._most))
        return chance.randrange(max(STEPS_LEAST, of.get(sort, 0)))


BY_LEVEL: Final[dict[Level, Faults]] = {
    "none": Faults(),
    "low": Faults(
        air=0.02, request=0.005, dead_zone=0.15, lie=0.01, cut=0.002, flaw=0.001, pull=0.005, step=0.2, restore=0.01, offline=0.1, storm=0.0
    ),
    "high": Faults(
        air=0.08, request=0.02, dead_zone=0.2, lie=0.05, cut=0.01, flaw=0.006, pull=0.02, step=0.5, restore=0.06, offline=0.4, storm=0.0008
    ),
}
