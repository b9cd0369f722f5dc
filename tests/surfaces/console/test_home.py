"""The first page of the console: what is due, what is done, what is behind beyond the limit, what starts and ends (W1)."""

import re
from datetime import timedelta

import pytest

from limen.access import services as access
from limen.places import services as places
from limen.storage.transactions import unit_of_work
from tests.surfaces.console.desk import LOCKS, Desk, later
from tests.surfaces.console.test_ending import end, grant_of, proved
from tests.unit.fleet.house import ANA


def on_floor(desk: Desk, **floors: int) -> None:
    """Says on which floors doors are."""
    with unit_of_work():
        for name, floor in floors.items():
            places.edit_door(door_id=desk.house.doors[name.replace("_", " ")], floor=floor, by=ANA, now=desk.house.now)


@pytest.mark.rule("SYNC-4")
@pytest.mark.rule("SYNC-12")
def test_when_all_is_done_it_is_said_from_the_receipts(desk: Desk) -> None:
    """Once every door of today's round is proved, and only then; the next morning that is no news any more."""
    desk.house.person("Kim")
    proved(desk)
    assert "up to date" not in desk.get("Milo", "/c/").text
    end(desk, "Dana", "Residents")
    end(desk, "Dana", "Roof deck")
    later(desk, minutes=20)
    desk.house.update("Roof")
    page = desk.get("Milo", "/c/")
    assert page.says("Door updates due today: 1") and "up to date" not in page.text
    later(desk, minutes=9)
    desk.house.update("Package Room")
    for path in ("/c/", "/c/updates"):
        page = desk.get("Milo", path)
        assert page.says("No door needs an update today.", "All 2 are up to date. Last confirmed 14:31.\nPackage Room, Roof")
    assert desk.get("Milo", "/c/").html.count('data-state="proved"') == 1
    assert desk.get("Milo", "/c/", lang="es").says("Las 2 están al día. Última confirmación a las 14:31.")
    desk.house.give("Kim", desk.groups["Residents"])
    page = desk.get("Milo", "/c/", lang="en")
    assert page.says("No door needs an update today.", "Last confirmed today 14:31.") and "up to date" not in page.text
    desk.house.update("Package Room")
    later(desk, days=1)
    assert "up to date" not in desk.get("Milo", "/c/").text


def test_a_round_of_one_door_names_it(desk: Desk) -> None:
    """ "All 1" is nothing that anybody says."""
    proved(desk)
    end(desk, "Dana", "Roof deck")
    desk.house.update("Roof")
    assert desk.get("Ana", "/c/").says("Roof is up to date. Last confirmed 14:02.")


@pytest.mark.rule("SYNC-14")
def test_the_shortest_way_is_said_with_its_time(desk: Desk) -> None:
    """By floors, for who may go; without the time where nobody said on which floor a door is, and who can say so is told where."""
    for door in ("Boiler Room", "Unit 4B"):
        desk.house.activate(door, *LOCKS[door])
    desk.house.give("Gus", desk.groups["Services"], standing="non-resident")
    for door in ("Boiler Room", "Unit 4B"):
        desk.house.update(door)
    proved(desk)
    end(desk, "Dana", "Residents")
    end(desk, "Dana", "Roof deck")
    on_floor(desk, Roof=8, Package_Room=0)
    way = "Shortest way: Package Room, Unit 4B, Roof. About 7 minutes."
    assert desk.get("Milo", "/c/").says(way, "Start the round of 3")
    assert desk.get("Milo", "/c/updates").says(way)
    assert desk.get("Milo", "/c/", lang="es").says("Camino más corto: Package Room, Unit 4B, Roof. Alrededor de 7 minutos.")
    assert "Shortest way" not in desk.get("Ben", "/c/", lang="en").text + desk.get("Ben", "/c/updates").text

    end(desk, "Gus", "Services")
    way = "Shortest way: Boiler Room, Package Room, Unit 4B, Roof."
    page = desk.get("Ana", "/c/updates")
    unknown = "How long it takes is not known: nobody said on which floor Boiler Room is. The page of the door asks for it."
    assert page.says(way, unknown) and "About" not in page.text
    page = desk.get("Milo", "/c/updates", lang="en")
    assert page.says(way) and "nobody said" not in page.text


@pytest.mark.rule("ACCESS-13")
def test_a_door_behind_beyond_the_limit_is_named_without_a_task_of_its_own(desk: Desk) -> None:
    """The code of somebody with the app sends nobody anywhere, and the door is behind all the same; within the limit that is no news."""
    desk.house.person("Kim")
    proved(desk)
    desk.house.give("Kim", desk.groups["Residents"])
    later(desk, days=2, hours=23)
    page = desk.get("Milo", "/c/")
    assert page.says("No door needs an update today.") and "behind" not in page.text
    later(desk, hours=1)
    page = desk.get("Milo", "/c/")
    assert page.says("No door needs an update today.", "Needs a look", "Package Room is behind for 3 days. Your limit is 2.")
    assert page.links("Package Room is behind") == [desk.door("Package Room")]
    end(desk, "Dana", "Residents")
    assert "behind" not in desk.get("Milo", "/c/").text, "a door that is due is not said twice: its row tells since when what is due waits"
    desk.house.update("Package Room")
    assert "behind" not in desk.get("Milo", "/c/").text


@pytest.mark.rule("ACCESS-13")
def test_many_doors_behind_are_counted(office: Desk) -> None:
    """Five by name, the longest first; the rest are a number that leads to the list of doors."""
    with unit_of_work():
        group = [office.house.door(f"Store {n}") for n in range(7)]
    for n, _door in enumerate(group):
        office.house.activate(f"Store {n}", f"LM0009{n:02}")
    stores = office.house.group("Stores", *(f"Store {n}" for n in range(7)))
    office.house.give("Dana", stores)
    later(office, days=3)
    page = office.get("Ana", "/c/")
    assert re.findall(r"(Store \d) is behind for 3 days\.", page.text) == [f"Store {n}" for n in range(5)]
    assert page.links("2 more doors are behind beyond the limit") == ["/c/doors?show=attention"]


@pytest.mark.rule("PEOPLE-2")
def test_what_starts_and_ends_this_week_is_said_to_who_manages_it(desk: Desk) -> None:
    """In the building's hours, the earliest first; Ben reads of his groups alone, technicians and security staff of none; guests are their hosts'."""
    house = desk.house
    house.give("Gus", desk.groups["Services"], standing="non-resident", ends=house.now + timedelta(days=6, hours=4))
    house.give("Rosa", desk.groups["Roof deck"], starts=house.now + timedelta(days=2, hours=1))
    house.give("Rosa", desk.groups["Second floor"], starts=house.now + timedelta(days=7))
    with unit_of_work():
        access.invite_guest(
            host_id=house.people["Dana"], door_ids=[house.doors["Package Room"]], first="Ines", last="Calder", email="ines@example.org",
            starts=house.now, ends=house.now + timedelta(days=1), by=ANA, now=house.now,
        )  # fmt: skip
    page = desk.get("Ana", "/c/")
    assert page.says("Starts and ends in the next 7 days", "Roof deck starts Mon 23 Nov 15:02.", "Services ends Fri 27 Nov 18:02.")
    assert page.text.index("Roof deck starts") < page.text.index("Services ends")
    assert page.links("Rosa Example") == [desk.person("Rosa")] and page.links("Gus Example") == [desk.person("Gus")]
    assert "Ines" not in page.text and "Second floor" not in page.text
    page = desk.get("Ben", "/c/")
    assert page.says("Services ends Fri 27 Nov 18:02.") and "Roof deck starts" not in page.text and "Rosa" not in page.text
    for who in ("Milo", "Sofia"):
        text = desk.get(who, "/c/").text
        assert "next 7 days" not in text and "Gus" not in text
    assert desk.get("Ana", "/c/", lang="es").says("Roof deck empieza el lun 23 nov a las 15:02.")


def test_people_whose_access_turns_at_one_moment_are_one_line(desk: Desk) -> None:
    """Up to three by name; more are counted, and the line leads to their group."""
    house, at = desk.house, desk.house.now + timedelta(days=1)
    for first in ("Abe", "Bea", "Cem", "Dov"):
        house.person(first, app=False)
        house.give(first, desk.groups["Amenities"], starts=at)
    for first in ("Abe", "Bea"):
        house.give(first, desk.groups["Services"], ends=at, standing="non-resident")
    page = desk.get("Ana", "/c/")
    assert page.says("Amenities starts Sun 22 Nov 14:02.", "Services ends Sun 22 Nov 14:02.")
    assert page.links("4 people") == [f"/c/groups/{desk.groups['Amenities']}"]
    assert page.links("Abe Example and Bea Example") == [f"/c/groups/{desk.groups['Services']}"]
    ending = grant_of(desk, "Abe", "Services")
    with unit_of_work():
        access.revoke(grant_id=ending.id, by=ANA, now=house.now)
    assert desk.get("Ana", "/c/").links("Bea Example") == [desk.person("Bea")]
