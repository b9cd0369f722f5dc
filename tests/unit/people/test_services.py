"""People, households, roles, consent."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from limen.journal import queries as journal
from limen.kernel.actors import SYSTEM, Actor
from limen.kernel.problems import NotAllowed, NotYours, Problem, Refused
from limen.people import queries, services
from limen.people.models import Consent
from limen.places import queries as places
from limen.places import services as place_services
from limen.storage import ledger
from limen.storage.transactions import unit_of_work
from tests.unit.people.conftest import Add

DAY = timedelta(days=1)


@pytest.fixture
def four_b(house: UUID) -> UUID:
    found = places.unit_named(house, "4B")
    assert found
    return found.id


@pytest.mark.rule("PEOPLE-1")
def test_the_same_address_twice_is_the_same_person(add: Add) -> None:
    """Whatever its capitals; the first name stays."""
    dana = add("Dana Reyes", "dana@example.org")
    assert add("D. Reyes", " DANA@example.org") == dana
    assert queries.person_view(dana).name == "Dana Reyes"


@pytest.mark.rule("PEOPLE-1")
def test_people_without_an_address_are_people_too(add: Add) -> None:
    """Two of the same name are two."""
    assert add("Rosa Haddad") != add("Rosa Haddad")


@pytest.mark.rule("PEOPLE-1")
def test_one_person_may_live_in_several_buildings(
    house: UUID, annex: UUID, four_b: UUID, add: Add, live: Callable[..., UUID], now: datetime
) -> None:
    """One account, two homes."""
    dana = add("Dana Reyes", "dana@example.org")
    live(dana, four_b)
    live(add("Dana Reyes", "dana@example.org"), place_services.create_unit(property_id=annex, name="1", by=SYSTEM, now=now))
    assert set(queries.properties_lived_in(dana, now)) == {house, annex}


@pytest.mark.rule("PEOPLE-4")
def test_an_account_is_pending_until_the_first_sign_in(add: Add, now: datetime) -> None:
    """Then active, later archived, and never pending again."""
    dana = add("Dana Reyes", "dana@example.org")
    assert queries.person_view(dana).status == "pending"
    services.mark_active(person_id=dana, now=now)
    assert queries.person_view(dana).status == "active"
    services.archive(person_id=dana, by=SYSTEM, now=now)
    services.mark_active(person_id=dana, now=now)
    assert queries.person_view(dana).status == "archived"


def test_editing_changes_what_is_named_and_leaves_the_rest(add: Add, now: datetime) -> None:
    """The journal says which fields, not what stood there."""
    dana = add("Dana Reyes", "dana@example.org", phone="+1 212 555 0100")
    services.edit_person(person_id=dana, last="Reyes-Park", phone="", smartphone=False, by=SYSTEM, now=now)
    view = queries.person_view(dana)
    assert (view.name, view.email, view.phone, view.smartphone) == ("Dana Reyes-Park", "dana@example.org", "", False)
    entry = journal.entries(target=f"person:{dana}")[0]
    assert (entry.verb, dict(entry.detail)) == ("person.edited", {"fields": "last,phone"})


def test_a_new_address_is_found_and_the_old_one_free(add: Add, now: datetime) -> None:
    """An address that belongs to somebody else is refused."""
    dana, ben = add("Dana Reyes", "dana@example.org"), add("Ben Ode", "ben@example.org")
    services.edit_person(person_id=dana, email="new@example.org", by=SYSTEM, now=now)
    found = queries.person_of_email("NEW@example.org")
    assert found and found.id == dana and queries.person_of_email("dana@example.org") is None
    with pytest.raises(Refused):
        services.edit_person(person_id=ben, email="new@example.org", by=SYSTEM, now=now)
    services.edit_person(person_id=ben, email="", by=SYSTEM, now=now)
    assert queries.person_view(ben).email is None


@pytest.mark.rule("PRIVACY-8")
def test_a_forgotten_person_is_unreadable_and_their_address_is_free(add: Add, now: datetime) -> None:
    """The rows stay for whoever counts them; the ledger keeps a restore from bringing the name back."""
    dana = add("Dana Reyes", "dana@example.org", phone="+1 212 555 0100")
    with unit_of_work():
        services.forget(person_id=dana, by=SYSTEM, now=now)
    view = queries.person_view(dana)
    assert (view.name, view.email, view.phone, view.status) == ("Somebody who left", None, "", "archived")
    assert {line.kind for line in ledger.lines()} == {"deletion", "key_destroyed"}
    assert add("Dana Reyes", "dana@example.org") != dana


@pytest.mark.rule("PEOPLE-6")
def test_consent_is_recorded_once_per_person_and_version(add: Add, now: datetime) -> None:
    """The first moment counts."""
    dana = add("Dana Reyes")
    services.record_consent(person_id=dana, version="2026-11", now=now)
    services.record_consent(person_id=dana, version="2026-11", now=now + DAY)
    assert [consent.at for consent in Consent.objects.filter(person=dana)] == [now]


@pytest.mark.rule("PEOPLE-6")
def test_who_declines_is_known_to_need_something_else_than_the_app(add: Add, now: datetime) -> None:
    """Until they agree after all, or ask to be asked again."""
    dana = add("Dana Reyes")
    services.decline_app(person_id=dana, by=Actor(dana, "resident"), now=now)
    assert queries.person_view(dana).declined_app
    services.accept_app(person_id=dana, by=Actor(dana, "resident"), now=now)
    assert not queries.person_view(dana).declined_app
    services.decline_app(person_id=dana, by=Actor(dana, "resident"), now=now)
    services.record_consent(person_id=dana, version="2026-11", now=now)
    assert not queries.person_view(dana).declined_app


@pytest.mark.rule("PLACE-4")
def test_assigning_to_a_unit_is_said_and_done_once(
    four_b: UUID, add: Add, live: Callable[..., UUID], heard: list[tuple[str, str]], now: datetime
) -> None:
    """Again returns the same residency; an end before the start is refused."""
    dana = add("Dana Reyes")
    first = live(dana, four_b)
    assert live(dana, four_b) == first and heard == [("residency.changed", str(dana))]
    with pytest.raises(Problem):
        live(dana, four_b, until=now - 999 * DAY)
    with pytest.raises(NotYours):
        live(UUID(int=1), four_b)


def test_ending_a_residency_ends_coming_ones_and_is_said(
    four_b: UUID, add: Add, live: Callable[..., UUID], heard: list[tuple[str, str]], now: datetime
) -> None:
    """An end that lies ahead is news of a change only."""
    dana, mei = add("Dana Reyes"), add("Mei Rossi")
    live(dana, four_b)
    live(mei, four_b, since=now + 9 * DAY)
    heard.clear()
    with unit_of_work():
        services.end_residency(person_id=dana, unit_id=four_b, until=now + DAY, by=SYSTEM, now=now)
    assert heard == [("residency.changed", str(dana))] and len(queries.household(four_b, now)) == 1
    with unit_of_work():
        services.end_residency(person_id=dana, unit_id=four_b, until=now, by=SYSTEM, now=now)
        services.end_residency(person_id=mei, unit_id=four_b, until=now, by=SYSTEM, now=now)
    assert queries.household(four_b, now) == () == queries.residencies(unit_id=four_b, now=now)
    assert ("residency.ended", str(dana)) in heard
    with pytest.raises(NotYours), unit_of_work():
        services.end_residency(person_id=dana, unit_id=four_b, until=now, by=SYSTEM, now=now)


@pytest.mark.rule("PEOPLE-2")
def test_only_a_portfolio_manager_appoints_and_removes(owner: Actor, house: UUID, annex: UUID, add: Add, now: datetime) -> None:
    """Not a property manager, however many rights they have; not a resident."""
    ben = add("Ben Ode", "ben@example.org")
    role = services.appoint(
        person_id=ben,
        kind="property_manager",
        property_id=house,
        access="full",
        device_management=True,
        activate_devices=True,
        by=owner,
        now=now,
    )
    for asker in (Actor(ben, "console"), Actor(add("Dana Reyes"), "console")):
        with pytest.raises(NotAllowed):
            services.appoint(person_id=ben, kind="security_staff", property_id=house, by=asker, now=now)
        with pytest.raises(NotAllowed):
            services.dismiss(role_id=role, by=asker, now=now)
    services.dismiss(role_id=role, by=owner, now=now)
    assert not queries.rights(ben, house, now + DAY).anything
    with pytest.raises(NotYours):
        services.dismiss(role_id=role, by=owner, now=now)


@pytest.mark.rule("PEOPLE-2")
def test_a_portfolio_manager_has_no_say_in_another_portfolio(owner: Actor, add: Add, now: datetime) -> None:
    """Rights end at the owner's fence."""
    foreign = place_services.create_portfolio(name="Other", by=SYSTEM, now=now)
    with pytest.raises(NotAllowed):
        services.appoint(person_id=add("Eve Low"), kind="portfolio_manager", portfolio_id=foreign, by=owner, now=now)


@pytest.mark.rule("PEOPLE-2")
def test_activation_of_devices_is_off_by_default(owner: Actor, house: UUID, add: Add, now: datetime) -> None:
    """So is everything else."""
    milo = add("Milo Brandt", "milo@example.org")
    services.appoint(person_id=milo, kind="property_manager", property_id=house, device_management=True, by=owner, now=now)
    rights = queries.rights(milo, house, now)
    assert rights.device_management and not rights.activate_devices and rights.access == "none"


def test_the_last_portfolio_manager_stays(owner: Actor, portfolio: UUID, house: UUID, add: Add, now: datetime) -> None:
    """Somebody must be able to appoint."""
    (role,) = (held.id for held in queries.roles_in(house, now))
    with pytest.raises(Refused):
        services.dismiss(role_id=role, by=owner, now=now)
    services.appoint(person_id=add("Eve Low"), kind="portfolio_manager", portfolio_id=portfolio, by=owner, now=now)
    services.dismiss(role_id=role, by=owner, now=now)
