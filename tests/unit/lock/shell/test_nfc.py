"""A card in the field, told by its APDUs."""

import pytest

from limen.lock.shell.keycard import counting, encoded
from limen.lock.shell.nfc import Field, Plain
from limen.wire.cards import CardChallenge, CardFile, CardRefused, CardSlot, SunMessage, sun_holds

UID, KEY = bytes.fromhex("04112233445566"), b"k" * 16


@pytest.mark.rule("CARD-3")
@pytest.mark.parametrize("slot", list(CardSlot))
def test_lock_and_card_prove_the_key_to_each_other_and_the_file_is_read(slot: CardSlot) -> None:
    """Two implementations that share no code agree in every slot: proof, session keys, MAC of the command, sealed file."""
    field = Field(encoded(UID, {int(slot): KEY}, serial=4711, generation=2))
    tapped = field.begin(slot)
    assert tapped.uid == UID and tapped.first_answer is not None and tapped.sun is None
    lock = CardChallenge(KEY, b"a" * 16, slot)
    session = lock.finish(field.answer(lock.answer(tapped.first_answer)).answer)
    assert session.open_file(field.answer(session.ask_file()).answer) == CardFile(4711, 2)


def test_neither_side_talks_to_a_stranger() -> None:
    """A reader with another key hears no proof; a card with another key gives none that holds."""
    field = Field(encoded(UID, {1: KEY}, 1, 1))
    first = field.begin(CardSlot.COMMON).first_answer
    assert first is not None
    lock = CardChallenge(b"x" * 16, b"a" * 16, CardSlot.COMMON)
    assert field.answer(lock.answer(first)).answer == b""
    with pytest.raises(CardRefused):
        lock.finish(bytes(32))


def test_a_file_of_another_session_or_changed_on_the_way_is_refused() -> None:
    """Its MAC belongs to this session and this command."""

    def session_of(a: bytes) -> tuple[CardChallenge, Field, bytes]:
        field = Field(encoded(UID, {1: KEY}, 1, 1))
        lock = CardChallenge(KEY, a, CardSlot.COMMON)
        return lock, field, lock.answer(field.begin(CardSlot.COMMON).first_answer or b"")

    lock, field, said = session_of(b"a" * 16)
    session = lock.finish(field.answer(said).answer)
    answer = field.answer(session.ask_file()).answer
    other_lock, other_field, other_said = session_of(b"b" * 16)
    other = other_lock.finish(other_field.answer(other_said).answer)
    for reader, heard in ((session, answer[:-1] + bytes((answer[-1] ^ 1,))), (session, answer[:-1]), (other, answer)):
        with pytest.raises(CardRefused):
            reader.open_file(heard)


def test_a_card_without_the_key_of_this_slot_shows_its_number_only() -> None:
    """And a card without our application too."""
    assert Field(encoded(UID, {1: KEY}, 1, 1)).begin(CardSlot.STAFF).first_answer is None
    assert Field(Plain(UID)).begin(CardSlot.COMMON).uid == UID


def test_a_counting_card_is_read_and_never_asked() -> None:
    """Its message names number and count, and holds."""
    tapped = Field(counting(UID, KEY, 8)).begin(CardSlot.UNIT)
    assert tapped.first_answer is None and tapped.uid == UID
    assert tapped.sun is not None and tapped.sun.counter == 9
    assert sun_holds(KEY, UID, SunMessage(9, tapped.sun.mac))


def test_a_card_that_leaves_proves_nothing() -> None:
    """The field is empty, the answer is."""

    class Gone:
        uid = UID

        def exchange(self, apdu: bytes) -> bytes:
            raise OSError("no card")

    assert Field(Gone()).begin(CardSlot.COMMON).first_answer is None
    assert Field(Gone()).answer(bytes(32)).answer == b""
