"""88 Harbor Street with units 2A, 4B and 10A, and people in it."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest
from pytest_django import Settings

from limen.kernel.actors import SYSTEM, Actor
from limen.people import services
from limen.places import services as places
from limen.storage import news
from limen.storage.transactions import unit_of_work

Add = Callable[..., UUID]


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, settings: Settings) -> Path:
    """Keys and ledger of this test lie here."""
    settings.LIMEN_DATA = tmp_path
    return tmp_path


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What people said, with nobody else listening."""
    monkeypatch.setattr(news, "_hearers", {})
    found: list[tuple[str, str]] = []
    for topic in ("residency.changed", "residency.ended"):
        news.hears(topic)(lambda *, now, person_id, topic=topic, **facts: found.append((topic, person_id)))
    return found


@pytest.fixture
def portfolio(db: None, now: datetime, heard: list[tuple[str, str]]) -> UUID:
    with unit_of_work():
        return places.create_portfolio(name="Harbor Homes", by=SYSTEM, now=now)


@pytest.fixture
def house(portfolio: UUID, now: datetime) -> UUID:
    """The building's id."""
    with unit_of_work():
        house = places.create_property(
            portfolio_id=portfolio, name="88 Harbor Street", address="88 Harbor Street", city_line="New York, NY",
            time_zone="America/New_York", profile="NYC", by=SYSTEM, now=now,
        )  # fmt: skip
        for name in ("2A", "4B", "10A"):
            places.create_unit(property_id=house, name=name, by=SYSTEM, now=now)
    return house


@pytest.fixture
def annex(portfolio: UUID, now: datetime) -> UUID:
    """Another building of the same owner."""
    return places.create_property(
        portfolio_id=portfolio, name="Annex", address="", city_line="", time_zone="Europe/Berlin", profile="EU", by=SYSTEM, now=now
    )


@pytest.fixture
def add(db: None, now: datetime) -> Add:
    """Makes a person: `add("Dana Reyes", "dana@example.org")`."""

    def person(name: str, email: str | None = None, **more: object) -> UUID:
        first, _, last = name.partition(" ")
        return services.add_person(first=first, last=last, email=email, by=SYSTEM, now=now, **more)  # type: ignore[arg-type]

    return person


@pytest.fixture
def live(now: datetime) -> Callable[..., UUID]:
    """Makes a person part of a household from the year's start, unless told otherwise."""

    def assign(person_id: UUID, unit_id: UUID, **more: object) -> UUID:
        with unit_of_work():
            kept = {"since": now.replace(month=1, day=1), "by": SYSTEM, "now": now} | more
            return services.assign_to_unit(person_id=person_id, unit_id=unit_id, **kept)  # type: ignore[arg-type]

    return assign


@pytest.fixture
def owner(portfolio: UUID, add: Add, now: datetime) -> Actor:
    """Ana Ruiz, portfolio manager."""
    ana = add("Ana Ruiz", "ana@example.org")
    services.appoint(person_id=ana, kind="portfolio_manager", portfolio_id=portfolio, by=SYSTEM, now=now)
    return Actor(ana, "console")
