"""Small values under power loss: a note is the old one or the new one, never something else."""

import random

import pytest

from limen.lock.flash import Layout
from limen.lock.notes import MAX_NOTE_BYTES, Notes
from limen.lock.shell.flash import MemoryFlash
from tests.unit.lock.crash import CrashFlash, PowerLossError

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
