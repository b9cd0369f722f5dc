"""Cards in pockets, and what is made of them behind their owners' backs."""

import pytest

from limen.sim.cards import Replayed, Taped, new_uid, pocketed
from limen.sim.chance import seeded
from limen.sim.ports import CardImage
from limen.wire.cards import random_uid

SELECT = bytes.fromhex("00a4040c07d276000085010100")


def test_a_number_names_one_card() -> None:
    """Seven bytes that stay the same at every tap."""
    uid = new_uid(seeded("a card"))
    assert len(uid) == 7
    assert not random_uid(uid)
    assert new_uid(seeded("a card")) == uid


def test_a_tape_says_what_the_card_said_and_then_nothing() -> None:
    """In the order in which it was said, whatever is asked."""
    card = pocketed(1, new_uid(seeded("a card")), CardImage({1: bytes(16)}, 1, 1), seeded("its chance"))
    taped = Taped(card.card)
    said = [taped.exchange(SELECT), taped.exchange(bytes.fromhex("9071000002010000"))]
    tape = Replayed(card.uid, taped.tape)
    assert [tape.exchange(b""), tape.exchange(b"")] == said
    with pytest.raises(OSError):
        tape.exchange(b"")


def test_a_copy_has_the_number_and_no_key() -> None:
    """Nothing more can be read in passing."""
    card = pocketed(1, new_uid(seeded("a card")), CardImage({1: bytes(16)}, 1, 1), seeded("its chance"))
    assert card.copied().uid == card.uid
    assert card.copied().exchange(SELECT) != card.card.exchange(SELECT)
