"""Who rings at a door: visitors with a code from the call, carriers with one that opens once, and whoever looked over their shoulder.

And a door without signal whose time is repaired by two walks: the clock that comes of it is coarse, and the next phone with signal sets it back.
"""

from typing import Final

from limen.sim.chance import seeded
from limen.sim.clock import DAY_MS
from limen.sim.handsets import Handset
from limen.sim.ports import CallKind, CodeKind, NoSignal, PersonPlan, SaidNo
from limen.sim.story.visits import Visits
from limen.sim.story.world import Door, World
from limen.sim.truth import Made

HOUR_MS: Final = 3_600_000
MINUTE_MS: Final = 60_000
SECOND_MS: Final = 1_000
CALLS: Final = 0.08
"""Chance per person and day."""
CELLARS: Final = 0.12
"""Chance per day that somebody repairs a clock by two walks, while batteries fail at all."""
KINDS: Final[tuple[CallKind, ...]] = ("instant", "once", "once")


class Callers:
    """Days of those who have no access of their own. Drawn apart, so that a day on which nobody rings is the same day."""

    def __init__(self, world: World, visits: Visits) -> None:
        self.world, self.visits = world, visits
        self._chance = seeded(f"callers {world.seed}")

    def plan_day(self, start_ms: int) -> None:
        """Who rings in the next 24 hours."""
        world, chance = self.world, self._chance
        for person in world.plan.people:
            if chance.random() < CALLS:
                world.at(start_ms + chance.randint(7 * HOUR_MS, DAY_MS - 1), lambda person=person: self.ring(person))  # type: ignore[misc]
        if world.faults.pull and chance.random() < CELLARS:
            world.at(start_ms + chance.randint(8 * HOUR_MS, 20 * HOUR_MS), self.cellar)
        world.at(start_ms + DAY_MS, lambda: self.plan_day(start_ms + DAY_MS))

    # ---- a call

    def ring(self, person: PersonPlan) -> None:
        """Whoever rang comes at once, or too late, and perhaps again; somebody may have watched."""
        world, chance = self.world, self._chance
        doors = [world.doors[number] for number in world.truth.doors_of(person.number, world.time.ms)]
        doors = [door for door in doors if door.kind != "unit"]
        if not doors:
            return
        door, kind = chance.choice(doors), chance.choice(KINDS)
        made = self._made(person.number, door, kind)
        if made is None:
            return
        after_ms = chance.choice((1, 3, 8, 25, 70, 100)) * MINUTE_MS + chance.randint(0, 40) * SECOND_MS
        world.at(world.time.ms + after_ms, lambda: self.come(made))
        if kind == "instant":
            world.at(world.time.ms + chance.randint(1, 26 * 60) * MINUTE_MS, lambda: self.come(made))

    def come(self, made: Made) -> None:
        """The caller at the door. A code that was used once is tried again: by the next in the queue, and by somebody who remembers it."""
        world, chance = self.world, self._chance
        self.visits.type_temporary(made, world.doors[made.door])
        if made.kind == "once":
            if chance.random() < 0.7:
                world.at(world.time.ms + chance.randint(5, 90) * SECOND_MS, lambda: self._again(made))
            if chance.random() < 0.3:
                world.at(world.time.ms + chance.randint(2, 70) * MINUTE_MS, lambda: self._again(made))

    def _again(self, made: Made) -> None:
        self.visits.type_temporary(made, self.world.doors[made.door])

    def _made(self, person: int, door: Door, kind: CallKind) -> Made | None:
        try:
            digits = self.world.service.machine.call_code(person, door.number, kind)
        except (NoSignal, SaidNo):
            return None
        return self._noted(person, door, kind, digits)

    def _noted(self, person: int, door: Door, kind: CodeKind, digits: str) -> Made:
        world = self.world
        made = Made(person, door.number, kind, digits, world.time.ms, world.truth.day(world.time.ms))
        world.truth.made_code(made)
        return made

    # ---- two walks

    def cellar(self) -> None:
        """A battery is changed where no phone has signal: one walk for the question, one with the answer."""
        world, chance = self.world, self._chance
        doors = [door for door in world.doors if door.kind == "entrance" and not door.connected] or world.doors
        door = chance.choice(doors)
        phone = self._resident_at(door)
        if phone is None or door.body.lock is None or door.gone:
            return
        door.body.pull_battery()
        world.time.pass_ms(chance.randint(1, 5) * MINUTE_MS)
        world.power_back(door)
        self.visits.tap(phone, door, signal=False)
        upstairs_ms = chance.randint(12, 55) * MINUTE_MS
        world.at(world.time.ms + upstairs_ms, lambda: world.fetch(phone, "resident"))
        world.at(world.time.ms + upstairs_ms + chance.randint(60, 240) * SECOND_MS, lambda: self._back_down(phone, door))

    def _back_down(self, phone: Handset, door: Door) -> None:
        """The answer is brought; the carrier uses a code; then a phone with signal corrects the clock, and whoever watched tries the code."""
        world, chance = self.world, self._chance
        if door.gone:
            return
        self.visits.tap(phone, door, signal=False)
        once = self._made(phone.owner, door, "once")
        single = self._single(phone.owner, door)
        for made in (once, single):
            if made is not None:
                world.time.pass_ms(chance.randint(30, 120) * SECOND_MS)
                self.visits.type_temporary(made, door)
        self.visits.tap(phone, door, signal=True)
        if once is not None:
            world.time.pass_ms(chance.randint(5, 60) * SECOND_MS)
            self._again(once)
        if single is not None:
            world.at(world.time.ms + chance.randint(12, 25) * MINUTE_MS, lambda: self._again(single))

    def _single(self, person: int, door: Door) -> Made | None:
        try:
            digits = self.world.service.desk.make_code(person, door.number, "daily_single_use", False)
        except (NoSignal, SaidNo):
            return None
        return self._noted(person, door, "daily_single_use", digits)

    def _resident_at(self, door: Door) -> Handset | None:
        """Somebody with a phone who may open here at any hour."""
        world, now = self.world, self.world.time.ms
        for person in world.plan.people:
            phone = world.phones[person.number]
            always = any(right.hours is None and right.until_ms is None for right in world.truth.rights(person.number, door.number, now))
            if always and phone.gateway is not None and world.truth.phone_lives(phone.key.public, now):
                return phone
        return None
