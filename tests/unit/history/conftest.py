"""The building that the tests of history stand in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from limen.access import services as access
from limen.fleet.models import Pseudonym
from limen.history import queries as history
from limen.history import services as history_services
from limen.history.views import HistoryPage, StillView, Taken
from limen.identity import services as identity
from limen.kernel.actors import Actor
from limen.people import services as people
from limen.storage.transactions import unit_of_work
from limen.wire.events import Event, Kind, Method, Result
from tests.unit.fleet.house import ANA, House
from tests.unit.fleet.tiny_lock import TinyLock


@dataclass
class Archive:
    """A building with records."""

    house: House

    def lock(self, door: str) -> TinyLock:
        return self.house.locks[door]

    def entry(self, door: str, who: str | None, *, t: datetime | None = None, **said: object) -> Event:
        """Somebody comes in; the lock writes the number under which it knows them."""
        subj = None if who is None else self.number(door, who)
        facts: dict[str, object] = {
            "t": int((t or self.house.now).timestamp()),
            "kind": Kind.ENTRY,
            "method": Method.APP,
            "subj": subj,
            "result": Result.GRANTED,
        }
        return self.lock(door).note(**(facts | said))

    def take_parcel(self, door: str, data: bytes) -> Taken:
        """One still reaches the service."""
        with unit_of_work():
            return history_services.take_photo(lock_id=self.lock(door).lock_id, data=data, now=self.house.now)

    def look_at(self, who: str, photo_id: UUID) -> StillView:
        """One still, as this person may see it."""
        asker = self.house.people[who]
        with unit_of_work():
            return history_services.photo(asker_id=asker, photo_id=photo_id, by=Actor(asker, "test"), now=self.house.now)

    def number(self, door: str, who: str) -> int:
        """The pseudonym of somebody at a lock."""
        return Pseudonym.objects.get(device__door_id=self.house.doors[door], person_id=self.house.people[who], retired_at=None).number

    def carry(self, door: str, *, drop: int | None = None) -> list[Taken]:
        """A courier hands in everything the lock wrote, and its word on where that ends; one piece may be lost on the way."""
        segments = [data for i, data in enumerate(self.lock(door).segments()) if i != drop]
        self.attest(door)
        return [self.take(door, data) for data in segments]

    def attest(self, door: str) -> None:
        """The lock's receipt reaches the service."""
        self.house.hand_in(self.lock(door).receipt(full=True))

    def take(self, door: str, data: bytes) -> Taken:
        """One piece reaches the service."""
        with unit_of_work():
            return history_services.take_segment(lock_id=self.lock(door).lock_id, data=data, now=self.house.now)

    def visits(self, who: str, door: str) -> HistoryPage:
        """Who came, as this person may see it."""
        return history.visits(self.house.people[who], self.house.doors[door], self.house.now)

    def mine(self, who: str) -> HistoryPage:
        """One's own."""
        return history.mine(self.house.people[who], self.house.now)

    def looked(self, who: str, door: str) -> HistoryPage:
        """What a manager or security sees of a door in the last month."""
        now = self.house.now
        with unit_of_work():
            return history_services.door_history(
                asker_id=self.house.people[who],
                door_id=self.house.doors[door],
                since=now - timedelta(days=40),
                until=now + timedelta(days=1),
                by=ANA,
                now=now,
            )


@pytest.fixture
def archive(db: None, now: datetime) -> Archive:
    """Dana and Theo live in 4B, Ines is Dana's guest there, Gus is a plumber; Ana manages all groups, Sofia is security."""
    house = House.build(now)
    house.door("Package Room")
    house.door("Unit 4B", "unit", unit="4B")
    for name in ("Dana", "Theo"):
        house.person(name, unit="4B")
    for name in ("Gus", "Ana", "Sofia"):
        house.person(name, app=False)
    with unit_of_work():
        people.appoint(
            person_id=house.people["Ana"], kind="property_manager", property_id=house.property_id, access="full", by=ANA, now=now
        )
        people.appoint(person_id=house.people["Sofia"], kind="security_staff", property_id=house.property_id, by=ANA, now=now)
    home, shared, service = (
        house.group("4B", "Unit 4B"),
        house.group("Shared", "Package Room"),
        house.group("Services", "Unit 4B", "Package Room"),
    )
    for name in ("Dana", "Theo"):
        house.give(name, home)
        house.give(name, shared)
    house.give("Gus", service, standing="non-resident")
    with unit_of_work():
        done = access.invite_guest(
            host_id=house.people["Dana"],
            door_ids=[house.doors["Unit 4B"]],
            first="Ines",
            last="Example",
            email="ines@example.org",
            starts=now,
            ends=None,
            by=ANA,
            now=now,
        )
    assert done.person_id is not None
    house.people["Ines"] = UUID(str(done.person_id))
    house.activate("Package Room", "LM000001")
    house.activate("Unit 4B", "LM000004")
    with unit_of_work():
        identity.set_password(person_id=house.people["Ines"], password="correct horse battery", now=now)
    house.phone("Ines")
    house.inbox("Ines")
    return Archive(house)
