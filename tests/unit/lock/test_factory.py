"""What a lock is born with."""

from limen.lock.factory import Birth, read_birth, write_birth
from limen.lock.flash import Layout
from limen.lock.notes import Notes
from limen.lock.shell.flash import MemoryFlash
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
