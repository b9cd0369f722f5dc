"""What a line of a rent roll says by itself."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from limen.kernel.tables import Row, read_table
from limen.people import rentroll

HEADING = "Unit,First,Last,Email,Phone,Status,LeaseStart,LeaseEnd,Role,Smartphone"
GOOD = {
    "Unit": "4B", "First": "Dana", "Last": "Reyes", "Email": "dana@example.org", "Phone": "+1 212 555 0140", "Status": "Current",
    "LeaseStart": "06/01/2026", "LeaseEnd": "05/31/2027", "Role": "Resident", "Smartphone": "yes",
}  # fmt: skip
NEW_YORK = ZoneInfo("America/New_York")


def row(**cells: str) -> Row:
    line = ",".join((GOOD | cells).values())
    return read_table(f"{HEADING}\n{line}\n".encode(), rentroll.COLUMNS).rows[0]


def wrong(**cells: str) -> list[tuple[str, str]]:
    return rentroll.read(row(**cells), "mdy")[1]


def test_a_good_line_is_read_as_it_stands() -> None:
    """Dates as days, words as they were typed."""
    line, faults = rentroll.read(row(), "mdy")
    assert not faults and line.lives_or_will and not line.capitals
    assert (line.name, line.lease_start, line.lease_end, line.smartphone) == ("Dana Reyes", date(2026, 6, 1), date(2027, 5, 31), True)


@pytest.mark.rule("PLACE-5")
@pytest.mark.parametrize(
    ("cells", "column", "why"),
    [
        ({"Unit": ""}, "Unit", "is empty."),
        ({"First": ""}, "First", "is empty."),
        ({"Last": "x" * 81}, "Last", "is longer than 80 characters."),
        ({"Last": "x" * 301}, "Last", "is longer than a name can be."),
        ({"Email": "not-an-address"}, "Email", '"not-an-address" is not an e-mail address.'),
        ({"Email": ""}, "Email", "is empty, and Smartphone says yes. Add the e-mail, or write no: the person then gets letters."),
        ({"Phone": "call me"}, "Phone", '"call me" is not a telephone number.'),
        ({"Status": "Moved?"}, "Status", '"Moved?" is not a status. Write Current, Future, Notice or Past.'),
        ({"LeaseStart": ""}, "LeaseStart", "is empty."),
        ({"LeaseStart": "soon"}, "LeaseStart", '"soon" is not a date.'),
        ({"LeaseEnd": "02/30/2027"}, "LeaseEnd", '"02/30/2027" is not a date.'),
        ({"LeaseEnd": "05/31/2025"}, "LeaseEnd", '"05/31/2025" is before the start, "06/01/2026".'),
        ({"Status": "Notice", "LeaseEnd": ""}, "LeaseEnd", "is empty, and Status says Notice."),
        ({"Status": "Past", "LeaseEnd": ""}, "LeaseEnd", "is empty, and Status says Past."),
        ({"Role": "Manager"}, "Role", '"Manager" is not imported from a file. Appoint staff one by one.'),
        ({"Smartphone": "maybe"}, "Smartphone", '"maybe" is neither yes nor no.'),
    ],
)
def test_a_fault_is_told_with_column_value_and_reason(cells: dict[str, str], column: str, why: str) -> None:
    """In words a manager understands."""
    assert (column, why) in wrong(**cells)


@pytest.mark.parametrize(
    "cells",
    [{"Email": "", "Smartphone": "no"}, {"Phone": ""}, {"LeaseEnd": ""}, {"Status": "current"}, {"Role": ""}, {"LeaseStart": "2026-06-01"}],
)
def test_what_may_be_missing_may_be_missing(cells: dict[str, str]) -> None:
    """People without a smartphone need no e-mail; a lease may be open; capitals of a status do not matter."""
    assert wrong(**cells) == []


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("01/02/2027", "mdy", date(2027, 1, 2)),
        ("01/02/2027", "dmy", date(2027, 2, 1)),
        ("31.12.2027", "dmy", date(2027, 12, 31)),
        ("31/12/2027", "mdy", None),
        ("2027-01-02", "mdy", date(2027, 1, 2)),
        ("2027/01/02", "dmy", date(2027, 1, 2)),
        ("01/02/2027", "ymd", None),
        ("01/02/27", "mdy", None),
        ("02/29/2027", "mdy", None),
        ("02/29/2028", "mdy", date(2028, 2, 29)),
        ("01/02/1700", "mdy", None),
        ("1/2/2027", "mdy", date(2027, 1, 2)),
        ("2027", "mdy", None),
        ("00/00/0000", "mdy", None),
    ],
)
def test_dates_are_read_in_one_order_and_never_guessed(text: str, order: rentroll.DateOrder, day: date | None) -> None:
    """Four-digit years; only a year in front means year, month, day by itself."""
    assert rentroll.date_of(text, order) == day


@pytest.mark.rule("PLACE-5")
def test_what_was_read_with_a_change_is_said() -> None:
    """Spaces, capitals of an address, formulas."""
    given = row(First="  Dana", Email="DANA@Example.org ", Last='"=CMD(""x"")"')
    line, faults = rentroll.read(given, "mdy")
    assert not faults and (line.first, line.last, line.email) == ("Dana", "CMD x", "dana@example.org")
    assert rentroll.notes_of(given, line) == [
        "Line 2: spaces removed from the first name.",
        'Line 2: the last name held a formula. It was not run; the words "CMD x" are kept.',
        "Line 2: spaces and capitals removed from the e-mail.",
    ]


def test_a_day_begins_and_ends_on_the_wall_clock_of_the_building() -> None:
    """The last day of a lease is lived to its end, also where the clock changes."""
    assert rentroll.opening(date(2026, 11, 21), NEW_YORK).astimezone(UTC) == datetime(2026, 11, 21, 5, tzinfo=UTC)
    assert rentroll.closing(date(2026, 10, 31), NEW_YORK).astimezone(UTC) == datetime(2026, 11, 1, 4, tzinfo=UTC)
    assert rentroll.closing(date(2026, 11, 1), NEW_YORK).astimezone(UTC) == datetime(2026, 11, 2, 5, tzinfo=UTC)
