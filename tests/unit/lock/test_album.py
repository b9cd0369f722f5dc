"""Where stills lie in flash."""

import pytest

from limen.lock.album import Album
from limen.lock.flash import FlashError, Layout
from limen.lock.shell.flash import MemoryFlash
from limen.wire import limits
from limen.wire.photos import PhotoReason, SealedPhoto
from tests.unit.lock.crash import CrashFlash, PowerLossError

AREA = Layout.for_capacity(10).album


def photo(seq: int, size: int = 3000) -> SealedPhoto:
    return SealedPhoto(seq, PhotoReason.GUEST, bytes((seq % 251,)) * size)


def test_what_was_put_is_there_after_a_restart() -> None:
    """Number, reason, time, hash, and whether a record tells of it."""
    flash = MemoryFlash()
    album = Album(flash, AREA)
    album.put(photo(9, limits.PHOTO_BYTES_MAX), 1000)
    album.put(photo(4), 900)
    album.tell(9)
    again = Album(flash, AREA)
    assert [(still.seq, still.taken, still.told) for still in again.held.values()] == [(4, 900, False), (9, 1000, True)]
    assert again.read(9) == photo(9, limits.PHOTO_BYTES_MAX)
    again.drop(9)
    assert list(Album(flash, AREA).held) == [4]
    with pytest.raises(LookupError):
        again.read(9)


def test_there_are_sixty_four_places() -> None:
    """The caller makes room first."""
    album = Album(MemoryFlash(), AREA)
    for seq in range(limits.PHOTOS_MAX):
        album.put(photo(seq, 10), 0)
    with pytest.raises(FlashError):
        album.put(photo(99, 10), 0)
    album.drop(5)
    album.put(photo(99, 10), 0)
    assert len(album.held) == limits.PHOTOS_MAX


def test_a_dropped_still_leaves_no_bytes() -> None:
    """Erased, not forgotten."""
    flash = MemoryFlash()
    album = Album(flash, AREA)
    album.put(photo(7), 0)
    album.drop(7)
    assert photo(7).sealed[:32] not in flash.image()
    album.put(photo(8), 0)
    album.wipe()
    assert not album.held and not Album(flash, AREA).held


@pytest.mark.rule("LOCK-12")
def test_power_lost_at_any_step_leaves_a_whole_still_or_none() -> None:
    """Writing, telling and dropping, cut everywhere."""
    for budget in range(26):
        flash = CrashFlash(budget, coarse=True)
        album = Album(flash, AREA)
        album.put(photo(1), 0)
        album.tell(1)
        flash.budget = budget
        try:
            album.put(photo(2), 0)
            album.tell(2)
            album.drop(1)
            album.put(photo(3), 0)
        except PowerLossError:
            pass
        flash.budget = None
        after = Album(flash, AREA)
        for seq in after.held:
            assert after.read(seq) == photo(seq)
        for seq in (5, 6):
            after.put(photo(seq), 0)
        assert {5, 6} <= set(Album(flash, AREA).held)
