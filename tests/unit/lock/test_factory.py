"""What a lock is born with."""

from dataclasses import replace

from limen.lock.factory import Birth, read_birth, write_birth
from limen.lock.flash import Layout
from limen.lock.notes import Notes
from limen.lock.shell.flash import MemoryFlash
from limen.wire import covercode, limits
from limen.wire.sticker import read_sticker, sticker_text

BANKS = Layout.for_capacity(10).notes
BIRTH = Birth(b"l" * 8, "LM000103", "M", b"certificate", b"q" * 16)


def test_a_birth_survives_everything() -> None:
    flash = MemoryFlash()
    write_birth(Notes(flash, BANKS), BIRTH)
    Notes(flash, BANKS).scrub()
    assert read_birth(Notes(flash, BANKS)) == BIRTH


def test_a_lock_that_was_never_made_has_none() -> None:
    assert read_birth(Notes(MemoryFlash(), BANKS)) is None


def test_the_sticker_says_name_secret_and_model() -> None:
    sticker = read_sticker(sticker_text(BIRTH.sticker(3)))
    assert (sticker.lock_id, sticker.secret, sticker.model) == (b"l" * 8, b"q" * 16, 3)


def test_what_stands_for_the_digits_is_kept_beside_the_rest_and_lacks_where_there_was_none() -> None:
    """A lock from a factory before there were codes starts as it always did; the digits themselves are in no memory."""
    flash, cover = MemoryFlash(), covercode.enrolled("20478135", BIRTH.lock_id, b"s" * 16, limits.COVER_ITERATIONS_MIN)
    write_birth(Notes(flash, BANKS), BIRTH)
    assert read_birth(Notes(flash, BANKS)) == BIRTH
    born = replace(BIRTH, cover=cover)
    write_birth(Notes(flash, BANKS), born)
    Notes(flash, BANKS).scrub()
    assert read_birth(Notes(flash, BANKS)) == born
    assert b"20478135" not in b"".join(flash._areas.values())
