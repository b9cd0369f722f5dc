"""The lock's signed word on what it holds (protocol B.7); the newest one says all that older ones said (SYNC-12).

Three forms: full, for those who pull; short, for those who only push; and the word that everything was wiped.
"""

import hashlib
from dataclasses import dataclass
from enum import IntEnum

from limen.wire import cbor, limits, shape
from limen.wire.cbor import Malformed, Value
from limen.wire.envelope import RoleKeys, Signer, Typ, open1, sign1

WIPED = "wiped"


class TrustedTime(IntEnum):
    """What the lock makes of its own clock (B.9)."""

    GOOD = 0
    COARSE = 1
    LOST = 2


@dataclass(frozen=True)
class LogHead:
    """Where the lock's record ends: log epoch, next sequence number, tag (16 bytes) of the last record."""

    logepoch: int
    seqnext: int
    tag: bytes


@dataclass(frozen=True, kw_only=True)
class Attested:
    """What only a full receipt says. ``head`` is a ``LogHead``, or 8 bytes in its place where comings may not be counted."""

    lock_time: int
    tstate: TrustedTime
    head: LogHead | bytes
    lost: int
    boot: int
    known_newer: int


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What a lock holds: version and hash of its list, the probe of that version, and for pullers the rest."""

    lock_id: bytes
    epoch: int
    ver: int
    after: bytes
    probe: bytes
    full: Attested | None = None
    nonce: bytes | None = None

    def short(self) -> "Receipt":
        """The same word for a push-only session: no clock, head or counts (123 bytes, SYNC-2)."""
        return Receipt(lock_id=self.lock_id, epoch=self.epoch, ver=self.ver, after=self.after, probe=self.probe, nonce=self.nonce)


@dataclass(frozen=True)
class WipedReceipt:
    """The lock's word after a RELEASE: everything of this epoch is gone; ``lost`` records were never acknowledged."""

    lock_id: bytes
    epoch: int
    lost: int


def head8(head: LogHead, probe: bytes) -> bytes:
    """``SHA-256(u32 logepoch || u32 seqnext || tag || probe)[0..8]``: checks a head without telling it."""
    return hashlib.sha256(shape.u32(head.logepoch) + shape.u32(head.seqnext) + head.tag + probe).digest()[:8]


def sign_receipt(receipt: Receipt, signer: Signer) -> bytes:
    """The receipt under the lock's ``id`` key."""
    fields: list[cbor.Encodable] = [receipt.lock_id, receipt.epoch, receipt.ver, receipt.after]
    if receipt.full is not None:
        full = receipt.full
        head: cbor.Encodable = full.head if isinstance(full.head, bytes) else [full.head.logepoch, full.head.seqnext, full.head.tag]
        fields += [full.lock_time, int(full.tstate), head, full.lost, receipt.probe, full.boot, full.known_newer]
    else:
        fields.append(receipt.probe)
    if receipt.nonce is not None:
        fields.append(receipt.nonce)
    return sign1(Typ.RECEIPT, cbor.encode(fields), signer)


def sign_wiped(wiped: WipedReceipt, signer: Signer) -> bytes:
    """The word that a released lock is empty."""
    return sign1(Typ.RECEIPT, cbor.encode([wiped.lock_id, wiped.epoch, WIPED, wiped.lost]), signer)


def open_receipt(data: bytes, keys: RoleKeys) -> Receipt | WipedReceipt:
    """What the lock's own key signed; ``BadSignature`` or ``Malformed``. Whether ``after`` and ``probe`` are right is the service's check."""
    return read_receipt(open1(data, Typ.RECEIPT, keys, limits.RECEIPT_BYTES_MAX).payload)


def read_receipt(payload: bytes) -> Receipt | WipedReceipt:
    """The receipt in a payload, told apart by length: 4 wiped, 5 or 6 short, 11 or 12 full."""
    fields = shape.array(cbor.decode(payload, limits.RECEIPT_BYTES_MAX), 4, 12)
    lock_id, epoch = shape.blob(fields[0], limits.LOCK_ID_BYTES), shape.uint(fields[1], shape.U32)
    if len(fields) == 4:
        if fields[2] != WIPED:
            raise Malformed("receipt")
        return WipedReceipt(lock_id, epoch, shape.uint(fields[3], shape.U32))
    if len(fields) not in (5, 6, 11, 12):
        raise Malformed("receipt")
    full = _full(fields) if len(fields) > 6 else None
    nonce = shape.blob(fields[-1], 16) if len(fields) in (6, 12) else None
    return Receipt(
        lock_id=lock_id,
        epoch=epoch,
        ver=shape.uint(fields[2], shape.U32),
        after=shape.blob(fields[3], 16),
        probe=shape.blob(fields[8 if full else 4], 8),
        full=full,
        nonce=nonce,
    )


def _full(fields: list[Value]) -> Attested:
    return Attested(
        lock_time=shape.uint(fields[4], shape.U32),
        tstate=shape.member(TrustedTime, fields[5]),
        head=_head(fields[6]),
        lost=shape.uint(fields[7], shape.U32),
        boot=shape.uint(fields[9], shape.U32),
        known_newer=shape.uint(fields[10], shape.U32),
    )


def _head(value: Value) -> LogHead | bytes:
    if isinstance(value, bytes):
        return shape.blob(value, 8)
    logepoch, seqnext, tag = shape.array(value, 3)
    return LogHead(shape.uint(logepoch, shape.U32), shape.uint(seqnext, shape.U32), shape.blob(tag, 16))
