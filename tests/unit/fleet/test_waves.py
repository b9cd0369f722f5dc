"""A roll-out in waves: by what the locks themselves say, and stopped by itself (SEC-3)."""

from datetime import datetime, timedelta

import pytest

from limen.fleet import queries as fleet
from limen.fleet import services
from limen.fleet.models import Device, Rollout, Running
from limen.journal import queries as journal
from limen.kernel.problems import Refused
from limen.storage import outbox
from limen.storage.models import OutboxRow
from limen.storage.transactions import unit_of_work
from tests.unit.fleet.house import ANA, House
from tests.unit.fleet.test_aiming import image

pytestmark = pytest.mark.django_db

DOORS = 21


@pytest.fixture
def house(now: datetime) -> House:
    """Twenty common doors and an entrance, each with a Lock M, and an image of version 3."""
    made = House.build(now)
    made.door("Main Entrance", "entrance")
    made.activate("Main Entrance", "LM000000")
    for number in range(1, DOORS):
        made.door(f"Door {number}")
        made.activate(f"Door {number}", f"LM0000{number:02}")
    image(now)
    return made


def roll_out(house: House) -> int:
    with unit_of_work():
        return services.roll_out_firmware(model="M", number=3, starts=house.now, ends=house.now + timedelta(days=60), by=ANA, now=house.now)


def turn() -> list[str]:
    """The serials at which the image is aimed."""
    return list(Running.objects.filter(image__number=3).order_by("device__serial").values_list("device__serial", flat=True))


def speak(house: House, serial: str, firmware: int = 1, stopped: int | None = None) -> None:
    """A phone brings a lock's reading."""
    lock = next(lock for lock in house.locks.values() if lock.serial == serial)
    data = lock.telemetry(battery=80, t=int(house.later(seconds=1).timestamp()), firmware=firmware, stopped=stopped)
    with unit_of_work():
        services.take_telemetry(data=data, now=house.now)


def well(house: House, serials: list[str]) -> None:
    for serial in serials:
        speak(house, serial, firmware=3)


@pytest.mark.rule("SEC-3")
def test_a_wave_begins_when_the_one_before_is_well_for_a_day_and_the_entrance_comes_last(house: House) -> None:
    """One of twenty-one locks, then five, then all; a confirmed wave still has its day, and a quiet one brings nothing on."""
    assert roll_out(house) == 1
    first = turn()
    assert len(first) == 1
    well(house, first)
    assert turn() == first, "not before a day is over"
    house.later(days=1)
    speak(house, "LM000000")
    second = turn()
    assert len(second) == 5 and set(first) < set(second)
    house.later(days=9)
    well(house, second[:3])
    assert turn() == second, "three of five are not enough, however long it takes"
    well(house, [one for one in second if one not in second[:3]])
    assert len(turn()) == DOORS
    assert "LM000000" not in second


@pytest.mark.rule("SEC-3")
def test_a_failed_self_test_stops_every_wave_after_it_and_the_image_is_never_rolled_out_again(house: House) -> None:
    """One lock that went back is enough; what it said is what everybody sees."""
    roll_out(house)
    (first,) = turn()
    well(house, [first])
    house.later(days=1)
    speak(house, "LM000000")
    second = turn()
    speak(house, second[1], stopped=3)
    house.later(days=30)
    well(house, [one for one in second if one != second[1]])
    assert turn() == second
    assert Rollout.objects.get().stopped_at is not None
    (state,) = fleet.firmware_of(house.property_id)
    assert (state.stopped, state.failed, state.newest) == (True, 1, 3)
    with pytest.raises(Refused) as refusal:
        roll_out(house)
    assert refusal.value.type == "failed_before"


@pytest.mark.rule("SEC-3")
def test_which_doors_still_run_what_is_older_is_known_by_the_locks_own_word(house: House) -> None:
    """Aimed at is not installed."""
    (before,) = fleet.firmware_of(house.property_id)
    assert (before.newest, before.old, before.wave) == (None, (), None)
    roll_out(house)
    (begun,) = fleet.firmware_of(house.property_id)
    assert (begun.doors, begun.newest, len(begun.old), begun.wave, begun.waves) == (DOORS, 3, DOORS, 1, 3)
    well(house, turn())
    (after,) = fleet.firmware_of(house.property_id)
    assert len(after.old) == DOORS - 1
    assert {version for _, version in after.old} == {1}


def test_a_lock_that_becomes_active_in_the_last_wave_has_its_turn_too(house: House) -> None:
    """With the next word of any lock of its model."""
    roll_out(house)
    Rollout.objects.update(wave=2)
    speak(house, "LM000000")
    house.door("New door")
    house.activate("New door", "LM000099")
    assert "LM000099" not in turn()
    speak(house, "LM000001")
    assert "LM000099" in turn()


def reached(house: House, serials: list[str]) -> None:
    """Their newest list, which aims the image at them, was brought and proved."""
    for door, lock in house.locks.items():
        if lock.serial in serials:
            house.update(door)


def hours_pass(house: House, hours: int) -> None:
    """Nobody speaks; the outbox tells what is due."""
    for _ in range(hours):
        outbox.settle(house.later(hours=1))


@pytest.mark.rule("SEC-3")
def test_the_next_wave_begins_also_when_nobody_speaks_after_its_day(house: House) -> None:
    """The first lock said that it is well, and then no lock of the model had anything to say."""
    roll_out(house)
    first = turn()
    reached(house, first)
    well(house, first)
    hours_pass(house, 23)
    assert turn() == first
    hours_pass(house, 2)
    assert len(turn()) == 5
    assert all(house.state(door_of(house, serial)).stale for serial in turn() if serial not in first), "and their lists say so"


@pytest.mark.rule("SEC-3")
def test_a_wave_that_falls_silent_after_its_update_stops_the_roll_out(house: House) -> None:
    """Two of five locks took the list that aims the image and were not heard for a week: no wave follows, and who does not run it is to run it no more."""
    roll_out(house)
    first = turn()
    reached(house, first)
    well(house, first)
    hours_pass(house, 25)
    second = turn()
    reached(house, second)
    silent = [serial for serial in second if serial not in first][:2]
    spoken = [serial for serial in second if serial not in silent]
    house.later(days=6)
    for serial in spoken:
        speak(house, serial, firmware=3 if serial in first else 1)
    hours_pass(house, 1)
    assert Rollout.objects.get().stopped_at is None, "six days are no silence"
    hours_pass(house, 24)
    stopped = Rollout.objects.get()
    assert (stopped.stopped_at is not None, stopped.why, stopped.silent) == (True, "silent", 2)
    assert turn() == first, "withdrawn from all who do not run it"
    assert house.state(door_of(house, silent[0])).stale, "and their lists say so"
    (state,) = fleet.firmware_of(house.property_id)
    assert (state.stopped, state.why, state.silent, state.failed) == (True, "silent", 2, 0)
    hours_pass(house, 48)
    assert turn() == first
    assert [entry.detail["why"] for entry in journal.entries() if entry.verb == "firmware.stopped"] == ["silent"]
    roll_out(house)
    hours_pass(house, 2)
    assert Rollout.objects.get().stopped_at is None, "somebody who has looked at those doors may go on, and silence counts anew"


def door_of(house: House, serial: str) -> str:
    return next(door for door, lock in house.locks.items() if lock.serial == serial)


@pytest.mark.rule("SEC-3")
def test_doors_that_nobody_visited_are_not_silent_and_the_roll_out_ends_with_its_time(house: House) -> None:
    """What never heard of the image says nothing about it; and nothing stands for ever."""
    roll_out(house)
    first = turn()
    house.later(days=59)
    hours_pass(house, 1)
    assert Rollout.objects.get().stopped_at is None and turn() == first
    house.later(days=1)
    hours_pass(house, 1)
    assert Rollout.objects.get().why == "over"


@pytest.mark.rule("SEC-3")
def test_a_reader_with_a_connection_that_was_well_and_fell_silent_brings_no_next_wave(house: House) -> None:
    """It says something every quarter of an hour; half a day without a word is not its habit, and counts before the wave has had its day."""
    roll_out(house)
    first = turn()
    Device.objects.filter(serial=first[0]).update(connected=True)
    reached(house, first)
    well(house, first)
    hours_pass(house, 11)
    assert Rollout.objects.get().stopped_at is None
    hours_pass(house, 20)
    assert Rollout.objects.get().why == "silent"
    assert turn() == first


def test_time_looks_once_an_hour_however_often_it_is_told(house: House) -> None:
    """An outbox may tell a row twice, and a roll-out that was begun anew has left rows of the one before."""
    roll_out(house)
    roll_out(house)
    for _ in range(3):
        with unit_of_work():
            services.look_at_roll_out(model="M", now=house.now + timedelta(hours=1))
    waiting = OutboxRow.objects.filter(topic="firmware.look", done_at=None, due__gt=house.now + timedelta(hours=1))
    assert waiting.count() == 1
    with unit_of_work():
        services.look_at_roll_out(model="C2", now=house.now)


def test_aiming_at_all_of_them_ends_the_waves(house: House) -> None:
    """A person who aims knows better."""
    roll_out(house)
    with unit_of_work():
        services.aim_firmware(model="M", number=None, starts=house.now, ends=house.now, by=ANA, now=house.now)
    assert not Rollout.objects.exists()
    assert Device.objects.count() == DOORS
