"""The two places for an image: whatever instant the power goes, a whole image starts (part G; inv. 67)."""

import random
from dataclasses import replace

import pytest

from limen.lock.flash import STAGING_HEAD_PAGES, Layout
from limen.lock.images import BORN_WITH, FAILED_STARTS, Before, Installed, Slots
from limen.lock.notes import Notes
from limen.lock.shell.flash import MemoryFlash
from limen.wire import firmware
from limen.wire.firmware import Image
from tests.unit.lock.crash import CrashFlash, PowerLossError

LAYOUT = Layout.for_capacity(10)
BEFORE = Before(1, 7, bytes(16), 1)


def image(number: int, counter: int) -> tuple[Image, bytes]:
    data = random.Random(number).randbytes(5_000)
    digest, parts, _ = firmware.describe(data)
    return Image(
        number=number, vendor="limen", hardware=(1, 1), version=number, counter=counter, size=len(data), digest=digest, parts=parts
    ), data


def slots(flash: MemoryFlash) -> Slots:
    """A start of the lock, as far as images go."""
    found = Slots(flash, LAYOUT, Notes(flash, LAYOUT.notes))
    found.boot()
    return found


def receive(flash: MemoryFlash, found: Slots, number: int, counter: int) -> None:
    """An image as it arrives: said, wiped, written, whole."""
    said, data = image(number, counter)
    found.receive()
    for page in range(found.area.pages):
        flash.erase(found.area, page) if page < 4 else None
    flash.program(found.area, STAGING_HEAD_PAGES * found.area.page_bytes, data)
    assert found.arrived(said)


def life(flash: MemoryFlash) -> None:
    """Two images one after the other: the first confirmed, the second given up after its third start."""
    found = slots(flash)
    receive(flash, found, 2, counter=3)
    found.start(BEFORE)
    found = slots(flash)
    found.confirm()
    receive(flash, found, 3, counter=9)
    found.start(BEFORE)
    for _ in range(FAILED_STARTS + 1):
        found = slots(flash)
    found.told()


def test_a_lock_is_born_with_an_image() -> None:
    """Version and counter one, and nothing on trial."""
    found = slots(MemoryFlash())
    assert found.running == BORN_WITH
    assert not found.on_trial


def test_an_image_runs_on_trial_becomes_the_good_one_and_leaves_the_other_place_for_the_next() -> None:
    """A, B, A."""
    flash = MemoryFlash()
    life(flash)
    found = slots(flash)
    assert (found.running.version, found.state.counter, found.state.good) == (2, 3, 1)
    assert found.state.stopped == Installed.of(image(3, 9)[0])
    assert found.area == LAYOUT.images[0]


def test_an_image_that_does_not_read_back_has_not_arrived_and_is_not_started() -> None:
    """Neither at once nor later."""
    flash = MemoryFlash()
    found = slots(flash)
    found.receive()
    assert not found.arrived(image(2, 1)[0])
    receive(flash, found, 2, 1)
    flash.program(found.area, STAGING_HEAD_PAGES * found.area.page_bytes + 4_000, b"\x00\x00")
    found.start(BEFORE)
    assert slots(flash).running == BORN_WITH


@pytest.mark.rule("LOCK-11", "LOCK-12")
def test_power_lost_at_any_step_starts_a_whole_image_and_the_counter_never_falls() -> None:
    """Every byte of two updates, a confirmation and a way back (invariant 67)."""
    counted = CrashFlash(0)
    life(counted)
    for budget in range(0, counted.steps, 7):
        check(budget, again=None)


@pytest.mark.rule("LOCK-12")
def test_a_second_cut_while_starting_after_the_first_changes_nothing_about_that() -> None:
    """Double faults (invariant 67)."""
    counted = CrashFlash(0)
    life(counted)
    for budget in range(5, counted.steps, 97):
        for again in (0, 3, 17, 40, 90):
            check(budget, again)


def check(budget: int, again: int | None) -> None:
    flash = CrashFlash(budget)
    flash.budget = budget
    with pytest.raises(PowerLossError):
        life(flash)
    flash.budget = again
    try:
        found = slots(flash)
    except PowerLossError:
        found = slots(flash)
    flash.budget = None
    assert found.running.version in (1, 2, 3)
    assert found.running is BORN_WITH or found.running == BORN_WITH or whole(flash, found)
    assert found.state.counter in (1, 3), "the image that was given up never counted"
    before = found.state.counter
    for _ in range(FAILED_STARTS + 1):
        found = slots(flash)
    assert not found.on_trial
    assert found.running.version in (1, 2)
    assert found.state.counter == before


def whole(flash: MemoryFlash, found: Slots) -> bool:
    """Whether the image that runs reads back, wherever it lies."""
    place = found.state.other if found.on_trial else found.state.good
    area = LAYOUT.images[place]
    data = flash.read(area, STAGING_HEAD_PAGES * area.page_bytes, found.running.size)
    return firmware.describe(data)[0] == found.running.digest


def with_a_fourth(counter: int) -> tuple[MemoryFlash, Slots]:
    """After that life one more image, confirmed."""
    flash = MemoryFlash()
    life(flash)
    found = slots(flash)
    receive(flash, found, 4, counter=counter)
    found.start(BEFORE)
    found = slots(flash)
    found.confirm()
    return flash, found


def test_what_was_stopped_is_forgotten_once_another_image_is_good() -> None:
    """The way back concerns one image, not the lock."""
    flash, found = with_a_fourth(counter=3)
    assert found.state == replace(found.state, stopped=None, good=0)
    assert slots(flash).running.version == 4


def test_the_counter_stays_when_an_image_of_a_lower_one_is_confirmed() -> None:
    """The offer is refused before it comes to that; the note does not rely on it (invariant 68)."""
    flash, _ = with_a_fourth(counter=2)
    assert slots(flash).state.counter == 3
