"""What a line of a rent roll would do to the building as it stands. Pure: the building as values in, verdicts and plans out.

Nothing is guessed: where a line contradicts another line or a person who is known, it is not imported and says why.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from limen.kernel.previews import PreviewRow, Status
from limen.kernel.tables import Row
from limen.people import rentroll
from limen.people.rentroll import DateOrder, Line, Wrong


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
    said: dict[UUID, Home] = field(default_factory=dict)  # by earlier lines of this file
    said_phone: tuple[str, int] | None = None  # and on which of them
    said_smartphone: tuple[bool, int] | None = None

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


@dataclass(frozen=True, slots=True)
class _Case:
    """A line that makes sense, the unit it names, and who it is about as far as known."""

    row: Row
    line: Line
    unit_id: UUID
    unit: str
    key: str
    known: Known | None

    def result(self, status: Status, reasons: list[str], plan: Plan | None = None) -> Judged:
        return Judged(PreviewRow(self.row.line, status, self.line.name, tuple(reasons), self.row.original), plan)

    @property
    def smartphone(self) -> bool | None:
        """Whether they have one, None where the cell is empty: that says nothing."""
        return self.line.smartphone if self.row.cells.get("Smartphone") else None

    def says(self, text: str) -> str:
        return f"Line {self.row.line}: {text}"


def _judge(row: Row, line: Line, wrong: list[Wrong], building: Building) -> Judged:
    unit = building.units.get(line.unit.casefold())
    if line.unit and unit is None:
        wrong = [("Unit", f'"{line.unit}" is not a unit of {building.name}. Add the unit or correct the line.'), *wrong]
    if wrong or unit is None:
        return _bad(row, line, wrong)
    key = key_of(line.email, unit[0], line.name)
    case = _Case(row, line, *unit, key, building.people.get(key))
    if contradiction := _contradiction(case, building) or _twin(case, building):
        return _bad(row, line, [contradiction])
    return _living(case, building) if line.lives_or_will else _past(case, building)


def _contradiction(case: _Case, building: Building) -> Wrong | None:
    line, known = case.line, case.known
    if known is not None and (known.first.casefold(), known.last.casefold()) != (line.first.casefold(), line.last.casefold()):
        whose = known.name if known.here else "somebody with another name"
        return "Email", f"belongs to {whose}; this line says {line.name}. We do not guess."
    if line.status == "Past" and line.lease_end and line.lease_end > building.today:
        return "Status", "says Past, but the lease ends later than today."
    if known is not None and line.lives_or_will and (otherwise := _otherwise(case, known)) is not None:
        return otherwise
    said = known.said.get(case.unit_id) if known else None
    if known is None or said is None:
        return None
    if not line.lives_or_will:
        return "Status", f"says Past, but line {known.line} says that {line.name} lives there. We do not guess."
    if said != _home(line):
        return "LeaseEnd", f"the lease of {line.name} is another one on line {known.line}. We do not guess."
    return None


def _otherwise(case: _Case, known: Known) -> Wrong | None:
    """An earlier line of the file gave this person another telephone, or said otherwise about their smartphone."""
    line = case.line
    if known.said_phone and line.phone and line.phone != known.said_phone[0]:
        return "Phone", f"the telephone of {line.name} is another one on line {known.said_phone[1]}. We do not guess."
    if known.said_smartphone and case.smartphone is not None and case.smartphone != known.said_smartphone[0]:
        return "Smartphone", f"line {known.said_smartphone[1]} says otherwise about the smartphone of {line.name}. We do not guess."
    return None


def _reached(case: _Case, known: Known) -> tuple[str | None, bool | None, list[str]]:
    """How this line changes by what they are reached: telephone, smartphone, and the sentences for it. What it says is kept for later lines."""
    phone = case.line.phone if case.line.phone and case.line.phone != known.phone else None
    smartphone = case.smartphone if case.smartphone is not None and case.smartphone != known.smartphone else None
    if case.line.phone:
        known.phone, known.said_phone = case.line.phone, known.said_phone or (case.line.phone, case.row.line)
    if case.smartphone is not None:
        known.smartphone, known.said_smartphone = case.smartphone, known.said_smartphone or (case.smartphone, case.row.line)
    reasons = [case.says("the telephone changes.")] if phone is not None else []
    reasons += [case.says("the smartphone changes.")] if smartphone is not None else []
    return phone, smartphone, reasons


def _twin(case: _Case, building: Building) -> Wrong | None:
    """Somebody of this name lives in the unit without an address: perhaps the same person, perhaps not."""
    twin = building.people.get(key_of("", case.unit_id, case.line.name))
    if case.known is not None or not case.line.email or twin is None or twin.has_email:
        return None
    who = f"{case.line.name} is known in {case.unit} without an e-mail."
    return "Email", f"{who} Add it on their page, or correct the line. We do not guess."


def _home(line: Line) -> Home:
    assert line.lease_start is not None  # rentroll.read refuses a line without it
    return Home(line.lease_start, line.lease_end if line.status == "Notice" else None, line.lease_end)


def _past(case: _Case, building: Building) -> Judged:
    """Who has moved out is never made; where they still live in our books, that ends (decision 0055)."""
    line, known = case.line, case.known
    home = known.homes.get(case.unit_id) if known else None
    if known is None and case.unit_id not in building.occupied:
        why = f"says Past, and nobody else is named for {case.unit}. If it stands empty, nothing is missing; if not, correct the line."
        return _bad(case.row, line, [("Status", why)])
    if known is None or home is None or line.lease_end is None or (home.until is not None and home.until <= line.lease_end):
        return case.result("same", [])
    ended = replace(home, until=max(line.lease_end, home.since))
    known.homes[case.unit_id] = ended
    reason = case.says(f"{line.name} moved out of {case.unit}; living there ended on {_day(line.lease_end)}.")
    return case.result("changed", [reason], Plan(line, case.key, known.id, case.unit_id, ended, home_exists=True))


def _living(case: _Case, building: Building) -> Judged:
    line, known, unit_id = case.line, case.known, case.unit_id
    notes = rentroll.notes_of(case.row, line)
    wanted = _home(line)
    if known is None:
        homes = {unit_id: wanted}
        known = Known(None, line.first, line.last, line.phone, line.smartphone, True, bool(line.email), case.row.line, homes, dict(homes))
        _reached(case, known)
        building.people[case.key] = known
        building.people.setdefault(key_of("", unit_id, line.name), known)
        return case.result("changed" if notes else "new", notes, Plan(line, case.key, None, unit_id, wanted))
    if unit_id in known.said:
        return _said_again(case, known)
    known.said[unit_id] = wanted
    home = known.homes.get(unit_id)
    if home is None or (home.until is not None and home.until < building.today):
        return _another_home(case, known, notes, building)
    return _renewed(case, known, building)


def _said_again(case: _Case, known: Known) -> Judged:
    """The home stands on an earlier line; a telephone that stands only on this one is taken from here."""
    phone, smartphone, reasons = _reached(case, known) if known.here else (None, None, [])
    if not reasons:
        return case.result("same", [])
    return case.result("changed", reasons, Plan(case.line, case.key, known.id, case.unit_id, None, True, phone, smartphone))


def _another_home(case: _Case, known: Known, notes: list[str], building: Building) -> Judged:
    wanted = _home(case.line)
    names = dict(building.units.values())
    living = [names[u] for u, h in known.homes.items() if u in names and (h.until is None or h.until >= building.today)]
    if case.unit_id in known.homes:
        notes.append(case.says(f"{case.line.name} lives in {case.unit} again."))
        wanted = replace(wanted, since=max(wanted.since, building.today))
    elif living:
        where = f"is on line {known.line} with" if known.line else "lives in"
        notes.append(case.says(f"{case.line.name} {where} {', '.join(living)}; {case.unit} is added."))
    known.homes[case.unit_id] = wanted
    phone, smartphone, reasons = _reached(case, known) if known.here else (None, None, [])
    notes += reasons
    plan = Plan(case.line, case.key, known.id, case.unit_id, wanted, phone=phone, smartphone=smartphone)
    return case.result("changed" if notes else "new", notes, plan)


def _renewed(case: _Case, known: Known, building: Building) -> Judged:
    """The person lives there already: a later start is a renewal and moves nothing, an empty cell changes nothing."""
    line, wanted, old = case.line, _home(case.line), known.homes[case.unit_id]
    earlier = wanted.since < old.since or (old.since > building.today and wanted.since != old.since)
    home = Home(wanted.since if earlier else old.since, wanted.until, wanted.lease_ends or old.lease_ends)
    phone, smartphone, reached = _reached(case, known)
    reasons = [*(case.says(text) for text in _changes(case.unit, old, home)), *reached]
    known.homes[case.unit_id], known.line = home, known.line or case.row.line
    if not reasons:
        return case.result("same", [])
    return case.result(
        "changed", reasons, Plan(line, case.key, known.id, case.unit_id, home if home != old else None, True, phone, smartphone)
    )


def _changes(unit: str, old: Home, new: Home) -> Iterator[str]:
    if old.since != new.since:
        yield f"living in {unit} begins on {_day(new.since)}."
    if old.until != new.until:
        end = f"ends on {_day(new.until)}." if new.until else "goes on; its end is taken back."
        yield f"living in {unit} {end}"
    if old.lease_ends != new.lease_ends:
        yield "the end of the lease changes."


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def opening_of(home: Home, zone: ZoneInfo) -> datetime:
    """The instant at which living there begins."""
    return rentroll.opening(home.since, zone)


def closing_of(home: Home, zone: ZoneInfo) -> datetime | None:
    """The instant at which living there is over, None while no end is known."""
    return rentroll.closing(home.until, zone) if home.until else None
