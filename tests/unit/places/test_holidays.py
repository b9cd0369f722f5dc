"""A building's calendar of holidays."""

from datetime import date, datetime, timedelta

import pytest

from limen.kernel.problems import NotYours, Problem, Refused
from limen.places import queries, services
from limen.storage.transactions import unit_of_work
from tests.unit.fleet.house import ANA, House

CHRISTMAS = date(2026, 12, 25)


@pytest.fixture
def house(db: None, now: datetime) -> House:
    """A building without doors, on Sat 21 Nov 2026."""
    return House.build(now)


def add(house: House, day: date, name: str = "Christmas Day") -> None:
    """The office puts a day into the calendar."""
    with unit_of_work():
        services.add_holiday(property_id=house.property_id, day=day, name=name, by=ANA, now=house.now)


@pytest.mark.rule("ACCESS-6")
def test_a_day_is_in_the_calendar_until_it_is_taken_out(house: House) -> None:
    """Under its name, the earliest first."""
    add(house, date(2027, 1, 1), " New Year ")
    add(house, CHRISTMAS)
    assert list(queries.holidays(house.property_id).items()) == [(CHRISTMAS, "Christmas Day"), (date(2027, 1, 1), "New Year")]
    with unit_of_work():
        services.remove_holiday(property_id=house.property_id, day=CHRISTMAS, by=ANA, now=house.now)
    assert list(queries.holidays(house.property_id)) == [date(2027, 1, 1)]
    with pytest.raises(NotYours), unit_of_work():
        services.remove_holiday(property_id=house.property_id, day=CHRISTMAS, by=ANA, now=house.now)


@pytest.mark.rule("ACCESS-6")
def test_what_cannot_be_a_holiday_is_refused(house: House) -> None:
    """Yesterday, in six years, one twice, one without a name: nothing is kept."""
    for day, name in ((date(2026, 11, 20), "x"), (date(2032, 11, 21), "x"), (CHRISTMAS, " ")):
        with pytest.raises(Problem):
            add(house, day, name)
    assert queries.holidays(house.property_id) == {}
    add(house, CHRISTMAS)
    with pytest.raises(Refused, match="already"):
        add(house, CHRISTMAS)


@pytest.mark.rule("ACCESS-6")
def test_a_calendar_holds_no_more_than_a_lock(house: House) -> None:
    """64 days to come; the next is refused, and fits once another was taken out."""
    for number in range(64):
        add(house, CHRISTMAS + timedelta(days=number))
    with pytest.raises(Refused, match="at most 64"):
        add(house, date(2027, 12, 25))
    with unit_of_work():
        services.remove_holiday(property_id=house.property_id, day=CHRISTMAS, by=ANA, now=house.now)
    add(house, date(2027, 12, 25))
    assert len(queries.holidays(house.property_id)) == 64
