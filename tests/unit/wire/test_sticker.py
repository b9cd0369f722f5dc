"""The sticker."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.wire import cbor
from limen.wire.cbor import Malformed
from limen.wire.sticker import Sticker, base45, read_sticker, sticker_text, unbase45
from tests.unit.wire.cast import LOCK_ID, steady


def test_a_sticker_is_44_characters_of_a_qr_codes_own_alphabet() -> None:
    """A.2: 29 bytes, version 3-M."""
    sticker = Sticker(LOCK_ID, steady("qr", 16), 3)
    text = sticker_text(sticker)
    assert len(text) == 44 and len(unbase45(text)) == 29
    assert read_sticker(text) == sticker
    assert steady("qr", 16).hex() not in repr(sticker)


@pytest.mark.parametrize(
    ("clear", "text"), [(b"AB", "BB8"), (b"Hello!!", "%69 VD92EX0"), (b"base-45", "UJCLQE7W581"), (b"ietf!", "QED8WEX0")]
)
def test_base45_is_that_of_rfc_9285(clear: bytes, text: str) -> None:
    """Section 4.3 and 4.4."""
    assert base45(clear) == text
    assert unbase45(text) == clear


@given(st.binary(max_size=40))
def test_base45_comes_back(data: bytes) -> None:
    """Any bytes."""
    assert unbase45(base45(data)) == data


@given(st.text(max_size=70))
def test_no_scanned_text_crashes_the_reader(text: str) -> None:
    """Anything may be on a QR code."""
    with pytest.raises(Malformed):
        read_sticker(text)


def test_other_versions_and_values_above_the_range_are_refused() -> None:
    """``:::`` is more than two bytes hold."""
    for text in (
        ":::",
        "GGW",
        "A",
        base45(cbor.encode([2, LOCK_ID, bytes(16), 3])),
        base45(cbor.encode([1, LOCK_ID, bytes(15), 3])),
        "0" * 66,
    ):
        with pytest.raises(Malformed):
            read_sticker(text)
