"""Finding buildings, units and doors."""

from datetime import datetime
from uuid import UUID

import pytest

from limen.kernel.actors import SYSTEM
from limen.kernel.problems import NotYours
from limen.places import queries, services


@pytest.fixture
def full(house: UUID, now: datetime) -> UUID:
    """Units 2A, 10A and 2B with their doors, and a gym."""
    for name in ("10A", "2B", "2A"):
        unit = services.create_unit(property_id=house, name=name, by=SYSTEM, now=now)
        services.create_door(property_id=house, name=f"Unit {name}", kind="unit", unit_id=unit, by=SYSTEM, now=now)
    services.create_door(property_id=house, name="Gym", kind="common", by=SYSTEM, now=now)
    return house


def test_units_and_doors_come_as_people_sort_them(full: UUID) -> None:
    """2A before 10A; shared doors first."""
    assert [unit.name for unit in queries.units(full)] == ["2A", "2B", "10A"]
    assert [door.name for door in queries.doors(full)] == ["Gym", "Unit 2A", "Unit 2B", "Unit 10A"]


def test_units_and_doors_are_found_by_name(full: UUID) -> None:
    """Whatever the capitals; None when there is no such thing."""
    unit, door = queries.unit_named(full, " 10a "), queries.door_named(full, "unit 10A")
    assert unit and door and door.unit_id == unit.id and door.unit_name == "10A"
    assert queries.unit_named(full, "99Z") is None and queries.door_named(full, "Rof") is None
    assert queries.unit_view(unit.id) == unit and queries.door_view(door.id) == door


def test_doors_by_id_leaves_out_what_is_not_there(full: UUID) -> None:
    """As lists that were written down elsewhere need it."""
    gym = queries.door_named(full, "Gym")
    assert gym and queries.doors_by_id([gym.id, UUID(int=1)]) == {gym.id: gym}


def test_what_is_not_there_is_not_yours(db: None) -> None:
    """Each of the three single looks."""
    for look in (queries.property_view, queries.unit_view, queries.door_view):
        with pytest.raises(NotYours):
            look(UUID(int=1))


def test_buildings_are_found_by_portfolio_or_id(full: UUID) -> None:
    """Nothing else is listed."""
    assert [p.id for p in queries.properties(ids=[full, UUID(int=1)])] == [full]
    assert queries.properties(ids=[]) == () == queries.properties(portfolio_id=UUID(int=1))
