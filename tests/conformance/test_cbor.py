"""Our deterministic CBOR against cbor2, on values of all shapes."""

import cbor2
from hypothesis import given, settings
from hypothesis import strategies as st

from limen.wire import cbor
from limen.wire.cbor import Value
from tests.unit.wire.test_cbor import VALUES

ONE_BYTE_KEYS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**64), 2**64 - 1) | st.binary(max_size=40) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.integers(-24, 23), inner, max_size=8),
    max_leaves=25,
)


def in_order(value: Value) -> Value:
    """The same value with every map in the order of RFC 8949 section 4.2.1: by the bytes of the encoded keys, as cbor2 encodes them."""
    if isinstance(value, dict):
        return {key: in_order(value[key]) for key in sorted(value, key=cbor2.dumps)}
    return [in_order(item) for item in value] if isinstance(value, list) else value


@settings(max_examples=400)
@given(VALUES)
def test_both_write_the_same_bytes(value: Value) -> None:
    """Shortest forms everywhere; given the order of the keys, cbor2 writes what we write."""
    assert cbor2.dumps(in_order(value)) == cbor.encode(value)


@settings(max_examples=200)
@given(ONE_BYTE_KEYS)
def test_their_canonical_mode_agrees_where_both_orders_are_one(value: Value) -> None:
    """cbor2's `canonical` still sorts short keys first (RFC 7049); with keys of one byte, as our messages have, that is the same order."""
    assert cbor2.dumps(value, canonical=True) == cbor.encode(value)
