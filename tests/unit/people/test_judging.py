"""What a line would do to the building as it stands."""

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from limen.kernel.tables import read_table
from limen.people import judging, rentroll
from limen.people.judging import Building, Home, Judged, Known

HEADING = "Unit,First,Last,Email,Phone,Status,LeaseStart,LeaseEnd,Role,Smartphone\n"
TODAY = date(2026, 11, 21)
A2, B4 = UUID(int=2), UUID(int=4)
DANA = "4B,Dana,Reyes,dana@example.org,212 555 0100,Current,06/01/2026,05/31/2027,Resident,yes\n"
LIVES = Home(date(2026, 6, 1), None, date(2027, 5, 31))


def building(**people: Known) -> Building:
    """Units 2A and 4B; people by the name before the @ of their address."""
    units = {"2a": (A2, "2A"), "4b": (B4, "4B")}
    return Building(
        "88 Harbor Street", ZoneInfo("America/New_York"), TODAY, units, {f"{k}@example.org": v for k, v in people.items()}, set()
    )


def dana(*, here: bool = True, homes: dict[UUID, Home] | None = None) -> Known:
    return Known(UUID(int=7), "Dana", "Reyes", "212 555 0100", True, here, homes=dict(homes or {}))


def judge(text: str, given: Building | None = None) -> list[Judged]:
    table = read_table((HEADING + text).encode(), rentroll.COLUMNS)
    return judging.judge_all(table.rows, given or building(), "mdy")


def verdicts(text: str, given: Building | None = None) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.row.status, one.row.reasons) for one in judge(text, given)]


def test_somebody_unknown_is_new() -> None:
    """With a plan to write."""
    (one,) = judge(DANA)
    assert one.row.status == "new" and one.plan and (one.plan.person_id, one.plan.unit_id, one.plan.home) == (None, B4, LIVES)


def test_somebody_who_lives_there_already_is_the_same() -> None:
    """And nothing is written."""
    (one,) = judge(DANA, building(dana=dana(homes={B4: LIVES})))
    assert one.row.status == "same" and one.plan is None


@pytest.mark.rule("PLACE-5")
def test_an_unknown_unit_is_told() -> None:
    """With the name of the building and what to do."""
    assert verdicts(DANA.replace("4B", "99Z")) == [
        ("bad", ('Line 2, Unit: "99Z" is not a unit of 88 Harbor Street. Add the unit or correct the line.',))
    ]


@pytest.mark.rule("PEOPLE-1")
def test_an_address_that_belongs_to_somebody_else_is_not_guessed_about() -> None:
    """Here the name is said; people of other buildings are not named to this one's managers."""
    other = DANA.replace("Dana,Reyes", "Someone,Else")
    said = ("bad", ("Line 2, Email: belongs to Dana Reyes; this line says Someone Else. We do not guess.",))
    assert verdicts(other, building(dana=dana())) == [said]
    hidden = ("bad", ("Line 2, Email: belongs to somebody with another name; this line says Someone Else. We do not guess.",))
    assert verdicts(other, building(dana=dana(here=False))) == [hidden]
    assert verdicts(DANA + other)[1] == ("bad", ("Line 3, Email: belongs to Dana Reyes; this line says Someone Else. We do not guess.",))


@pytest.mark.rule("PLACE-5")
def test_a_second_line_with_another_telephone_is_not_guessed_about() -> None:
    """Same person and unit, or another unit: what contradicts an earlier line comes back, what was empty there is taken and said."""
    other, none = DANA.replace("0100", "0199"), DANA.replace("212 555 0100", "")
    why = "Line 3, Phone: the telephone of Dana Reyes is another one on line 2. We do not guess."
    for given in (building(), building(dana=dana(homes={B4: LIVES}))):
        assert verdicts(DANA + other, given)[1] == ("bad", (why,))
    assert verdicts(DANA + other.replace("4B", "2A"))[1] == ("bad", (why,))
    assert [status for status, _ in verdicts(DANA + none + DANA)] == ["new", "same", "same"]
    first, second, third = judge(none + DANA + other)
    assert (first.row.status, second.row.status, third.row.status) == ("new", "changed", "bad")
    assert second.row.reasons == ("Line 3: the telephone changes.",) and second.plan and second.plan.phone == "212 555 0100"
    assert third.row.reasons == (why.replace("Line 3", "Line 4").replace("line 2", "line 3"),)


@pytest.mark.rule("PLACE-5")
def test_a_second_line_that_says_otherwise_about_a_smartphone_is_not_guessed_about() -> None:
    """Yes and no; an empty cell says nothing."""
    no, silent = DANA.replace(",yes", ",no"), DANA.replace(",yes", ",")
    why = "Line 3, Smartphone: line 2 says otherwise about the smartphone of Dana Reyes. We do not guess."
    assert verdicts(DANA + no)[1] == ("bad", (why,)) == verdicts(no + DANA)[1]
    assert [status for status, _ in verdicts(DANA + silent)] == ["new", "same"]


def test_a_moved_persons_new_telephone_is_taken_and_one_of_another_building_is_left() -> None:
    """Within the building it is said; what other managers keep is not this one's to change."""
    moved = DANA.replace("4B", "2A").replace("0100", "0199")
    (one,) = judge(moved, building(dana=dana(homes={B4: LIVES})))
    assert one.plan and one.plan.phone == "212 555 0199" and one.row.reasons[-1] == "Line 2: the telephone changes."
    (one,) = judge(moved, building(dana=dana(here=False)))
    assert one.plan and one.plan.phone is None


@pytest.mark.rule("PEOPLE-1")
def test_somebody_from_another_building_gets_a_home_here() -> None:
    """The same account, without a word about the other building."""
    (one,) = judge(DANA, building(dana=dana(here=False)))
    assert (one.row.status, one.row.reasons) == ("new", ()) and one.plan and one.plan.person_id == UUID(int=7)


def test_a_second_unit_is_added_and_said() -> None:
    """Within the file, and beside what the building knows."""
    second = DANA.replace("4B", "2A")
    assert verdicts(DANA + second)[1] == ("changed", ("Line 3: Dana Reyes is on line 2 with 4B; 2A is added.",))
    assert verdicts(second, building(dana=dana(homes={B4: LIVES}))) == [("changed", ("Line 2: Dana Reyes lives in 4B; 2A is added.",))]


def test_a_line_that_repeats_is_the_same_and_one_that_contradicts_is_not_imported() -> None:
    """Whichever of the two is right, the manager knows it."""
    assert [status for status, _ in verdicts(DANA + DANA)] == ["new", "same"]
    other = DANA.replace("05/31/2027", "06/30/2027")
    assert verdicts(DANA + other)[1] == ("bad", ("Line 3, LeaseEnd: the lease of Dana Reyes is another one on line 2. We do not guess.",))
    past = DANA.replace("Current", "Past").replace("05/31/2027", "10/31/2026")
    assert verdicts(DANA + past)[1] == (
        "bad",
        ("Line 3, Status: says Past, but line 2 says that Dana Reyes lives there. We do not guess.",),
    )


def test_a_bad_line_does_not_stand_in_the_way_of_a_good_one() -> None:
    """The corrected line further down is imported."""
    assert [status for status, _ in verdicts(DANA.replace("05/31", "02/30") + DANA)] == ["bad", "new"]


PAST = "4B,Uma,Mueller,uma@example.org,,Past,06/01/2025,05/31/2026,Resident,yes\n"


def test_who_has_moved_out_is_never_made() -> None:
    """Where somebody else lives there now, nothing is missing."""
    assert verdicts(PAST + DANA)[0] == ("same", ())
    assert judge(PAST + DANA)[0].plan is None


@pytest.mark.rule("PLACE-5")
def test_a_unit_that_would_stand_empty_is_pointed_out() -> None:
    """The status may be wrong; nobody guesses."""
    why = "says Past, and nobody else is named for 4B. If it stands empty, nothing is missing; if not, correct the line."
    assert verdicts(PAST) == [("bad", (f"Line 2, Status: {why}",))]


def test_who_still_lives_here_in_our_books_and_has_moved_out_leaves() -> None:
    """On the day the lease ended; again there is nothing to do."""
    uma = Known(UUID(int=8), "Uma", "Mueller", "", True, True, homes={B4: Home(date(2025, 6, 1), None, None)})
    (one,) = judge(PAST, building(uma=uma))
    assert one.row.reasons == ("Line 2: Uma Mueller moved out of 4B; living there ended on 31 May 2026.",)
    assert one.plan and one.plan.home_exists and one.plan.home == Home(date(2025, 6, 1), date(2026, 5, 31), None)
    assert verdicts(PAST, building(uma=uma)) == [("same", ())]


def test_past_with_an_end_ahead_contradicts_itself() -> None:
    """It is not imported."""
    assert verdicts(PAST.replace("05/31/2026", "05/31/2027")) == [
        ("bad", ("Line 2, Status: says Past, but the lease ends later than today.",))
    ]


@pytest.mark.parametrize(
    ("line", "home", "reason"),
    [
        (DANA.replace("05/31/2027", "05/31/2028"), LIVES, "Line 2: the end of the lease changes."),
        (DANA.replace("0100", "0199"), LIVES, "Line 2: the telephone changes."),
        (DANA.replace("Resident,yes", "Resident,no"), LIVES, "Line 2: the smartphone changes."),
        (DANA.replace("Current", "Notice"), LIVES, "Line 2: living in 4B ends on 31 May 2027."),
        (DANA, Home(date(2026, 6, 1), date(2026, 12, 31), date(2027, 5, 31)), "Line 2: living in 4B goes on; its end is taken back."),
        (DANA, Home(date(2026, 12, 1), None, date(2027, 5, 31)), "Line 2: living in 4B begins on 1 Jun 2026."),
        (DANA, Home(date(2025, 1, 1), date(2025, 12, 31), None), "Line 2: Dana Reyes lives in 4B again."),
    ],
)
def test_what_the_next_months_file_says_differently_is_changed_and_said(line: str, home: Home, reason: str) -> None:
    """One sentence for each difference."""
    (one,) = judge(line, building(dana=dana(homes={B4: home})))
    assert (one.row.status, one.row.reasons) == ("changed", (reason,)) and one.plan


def test_a_renewed_lease_moves_nobodys_beginning() -> None:
    """Who lives there since 2025 still does when the new lease starts in 2026."""
    given = building(dana=dana(homes={B4: Home(date(2025, 1, 1), None, date(2026, 5, 31))}))
    (one,) = judge(DANA, given)
    assert one.plan and one.plan.home and one.plan.home.since == date(2025, 1, 1)
    assert one.row.reasons == ("Line 2: the end of the lease changes.",)


def test_an_empty_cell_changes_nothing() -> None:
    """Telephone and end of the lease stay as they are known."""
    line = "4B,Dana,Reyes,dana@example.org,,Current,06/01/2026,,Resident,\n"
    assert verdicts(line, building(dana=dana(homes={B4: LIVES}))) == [("same", ())]


ROSA = "2A,Rosa,Haddad,,,Current,06/01/2020,,Resident,no\n"


def test_people_without_an_address_are_known_by_name_and_unit() -> None:
    """The same line twice is one person; another unit is another person."""
    assert [status for status, _ in verdicts(ROSA + ROSA + ROSA.replace("2A", "4B"))] == ["new", "same", "new"]


def test_a_namesake_without_an_address_is_not_guessed_about() -> None:
    """Perhaps the same person got an address, perhaps mother and daughter."""
    with_address = ROSA.replace("Haddad,,", "Haddad,rosa@example.org,")
    said = "Line 3, Email: Rosa Haddad is known in 2A without an e-mail. Add it on their page, or correct the line. We do not guess."
    assert verdicts(ROSA + with_address)[1] == ("bad", (said,))
    assert [status for status, _ in verdicts(with_address + ROSA)] == ["new", "same"]


def test_a_line_with_too_few_cells_is_told() -> None:
    """With its number."""
    assert verdicts("4B,Dana\n") == [("bad", ("Line 2 has 2 cells, the first line has 10.",))]


def test_days_become_instants_of_the_building() -> None:
    """An open end stays open."""
    zone = ZoneInfo("America/New_York")
    assert judging.opening_of(LIVES, zone).isoformat() == "2026-06-01T00:00:00-04:00"
    assert judging.closing_of(LIVES, zone) is None
    closing = judging.closing_of(Home(date(2026, 6, 1), date(2026, 12, 31), None), zone)
    assert closing and closing.isoformat() == "2027-01-01T00:00:00-05:00"
    assert judging.key_of("", A2, "Rosa HADDAD") == f"{A2} rosa haddad"
