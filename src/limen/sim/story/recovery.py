"""The machine room: copies every night, and what is done on the day on which the database is lost.

Mostly `limen restore` is run, which heeds the ledger: what was taken is taken, no number is used twice, and people give again what it names. Now
and then somebody copies the old file back instead and takes by hand what they know of; then the service does not know that it forgot anything.
"""

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Final

from limen.sim.chance import seeded
from limen.sim.ports import OPENINGS, Kept, PersonPlan, SaidNo
from limen.sim.story.habits import HOUR_MS, Habits
from limen.sim.story.world import Backup, Door, World
from limen.sim.truth import Facts, Given

BACKUPS_KEPT: Final = 3
BY_HAND: Final = 0.4
SOON_MS: Final = 4 * HOUR_MS
"""Within which whoever reads the report gives again what it names."""
MORE: Final = "And "
"""How the report says that there is more than it names."""


class Recovery:
    """Copies of one service. Which of the two accidents happens is drawn apart, so that a day without any is the same day."""

    def __init__(self, world: World, habits: Habits) -> None:
        self.world, self.habits = world, habits
        self._chance = seeded(f"machine room {world.seed}")

    def back_up(self) -> None:
        """The nightly copy."""
        world = self.world
        if world.faults.restore:
            world.backups.append(Backup(world.service.machine.back_up(), world.truth.facts.copy()))
            del world.backups[:-BACKUPS_KEPT]

    def lose_database(self) -> None:
        """The database comes back from a copy. What locks had handed in since is lost with it."""
        world = self.world
        if not world.backups:
            return
        backup, machine = world.chance.choice(world.backups), world.service.machine
        del world.backups[world.backups.index(backup) + 1 :]
        doors = (*world.doors, *world.boxed)
        held = [machine.kept(door.body.lock_id) for door in doors]
        by_hand = self._chance.random() < BY_HAND
        world.generation += 1
        if by_hand:
            self._copy_back(backup)
        else:
            self._restore(backup)
        for door, was in zip(doors, held, strict=True):
            _keep_in_mind(door, was, machine.numbers(door.body.lock_id))
        world.tally.note(world.time.ms, "copied back" if by_hand else "restored", world.time.ms - backup.copy.ms)

    # ---- by the command

    def _restore(self, backup: Backup) -> None:
        """The service takes again by itself; what it says is not here, people give again in the hours that follow."""
        world, was = self.world, self.world.truth.facts
        said = world.service.machine.restore(backup.copy)
        world.truth.restored(backup.facts, backup.copy.ms, world.time.ms)
        for one in was.given:
            if one.host is None and one.stands(world.time.ms) and not _over(one, world.time.ms) and not self._held(one):
                self._read(one, said)

    def _read(self, lost: Given, said: tuple[str, ...]) -> None:
        """Everything that was given and is gone has its line, as far as there are not too many of them."""
        world, person = self.world, self._person(lost)
        line = f"{person.first} {person.last} was given {lost.group} "
        if not any(sentence.startswith((line, MORE)) for sentence in said):
            world.tally.wrong("wrong_deny", f"{person.first} {person.last} lost {lost.group} by a restore, which did not say so")
        world.at(world.time.ms + self._chance.randint(0, SOON_MS), partial(self._give_again, lost))

    def _give_again(self, lost: Given) -> None:
        world = self.world
        if self._held(lost) or _over(lost, world.time.ms) or world.truth.is_paused(lost.person, world.time.ms):
            return
        with suppress(SaidNo):
            world.service.desk.give(lost.person, lost.group, ends_ms=lost.until_ms, staff=lost.staff)
            world.truth.gave(lost.person, lost.group, world.time.ms, until_ms=lost.until_ms, staff=lost.staff)
            self.habits.forget_codes(lost.person)
        world.service.machine.settle()
        world.tally.note(world.time.ms, "given again", lost.person, lost.group)

    def _held(self, one: Given) -> bool:
        return self.world.truth.holds(one.person, one.group, self.world.time.ms)

    def _person(self, one: Given) -> PersonPlan:
        return next(person for person in self.world.plan.people if person.number == one.person)

    # ---- by hand

    def _copy_back(self, backup: Backup) -> None:
        """The old file, before anybody is served; and then what people remember to have taken."""
        world, was = self.world, self.world.truth.facts.copy()
        world.service.machine.copy_back(backup.copy)
        world.copied_back.add(world.generation)
        world.truth.copied_back(backup.facts, world.time.ms)
        self._end_again(was, backup.facts)
        self._pause_again(was)
        self.habits.known.clear()

    def _end_again(self, was: Facts, kept: Facts) -> None:
        world, desk, truth = self.world, self.world.service.desk, self.world.truth
        ended = [one for one in was.given if one.taken_ms is not None and replace(one, taken_ms=None) in kept.given]
        for one in ended:
            with suppress(SaidNo):
                if one.host is None:
                    desk.revoke(one.person, one.group)
                    truth.took(one.person, one.group, world.time.ms)
                elif truth.doors_of(one.person, world.time.ms):
                    desk.end_guest(one.person)
                    truth.sent_away(one.person, world.time.ms)
        for key, (since, until) in was.phones.items():
            if until is not None and kept.phones.get(key) == (since, None):
                desk.remove_phone(world.owners[key], key)
                truth.removed(key, world.time.ms)
        for door in sorted({made.door for made in was.ended - kept.ended}):
            with suppress(SaidNo):  # none that it still knows of lives
                world.service.machine.raise_floor(door)
            truth.floored(door, world.time.ms)

    def _pause_again(self, was: Facts) -> None:
        world, desk, truth = self.world, self.world.service.desk, self.world.truth
        for person in (person.number for person in world.plan.people):
            paused = any(who == person and until is None for who, _, until in was.pauses)
            if paused and not truth.is_paused(person, world.time.ms):
                desk.pause(person)
                truth.paused(person, world.time.ms)
            if not paused and truth.is_paused(person, world.time.ms):
                desk.resume(person)
                truth.resumed(person, world.time.ms)


def _keep_in_mind(door: Door, was: Kept, here: frozenset[int]) -> None:
    """What the lost database knew of a door's record, for the books: a number that is gone excuses no opening of which it did not tell."""
    gone = (was.numbers.keys() | was.declared) - here
    door.exempt |= gone
    door.disowned |= gone & was.declared
    door.told |= {number for number in gone if OPENINGS & set(was.numbers.get(number) or ())}


def _over(one: Given, ms: int) -> bool:
    return one.until_ms is not None and one.until_ms <= ms
