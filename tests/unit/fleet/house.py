"""88 Harbor Street, small: a building with people, doors and locks made of the wire, driven through the rooms' own verbs."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings

from limen.access import services as access
from limen.access.queries import GrantView, GroupDoorView
from limen.access.views import RevocationView
from limen.fleet import queries as fleet
from limen.fleet import services as fleet_services
from limen.fleet.views import InboxEntry, Outcome
from limen.identity import services as identity
from limen.identity.queries import PhoneView
from limen.kernel.actors import Actor
from limen.kernel.periods import Weekly
from limen.people import services as people
from limen.places import services as places
from limen.storage.transactions import unit_of_work
from limen.wire.envelope import SoftSigner
from tests.unit.fleet.tiny_lock import TinyLock

FACTORY = SoftSigner.from_scalar(hashlib.sha256(b"the factory of the tests").digest())
ANA = Actor(person_id=None, via="test")


def trust_factory() -> None:
    """Puts the tests' factory into the data folder, as an installation does once."""
    path = Path(settings.LIMEN_DATA) / "trust" / "mfg-ca.pub"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(FACTORY.public.hex())


@dataclass
class House:
    """One building at one moment; `now` moves when told."""

    now: datetime
    property_id: UUID
    portfolio_id: UUID
    doors: dict[str, UUID] = field(default_factory=dict)
    units: dict[str, UUID] = field(default_factory=dict)
    people: dict[str, UUID] = field(default_factory=dict)
    phones: dict[str, PhoneView] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    locks: dict[str, TinyLock] = field(default_factory=dict)

    @classmethod
    def build(cls, now: datetime, profile: str = "US") -> "House":
        """The building itself."""
        trust_factory()
        with unit_of_work():
            portfolio_id = places.create_portfolio(name="Harbor Homes", by=ANA, now=now)
            property_id = places.create_property(
                portfolio_id=portfolio_id,
                name="88 Harbor Street",
                address="88 Harbor Street",
                city_line="New York",
                time_zone="America/New_York",
                profile=profile,
                by=ANA,
                now=now,
            )
        return cls(now, property_id, portfolio_id)

    def manages(self, first: str, *, device_management: bool = False, activate_devices: bool = False) -> None:
        """Somebody who is here looks after the building from now on."""
        with unit_of_work():
            people.appoint(
                person_id=self.people[first], kind="property_manager", property_id=self.property_id,
                device_management=device_management, activate_devices=activate_devices, by=ANA, now=self.now,
            )  # fmt: skip

    def later(self, **span: float) -> datetime:
        """Lets time pass."""
        self.now += timedelta(**span)
        return self.now

    # ---- places and people

    def door(self, name: str, kind: str = "common", *, unit: str | None = None, connected: bool = False) -> UUID:
        """A door without a device."""
        with unit_of_work():
            if unit is not None and unit not in self.units:
                self.units[unit] = places.create_unit(property_id=self.property_id, name=unit, by=ANA, now=self.now)
            self.doors[name] = places.create_door(
                property_id=self.property_id,
                name=name,
                kind=kind,
                unit_id=self.units[unit] if unit else None,
                connected=connected,
                by=ANA,
                now=self.now,
            )
        return self.doors[name]

    def person(self, first: str, *, unit: str | None = None, app: bool = True) -> UUID:
        """Somebody; with the app they have an account and a phone."""
        with unit_of_work():
            person_id = people.add_person(
                first=first, last="Example", email=f"{first.lower()}@example.org", smartphone=app, by=ANA, now=self.now
            )
            self.people[first] = person_id
            if unit is not None:
                people.assign_to_unit(
                    person_id=person_id, unit_id=self.units[unit], since=self.now - timedelta(days=400), by=ANA, now=self.now
                )
        if app:
            with unit_of_work():
                identity.set_password(person_id=person_id, password="correct horse battery", now=self.now)
                people.mark_active(person_id=person_id, now=self.now)
            self.phone(first)
        return person_id

    def phone(self, first: str, platform: str = "native") -> PhoneView:
        """Another phone for somebody."""
        key = SoftSigner.from_scalar(hashlib.sha256(f"{first}{platform}{len(self.phones)}".encode()).digest())
        with unit_of_work():
            view, token = identity.register_phone(
                person_id=self.people[first], public_key=key.public, platform=platform, name=f"{first}'s phone", now=self.now
            )
        self.phones[first] = view
        if token is not None:
            self.tokens[first] = token
        return view

    def group(self, name: str, *doors: str, hours: Weekly | None = None, codes: bool = True) -> UUID:
        """An access group."""
        with unit_of_work():
            said = [GroupDoorView(self.doors[door], hours, codes) for door in doors]
            return access.create_group(property_id=self.property_id, name=name, doors=said, by=ANA, now=self.now).id

    def give(
        self,
        first: str,
        group_id: UUID,
        *,
        standing: str = "resident",
        starts: datetime | None = None,
        ends: datetime | None = None,
        may_share: bool = True,
        role_kind: str = "vendor",
        **opens: bool,
    ) -> GrantView:
        """A grant."""
        with unit_of_work():
            return access.give(
                person_id=self.people[first],
                group_id=group_id,
                standing=standing,
                role_kind=None if standing == "resident" else role_kind,
                starts=starts or self.now,
                ends=ends,
                may_share=may_share,
                by=ANA,
                now=self.now,
                **opens,
            )

    def revoke(self, grant: GrantView) -> RevocationView:
        """The end of a grant."""
        with unit_of_work():
            return access.revoke(grant_id=grant.id, by=ANA, now=self.now)

    # ---- locks

    def activate(self, door: str, serial: str, model: str = "M") -> TinyLock:
        """A lock on a door, list 1 proved."""
        lock = self.locks.get(door) or TinyLock(serial, FACTORY, model)
        self.locks[door] = lock
        with unit_of_work():
            n_s = fleet_services.begin_activation(door_id=self.doors[door], lock_id=lock.lock_id, by=ANA, now=self.now)
        with unit_of_work():
            done = fleet_services.finish_activation(door_id=self.doors[door], attest=lock.attest(n_s), h=bytes(32), by=ANA, now=self.now)
        self.hand_in(lock.become(done.ticket, done.snapshot))
        return lock

    def bundle(self, door: str) -> bytes | None:
        """What any courier would be given for a door."""
        with unit_of_work():
            found = fleet.newest(self.doors[door], self.now)
        return found.data if found else None

    def update(self, door: str) -> None:
        """A courier brings the newest list to a door and the receipt back."""
        data = self.bundle(door)
        if data is not None:
            assert self.locks[door].take(data) in {"applied", "already"}
        self.hand_in(self.locks[door].receipt())

    def hand_in(self, receipt: bytes) -> Outcome:
        """A courier's receipt reaches the service."""
        with unit_of_work():
            return fleet_services.take_receipt(data=receipt, now=self.now)

    def inbox(self, first: str, as_: str = "resident") -> tuple[InboxEntry, ...]:
        """What somebody's phone is given to carry."""
        with unit_of_work():
            return fleet.inbox(self.people[first], self.phones[first].id, as_, self.now)

    def state(self, door: str) -> fleet.DoorState:
        """What is known about a door."""
        return fleet.door_state(self.doors[door], self.now)

    def tasks(self) -> tuple[fleet.Task, ...]:
        """Open update tasks."""
        return fleet.tasks(self.property_id, self.now)
