"""What a lock calls into the air says nothing to a stranger and everything needed to its phones."""

from hypothesis import given
from hypothesis import strategies as st

from limen.wire.advertising import ADVERTISEMENT_BYTES, ALPHABET, advertisement, air_name, heard_name

LOCK_ID = bytes(range(8))


@given(st.binary(min_size=32, max_size=32))
def test_it_fits_one_packet_and_is_heard_as_it_was_said(key: bytes) -> None:
    """31 bytes are all that every radio sends; no scan response is needed."""
    name = air_name(LOCK_ID, key)
    assert len(advertisement(name)) == ADVERTISEMENT_BYTES
    assert heard_name(advertisement(name)) == name


@given(st.binary(max_size=40))
def test_whatever_is_in_the_air_is_read_without_harm(payload: bytes) -> None:
    """Headphones, bulbs and garbage are nobody."""
    name = heard_name(payload)
    assert name is None or set(name) <= set(ALPHABET)


def test_every_owner_gives_another_name() -> None:
    """The same lock under another epoch's key cannot be recognised from the name it had."""
    names = {air_name(LOCK_ID, bytes([n]) * 32) for n in range(200)}
    assert len(names) == 200


def test_neither_the_lock_id_nor_its_serial_is_in_it() -> None:
    """What is printed on a housing or named in a statement is not to be read off the air."""
    payload = advertisement(air_name(b"LM000103", bytes(32)))
    assert b"LM0001" not in payload
    assert b"LM000103" not in payload
