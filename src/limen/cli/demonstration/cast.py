"""The people of the demonstration beyond its rent roll, and how they sign in here."""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from uuid import UUID

from limen.cli.migrate import OWNER_ONLY_FILE
from limen.identity import services as identity
from limen.kernel.actors import SYSTEM
from limen.people import services as people
from limen.places import queries as places

PASSWORD_BYTES = 12
FILE = "demonstration-sign-ins.json"


@dataclass(frozen=True, slots=True)
class Part:
    """Somebody in the play: name, address, unit if they live here, role if they work here."""

    first: str
    last: str
    unit: str = ""
    role: str = ""
    email: bool = True

    @property
    def address(self) -> str | None:
        """Where the mailbox page shows their mail."""
        return f"{self.first.lower()}@example.org" if self.email else None


CAST = (
    Part("Ana", "Ruiz", role="portfolio_manager"),
    Part("Ben", "Osei", role="specific"),
    Part("Milo", "Brandt", role="technician"),
    Part("Sofia", "Marin", role="security_staff"),
    Part("Dana", "Whitfield", unit="4B"),
    Part("Theo", "Whitfield", unit="4B"),
    Part("Rosa", "Delgado", unit="2A", email=False),
    Part("Ines", "Calder"),
    Part("Gus", "Herrera"),
)


def add_everybody(property_id: UUID, now: datetime) -> dict[str, UUID]:
    """Adds the cast with their units and gives ids by first name."""
    ids = {}
    for part in CAST:
        person_id = people.add_person(first=part.first, last=part.last, email=part.address, smartphone=part.email, by=SYSTEM, now=now)
        ids[part.first] = person_id
        unit = places.unit_named(property_id, part.unit) if part.unit else None
        if unit is not None:
            people.assign_to_unit(person_id=person_id, unit_id=unit.id, since=now, by=SYSTEM, now=now)
    return ids


def appoint(ids: dict[str, UUID], portfolio_id: UUID, property_id: UUID, groups: tuple[UUID, ...], now: datetime) -> None:
    """Gives the managing roles; a role opens no door (PEOPLE-2)."""
    people.appoint(person_id=ids["Ana"], kind="portfolio_manager", portfolio_id=portfolio_id, by=SYSTEM, now=now)
    here = partial(people.appoint, property_id=property_id, by=SYSTEM, now=now)
    here(person_id=ids["Ben"], kind="property_manager", access="specific", group_ids=groups)
    here(person_id=ids["Milo"], kind="property_manager", device_management=True, activate_devices=True)
    here(person_id=ids["Sofia"], kind="security_staff")


def open_accounts(ids: dict[str, UUID], data: Path, now: datetime) -> None:
    """Draws a password for each, and an authenticator for who manages; keeps them in a file that only its owner reads."""
    signs = []
    for part in CAST:
        if part.address is None:
            continue
        password = secrets.token_urlsafe(PASSWORD_BYTES)
        identity.set_password(person_id=ids[part.first], password=password, now=now)
        secret = identity.enroll_authenticator(person_id=ids[part.first], now=now) if part.role else ""
        signs.append(
            {
                "name": f"{part.first} {part.last}",
                "role": part.role or "resident",
                "email": part.address,
                "password": password,
                "authenticator": secret,
            }
        )
    path = data / FILE
    path.touch(mode=OWNER_ONLY_FILE)
    path.write_text(json.dumps(signs, indent=1), "utf-8")


def sign_ins(data: Path) -> list[dict[str, str]]:
    """What was drawn at the first start."""
    path = data / FILE
    found: list[dict[str, str]] = json.loads(path.read_text("utf-8")) if path.exists() else []
    return found
