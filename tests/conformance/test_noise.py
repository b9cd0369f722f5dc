"""Our handshake against an independent implementation of Noise."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from noise.connection import Keypair, NoiseConnection

from limen.wire.session import Initiator, Responder, SessionBroken, prologue, public_of
from tests.unit.wire.cast import LOCK_ID

KEY = st.binary(min_size=32, max_size=32)


def oracle(psk: bytes | None) -> NoiseConnection:
    """The library's end, before its keys."""
    name = b"Noise_NK_25519_AESGCM_SHA256" if psk is None else b"Noise_NKpsk2_25519_AESGCM_SHA256"
    end = NoiseConnection.from_name(name)
    end.set_prologue(prologue(LOCK_ID))
    if psk is not None:
        end.set_psks(psk)
    return end


@given(KEY, KEY, st.none() | KEY, st.binary(max_size=100))
@settings(max_examples=25, deadline=None)
def test_our_lock_talks_to_their_phone(static: bytes, ephemeral: bytes, psk: bytes | None, words: bytes) -> None:
    """Handshake, hash and messages both ways."""
    theirs = oracle(psk)
    theirs.set_as_initiator()
    theirs.set_keypair_from_public_bytes(Keypair.REMOTE_STATIC, public_of(static))
    theirs.start_handshake()
    ours = Responder(lock_id=LOCK_ID, static_private=static, ephemeral_private=ephemeral, psk=psk)
    message_2, lock = ours.answer(bytes(theirs.write_message()))
    theirs.read_message(message_2)
    assert theirs.handshake_finished and theirs.get_handshake_hash() == lock.h
    for _ in range(2):
        assert lock.decrypt(bytes(theirs.encrypt(words))) == words
        assert bytes(theirs.decrypt(lock.encrypt(words))) == words


@given(KEY, KEY, st.none() | KEY, st.binary(max_size=100))
@settings(max_examples=25, deadline=None)
def test_our_phone_talks_to_their_lock(static: bytes, ephemeral: bytes, psk: bytes | None, words: bytes) -> None:
    """The other way round."""
    theirs = oracle(psk)
    theirs.set_as_responder()
    theirs.set_keypair_from_private_bytes(Keypair.STATIC, static)
    theirs.start_handshake()
    ours = Initiator(lock_id=LOCK_ID, remote_static=public_of(static), ephemeral_private=ephemeral, psk=psk)
    theirs.read_message(ours.write_message_1())
    phone = ours.read_message_2(bytes(theirs.write_message()))
    assert theirs.get_handshake_hash() == phone.h
    for _ in range(2):
        assert bytes(theirs.decrypt(phone.encrypt(words))) == words
        assert phone.decrypt(bytes(theirs.encrypt(words))) == words


def test_a_peer_without_the_psk_gets_no_session() -> None:
    """Activation needs the sticker."""
    theirs = oracle(bytes(32))
    theirs.set_as_initiator()
    theirs.set_keypair_from_public_bytes(Keypair.REMOTE_STATIC, public_of(bytes(31) + b"\x01"))
    theirs.start_handshake()
    ours = Responder(lock_id=LOCK_ID, static_private=bytes(31) + b"\x01", ephemeral_private=bytes(31) + b"\x02")
    with pytest.raises(SessionBroken):
        ours.answer(bytes(theirs.write_message()))
