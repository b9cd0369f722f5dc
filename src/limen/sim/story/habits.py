"""Who does what when: people come home with phone or code, visit rooms, have guests, mistype, carry updates in passing; sync when they think of it."""

from collections.abc import Sequence
from typing import Final

from limen.sim.chance import Random
from limen.sim.clock import DAY_MS
from limen.sim.ports import CodeKind, GuestPlan, NoSignal, PersonPlan, SaidNo
from limen.sim.story.visits import Visits
from limen.sim.story.world import Door, World
from limen.sim.truth import Made

HOUR_MS: Final = 3_600_000
MINUTE_MS: Final = 60_000
NOBODYS: Final = ("1111111", "2222222", "9999999", "12345678", "11112222", "111222333")
"""Weak codes, which are never anybody's: a guess that is certain to be wrong, and at some doors too short to be one."""
BY_CODE: Final = 0.35
BY_CARD: Final = 0.5
"""Of those who carry one, at doors with a reader."""
SYNCS, SYNCS_IN_A_CROWD, SMALL = 0.85, 0.3, 20
"""How many people's phones are opened with signal on a day; in a big building fewer, so that a month of it stays a matter of minutes."""
GUEST_SYNCS: Final = 0.4
COMINGS: Final = (0, 1, 1, 2)
KINDS: Final[tuple[CodeKind, ...]] = ("daily", "daily_single_use", "24_hour")


class Habits:
    """The days of everybody who lives here."""

    def __init__(self, world: World, visits: Visits) -> None:
        self.world, self.visits = world, visits
        self.known: dict[tuple[int, int], str] = {}

    def plan_day(self, start_ms: int) -> None:
        """What the next 24 hours hold for everybody."""
        for person in self.world.plan.people:
            self._plan(person, start_ms)
        for guest in self.world.plan.guests:
            self._plan_guest(guest, start_ms)
        self.world.at(start_ms + DAY_MS, lambda: self.plan_day(start_ms + DAY_MS))

    def _plan(self, person: PersonPlan, start_ms: int) -> None:
        world, chance = self.world, self.world.chance
        if chance.random() < (SYNCS if len(world.plan.people) <= SMALL else SYNCS_IN_A_CROWD):
            world.at(_when(chance, start_ms, 6, 12), lambda: self.sync(person.number))
        for _ in range(chance.choice(COMINGS)):
            world.at(_when(chance, start_ms, 7, 24), lambda: self.come_home(person))
        if chance.random() < 0.3:
            world.at(_when(chance, start_ms, 5, 24), lambda: self.visit_room(person))
        if chance.random() < 0.06:
            world.at(_when(chance, start_ms, 8, 22), lambda: self.make_code(person))
        if chance.random() < 0.1:
            world.at(_when(chance, start_ms, 8, 22), lambda: self.update(person))
        if chance.random() < 0.15:
            world.at(_when(chance, start_ms, 19, 24), lambda: self.stay_in(person))

    def _plan_guest(self, guest: GuestPlan, start_ms: int) -> None:
        world, chance = self.world, self.world.chance
        if chance.random() < 0.4:
            world.at(_when(chance, start_ms, 8, 20), lambda: self.invite(guest))
        if chance.random() < 0.1:
            world.at(_when(chance, start_ms, 8, 23), lambda: self.send_away(guest))
        if chance.random() < GUEST_SYNCS:
            world.at(_when(chance, start_ms, 7, 22), lambda: self.sync(guest.number))
        for _ in range(chance.choice(COMINGS)):
            world.at(_when(chance, start_ms, 9, 24), lambda: self.visit(guest))

    # ---- with the service

    def sync(self, person: int) -> None:
        """Fetches what is new and hands in what waits."""
        world, phone = self.world, self.world.phones[person]
        if phone.gateway is not None and world.fetch(phone, "resident"):
            phone.hand_in()
            return
        if not world.truth.phone_lives(phone.key.public, world.time.ms) and world.chance.random() < 0.5:
            world.new_phone(person)

    def make_code(self, person: PersonPlan) -> None:
        """A code for a guest, who comes some hours later and perhaps again."""
        world, chance = self.world, self.world.chance
        doors = [door for door in self._doors(person.number) if door.kind != "common"]
        if not doors:
            return
        door, kind, tomorrow = chance.choice(doors), chance.choice(KINDS), chance.random() < 0.2
        ahead = int(tomorrow and kind != "24_hour")
        try:
            digits = world.service.desk.make_code(person.number, door.number, kind, bool(ahead))
        except (NoSignal, SaidNo):
            return
        made = Made(person.number, door.number, kind, digits, world.time.ms, world.truth.day(world.time.ms, ahead))
        world.truth.made_code(made)
        for _ in range(chance.randint(1, 3)):
            world.at(world.time.ms + chance.randint(1, 30 * 60) * MINUTE_MS, lambda: self.guest_comes(made, door))
        if ahead:
            world.at(made.day_ms[0] + chance.randint(-30, 16 * 60) * MINUTE_MS, lambda: self.guest_comes(made, door))

    def invite(self, guest: GuestPlan) -> None:
        """A resident gives a friend some of their own doors by app, for hours, for days, or until they say otherwise."""
        world, chance, now = self.world, self.world.chance, self.world.time.ms
        doors = world.truth.doors_of(guest.host, now)
        if not doors:
            return
        wanted = tuple(sorted(chance.sample(doors, chance.randint(1, len(doors)))))
        until = None if chance.random() < 0.3 else (now + chance.randint(2, 40) * HOUR_MS) // MINUTE_MS * MINUTE_MS
        try:
            done = world.service.desk.invite(guest.number, wanted, until)
        except (NoSignal, SaidNo):
            return
        if done:
            world.truth.invited(guest.host, guest.number, done, world.time.ms, until)
            world.at(world.time.ms + chance.randint(1, 60) * MINUTE_MS, lambda: self.sync(guest.number))
        world.tally.note(world.time.ms, "invited", guest.number, *done)

    def send_away(self, guest: GuestPlan) -> None:
        """The host ends it all."""
        world = self.world
        try:
            world.service.desk.end_guest(guest.number)
        except (NoSignal, SaidNo):
            return
        world.truth.sent_away(guest.number, world.time.ms)
        world.tally.note(world.time.ms, "sent away", guest.number)

    def guest_comes(self, made: Made, door: Door) -> None:
        """With the right code, now and then at the wrong door."""
        world = self.world
        if world.chance.random() < 0.05:
            door = world.chance.choice(world.doors)
        self.visits.type_temporary(made, door)

    def forget_codes(self, person: int) -> None:
        """Given anew, codes are looked up anew."""
        for key in [key for key in self.known if key[0] == person]:
            del self.known[key]

    # ---- at doors

    def visit(self, guest: GuestPlan) -> None:
        """A guest with the app, welcome or not any more."""
        world, phone = self.world, self.world.phones[guest.number]
        for lock in sorted(phone.wallet.doors["resident"])[:3]:
            self.visits.tap(phone, world.by_lock(lock))
            world.time.pass_ms(world.chance.randint(20_000, 120_000))

    def stay_in(self, person: PersonPlan) -> None:
        """The deadbolt is thrown from inside, for an hour or for the night."""
        own = [door for door in self._doors(person.number) if door.kind == "unit" and door.body.making.model.privacy_deadbolt]
        if not own:
            return
        door, until = own[0], self.world.time.ms + self.world.chance.randint(60, 9 * 60) * MINUTE_MS
        self.visits.throw(door, True)
        self.world.at(until, lambda: self.visits.throw(door, False))

    def come_home(self, person: PersonPlan) -> None:
        """The way in, then one's own door."""
        doors = sorted((door for door in self._doors(person.number, once=True) if door.kind != "common"), key=lambda door: door.kind)
        ways_in, own = [d for d in doors if d.kind == "entrance"], [d for d in doors if d.kind == "unit"]
        for door in [*self.world.chance.sample(ways_in, min(1, len(ways_in))), *own]:
            self.open(person.number, door)
            self.world.time.pass_ms(self.world.chance.randint(20_000, 120_000))
        if doors and self.world.chance.random() < 0.2:
            self.visits.leave(self.world.chance.choice(doors))
        self._pass_by(person.number)

    def visit_room(self, person: PersonPlan) -> None:
        """A room of the building, also outside its hours, also without any right to it."""
        rooms = [door for door in self._doors(person.number, once=True) if door.kind == "common"] or self.world.doors
        self.open(person.number, self.world.chance.choice(rooms))

    def open(self, person: int, door: Door) -> None:
        """By card, by code or by phone, each with what may go wrong with hands."""
        chance = self.world.chance
        if self.world.cards.get(person) and door.reads_cards and chance.random() < BY_CARD:
            self.by_card(person, door)
            return
        if chance.random() < BY_CODE:
            self.by_code(person, door)
            return
        if self.visits.tap(self.world.phones[person], door) or chance.random() < 0.5:
            return
        self.visits.tap(self.world.phones[person], door)

    def by_card(self, person: int, door: Door) -> None:
        """One of one's cards. Somebody may stand behind: what they saw or heard opens nothing later, unless the property allows plain cards."""
        world, chance = self.world, self.world.chance
        card = chance.choice(world.cards[person])
        self.visits.tap_card(card, door)
        if chance.random() < 0.1:
            where = chance.choice([one for one in world.doors if one.reads_cards])
            world.at(world.time.ms + chance.randint(1, 20 * 60) * MINUTE_MS, lambda: self.visits.tap_card(card, where, copied=True))
        if chance.random() < 0.1 and door.tapes:
            tape = chance.choice(door.tapes)
            world.at(world.time.ms + chance.randint(1, 20 * 60) * MINUTE_MS, lambda: self.visits.replay_card(*tape, door))

    def by_code(self, person: int, door: Door) -> None:
        """The code one remembers; looked up the first time and whenever it did not work."""
        world, chance = self.world, self.world.chance
        if chance.random() < 0.06:
            self.visits.type_code(person, chance.choice(NOBODYS), door)
        digits = self.known.get((person, door.number)) or self._look_up(person, door)
        if digits is None or self.visits.type_code(person, digits, door) or door.body.lock is None:
            return
        if chance.random() < 0.5:
            fresh = self._look_up(person, door)
            if fresh is not None and fresh != digits:
                world.time.pass_ms(70_000)
                self.visits.type_code(person, fresh, door)

    def _look_up(self, person: int, door: Door) -> str | None:
        world = self.world
        try:
            digits = world.service.desk.code(person, door.number)
        except (NoSignal, SaidNo):
            return None
        world.truth.shown(person, door.number, digits)
        self.known[person, door.number] = digits
        return digits

    def update(self, person: PersonPlan) -> None:
        """An explicit update of a door of one's own: everything down and up."""
        phone = self.world.phones[person.number]
        mine = [lock for lock, held in phone.wallet.doors["resident"].items() if held.name is not None]
        if not mine or phone.gateway is None:
            return
        door = self.world.by_lock(self.world.chance.choice(sorted(mine)))
        lie = self._lie(door)
        done = self.visits.update(phone, door, "resident", lie=lie)
        if done is not None and done.result == "confirmed" and lie is None:
            phone.hand_in()

    def _pass_by(self, person: int) -> None:
        """On the way one's phone brings sealed updates to other doors (SYNC-13)."""
        phone = self.world.phones[person]
        passing = [lock for lock, held in phone.wallet.doors["resident"].items() if held.name is None and held.news]
        if passing and self.world.chance.random() < 0.3:
            self.visits.update(phone, self.world.by_lock(self.world.chance.choice(sorted(passing))), "resident")

    def _lie(self, door: Door) -> bytes | None:
        """A courier that brings something else: altered, old, or another door's."""
        world, chance = self.world, self.world.chance
        if chance.random() >= world.faults.lie:
            return None
        bundles = door.old_bundles or [b""]
        kind = chance.choice(("altered", "old", "foreign"))
        if kind == "old":
            return chance.choice(bundles)
        if kind == "foreign":
            others = [one for one in world.doors if one is not door and one.old_bundles]
            return chance.choice(others).old_bundles[-1] if others else None
        return _altered(chance, chance.choice(bundles))

    def _doors(self, person: int, *, once: bool = False) -> list[Door]:
        """Doors at which something stands for the person; `once`: also those they were used to."""
        world = self.world
        numbers: Sequence[int] = world.truth.doors_of(person, world.time.ms)
        if once and world.chance.random() < 0.7:
            planned = world.plan.people[person - 1].groups
            numbers = sorted({door for group in world.plan.groups if group.name in planned for door in group.doors} | set(numbers))
        return [world.doors[number] for number in numbers]


def _altered(chance: Random, bundle: bytes) -> bytes:
    """One bit is another."""
    if not bundle:
        return bundle
    place = chance.randrange(len(bundle))
    return bundle[:place] + bytes([bundle[place] ^ 1 << chance.randrange(8)]) + bundle[place + 1 :]


def _when(chance: Random, start_ms: int, first_h: int, last_h: int) -> int:
    """Some moment of the day between two hours."""
    return start_ms + chance.randint(first_h * HOUR_MS, last_h * HOUR_MS - 1)
