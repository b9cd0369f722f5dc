"""How much goes wrong: chances per visit, per request, per day; nothing at `none`."""

from dataclasses import dataclass
from typing import Final, Literal

from limen.sim.chance import Random
from limen.sim.radio import HARMS, Trouble

Level = Literal["none", "low", "high"]
LEVELS: Final[tuple[Level, ...]] = ("none", "low", "high")
FRAMES_MAX: Final = 24
STEPS_MAX: Final = 40


@dataclass(frozen=True)
class Faults:
    """Chances between 0 and 1: `air` per visit, `request` per message to the service, `dead_zone` per visit without signal, `lie` per errand
    of a courier, `cut` per visit at a random storage step, `pull`, `step`, `storm` and
    (of connected ones) `offline` per door and day, `restore` per day."""

    air: float = 0.0
    request: float = 0.0
    dead_zone: float = 0.1
    lie: float = 0.0
    cut: float = 0.0
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

    def cut_after(self, chance: Random) -> int | None:
        """At which storage step of a visit the power goes."""
        return chance.randrange(STEPS_MAX) if chance.random() < self.cut else None


BY_LEVEL: Final[dict[Level, Faults]] = {
    "none": Faults(),
    "low": Faults(air=0.02, request=0.005, dead_zone=0.15, lie=0.01, cut=0.002, pull=0.005, step=0.2, restore=0.01, offline=0.1, storm=0.0),
    "high": Faults(air=0.08, request=0.02, dead_zone=0.2, lie=0.05, cut=0.01, pull=0.02, step=0.5, restore=0.06, offline=0.4, storm=0.0008),
}
