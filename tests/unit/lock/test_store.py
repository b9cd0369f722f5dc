"""The list store under power loss: whatever instant is chosen, there is the old list or the new one."""

import contextlib
from dataclasses import replace

import pytest

from limen.lock import store as store_module
from limen.lock.flash import FlashError, Layout
from limen.lock.shell.flash import MemoryFlash
from limen.lock.store import COMMIT_BYTES, Holding, ListStore
from limen.wire import cbor, shape
from limen.wire.liststate import ListState, after, stored
from limen.wire.records import AesCard, ListRecord, RecordKind
from tests.unit.lock.crash import CrashFlash, Failing, PowerLossError
from tests.unit.lock.site import CONFIG, Chance, code

LAYOUT = Layout.for_capacity(10)


def holding(ver: int) -> Holding:
    chance = Chance(ver)
    card = ListRecord(slot=50, kind=RecordKind.CARD_AES, data=AesCard(chance(7), chance(16)), subj=ver)
    records = [stored(code(slot, 1_000_000 + 100 * ver + slot), b"k" * 32) for slot in range(ver % 3 + 2)]
    state = ListState(
        epoch=1,
        ver=ver,
        records={record.slot: record for record in (*records, card)},
        config=CONFIG,
        k_daily=b"d" * 32,
        k_pin=b"k" * 32,
        salt=chance(16),
        probe=chance(8),
    )
    return Holding(b"ticket", b"x" * 32, state, ackver=ver, klog=b"l" * 32 if ver % 2 else b"")


def opened(flash: MemoryFlash) -> ListStore:
    store = ListStore(flash, LAYOUT)
    store.boot(browned_out=False)
    return store


def booted_after_a_cut(flash: MemoryFlash) -> ListStore:
    """The lock's next start; whatever the instant of the cut, it is no fault."""
    try:
        return opened(flash)
    except FlashError as fault:
        raise AssertionError("the cut left a faulty lock") from fault


def installed(versions: int, seed: int) -> CrashFlash:
    flash = CrashFlash(seed)
    store = opened(flash)
    for ver in range(1, versions + 1):
        store.install(holding(ver))
        store.scrub()
    return flash


def test_a_commit_record_is_thirty_six_bytes() -> None:
    """One record with one CRC is the moment (protocol B.5)."""
    assert COMMIT_BYTES == 36


def test_what_was_installed_is_read_back_whole() -> None:
    flash = MemoryFlash()
    opened(flash).install(holding(3))
    again = opened(flash)
    assert again.holding == holding(3)
    assert again.commit is not None
    assert again.commit.after == after(holding(3).state)


@pytest.mark.rule("LOCK-12", "SYNC-6")
@pytest.mark.parametrize("versions", [0, 1, 2, 13, 14, 15])
def test_power_lost_at_any_step_leaves_the_old_list_or_the_new_one(versions: int) -> None:
    """Every byte of an update, over the roll of the commit page (14 records) too; a second delivery then always arrives (inv. 1 to 3)."""
    before = installed(versions, versions)
    counted = before.clone(0)
    start = counted.steps
    opened(counted).install(holding(versions + 1))
    steps = counted.steps - start
    anywhere = [(budget, budget) for budget in range(0, steps, 1 if versions == 1 else 7)]
    at_the_moment = [(budget, life) for budget in range(steps - 4, steps) for life in range(8)]  # the commit's last bytes and its barrier
    for budget, life in anywhere + at_the_moment:
        flash = before.clone(life)
        store = opened(flash)
        flash.budget = budget
        with pytest.raises(PowerLossError):
            store.install(holding(versions + 1))
            store.scrub()
            raise AssertionError("the budget was not reached")
        again = booted_after_a_cut(flash)
        old = holding(versions) if versions else None
        assert again.holding in (old, holding(versions + 1))
        again.install(holding(versions + 2))
        assert opened(flash).holding == holding(versions + 2)


@pytest.mark.rule("LOCK-12")
def test_double_faults_still_converge() -> None:
    before = installed(13, 5)
    for first in range(3, 900, 41):
        for second in range(11, 700, 173):
            flash = before.clone(first)
            for budget in (first, second):
                store = opened(flash)
                flash.budget = budget
                try:
                    store.install(holding(14))
                    store.scrub()
                except PowerLossError:
                    continue
                flash.budget = None
            store = opened(flash)
            assert store.holding in (holding(13), holding(14))
            if store.holding == holding(13):
                store.install(holding(14))
            assert opened(flash).holding == holding(14)


def test_after_scrub_no_byte_of_a_removed_record_is_left(tmp_path: object) -> None:
    """Inv. 15: what an update took away is nowhere in flash."""
    flash = MemoryFlash()
    store = opened(flash)
    store.install(holding(1))
    gone = holding(1).state.records[50].data
    assert isinstance(gone, AesCard)
    assert gone.key in flash.image()
    store.install(holding(2))
    store.scrub()
    assert gone.key not in flash.image()


def test_a_released_lock_holds_nothing_and_says_so_after_a_restart() -> None:
    flash = MemoryFlash()
    store = opened(flash)
    store.install(holding(1))
    store.vacate()
    assert opened(flash).holding is None


def test_a_damaged_list_is_a_fault_and_never_an_open_door() -> None:
    flash = MemoryFlash()
    opened(flash).install(holding(1))
    flash.program(LAYOUT.slots[0], 60, b"\x00" * 8)
    with pytest.raises(FlashError):
        opened(flash)


def test_a_list_that_does_not_fit_is_refused_before_anything_is_committed() -> None:
    flash = MemoryFlash()
    store = opened(flash)
    store.install(holding(1))
    big = replace(holding(2), ticket=b"t" * LAYOUT.slots[0].size_bytes)
    with pytest.raises(FlashError):
        store.install(big)
    assert opened(flash).holding == holding(1)


def test_after_a_brown_out_the_newest_commit_is_programmed_once_more() -> None:
    flash = MemoryFlash()
    opened(flash).install(holding(1))
    ListStore(flash, LAYOUT).boot(browned_out=True)
    page = flash.read(LAYOUT.commits, 0, 3 * COMMIT_BYTES)
    assert page[:COMMIT_BYTES] == page[COMMIT_BYTES : 2 * COMMIT_BYTES]
    assert page[2 * COMMIT_BYTES :] == b"\xff" * COMMIT_BYTES


# ---- writes, erases and barriers that fail

PARTS = (0.0, 0.5, 1.0)
"""How much of what failed has arrived."""


def failing(versions: int) -> Failing:
    flash = Failing(versions)
    store = opened(flash)
    for ver in range(1, versions + 1):
        store.install(holding(ver))
        store.scrub()
    return flash


def calls_of(flash: Failing, ver: int) -> int:
    counted = flash.clone(0)
    store = opened(counted)
    counted.arm(-1)
    store.install(holding(ver))
    store.scrub()
    return counted.calls


def tried(flash: Failing, store: ListStore, ver: int) -> bool:
    """Whether the store said that the new list is the list."""
    try:
        store.install(holding(ver))
    except FlashError:
        return False
    with contextlib.suppress(FlashError):
        store.scrub()
    return True


@pytest.mark.rule("LOCK-12")
@pytest.mark.parametrize("versions", [0, 1, 14, 28])
@pytest.mark.parametrize("part", PARTS)
def test_a_step_that_fails_leaves_the_old_list_or_the_new_one_and_a_cut_behind_it_too(versions: int, part: float) -> None:
    """Every write, erase and barrier of an update, half done, done or not; then again, and the power goes at any step of that (inv. 3)."""
    before, old, new = failing(versions), holding(versions) if versions else None, holding(versions + 1)
    for call in range(calls_of(before, versions + 1)):
        flash = before.clone(call)
        store = opened(flash)
        flash.arm(call, part)
        said = tried(flash, store, versions + 1)
        assert store.holding == (new if said else old)
        there = booted_after_a_cut(flash.clone(call)).holding, booted_after_a_cut(flash.lose_power()).holding
        assert all(one == new if said else one in (old, new) for one in there)
        for budget in range(0, 30, 6):  # the same list once more, in the same start
            again = before.clone(call)
            store = opened(again)
            again.arm(call, part, lasting=1)
            said = tried(again, store, versions + 1)
            again.well().budget = budget
            with contextlib.suppress(PowerLossError):
                tried(again, store, versions + 1)
            found = booted_after_a_cut(again.well())
            assert found.holding == new if said else found.holding in (old, new)
            found.install(holding(versions + 2))
            assert opened(again).holding == holding(versions + 2)


@pytest.mark.rule("LOCK-12")
def test_a_page_that_does_not_erase_costs_no_list() -> None:
    """Both commit pages are full: the erase fails, the list is brought again, the power goes; then a barrier fails behind the record (inv. 3)."""
    before = failing(28)
    for call in range(calls_of(before, 29)):
        flash = before.clone(call)
        store = opened(flash)
        for lasting in (0, 1, 2):
            tried(flash.arm(call, 0.5, lasting), store, 29)
        assert booted_after_a_cut(flash.well()).holding in (holding(28), holding(29))


@pytest.mark.rule("LOCK-12")
def test_a_release_that_fails_leaves_the_list_or_none() -> None:
    for call in range(3):
        for part in PARTS:
            flash = failing(14)
            store = opened(flash)
            flash.arm(call, part)
            try:
                store.vacate()
            except FlashError:
                assert store.holding == holding(14)
            found = booted_after_a_cut(flash.well())
            assert found.holding in (holding(14), None)
            store.install(holding(15))
            assert opened(flash).holding == holding(15)


def test_a_list_written_before_log_keys_could_change_is_read_as_it_is() -> None:
    """The thirteen fields of that firmware; the key is the ticket's then."""
    flash = MemoryFlash()
    earlier = cbor.encode(shape.array(cbor.decode(store_module._encoded(holding(2))), 14)[:13])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store_module, "_encoded", lambda _holding: earlier)
        opened(flash).install(holding(2))
    assert opened(flash).holding == holding(2)
