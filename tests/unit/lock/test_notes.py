"""Small values under power loss: a note is the old one or the new one, never something else."""

import random

import pytest

from limen.lock.flash import FlashError, Layout
from limen.lock.notes import MAX_NOTE_BYTES, Notes
from limen.lock.shell.flash import MemoryFlash
from tests.unit.lock.crash import CrashFlash, Failing, PowerLossError

BANKS = Layout.for_capacity(10).notes


def test_a_note_survives_a_restart() -> None:
    flash = MemoryFlash()
    Notes(flash, BANKS).put(b"clock", b"12:00")
    assert Notes(flash, BANKS).get(b"clock") == b"12:00"


def test_a_dropped_note_stays_dropped() -> None:
    flash = MemoryFlash()
    notes = Notes(flash, BANKS)
    notes.put(b"use", b"1")
    notes.drop(b"use")
    assert Notes(flash, BANKS).get(b"use") is None


def test_a_full_bank_moves_on_with_the_living_values_only() -> None:
    flash = MemoryFlash()
    notes = Notes(flash, BANKS)
    for n in range(4000):
        notes.put(b"k%d" % (n % 3), b"%060d" % n)
    again = Notes(flash, BANKS)
    assert [again.get(b"k%d" % n) for n in range(3)] == [b"%060d" % n for n in (3999, 3997, 3998)]


def test_scrubbing_leaves_no_byte_of_a_dropped_value() -> None:
    flash = MemoryFlash()
    notes = Notes(flash, BANKS)
    notes.put(b"xs", b"a secret of the last owner")
    notes.drop(b"xs")
    notes.scrub()
    assert b"a secret of the last owner" not in flash.image()


def test_a_note_has_a_limit() -> None:
    with pytest.raises(ValueError, match="8 KiB"):
        Notes(MemoryFlash(), BANKS).put(b"k", b"x" * (MAX_NOTE_BYTES + 1))


@pytest.mark.rule("LOCK-12")
def test_power_lost_at_any_step_leaves_every_note_old_or_new() -> None:
    """Also in the middle of the move to the other bank, and again while that is mended."""
    chance = random.Random(3)
    for start in (10, 1088, 1089, 1090, 1091, 1092):
        before = CrashFlash(start)
        notes = Notes(before, BANKS)
        for n in range(start):
            notes.put(b"k%d" % (n % 3), b"%047d" % n)
        for budget in range(0, 420, 5):
            flash = before.clone(budget)
            notes = Notes(flash, BANKS)
            known = {key: notes.get(key) for key in (b"k0", b"k1", b"k2")}
            flash.budget = budget
            wanted = dict(known)
            try:
                for n in range(6):
                    key, wanted = b"k%d" % (n % 3), dict(known)
                    wanted[key] = b"new %d" % n
                    notes.put(key, b"new %d" % n)
                    known = wanted
            except PowerLossError:
                flash.budget = chance.randrange(60)
                try:
                    Notes(flash, BANKS)
                except PowerLossError:
                    flash.budget = None
            flash.budget = None
            again = Notes(flash, BANKS)
            assert {key: again.get(key) for key in known} in (known, wanted)
            again.put(b"k0", b"after")
            assert Notes(flash, BANKS).get(b"k0") == b"after"


@pytest.mark.rule("LOCK-12")
@pytest.mark.parametrize("part", [0.0, 0.3, 0.9, 1.0])
@pytest.mark.parametrize("start", [10, 1091])
def test_after_a_step_that_failed_whatever_is_durable_stays(start: int, part: float) -> None:
    """Writes, erases and barriers fail, in the move to the other bank too, one or more in a row; then the power goes (inv. 25, 46)."""
    before = Failing(start)
    notes = Notes(before, BANKS)
    for n in range(start):
        notes.put(b"k%d" % (n % 3), b"%047d" % n)
    for call in range(14):
        for lasting in (0, 1, 4):
            flash = before.clone(call)
            notes = Notes(flash, BANKS)
            known = {key: {notes.get(key)} for key in (b"k0", b"k1", b"k2")}
            flash.arm(call, part, lasting)
            for n in range(9):
                key, value = b"k%d" % (n % 3), b"new %d" % n
                try:
                    notes.put(key, value)
                    known[key] = {value}
                except FlashError:
                    known[key].add(value)
            again = Notes(flash.lose_power(), BANKS)
            assert all(again.get(key) in values for key, values in known.items()), (call, lasting)
            again.put(b"k0", b"after")
            assert Notes(flash, BANKS).get(b"k0") == b"after"


def test_a_value_that_was_not_confirmed_is_confirmed_when_it_is_put_again() -> None:
    flash = Failing(1)
    notes = Notes(flash, BANKS)
    notes.put(b"use", b"1", durable=False)
    flash.arm(0)
    with pytest.raises(FlashError):
        notes.put(b"use", b"1")
    flash.well()
    notes.put(b"use", b"1")
    assert Notes(flash.lose_power(), BANKS).get(b"use") == b"1"


def test_a_start_whose_mending_fails_still_knows_every_note() -> None:
    """The copy that a torn record asks for is made when something can be written again."""
    flash = Failing(2)
    notes = Notes(flash, BANKS)
    notes.put(b"use", b"1")
    flash.arm(0, 0.5)
    with pytest.raises(FlashError):
        notes.put(b"use", b"2")
    flash.well().dead = ("notes",)
    again = Notes(flash, BANKS)
    assert again.get(b"use") == b"1"
    flash.well()
    again.put(b"use", b"3")
    assert Notes(flash, BANKS).get(b"use") == b"3"
