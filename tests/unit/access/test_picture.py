"""The picture of some doors comes from a fixed number of reads, and a changed copy changes nothing in the database."""

from datetime import datetime
from typing import Any

import pytest

from limen.access import queries
from limen.access.models import Grant
from limen.access.picture import scene
from tests.cast import Harbor


def test_reads_do_not_grow_with_people(house: Harbor, now: datetime, django_assert_num_queries: Any) -> None:
    """Four holders cost as many reads as one; only at a unit door is the household read too."""
    house.give("dana", "Residents")
    with django_assert_num_queries(6):
        assert len(queries.holders(house.doors["Package Room"], now)) == 1
    for person in ("theo", "kim", "rosa"):
        house.give(person, "Residents")
    with django_assert_num_queries(6):
        assert len(queries.holders(house.doors["Package Room"], now)) == 4


def test_reads_do_not_grow_with_what_somebody_was_given(house: Harbor, now: datetime, django_assert_num_queries: Any) -> None:
    """Three groups cost as many reads as one, whatever they open."""
    house.give("dana", "Residents")
    with django_assert_num_queries(2):
        assert len(queries.grants_of(house.people["dana"])) == 1
    house.give("dana", "Roof deck")
    house.give("dana", "Home 4B")
    with django_assert_num_queries(2):
        given = queries.grants_of(house.people["dana"], house.property_id)
    names = {door_id: name for name, door_id in house.doors.items()}
    assert {grant.group_name: sorted(names[one] for one in grant.door_ids) for grant in given} == {
        "Residents": ["Gym", "Main Entrance", "Package Room"],
        "Roof deck": ["Roof"],
        "Home 4B": ["Unit 4B"],
    }


def test_a_changed_copy_is_only_a_copy(house: Harbor, now: datetime) -> None:
    """A preview judges a scene without a grant; the grant is still there."""
    grant = house.give("dana", "Roof deck")
    here = scene([house.doors["Roof"]], house.property_id, now)
    assert here.without([grant.id]).who_holds_what(now)[house.doors["Roof"]] == ()
    assert here.with_paused(house.people["dana"]).who_holds_what(now)[house.doors["Roof"]] == ()
    assert Grant.objects.get(id=grant.id).ended_at is None
    assert house.opens("dana") == {"Roof"}


def test_doors_of_another_building_are_not_in_the_picture(house: Harbor, now: datetime) -> None:
    """A scene is of one property; unknown and foreign doors are left out without a word."""
    assert scene([house.doors["Roof"]], house.portfolio_id, now).doors == {}


@pytest.mark.rule("ACCESS-5")
def test_what_has_not_begun_is_held_and_what_is_over_is_not(house: Harbor, now: datetime) -> None:
    """The lock enforces start and end itself, so a window to come is in the list already and one that ran out is not."""
    from datetime import timedelta

    house.give("dana", "Roof deck", starts=now + timedelta(days=3), ends=now + timedelta(days=9))
    assert house.opens("dana") == {"Roof"}
    assert house.opens("dana", now + timedelta(days=9)) == set()
