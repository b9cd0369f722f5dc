"""Where sealed records lie."""

import contextlib
import random

import pytest

from limen.lock.flash import Area, Layout
from limen.lock.ring import Item, Rank, Ring, RingFullError
from limen.lock.shell.flash import MemoryFlash
from tests.unit.lock.crash import CrashFlash, PowerLossError

AREA = Layout.for_capacity(10).ring
SMALL = Area("ring", 4096, 4)


def item(n: int, size: int = 50) -> Item:
    return Item(1, n + 1, n, Rank.ORDINARY, n // 10, bytes(16), bytes([n % 256]) * size)


def test_what_was_appended_is_there_after_a_restart_in_order() -> None:
    flash = MemoryFlash()
    ring = Ring(flash, AREA)
    for n in range(500):
        ring.append(item(n))
    again = Ring(flash, AREA)
    assert [held.seq for held in again.held.values()] == list(range(500))
    assert again.read((1, 7)) == item(6)


@pytest.mark.rule("LOCK-12")
def test_a_torn_append_was_never_there_and_nothing_after_it_is_lost() -> None:
    before = CrashFlash(1)
    ring = Ring(before, AREA)
    for n in range(40):
        ring.append(item(n))
    before.barrier()
    for budget in range(94):
        flash = before.clone(budget)
        ring = Ring(flash, AREA)
        flash.budget = budget
        with contextlib.suppress(PowerLossError):
            ring.append(item(40))
        flash.budget = None
        again = Ring(flash, AREA)
        assert len(again.held) in (40, 41)
        again.append(item(99))
        assert [held.seq for held in Ring(flash, AREA).held.values()][-1] == 99


def test_what_was_dropped_with_erase_is_nowhere_in_flash() -> None:
    """F.6: freed sectors are erased."""
    flash = MemoryFlash()
    ring = Ring(flash, AREA)
    for n in range(100):
        ring.append(item(n))
    ring.drop([(1, n + 1) for n in range(70)], erase=True)
    image = flash.image()
    assert bytes([69]) * 50 not in image
    assert bytes([70]) * 50 in image
    assert len(Ring(flash, AREA).held) == 30


def test_room_is_made_by_moving_what_lives() -> None:
    flash, chance = MemoryFlash(), random.Random(2)
    ring = Ring(flash, SMALL)
    living: set[int] = set()
    for n in range(2000):
        ring.append(item(n))
        living.add(n)
        if len(living) > 60:
            gone = chance.choice(sorted(living))
            ring.drop([(1, gone + 1)])
            living.remove(gone)
    assert {held.seq for held in Ring(flash, SMALL).held.values()} == living


def test_a_ring_with_nothing_to_drop_says_so() -> None:
    ring = Ring(MemoryFlash(), SMALL)
    with pytest.raises(RingFullError):
        for n in range(1000):
            ring.append(item(n))


@pytest.mark.rule("LOCK-12")
def test_a_move_cut_short_leaves_every_living_record_once() -> None:
    before = CrashFlash(4, coarse=True)
    ring = Ring(before, SMALL)
    for n in range(100):
        ring.append(item(n))
    before.barrier()
    for budget in range(0, 300, 3):
        flash = before.clone(budget)
        ring = Ring(flash, SMALL)
        flash.budget = budget
        with contextlib.suppress(PowerLossError):
            ring.drop([(1, n + 1) for n in range(0, 100, 2)], erase=True)
        flash.budget = None
        kept = {held.seq for held in Ring(flash, SMALL).held.values()}
        assert kept >= set(range(1, 100, 2))
        assert len(kept) == len(Ring(flash, SMALL).held)
