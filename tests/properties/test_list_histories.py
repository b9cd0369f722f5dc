"""Random histories of one door's list: whatever is edited, carried, lost, repeated or late, locks and service agree in the end.

The oracle is the lock itself: it commits only what hashes to what the service signed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from limen.access import services as access
from limen.access.queries import GrantView
from limen.credentials import queries as credentials
from limen.fleet.models import DoorList, ListVersion
from limen.fleet.queries import Truth
from limen.kernel.problems import Problem
from limen.storage.transactions import unit_of_work
from limen.wire import bundles, liststate
from limen.wire.envelope import unverified_payload
from tests.unit.fleet.house import ANA, House
from tests.unit.fleet.tiny_lock import TinyLock, bundle_parts

PEOPLE = ("Dana", "Theo", "Ines", "Gus")
EDITS = ("give", "revoke", "pause", "resume")
STEPS = st.lists(
    st.tuples(
        st.sampled_from([*EDITS, *EDITS, "fetch", "deliver", "deliver", "hand_in", "later", "inbox", "lose_all"]),
        st.integers(0, 3),
        st.integers(0, 9),
    ),
    min_size=10,
    max_size=24,
)
PHASES = (Phase.explicit, Phase.generate)  # each step is a real transaction: shrinking takes minutes
SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
COUNTER = iter(range(10_000_000))


@dataclass
class Life:
    """One door, its lock, what couriers hold, and every state the lock has had."""

    house: House
    lock: TinyLock
    group: UUID
    grants: dict[str, GrantView] = field(default_factory=dict)
    carried: list[bytes] = field(default_factory=list)
    receipts: list[bytes] = field(default_factory=list)
    states: dict[int, liststate.ListState] = field(default_factory=dict)

    def step(self, verb: str, who: int, which: int) -> None:
        """One thing happens."""
        name = PEOPLE[who]
        if verb in EDITS:
            self.edit(verb, name)
        elif verb == "fetch" and (data := self.house.bundle("Gym")) is not None:
            self.carried.append(data)
        elif verb == "deliver" and self.carried:
            self.deliver(self.carried[which % len(self.carried)])
        elif verb == "hand_in" and self.receipts:
            self.house.hand_in(self.receipts[which % len(self.receipts)])
        elif verb == "later":
            self.house.later(hours=7)
        elif verb == "inbox" and name in self.house.phones:
            self.house.inbox(name)
        elif verb == "lose_all":
            self.carried, self.receipts = self.carried[:1], self.receipts[:1]

    def edit(self, verb: str, name: str) -> None:
        person_id = self.house.people[name]
        try:
            if verb == "give":
                self.grants[name] = self.house.give(name, self.group)
            elif verb == "revoke" and name in self.grants:
                self.house.revoke(self.grants.pop(name))
            elif verb in ("pause", "resume"):
                with unit_of_work():
                    act = access.suspend if verb == "pause" else access.resume
                    act(person_id=person_id, property_id=self.house.property_id, by=ANA, now=self.house.now)
        except Problem:
            pass  # an expected no is part of life: pausing twice, resuming nobody

    def deliver(self, data: bytes) -> None:
        """A courier stands at the door; whatever happens there, the lock signs for what it holds."""
        before = self.lock.state
        outcome = self.lock.take(data)
        again = deepcopy(self.lock)
        assert outcome in {"applied", "already"}
        assert again.take(data) == "already"
        assert before is None or self.lock.state is None or self.lock.state.ver >= before.ver
        self.note()
        self.receipts.append(self.lock.receipt())

    def note(self) -> None:
        assert self.lock.state is not None
        known = self.states.setdefault(self.lock.state.ver, self.lock.state)
        assert liststate.after(known) == liststate.after(self.lock.state)

    def check(self) -> None:
        """What must hold after every step."""
        held = DoorList.objects.get(device__door_id=self.house.doors["Gym"], device__ended_at=None)
        assert self.lock.state is not None
        assert held.proven <= self.lock.state.ver <= held.current
        signed = ListVersion.objects.get(device=held.device_id, version=self.lock.state.ver)
        assert bytes(signed.after or b"") == liststate.after(self.lock.state)

    def check_every_bundle(self) -> None:
        """Every bundle ever given out applies to every version it is for, and ends in the same state."""
        for data in self.carried:
            manifest, _ = bundle_parts(data)
            head = bundles.read_manifest(unverified_payload(manifest, 8_192)[1])
            for version, state in self.states.items():
                if head.base <= version < head.ver:
                    twin = replace(self.lock, state=state)
                    assert twin.take(data) == "applied"
                    assert twin.state is not None and liststate.after(twin.state) == head.after


@pytest.fixture
def house(db: None, now: datetime) -> House:
    """The people, built once; each history begins with a lock of its own on a door of its own, and none of it stays."""
    house = House.build(now)
    for name in PEOPLE:
        house.person(name, app=name != "Gus")
    return house


@contextmanager
def history(people: House) -> Iterator[Life]:
    """A fresh door with a fresh lock; what happens there is rolled back at the end, so that no later history carries its doors along."""
    house = replace(people, doors={}, locks={}, phones=dict(people.phones))
    before = transaction.savepoint()
    try:
        house.door("Gym")
        group = house.group("Gym", "Gym")
        # The keys of an epoch lie outside the database and are never drawn twice: another lock each time.
        life = Life(house, house.activate("Gym", f"L{next(COUNTER):07d}"), group)
        life.note()
        yield life
    finally:
        transaction.savepoint_rollback(before)


@pytest.mark.rule("SYNC-11")
@pytest.mark.rule("SYNC-12")
@given(steps=STEPS)
@settings(max_examples=10, deadline=None, phases=PHASES, suppress_health_check=SLOW)
def test_any_order_loss_and_repetition_ends_in_the_same_state(house: House, steps: list[tuple[str, int, int]]) -> None:
    """Proven never passes the lock, the lock never passes the service, every bundle fits every version it is for, and one later receipt
    settles all (invariants 2, 4 to 7, and 22)."""
    with history(house) as here:
        for verb, who, which in steps:
            here.step(verb, who, which)
            here.check()
        here.check_every_bundle()
        here.house.update("Gym")
        assert here.house.state("Gym").truth == Truth.PROVED
        assert here.lock.state is not None
        people = {code.person_id for code in credentials.codes_at(here.house.doors["Gym"])}
        assert len(here.lock.codes()) <= len(people)


@given(steps=STEPS, ahead=st.integers(1, 5))
@settings(max_examples=10, deadline=None, phases=PHASES, suppress_health_check=SLOW)
def test_a_lock_that_is_ahead_of_a_restored_service_is_brought_back(house: House, steps: list[tuple[str, int, int]], ahead: int) -> None:
    """Versions used twice never mix two histories: the service goes above both, whole, and converges (invariant 14)."""
    with history(house) as here:
        for verb, who, which in steps:
            here.step(verb, who, which)
        assert here.lock.state is not None
        held = DoorList.objects.get(device__door_id=here.house.doors["Gym"], device__ended_at=None)
        here.lock.state = replace(here.lock.state, ver=held.current + ahead - 1, salt=bytes(range(16)))
        here.house.hand_in(here.lock.receipt())
        assert here.house.state("Gym").truth == Truth.MISMATCH
        here.house.update("Gym")
        assert here.house.state("Gym").truth == Truth.PROVED
