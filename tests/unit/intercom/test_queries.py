"""Who is listed at a sign, at this very moment (LINK-3)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from limen.access import queries as held
from limen.access import services as access
from limen.identity import queries as phones
from limen.identity import services as identity
from limen.intercom import queries, services
from limen.intercom.models import Listing
from limen.kernel.periods import Weekly
from limen.kernel.problems import NotYours
from limen.people import services as people
from limen.people.models import Residency
from limen.storage.transactions import unit_of_work
from tests.unit.intercom.conftest import Porch


def hide(porch: Porch) -> None:
    """Dana switches "show in intercom" off."""
    services.choose(
        person_id=porch.house.people["dana"],
        property_id=porch.house.property_id,
        shown=False,
        display_name="D. Whitfield",
        quiet=None,
        now=porch.now,
    )


def move_away(porch: Porch) -> None:
    """Dana no longer lives here, and keeps her grant for now."""
    Residency.objects.filter(person_id=porch.house.people["dana"]).update(until=porch.now)


def revoke(porch: Porch) -> None:
    """Dana's grant ends."""
    for grant in held.grants_of(porch.house.people["dana"], porch.house.property_id):
        access.revoke(grant_id=grant.id, by=porch.house.actor(), now=porch.now)


def pause(porch: Porch) -> None:
    """Dana is paused."""
    access.suspend(person_id=porch.house.people["dana"], property_id=porch.house.property_id, by=porch.house.actor(), now=porch.now)


def remove_phone(porch: Porch) -> None:
    """Dana removes her only phone."""
    for phone in phones.phones(porch.house.people["dana"]):
        identity.remove_phone(phone_id=phone.id, by=porch.house.actor("dana"), now=porch.now)


@pytest.mark.rule("LINK-3")
@pytest.mark.parametrize("drop", [hide, move_away, revoke, pause, remove_phone], ids=lambda drop: str(drop.__name__))
def test_each_condition_that_falls_takes_the_entry_away_at_the_next_request(porch: Porch, drop: Callable[[Porch], None]) -> None:
    """All hold: listed. One does not: gone, and nobody else with it."""
    assert porch.listed() == ["D. Whitfield", "T. Whitfield"]
    with unit_of_work():
        drop(porch)
    assert porch.listed() == ["T. Whitfield"]


@pytest.mark.rule("LINK-3")
def test_who_has_no_account_or_no_phone_is_not_listed(porch: Porch) -> None:
    """Kim never signed in and Rosa has no smartphone; both may open the door."""
    assert porch.listed("park") == [] and porch.listed("lind") == []
    porch.house.phone("kim", seed=3)
    assert porch.listed("park") == ["K. Park"]


@pytest.mark.rule("LINK-3")
def test_who_may_open_only_other_doors_is_not_listed_here(porch: Porch) -> None:
    """A grant for the Gym does not list anybody at the Package Room."""
    house = porch.house
    with unit_of_work():
        revoke(porch)
    house.give("dana", "Gym hours")
    assert "D. Whitfield" not in porch.listed()
    with unit_of_work():
        gym = services.make_link(door_id=house.doors["Gym"], by=house.actor(), now=porch.now)
    assert [entry.label for entry in queries.directory(gym.code, "", porch.now).entries] == ["D. Whitfield"]


@pytest.mark.rule("LINK-3")
def test_a_grant_counts_only_from_its_start_to_its_end(porch: Porch) -> None:
    """Not a minute before, not a minute after."""
    house = porch.house
    with unit_of_work():
        revoke(porch)
    house.give("dana", "Residents", starts=porch.now + timedelta(hours=1), ends=porch.now + timedelta(hours=2))
    shown = [("D. Whitfield" in porch.listed(at=porch.now + timedelta(minutes=minutes))) for minutes in (59, 60, 119, 120)]
    assert shown == [False, True, True, False]


@pytest.mark.rule("LINK-3")
def test_outside_the_hours_of_the_grant_nobody_is_listed(porch: Porch) -> None:
    """The Gym's hours end at 22:00 in New York."""
    house = porch.house
    house.group("Gym by day", "Gym", schedule=Weekly.of([[0b11111111, 6 * 60, 22 * 60]]))
    house.give("dana", "Gym by day")
    with unit_of_work():
        gym = services.make_link(door_id=house.doors["Gym"], by=house.actor(), now=porch.now)
    late = porch.now.replace(hour=3, minute=1) + timedelta(days=1)  # 22:01 on the wall
    assert len(queries.directory(gym.code, "", porch.now).entries) == 1
    assert queries.directory(gym.code, "", late).entries == ()


@pytest.mark.rule("LINK-3")
def test_guests_and_staff_with_a_phone_are_not_listed(porch: Porch) -> None:
    """Only who is assigned to a unit."""
    porch.house.guest("dana", "Package Room")
    porch.house.give("gus", "Residents", standing="non-resident")
    porch.house.phone("gus", seed=9)
    assert porch.listed() == ["D. Whitfield", "T. Whitfield"]


@pytest.mark.rule("LINK-3")
def test_the_name_shown_is_the_one_the_resident_chose_and_is_sealed(porch: Porch) -> None:
    """In the directory and in calls; never readable in the table."""
    with unit_of_work():
        services.choose(
            person_id=porch.house.people["dana"],
            property_id=porch.house.property_id,
            shown=True,
            display_name="  Whitfield   family ",
            quiet=(22 * 60, 7 * 60),
            now=porch.now,
        )
    assert porch.listed("fam") == ["Whitfield family"]
    chosen = queries.listing(porch.house.people["dana"], porch.house.property_id)
    assert (chosen.display_name, chosen.quiet_from, chosen.quiet_to) == ("Whitfield family", 1320, 420)
    assert b"Whitfield" not in bytes(Listing.objects.get().display_name or b"")


def test_an_entry_means_nothing_on_another_sign(porch: Porch) -> None:
    """Two directories cannot be joined by their ids."""
    with unit_of_work():
        other = services.make_link(door_id=porch.house.doors["Main Entrance"], by=porch.house.actor(), now=porch.now)
    here, there = (queries.directory(code, "", porch.now).entries for code in (porch.link.code, other.code))
    assert {entry.label for entry in here} == {entry.label for entry in there}
    assert not {entry.id for entry in here} & {entry.id for entry in there}
    assert queries.entry(other, here[0].id, porch.now) is None


def test_a_dead_sign_has_no_directory(porch: Porch) -> None:
    """Unknown, malformed and replaced codes are not there."""
    for code in ("", "AAAAAAAAAAAAAAAA", "no such", "ÄÖ" * 8, "A" * 400):
        with pytest.raises(NotYours):
            queries.directory(code, "", porch.now)
    with unit_of_work():
        services.rotate(link_id=porch.link.id, by=porch.house.actor(), now=porch.now)
    with pytest.raises(NotYours):
        queries.directory(porch.link.code, "", porch.now)
    old = queries.silent_link(porch.link.code)
    assert old is not None and old.ended_at == porch.now
    fresh = queries.link_of(porch.house.doors["Package Room"])
    assert fresh is not None and queries.silent_link(fresh.code) is None


def test_the_number_of_reads_does_not_grow_with_the_residents(porch: Porch) -> None:
    """Two people or twelve: the same questions to the database."""

    def reads() -> int:
        with CaptureQueriesContext(connection) as asked:
            porch.listed("whit")
        return len(asked)

    before = reads()
    house = porch.house
    for number in range(10):
        name = f"person{number}"
        with unit_of_work():
            house.people[name] = people.add_person(
                first=f"P{number}", last="Whitman", email=f"{name}@example.org", by=house.actor(), now=porch.now
            )
            people.assign_to_unit(
                person_id=house.people[name],
                unit_id=house.units["4C"],
                since=porch.now - timedelta(days=9),
                by=house.actor(),
                now=porch.now,
            )
        house.give(name, "Residents")
        house.phone(name, seed=100 + number)
    assert len(porch.listed("whit")) == 8
    assert reads() == before


def test_calls_are_listed_newest_first_with_one_look_at_the_name(porch: Porch) -> None:
    """Only one's own."""
    first, _ = porch.call("dana")
    second, _ = porch.call("dana", after_s=1)
    porch.call("theo", after_s=2)
    assert [call.id for call in queries.calls_of(porch.house.people["dana"])] == [second.id, first.id]
    assert queries.calls_of(porch.house.people["rosa"]) == ()


def test_signs_are_listed_by_door(porch: Porch) -> None:
    """For staff; replaced ones are not among them."""
    with unit_of_work():
        services.make_link(door_id=porch.house.doors["Gym"], by=porch.house.actor(), now=porch.now)
        fresh = services.rotate(link_id=porch.link.id, by=porch.house.actor(), now=porch.now)
    assert [link.door_id for link in queries.links(porch.house.property_id)] == [
        porch.house.doors["Gym"],
        porch.house.doors["Package Room"],
    ]
    assert queries.link_of(porch.house.doors["Package Room"]) == fresh
