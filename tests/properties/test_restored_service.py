"""A service restored from any backup, after any history, against what was true the instant before (OPS-2, invariant 14).

The oracle is the lost database itself: what it held is written down before it goes, by questions that know nothing of the ledger.
"""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from limen.access import queries as access
from limen.access import services as access_verbs
from limen.access.queries import AccessWindow, GroupDoorView
from limen.access.rules import within
from limen.credentials import queries as codes
from limen.credentials import services as code_verbs
from limen.credentials.models import Floor, Keycard, PermanentCode, TemporaryCode
from limen.fleet.models import ListVersion, Pseudonym
from limen.identity import queries as accounts
from limen.identity import services as account_verbs
from limen.kernel.periods import Interval, Weekly
from limen.kernel.problems import Problem
from limen.lock.decide import revoked
from limen.lock.lists import HeldList
from limen.people import queries as people
from limen.storage import backup, replay
from limen.storage.replay import Restoring
from limen.storage.transactions import unit_of_work
from limen.wire.envelope import unverified_payload
from limen.wire.grants import Grant, read_grant
from tests.unit.fleet.house import ANA, House

WHO = ("Dana", "Theo", "Ines", "Gus")
DOORS = ("Gym", "Roof", "Unit 4B")
OFFICE = Weekly((Interval(31, 540, 1020),))
EVENINGS = Weekly((Interval(127, 960, 1320),))
HOURS = (None, OFFICE, EVENINGS)


@dataclass(frozen=True)
class Truth:
    """What the database held when it was lost."""

    windows: dict[tuple[UUID, UUID], tuple[AccessWindow, ...]]
    phones_removed: frozenset[UUID]
    issues: frozenset[tuple[object, ...]]
    floors: frozenset[tuple[str, int, int, int, int]]
    cards_off: frozenset[UUID]
    codes: dict[tuple[UUID, UUID], int]
    numbers: dict[tuple[str, int], tuple[UUID | None, int]]
    versions: dict[str, int]
    archived: frozenset[UUID]


@dataclass
class Life:
    """A building whose managers do anything, and a copy of its database from some moment."""

    house: House
    dice: random.Random
    groups: dict[str, UUID] = field(default_factory=dict)
    leases: list[tuple[bytes, Grant]] = field(default_factory=list)

    @classmethod
    def begin(cls, house: House, seed: int) -> "Life":
        life = cls(house, random.Random(seed))
        house.door("Gym")
        house.door("Roof")
        house.door("Unit 4B", "unit", unit="4B")
        for name in WHO:
            house.person(name, unit="4B" if name in ("Dana", "Theo") else None)
        for number, door in enumerate(DOORS):
            house.activate(door, f"R{seed:03d}{number:04d}")
        life.groups = {"Sport": house.group("Sport", "Gym", "Roof"), "Home": house.group("Home", "Unit 4B", "Gym")}
        for name in WHO[:3]:
            house.give(name, life.groups["Home"])
        return life

    # ---- what may happen

    def go(self, steps: int) -> None:
        acts = (
            self.give, self.give, self.end, self.end, self.pause, self.resume, self.remove_phone, self.edit_group, self.narrow, self.move_out,
            self.guest, self.make_code, self.make_code, self.raise_floor, self.reset, self.card, self.card_off, self.fetch, self.fetch, self.carry,
            self.carry, self.weak_cards,
        )  # fmt: skip
        for _ in range(steps):
            self.house.later(minutes=self.dice.choice([1, 7, 40, 300]))
            try:
                with unit_of_work():
                    self.dice.choice(acts)()
            except Problem:
                continue

    @property
    def who(self) -> UUID:
        return self.house.people[self.dice.choice(WHO)]

    def give(self) -> None:
        ends = self.dice.choice([None, None, self.house.now + timedelta(days=self.dice.choice([1, 9]))])
        access_verbs.give(
            person_id=self.who, group_id=self.dice.choice(sorted(self.groups.values())), standing=self.dice.choice(["resident", "non-resident"]),
            role_kind="vendor", starts=self.house.now, ends=ends, may_share=self.dice.random() < 0.8, opens_code=self.dice.random() < 0.8, by=ANA,
            now=self.house.now,
        )  # fmt: skip

    def end(self) -> None:
        held = [one.id for one in access.grants_of(self.who) if one.is_live(self.house.now) and one.group_id is not None]
        if held:
            access_verbs.revoke(grant_id=self.dice.choice(held), by=ANA, now=self.house.now)

    def narrow(self) -> None:
        held = [one for one in access.grants_of(self.who) if one.is_live(self.house.now) and one.group_id is not None]
        if held:
            one = self.dice.choice(held)
            assert one.group_id is not None
            access_verbs.give(
                person_id=one.person_id, group_id=one.group_id, standing=one.standing, role_kind=one.role_kind, starts=one.starts,
                ends=self.house.now + timedelta(hours=self.dice.choice([2, 30])), may_share=False, opens_code=False, by=ANA, now=self.house.now,
            )  # fmt: skip

    def pause(self) -> None:
        access_verbs.suspend(person_id=self.who, property_id=self.house.property_id, by=ANA, now=self.house.now)

    def resume(self) -> None:
        access_verbs.resume(person_id=self.who, property_id=self.house.property_id, by=ANA, now=self.house.now)

    def move_out(self) -> None:
        if self.dice.random() < 0.3:
            access_verbs.move_out(person_id=self.who, property_id=self.house.property_id, by=ANA, now=self.house.now)

    def remove_phone(self) -> None:
        name = self.dice.choice(WHO)
        account_verbs.remove_phone(phone_id=self.house.phones[name].id, by=ANA, now=self.house.now)
        self.house.phone(name)

    def edit_group(self) -> None:
        name = self.dice.choice(sorted(self.groups))
        chosen = self.dice.sample(DOORS, self.dice.choice([1, 2, 3]))
        doors = [GroupDoorView(self.house.doors[door], self.dice.choice(HOURS), self.dice.random() < 0.7) for door in chosen]
        access_verbs.edit_group(group_id=self.groups[name], name=name, doors=doors, by=ANA, now=self.house.now)

    def guest(self) -> None:
        access_verbs.invite_guest(
            host_id=self.who, door_ids=[self.house.doors["Gym"]], first="Gil", last="Guest", email="gil@example.org", starts=self.house.now,
            ends=self.house.now + timedelta(days=3), by=ANA, now=self.house.now,
        )  # fmt: skip

    def make_code(self) -> None:
        door = self.house.doors[self.dice.choice(DOORS)]
        kind = self.dice.choice(["daily", "24_hour", "daily_single_use"])
        code_verbs.make_temporary(door_id=door, kind=kind, by_person=self.who, label="", now=self.house.now, as_staff=True)

    def raise_floor(self) -> None:
        code_verbs.raise_floor(door_id=self.house.doors[self.dice.choice(DOORS)], by=ANA, now=self.house.now)

    def reset(self) -> None:
        code_verbs.reset_code(person_id=self.who, door_id=self.house.doors[self.dice.choice(DOORS)], by=ANA, now=self.house.now)

    def card(self) -> None:
        uid = b"\x04" + self.dice.randbytes(6)
        code_verbs.activate_card(person_id=self.who, property_id=self.house.property_id, uid=uid, kind="aes", by=ANA, now=self.house.now)

    def card_off(self) -> None:
        held = [card.id for card in codes.cards_in(self.house.property_id) if card.off_at is None]
        if held:
            code_verbs.deactivate_card(card_id=self.dice.choice(sorted(held)), by=ANA, now=self.house.now)

    def weak_cards(self) -> None:
        on = self.dice.random() < 0.5
        code_verbs.allow_weak_cards(property_id=self.house.property_id, uid=on, sun=on, by=ANA, now=self.house.now)

    def fetch(self) -> None:
        """A phone takes its leases."""
        for entry in self.house.inbox(self.dice.choice(WHO)):
            self.leases += [(entry.lock_id, read_grant(unverified_payload(data)[1])) for data in entry.grants]

    def carry(self) -> None:
        """The lock sees the newest list; its receipt goes up or is lost."""
        door = self.dice.choice(DOORS)
        data = self.house.bundle(door)
        if data is not None:
            self.house.locks[door].take(data)
            if self.dice.random() < 0.6:
                self.house.hand_in(self.house.locks[door].receipt())

    # ---- the oracle

    def truth(self) -> Truth:
        now, doors = self.house.now, self.house.doors.values()
        holders = {(h.person_id, door): h.windows for door in doors for h in access.holders(door, now)}
        phones = [phone for person in self.house.people.values() for phone in accounts.phones(person, gone_too=True)]
        return Truth(
            windows=holders,
            phones_removed=frozenset(phone.id for phone in phones if phone.removed_at is not None),
            issues=frozenset(TemporaryCode.objects.values_list("lock_id", "epoch", "cls", "bucket", "idx", "issuer_id")),
            floors=frozenset(Floor.objects.filter(until__gt=now).values_list("lock_id", "epoch", "cls", "bucket", "idx")),
            cards_off=frozenset(Keycard.objects.exclude(off_at=None).values_list("id", flat=True)),
            codes={(row.person_id, row.door_id): row.generation for row in PermanentCode.objects.filter(retired_at=None, duress=False)},
            numbers={(row.device.lock, row.number): (row.person_id, row.cls) for row in Pseudonym.objects.select_related("device")},
            versions={row.device.lock: row.version for row in ListVersion.objects.select_related("device").order_by("version")},
            archived=frozenset(p for p in self.house.people.values() if people.person_view(p).status == "archived"),
        )


def check_nothing_comes_back(life: Life, was: Truth, is_now: Truth) -> None:
    now = life.house.now
    for key, windows in is_now.windows.items():
        for window in windows:
            old = was.windows.get(key, ())
            assert any(within(window, one, now) for one in old), (key, window, old)
    assert {one for one in was.phones_removed if accounts.phone(one) is not None} <= is_now.phones_removed
    assert {one for one in was.cards_off if Keycard.objects.filter(id=one).exists()} <= is_now.cards_off
    assert was.archived <= is_now.archived


def check_no_number_twice(life: Life, was: Truth, is_now: Truth) -> None:
    assert was.issues <= is_now.issues
    for lock, version in was.versions.items():
        assert is_now.versions[lock] > version
    for key, whose in is_now.numbers.items():
        assert was.numbers.get(key, whose) == whose
    for lock_id, epoch, cls, bucket, idx in was.floors:
        stands = [number for *which, number in is_now.floors if which == [lock_id, epoch, cls, bucket]]
        assert cls not in (0, 1) or max(stands, default=-1) >= idx


def check_locks(life: Life) -> None:
    """Whatever list a lock had seen, it takes the next one, and then no lease of the lost time opens."""
    for door, lock in life.house.locks.items():
        data = life.house.bundle(door)
        assert data is not None and lock.take(data) == "applied"
        assert life.house.hand_in(lock.receipt()).status == "taken"
        state = life.house.state(door)
        assert (state.current, state.truth) == (state.proven, "proved")
        assert lock.state is not None
        held = HeldList.of(lock.lock_id, lock.state)
        for lock_id, grant in life.leases:
            if lock_id == lock.lock_id:
                assert revoked(grant, held) is not None


def lost_and_restored(life: Life, path: Path) -> tuple[Truth, Restoring]:
    was = life.truth()
    life.house.now = life.house.now.replace(microsecond=0) + timedelta(seconds=1)
    return was, replay.restore(path, life.house.now)


@pytest.mark.rule("OPS-2", "SYNC-11", "CODE-7")
@pytest.mark.parametrize("seed", range(6))
def test_whatever_happened_since_the_backup_nothing_that_was_taken_comes_back(db: None, now: datetime, own_data: Path, seed: int) -> None:
    """Ended access, removed phones, cards, codes, floors; no list number, pseudonym or index is given twice (invariant 14)."""
    life = Life.begin(House.build(now), seed)
    life.go(12)
    path = own_data / "yesterday"
    backup.write(path, life.house.now)
    life.go(22)
    was, done = lost_and_restored(life, path)
    is_now = life.truth()
    check_nothing_comes_back(life, was, is_now)
    check_no_number_twice(life, was, is_now)
    missing = [w.grant_id for ws in was.windows.values() for w in ws if access.grant_view(w.grant_id) is None]
    assert len(set(missing)) <= done.counts.get("grants_missing", 0)
    with unit_of_work():
        replay.do_again(replay.begun(backup.check(path), life.house.now))
    again = life.truth()
    assert (again.windows, again.issues, again.floors, again.codes) == (is_now.windows, is_now.issues, is_now.floors, is_now.codes)
    check_locks(life)
