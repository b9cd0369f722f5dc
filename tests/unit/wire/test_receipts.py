"""Receipts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.wire.cbor import Malformed
from limen.wire.envelope import BadSignature, RoleKeys
from limen.wire.receipts import (
    Attested,
    LogHead,
    Receipt,
    TrustedTime,
    WipedReceipt,
    head8,
    open_receipt,
    read_receipt,
    sign_receipt,
    sign_wiped,
)
from tests.unit.wire.cast import LOCK_ID, NOW, signer, steady

HEAD = LogHead(7, 123_456, steady("tag", 16))
FULL = Attested(lock_time=NOW, tstate=TrustedTime.GOOD, head=HEAD, lost=12, boot=7, known_newer=41)
RECEIPT = Receipt(lock_id=LOCK_ID, epoch=1, ver=41, after=steady("after", 16), probe=steady("probe", 8), full=FULL)
LOCK = signer("LOCK")


@pytest.mark.parametrize("nonce", [None, steady("n", 16)])
@pytest.mark.parametrize(
    "full", [None, FULL, Attested(lock_time=NOW, tstate=TrustedTime.LOST, head=bytes(8), lost=0, boot=1, known_newer=0)]
)
def test_every_form_comes_back(full: Attested | None, nonce: bytes | None) -> None:
    """Full, with head8, short; with and without nonce."""
    receipt = Receipt(lock_id=LOCK_ID, epoch=1, ver=41, after=RECEIPT.after, probe=RECEIPT.probe, full=full, nonce=nonce)
    assert open_receipt(sign_receipt(receipt, LOCK), RoleKeys.of_lock(LOCK.public)) == receipt


@pytest.mark.rule("SYNC-12")
def test_a_receipt_is_believed_under_its_own_locks_key_alone() -> None:
    """Invariant 21."""
    with pytest.raises(BadSignature):
        open_receipt(sign_receipt(RECEIPT, signer("another lock")), RoleKeys.of_lock(LOCK.public))


@pytest.mark.rule("SYNC-2")
def test_the_push_only_form_says_nothing_of_clock_head_or_counts() -> None:
    """123 bytes: list version and hash only (B.6)."""
    short = RECEIPT.short()
    assert short.full is None
    assert len(sign_receipt(short, LOCK)) == 123
    assert abs(len(sign_receipt(RECEIPT, LOCK)) - 153) <= 8


def test_a_wiped_lock_says_so() -> None:
    """The word after a release."""
    wiped = WipedReceipt(LOCK_ID, 1, 9)
    assert open_receipt(sign_wiped(wiped, LOCK), RoleKeys.of_lock(LOCK.public)) == wiped


def test_head8_binds_head_and_probe() -> None:
    """Two heads or probes are told apart."""
    assert len({head8(HEAD, bytes(8)), head8(HEAD, bytes(7) + b"1"), head8(LogHead(7, 123_457, HEAD.tag), bytes(8))}) == 3


@given(st.binary(max_size=80))
def test_no_bytes_crash_the_reader(data: bytes) -> None:
    """Fuzz."""
    with pytest.raises(Malformed):
        read_receipt(data)
