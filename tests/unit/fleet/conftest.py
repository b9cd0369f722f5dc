"""The building that the tests of fleet stand in."""

from datetime import datetime

import pytest

from tests.unit.fleet.house import House


@pytest.fixture
def house(db: None, now: datetime) -> House:
    """A building with a Package Room and a Gym, unit 4B, Dana who lives there and Rosa who has no smartphone."""
    house = House.build(now)
    house.door("Package Room")
    house.door("Gym")
    house.door("Unit 4B", "unit", unit="4B")
    house.person("Dana", unit="4B")
    house.person("Rosa", app=False)
    return house
