"""The channel: only the right lock answers, and nothing can be put in, repeated or left out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.wire import limits, session
from limen.wire.session import Initiator, Responder, SessionBroken, Transport, activation_psk, activation_static, public_of
from tests.unit.wire.cast import LOCK_ID, steady

STATIC = steady("lock static")


def opened(psk: bytes | None = None, phone: bytes = b"", lock: bytes = b"") -> tuple[Transport, Transport]:
    """(phone's end, lock's end)."""
    first = Initiator(lock_id=LOCK_ID, remote_static=public_of(STATIC), ephemeral_private=phone or steady("phone e"), psk=psk)
    second = Responder(lock_id=LOCK_ID, static_private=STATIC, ephemeral_private=lock or steady("lock e"), psk=psk)
    message_2, lock_end = second.answer(first.write_message_1())
    return first.read_message_2(message_2), lock_end


@pytest.mark.parametrize("psk", [None, bytes(32)])
def test_two_messages_of_48_bytes_open_a_channel_both_ways(psk: bytes | None) -> None:
    """Both ends know the same handshake hash."""
    first = Initiator(lock_id=LOCK_ID, remote_static=public_of(STATIC), ephemeral_private=steady("phone e"), psk=psk)
    message_1 = first.write_message_1()
    message_2, lock = Responder(lock_id=LOCK_ID, static_private=STATIC, ephemeral_private=steady("lock e"), psk=psk).answer(message_1)
    phone = first.read_message_2(message_2)
    assert len(message_1) == len(message_2) == 48
    assert phone.h == lock.h and len(phone.h) == 32
    assert lock.decrypt(phone.encrypt(b"hello")) == b"hello"
    assert phone.decrypt(lock.encrypt(b"")) == b""


def test_another_lock_suite_static_or_psk_gets_no_session() -> None:
    """Invariant 81: there is nothing to negotiate; the first tag fails."""

    def first(lock_id: bytes = LOCK_ID, static: bytes = STATIC, suite: int = 1, psk: bytes | None = None) -> Initiator:
        return Initiator(lock_id=lock_id, remote_static=public_of(static), ephemeral_private=steady("phone e"), psk=psk, suite=suite)

    for wrong in (
        first(lock_id=b"anotherl"),
        first(suite=0),
        first(suite=2),
        first(static=steady("another")),
        first(psk=bytes(32)),
    ):
        with pytest.raises(SessionBroken):
            Responder(lock_id=LOCK_ID, static_private=STATIC, ephemeral_private=steady("lock e")).answer(wrong.write_message_1())


def test_a_false_lock_cannot_answer() -> None:
    """Without the static key the second message does not verify, and the phone has revealed nothing."""
    first = Initiator(lock_id=LOCK_ID, remote_static=public_of(STATIC), ephemeral_private=steady("phone e"))
    first.write_message_1()
    with pytest.raises(SessionBroken):
        first.read_message_2(public_of(steady("false")) + bytes(16))


@given(st.integers(0, 47), st.integers(1, 255))
def test_a_changed_handshake_byte_opens_nothing(at: int, flip: int) -> None:
    """Either message."""
    first = Initiator(lock_id=LOCK_ID, remote_static=public_of(STATIC), ephemeral_private=steady("phone e"))
    message_1 = bytearray(first.write_message_1())
    message_1[at] ^= flip
    # The top bit of an X25519 key is not used in the agreement, but it is hashed.
    with pytest.raises(SessionBroken):
        Responder(lock_id=LOCK_ID, static_private=STATIC, ephemeral_private=steady("lock e")).answer(bytes(message_1))


def test_low_order_keys_are_refused() -> None:
    """An all-zero agreement never becomes a key."""
    with pytest.raises(SessionBroken):
        Responder(lock_id=LOCK_ID, static_private=STATIC, ephemeral_private=steady("lock e")).answer(bytes(48))


@pytest.mark.parametrize("act", ["repeat", "skip", "swap", "reflect", "change", "plaintext", "empty", "too long"])
def test_a_message_out_of_place_ends_the_session_for_good(act: str) -> None:
    """Invariant 80: after the handshake there is no plaintext path, however short the frame."""
    phone, lock = opened()
    one, two = phone.encrypt(b"one"), phone.encrypt(b"two")
    wrong = {
        "repeat": [one, one],
        "skip": [two],
        "swap": [two, one],
        "reflect": [lock.encrypt(b"x")],
        "change": [one[:-1] + bytes((one[-1] ^ 1,))],
        "plaintext": [b"\x81\x02"],
        "empty": [b""],
        "too long": [bytes(limits.MESSAGE_BYTES_MAX + 1)],
    }[act]
    with pytest.raises(SessionBroken):
        for message in wrong:
            lock.decrypt(message)
    with pytest.raises(SessionBroken):
        lock.decrypt(two)
    with pytest.raises(SessionBroken):
        lock.encrypt(b"no more")


@given(st.binary(max_size=64))
def test_no_unencrypted_bytes_are_ever_taken(data: bytes) -> None:
    """Whatever comes instead of a message, nothing comes out."""
    _, lock = opened()
    with pytest.raises(SessionBroken):
        lock.decrypt(data)


def test_messages_have_a_bound() -> None:
    """8 KiB with the tag."""
    phone, _ = opened()
    with pytest.raises(SessionBroken):
        phone.encrypt(bytes(limits.MESSAGE_BYTES_MAX - 15))


def test_every_session_has_its_own_name() -> None:
    """Fresh ephemerals on either side change h."""
    names = {opened()[0].h, opened(phone=steady("p2"))[0].h, opened(lock=steady("l2"))[0].h}
    assert len(names) == 3


def test_what_the_sticker_gives_differs_by_lock_and_use() -> None:
    """psk and static key are two things, and another lock's are others."""
    secret = steady("qr", 16)
    made = {
        activation_psk(secret, LOCK_ID),
        activation_static(secret, LOCK_ID),
        activation_psk(secret, bytes(8)),
        activation_static(secret, bytes(8)),
    }
    assert len(made) == 4 and all(len(key) == 32 for key in made)
    assert session.prologue(LOCK_ID) == b"dl/1" + LOCK_ID + b"\x01"
