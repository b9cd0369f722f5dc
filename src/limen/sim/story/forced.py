"""Who fears to be forced to open has a second code, which opens as usual and marks the opening (LOCK-14)."""

from typing import Final

from limen.sim.chance import seeded
from limen.sim.clock import DAY_MS
from limen.sim.ports import NoSignal, PersonPlan, SaidNo
from limen.sim.story.visits import Visits
from limen.sim.story.world import World

HOUR_MS: Final = 3_600_000
CHOOSES: Final = 0.05
"""Chance per person and day that they ask for one, or think again about it."""
TYPES: Final = 0.25
"""The same, of those who have one, that they have to type it."""
STOPS: Final = 0.3


class Forced:
    """Drawn apart, so that a day on which nobody is forced is the same day."""

    def __init__(self, world: World, visits: Visits) -> None:
        self.world, self.visits = world, visits
        self._chance = seeded(f"forced {world.seed}")
        self._known: dict[tuple[int, int], str] = {}

    def plan_day(self, start_ms: int) -> None:
        """What the next 24 hours hold."""
        world, chance = self.world, self._chance
        for person in world.plan.people:
            if chance.random() < CHOOSES:
                world.at(start_ms + chance.randint(8 * HOUR_MS, 20 * HOUR_MS), lambda person=person: self.choose(person))  # type: ignore[misc]
            if chance.random() < TYPES:
                world.at(start_ms + chance.randint(6 * HOUR_MS, DAY_MS - 1), lambda person=person: self.open(person))  # type: ignore[misc]
        world.at(start_ms + DAY_MS, lambda: self.plan_day(start_ms + DAY_MS))

    def choose(self, person: PersonPlan) -> None:
        """Asks for one; mostly keeps it."""
        world = self.world
        wanted = person.number not in world.truth.facts.second
        if (not wanted and self._chance.random() >= STOPS) or not world.truth.doors_of(person.number, world.time.ms):
            return
        try:
            world.service.desk.choose_second(person.number, wanted)
        except (NoSignal, SaidNo):
            return
        world.truth.chose_second(person.number, wanted, world.time.ms)
        world.tally.note(world.time.ms, "second code", person.number, wanted)
        world.service.machine.settle()

    def open(self, person: PersonPlan) -> None:
        """At one of their doors, with somebody beside them; what they remember may be over by now."""
        world, chance = self.world, self._chance
        numbers = world.truth.doors_of(person.number, world.time.ms)
        if person.number not in world.truth.facts.second or not numbers:
            return
        door = world.doors[chance.choice(numbers)]
        digits = self._known.get((person.number, door.number)) if chance.random() < 0.5 else None
        digits = digits or self._look_up(person.number, door.number)
        if digits is not None:
            self.visits.type_second(person.number, digits, door)

    def _look_up(self, person: int, door: int) -> str | None:
        try:
            digits = self.world.service.desk.second_code(person, door)
        except (NoSignal, SaidNo):
            return None
        self.world.truth.second_shown(person, door, digits)
        self._known[person, door] = digits
        return digits
