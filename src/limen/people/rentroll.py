"""What a line of a rent roll says, and what can be wrong with it by itself. Pure: lines in, facts and reasons out."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from limen.kernel.tables import Column, Row
from limen.people import rules

DateOrder = Literal["mdy", "dmy", "ymd"]
ORDER_WORDS: Final[dict[DateOrder, str]] = {"mdy": "month/day/year", "dmy": "day/month/year", "ymd": "year/month/day"}

COLUMNS: Final = (
    Column("Unit", "the unit", ("Apartment", "Apt", "Unit number")),
    Column("First", "the first name", ("First name", "Given name")),
    Column("Last", "the last name", ("Last name", "Surname", "Family name")),
    Column("Email", "the e-mail", ("E-mail", "E-mail address", "Email address", "Mail")),
    Column("Phone", "the telephone", ("Telephone", "Phone number", "Mobile", "Cell"), required=False, may_start_with_sign=True),
    Column("Status", "the status", ("Lease status", "Resident status")),
    Column("LeaseStart", "the start of the lease", ("Lease start", "Lease from", "Move in")),
    Column("LeaseEnd", "the end of the lease", ("Lease end", "Lease to", "Move out"), required=False),
    Column("Role", "the role", ("Type",), required=False),
    Column("Smartphone", "the smartphone", ("Has smartphone",), required=False),
)
WORDS: Final = {column.name: column.word for column in COLUMNS}
STATUSES: Final = ("Current", "Future", "Notice", "Past")
YES: Final = frozenset({"yes", "y", "true", "1", ""})
NO: Final = frozenset({"no", "n", "false", "0"})
YEARS: Final = range(1900, 2200)
_NUMBERS: Final = re.compile(r"(\d{1,4})[/.\-](\d{1,2})[/.\-](\d{1,4})")

Wrong = tuple[str, str]
"""A column and what is wrong there; the sentence is "Line 8, Unit: …"."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line that makes sense by itself. `email` is empty for people without one; `capitals` says that the address held some."""

    unit: str
    first: str
    last: str
    email: str
    phone: str
    status: str
    lease_start: date | None
    lease_end: date | None
    smartphone: bool
    capitals: bool

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}".strip()

    @property
    def lives_or_will(self) -> bool:
        return self.status != "Past"


def read(row: Row, order: DateOrder) -> tuple[Line, list[Wrong]]:
    """What the line says, and everything that is wrong with it. With any fault the line is only good for naming who it is about."""
    cell = {column.name: row.cells.get(column.name, "") for column in COLUMNS}
    email, phone = cell["Email"].casefold(), cell["Phone"]
    start, end = date_of(cell["LeaseStart"], order), date_of(cell["LeaseEnd"], order)
    status = cell["Status"].capitalize()
    line = Line(
        cell["Unit"],
        cell["First"],
        cell["Last"],
        email,
        phone,
        status,
        start,
        end,
        cell["Smartphone"].casefold() in YES,
        email != cell["Email"],
    )
    wrong = [(name, "is longer than a name can be.") for name in sorted(row.too_long)]
    wrong += _wrong_person(cell, line)
    wrong += _wrong_lease(cell, line)
    return line, wrong


def _wrong_person(cell: dict[str, str], line: Line) -> list[Wrong]:
    wrong: list[Wrong] = []
    if not cell["Unit"]:
        wrong.append(("Unit", "is empty."))
    wrong += [(name, "is empty.") for name in ("First", "Last") if not cell[name]]
    wrong += [
        (name, f"is longer than {rules.NAME_MAX_CHARS} characters.") for name in ("First", "Last") if len(cell[name]) > rules.NAME_MAX_CHARS
    ]
    if cell["Smartphone"].casefold() not in YES | NO:
        wrong.append(("Smartphone", f'"{cell["Smartphone"]}" is neither yes nor no.'))
    elif line.smartphone and not line.email:
        wrong.append(("Email", "is empty, and Smartphone says yes. Add the e-mail, or write no: the person then gets letters."))
    if line.email and not rules.is_email(line.email):
        wrong.append(("Email", f'"{cell["Email"]}" is not an e-mail address.'))
    if line.phone and not rules.is_phone(line.phone):
        wrong.append(("Phone", f'"{line.phone}" is not a telephone number.'))
    if cell["Role"] and cell["Role"].casefold() not in {"resident", "tenant"}:
        wrong.append(("Role", f'"{cell["Role"]}" is not imported from a file. Appoint staff one by one.'))
    return wrong


def _wrong_lease(cell: dict[str, str], line: Line) -> list[Wrong]:
    wrong: list[Wrong] = []
    if line.status not in STATUSES:
        wrong.append(("Status", f'"{cell["Status"]}" is not a status. Write Current, Future, Notice or Past.'))
    for name, day in (("LeaseStart", line.lease_start), ("LeaseEnd", line.lease_end)):
        if cell[name] and day is None:
            wrong.append((name, f'"{cell[name]}" is not a date.'))
    if not cell["LeaseStart"] and line.status in {"Current", "Future", "Notice"}:
        wrong.append(("LeaseStart", "is empty."))
    if not cell["LeaseEnd"] and line.status in {"Notice", "Past"}:
        wrong.append(("LeaseEnd", f"is empty, and Status says {line.status}."))
    if line.lease_start and line.lease_end and line.lease_end < line.lease_start:
        wrong.append(("LeaseEnd", f'"{cell["LeaseEnd"]}" is before the start, "{cell["LeaseStart"]}".'))
    return wrong


def date_of(text: str, order: DateOrder) -> date | None:
    """The day, or None if there is no such day. ISO dates (2027-01-02) are read whatever the order says: they cannot mean anything else."""
    match = _NUMBERS.fullmatch(text)
    if match is None:
        return None
    parts = match.groups()
    if len(parts[0]) == 4:
        order = "ymd"
    named = dict(zip(order, parts, strict=True))
    if len(named["y"]) != 4 or int(named["y"]) not in YEARS or len(named["d"]) > 2:
        return None
    try:
        return date(int(named["y"]), int(named["m"]), int(named["d"]))
    except ValueError:
        return None


def notes_of(row: Row, line: Line) -> list[str]:
    """What was read with a change, in sentences."""
    notes = []
    for name in (column.name for column in COLUMNS):
        taken = [word for word, there in (("spaces", name in row.spaced), ("capitals", name == "Email" and line.capitals)) if there]
        if taken:
            notes.append(f"Line {row.line}: {' and '.join(taken)} removed from {WORDS[name]}.")
        if name in row.formulas:
            notes.append(f'Line {row.line}: {WORDS[name]} held a formula. It was not run; the words "{row.cells[name]}" are kept.')
    return notes


def opening(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a local day begins; a residency begins then."""
    return datetime.combine(day, time(), zone)


def closing(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a local day is over; the last day of a lease is lived to its end."""
    return datetime.combine(day + timedelta(days=1), time(), zone)
