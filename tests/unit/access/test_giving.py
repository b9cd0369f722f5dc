"""Giving a group to somebody: asked standing, windows, classes."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from limen.access import queries
from limen.kernel.periods import Interval, Weekly
from limen.kernel.problems import Problem, Refused
from limen.wire.grants import Cls
from tests.cast import Harbor

DAY = timedelta(days=1)
MORNINGS = Weekly((Interval(0b1111111, 6 * 60, 10 * 60),))
ALL_DAY = Weekly((Interval(0b1111111, 6 * 60, 22 * 60),))


@pytest.mark.rule("ACCESS-2")
def test_standing_is_asked_for(house: Harbor) -> None:
    """A grant without a standing is refused with the sentence that says why it is asked."""
    with pytest.raises(Problem) as refused:
        house.give("dana", "Residents", standing="")
    assert refused.value.title == "Choose resident or non-resident. It decides who may see their entries."


def test_given_again_changes_the_grant(house: Harbor, now: datetime) -> None:
    """The same group given again to the same person changes the grant they hold instead of adding one."""
    first = house.give("gus", "Roof deck", standing="non-resident", ends=now + 6 * DAY)
    second = house.give("gus", "Roof deck", standing="non-resident", ends=now + 9 * DAY)
    assert second.id == first.id
    (window,) = queries.windows(house.people["gus"], house.doors["Roof"], now)
    assert window.ends == now + 9 * DAY


def test_end_before_start_is_refused(house: Harbor, now: datetime) -> None:
    """A window that ends before it starts is no window."""
    with pytest.raises(Problem, match="The end is before the start"):
        house.give("dana", "Residents", starts=now, ends=now - DAY)


@pytest.mark.parametrize("year", [1, 1999, 2101, 9999])
def test_dates_that_no_lock_can_hold_are_refused(house: Harbor, now: datetime, year: int) -> None:
    """Given or shared, at either end: beyond them a date overflows as soon as somebody reckons with it."""
    house.give("dana", "Home 4B")
    far = datetime(year, 12, 31, 23, 59, tzinfo=ZoneInfo("America/New_York"))
    starts, ends = (far, None) if year < 2000 else (now, far)
    with pytest.raises(Problem, match="Choose a date between 2000 and 2100"):
        house.give("theo", "Residents", starts=starts, ends=ends)
    with pytest.raises(Problem, match="Choose a date between 2000 and 2100"):
        house.invite("dana", "Unit 4B", starts=starts, ends=ends)


@pytest.mark.rule("PLACE-4")
def test_living_somewhere_opens_nothing(house: Harbor) -> None:
    """Being assigned to a unit gives no door by itself."""
    assert house.opens("dana") == set()


@pytest.mark.rule("PEOPLE-2")
def test_managing_opens_nothing(house: Harbor) -> None:
    """A managing role is not access: a manager opens a door only with a grant of their own."""
    assert house.opens("ana") == set()


def test_class_at_a_unit_door_needs_the_household(house: Harbor, now: datetime) -> None:
    """Class 1 at a unit door is standing resident and member of that household; another resident there is class 5."""
    house.give("dana", "Home 4B")
    house.give("kim", "Home 4B")
    unit = house.doors["Unit 4B"]
    assert queries.windows(house.people["dana"], unit, now)[0].cls == Cls.RESIDENT
    assert queries.windows(house.people["kim"], unit, now)[0].cls == Cls.VENDOR


def test_classes_of_people_who_come_to_work(house: Harbor, now: datetime) -> None:
    """Somebody with a role here is staff, anybody else without residence is a vendor."""
    house.give("sofia", "Residents", standing="non-resident")
    house.give("gus", "Residents", standing="non-resident")
    door = house.doors["Package Room"]
    assert queries.windows(house.people["sofia"], door, now)[0].cls == Cls.STAFF
    assert queries.windows(house.people["gus"], door, now)[0].cls == Cls.VENDOR


def test_windows_are_never_merged_and_at_most_four(house: Harbor, now: datetime) -> None:
    """Several grants at one door stay several windows; a fifth is refused and leaves nothing behind."""
    for number in range(5):
        house.group(f"Roof {number}", "Roof")
    for number in range(4):
        house.give("dana", f"Roof {number}", starts=now + number * 10 * DAY, ends=now + (number * 10 + 5) * DAY)
    held = queries.windows(house.people["dana"], house.doors["Roof"], now)
    assert [w.starts for w in held] == [now + n * 10 * DAY for n in range(4)]
    with pytest.raises(Refused) as refused:
        house.give("dana", "Roof 4", starts=now + 50 * DAY)
    assert refused.value.type == "too_many_windows"
    assert len(queries.windows(house.people["dana"], house.doors["Roof"], now)) == 4
