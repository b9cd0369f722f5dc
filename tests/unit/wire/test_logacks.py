"""Acknowledgements of the record."""

from dataclasses import replace

import pytest

from limen.wire import cbor
from limen.wire.cbor import Malformed
from limen.wire.envelope import BadSignature, Typ, sign1
from limen.wire.logacks import AckKind, LogAck, open_log_ack, sign_log_ack
from tests.unit.wire.cast import KEYS, LOCK_ID, NOW, signer, steady

ACK = LogAck(lock_id=LOCK_ID, epoch=1, upto=steady("tag", 16), kind=AckKind.ACKNOWLEDGE, iat=NOW)
DISCARD = LogAck(lock_id=LOCK_ID, epoch=1, upto=NOW - 5, kind=AckKind.DISCARD, iat=NOW)
WITH_PHOTO = replace(ACK, photo=steady("photo", 16))


@pytest.mark.parametrize("ack", [ACK, DISCARD, WITH_PHOTO])
def test_an_acknowledgement_names_a_tag_and_a_discard_a_time(ack: LogAck) -> None:
    """None tells a courier a number of records or photos."""
    assert open_log_ack(sign_log_ack(ack, signer("KL")), KEYS) == ack


def test_only_kl_frees_records() -> None:
    """Another role, a discard that names a tag, or one that names a photo, is refused."""
    with pytest.raises(BadSignature):
        open_log_ack(sign_log_ack(ACK, signer("KU")), KEYS)
    with pytest.raises(Malformed):
        open_log_ack(sign1(Typ.LOG_ACK, cbor.encode([LOCK_ID, 1, bytes(16), 1, NOW]), signer("KL")), KEYS)
    with pytest.raises(Malformed):
        open_log_ack(sign1(Typ.LOG_ACK, cbor.encode([LOCK_ID, 1, NOW, 1, NOW, bytes(16)]), signer("KL")), KEYS)
