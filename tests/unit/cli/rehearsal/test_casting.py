"""A rehearsal chooses its cast from any building in the format, by what people and doors are."""

from pathlib import Path

import pytest

from limen.cli.rehearsal import building
from limen.cli.rehearsal.building import Building, CannotPlay
from limen.cli.rehearsal.casting import cast
from tests.unit.cli.rehearsal.test_building import DOORS, PEOPLE, TODAY, folder

HAL = "2,Hal,Two,hal@example.org,,Current,01/01/2025,01/01/2028,Resident,yes\n"


def read(tmp_path: Path, doors: str = DOORS, people: str = PEOPLE) -> Building:
    """The building of these files."""
    return building.read(folder(tmp_path, doors, people), TODAY)


def test_parts_go_to_doors_and_people_that_fit(tmp_path: Path) -> None:
    """Unit door with codes, a common door with codes, a third one, a reader; and only residents beyond doubt."""
    found = cast(read(tmp_path))
    assert [door.name for door in found.doors] == ["Flat 1", "Parcels", "Laundry", "Front"]
    assert [person.first for person in found.people] == ["Ada", "Bo", "Cy", "Ed"]


def test_where_the_import_refused_a_line_its_part_goes_to_the_next(tmp_path: Path) -> None:
    """What arrived is cast, and nothing else."""
    more = DOORS + "Side,entrance,,R,yes,S8,yes,yes\nBikes,service,,M,no,S9,yes,yes\n"
    found = cast(read(tmp_path, more, PEOPLE + HAL).without(doors={2, 3}, people={7}))
    assert (found.reader.name, found.parcels.name) == ("Side", "Bikes")
    assert [person.first for person in found.people] == ["Ada", "Cy", "Ed", "Hal"]


def test_a_wired_device_without_its_network_is_no_lock(tmp_path: Path) -> None:
    """It has no battery that an update could bring."""
    doors = DOORS.replace("Laundry,common,,C2", "Laundry,common,,R")
    assert cast(read(tmp_path, doors)).other.name == "Flat 2"


def test_the_resident_lives_where_three_others_do_not(tmp_path: Path) -> None:
    """The first home may hold everybody else who could play; then the next home's resident plays, and they are the neighbours."""
    people = PEOPLE.replace("1,Ada", "1,Zoe").replace("\n2,", "\n1,").replace("1,Bo", "2,Bo")
    found = cast(read(tmp_path, people=people))
    assert [(person.first, person.unit) for person in found.people] == [("Bo", "2"), ("Zoe", "1"), ("Cy", "1"), ("Ed", "1")]


def test_people_whose_entries_stand_in_one_another_are_not_cast_together(tmp_path: Path) -> None:
    """ "E. Lee" would be read in "E. Leeds", and somebody who is not listed would seem to be."""
    people = PEOPLE.replace("2,Cy,Two", "2,Eve,Leeds").replace("2,Ed,Two", "2,Ed,Lee") + HAL
    assert [person.name for person in cast(read(tmp_path, people=people)).people] == ["Ada One", "Bo Two", "Eve Leeds", "Hal Two"]


def test_a_building_without_a_fitting_door_says_which_part(tmp_path: Path) -> None:
    """The reason names the part, so that somebody can tell whether the building or the program is to blame."""
    with pytest.raises(CannotPlay, match="connected reader"):
        cast(read(tmp_path, DOORS.replace("R,yes", "R,no")))
    with pytest.raises(CannotPlay, match="unit door"):
        cast(read(tmp_path, DOORS.replace("M3,no", "R,yes")))
    with pytest.raises(CannotPlay, match="three other residents"):
        cast(read(tmp_path).without(doors=(), people={8}))
