"""Cards: mutual proof over a fresh challenge."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.wire.cards import CardChallenge, CardFile, CardRefused, CardSession, CardSimulator, CardSlot, cmac, diversified, random_uid
from tests.unit.wire.cast import steady

UID, KEY, FILE = steady("uid", 7), steady("card key", 16), CardFile(4711, 2)
TI = bytes.fromhex("9d00c4df")


def tap(
    card: CardSimulator, key: bytes, rnd_a: bytes, rnd_b: bytes = b"b" * 16
) -> tuple[CardSession, CardFile, tuple[bytes, bytes, bytes]]:
    """One tap; also what a listener would have heard from the card."""
    lock = CardChallenge(key, rnd_a)
    first = card.begin(CardSlot.COMMON, rnd_b)
    second, sealed = card.prove(lock.answer(first), TI)
    session = lock.finish(second)
    return session, session.open_file(sealed), (first, second, sealed)


@pytest.mark.rule("CARD-3")
def test_a_card_that_knows_the_key_is_let_through_and_read() -> None:
    """Both sides proved it; the file tells serial and generation."""
    assert tap(CardSimulator(UID, {CardSlot.COMMON: KEY}, FILE), KEY, steady("a", 16))[1] == FILE


@pytest.mark.rule("CARD-3")
@given(st.binary(min_size=16, max_size=16))
def test_a_replayed_transcript_fails_against_another_challenge(rnd_a: bytes) -> None:
    """Invariant 54: the lock chooses RndA, and yesterday's answers do not fit."""
    _, _, (first, second, sealed) = tap(CardSimulator(UID, {CardSlot.COMMON: KEY}, FILE), KEY, steady("a", 16))
    lock = CardChallenge(KEY, rnd_a)
    lock.answer(first)
    if rnd_a == steady("a", 16):
        return
    with pytest.raises(CardRefused):
        lock.finish(second)
    assert sealed


def test_neither_side_talks_to_a_stranger() -> None:
    """A clone without the key, a reader without the key, a card without the slot."""
    card = CardSimulator(UID, {CardSlot.COMMON: steady("wrong", 16)}, FILE)
    with pytest.raises(CardRefused):
        tap(card, KEY, steady("a", 16))
    with pytest.raises(CardRefused):
        card.begin(CardSlot.STAFF, bytes(16))


def test_a_changed_or_foreign_file_is_refused() -> None:
    """Its MAC belongs to this session."""
    session, _, (_, _, sealed) = tap(CardSimulator(UID, {CardSlot.COMMON: KEY}, FILE), KEY, steady("a", 16))
    other = tap(CardSimulator(UID, {CardSlot.COMMON: KEY}, FILE), KEY, steady("a2", 16))[0]
    for reader, answer in ((session, sealed[:-1] + bytes((sealed[-1] ^ 1,))), (session, sealed[:-1]), (other, sealed)):
        with pytest.raises(CardRefused):
            reader.open_file(answer)


@pytest.mark.parametrize("data", [b"", bytes(15), bytes(33)])
def test_answers_of_other_lengths_are_refused(data: bytes) -> None:
    """Before anything is decrypted."""
    lock = CardChallenge(KEY, bytes(16))
    with pytest.raises(CardRefused):
        lock.finish(bytes(32))
    with pytest.raises(CardRefused):
        lock.answer(data)
    with pytest.raises(CardRefused):
        CardSimulator(UID, {CardSlot.COMMON: KEY}, FILE).prove(data, TI)


def test_the_example_of_an12196() -> None:
    """AuthenticateEV2First with key 0: challenge, session keys, transaction id."""
    lock = CardChallenge(bytes(16), bytes.fromhex("13C5DB8A5930439FC3DEF9A4C675360F"))
    said = lock.answer(bytes.fromhex("A04C124213C186F22399D33AC2A30215"))
    assert said.hex() == "35c3e05a752e0144bac0de51c1f22c56b34408a23d8aea266cab947ea8e0118d"
    session = lock.finish(bytes.fromhex("3FA64DB5446D1F34CD6EA311167F5E4985B89690C04A05F17FA7AB2F08120663"))
    assert (session.ti, session.enc.hex(), session.mac.hex()) == (
        TI,
        "1309c877509e5a215007ff0ed19ca564",
        "4c6626f5e72ea694202139295c7a7fc7",
    )


def test_keys_differ_by_card_and_slot() -> None:
    """E: one opened lock forges no other card; the construction is that of AN10922."""
    site, aid = steady("site", 16), b"\x3042F5"[:3]
    keys = {diversified(site, uid, aid, slot) for uid in (UID, steady("other", 7)) for slot in CardSlot}
    assert len(keys) == 8
    example = cmac(bytes.fromhex("00112233445566778899AABBCCDDEEFF"), bytes.fromhex("0104782E21801D803042F54E585020416275"))
    assert example.hex() == "a8dd63a3b89d54b37ca802473fda9175"


def test_a_uid_that_changes_at_every_tap_names_nobody() -> None:
    """Four bytes from 0x08."""
    assert random_uid(bytes.fromhex("08a1b2c3"))
    assert not random_uid(UID) and not random_uid(bytes.fromhex("04a1b2c3"))
