"""What a phone asks a lock inside the channel: one CBOR array ``[op, …]`` per message (protocol B.8, clauses O-1 to O-9)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

from limen.wire import cbor, limits, shape
from limen.wire.cbor import Malformed, Value


class Op(IntEnum):
    """The first number of a message; an answer has bit 7 set on it."""

    PRESENT = 1
    STATUS = 2
    MANIFEST = 3
    CHUNK = 4
    UNLOCK = 5
    TIME_ASK = 6
    TIME = 7
    RECEIPT = 8
    LOG = 9
    PHOTO = 10
    TELEMETRY = 11
    FIRMWARE = 12
    ACTIVATE = 13
    ACK = 14
    REMOTE = 15


class ActivateStep(IntEnum):
    """The second number of op 13."""

    ATTEST = 0
    TICKET = 1
    RELEASE = 2


@dataclass(frozen=True)
class Present:
    """Who I am: a grant, and the phone's signature over this session for ``op`` and ``ctx`` (``grants.pop_message``)."""

    grant: bytes
    pop: bytes
    op: int
    ctx: bytes


@dataclass(frozen=True)
class StatusAsk:
    """Which version and staging the lock is at."""


@dataclass(frozen=True)
class ManifestPush:
    """The signed head of a bundle."""

    manifest: bytes


@dataclass(frozen=True)
class ChunkPush:
    """One chunk of the staged bundle."""

    index: int
    data: bytes


@dataclass(frozen=True)
class Unlock:
    """Open now; ``intent`` as in the proof, ``tap``."""

    intent: str


@dataclass(frozen=True)
class TimeAsk:
    """A nonce for a time assertion."""


@dataclass(frozen=True)
class TimeTell:
    """A signed time assertion."""

    assertion: bytes


@dataclass(frozen=True)
class ReceiptAsk:
    """The newest receipt, over a nonce (16 bytes) of an online service if there is one."""

    nonce: bytes | None = None


@dataclass(frozen=True)
class LogAsk:
    """Segment ``number``, counted from 0 within this session."""

    number: int


@dataclass(frozen=True)
class PhotoAsk:
    """Bytes of a parcel with a photo from ``offset`` on; ``number`` counts from 0 within the session, oldest first."""

    number: int
    offset: int


@dataclass(frozen=True)
class TelemetryAsk:
    """Battery and system record."""


@dataclass(frozen=True)
class FirmwarePush:
    """A firmware manifest (``index`` None) or chunk."""

    index: int | None
    data: bytes


@dataclass(frozen=True)
class AttestAsk:
    """Activation, first step: the service's nonce."""

    n_s: bytes


@dataclass(frozen=True)
class TicketTell:
    """Activation, second step; snapshot 1 follows as a bundle, and both are taken or neither."""

    ticket: bytes


@dataclass(frozen=True)
class ReleaseTell:
    """The end of an ownership: the lock wipes itself."""

    release: bytes


@dataclass(frozen=True)
class AckTell:
    """A signed log acknowledgement or discard."""

    log_ack: bytes


@dataclass(frozen=True)
class Remote:
    """Open now for a person who pressed at ``utime``; from the gateway only (B.10)."""

    utime: int
    subj: int
    ref: int


Request: TypeAlias = (
    Present
    | StatusAsk
    | ManifestPush
    | ChunkPush
    | Unlock
    | TimeAsk
    | TimeTell
    | ReceiptAsk
    | LogAsk
    | PhotoAsk
    | TelemetryAsk
    | FirmwarePush
    | AttestAsk
    | TicketTell
    | ReleaseTell
    | AckTell
    | Remote
)


def op_of(request: Request) -> Op:
    """The operation a request asks for."""
    return Op(_numbered(request)[0])


def encode_request(request: Request) -> bytes:
    """The message."""
    op, rest = _numbered(request)
    return cbor.encode([int(op), *rest])


def parse_request(data: bytes) -> Request:
    """The request in a message; ``Malformed`` for an unknown operation or another shape."""
    fields = shape.array(cbor.decode(data, limits.MESSAGE_BYTES_MAX), 1, 8)
    op = shape.member(Op, fields[0])
    if op == Op.ACTIVATE:
        return _parse_activate(fields)
    if op in _PUSHES and len(fields) == 2:
        return _PUSHES[op](shape.blob(fields[1], most=limits.MANIFEST_BYTES_MAX))
    if op in _ASKS and len(fields) == 1:
        return _ASKS[op]()
    if op in _OTHERS:
        return _OTHERS[op](fields)
    raise Malformed("request")


_PUSHES: Mapping[Op, Callable[[bytes], Request]] = {Op.MANIFEST: ManifestPush, Op.TIME: TimeTell, Op.ACK: AckTell}
_ASKS: Mapping[Op, Callable[[], Request]] = {Op.STATUS: StatusAsk, Op.TIME_ASK: TimeAsk, Op.TELEMETRY: TelemetryAsk}


def _present(fields: list[Value]) -> Request:
    _, grant, pop, hint = shape.array(fields, 4)
    op, ctx = shape.array(hint, 2)
    return Present(
        shape.blob(grant, most=limits.GRANT_BYTES_MAX),
        shape.blob(pop, limits.SIGNATURE_BYTES),
        shape.integer(op, 1, 127),
        shape.blob(ctx, most=limits.CONTEXT_BYTES_MAX),
    )


def _chunk(fields: list[Value]) -> Request:
    _, index, data = shape.array(fields, 3)
    return ChunkPush(shape.uint(index, limits.CHUNKS_MAX), shape.blob(data, most=1 << limits.BIG_CHUNK_LOG2))


def _unlock(fields: list[Value]) -> Request:
    intent = shape.text(shape.array(fields, 2)[1], 16)
    if not intent.isascii():
        raise Malformed("intent")
    return Unlock(intent)


def _receipt(fields: list[Value]) -> Request:
    shape.array(fields, 1, 2)
    return ReceiptAsk(shape.blob(fields[1], 16) if len(fields) == 2 else None)


def _log(fields: list[Value]) -> Request:
    return LogAsk(shape.uint(shape.array(fields, 2)[1], shape.U16))


def _photo(fields: list[Value]) -> Request:
    _, number, offset = shape.array(fields, 3)
    return PhotoAsk(shape.uint(number, shape.U32), shape.uint(offset, shape.U32))


def _firmware(fields: list[Value]) -> Request:
    shape.array(fields, 2, 3)
    index = shape.uint(fields[1], shape.U32) if len(fields) == 3 else None
    return FirmwarePush(index, shape.blob(fields[-1], most=limits.MANIFEST_BYTES_MAX))


def _remote(fields: list[Value]) -> Request:
    _, utime, subj, ref = shape.array(fields, 4)
    return Remote(shape.uint(utime, shape.U32), shape.uint(subj), shape.uint(ref))


_OTHERS: Mapping[Op, Callable[[list[Value]], Request]] = {
    Op.PRESENT: _present,
    Op.CHUNK: _chunk,
    Op.UNLOCK: _unlock,
    Op.RECEIPT: _receipt,
    Op.LOG: _log,
    Op.PHOTO: _photo,
    Op.FIRMWARE: _firmware,
    Op.REMOTE: _remote,
}


def _parse_activate(fields: list[Value]) -> Request:
    _, number, data = shape.array(fields, 3)
    step = shape.member(ActivateStep, number)
    if step == ActivateStep.ATTEST:
        return AttestAsk(shape.blob(data, 16))
    if step == ActivateStep.TICKET:
        return TicketTell(shape.blob(data, most=limits.TICKET_BYTES_MAX))
    return ReleaseTell(shape.blob(data, most=limits.STATEMENT_BYTES_MAX))


def _numbered(request: Request) -> tuple[int, list[cbor.Encodable]]:
    match request:
        case Present(grant, pop, op, ctx):
            return 1, [grant, pop, [op, ctx]]
        case StatusAsk():
            return 2, []
        case ManifestPush(manifest):
            return 3, [manifest]
        case ChunkPush(index, data):
            return 4, [index, data]
        case Unlock(intent):
            return 5, [intent]
        case TimeAsk():
            return 6, []
        case TimeTell(assertion):
            return 7, [assertion]
        case ReceiptAsk(nonce):
            return 8, [] if nonce is None else [nonce]
        case LogAsk(number):
            return 9, [number]
        case PhotoAsk(number, offset):
            return 10, [number, offset]
        case TelemetryAsk():
            return 11, []
        case FirmwarePush(None, data):
            return 12, [data]
        case FirmwarePush(place, data):
            return 12, [place, data]
        case AttestAsk(n_s):
            return 13, [0, n_s]
        case TicketTell(ticket):
            return 13, [1, ticket]
        case ReleaseTell(release):
            return 13, [2, release]
        case AckTell(log_ack):
            return 14, [log_ack]
        case Remote(utime, subj, ref):
            return 15, [utime, subj, ref]
