"""However many phones are removed, a lock names a bounded number of them, and not one of the removed opens again (invariant 37).

The bound is made small, so that a few phones reach it; service, list and decision are the real ones.
"""

import hashlib
import random
from datetime import datetime
from uuid import UUID

import pytest

from limen.identity import queries as identity
from limen.identity import services as accounts
from limen.lock.decide import revoked
from limen.lock.lists import HeldList, revocations
from limen.storage.transactions import unit_of_work
from limen.wire import limits
from limen.wire.envelope import SoftSigner, unverified_payload
from limen.wire.grants import Grant, read_grant
from tests.unit.fleet.house import ANA, House

MOST = 2
WHO = ("Dana", "Theo", "Ines")


class Life:
    """A Gym whose lock is always brought the newest list; phones come and go."""

    def __init__(self, house: House, seed: int) -> None:
        self.house, self.dice = house, random.Random(seed)
        self.house.door("Gym")
        group = house.group("Gym", "Gym", codes=False)
        for name in WHO:
            house.person(name)
            house.give(name, group)
        self.lock = house.activate("Gym", f"L{seed:07d}")
        self.alive: dict[UUID, str] = {house.phones[name].id: name for name in WHO}
        self.grants: dict[UUID, list[Grant]] = {}
        self.removed: set[UUID] = set()
        self.floor = 0

    def another(self) -> None:
        """Somebody buys a phone."""
        name = self.dice.choice(WHO)
        key = SoftSigner.from_scalar(hashlib.sha256(self.dice.randbytes(8)).digest())
        platform = self.dice.choice(["native", "browser"])
        with unit_of_work():
            view, _ = accounts.register_phone(
                person_id=self.house.people[name], public_key=key.public, platform=platform, name="phone", now=self.house.now
            )
        self.alive[view.id] = name
        self.fetch(view.id)

    def fetch(self, phone_id: UUID | None = None) -> None:
        """A phone gets its lease."""
        phone_id = phone_id or self.dice.choice(list(self.alive))
        name = self.alive[phone_id]
        view = identity.phone(phone_id)
        assert view is not None
        self.house.phones[name] = view
        for entry in self.house.inbox(name):
            self.grants.setdefault(phone_id, []).extend(read_grant(unverified_payload(data)[1]) for data in entry.grants)

    def remove(self) -> None:
        """A phone is lost."""
        if len(self.alive) > 1:
            phone_id = self.dice.choice(list(self.alive))
            with unit_of_work():
                accounts.remove_phone(phone_id=phone_id, by=ANA, now=self.house.now)
            del self.alive[phone_id]
            self.removed.add(phone_id)

    def check(self) -> None:
        """What must hold at the lock after every update."""
        self.house.update("Gym")
        assert self.lock.state is not None
        held = HeldList.of(self.lock.lock_id, self.lock.state)
        assert revocations(self.lock.state.records.values()) <= MOST
        assert held.iat_floor >= self.floor
        self.floor = held.iat_floor
        now = int(self.house.now.timestamp())
        for phone_id, grants in self.grants.items():
            for grant in grants:
                if phone_id in self.removed and grant.exp > now:
                    assert revoked(grant, held) is not None
                if phone_id in self.alive and grant.iat >= held.iat_floor:
                    assert revoked(grant, held) is None


@pytest.mark.rule("PEOPLE-7", "SYNC-3")
@pytest.mark.parametrize("seed", range(3))
def test_removed_phones_are_bounded_and_none_of_them_opens_again(
    db: None, now: datetime, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond the bound the oldest give way to a floor that only rises and takes nothing that was issued after it (invariant 37)."""
    monkeypatch.setattr(limits, "REVOCATIONS_MAX", MOST)
    life = Life(House.build(now), seed)
    for _ in range(20):
        life.dice.choice([life.another, life.another, life.fetch, life.remove, life.remove])()
        life.house.later(minutes=life.dice.choice([1, 90, 60 * 5]))
        life.check()
    assert len(life.removed) > MOST
    assert life.floor > 0
