"""Doors that somebody held and holds no more, each with its moment."""

from datetime import datetime, timedelta

import pytest

from limen.access import queries, services
from limen.storage.transactions import unit_of_work
from tests.cast import Harbor

DAY = timedelta(days=1)


def lost(house: Harbor, who: str, now: datetime, since: datetime | None = None) -> dict[str, datetime]:
    """By the name of the door."""
    names = {door_id: name for name, door_id in house.doors.items()}
    return {names[loss.door_id]: loss.at for loss in queries.doors_lost(house.people[who], since or now - 7 * DAY, now)}


@pytest.mark.rule("ACCESS-4")
def test_what_was_ended_is_lost_when_it_was_ordered(house: Harbor, now: datetime) -> None:
    """At the doors that no other grant holds, and only since one asks."""
    house.group("Everything", "Roof", "Gym")
    house.give("dana", "Residents")
    grant = house.give("dana", "Everything")
    with unit_of_work():
        services.revoke(grant_id=grant.id, by=house.actor(), now=now)
    assert lost(house, "dana", now + DAY) == {"Roof": now}  # the Gym is held by the other group
    assert lost(house, "dana", now + DAY, since=now + timedelta(minutes=1)) == {}
    assert lost(house, "theo", now + DAY) == {}


def test_a_door_that_leaves_its_group_is_lost_to_all_who_held_it(house: Harbor, now: datetime) -> None:
    """The order names each of them."""
    house.give("dana", "Residents")
    doors = [queries.GroupDoorView(house.doors[name], None, True) for name in ("Main Entrance", "Package Room")]
    with unit_of_work():
        services.edit_group(group_id=house.groups["Residents"], name="Residents", doors=doors, by=house.actor(), now=now)
    assert lost(house, "dana", now) == {"Gym": now}


@pytest.mark.rule("ACCESS-9")
def test_a_guest_loses_what_the_host_lost_and_what_ran_out(house: Harbor, now: datetime) -> None:
    """One door with the host, the other at the end that the invitation had."""
    roof = house.give("dana", "Roof deck")
    house.give("dana", "Home 4B")
    guest = house.invite("dana", "Roof", "Unit 4B", ends=now + DAY)
    assert guest.person_id is not None
    house.people["ines"] = guest.person_id
    with unit_of_work():
        services.revoke(grant_id=roof.id, by=house.actor(), now=now)
    assert lost(house, "ines", now) == {"Roof": now}
    assert lost(house, "ines", now + 2 * DAY) == {"Roof": now, "Unit 4B": now + DAY}


@pytest.mark.rule("PEOPLE-7")
def test_neither_a_pause_nor_a_removed_phone_loses_a_door(house: Harbor, now: datetime) -> None:
    """Both leave the grant as it is."""
    house.give("dana", "Residents")
    house.phone("dana")
    with unit_of_work():
        services.suspend(person_id=house.people["dana"], property_id=house.property_id, by=house.actor(), now=now)
    assert lost(house, "dana", now) == {}


def test_what_was_ended_before_its_date_is_lost_once(house: Harbor, now: datetime) -> None:
    """At the order, not again at the date that it would have had."""
    grant = house.give("gus", "Roof deck", standing="non-resident", role_kind="vendor", ends=now + 2 * DAY)
    with unit_of_work():
        services.revoke(grant_id=grant.id, by=house.actor(), now=now + DAY)
    assert lost(house, "gus", now + 3 * DAY) == {"Roof": now + DAY}
    again = house.give("gus", "Roof deck", standing="non-resident", role_kind="vendor", ends=now + 5 * DAY, now=now + 3 * DAY)
    assert again.ends is not None and lost(house, "gus", now + 4 * DAY) == {}
    assert lost(house, "gus", now + 6 * DAY) == {"Roof": now + 5 * DAY}
    assert [loss.by_group for loss in queries.doors_lost(house.people["gus"], now, now + 6 * DAY)] == [True]
