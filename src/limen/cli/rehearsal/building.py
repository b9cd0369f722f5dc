"""Reads the two files of a building and chooses who plays whom, by what they are and never by name."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

WITHOUT_KEYPAD: Final = frozenset({"INT", "LINK"})
WIRED: Final = frozenset({"R", "INT", "LINK"})
_EMAIL: Final = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+")
_DATE: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
PEOPLE: Final = 5
STAYS: Final = timedelta(days=60)  # longer than the story lasts


class CannotPlay(Exception):
    """The building has no door or person for a part; the text says which."""


@dataclass(frozen=True)
class DoorRow:
    """One door of the file, as far as a rehearsal needs it."""

    name: str
    kind: str
    unit: str
    model: str
    connected: bool
    serial: str
    share: bool
    codes: bool


@dataclass(frozen=True)
class PersonRow:
    """One current resident with a smartphone and an address of their own."""

    unit: str
    first: str
    last: str
    email: str

    @property
    def name(self) -> str:
        """As screens show it."""
        return f"{self.first} {self.last}"

    @property
    def listed_as(self) -> str:
        """As a sign shows it, until they choose another name."""
        return f"{self.first[:1]}. {self.last}"


@dataclass(frozen=True)
class Cast:
    """Who and what plays the story.

    `home` is the resident's unit door, `parcels` the door that visitors come to, `other` a third unconnected door, `reader` a connected one.
    """

    home: DoorRow
    parcels: DoorRow
    other: DoorRow
    reader: DoorRow
    resident: PersonRow
    neighbour: PersonRow
    leaver: PersonRow
    unlisted: PersonRow

    @property
    def doors(self) -> tuple[DoorRow, ...]:
        """In the order in which they are activated."""
        return (self.home, self.parcels, self.other, self.reader)


@dataclass(frozen=True)
class Building:
    """The two files as bytes, for uploading, and the rows that are beyond doubt."""

    doors_csv: bytes
    people_csv: bytes
    doors: tuple[DoorRow, ...]
    people: tuple[PersonRow, ...]


def read(folder: Path, today: date) -> Building:
    """`doors.csv` and `rent_roll.csv` of a folder. Rows in doubt are left to the import, which is what it is for."""
    doors_csv, people_csv = (folder / "doors.csv").read_bytes(), (folder / "rent_roll.csv").read_bytes()
    doors = _doors(list(_rows(doors_csv)))
    units = {door.unit for door in doors if door.kind == "unit"}
    return Building(doors_csv, people_csv, doors, _people(list(_rows(people_csv)), units, today + STAYS))


def cast(building: Building) -> Cast:
    """The first doors and people that fit, in the order of the files; `CannotPlay` names a part that nobody fits."""
    by_unit: dict[str, list[PersonRow]] = {}
    for person in building.people:
        by_unit.setdefault(person.unit, []).append(person)
    reader = _first("a connected reader", (d for d in building.doors if d.connected and d.model not in WITHOUT_KEYPAD))
    apart = [d for d in building.doors if not d.connected and d.model not in WITHOUT_KEYPAD]
    visited = [d for kind in ("common", "service", "entrance") for d in apart if d.kind == kind and d.codes and d.model not in WIRED]
    preferred = [d for d in visited if d.share]
    parcels = _first("an unconnected door with codes that is no unit door", iter(preferred or visited))
    home = _first("a unit door with codes, sharing and a resident", (d for d in apart if _is_home(d, by_unit)))
    others = [d for kind in ("common", "entrance", "service", "unit") for d in apart if d.kind == kind]
    other = _first("a third unconnected door", (d for d in others if d not in (parcels, home)))
    resident = by_unit[home.unit][0]
    rest = _told_apart(resident, (person for person in building.people if person.unit != home.unit))
    if len(rest) < PEOPLE - 2:
        raise CannotPlay("fewer than three other residents with a smartphone and an e-mail of their own")
    return Cast(
        home=home, parcels=parcels, other=other, reader=reader, resident=resident, neighbour=rest[0], leaver=rest[1], unlisted=rest[2]
    )


def _told_apart(first: PersonRow, others: Iterable[PersonRow]) -> list[PersonRow]:
    """People whose entries at a sign could not be taken for one another's."""
    found = [first]
    for person in others:
        if person.listed_as not in {one.listed_as for one in found}:
            found.append(person)
    return found[1:]


def _is_home(door: DoorRow, by_unit: dict[str, list[PersonRow]]) -> bool:
    return door.kind == "unit" and door.codes and door.share and bool(by_unit.get(door.unit)) and door.model not in WIRED


def _first(part: str, doors: Iterator[DoorRow]) -> DoorRow:
    for door in doors:
        return door
    raise CannotPlay(f"this building has no door for the part: {part}")


def _rows(data: bytes) -> Iterator[dict[str, str]]:
    """Rows by header, trimmed; lines of another width are not beyond doubt."""
    table = list(csv.reader(io.StringIO(_text(data), newline="")))
    header = [cell.strip().casefold() for cell in table[0]]
    for cells in table[1:]:
        if len(cells) == len(header) and any(cell.strip() for cell in cells):
            yield dict(zip(header, (cell.strip() for cell in cells), strict=True))


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252")


def _doors(rows: Sequence[dict[str, str]]) -> tuple[DoorRow, ...]:
    names = Counter(row["door"].casefold() for row in rows)
    serials = Counter(row["serial"] for row in rows)
    kept = [row for row in rows if names[row["door"].casefold()] == 1 and row["serial"] and serials[row["serial"]] == 1]
    return tuple(
        DoorRow(
            name=row["door"],
            kind=row["kind"].casefold(),
            unit=row["unit"],
            model=row["model"],
            connected=_yes(row["connected"]),
            serial=row["serial"],
            share=_yes(row["shareallowed"]),
            codes=_yes(row["doorcodes"]),
        )
        for row in kept
    )


def _people(rows: Sequence[dict[str, str]], units: set[str], stays: date) -> tuple[PersonRow, ...]:
    addresses = Counter(row["email"].casefold() for row in rows)
    names = Counter((row["first"].casefold(), row["last"].casefold()) for row in rows)
    kept = [
        row
        for row in rows
        if row["status"].casefold() == "current"
        and row["role"].casefold() == "resident"
        and _yes(row["smartphone"])
        and row["unit"] in units
        and addresses[row["email"].casefold()] == 1
        and _EMAIL.fullmatch(row["email"])
        and names[(row["first"].casefold(), row["last"].casefold())] == 1
        and _plain(row["first"])
        and _plain(row["last"])
        and _lives_here(row["leasestart"], row["leaseend"], stays)
    ]
    return tuple(PersonRow(unit=row["unit"], first=row["first"], last=row["last"], email=row["email"].casefold()) for row in kept)


def _plain(name: str) -> bool:
    return len(name) > 1 and name[0] not in "=+-@\t" and "  " not in name


def _lives_here(start: str, end: str, stays: date) -> bool:
    first, last = _day(start), _day(end)
    return first is not None and last is not None and first < stays - STAYS and stays < last


def _day(text: str) -> date | None:
    match = _DATE.fullmatch(text)
    try:
        return date(int(match[3]), int(match[1]), int(match[2])) if match else None
    except ValueError:
        return None


def _yes(text: str) -> bool:
    return text.casefold() in {"yes", "y", "true", "1"}
