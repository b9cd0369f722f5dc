"""What a line of a rent roll would do to the building as it stands. Pure: the building as values in, verdicts and plans out.

Nothing is guessed: where a line contradicts another line or a person who is known, it is not imported and says why.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from limen.kernel.previews import PreviewRow, Status
from limen.kernel.tables import Row
from limen.people import rentroll
from limen.people.rentroll import DateOrder, Line, Wrong

DAY: Final = "%-d %b %Y"


@dataclass(frozen=True, slots=True)
class Home:
    """One residency. `since` and `until` are days of the building; `until` is the last day, None while no end is known."""

    since: date
    until: date | None
    lease_ends: date | None


@dataclass(slots=True)
class Known:
    """Somebody who is in the service, or on an earlier line of this file. `here` is False for people of other buildings only."""

    id: UUID | None
    first: str
    last: str
    phone: str
    smartphone: bool
    here: bool
    has_email: bool = True
    line: int | None = None
    homes: dict[UUID, Home] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}".strip()


@dataclass(slots=True)
class Building:
    """The building as it stands, and as the lines read so far will leave it. People are found by `key_of`."""

    name: str
    zone: ZoneInfo
    today: date
    units: dict[str, tuple[UUID, str]]
    people: dict[str, Known]
    occupied: set[UUID]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to write for a line: a new person, a new or changed home, changed fields. `key` finds who it is once they exist."""

    line: Line
    key: str
    person_id: UUID | None
    unit_id: UUID
    home: Home | None = None
    home_exists: bool = False
    phone: str | None = None
    smartphone: bool | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict, and the plan if there is anything to write."""

    row: PreviewRow
    plan: Plan | None = None


def judge_all(rows: tuple[Row, ...], building: Building, order: DateOrder) -> list[Judged]:
    """Verdicts for all lines, each in the light of those before it."""
    read = [(row, *rentroll.read(row, order)) for row in rows if not row.broken]
    for _, line, wrong in read:
        if not wrong and line.lives_or_will and (unit := building.units.get(line.unit.casefold())):
            building.occupied.add(unit[0])
    by_line = {row.line: (line, wrong) for row, line, wrong in read}
    return [_judge(row, *by_line[row.line], building) if row.line in by_line else _broken(row) for row in rows]


def key_of(email: str, unit_id: UUID, name: str) -> str:
    """People are told apart by their address; those without one by their name within their unit (PEOPLE-1)."""
    return email or f"{unit_id} {name.casefold()}"


def _broken(row: Row) -> Judged:
    return Judged(PreviewRow(row.line, "bad", "", (f"Line {row.line} {row.broken}",), row.original))


def _bad(row: Row, line: Line, wrong: list[Wrong]) -> Judged:
    return Judged(PreviewRow(row.line, "bad", line.name, tuple(f"Line {row.line}, {column}: {why}" for column, why in wrong), row.original))


def _judge(row: Row, line: Line, wrong: list[Wrong], building: Building) -> Judged:
    unit = building.units.get(line.unit.casefold())
    if line.unit and unit is None:
        wrong = [("Unit", f'"{line.unit}" is not a unit of {building.name}. Add the unit or correct the line.'), *wrong]
    if wrong or unit is None:
        return _bad(row, line, wrong)
    key = key_of(line.email, unit[0], line.name)
    known = building.people.get(key)
    if contradiction := _contradiction(line, known, unit[0], building) or _twin(line, known, unit, building):
        return _bad(row, line, [contradiction])
    if not line.lives_or_will:
        return _past(row, line, key, known, unit, building)
    return _living(row, line, key, known, unit, building)


def _contradiction(line: Line, known: Known | None, unit_id: UUID, building: Building) -> Wrong | None:
    if known is not None and (known.first.casefold(), known.last.casefold()) != (line.first.casefold(), line.last.casefold()):
        whose = known.name if known.here else "somebody with another name"
        return "Email", f"belongs to {whose}; this line says {line.name}. We do not guess."
    if line.status == "Past" and line.lease_end and line.lease_end > building.today:
        return "Status", "says Past, but the lease ends later than today."
    home = known.homes.get(unit_id) if known and known.line else None
    if known is None or home is None:
        return None
    if not line.lives_or_will:
        return "Status", f"says Past, but line {known.line} says that {line.name} lives there. We do not guess."
    if home != _home(line):
        return "LeaseEnd", f"the lease of {line.name} is another one on line {known.line}. We do not guess."
    return None


def _twin(line: Line, known: Known | None, unit: tuple[UUID, str], building: Building) -> Wrong | None:
    twin = building.people.get(key_of("", unit[0], line.name))
    if known is not None or not line.email or twin is None or twin.has_email:
        return None
    return "Email", f"{line.name} is known in {unit[1]} without an e-mail. Add it on their page, or correct the line. We do not guess."


def _home(line: Line) -> Home:
    assert line.lease_start is not None  # rentroll.read refuses a line without it
    return Home(line.lease_start, line.lease_end if line.status == "Notice" else None, line.lease_end)


def _past(row: Row, line: Line, key: str, known: Known | None, unit: tuple[UUID, str], building: Building) -> Judged:
    """Who has moved out is never made; where they still live in our books, that ends."""
    home = known.homes.get(unit[0]) if known else None
    if known is None and unit[0] not in building.occupied:
        why = f"says Past, and nobody else is named for {unit[1]}. If it stands empty, nothing is missing; if not, correct the line."
        return _bad(row, line, [("Status", why)])
    if known is None or home is None or line.lease_end is None or (home.until is not None and home.until <= line.lease_end):
        return Judged(PreviewRow(row.line, "same", line.name, (), row.original))
    ended = replace(home, until=max(line.lease_end, home.since))
    known.homes[unit[0]] = ended
    reason = f"Line {row.line}: {line.name} moved out of {unit[1]}; living there ended on {line.lease_end.strftime(DAY)}."
    plan = Plan(line, key, known.id, unit[0], ended, home_exists=True)
    return Judged(PreviewRow(row.line, "changed", line.name, (reason,), row.original), plan)


def _living(row: Row, line: Line, key: str, known: Known | None, unit: tuple[UUID, str], building: Building) -> Judged:
    notes = rentroll.notes_of(row, line)
    wanted = _home(line)
    if known is None:
        known = Known(None, line.first, line.last, line.phone, line.smartphone, True, bool(line.email), row.line, {unit[0]: wanted})
        building.people[key] = known
        building.people.setdefault(key_of("", unit[0], line.name), known)
        return _result(row, line, notes, "changed" if notes else "new", Plan(line, key, None, unit[0], wanted))
    home = known.homes.get(unit[0])
    if home is None or (home.until is not None and home.until < building.today):
        return _another_home(row, line, key, known, unit, building, notes)
    if known.line is not None:
        return _result(row, line, [], "same", None)
    return _renewed(row, line, key, known, unit, wanted, building)


def _another_home(
    row: Row, line: Line, key: str, known: Known, unit: tuple[UUID, str], building: Building, notes: list[str]
) -> Judged:
    wanted = _home(line)
    names = dict(building.units.values())
    living = [names[u] for u, h in known.homes.items() if u in names and (h.until is None or h.until >= building.today)]
    if unit[0] in known.homes:
        notes.append(f"Line {row.line}: {line.name} lives in {unit[1]} again.")
        wanted = replace(wanted, since=max(wanted.since, building.today))
    elif living:
        where = f"is on line {known.line} with" if known.line else "lives in"
        notes.append(f"Line {row.line}: {line.name} {where} {', '.join(living)}; {unit[1]} is added.")
    known.homes[unit[0]] = wanted
    return _result(row, line, notes, "changed" if notes else "new", Plan(line, key, known.id, unit[0], wanted))


def _renewed(
    row: Row, line: Line, key: str, known: Known, unit: tuple[UUID, str], wanted: Home, building: Building
) -> Judged:
    """The person lives there already: a later start is a renewal and moves nothing, an empty cell changes nothing."""
    old = known.homes[unit[0]]
    earlier = wanted.since < old.since or (old.since > building.today and wanted.since != old.since)
    home = Home(wanted.since if earlier else old.since, wanted.until, wanted.lease_ends or old.lease_ends)
    phone = line.phone if line.phone and line.phone != known.phone else None
    smartphone = line.smartphone if "Smartphone" in row.cells and row.cells["Smartphone"] and line.smartphone != known.smartphone else None
    reasons = list(_reasons(row, line, unit[1], old, home))
    reasons += [f"Line {row.line}: the telephone changes."] if phone else []
    reasons += [f"Line {row.line}: the smartphone changes."] if smartphone is not None else []
    known.homes[unit[0]], known.line = home, row.line
    if not reasons:
        return _result(row, line, [], "same", None)
    plan = Plan(line, key, known.id, unit[0], home if home != old else None, True, phone, smartphone)
    return _result(row, line, reasons, "changed", plan)


def _reasons(row: Row, line: Line, unit: str, old: Home, new: Home) -> Iterator[str]:
    if old.since != new.since:
        yield f"Line {row.line}: living in {unit} begins on {new.since.strftime(DAY)}."
    if old.until != new.until:
        yield (
            f"Line {row.line}: living in {unit} ends on {new.until.strftime(DAY)}."
            if new.until
            else f"Line {row.line}: living in {unit} goes on; its end is taken back."
        )
    if old.lease_ends != new.lease_ends:
        yield f"Line {row.line}: the end of the lease changes."


def _result(row: Row, line: Line, notes: list[str], status: Status, plan: Plan | None) -> Judged:
    return Judged(PreviewRow(row.line, status, line.name, tuple(notes), row.original), plan)


def opening_of(home: Home, zone: ZoneInfo) -> datetime:
    """The instant at which living there begins."""
    return rentroll.opening(home.since, zone)


def closing_of(home: Home, zone: ZoneInfo) -> datetime | None:
    """The instant at which living there is over, None while no end is known."""
    return rentroll.closing(home.until, zone) if home.until else None
