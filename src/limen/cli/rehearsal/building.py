"""Reads the two files of a building: the rows that are beyond doubt, and the devices that hang there. Which lines arrive, the import says."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from limen.kernel.previews import written
from limen.kernel.tables import Column, NotReadable, Row, read_table

DOORS: Final = (
    Column("Door", "the door", ("Door name", "Name")),
    Column("Kind", "the kind", ("Door kind", "Type")),
    Column("Unit", "the unit", ("Apartment", "Apt"), required=False),
    Column("Model", "the model", required=False),
    Column("Connected", "the connection", ("Network", "Online"), required=False),
    Column("Serial", "the serial", ("Serial number", "Serial no"), required=False),
    Column("ShareAllowed", "sharing", ("Sharing", "Share allowed"), required=False),
    Column("Doorcodes", "the doorcodes", ("Codes", "Doorcodes allowed"), required=False),
)
PEOPLE: Final = (
    Column("Unit", "the unit", ("Apartment", "Apt", "Unit number")),
    Column("First", "the first name", ("First name", "Given name")),
    Column("Last", "the last name", ("Last name", "Surname", "Family name")),
    Column("Email", "the e-mail", ("E-mail", "E-mail address", "Email address", "Mail")),
    Column("Status", "the status", ("Lease status", "Resident status")),
    Column("LeaseStart", "the start of the lease", ("Lease start", "Lease from", "Move in")),
    Column("LeaseEnd", "the end of the lease", ("Lease end", "Lease to", "Move out"), required=False),
    Column("Role", "the role", ("Type",), required=False),
    Column("Smartphone", "the smartphone", ("Has smartphone",), required=False),
)
"""The format of the two files as the import's templates and the manual describe it; what else is in them is not read here."""
STAYS: Final = timedelta(days=60)  # longer than the story lasts
_DATE: Final = re.compile(r"(\d{1,4})[/.\-](\d{1,2})[/.\-](\d{1,4})")


class CannotPlay(Exception):
    """The building has no door or person for a part, or its files cannot be read; the text says which."""


@dataclass(frozen=True)
class DoorRow:
    """One door of the file, as far as a rehearsal needs it. `line` counts as an editor does."""

    name: str
    kind: str
    unit: str
    model: str
    connected: bool
    serial: str
    share: bool
    codes: bool
    line: int = 0


@dataclass(frozen=True)
class PersonRow:
    """One current resident with a smartphone and an address of their own. `unit` is spelled as their door spells it."""

    unit: str
    first: str
    last: str
    email: str
    line: int = 0

    @property
    def name(self) -> str:
        """As screens show it."""
        return f"{self.first} {self.last}"

    @property
    def listed_as(self) -> str:
        """As a sign shows it, until they choose another name."""
        return f"{self.first[:1]}. {self.last}"


@dataclass(frozen=True)
class Building:
    """The two files as bytes, for uploading, and the rows that are beyond doubt."""

    doors_csv: bytes
    people_csv: bytes
    doors: tuple[DoorRow, ...]
    people: tuple[PersonRow, ...]

    @property
    def shelf(self) -> bytes:
        """The devices of these doors, as `limen lock --shelf` reads them."""
        return written(["Serial", "Model"], ([door.serial, door.model] for door in self.doors))

    def without(self, *, doors: Collection[int], people: Collection[int]) -> "Building":
        """The same files without these lines, which the import refused: nobody plays there."""
        return replace(
            self,
            doors=tuple(door for door in self.doors if door.line not in doors),
            people=tuple(person for person in self.people if person.line not in people),
        )


def read(folder: Path, today: date) -> Building:
    """`doors.csv` and `rent_roll.csv` of a folder. Rows in doubt are left to the import, which is what it is for.

    Raises OSError for files that are not there, CannotPlay for files that are not these tables.
    """
    doors_csv, people_csv = (folder / "doors.csv").read_bytes(), (folder / "rent_roll.csv").read_bytes()
    doors = _doors(_rows("doors.csv", doors_csv, DOORS))
    units = {door.unit.casefold(): door.unit for door in reversed(doors) if door.kind == "unit"}
    return Building(doors_csv, people_csv, doors, _people(_rows("rent_roll.csv", people_csv, PEOPLE), units, today))


def _rows(name: str, data: bytes, columns: Sequence[Column]) -> list[Row]:
    """Rows by column, cleaned as the import cleans them; broken ones and formulas are not beyond doubt."""
    try:
        table = read_table(data, columns)
    except NotReadable as problem:
        raise CannotPlay(f"{name}: {problem.title} {problem.detail}".strip()) from problem
    return [row for row in table.rows if not (row.broken or row.formulas or row.too_long)]


def _doors(rows: Sequence[Row]) -> tuple[DoorRow, ...]:
    names = Counter(_cell(row, "Door").casefold() for row in rows)
    serials = Counter(_cell(row, "Serial") for row in rows)
    return tuple(
        _door(row)
        for row in rows
        if names[_cell(row, "Door").casefold()] == 1 and (not row.cells.get("Serial") or serials[_cell(row, "Serial")] == 1)
    )


def _door(row: Row) -> DoorRow:
    """A line that names no device gets one that suits it: what an installer brings along is for the rehearsal to say."""
    connected = _yes(row, "Connected", empty=False)
    return DoorRow(
        name=_cell(row, "Door"),
        kind=_cell(row, "Kind").casefold(),
        unit=_cell(row, "Unit"),
        model=_cell(row, "Model").upper() or ("R" if connected else "M3"),
        connected=connected,
        serial=_cell(row, "Serial") or f"REHEARSAL-{row.line}",
        share=_yes(row, "ShareAllowed", empty=True),
        codes=_yes(row, "Doorcodes", empty=True),
        line=row.line,
    )


def _people(rows: Sequence[Row], units: dict[str, str], today: date) -> tuple[PersonRow, ...]:
    addresses = Counter(_cell(row, "Email").casefold() for row in rows)
    names = Counter(_name(row) for row in rows)
    return tuple(
        PersonRow(
            unit=units[_cell(row, "Unit").casefold()],
            first=_cell(row, "First"),
            last=_cell(row, "Last"),
            email=_cell(row, "Email").casefold(),
            line=row.line,
        )
        for row in rows
        if addresses[_cell(row, "Email").casefold()] == 1
        and names[_name(row)] == 1
        and _cell(row, "Unit").casefold() in units
        and _is_reached(row)
        and _lives_here(row, today)
    )


def _is_reached(row: Row) -> bool:
    """Has an address and a smartphone, and a name that a visitor can look for: a search wants two letters."""
    letters = sum(one.isalnum() for one in _cell(row, "Last"))
    return "@" in _cell(row, "Email") and bool(_cell(row, "First")) and letters > 1 and _yes(row, "Smartphone", empty=True)


def _lives_here(row: Row, today: date) -> bool:
    """Since before today and for longer than the story lasts, in whatever order the import reads the numbers of a date."""
    current = _cell(row, "Status").casefold() == "current" and _cell(row, "Role").casefold() in {"", "resident", "tenant"}
    first, last = _days(_cell(row, "LeaseStart")), _days(_cell(row, "LeaseEnd"))
    stays = not _cell(row, "LeaseEnd") or (bool(last) and min(last) > today + STAYS)
    return current and stays and bool(first) and max(first) < today


def _days(text: str) -> list[date]:
    """Every day that these numbers can mean."""
    match = _DATE.fullmatch(text)
    a, b, c = (int(part) for part in match.groups()) if match else (0, 0, 0)
    found = []
    for year, month, day in ((a, b, c), (c, a, b), (c, b, a)):
        with suppress(ValueError):
            found.append(date(year, month, day))
    return found


def _name(row: Row) -> tuple[str, str]:
    return _cell(row, "First").casefold(), _cell(row, "Last").casefold()


def _cell(row: Row, column: str) -> str:
    return row.cells.get(column, "")


def _yes(row: Row, column: str, *, empty: bool) -> bool:
    """What a flag says; an empty one, or one that is no column of this file, means what the import takes it for."""
    return _cell(row, column).casefold() in {"yes", "y", "true", "1"} if _cell(row, column) else empty
