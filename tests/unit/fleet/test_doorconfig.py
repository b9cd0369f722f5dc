"""A door's settings as its lock holds them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.credentials import services as credentials
from limen.fleet.catalogue import model
from limen.fleet.doorconfig import changed_days, read_config, same_settings, stored_config, wanted_config, zone_table
from limen.kernel.periods import Weekly
from limen.places import services as building
from limen.places.views import Doorway
from limen.storage.transactions import unit_of_work
from limen.wire.records import ConfigFlags, DoorKind
from limen.wire.schedules import Interval, Schedule
from limen.wire.zones import wall
from tests.unit.fleet.house import ANA, House

NOW = datetime(2026, 11, 21, 19, 2, tzinfo=UTC)


@given(
    name=st.sampled_from(["America/New_York", "Europe/Berlin", "Australia/Sydney", "Asia/Tokyo", "America/Phoenix", "Asia/Kathmandu"]),
    minutes=st.integers(0, 4 * 366 * 24 * 60),
)
def test_the_lock_reads_the_same_wall_clock_for_four_years(name: str, minutes: int) -> None:
    """Day, weekday and minute agree with the zone database at every moment, clock changes included."""
    zone = ZoneInfo(name)
    at = NOW + timedelta(minutes=minutes)
    said, true = wall(zone_table(zone, NOW), int(at.timestamp())), at.astimezone(zone)
    assert (said.minute, said.weekday) == (true.hour * 60 + true.minute, true.weekday())


def test_settings_follow_the_doors_kind(house: House) -> None:
    """Digits, widths, bucket and flags are those of the table for a unit door and a package room (D.8)."""
    unit = wanted_config(house.doors["Unit 4B"], model("M3"), house.now)
    room = wanted_config(house.doors["Package Room"], model("C2"), house.now)
    assert (unit.door_kind, unit.digits, unit.widths, unit.bucket.tokens) == (DoorKind.UNIT, 7, (8, 8, 1, 2, 0), 10)
    assert (room.door_kind, room.widths, room.bucket.tokens) == (DoorKind.COMMON, (40, 20, 1, 4, 1), 12)
    assert unit.flags and not room.flags
    assert read_config(stored_config(room)) == room and read_config("") is None


@pytest.mark.rule("ACCESS-6")
def test_a_longer_zone_table_alone_is_no_news_until_the_held_one_gets_short(house: House) -> None:
    """A table that goes four years ahead is left alone; one that does not, or is wrong, is replaced (B.1)."""
    held = wanted_config(house.doors["Gym"], model("M"), house.now)
    for years in (1, 3):
        later = house.now + timedelta(days=366 * years)
        assert same_settings(held, wanted_config(house.doors["Gym"], model("M"), later), later)
    far = house.now + timedelta(days=366 * 4)
    assert not same_settings(held, wanted_config(house.doors["Gym"], model("M"), far), far)
    wrong = replace(held, zone=((held.zone[0][0], 0), *held.zone[1:3]))
    assert not same_settings(wrong, held, house.now)
    assert not same_settings(replace(held, key_pause_s=20), held, house.now)
    assert not same_settings(None, held, house.now)


def test_a_zone_without_changes_has_one_row_for_ever() -> None:
    """Tokyo never changes its clocks: one row is right for any number of years."""
    assert len(zone_table(ZoneInfo("Asia/Tokyo"), NOW)) == 1


@pytest.mark.rule("LOCK-4", "LOCK-16", "LOCK-17")
def test_a_reader_is_told_its_hours_and_its_window_and_other_models_are_not(house: House) -> None:
    """Where a sensor watches the door the config carries passage hours and the limit; a mortise lock has neither, and ten seconds."""
    gym = house.doors["Gym"]
    with unit_of_work():
        building.set_doorway(door_id=gym, doorway=Doorway(Weekly.of([[31, 480, 1080]]), 30, 5), by=ANA, now=house.now)
    reader, mortise = (wanted_config(gym, model(name), house.now) for name in ("R", "M"))
    assert (reader.passage, reader.ajar_s, reader.engaged_ms) == (Schedule((Interval(31, 480, 1080),)), 30, 5_000)
    assert (mortise.passage, mortise.ajar_s, mortise.engaged_ms) == (None, None, 10_000)
    assert read_config(stored_config(reader)) == reader
    with unit_of_work():
        building.set_doorway(door_id=gym, doorway=Doorway(None, None, 10), by=ANA, now=house.now)
    plain = wanted_config(gym, model("R"), house.now)
    assert (plain.passage, plain.ajar_s, plain.engaged_ms) == (None, None, 10_000)
    assert not same_settings(reader, plain, house.now)


@pytest.mark.rule("CARD-3")
def test_weak_cards_are_switched_on_where_the_model_reads_cards(house: House) -> None:
    """The property's word becomes the lock's flags."""
    with unit_of_work():
        credentials.allow_weak_cards(property_id=house.property_id, uid=True, sun=True, by=ANA, now=house.now)
    weak = ConfigFlags.UID | ConfigFlags.SUN
    assert wanted_config(house.doors["Gym"], model("R"), house.now).flags == weak
    assert wanted_config(house.doors["Gym"], model("C"), house.now).flags == ConfigFlags.NONE
    assert wanted_config(house.doors["Unit 4B"], model("M"), house.now).flags == weak | ConfigFlags.PRIVACY_DEADBOLT


@pytest.mark.rule("ACCESS-6")
def test_holidays_go_to_doors_with_hours_and_are_no_news_once_they_passed(house: House) -> None:
    """Counted from 1 Jan 2024 on; nothing where nobody has hours; a day that passed is neither sent again nor missed."""
    gym, christmas = house.doors["Gym"], date(2026, 12, 25)
    before = wanted_config(gym, model("M"), house.now, has_hours=True)
    with unit_of_work():
        building.add_holiday(property_id=house.property_id, day=christmas, name="Christmas Day", by=ANA, now=house.now)
    held = wanted_config(gym, model("M"), house.now, has_hours=True)
    assert held.holidays == (1089,) and wanted_config(gym, model("M"), house.now).holidays == ()
    assert changed_days(before, held, house.now) == (christmas,) and not same_settings(before, held, house.now)
    later = house.now + timedelta(days=60)
    after = wanted_config(gym, model("M"), later, has_hours=True)
    assert after.holidays == () and same_settings(held, after, later) and changed_days(held, after, later) == ()
