"""Time assertions."""

import pytest

from limen.wire import cbor
from limen.wire.cbor import Malformed
from limen.wire.envelope import BadSignature, Typ, sign1
from limen.wire.timestamps import TimeAssertion, open_time, sign_time
from tests.unit.wire.cast import KEYS, LOCK_ID, NOW, signer, steady

SAID = TimeAssertion(LOCK_ID, steady("nonce", 16), NOW * 1000)


def test_the_service_says_the_time_for_one_nonce_of_one_lock() -> None:
    """120 bytes under KT (table B.3)."""
    statement = sign_time(SAID, signer("KT"))
    assert open_time(statement, KEYS) == SAID
    assert len(statement) == 120


def test_nobody_else_says_the_time() -> None:
    """A key of another role, and numbers that are no time."""
    with pytest.raises(BadSignature):
        open_time(sign_time(SAID, signer("KG")), KEYS)
    with pytest.raises(Malformed):
        open_time(sign1(Typ.TIME, cbor.encode([LOCK_ID, bytes(16), -1]), signer("KT")), KEYS)
