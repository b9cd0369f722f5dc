"""What managers do: give, end, pause, resume, remove phones, have codes reset, walk rounds that push only; and what befalls service and doors."""

from dataclasses import replace
from functools import partial
from typing import Final

from limen.phone.update import update as bring
from limen.sim.bodies import Body
from limen.sim.cards import new_uid, pocketed
from limen.sim.chance import branch
from limen.sim.clock import DAY_MS
from limen.sim.handsets import Handset
from limen.sim.ports import CardKind, NoSignal, PersonPlan, SaidNo
from limen.sim.story.habits import HOUR_MS, MINUTE_MS, NOBODYS, Habits
from limen.sim.story.opening import put_on
from limen.sim.story.recovery import Recovery
from limen.sim.story.visits import Visits
from limen.sim.story.world import Door, World
from limen.sim.truth import Given

PEOPLE_A_CHANGE: Final = 25
STORM: Final = 3_700
"""Metal key turns: more than the record holds beside what is reserved."""
GUESSES: Final = 6


class Staff:
    """The office."""

    def __init__(self, world: World, visits: Visits, habits: Habits) -> None:
        self.world, self.visits, self.habits = world, visits, habits
        self.recovery = Recovery(world, habits)
        self._acts = (
            *(self._revoke, self._revoke, self._revoke, self._give, self._give, self._give, self._pause, self._lose_phone, self._reset),
            *(self._card_on, self._card_off, self._card_off),
        )

    def plan_day(self, start_ms: int) -> None:
        """The office hours of one day, and what goes wrong in it."""
        world, chance = self.world, self.world.chance
        changes = 1 + len(world.plan.people) // PEOPLE_A_CHANGE
        for _ in range(chance.randint(changes // 2, changes + 1)):
            world.at(start_ms + chance.randint(8 * HOUR_MS, 18 * HOUR_MS), self.change)
        world.at(start_ms + chance.randint(9 * HOUR_MS, 17 * HOUR_MS), self.walk_round)
        world.at(start_ms + chance.randint(0, HOUR_MS), self.recovery.back_up)
        self._befalls(start_ms)
        world.at(start_ms + DAY_MS, lambda: self.plan_day(start_ms + DAY_MS))

    def _befalls(self, start_ms: int) -> None:
        world, chance, faults = self.world, self.world.chance, self.world.faults
        for door in world.doors:
            if chance.random() < faults.pull:
                world.at(start_ms + chance.randint(0, DAY_MS), partial(self.pull, door))
            if chance.random() < faults.storm:
                world.at(start_ms + chance.randint(0, DAY_MS), partial(self.storm, door))
            if chance.random() < faults.step:
                world.at(start_ms + chance.randint(0, DAY_MS), door.body.crystal.step)
        if chance.random() < faults.restore:
            world.at(start_ms + chance.randint(8 * HOUR_MS, 20 * HOUR_MS), self.recovery.lose_database)
        if chance.random() < 0.3:
            world.at(start_ms + chance.randint(0, DAY_MS), lambda: self.guess(chance.choice(world.doors)))
        if chance.random() < 0.15:
            world.at(start_ms + chance.randint(8 * HOUR_MS, 18 * HOUR_MS), self.switch_plain_cards)
        if chance.random() < 0.15:
            world.at(start_ms + chance.randint(8 * HOUR_MS, 22 * HOUR_MS), self.end_codes)
        if chance.random() < 0.1:
            world.at(start_ms + chance.randint(9 * HOUR_MS, 17 * HOUR_MS), self.swap)

    # ---- the office

    def change(self) -> None:
        """One change of one person."""
        world, person = self.world, self.world.chance.choice(self.world.plan.people)
        try:
            if world.truth.is_paused(person.number, world.time.ms):
                act = self._resume
            else:
                act = world.chance.choice(self._acts)
            act(person)
            world.tally.note(world.time.ms, "office", act.__name__.strip("_"), person.number)
        except (NoSignal, SaidNo) as problem:
            world.tally.note(world.time.ms, "the office could not", person.number, type(problem).__name__)
        world.time.pass_ms(5 * MINUTE_MS)
        world.service.machine.settle()

    def _give(self, person: PersonPlan) -> None:
        """Something they do not hold: what they had before, or a room for some days."""
        world, now = self.world, self.world.time.ms
        missing = [name for name in person.groups if not world.truth.holds(person.number, name, now)]
        rooms = [group.name for group in world.plan.groups if group.name.startswith("Rooms") and group.name not in person.groups]
        rooms = [name for name in rooms if not world.truth.holds(person.number, name, now)]
        if missing:
            world.service.desk.give(person.number, missing[0])
            world.truth.gave(person.number, missing[0], world.time.ms)
            self.habits.forget_codes(person.number)
        elif rooms:
            name, until = world.chance.choice(rooms), _minute(now + world.chance.randint(6, 72) * HOUR_MS)
            world.service.desk.give(person.number, name, ends_ms=until)
            world.truth.gave(person.number, name, world.time.ms, until_ms=until)

    def _revoke(self, person: PersonPlan) -> None:
        world, now = self.world, self.world.time.ms
        held = sorted({one.group for one in world.truth.facts.given if one.person == person.number and _now(one, now)})
        if held:
            name = world.chance.choice(held)
            self._holds_on(person)
            world.service.desk.revoke(person.number, name)
            world.truth.took(person.number, name, world.time.ms)

    def _holds_on(self, person: PersonPlan) -> None:
        """Whoever expects the worst leaves a phone in flight mode."""
        self.world.held_on.append(self.world.phones[person.number].in_flight_mode(branch(self.world.chance)))

    def _pause(self, person: PersonPlan) -> None:
        self._holds_on(person)
        self.world.service.desk.pause(person.number)
        self.world.truth.paused(person.number, self.world.time.ms)

    def _resume(self, person: PersonPlan) -> None:
        self.world.service.desk.resume(person.number)
        self.world.truth.resumed(person.number, self.world.time.ms)

    def _lose_phone(self, person: PersonPlan) -> None:
        """The phone is gone; whoever has it tries it later. The owner has a new one soon."""
        world, lost = self.world, self.world.phones[person.number]
        if lost.gateway is None or not world.truth.phone_lives(lost.key.public, world.time.ms):
            return
        world.service.desk.remove_phone(person.number, lost.key.public)
        world.truth.removed(lost.key.public, world.time.ms)
        for door in list(lost.wallet.doors["resident"])[:3]:
            world.at(world.time.ms + world.chance.randint(HOUR_MS, 3 * DAY_MS), partial(self._thief, lost, door))
        world.new_phone(person.number)

    def _thief(self, phone: Handset, lock_id: bytes) -> None:
        phone.gateway = None
        self.visits.tap(phone, self.world.by_lock(lock_id))

    def _reset(self, person: PersonPlan) -> None:
        """The resident resets the code of their own door."""
        world = self.world
        own = [n for n in world.truth.doors_of(person.number, world.time.ms) if world.plan.doors[n].unit == person.unit and person.unit]
        if own:
            world.service.desk.reset_code(person.number, own[0])
            world.truth.reset(person.number, own[0], world.time.ms)

    def _card_on(self, person: PersonPlan) -> None:
        """A new card; a plain one where these are allowed."""
        world, uid = self.world, new_uid(self.world.chance)
        kind: CardKind = "uid" if world.truth.facts.plain and world.chance.random() < 0.5 else "aes"
        world.service.desk.card_on(person.number, uid, kind)
        world.truth.card_on(person.number, uid, kind, world.time.ms)
        image = world.service.machine.encode(person.number, uid) if kind == "aes" else None
        world.cards.setdefault(person.number, []).append(pocketed(person.number, uid, image, branch(world.chance)))

    def _card_off(self, person: PersonPlan) -> None:
        """A card was lost: whoever found it tries it, before the doors know and after."""
        world = self.world
        live = [card for card in world.truth.facts.cards if card.person == person.number and card.off_ms is None]
        if not live:
            return
        lost = world.chance.choice(live)
        world.service.desk.card_off(person.number, lost.uid)
        world.truth.card_off(lost.uid, world.time.ms)
        for found in [card for card in world.cards[person.number] if card.uid == lost.uid]:
            world.cards[person.number].remove(found)
            for door in [door for door in world.doors if door.reads_cards][:4]:
                world.at(world.time.ms + world.chance.randint(0, 20) * HOUR_MS, partial(self.visits.tap_card, found, door))

    def swap(self) -> None:
        """A lock is exchanged for another of its model. The old one goes into a box, and holds its list until somebody brings it its release."""
        world, site = self.world, self.world.opened.site
        door = world.chance.choice([door for door in world.doors if not door.connected])
        planned, line = world.plan.doors[door.number], world.phones[0].gateway
        if line is None or door.body.lock is None:
            return
        making = replace(door.body.making, serial=f"SX{world.chance.randrange(10**6):06}", chance=branch(world.chance))
        body = Body.made(making, world.time)
        self._carry_up(door)
        try:
            put_on(site, line, planned, body, swap=True)
        except (NoSignal, SaidNo):
            return
        digits = [code.digits for _, code in door.belief.codes.values() if code.digits is not None]
        world.truth.swapped(door.number, world.time.ms)
        world.hang(door, body)
        world.backups.clear()
        world.tally.note(world.time.ms, "swapped", door.number)
        world.at(world.time.ms + world.chance.randint(0, 6) * HOUR_MS, partial(self._empty, door, digits))

    def _carry_up(self, door: Door) -> None:
        """Before a lock goes into a box somebody who may pull brings its record: what stays on it, nobody reads any more."""
        world = self.world
        for person in world.plan.people:
            rights = world.truth.rights(person.number, door.number, world.time.ms)
            phone = world.phones[person.number]
            if any(right.until_ms is None for right in rights) and world.fetch(phone, "resident"):
                self.visits.update(phone, door, "resident", calm=True)
                phone.hand_in()
                return

    def _empty(self, door: Door, digits: list[str]) -> None:
        """The box is opened: the release is brought, and from then on the lock knows nobody (LOCK-10)."""
        world, phone = self.world, self.world.phones[0]
        phone.fetch("manager")
        if door.body.lock is None:
            door.body.power_on()
        phone.visit(door.body, "manager", lambda courier: bring(courier, pull=False))
        phone.hand_in()
        empty, moved = door.body.version == 0, len(door.body.moved)
        for code in digits if empty else ():
            world.time.pass_ms(70_000)
            door.body.type(code)
        if len(door.body.moved) > moved:
            world.tally.wrong("wrong_open", f"{world.name(door)}: a released lock opened")
        world.tally.note(world.time.ms, "box", door.number, empty)

    def switch_plain_cards(self) -> None:
        """The property allows cards that are easy to copy, or no longer."""
        world = self.world
        allowed = not world.truth.facts.plain
        try:
            world.service.desk.allow_plain_cards(allowed)
        except (NoSignal, SaidNo):
            return
        world.truth.plain_cards(allowed, world.time.ms)
        world.tally.note(world.time.ms, "plain cards", allowed)
        world.service.machine.settle()

    def end_codes(self) -> None:
        """All temporary codes of a door at once, as far as lists reach it (CODE-13)."""
        world = self.world
        door = world.chance.choice(world.doors)
        try:
            world.service.machine.raise_floor(door.number)
        except SaidNo:
            return
        world.truth.floored(door.number, world.time.ms)
        world.tally.note(world.time.ms, "codes ended", door.number)
        world.service.machine.settle()

    def walk_round(self) -> None:
        """The manager's round: due doors, push only; then the proof is handed in."""
        world, phone = self.world, self.world.phones[0]
        if not world.fetch(phone, "manager"):
            return
        due = sorted(lock for lock, held in phone.wallet.doors["manager"].items() if held.ver > held.proven)
        for lock in world.chance.sample(due, min(len(due), 1 + len(due) // 2)):
            self.visits.update(phone, world.by_lock(lock), "manager", lie=self.habits._lie(world.by_lock(lock)))
            world.time.pass_ms(MINUTE_MS)
        if world.chance.random() < 0.2:
            self.visits.pry(phone, world.chance.choice(world.doors))
        phone.hand_in()

    # ---- what befalls doors

    def pull(self, door: Door) -> None:
        """A battery comes out and goes in again some time later."""
        if door.body.lock is None:
            return
        door.body.pull_battery()
        self.world.tally.note(self.world.time.ms, "pulled", door.number)
        self.world.at(self.world.time.ms + self.world.chance.randint(1, 240) * MINUTE_MS, lambda: self.visits.power.restart(door))

    def guess(self, door: Door) -> None:
        """Somebody tries codes that are nobody's, through the delays."""
        for _ in range(self.world.chance.randint(1, GUESSES)):
            self.visits.type_code(-1, self.world.chance.choice(NOBODYS), door)
            self.world.time.pass_ms(self.world.chance.choice((2_000, 8_000, 20_000, 65_000)))

    def storm(self, door: Door) -> None:
        """More happens than the record holds."""
        self.visits.turn_key(door, STORM)


def _now(one: Given, ms: int) -> bool:
    return one.stands(ms)


def _minute(ms: int) -> int:
    return ms // MINUTE_MS * MINUTE_MS
