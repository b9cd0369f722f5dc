"""A holiday from the calendar to a lock without network: hours for holidays hold there on that day and on no other (ACCESS-6)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from limen.access import queries as access
from limen.fleet.views import Why
from limen.kernel.periods import Weekly
from limen.places import queries as places
from limen.places import services as building
from limen.storage.transactions import unit_of_work
from limen.wire.records import RecordKind
from limen.wire.schedules import Schedule, holds
from tests.unit.fleet.house import ANA, House

NEW_YORK = ZoneInfo("America/New_York")
CHRISTMAS = date(2026, 12, 25)  # a Friday
WEEKDAYS_AND_HOLIDAYS = Weekly.of([[0b0011111, 6 * 60, 22 * 60], [0b10000000, 10 * 60, 14 * 60]])


@pytest.fixture
def house(db: None, now: datetime) -> House:
    """The Gym has hours, shorter ones on holidays; the Package Room has none; both locks have no network."""
    made = House.build(now)
    for door in ("Gym", "Package Room"):
        made.door(door)
    made.person("Dana")
    made.give("Dana", made.group("Gym", "Gym", hours=WEEKDAYS_AND_HOLIDAYS))
    made.give("Dana", made.group("Rooms", "Package Room"))
    for number, door in enumerate(("Gym", "Package Room")):
        made.activate(door, f"LM00020{number}")
        made.update(door)
    return made


def add(house: House, day: date = CHRISTMAS) -> None:
    """The office puts a day into the calendar."""
    with unit_of_work():
        building.add_holiday(property_id=house.property_id, day=day, name="Christmas Day", by=ANA, now=house.now)


def at(day: date, hour: int) -> datetime:
    """The wall clock of the building."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=NEW_YORK).astimezone(UTC)


def lock_allows(house: House, moment: datetime) -> bool:
    """What the lock decides by itself from the list it holds, with no network."""
    state = house.locks["Gym"].state
    assert state is not None
    [hours] = [record.data for record in state.records.values() if record.kind == RecordKind.SCHEDULE]
    assert isinstance(hours, Schedule)
    return holds(hours, state.config.zone, state.config.holidays, int(moment.timestamp()))


@pytest.mark.rule("ACCESS-6", "SYNC-3", "SYNC-4")
def test_a_holiday_holds_at_an_offline_lock_after_its_update(house: House) -> None:
    """Before the update the Friday is a Friday; after it only 10 to 14 is open that day, and the Friday before is as ever."""
    add(house)
    early, noon = at(CHRISTMAS, 7), at(CHRISTMAS, 12)
    dana, gym = house.people["Dana"], house.doors["Gym"]
    assert (access.would_open(dana, gym, "app", early).opens, access.would_open(dana, gym, "app", noon).opens) == (False, True)
    assert lock_allows(house, early)
    [task] = house.tasks()
    assert (task.door_name, task.due) == ("Gym", CHRISTMAS)
    assert [change.why for change in house.state("Gym").changes] == [Why.HOLIDAYS_NARROWED]
    house.update("Gym")
    assert (lock_allows(house, early), lock_allows(house, noon)) == (False, True)
    assert lock_allows(house, early - timedelta(days=7))
    assert house.tasks() == ()


@pytest.mark.rule("ACCESS-6", "SYNC-3")
def test_a_door_without_hours_hears_nothing_of_it(house: House) -> None:
    """Its list keeps its number: nobody has to walk there."""
    before = house.state("Package Room").current
    add(house)
    assert house.state("Package Room").current == before


@pytest.mark.rule("ACCESS-6")
def test_a_holiday_that_is_taken_back_is_a_day_like_others_after_an_update(house: House) -> None:
    """Its own stretch goes and the weekday's comes back: the door is due that day too, and then follows its weekday."""
    add(house)
    house.update("Gym")
    with unit_of_work():
        building.remove_holiday(property_id=house.property_id, day=CHRISTMAS, by=ANA, now=house.now)
    assert [change.why for change in house.state("Gym").changes] == [Why.HOLIDAYS_NARROWED]
    house.update("Gym")
    assert lock_allows(house, at(CHRISTMAS, 7))


@pytest.mark.rule("ACCESS-6")
def test_that_a_holiday_has_passed_changes_no_list(house: House) -> None:
    """A week after Christmas the list has the number it had."""
    add(house)
    house.update("Gym")
    held = house.state("Gym").current
    house.now = at(CHRISTMAS, 12) + timedelta(days=7)
    with unit_of_work():
        building.set_doorway(door_id=house.doors["Gym"], doorway=places.door_view(house.doors["Gym"]).doorway, by=ANA, now=house.now)
    assert house.state("Gym").current == held
