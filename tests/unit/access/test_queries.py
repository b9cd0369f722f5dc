"""Who may open what, as the service says it."""

from datetime import datetime, timedelta

import pytest

from limen.access import queries, services
from limen.kernel.periods import Interval, Weekly
from limen.people import queries as people_queries
from limen.people import services as people
from limen.storage.transactions import unit_of_work
from tests.cast import Harbor

DAY = timedelta(days=1)
MORNINGS = Weekly((Interval(0b1111111, 6 * 60, 10 * 60),))
ALL_DAY = Weekly((Interval(0b1111111, 6 * 60, 22 * 60),))


@pytest.mark.rule("ACCESS-12", "ACCESS-5")
def test_would_a_door_open(house: Harbor, now: datetime) -> None:
    """The service answers with the first reason that says no: not started, outside the hours, no code here, ended, never had."""
    dana, roof, gym = house.people["dana"], house.doors["Roof"], house.doors["Gym"]
    assert queries.would_open(dana, roof, "app", now).reason == "no_access"
    grant = house.give("dana", "Roof deck", starts=now + DAY)
    assert queries.would_open(dana, roof, "app", now).reason == "not_started"
    assert queries.would_open(dana, roof, "app", now + 2 * DAY).opens
    house.group("Early gym", "Gym", schedule=MORNINGS)
    house.give("dana", "Early gym")
    assert queries.would_open(dana, gym, "app", now).reason == "outside_schedule"
    assert queries.would_open(dana, gym, "code", now).reason == "no_code_here"
    with unit_of_work():
        services.revoke(grant_id=grant.id, by=house.actor(), now=now)
    assert queries.would_open(dana, roof, "app", now).reason == "ended"


@pytest.mark.rule("PEOPLE-3")
def test_doors_managed_are_those_of_ones_groups(house: Harbor, now: datetime) -> None:
    """A manager of chosen groups manages the doors of those groups and no others."""
    with unit_of_work():
        people.appoint(
            person_id=house.people["ben"], kind="property_manager", property_id=house.property_id, access="specific",
            group_ids=[house.groups["Roof deck"]], by=house.actor(), now=now,
        )  # fmt: skip
    rights = people_queries.rights(house.people["ben"], house.property_id, now)
    assert queries.doors_managed(rights, house.property_id) == {house.doors["Roof"]}
    assert [(g.name, g.may_give) for g in queries.groups(house.property_id, rights)] == [
        ("Home 4B", False), ("Residents", False), ("Roof deck", True),
    ]  # fmt: skip


@pytest.mark.rule("SYNC-3")
def test_who_has_the_app_here(house: Harbor, now: datetime) -> None:
    """Somebody invited who will have the app counts; no smartphone, declined, or a grant by code only does not (decision 0060)."""
    house.give("dana", "Roof deck")
    house.give("rosa", "Roof deck")
    house.give("gus", "Roof deck", standing="non-resident", app=False)
    house.give("kim", "Roof deck")
    people.decline_app(person_id=house.people["kim"], by=house.actor("kim"), now=now)
    here = {name: queries.has_app_here(house.people[name], house.doors["Roof"], now) for name in ("dana", "rosa", "gus", "kim", "theo")}
    assert here == {"dana": True, "rosa": False, "gus": False, "kim": False, "theo": False}


@pytest.mark.rule("ACCESS-2")
def test_what_turns_soon_are_given_groups_with_a_start_or_an_end_in_the_time(house: Harbor, now: datetime) -> None:
    """After the first moment, up to the second; what was ended or paused does not turn, and a resident's guests are the resident's (V13 o)."""
    week = now + 7 * DAY
    starting = house.give("dana", "Roof deck", starts=now + DAY)
    ending = house.give("gus", "Roof deck", standing="non-resident", ends=week)
    house.give("theo", "Roof deck", starts=now + DAY)
    with unit_of_work():
        services.suspend(person_id=house.people["theo"], property_id=house.property_id, by=house.actor(), now=now)
    house.give("rosa", "Roof deck", ends=week + timedelta(seconds=1))
    over = house.give("kim", "Roof deck", starts=now + DAY)
    with unit_of_work():
        services.revoke(grant_id=over.id, by=house.actor(), now=now)
    house.give("dana", "Home 4B")
    with unit_of_work():
        services.invite_guest(
            host_id=house.people["dana"], door_ids=[house.doors["Unit 4B"]], first="Ines", last="Calder", email="ines@example.org",
            starts=now + DAY, ends=now + 2 * DAY, by=house.actor("dana"), now=now,
        )  # fmt: skip
    assert {grant.id for grant in queries.turning(house.property_id, now, week)} == {starting.id, ending.id}
    assert {grant.id for grant in queries.turning(house.property_id, now + DAY, week)} == {ending.id}
