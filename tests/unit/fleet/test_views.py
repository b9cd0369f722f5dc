"""Small answers that views give about themselves."""

from dataclasses import replace
from datetime import timedelta

from limen.fleet import queries as fleet
from tests.unit.fleet.house import House


def test_a_door_is_stale_while_its_list_is_ahead_of_what_was_proved(house: House) -> None:
    """Never without a device."""
    assert not house.state("Gym").stale
    house.activate("Gym", "LM000002")
    assert not house.state("Gym").stale
    assert replace(house.state("Gym"), current=9).stale


def test_moments_count_doors(house: House) -> None:
    """ "Delivered n of m doors" counts those that had something to hear."""
    order = house.revoke(house.give("Rosa", house.group("Residents", "Package Room", "Gym")))
    house.later(minutes=1)
    moments = fleet.moments(order.id, house.now)
    assert (moments.delivered, moments.to_deliver, len(moments.doors)) == (0, 0, 2)
    told = tuple(replace(door, to_deliver=True, delivered_at=house.now + timedelta(hours=1)) for door in moments.doors)
    assert (replace(moments, doors=told).delivered, replace(moments, doors=told).to_deliver) == (2, 2)
