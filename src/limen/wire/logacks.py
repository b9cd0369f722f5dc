"""The service's signed word that part of a lock's record may go (protocol A.4, F.3): nothing else frees a record."""

from dataclasses import dataclass
from enum import IntEnum

from limen.wire import cbor, limits, shape
from limen.wire.cbor import Malformed
from limen.wire.envelope import RoleKeys, Signer, Typ, open1, sign1


class AckKind(IntEnum):
    """What the lock may free: up to a tag it has handed over, or up to a lock time (privacy)."""

    ACKNOWLEDGE = 0
    DISCARD = 1


@dataclass(frozen=True, kw_only=True)
class LogAck:
    """``upto`` is the tag (16 bytes) of the last record covered, or for a discard a utime: records up to that lock time.

    ``photo`` (acknowledgements only): H(photo) of the last one that need not be kept any longer; those before it neither.
    """

    lock_id: bytes
    epoch: int
    upto: bytes | int
    kind: AckKind
    iat: int
    photo: bytes | None = None


def sign_log_ack(ack: LogAck, signer: Signer) -> bytes:
    """The acknowledgement under KL."""
    fields: list[cbor.Encodable] = [ack.lock_id, ack.epoch, ack.upto, int(ack.kind), ack.iat]
    return sign1(Typ.LOG_ACK, cbor.encode(fields if ack.photo is None else [*fields, ack.photo]), signer)


def open_log_ack(data: bytes, keys: RoleKeys) -> LogAck:
    """The acknowledgement a KL key signed; ``BadSignature`` or ``Malformed``."""
    fields = shape.array(cbor.decode(open1(data, Typ.LOG_ACK, keys, limits.LOG_ACK_BYTES_MAX).payload), 5, 6)
    lock_id, epoch, upto, kind, iat = fields[:5]
    known = shape.member(AckKind, kind)
    if len(fields) == 6 and known != AckKind.ACKNOWLEDGE:
        raise Malformed("discard")
    return LogAck(
        lock_id=shape.blob(lock_id, limits.LOCK_ID_BYTES),
        epoch=shape.uint(epoch, shape.U32),
        kind=known,
        iat=shape.uint(iat, shape.U32),
        upto=shape.blob(upto, 16) if known == AckKind.ACKNOWLEDGE else shape.uint(upto, shape.U32),
        photo=shape.blob(fields[5], 16) if len(fields) == 6 else None,
    )
