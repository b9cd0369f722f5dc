"""What the room hears from below."""

from datetime import datetime

import pytest

from limen.access import queries
from limen.kernel.actors import SYSTEM
from limen.people import services as people
from limen.storage.transactions import unit_of_work
from tests.cast import Harbor


@pytest.mark.rule("ACCESS-10")
def test_who_left_their_last_home_here_opens_nothing_more(house: Harbor, now: datetime) -> None:
    """Also when only a rent roll says so; hand-given access ends too."""
    house.give("dana", "Residents")
    house.give("dana", "Roof deck")
    with unit_of_work():
        people.end_residency(person_id=house.people["dana"], unit_id=house.units["4B"], until=now, by=SYSTEM, now=now)
    assert house.opens("dana") == set()
    assert {order.kind for order in queries.revocations(person_id=house.people["dana"])} == {"moved_out"}


@pytest.mark.rule("ACCESS-10")
def test_who_keeps_a_home_here_keeps_their_access(house: Harbor, now: datetime) -> None:
    """One of two units given up is not moving out."""
    house.give("dana", "Roof deck")
    with unit_of_work():
        people.assign_to_unit(person_id=house.people["dana"], unit_id=house.units["2A"], since=now, by=SYSTEM, now=now)
        people.end_residency(person_id=house.people["dana"], unit_id=house.units["4B"], until=now, by=SYSTEM, now=now)
    assert house.opens("dana") == {"Roof"}
