"""A rehearsal chooses its cast from any building in the format, by what people and doors are."""

from datetime import date
from pathlib import Path

import pytest

from limen.cli.rehearsal import building
from limen.cli.rehearsal.building import CannotPlay

DOORS = """Door,Kind,Unit,Model,Connected,Serial,ShareAllowed,Doorcodes
Front,entrance,,R,yes,S1,yes,yes
Parcels,common,,M2,no,S2,yes,yes
Laundry,common,,C2,no,S3,yes,no
Flat 1,unit,1,M3,no,S4,yes,yes
Flat 2,unit,2,M3,no,S5,yes,yes
Flat 3,unit,3,M3,no,S6,yes,yes
Flat 3,unit,3,M3,no,S7,yes,yes
"""
PEOPLE = """Unit,First,Last,Email,Phone,Status,LeaseStart,LeaseEnd,Role,Smartphone
9,Noone,Here,noone@example.org,,Current,01/01/2025,01/01/2028,Resident,yes
1,=cmd(),Bad,formula@example.org,,Current,01/01/2025,01/01/2028,Resident,yes
1,Past,Person,past@example.org,,Past,01/01/2020,01/01/2021,Resident,yes
1,Without,Phone,without@example.org,,Current,01/01/2025,01/01/2028,Resident,no
1,Ada,One,ADA@example.org ,,Current,01/01/2025,01/01/2028,Resident,yes
2,Bo,Two,bo@example.org,,Current,01/01/2025,01/01/2028,Resident,yes
2,Cy,Two,cy@example.org,,Current,01/01/2025,01/01/2028,Resident,yes
2,Di,Two,di@example.org,,Current,02/30/2025,01/01/2028,Resident,yes
2,Ed,Two,ed@example.org,,Current,01/01/2025,01/01/2028,Resident,yes
2,Fay,Two,twice@example.org,,Current,01/01/2025,01/01/2028,Resident,yes
2,Gil,Two,twice@example.org,,Current,01/01/2025,01/01/2028,Resident,yes
"""
TODAY = date(2026, 11, 22)


def folder(tmp_path: Path, doors: str = DOORS, people: str = PEOPLE, encoding: str = "utf-8") -> Path:
    (tmp_path / "doors.csv").write_bytes(doors.encode(encoding))
    (tmp_path / "rent_roll.csv").write_bytes(people.encode(encoding))
    return tmp_path


def test_parts_go_to_doors_and_people_that_fit(tmp_path: Path) -> None:
    """Unit door with codes, a common door with codes, a third one, a reader; and only residents beyond doubt."""
    cast = building.cast(building.read(folder(tmp_path), TODAY))
    assert [door.name for door in cast.doors] == ["Flat 1", "Parcels", "Laundry", "Front"]
    assert cast.resident.email == "ada@example.org"
    assert [person.first for person in (cast.neighbour, cast.leaver, cast.unlisted)] == ["Bo", "Cy", "Ed"]


def test_a_mark_at_the_beginning_of_the_file_is_no_letter(tmp_path: Path) -> None:
    """Spreadsheets write a byte-order mark; the first column is still found."""
    assert building.read(folder(tmp_path, encoding="utf-8-sig"), TODAY).doors[0].name == "Front"


def test_a_lease_that_ends_soon_is_not_cast(tmp_path: Path) -> None:
    """Time passes in the story: who moves out within it would change it."""
    soon = PEOPLE.replace("ADA@example.org ,,Current,01/01/2025,01/01/2028", "ADA@example.org ,,Current,01/01/2025,11/30/2026")
    with pytest.raises(CannotPlay, match="unit door"):
        building.cast(
            building.read(folder(tmp_path, people=soon, doors=DOORS.replace("Flat 2,unit,2,M3,no,S5", "Flat 2,unit,2,R,yes,S5")), TODAY)
        )


def test_a_building_without_a_fitting_door_says_which_part(tmp_path: Path) -> None:
    """The reason names the part, so that somebody can tell whether the building or the program is to blame."""
    with pytest.raises(CannotPlay, match="connected reader"):
        building.cast(building.read(folder(tmp_path, doors=DOORS.replace("R,yes", "R,no")), TODAY))
