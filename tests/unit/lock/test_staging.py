"""Parts that arrive (B.4; inv. 9, 10)."""

import contextlib
import hashlib

import pytest

from limen.lock.flash import Layout
from limen.lock.shell.flash import MemoryFlash
from limen.lock.staging import Staging
from limen.wire.bundles import BundleKind, Manifest
from tests.unit.lock.crash import CrashFlash, PowerLossError

LAYOUT = Layout.for_capacity(100)
CHUNKS = [bytes([n]) * 1024 for n in range(5)]
MANIFEST = Manifest(
    lock_id=bytes(8),
    epoch=1,
    base=1,
    ver=2,
    iat=0,
    ctlen=5 * 1024,
    chunk_log2=10,
    hashes=b"".join(hashlib.sha256(chunk).digest()[:16] for chunk in CHUNKS),
    after=bytes(16),
    kind=BundleKind.DELTA,
)
STATEMENT = b"signed manifest"


def resumed(flash: MemoryFlash) -> Staging[Manifest]:
    staging: Staging[Manifest] = Staging(flash, LAYOUT.staging, LAYOUT.bitmap)
    found = staging.unverified_statement()
    if found is not None:
        staging.resume(found[0], MANIFEST, found[1])
    return staging


def test_what_arrived_is_still_there_after_a_start() -> None:
    flash = MemoryFlash()
    staging: Staging[Manifest] = Staging(flash, LAYOUT.staging, LAYOUT.bitmap)
    staging.begin(STATEMENT, MANIFEST, 77)
    staging.put(3, CHUNKS[3])
    again = resumed(flash)
    assert again.now is not None
    assert (again.now.statement, again.now.began_ms, again.now.have) == (STATEMENT, 77, {3})
    assert again.now.bitmap == b"\x08"


def test_nothing_is_staged_after_a_discard() -> None:
    flash = MemoryFlash()
    staging: Staging[Manifest] = Staging(flash, LAYOUT.staging, LAYOUT.bitmap)
    staging.begin(STATEMENT, MANIFEST, 77)
    staging.put(0, CHUNKS[0])
    staging.discard()
    assert Staging[Manifest](flash, LAYOUT.staging, LAYOUT.bitmap).unverified_statement() is None
    assert CHUNKS[0] not in flash.image()


def test_all_chunks_together_are_the_bundle() -> None:
    staging: Staging[Manifest] = Staging(MemoryFlash(), LAYOUT.staging, LAYOUT.bitmap)
    staging.begin(STATEMENT, MANIFEST, 77)
    for index in (4, 0, 2, 1, 3):
        staging.put(index, CHUNKS[index])
    assert staging.now is not None
    assert staging.now.complete
    assert staging.chunks() == CHUNKS


@pytest.mark.rule("SYNC-6", "LOCK-12")
def test_a_part_cut_by_the_power_is_asked_for_again_and_the_others_are_not() -> None:
    before = CrashFlash(2)
    staging: Staging[Manifest] = Staging(before, LAYOUT.staging, LAYOUT.bitmap)
    staging.begin(STATEMENT, MANIFEST, 77)
    staging.put(0, CHUNKS[0])
    before.barrier()
    for budget in range(0, 1030, 17):
        flash = before.clone(budget)
        staging = resumed(flash)
        flash.budget = budget
        with contextlib.suppress(PowerLossError):
            staging.put(1, CHUNKS[1])
        flash.budget = None
        again = resumed(flash)
        assert again.now is not None
        assert again.now.have in ({0}, {0, 1})
        for index in range(5):
            if index not in again.now.have:
                again.put(index, CHUNKS[index])
        assert again.chunks() == CHUNKS
