"""Deterministic CBOR: one encoding, and nothing else is read."""

from contextlib import suppress

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.wire import cbor
from limen.wire.cbor import Malformed

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**64), 2**64 - 1) | st.binary(max_size=40) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.integers(-(2**64), 2**64 - 1) | st.text(max_size=5) | st.binary(max_size=5), inner, max_size=5)
    ),
    max_leaves=25,
)


@given(VALUES)
def test_what_is_encoded_comes_back_and_an_independent_library_reads_the_same(value: cbor.Value) -> None:
    """Round trip, and the same reading by cbor2."""
    data = cbor.encode(value)
    assert cbor.decode(data) == value
    assert cbor2.loads(data) == value


@given(st.binary(max_size=80))
def test_any_bytes_are_refused_or_are_the_one_encoding_of_what_they_say(data: bytes) -> None:
    """Invariant 79: no crash, no second spelling."""
    try:
        value = cbor.decode(data)
    except Malformed:
        return
    assert cbor.encode(value) == data


@given(VALUES, st.integers(0, 200), st.integers(0, 255))
def test_a_changed_byte_never_leads_to_a_second_spelling(value: cbor.Value, at: int, byte: int) -> None:
    """Mutations of real messages are refused or are canonical themselves."""
    data = bytearray(cbor.encode(value))
    data[at % len(data)] = byte
    with suppress(Malformed):
        assert cbor.encode(cbor.decode(bytes(data))) == bytes(data)


@pytest.mark.parametrize(
    "data",
    [
        "",
        "1801",
        "190018",
        "0000",
        "9f00ff",
        "f97e00",
        "f7",
        "f818",
        "c000",
        "a202010101",
        "a201010102",
        "a1f500",
        "a18000",
        "61ff",
        "1c",
        "ff",
    ],
)
def test_loose_spellings_are_refused(data: str) -> None:
    """Long forms, trailing bytes, indefinite lengths, floats, tags, unsorted or repeated keys."""
    with pytest.raises(Malformed):
        cbor.decode(bytes.fromhex(data))


@pytest.mark.parametrize("data", ["9bffffffffffffffff", "bbffffffffffffffff", "5bffffffffffffffff", "9a7fffffff00"])
def test_a_count_beyond_the_message_is_refused_before_anything_is_allocated(data: str) -> None:
    """The length claim alone is enough to refuse."""
    with pytest.raises(Malformed):
        cbor.decode(bytes.fromhex(data))


def test_depth_and_length_have_bounds() -> None:
    """Thirteen levels, written or read, and one byte too many. What is written can be read."""
    deep: cbor.Encodable = 0
    for _ in range(cbor.MAX_DEPTH):
        deep = [deep]
    assert cbor.decode(cbor.encode(deep)) == deep
    for deeper in ([deep], {0: deep}):
        with pytest.raises(Malformed):
            cbor.encode(deeper)
    with pytest.raises(Malformed):
        cbor.decode(b"\x81" * 13 + b"\x00")
    with pytest.raises(Malformed):
        cbor.decode(bytes.fromhex("430102" + "03"), max_bytes=3)


def test_keys_are_sorted_by_their_bytes() -> None:
    """RFC 8949 section 4.2.1, not the length-first order of the older RFC."""
    assert cbor.encode({-1: 0, 24: 0}).hex() == "a21818002000"
