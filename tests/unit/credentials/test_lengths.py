"""The length of a building's codes: chosen by its owner, refused where it could be guessed (CODE-2, CODE-12)."""

from datetime import datetime

import pytest

from limen.credentials import lengths, queries, services
from limen.kernel.problems import Problem, Refused
from limen.notices.models import Notice
from limen.places import queries as places
from limen.places import services as buildings
from limen.storage import outbox
from limen.storage.transactions import unit_of_work
from tests.cast import Harbor
from tests.unit.credentials.conftest import make


def choose(house: Harbor, digits: int | None, now: datetime) -> None:
    """The owner's choice."""
    with unit_of_work():
        services.choose_length(property_id=house.property_id, digits=digits, by=house.actor(), now=now)


def settled(now: datetime) -> None:
    """All that follows by itself."""
    outbox.settle(now)


@pytest.mark.rule("CODE-2", "CODE-12")
def test_a_length_below_what_a_door_needs_is_refused_with_its_odds(house: Harbor, now: datetime) -> None:
    """Seven digits are enough at the Package Room and too few at the entrance: the entrance is named, with the length to choose."""
    assert queries.odds(house.doors["Package Room"], now, digits=7).within_limit
    with pytest.raises(Refused) as refused:
        choose(house, 7, now)
    worst = queries.odds(house.doors["Main Entrance"], now, digits=7)
    assert refused.value.title == (
        f"7 digits at Main Entrance: a day of guessing gets in 1 time in {worst.one_in}. The limit is 1 in 500. Choose 8."
    )
    assert worst.one_in < 500
    assert places.property_view(house.property_id).code_digits is None
    choose(house, 8, now)
    assert places.property_view(house.property_id).code_digits == 8


def test_a_door_without_codes_asks_for_no_length(house: Harbor, now: datetime) -> None:
    """With codes forbidden wherever seven digits are too few, seven are enough."""
    while (worst := lengths.too_short(house.property_id, 7, now)) is not None:
        with unit_of_work():
            buildings.edit_door(door_id=worst.door_id, codes_allowed=False, by=house.actor(), now=now)
    choose(house, 7, now)
    assert places.property_view(house.property_id).code_digits == 7


@pytest.mark.rule("CODE-2", "CODE-12")
def test_a_choice_made_while_no_door_took_codes_holds_no_door_below_its_odds(house: Harbor, now: datetime) -> None:
    """Four digits are chosen where codes are forbidden; allowed again, each door has the length that its odds ask for."""
    doors = [door for door in places.doors(house.property_id) if door.codes_allowed]
    for allowed in (False, True):
        for door in doors:
            with unit_of_work():
                buildings.edit_door(door_id=door.id, codes_allowed=allowed, by=house.actor(), now=now)
        if not allowed:
            choose(house, 4, now)
    entrance = queries.odds(house.doors["Main Entrance"], now)
    assert (entrance.digits, entrance.within_limit) == (entrance.least_digits, True)
    assert len(services.permanent_digits(person_id=house.people["dana"], door_id=house.doors["Package Room"])) >= 7


@pytest.mark.rule("CODE-2", "CODE-4")
def test_who_gave_out_a_code_is_told_that_a_longer_length_ends_it(house: Harbor, now: datetime) -> None:
    """Seven digits were told and the lock will ask for nine: it ends with that update, and its maker hears it, once. One made afterwards has nine."""
    door, early = house.doors["Package Room"], make(house)
    choose(house, 9, now)
    settled(now)
    assert [notice.person_id for notice in Notice.objects.filter(kind="codes_floored")] == [house.people["dana"]]
    assert [view.floored_at for view in queries.temporary_of(house.people["dana"], now)] == [now]
    later = make(house)
    assert (len(early.digits), len(later.digits)) == (7, 9)
    choose(house, None, now)
    settled(now)
    assert Notice.objects.filter(kind="codes_floored").count() == 1
    living = queries.living_at(door, now)
    assert living is not None and living.codes == 1


@pytest.mark.rule("CODE-2", "CODE-4")
def test_a_shorter_length_ends_no_code_that_was_given_out(house: Harbor, now: datetime) -> None:
    """The lock compares the last digits of what a guest types: nobody is told anything."""
    choose(house, 9, now)
    make(house)
    choose(house, 8, now)
    settled(now)
    assert not Notice.objects.filter(kind="codes_floored").exists()


@pytest.mark.rule("CODE-2")
def test_a_choice_can_be_given_back_to_the_odds(house: Harbor, now: datetime) -> None:
    """Without a choice every door is as short as its odds allow, and no code that is longer gets shorter by that."""
    door, dana = house.doors["Package Room"], house.people["dana"]
    choose(house, 9, now)
    choose(house, None, now)
    assert places.property_view(house.property_id).code_digits is None
    assert len(services.permanent_digits(person_id=dana, door_id=door)) == 9


def test_no_keypad_takes_three_digits_or_ten(house: Harbor, now: datetime) -> None:
    """Whatever the odds say."""
    for digits in (0, 10):
        with pytest.raises(Problem):
            choose(house, digits, now)
