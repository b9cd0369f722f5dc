"""One code for all common doors: the same digits everywhere, and still sound at each door."""

import os
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from uuid import UUID

import pytest
from django.db import connection, transaction

from limen.access import queries as access_queries
from limen.access import services as access
from limen.credentials import queries, rules, services
from limen.credentials.codes import Door
from limen.credentials.models import Keypad
from limen.kernel.problems import NotYours
from limen.places import services as places
from limen.storage.transactions import unit_of_work
from limen.wire.doorcodes import damerau, weak
from tests.cast import Harbor
from tests.unit.credentials.conftest import make

COMMON = ("Main Entrance", "Package Room", "Bike Room")
with_rows_to_lock = pytest.mark.skipif(
    os.environ.get("LIMEN_TEST_DATABASE") != "postgresql", reason="SQLite lets one write at a time: there are no rows to lock"
)


@pytest.fixture
def sharer(house: Harbor, now: datetime) -> UUID:
    """Dana, who has codes at her own door and at three common ones, and asked for one code."""
    with unit_of_work():
        house.doors["Bike Room"] = places.create_door(
            property_id=house.property_id, name="Bike Room", kind="common", by=house.actor(), now=now
        )
    house.group("Bikes", "Bike Room")
    house.give("dana", "Bikes")
    choose(house, now, True)
    return house.people["dana"]


def choose(house: Harbor, now: datetime, wanted: bool, by: str = "dana") -> None:
    with unit_of_work():
        services.set_one_code(person_id=house.people["dana"], property_id=house.property_id, wanted=wanted, by=house.actor(by), now=now)


def shown(house: Harbor, now: datetime, door: str) -> str:
    with unit_of_work():
        return services.show_code(person_id=house.people["dana"], door_id=house.doors[door], by=house.actor("dana"), now=now)


def compared(house: Harbor, door: str) -> str:
    return services.permanent_digits(person_id=house.people["dana"], door_id=house.doors[door])


@pytest.mark.rule("CODE-14")
def test_one_code_is_shown_for_all_common_doors_and_each_lock_compares_its_end(house: Harbor, now: datetime, sharer: UUID) -> None:
    """The unit door keeps its own; back to one for each when the person says so; nobody chooses for somebody else."""
    one = {shown(house, now, door) for door in COMMON}
    assert len(one) == 1
    assert shown(house, now, "Unit 4B") not in one
    (whole,) = one
    for door in COMMON:
        end = compared(house, door)
        assert whole.endswith(end)
        assert not weak(end)
        assert queries.code_of(sharer, house.doors[door]).digits == len(end)  # type: ignore[union-attr]
    with pytest.raises(NotYours):
        choose(house, now, False, by="theo")
    choose(house, now, False)
    assert len({shown(house, now, door) for door in COMMON}) == len(COMMON)


@pytest.mark.rule("CODE-14", "CODE-1")
def test_the_one_code_stays_away_from_everybody_elses_at_every_door(house: Harbor, now: datetime, sharer: UUID) -> None:
    """Two slips of a finger at least, at each door with its own length."""
    for door in COMMON:
        mine = compared(house, door)
        for code in queries.codes_at(house.doors[door]):
            if code.person_id != sharer:
                assert damerau(mine, services.permanent_digits(person_id=code.person_id, door_id=code.door_id)) >= 2


@pytest.mark.rule("CODE-14", "CODE-3")
def test_a_reset_at_one_door_is_a_reset_at_all(house: Harbor, now: datetime, sharer: UUID) -> None:
    """Staff resets it once; the other doors follow in the same moment, and it is one code again."""
    before = shown(house, now, "Bike Room")
    with unit_of_work():
        services.reset_code(person_id=sharer, door_id=house.doors["Package Room"], by=house.actor("ana"), now=now)
    after = {shown(house, now, door) for door in COMMON}
    assert len(after) == 1
    assert before not in after


@pytest.mark.rule("CODE-14", "CODE-2")
def test_longer_codes_make_the_one_code_longer_everywhere(house: Harbor, now: datetime, sharer: UUID) -> None:
    """A length that the code does not reach draws it anew for all doors; a shorter one keeps its end."""
    with unit_of_work():
        places.edit_property(property_id=house.property_id, code_digits=9, by=house.actor(), now=now)
        for door in COMMON:
            services.settle_codes(door_id=house.doors[door], now=now)
    (long,) = {shown(house, now, door) for door in COMMON}
    assert len(long) == 9
    with unit_of_work():
        places.edit_property(property_id=house.property_id, code_digits=8, by=house.actor(), now=now)
        for door in COMMON:
            services.settle_codes(door_id=house.doors[door], now=now)
    (same,) = {shown(house, now, door) for door in COMMON}
    assert same[-8:] == long[-8:]


@pytest.mark.rule("CODE-14", "LOCK-14", "CODE-2")
def test_longer_codes_keep_the_one_code_and_the_second_ones_apart(house: Harbor, now: datetime, sharer: UUID) -> None:
    """Drawn anew at one door, the one code comes to the others under its own number, and meets no second code there."""
    with unit_of_work():
        services.set_second_code(person_id=sharer, property_id=house.property_id, wanted=True, by=house.actor("dana"), now=now)
    for digits in (8, 9):
        with unit_of_work():
            places.edit_property(property_id=house.property_id, code_digits=digits, by=house.actor(), now=now)
        for _again in range(2):
            for door in COMMON:
                with unit_of_work():
                    services.settle_codes(door_id=house.doors[door], now=now)
        (one,) = {shown(house, now, door) for door in COMMON}
        assert len(one) == digits
        for door in COMMON:
            mine = [code.duress for code in queries.codes_at(house.doors[door]) if code.person_id == sharer]
            assert sorted(mine) == [False, True]
            second = services.permanent_digits(person_id=sharer, door_id=house.doors[door], duress=True)
            assert damerau(one, second) >= 2


@pytest.mark.rule("CODE-1", "CODE-2")
def test_a_new_length_draws_codes_away_from_visitors_codes(house: Harbor, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a visitor was given, at the length that the lock compares next, is nobody's permanent code (D.1)."""
    door = Door.at(house.doors["Package Room"])
    kept: list[set[str]] = []
    draw = rules.draw_permanent

    def watched(key: bytes, name: rules.CodeName, digits: int, taken: Collection[str], *, unit_door: bool) -> tuple[str, int]:
        if name.door == door.view.id.bytes:
            kept.append(set(taken))
        return draw(key, name, digits, taken, unit_door=unit_door)

    for person in ("dana", "theo"):
        make(house, person=person)
    monkeypatch.setattr(rules, "draw_permanent", watched)
    with unit_of_work():
        places.edit_property(property_id=house.property_id, code_digits=9, by=house.actor(), now=now)
        services.settle_codes(door_id=door.view.id, now=now)
    assert kept and all(len([value for value in taken if len(value) == 9]) >= 2 for taken in kept)


@pytest.mark.rule("CODE-14")
def test_who_comes_back_to_a_door_comes_back_to_the_one_code(house: Harbor, now: datetime, sharer: UUID) -> None:
    """The Bike Room is taken and given again: the same code works there as at the other doors."""
    whole = shown(house, now, "Package Room")
    grant = next(g for g in access_queries.grants_of(sharer, house.property_id) if g.group_name == "Bikes")
    with unit_of_work():
        access.revoke(grant_id=grant.id, by=house.actor(), now=now)
    assert queries.code_of(sharer, house.doors["Bike Room"]) is None
    house.give("dana", "Bikes")
    assert shown(house, now, "Bike Room") == whole


def reset(house: Harbor, now: datetime, who: str, door: str) -> None:
    """On a connection of its own, as another process would."""
    try:
        with unit_of_work():
            services.reset_code(person_id=house.people[who], door_id=house.doors[door], by=house.actor("ana"), now=now)
    finally:
        connection.close()


@with_rows_to_lock
@pytest.mark.django_db(transaction=True)
@pytest.mark.rule("CODE-14", "CODE-2")
def test_one_code_is_not_drawn_while_codes_are_made_at_any_of_its_doors(house: Harbor, now: datetime, sharer: UUID) -> None:
    """Drawn at the Package Room, it waits for who makes codes on the Roof, where Dana may go one day: neither sees the other's yet (invariant 48)."""
    house.group("Roof", "Roof")
    house.give("kim", "Roof")
    with ThreadPoolExecutor(1) as elsewhere, transaction.atomic():
        Keypad.objects.select_for_update().get(door_id=house.doors["Roof"])
        drawing = elsewhere.submit(reset, house, now, "dana", "Package Room")
        with pytest.raises(TimeoutError):
            drawing.result(1)
    drawing.result(20)
    assert len({shown(house, now, door) for door in COMMON}) == 1


@with_rows_to_lock
@pytest.mark.django_db(transaction=True)
@pytest.mark.rule("CODE-14", "CODE-2")
def test_two_one_codes_drawn_at_once_at_two_doors_stay_apart(house: Harbor, now: datetime, sharer: UUID) -> None:
    """Nobody waits for ever, and at each door the two are two slips apart (invariant 48)."""
    with unit_of_work():
        services.set_one_code(person_id=house.people["theo"], property_id=house.property_id, wanted=True, by=house.actor("theo"), now=now)
    with ThreadPoolExecutor(2) as both:
        for _ in range(8):
            for drawn in [both.submit(reset, house, now, who, door) for who, door in (("dana", "Package Room"), ("theo", "Main Entrance"))]:
                drawn.result(60)
    for door in ("Main Entrance", "Package Room"):
        mine, theirs = (services.permanent_digits(person_id=house.people[who], door_id=house.doors[door]) for who in ("dana", "theo"))
        assert damerau(mine, theirs) >= 2
