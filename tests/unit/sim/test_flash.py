"""Simulated flash: NOR, sparse, and without power at any step."""

import pytest

from limen.lock.flash import Area, FlashError
from limen.lock.shell.flash import MemoryFlash
from limen.sim.chance import seeded
from limen.sim.flash import PowerCut, SimFlash

AREA, OTHER = Area("notes", 64, 4), Area("ring", 64, 2)


def test_it_is_the_flash_that_locks_run_on() -> None:
    """Whatever is programmed, erased and read, across pages too, comes out as from the memory flash of the lock room."""
    chance, ours, theirs = seeded("equal"), SimFlash(seeded("x")), MemoryFlash()
    for _ in range(400):
        if chance.random() < 0.2:
            page = chance.randrange(AREA.pages)
            ours.erase(AREA, page)
            theirs.erase(AREA, page)
            continue
        at = chance.randrange(AREA.size_bytes)
        data = chance.randbytes(chance.randrange(1, AREA.size_bytes - at + 1))
        ours.program(AREA, at, data)
        theirs.program(AREA, at, data)
        assert ours.read(AREA, 0, AREA.size_bytes) == theirs.read(AREA, 0, AREA.size_bytes)


@pytest.mark.parametrize("step", [0, 1, 2, 3])
def test_the_power_goes_at_the_step_that_was_named(step: int) -> None:
    """Steps before it are done, it is done in part, and afterwards the flash works again."""
    flash = SimFlash(seeded("cut"))
    flash.cut_after = step
    done = 0
    with pytest.raises(PowerCut):
        for number in range(8):
            flash.program(AREA, number * 8, bytes(8))
            done += 1
    assert done == step
    assert flash.read(AREA, 0, step * 8) == bytes(step * 8)
    flash.program(AREA, 100, b"\x00")
    assert flash.read(AREA, 100, 1) == b"\x00"


def test_an_interrupted_erase_only_adds_ones() -> None:
    """Noise, but never a bit that nobody set."""
    flash = SimFlash(seeded("noise"))
    flash.program(AREA, 0, bytes(range(64)))
    flash.cut_after = 0
    with pytest.raises(PowerCut):
        flash.erase(AREA, 0)
    after = flash.read(AREA, 0, 64)
    assert all(new & old == old for new, old in zip(after, bytes(range(64)), strict=True))


def test_what_no_barrier_followed_may_be_gone_with_the_power() -> None:
    """The first steps of each area are there, the next one perhaps in part, nothing behind it; what a barrier followed is there."""
    found = set()
    for seed in range(200):
        flash = SimFlash(seeded(f"barrier {seed}"))
        flash.program(AREA, 0, b"\x01\x02")
        flash.barrier()
        flash.program(AREA, 2, b"\x03\x04")
        flash.program(OTHER, 0, b"\x05")
        flash.program(AREA, 4, b"\x06")
        flash.lose_power()
        here, there = flash.read(AREA, 0, 5), flash.read(OTHER, 0, 1)
        assert here[:2] == b"\x01\x02"
        assert here[2:] in (b"\xff\xff\xff", b"\x03\xff\xff", b"\x03\x04\xff", b"\x03\x04\x06")
        found.add((here[2:], there))
    assert len(found) == 8


def test_an_erase_that_no_barrier_followed_may_be_half_undone() -> None:
    """The page is as it was, with ones added, or empty."""
    found = set()
    for seed in range(60):
        flash = SimFlash(seeded(f"erase {seed}"))
        flash.program(AREA, 0, bytes(8))
        flash.barrier()
        flash.erase(AREA, 0)
        flash.lose_power()
        found.add(flash.read(AREA, 0, 8))
    assert b"\xff" * 8 in found
    assert len(found) > 2


def test_a_write_that_fails_is_done_in_part_and_says_so() -> None:
    """Once: the next one works, and an erase or a barrier can fail as well."""
    flash = SimFlash(seeded("flaw"))
    flash.fail_after = 1
    flash.program(AREA, 0, b"\x00")
    with pytest.raises(FlashError):
        flash.program(AREA, 8, bytes(8))
    assert flash.read(AREA, 8, 8).lstrip(b"\x00").strip(b"\xff") == b""
    flash.program(AREA, 16, b"\x00")
    for act in (flash.barrier, lambda: flash.erase(AREA, 0)):
        flash.fail_after = 0
        with pytest.raises(FlashError):
            act()
    assert flash.failed == 3


def test_a_barrier_that_failed_made_nothing_durable() -> None:
    """Whoever goes on as if it had may find it gone."""
    found = set()
    for seed in range(40):
        flash = SimFlash(seeded(f"failed barrier {seed}"))
        flash.program(AREA, 0, b"\x00")
        flash.fail_after = 0
        with pytest.raises(FlashError):
            flash.barrier()
        flash.lose_power()
        found.add(flash.read(AREA, 0, 1))
    assert found == {b"\x00", b"\xff"}


def test_nothing_lies_outside() -> None:
    """A wrong address is a fault of the lock, told as such."""
    with pytest.raises(FlashError):
        SimFlash(seeded("x")).read(AREA, AREA.size_bytes, 1)


def test_a_copy_is_a_copy() -> None:
    """What is written to the one does not show in the other."""
    first, second = SimFlash(seeded("x")), SimFlash(seeded("y"))
    first.program(AREA, 0, b"\x01")
    second.copy_from(first)
    second.program(AREA, 0, b"\x00")
    assert (first.read(AREA, 0, 1), second.read(AREA, 0, 1)) == (b"\x01", b"\x00")
    assert first.steps == 1
