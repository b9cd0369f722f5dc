"""A door's settings as its lock holds them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.fleet.catalogue import model
from limen.fleet.doorconfig import read_config, same_settings, stored_config, wanted_config, zone_table
from limen.wire.records import DoorKind
from limen.wire.zones import wall
from tests.unit.fleet.house import House

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
