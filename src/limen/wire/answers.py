"""What a lock answers: ``[op | 0x80, status, …]``, one answer per request, in order (protocol B.8, clauses O-10 to O-16)."""

from dataclasses import dataclass
from typing import TypeAlias

from limen.wire import cbor, limits, shape
from limen.wire.cbor import Malformed, Value
from limen.wire.grants import Rights
from limen.wire.operations import Op
from limen.wire.refusals import Reason, Status

ANSWER = 0x80
WANTS_TIME = 1  # flag of an OK to PRESENT
_WITH_RECEIPT = frozenset({Status.ALREADY, Status.APPLIED})
_WITH_BYTES = frozenset({Op.TIME_ASK, Op.RECEIPT, Op.LOG, Op.PHOTO, Op.TELEMETRY, Op.ACTIVATE})
_WITH_STAGING = frozenset({Op.MANIFEST, Op.CHUNK, Op.FIRMWARE})


@dataclass(frozen=True)
class Plain:
    """A status and nothing else: OK to UNLOCK, TIME, ACK, REMOTE and a ticket, and every refusal without a number or reason."""

    op: Op
    status: Status = Status.OK


@dataclass(frozen=True)
class Presented:
    """The grant is believed: effective rights, the lock's version, what is staged (bitmap: bit i of byte i // 8 is chunk i)."""

    rights: Rights
    ver: int
    staged: bytes | None = None
    bitmap: bytes = b""
    wants_time: bool = False


@dataclass(frozen=True)
class NeedUpdate:
    """The lock knows of version ``ver`` and does not hold it."""

    op: Op
    ver: int


@dataclass(frozen=True)
class Denied:
    """No, and why; ``Reason.REFUSED`` before possession is proven."""

    op: Op
    reason: Reason = Reason.REFUSED


@dataclass(frozen=True)
class StatusNow:
    """Version, epoch and staging."""

    ver: int
    epoch: int
    staged: bytes | None = None
    bitmap: bytes = b""


@dataclass(frozen=True)
class Staged:
    """The manifest or chunk was taken; ``bitmap`` says which chunks are here."""

    op: Op
    bitmap: bytes


@dataclass(frozen=True)
class Settled:
    """The lock is at the bundle's version or beyond: APPLIED or ALREADY, with its receipt."""

    op: Op
    status: Status
    receipt: bytes


@dataclass(frozen=True)
class Busy:
    """Another session is at it; ask again after ``ms``."""

    op: Op
    ms: int


@dataclass(frozen=True)
class Given:
    """Bytes that were asked for: a nonce, receipt, segment (empty: there is no such one), photo part, telemetry, attestation."""

    op: Op
    data: bytes


Answer: TypeAlias = Plain | Presented | NeedUpdate | Denied | StatusNow | Staged | Settled | Busy | Given


def encode_answer(answer: Answer) -> bytes:
    """The message."""
    op, status, rest = _fields(answer)
    return cbor.encode([op | ANSWER, int(status), *rest])


def asked(answer: Answer) -> Op:
    """The operation that it answers."""
    return _fields(answer)[0]


def parse_answer(data: bytes) -> Answer:
    """The answer in a message; ``Malformed`` out of shape."""
    fields = shape.array(cbor.decode(data, limits.MESSAGE_BYTES_MAX), 2, 8)
    number = shape.uint(fields[0], 255)
    if not number & ANSWER:
        raise Malformed("not an answer")
    op, status, rest = shape.member(Op, number & ~ANSWER), shape.member(Status, fields[1]), fields[2:]
    if status == Status.OK:
        return _parse_ok(op, rest)
    if status == Status.DENIED:
        return Denied(op, shape.member(Reason, shape.array(rest, 1)[0]))
    if status == Status.NEED_UPDATE:
        return NeedUpdate(op, shape.uint(shape.array(rest, 1)[0], shape.U32))
    if status == Status.BUSY:
        return Busy(op, shape.uint(shape.array(rest, 1)[0], 60_000))
    if status in _WITH_RECEIPT:
        return Settled(op, status, shape.blob(shape.array(rest, 1)[0], most=limits.RECEIPT_BYTES_MAX))
    shape.array(rest, 0)
    return Plain(op, status)


def _parse_ok(op: Op, rest: list[Value]) -> Answer:
    if op == Op.PRESENT:
        rights, ver, staged, bitmap, flags = shape.array(rest, 5)
        wants_time = bool(shape.uint(flags, WANTS_TIME))
        return Presented(Rights(shape.uint(rights, 63)), shape.uint(ver, shape.U32), _staged(staged), _bitmap(bitmap), wants_time)
    if op == Op.STATUS:
        ver, epoch, staged, bitmap = shape.array(rest, 4)
        return StatusNow(shape.uint(ver, shape.U32), shape.uint(epoch, shape.U32), _staged(staged), _bitmap(bitmap))
    if op in _WITH_STAGING and rest:
        return Staged(op, _bitmap(shape.array(rest, 1)[0]))
    if op in _WITH_BYTES and rest:
        return Given(op, shape.blob(shape.array(rest, 1)[0], most=limits.MESSAGE_BYTES_MAX))
    shape.array(rest, 0)
    return Plain(op)


def _staged(value: Value) -> bytes | None:
    return None if value is None else shape.blob(value, 8)


def _bitmap(value: Value) -> bytes:
    return shape.blob(value, most=limits.CHUNKS_MAX // 8)


def _fields(answer: Answer) -> tuple[Op, Status, list[cbor.Encodable]]:
    match answer:
        case Plain(op, status):
            return op, status, []
        case Presented(rights, ver, staged, bitmap, wants_time):
            return Op.PRESENT, Status.OK, [int(rights), ver, staged, bitmap, WANTS_TIME * wants_time]
        case NeedUpdate(op, ver):
            return op, Status.NEED_UPDATE, [ver]
        case Denied(op, reason):
            return op, Status.DENIED, [int(reason)]
        case StatusNow(ver, epoch, staged, bitmap):
            return Op.STATUS, Status.OK, [ver, epoch, staged, bitmap]
        case Staged(op, bitmap):
            return op, Status.OK, [bitmap]
        case Settled(op, status, receipt):
            return op, status, [receipt]
        case Busy(op, ms):
            return op, Status.BUSY, [ms]
        case Given(op, data):
            return op, Status.OK, [data]


def bitmap_of(have: set[int], chunks: int) -> bytes:
    """The bitmap of the chunks that are here."""
    bits = bytearray((chunks + 7) // 8)
    for index in have:
        bits[index // 8] |= 1 << index % 8
    return bytes(bits)


def missing(bitmap: bytes, chunks: int) -> list[int]:
    """The chunks a courier still has to bring."""
    return [i for i in range(chunks) if i // 8 >= len(bitmap) or not bitmap[i // 8] >> i % 8 & 1]
