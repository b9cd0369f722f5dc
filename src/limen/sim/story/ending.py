"""The end of a run: everybody helps until every door holds the newest list and every record has arrived; then the books are compared."""

from contextlib import suppress
from typing import Final

from limen.sim.clock import DAY_MS
from limen.sim.faults import Faults
from limen.sim.handsets import Handset
from limen.sim.ports import OPENINGS, Kept, SaidNo
from limen.sim.story.lines import Lines
from limen.sim.story.visits import Visits
from limen.sim.story.world import Door, World

ROUNDS: Final = 4
PROBES_MOST: Final = 40
FORGOTTEN: Final = "unissued"
"""A service whose database was copied back takes codes of the time that it lost for ones that nobody was given; a restore knows them."""
HELD_ON_MOST: Final = 4
TAIL_MOST: Final = 8 + HELD_ON_MOST
"""Records of the last visit itself, and of those who tried after it, may still be on the lock."""


class Ending:
    """Convergence and audit of one world."""

    def __init__(self, world: World, visits: Visits, lines: Lines) -> None:
        self.world, self.visits, self.lines = world, visits, lines
        self.closed_ms: int | None = None
        """From here on nobody carries records."""

    def calm(self) -> None:
        """No faults any more: batteries in, everybody with a phone that the service knows."""
        world = self.world
        world.faults = Faults(dead_zone=0.0)
        for door in world.doors:
            self.lines.mend(door)
            if door.body.lock is None:
                world.power_back(door)
        for person, phone in world.phones.items():
            if not world.truth.phone_lives(phone.key.public, world.time.ms):
                world.new_phone(person)

    def converge(self) -> None:
        """Doors are visited by somebody who may pull, and what they carry is handed in, until the manager's list names none that is behind."""
        for _ in range(ROUNDS):
            for door in self.world.doors:
                if door.connected:
                    self.lines.round(door)
                else:
                    self._helped(door)
            self.world.service.machine.settle()
            if not self._behind():
                break
        self._all_proved()

    def _helped(self, door: Door) -> None:
        """The first who may pull here and gets through."""
        for phone in self._helpers(door):
            self.world.fetch(phone, "resident")
            done = self.visits.update(phone, door, "resident", calm=True)
            phone.hand_in()
            self.world.time.pass_ms(1_000)
            if done is not None and done.result == "confirmed":
                return

    def _helpers(self, door: Door) -> list[Handset]:
        """Whoever has a right here, residents first; hours say when a door opens, not when it may be updated."""
        world, now = self.world, self.world.time.ms
        found = []
        for person in world.plan.people:
            for right in world.truth.rights(person.number, door.number, now):
                if right.until_ms is None or right.until_ms > now + DAY_MS:
                    found.append((right.hours is not None, not right.resident, person.number))
        return [world.phones[person] for _, _, person in sorted(found)]

    def _behind(self) -> list[bytes]:
        world, phone = self.world, self.world.phones[0]
        world.fetch(phone, "manager")
        return sorted(lock for lock, held in phone.wallet.doors["manager"].items() if held.ver > held.proven)

    def _all_proved(self) -> None:
        """The manager goes where nobody else may: a restored service does not know that such a lock is ahead of it. Then every door is proved."""
        world, phone = self.world, self.world.phones[0]
        for _ in range(ROUNDS):
            behind = self._behind()
            due = [door for door in world.doors if door.body.lock_id in behind or not self._helpers(door)]
            for door in due:
                self.visits.update(phone, door, "manager", calm=True)
            phone.hand_in()
            if not behind:
                break
        self._behind()
        for door in world.doors:
            held = phone.wallet.doors["manager"].get(door.body.lock_id)
            if held is None or not held.ver == held.proven == door.version:
                said = "not listed" if held is None else f"current {held.ver}, proven {held.proven}"
                world.tally.wrong("not_converged", f"{world.name(door)} holds list {door.version}: {said}")
            world.tally.note("end", door.number, door.version, door.body.next_record)

    def probe(self) -> None:
        """Everybody tries: who has access gets in, who has none does not."""
        world = self.world
        pairs = [(person.number, door) for person in world.plan.everybody for door in world.doors]
        for phone in world.phones.values():
            world.fetch(phone, "resident")
        for person, door in world.chance.sample(pairs, min(len(pairs), PROBES_MOST)):
            self.visits.tap(world.phones[person], door, calm=True)
            code = world.truth.code(person, door.number, world.time.ms)
            if code is not None:
                self.visits.type_code(person, code, door)
            for card in world.cards.get(person, []):
                self.visits.tap_card(card, door)
            world.time.pass_ms(30_000)

    def held_on(self) -> None:
        """Every door has the newest list: phones that stayed offline while something was taken from their owners try what they still hold."""
        world, self.closed_ms = self.world, self.world.time.ms
        for door in world.doors:
            for phone in world.held_on[:HELD_ON_MOST]:
                self.visits.tap(phone, door, calm=True)

    def carry_home(self) -> None:
        """Where a bolt moved since, or nobody may pull any more, somebody who lives there is let back and brings the rest of the record."""
        world = self.world
        for door in world.doors:
            late = any(self.closed_ms is not None and moved.ms >= self.closed_ms for moved in door.body.moved)
            if door.connected or (self._helpers(door) and not late):
                continue
            self._let_back(door)
            world.service.machine.settle()
            self._helped(door)
            door.emptied = self._arrives(door)
            world.tally.note(world.time.ms, "carried home", door.number, door.body.next_record)

    def _let_back(self, door: Door) -> None:
        """The first whose home it is, or who was meant to have it."""
        world, desk = self.world, self.world.service.desk
        for person in world.plan.people:
            groups = [group.name for group in world.plan.groups if group.name in person.groups and door.number in group.doors]
            if self._helpers(door):
                break
            with suppress(SaidNo):
                if groups and world.truth.is_paused(person.number, world.time.ms):
                    desk.resume(person.number)
                    world.truth.resumed(person.number, world.time.ms)
                for name in groups:
                    if not world.truth.holds(person.number, name, world.time.ms):
                        desk.give(person.number, name)
                        world.truth.gave(person.number, name, world.time.ms)

    # ---- the books

    def audit(self) -> None:
        """Every opening has its record, every acknowledged record is there, every hole is declared."""
        for door in (*self.world.doors, *self.world.boxed):
            kept = self.world.service.machine.kept(door.body.lock_id)
            self.world.tally.events += len(kept.numbers)
            self._openings(door, kept)
            self._marks(door, kept)
            self._numbers(door, kept)
            for alarm in kept.alarms:
                if alarm == FORGOTTEN and self.world.copied_back:
                    continue
                self.world.tally.wrong("undeclared_gap", f"{self.world.name(door)}: the service raised {alarm}")

    def _openings(self, door: Door, kept: Kept) -> None:
        """A movement of the bolt whose record neither arrived (perhaps in a database that was lost later) nor was declared lost. Where it was, or is
        on a lock from which nobody may carry it any more, that is a judgement either way."""
        arrived = self._arrives(door)
        for moved in door.body.moved:
            numbers = range(moved.first, moved.past + moved.unwritten)
            closed = self.closed_ms is not None and moved.ms >= self.closed_ms and not door.emptied
            if any(number in door.told or OPENINGS & set(kept.numbers.get(number) or ()) for number in numbers):
                continue
            lost = any(number in kept.declared or number in door.disowned for number in numbers)
            if lost or (numbers and (closed or not arrived)):
                self.world.tally.may += 1
            else:
                self.world.tally.wrong("unlogged_opening", f"{self.world.name(door)}: the bolt moved at {moved.ms}, records {numbers}")

    def _marks(self, door: Door, kept: Kept) -> None:
        """An opening by a second code bears its mark where its record arrived, and no other record does (LOCK-14)."""
        by_second = {number for moved in door.marks for number in range(moved.first, moved.past)}
        for moved in door.marks:
            arrived = [number for number in range(moved.first, moved.past) if OPENINGS & set(kept.numbers.get(number) or ())]
            if arrived and kept.marked.isdisjoint(arrived):
                self.world.tally.wrong("unlogged_opening", f"{self.world.name(door)}: records {arrived} say nothing of a second code")
        for number in () if door.perhaps_marked else sorted(kept.marked - by_second - door.exempt):
            self.world.tally.wrong("undeclared_gap", f"{self.world.name(door)}: record {number} says that a second code was typed")

    def _numbers(self, door: Door, kept: Kept) -> None:
        known = kept.numbers.keys() | kept.declared | door.exempt
        acknowledged = range(0 if kept.acknowledged is None else kept.acknowledged + 1)
        for number in acknowledged:
            if number not in known:
                self.world.tally.wrong("lost_acknowledged_event", f"{self.world.name(door)}: record {number} was acknowledged and is gone")
        for number in sorted(kept.undeclared - door.exempt):
            self.world.tally.wrong("undeclared_gap", f"{self.world.name(door)}: record {number} is missing, nobody said why")
        if self._arrives(door):
            end = max(known, default=-1) + 1
            if door.body.next_record - end > TAIL_MOST:
                self.world.tally.wrong(
                    "undeclared_gap", f"{self.world.name(door)}: records {end} to {door.body.next_record - 1} never came"
                )

    def _arrives(self, door: Door) -> bool:
        """Whether a line is here, or somebody who may pull; nobody pulls from a lock in a box."""
        return not door.gone and (door.connected or bool(self._helpers(door)))
