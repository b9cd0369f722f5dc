"""Sealing: one reader, one purpose."""

import pytest

from limen.cli.vectorbook.steady import SteadySealer
from limen.wire.hpke import OVERHEAD_BYTES, HpkeOpener, HpkeSealer, NotForUs
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
