"""A building, its couriers, and how they ask."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.test import Client

from limen.identity import services as identity
from limen.identity.models import User
from limen.people import services as people
from limen.storage import clock
from limen.storage.transactions import unit_of_work
from limen.wire import cbor
from tests.unit.fleet.house import ANA, House

CBOR = "application/cbor"


@dataclass
class Fixed:
    """A clock that shows what it is told."""

    at: datetime

    def now(self) -> datetime:
        return self.at


@dataclass
class Answer:
    """What came back."""

    status: int
    said: dict[str, object]


@dataclass
class Desk:
    """The gateway, asked by whoever."""

    house: House

    def ask(self, who: str | None, path: str, question: object, *, how: str = "token", **headers: str) -> Answer:
        """One question by token (a native phone), by session (a browser), or by nobody."""
        client = Client(enforce_csrf_checks=False)
        if who is not None and how == "token":
            headers["Authorization"] = f"Bearer {self.house.tokens[who]}"
        elif who is not None:
            client.force_login(User.objects.get(person_id=self.house.people[who]))
        clock.use(Fixed(self.house.now))
        try:
            body = question if isinstance(question, bytes) else cbor.encode(question)  # type: ignore[arg-type]
            response = client.post(f"/gateway/{path}", data=body, content_type=headers.pop("type", CBOR), headers=headers)
        finally:
            clock.use(None)
        if response.headers.get("Content-Type") == CBOR:
            said = cbor.decode(response.content)
            assert isinstance(said, dict)
            return Answer(response.status_code, {str(key): value for key, value in said.items()})
        return Answer(response.status_code, response.json() if "json" in response.headers.get("Content-Type", "") else {})


@pytest.fixture
def desk(db: None) -> Desk:
    """Dana lives here, Milo manages devices and may activate them, Ben is a manager without that, Otto lives nowhere here."""
    house = House.build(datetime(2026, 11, 21, 19, 2, tzinfo=UTC))
    house.door("Package Room")
    house.door("Gym")
    house.door("Unit 4B", "unit", unit="4B")
    house.door("Main Entrance", "entrance", connected=True)
    house.person("Dana", unit="4B")
    for name in ("Milo", "Ben", "Otto"):
        house.person(name)
    house.manages("Milo", device_management=True, activate_devices=True)
    with unit_of_work():
        people.appoint(
            person_id=house.people["Ben"], kind="property_manager", property_id=house.property_id, access="full", by=ANA, now=house.now
        )
    for name in ("Milo", "Ben"):
        identity.enroll_authenticator(person_id=house.people[name], now=house.now)
    house.give("Dana", house.group("Residents", "Package Room", "Unit 4B"))
    house.activate("Package Room", "LM000001")
    house.activate("Gym", "LM000002")
    return Desk(house)


def item(kind: str, lock_id: bytes, data: bytes, key: bytes = bytes(16)) -> dict[str, object]:
    """One thing to hand in."""
    return {"key": key, "kind": kind, "lock": lock_id, "data": data}


def door_bytes(desk: Desk, name: str) -> bytes:
    """A door's id on the wire."""
    return UUID(str(desk.house.doors[name])).bytes
