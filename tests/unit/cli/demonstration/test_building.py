"""The demonstration's building is made by the rooms' own verbs, with something to do on its first page."""

import dataclasses
from datetime import datetime
from pathlib import Path

import pytest
from django.conf import settings

from limen.access import queries as access
from limen.access import services as giving
from limen.cli.demonstration import building, cast
from limen.intercom import queries as intercom
from limen.kernel.actors import SYSTEM
from limen.people import queries as people
from limen.places import queries as places
from limen.storage import files
from limen.storage.transactions import unit_of_work
from tests.standing import standing
from tests.thief import places_of

LAST_DOORS = 128


@pytest.fixture
def made(db: None, now: datetime) -> building.Made:
    return _made(now)


@standing
def _made(now: datetime) -> building.Made:
    with unit_of_work():
        return building.make(folder(), now)


def folder() -> Path:
    """Where the sign-ins are written down, once for all tests of this file."""
    return files.folder(Path(settings.LIMEN_DATA) / "demonstration")


@pytest.mark.rule("PLACE-5")
def test_the_whole_building_is_there_with_signs_and_people(made: building.Made, now: datetime) -> None:
    """Doors and rent roll arrive by the same import that a manager uses."""
    doors = places.doors(made.property_id)
    assert len(doors) == LAST_DOORS and all(door.floor is not None for door in doors), "the round can say how long it takes (SYNC-14)"
    assert {places.door_view(link.door_id).name for link in intercom.links(made.property_id)} == set(building.SIGNS)
    dana = people.person_of_email("dana@example.org")
    assert dana is not None
    unit = people.unit_of(dana.id, made.property_id, now)
    assert unit is not None and unit.name == "4B"


def test_a_second_start_finds_what_the_first_one_made(made: building.Made) -> None:
    """Nothing is made twice."""
    again = building.there()
    assert again is not None
    assert dataclasses.asdict(again) == dataclasses.asdict(made)


def test_today_somebody_moves_in_and_somebody_loses_a_door(made: building.Made, now: datetime) -> None:
    """So that the first opening really sets a door up, and a revocation really waits."""
    dana, theo = people.person_of_email("dana@example.org"), people.person_of_email("theo@example.org")
    assert dana is not None and theo is not None
    assert made.doors["Unit 4B"] not in access.doors_of(dana.id, now)
    with unit_of_work():
        building.today(made, now)
        building.invite_guest(made, now)
    assert made.doors["Unit 4B"] in access.doors_of(dana.id, now)
    assert made.doors["Bike Room"] not in access.doors_of(theo.id, now)
    assert access.revocations(person_id=theo.id)
    assert access.guests_of(dana.id, now)


def test_the_story_of_today_is_told_once(made: building.Made, now: datetime) -> None:
    """A later start finds it told, whatever was given back or ended since; told again it would pass over what has ended."""
    assert not building.begun(made)
    with unit_of_work():
        building.today(made, now)
    assert building.begun(made)
    dana = people.person_of_email("dana@example.org")
    assert dana is not None
    for grant in access.grants_of(dana.id, made.property_id):
        with unit_of_work():
            giving.revoke(grant_id=grant.id, by=SYSTEM, now=now)
    assert building.begun(made)
    with unit_of_work():
        building.today(made, now)


def test_passwords_are_drawn_here_and_only_their_owner_reads_them(made: building.Made) -> None:
    """No password is in the repository, and who manages has a second factor (PEOPLE-5)."""
    signs = cast.sign_ins(folder())
    assert len({one["password"] for one in signs}) == len(signs)
    assert all(one["authenticator"] for one in signs if one["role"] != "resident")
    assert (folder() / cast.FILE).stat().st_mode & 0o077 == 0


@pytest.mark.rule("PRIVACY-8")
def test_a_thief_of_the_database_reads_nobodys_address_number_or_whole_name(made: building.Made, now: datetime) -> None:
    """In no table, after the whole building moved in and the cast can sign in."""
    with unit_of_work():
        building.today(made, now)
        building.invite_guest(made, now)
    everybody = people.people_in(made.property_id, now)
    words = {word for who in everybody for word in (who.email, who.phone, who.name if " " in who.name else None) if word}
    assert len(words) > len(everybody) > 100
    assert places_of(words) == []
