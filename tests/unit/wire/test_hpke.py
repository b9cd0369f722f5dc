"""Sealing: one reader, one purpose."""

import pytest

from limen.cli.vectorbook.steady import SteadySealer
from limen.wire.cbor import Malformed, Value
from limen.wire.hpke import OVERHEAD_BYTES, HpkeOpener, HpkeSealer, NotForUs, public_key
from tests.unit.wire.cast import agreement

PRIVATE, PUBLIC = agreement("reader")


def test_only_the_holder_reads_and_only_for_this_purpose() -> None:
    """48 bytes longer; another key, purpose or a changed byte gives nothing."""
    sealed = HpkeSealer(PUBLIC).seal(b"hello", b"purpose")
    assert len(sealed) == 5 + OVERHEAD_BYTES
    assert HpkeOpener(PRIVATE).open(sealed, b"purpose") == b"hello"
    for opener, data, info in (
        (HpkeOpener(agreement("other")[0]), sealed, b"purpose"),
        (HpkeOpener(PRIVATE), sealed, b"another"),
        (HpkeOpener(PRIVATE), sealed[:-1] + bytes((sealed[-1] ^ 1,)), b"purpose"),
        (HpkeOpener(PRIVATE), b"", b"purpose"),
        (HpkeOpener(PRIVATE), bytes(60), b"purpose"),
    ):
        with pytest.raises(NotForUs):
            opener.open(data, info)


def test_a_sealer_written_out_from_the_rfc_agrees_with_the_library() -> None:
    """RFC 9180 sections 4 and 5: what it seals, the library opens."""
    assert HpkeOpener(PRIVATE).open(SteadySealer(PUBLIC, "t").seal(b"steady", b"i"), b"i") == b"steady"


SMALL_ORDER = [
    bytes(32),
    b"\x01" + bytes(31),
    bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
    bytes.fromhex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
    bytes.fromhex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    bytes.fromhex("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    bytes.fromhex("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
]
"""The points of X25519 with which every exchange gives zeros (RFC 7748 section 6.1)."""


@pytest.mark.parametrize("key", [*SMALL_ORDER, b"", bytes(31), bytes(33), "text", 5])
def test_a_key_that_nothing_can_be_sealed_to_is_none(key: Value) -> None:
    """It is refused where it is read, not where something is to be sealed and a resident waits."""
    with pytest.raises(Malformed):
        public_key(key)
    assert public_key(PUBLIC) == PUBLIC
