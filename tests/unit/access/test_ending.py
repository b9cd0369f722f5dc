"""Ended, paused and resumed, moved out."""

from datetime import datetime, timedelta

import pytest

from limen.access import queries, services
from limen.kernel.periods import Interval, Weekly
from limen.people import queries as people_queries
from limen.storage.transactions import unit_of_work
from tests.cast import Harbor

DAY = timedelta(days=1)
MORNINGS = Weekly((Interval(0b1111111, 6 * 60, 10 * 60),))
ALL_DAY = Weekly((Interval(0b1111111, 6 * 60, 22 * 60),))


@pytest.mark.rule("PEOPLE-7")
def test_pause_and_resume_bring_everything_back(house: Harbor, now: datetime) -> None:
    """A pause closes every door of the person and of their guests; resuming restores windows, dates and sharing field by field."""
    house.give("dana", "Residents", ends=now + 90 * DAY)
    house.give("dana", "Home 4B")
    guest = house.guest("dana", "Unit 4B")
    before = {name: queries.windows(house.people["dana"], door, now) for name, door in house.doors.items()}
    guest_before = queries.doors_of(guest, now)
    with unit_of_work():
        services.suspend(person_id=house.people["dana"], property_id=house.property_id, by=house.actor(), now=now)
    assert house.opens("dana") == set()
    assert queries.doors_of(guest, now) == {}
    later = now + 3 * DAY
    with unit_of_work():
        services.resume(person_id=house.people["dana"], property_id=house.property_id, by=house.actor(), now=later)
    assert {name: queries.windows(house.people["dana"], door, later) for name, door in house.doors.items()} == before
    assert queries.doors_of(guest, later) == guest_before


@pytest.mark.rule("ACCESS-10", "ACCESS-9")
def test_moving_out_ends_all_of_it(house: Harbor, now: datetime) -> None:
    """Moving out ends every grant here, hand-given ones too, the residency, and the guests; the preview said so."""
    house.give("dana", "Residents")
    house.give("dana", "Home 4B")
    house.give("dana", "Roof deck", standing="non-resident")
    guest = house.guest("dana", "Unit 4B")
    said = services.preview_move_out(person_id=house.people["dana"], property_id=house.property_id, now=now)
    with unit_of_work():
        services.move_out(person_id=house.people["dana"], property_id=house.property_id, by=house.actor(), now=now)
    assert house.opens("dana") == set()
    assert queries.doors_of(guest, now) == {}
    assert said.guests == (guest,)
    assert {c.door_id for c in said.loses if c.person_id == house.people["dana"]} == {
        house.doors[name] for name in ("Main Entrance", "Package Room", "Gym", "Unit 4B", "Roof")
    }
    assert people_queries.unit_of(house.people["dana"], house.property_id, now) is None
