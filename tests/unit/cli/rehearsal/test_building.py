"""A rehearsal reads any building in the format: what is beyond doubt, whatever the columns are called and whichever are missing."""

from datetime import date
from pathlib import Path

import pytest

from limen.cli.rehearsal import building
from limen.cli.rehearsal.building import CannotPlay
from limen.kernel.tables import Column
from limen.people import rentroll
from limen.places import rules

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
    """The two files, where `limen rehearse --data` finds them."""
    (tmp_path / "doors.csv").write_bytes(doors.encode(encoding))
    (tmp_path / "rent_roll.csv").write_bytes(people.encode(encoding))
    return tmp_path


def living(tmp_path: Path, start: str, end: str) -> bool:
    """Whether Ada is beyond doubt with this lease."""
    people = PEOPLE.replace("ADA@example.org ,,Current,01/01/2025,01/01/2028", f"ADA@example.org ,,Current,{start},{end}")
    return "Ada" in {person.first for person in building.read(folder(tmp_path, people=people), TODAY).people}


def test_only_residents_beyond_doubt_are_read(tmp_path: Path) -> None:
    """Nobody whose unit, name, lease, address or telephone another line or the calendar contradicts; with the line they stand on."""
    read = building.read(folder(tmp_path), TODAY).people
    assert [(person.line, person.first) for person in read] == [(6, "Ada"), (7, "Bo"), (8, "Cy"), (10, "Ed")]
    assert read[0].email == "ada@example.org"


def test_a_mark_at_the_beginning_of_the_file_is_no_letter(tmp_path: Path) -> None:
    """Spreadsheets write a byte-order mark; the first column is still found."""
    assert building.read(folder(tmp_path, encoding="utf-8-sig"), TODAY).doors[0].name == "Front"


@pytest.mark.parametrize(
    ("start", "end", "stays"),
    [
        ("01/01/2025", "11/30/2026", False),  # time passes in the story: who moves out within it would change it
        ("01/01/2025", "", True),
        ("2025-01-01", "2028-01-01", True),
        ("21.11.2026", "", True),
        ("12/01/2026", "", False),  # the first of December, or the twelfth of January: what the import takes it for is not for us to say
        ("01/01/2025", "12/03/2027", True),
        ("01/01/2025", "02/01/2027", False),
        ("11/22/2026", "", False),
        ("sometime", "", False),
        ("01/01/2025", "sometime", False),
    ],
)
def test_a_lease_counts_in_whatever_order_its_dates_are_read(tmp_path: Path, start: str, end: str, stays: bool) -> None:
    """The import reads them as the building's country writes them; who lives here in one reading only is not cast."""
    assert living(tmp_path, start, end) is stays


def test_optional_columns_may_be_missing_and_all_may_have_other_names(tmp_path: Path) -> None:
    """As for the import: a door is then unconnected, shared and with codes; a line that names no device gets one to play with."""
    doors = "Door name;Type;Apt;Network\nFront;entrance;;yes\nFlat 1;UNIT;1;\n"
    people = "Apt;Given name;Surname;Mail;Lease status;Move in\n1;Ada;One;ada@example.org;current;01/01/2025\n"
    read = building.read(folder(tmp_path, doors, people), TODAY)
    front, flat = read.doors
    assert (front.connected, front.model, front.serial) == (True, "R", "REHEARSAL-2")
    assert (flat.connected, flat.share, flat.codes, flat.model, flat.kind) == (False, True, True, "M3", "unit")
    assert [(person.name, person.unit) for person in read.people] == [("Ada One", "1")]
    assert read.shelf.decode("utf-8-sig").split() == ["Serial,Model", "REHEARSAL-2,R", "REHEARSAL-3,M3"]


def test_a_unit_is_spelled_as_its_door_spells_it(tmp_path: Path) -> None:
    """Screens show the door's spelling, and "b" is "B" to the import."""
    people = PEOPLE.replace("2,Bo", "b,Bo")
    read = building.read(folder(tmp_path, DOORS.replace("Flat 2,unit,2", "Flat 2,unit,B"), people), TODAY)
    assert [person.unit for person in read.people if person.first == "Bo"] == ["B"]


@pytest.mark.parametrize(("ours", "theirs"), [(building.DOORS, rules.COLUMNS), (building.PEOPLE, rentroll.COLUMNS)])
def test_every_heading_that_the_import_understands_is_understood(ours: tuple[Column, ...], theirs: tuple[Column, ...]) -> None:
    """Nothing of the import is imported here; what its columns may be called is written down a second time, and compared."""
    known = {column.name: (column.aliases, column.required) for column in theirs if column.name != "Phone"}
    assert {column.name: (column.aliases, column.required) for column in ours} == known


@pytest.mark.parametrize(
    ("doors", "words"),
    [
        ("Kind,Unit\nentrance,\n", r'doors.csv: There is no column "Door".'),
        ("", r"doors.csv: The file is empty."),
        ("Door,Kind,Unit,Apt\nA,unit,1,2\n", r"doors.csv: Two columns could be the unit."),
    ],
)
def test_a_file_that_is_not_this_table_says_what_is_missing(tmp_path: Path, doors: str, words: str) -> None:
    """In the words of the import, before anything is started."""
    with pytest.raises(CannotPlay, match=words):
        building.read(folder(tmp_path, doors), TODAY)


def test_lines_that_the_import_refused_are_left_out(tmp_path: Path) -> None:
    """By their number, doors and people apart."""
    left = building.read(folder(tmp_path), TODAY).without(doors={2, 3}, people={6})
    assert [door.name for door in left.doors] == ["Laundry", "Flat 1", "Flat 2"]
    assert [person.first for person in left.people] == ["Bo", "Cy", "Ed"]
