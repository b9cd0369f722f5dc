"""The round: nobody climbs a staircase twice that could be climbed once, and an estimate is made of visits."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise, permutations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.fleet import queries
from limen.fleet.rounds import COUNTED, GROUND, Stop, by_itself, following, lasts, on_foot, shortest
from limen.places import services as places
from limen.storage.transactions import unit_of_work
from tests.unit.fleet.house import ANA, House

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
FLOORS = st.lists(st.one_of(st.none(), st.integers(-3, 9)), max_size=6)


def stops(floors: list[int | None]) -> list[Stop]:
    return [Stop(UUID(int=n), floor, None) for n, floor in enumerate(floors)]


def floors_walked(order: Sequence[Stop]) -> int:
    """How many floors lie between the doors in this order, from the ground floor on; an unknown floor is the ground."""
    floors = [GROUND, *(stop.floor or GROUND for stop in order)]
    return sum(abs(there - here) for here, there in pairwise(floors))


@pytest.mark.rule("SYNC-14")
@given(FLOORS)
def test_no_order_walks_fewer_floors(floors: list[int | None]) -> None:
    """Against every other order of the same doors; each door is visited once."""
    planned = shortest(stops(floors))
    assert sorted(stop.door_id for stop in planned) == [stop.door_id for stop in stops(floors)]
    assert floors_walked(planned) == min(floors_walked(order) for order in permutations(stops(floors)))


def test_doors_of_one_floor_keep_their_order() -> None:
    """Three doors on the fourth floor and one in the basement: down first, then up once."""
    planned = shortest(stops([4, -1, 4, 0, 4]))
    assert [stop.floor for stop in planned] == [0, -1, 4, 4, 4]
    assert [stop.door_id.int for stop in planned if stop.floor == 4] == [0, 2, 4]


@pytest.mark.rule("SYNC-14")
def test_the_wait_is_the_mean_gap_of_four_weeks() -> None:
    """Fourteen visits: two days; older ones do not count; two are too few to say anything."""
    daily, long_ago = [NOW - timedelta(days=2 * n) for n in range(14)], NOW - timedelta(days=400)
    assert by_itself(daily, long_ago, NOW) == timedelta(days=2)
    assert by_itself([*daily, NOW - COUNTED - timedelta(hours=1)], long_ago, NOW) == timedelta(days=2)
    assert by_itself(daily[:2], long_ago, NOW) is None


@pytest.mark.rule("SYNC-14")
def test_a_lock_is_judged_by_the_days_it_was_there() -> None:
    """Ten visits in ten days are one a day, not one in three; visits of the first day alone are told as those of a week."""
    ten = [NOW - timedelta(days=n) for n in range(10)]
    assert by_itself(ten, NOW - timedelta(days=10), NOW) == timedelta(days=1)
    assert by_itself([NOW] * 7, NOW - timedelta(hours=1), NOW) == timedelta(days=1)


@pytest.mark.rule("SYNC-14")
def test_the_walk_is_told_in_floors_and_doors() -> None:
    """A minute along the floor and a third of one for each floor; half a minute at each door. Nothing is told of a floor that nobody said."""
    assert on_foot(0, 0) == on_foot(7, 7) == timedelta(minutes=1)
    assert on_foot(-1, 2) == on_foot(2, -1) == timedelta(minutes=2)
    assert on_foot(None, 2) is on_foot(2, None) is None
    assert lasts(stops([0, -1, 8])) == timedelta(seconds=60 + 30 + 80 + 30 + 240 + 30)
    assert lasts(stops([0, None, 8])) is None
    assert lasts([]) == timedelta()


@pytest.mark.rule("SYNC-14")
def test_after_a_door_the_walk_goes_on_in_its_order() -> None:
    """From the last one to what was left out; from a door that is not on it to the first; from the only one nowhere."""
    first, second, third = walk = stops([0, 2, 5])
    assert following(walk, first.door_id) == second
    assert following(walk, third.door_id) == first
    assert following(walk, UUID(int=99)) == first
    assert following([second], second.door_id) is None is following([], second.door_id)


@pytest.mark.rule("SYNC-14")
def test_the_round_goes_over_due_doors_by_their_floors(house: House) -> None:
    """A unit door's floor is in its name, the Boiler Room's was said; a door that is up to date is not on the round."""
    house.door("Boiler Room", "service")
    for number, name in enumerate(("Unit 4B", "Boiler Room", "Package Room"), start=31):
        house.activate(name, f"LM0000{number}")
    with unit_of_work():
        places.edit_door(door_id=house.doors["Boiler Room"], floor=-1, by=ANA, now=house.now)
    house.give("Rosa", house.group("Some doors", "Unit 4B", "Boiler Room"))
    planned = queries.round_of(house.property_id, house.now)
    assert [stop.door_id for stop in planned] == [house.doors["Boiler Room"], house.doors["Unit 4B"]]
    assert [stop.floor for stop in planned] == [-1, 4]


@pytest.mark.rule("SYNC-14")
def test_visits_are_counted_where_everybody_passes_and_nowhere_else(house: House) -> None:
    """A shared door without network has a forecast; how often a household comes and goes is not told, nor is a reader in want of one."""
    house.door("Main Entrance", "entrance", connected=True)
    at_home, shared, reader = (
        house.activate(*lock) for lock in (("Unit 4B", "LM000031"), ("Gym", "LM000032"), ("Main Entrance", "LR000033", "R"))
    )
    for _day in range(21):
        house.later(days=1)
        for lock in (at_home, shared, reader):
            house.hand_in(lock.receipt(full=True, lock_time=int(house.now.timestamp())))
    gym = house.doors["Gym"]
    waits = queries.passing(house.doors.values(), house.now)
    assert set(waits) == {gym}
    assert waits[gym] == timedelta(days=21) / 22  # the activation itself brought one
    house.give("Rosa", house.group("Both", "Unit 4B", "Gym"))
    assert {stop.door_id: stop.by_itself for stop in queries.round_of(house.property_id, house.now)} == {
        gym: waits[gym], house.doors["Unit 4B"]: None,
    }  # fmt: skip
