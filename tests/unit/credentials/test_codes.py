"""Permanent codes: one per person and door, kept while a grant covers them, shown to their owner."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from limen.access import queries as access_queries
from limen.access import services as access
from limen.credentials import queries, services
from limen.credentials.models import PermanentCode
from limen.journal import queries as journal
from limen.kernel.problems import NotAllowed, NotYours
from limen.places import services as places
from limen.storage.transactions import unit_of_work
from limen.wire.doorcodes import damerau, weak
from tests.cast import Harbor

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.mark.rule("CODE-1")
def test_one_code_per_person_and_door(house: Harbor, now: datetime) -> None:
    """Everybody whose grant has doorcodes on has one code at the door, sound, and at least two slips from any other."""
    door = house.doors["Package Room"]
    held = queries.codes_at(door)
    assert {code.person_id for code in held} == {house.people[name] for name in ("dana", "theo", "kim", "rosa")}
    values = [services.permanent_digits(person_id=code.person_id, door_id=door) for code in held]
    assert all(not weak(value) and len(value) == 7 for value in values)
    assert all(damerau(a, b) >= 2 for n, a in enumerate(values) for b in values[n + 1 :])
    assert queries.codes_at(house.doors["Gym"]) == ()


@pytest.mark.rule("CODE-1")
def test_moving_between_groups_keeps_the_code(house: Harbor, now: datetime) -> None:
    """Given the new group first, a person keeps the code when the old one ends; given back later, the code is a new one."""
    door, dana = house.doors["Package Room"], house.people["dana"]
    before = services.permanent_digits(person_id=dana, door_id=door)
    house.group("Residents, new", "Package Room")
    house.give("dana", "Residents, new")
    grants = {g.group_name: g for g in access_queries.grants_of(dana)}
    _revoke(house, grants["Residents"].id, now)
    assert services.permanent_digits(person_id=dana, door_id=door) == before
    _revoke(house, grants["Residents, new"].id, now)
    assert queries.code_of(dana, door) is None
    house.give("dana", "Residents")
    assert services.permanent_digits(person_id=dana, door_id=door) != before


@pytest.mark.rule("CODE-1")
def test_a_pause_keeps_the_code(house: Harbor, now: datetime) -> None:
    """A paused person is shown no code; after resuming it is the same one."""
    dana, door = house.people["dana"], house.doors["Package Room"]
    before = services.permanent_digits(person_id=dana, door_id=door)
    with unit_of_work():
        access.suspend(person_id=dana, property_id=house.property_id, by=house.actor(), now=now)
    with pytest.raises(NotYours):
        services.show_code(person_id=dana, door_id=door, by=house.actor("dana"), now=now)
    with unit_of_work():
        access.resume(person_id=dana, property_id=house.property_id, by=house.actor(), now=now)
    with unit_of_work():
        assert services.show_code(person_id=dana, door_id=door, by=house.actor("dana"), now=now) == before


@pytest.mark.rule("CODE-11")
def test_showing_a_code_is_written_down_without_digits(house: Harbor, now: datetime) -> None:
    """Only the owner is shown a code, and the journal knows that it was shown, not what it is."""
    dana, door = house.people["dana"], house.doors["Package Room"]
    with unit_of_work():
        digits = services.show_code(person_id=dana, door_id=door, by=house.actor("dana"), now=now)
    (entry, *_rest) = journal.entries(target=f"door:{door}")
    assert (entry.verb, entry.by) == ("doorcode.shown", dana)
    assert digits not in str(entry)
    for other in ("ana", "theo"):
        with pytest.raises(NotYours):
            services.show_code(person_id=dana, door_id=door, by=house.actor(other), now=now)


@pytest.mark.rule("CODE-3")
def test_resetting_a_code(house: Harbor, now: datetime) -> None:
    """A resident resets the code of their own unit door; at another door it is for staff. The old value stays reserved until proven gone."""
    dana, home, room = house.people["dana"], house.doors["Unit 4B"], house.doors["Package Room"]
    old = services.permanent_digits(person_id=dana, door_id=home)
    with unit_of_work():
        services.reset_code(person_id=dana, door_id=home, by=house.actor("dana"), now=now)
    new = services.permanent_digits(person_id=dana, door_id=home)
    assert damerau(old, new) >= 2
    with pytest.raises(NotAllowed, match="The property team changes this one"), unit_of_work():
        services.reset_code(person_id=dana, door_id=room, by=house.actor("dana"), now=now)
    with unit_of_work():
        services.reset_code(person_id=dana, door_id=room, by=house.actor("ana"), now=now)
    assert PermanentCode.objects.filter(freed_at=None, door_id=home).count() == 3
    services.note_proven(door_id=home, as_of=now, now=now + HOUR)
    assert PermanentCode.objects.filter(freed_at=None, door_id=home).count() == 2


@pytest.mark.rule("CODE-2")
def test_a_shortened_code_keeps_its_end(house: Harbor, now: datetime) -> None:
    """Shortening keeps the last digits of each code, so who types the old one still gets in; lengthening makes new ones."""
    door, dana = house.doors["Package Room"], house.people["dana"]
    with unit_of_work():
        places.edit_property(property_id=house.property_id, code_digits=9, by=house.actor(), now=now)
        services.settle_codes(door_id=door, now=now)
    nine = services.permanent_digits(person_id=dana, door_id=door)
    with unit_of_work():
        places.edit_property(property_id=house.property_id, code_digits=8, by=house.actor(), now=now)
        services.settle_codes(door_id=door, now=now)
    eight = services.permanent_digits(person_id=dana, door_id=door)
    assert len(nine) == 9
    assert len(eight) == 8
    assert nine.endswith(eight) or weak(nine[-8:])


def _revoke(house: Harbor, grant_id: UUID, now: datetime) -> None:
    with unit_of_work():
        access.revoke(grant_id=grant_id, by=house.actor(), now=now)
