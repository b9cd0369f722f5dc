"""Finding people, and their rights."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from limen.kernel.actors import SYSTEM, Actor
from limen.kernel.problems import NotYours
from limen.people import queries, services
from limen.places import queries as places
from limen.storage.transactions import unit_of_work
from tests.unit.people.conftest import Add

DAY = timedelta(days=1)


def unit(house: UUID, name: str) -> UUID:
    found = places.unit_named(house, name)
    assert found
    return found.id


@pytest.fixture
def dana(house: UUID, add: Add, live: Callable[..., UUID]) -> UUID:
    """Dana Reyes lives in 4B."""
    person = add("Dana Reyes", "dana@example.org")
    live(person, unit(house, "4B"))
    return person


@pytest.mark.rule("PLACE-4")
def test_a_household_is_who_lives_there_now(house: UUID, dana: UUID, add: Add, live: Callable[..., UUID], now: datetime) -> None:
    """Not who comes later, not who left."""
    theo, late, gone = add("Theo Park"), add("Mei Rossi"), add("Uma Müller")
    live(theo, unit(house, "4B"))
    live(late, unit(house, "4B"), since=now + DAY)
    live(gone, unit(house, "4B"), until=now - DAY)
    assert [p.name for p in queries.household(unit(house, "4B"), now)] == ["Dana Reyes", "Theo Park"]
    assert [p.name for p in queries.household(unit(house, "4B"), now + DAY)] == ["Dana Reyes", "Mei Rossi", "Theo Park"]
    assert {p.name for p in queries.people_in(house, now)} == {"Dana Reyes", "Theo Park", "Mei Rossi"}


def test_whose_history_it_is_is_judged_by_when_it_happened(house: UUID, add: Add, live: Callable[..., UUID], now: datetime) -> None:
    """Living there from the first instant until before the last."""
    gone = add("Uma Müller")
    live(gone, unit(house, "4B"), since=now - 9 * DAY, until=now - DAY)
    asked = [queries.subject_in_unit(gone, unit(house, "4B"), now - days * DAY) for days in (10, 9, 2, 1, 0)]
    assert asked == [False, True, True, False, False]
    assert not queries.subject_in_unit(gone, unit(house, "2A"), now - 5 * DAY)


def test_somebody_may_live_in_two_units(house: UUID, dana: UUID, live: Callable[..., UUID], now: datetime) -> None:
    """The one lived in longest is named where one is asked for."""
    live(dana, unit(house, "10A"), since=now - DAY)
    assert [u.name for u in queries.units_of(dana, house, now)] == ["4B", "10A"]
    first = queries.unit_of(dana, house, now)
    assert first and first.name == "4B"
    assert queries.properties_lived_in(dana, now) == (house,)
    assert queries.unit_of(dana, UUID(int=1), now) is None


def test_residencies_that_are_not_over_are_listed(house: UUID, dana: UUID, live: Callable[..., UUID], now: datetime) -> None:
    """By unit, by person, by building; coming ones included."""
    live(dana, unit(house, "2A"), since=now + DAY)
    live(dana, unit(house, "10A"), until=now - DAY)
    assert [r.unit_name for r in queries.residencies(person_id=dana, now=now)] == ["4B", "2A"]
    assert [r.person_id for r in queries.residencies(unit_id=unit(house, "2A"), now=now)] == [dana]
    assert set(queries.residents_by_unit(house, now)) == {unit(house, "4B"), unit(house, "2A")}


def test_every_stay_in_a_home_is_known_also_those_that_are_over(house: UUID, dana: UUID, live: Callable[..., UUID], now: datetime) -> None:
    """The earliest first."""
    live(dana, unit(house, "2A"), since=now - 2 * DAY, until=now - DAY)
    live(dana, unit(house, "2A"), since=now + DAY)
    assert [home.until for home in queries.homes_at(unit(house, "2A"))] == [now - DAY, None]


@pytest.mark.rule("PRIVACY-8")
def test_who_was_deleted_is_known_by_the_key_that_is_gone(dana: UUID, add: Add, now: datetime) -> None:
    """Whatever a database says that was copied back."""
    theo = add("Theo Park")
    with unit_of_work():
        services.forget(person_id=dana, by=SYSTEM, now=now)
    assert queries.forgotten([dana, theo, dana]) == {dana}
    assert queries.forgotten([]) == frozenset()


@pytest.mark.parametrize("text", ["reyes", "DANA", "dana 4b", "Réyes", "example.org dana", ""])
def test_people_are_found_by_parts_of_name_address_and_unit(house: UUID, dana: UUID, now: datetime, text: str) -> None:
    """Accents and capitals aside."""
    assert [p.id for p in queries.find(house, text, now)] == [dana]


def test_people_of_elsewhere_are_not_found(house: UUID, annex: UUID, dana: UUID, add: Add, now: datetime) -> None:
    """Unless the asker may see them for another reason."""
    guest = add("Dana Guest")
    assert queries.find(annex, "dana", now) == ()
    assert {p.id for p in queries.find(house, "dana", now, also=[guest])} == {dana, guest}
    assert queries.find(house, "10A", now) == ()


@pytest.mark.rule("PEOPLE-2")
def test_a_portfolio_manager_may_everything_in_every_building(owner: Actor, house: UUID, annex: UUID, now: datetime) -> None:
    """And only there."""
    assert owner.person_id
    for place in (house, annex):
        assert queries.rights(owner.person_id, place, now).appoints
    assert set(queries.managed_properties(owner.person_id, now)) == {house, annex}
    other = UUID(int=1)
    assert not queries.rights(owner.person_id, other, now).anything


@pytest.mark.rule("PEOPLE-2")
def test_a_property_manager_has_rights_in_one_building(owner: Actor, house: UUID, annex: UUID, add: Add, now: datetime) -> None:
    """As granted, and none next door."""
    ben = add("Ben Ode", "ben@example.org")
    group = UUID(int=4)
    services.appoint(person_id=ben, kind="property_manager", property_id=house, access="specific", group_ids=[group], by=owner, now=now)
    rights = queries.rights(ben, house, now)
    assert rights.property_manager and rights.manages(group) and not rights.device_management
    assert not queries.rights(ben, annex, now).anything
    assert queries.managed_properties(ben, now) == (house,)
    assert {role.kind for role in queries.roles_in(house, now)} == {"portfolio_manager", "property_manager"}
    assert {p.name for p in queries.people_in(house, now)} == {"Ana Ruiz", "Ben Ode"}


@pytest.mark.rule("PEOPLE-2")
def test_living_here_gives_no_right_to_manage(house: UUID, dana: UUID, now: datetime) -> None:
    """Nor does being nobody."""
    assert not queries.rights(dana, house, now).anything and not queries.rights(None, house, now).anything
    assert queries.managed_properties(dana, now) == ()


def test_who_is_not_there_is_not_yours(db: None) -> None:
    """Lists leave them out."""
    with pytest.raises(NotYours):
        queries.person_view(UUID(int=1))
    assert queries.persons_by_id([UUID(int=1)]) == {}
    assert queries.person_of_email("nobody@example.org") is None


def test_consent_is_asked_by_version(dana: UUID, now: datetime) -> None:
    """A new version is a new question."""
    services.record_consent(person_id=dana, version="2026-11", now=now)
    assert queries.has_consented(dana, "2026-11") and not queries.has_consented(dana, "2027-01")


def test_comparing_ignores_accents_and_capitals() -> None:
    """As people type on a phone."""
    assert queries.plain("Chloé Ó SÚILLEABHÁIN") == "chloe o suilleabhain"
