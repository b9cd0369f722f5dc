"""What the lock writes down, record by record (protocol F.1): kinds, methods, results, and what else a record may say."""

from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

from limen.wire import cbor, limits, shape
from limen.wire.cbor import Malformed, Value
from limen.wire.grants import Cls
from limen.wire.receipts import TrustedTime
from limen.wire.refusals import Reason


class Kind(IntEnum):
    """What happened. From 32 on: security kinds, which ordinary traffic cannot evict (F.2)."""

    ENTRY = 1  # somebody asked to come in; method and result say how it went
    BOLT = 2  # completes an ENTRY whose bolt failed
    METAL_KEY = 3
    INSIDE = 4  # inside handle or exit button
    PRIVACY = 5  # the deadbolt was thrown (result NOTED) or drawn back (DONE)
    PHOTO = 6  # the still of record `of_seq` was sealed and kept (F.5)
    DOOR_AJAR = 7  # a door with a sensor was left open (NOTED), and was closed again (DONE)
    PASSAGE = 8  # the door stands open to all in its hours: from the first who came in (NOTED) to the end (DONE)
    BOOT = 32
    ACTIVATED = 33
    UPDATE_APPLIED = 34
    CLOCK_SET = 35
    CLOCK_ANOMALY = 36
    STALE = 37  # opened though a newer list is known to exist (C.3)
    GUARD = 38
    TAMPER = 39
    DOOR_FORCED = 40  # opened though nobody was let through
    FIRMWARE = 41
    LOSS = 42
    RELEASED = 43
    BATTERY = 44


SECURITY_KINDS = frozenset(kind for kind in Kind if kind >= Kind.BOOT)


class Method(IntEnum):
    """By what."""

    NONE = 0
    APP = 1
    CODE = 2
    TEMPORARY_CODE = 3
    CARD = 4
    CARD_UID = 5
    CARD_SUN = 6
    METAL_KEY = 7
    INSIDE = 8
    REMOTE = 9


class Result(IntEnum):
    """How it went."""

    GRANTED = 0
    REFUSED = 1
    FAILED = 2  # granted, but the bolt did not move
    NOTED = 3
    DONE = 4


class LossReason(IntEnum):
    """Why numbers are missing."""

    OVERFLOW = 0
    PRIVACY = 1
    POWER = 2
    SINCE_START = 3  # sums up all losses of this ownership so far, whatever earlier LOSS records said


@dataclass(frozen=True)
class TempRef:
    """Which issue of a temporary code it was."""

    cls: int
    b: int
    idx: int


@dataclass(frozen=True)
class Loss:
    """Sequence numbers ``first``..``last`` are gone, ``count`` records among them."""

    first: int
    last: int
    count: int
    reason: LossReason = LossReason.OVERFLOW


@dataclass(frozen=True)
class ClockSet:
    """The clock went from ``old`` to ``new`` (utime seconds), from now on within ``u_s``."""

    old: int
    new: int
    u_s: int


Ref: TypeAlias = int | TempRef | None


@dataclass(frozen=True, kw_only=True)
class Event:
    """One record. ``t`` utime seconds by the lock, ``tq`` what its clock was worth, ``subj`` the lock's own pseudonym of a person.

    ``ref`` is the slot of the record that decided, or the issue of a temporary code. The rest is the optional last element ``x``.
    """

    seq: int
    t: int
    tq: TrustedTime
    kind: Kind
    method: Method = Method.NONE
    subj: int | None = None
    ref: Ref = None
    result: Result = Result.NOTED
    reason: Reason | None = None  # x 1
    count: int | None = None  # x 2: refusals merged into this record
    cls: Cls | None = None  # x 3
    photo: bytes | None = None  # x 4: H(photo)[0..16]
    loss: Loss | None = None  # x 5
    clock: ClockSet | None = None  # x 6
    duress: bool = False  # x 7
    ver: int | None = None  # x 8: list version applied or known
    courier: int | None = None  # x 9: subj of who brought it
    of_seq: int | None = None  # x 10: the record this one completes
    photos_lost: Loss | None = None  # x 11: of a LOSS: stills of records first..last are gone, the records are not


def encode_event(event: Event) -> bytes:
    """The plaintext of a record, about 20 bytes; ``Malformed`` above 256."""
    ref: cbor.Encodable = [event.ref.cls, event.ref.b, event.ref.idx] if isinstance(event.ref, TempRef) else event.ref
    fields: list[cbor.Encodable] = [
        event.seq,
        event.t,
        int(event.tq),
        int(event.kind),
        int(event.method),
        event.subj,
        ref,
        int(event.result),
    ]
    more = _extras(event)
    data = cbor.encode([*fields, more] if more else fields)
    if len(data) > limits.EVENT_BYTES_MAX:
        raise Malformed("event too long")
    return data


def read_event(data: bytes) -> Event:
    """The event in a plaintext; ``Malformed`` out of shape."""
    fields = shape.array(cbor.decode(data, limits.EVENT_BYTES_MAX), 8, 9)
    seq, t, tq, kind, method, subj, ref, result = fields[:8]
    x = shape.table(fields[8], (), range(1, 12)) if len(fields) == 9 else {}
    if len(fields) == 9 and (not x or None in x.values() or x.get(7) is False):
        raise Malformed("what says nothing is left out")
    return Event(
        seq=shape.uint(seq, shape.U32),
        t=shape.uint(t, shape.U32),
        tq=shape.member(TrustedTime, tq),
        kind=shape.member(Kind, kind),
        method=shape.member(Method, method),
        subj=None if subj is None else shape.uint(subj),
        ref=_ref(ref),
        result=shape.member(Result, result),
        reason=shape.member(Reason, x[1]) if 1 in x else None,
        count=_number(x.get(2)),
        cls=shape.member(Cls, x[3]) if 3 in x else None,
        photo=shape.blob(x[4], 16) if 4 in x else None,
        loss=_loss(x[5]) if 5 in x else None,
        clock=_clock(x[6]) if 6 in x else None,
        duress=_flag(x.get(7, False)),
        ver=_number(x.get(8)),
        courier=_number(x.get(9), shape.U64),
        of_seq=_number(x.get(10)),
        photos_lost=_loss(x[11]) if 11 in x else None,
    )


def _extras(event: Event) -> dict[int, cbor.Encodable]:
    clock = event.clock
    every: dict[int, cbor.Encodable] = {
        1: None if event.reason is None else int(event.reason),
        2: event.count,
        3: None if event.cls is None else int(event.cls),
        4: event.photo,
        5: _lost(event.loss),
        6: None if clock is None else [clock.old, clock.new, clock.u_s],
        7: event.duress or None,
        8: event.ver,
        9: event.courier,
        10: event.of_seq,
        11: _lost(event.photos_lost),
    }
    return {key: value for key, value in every.items() if value is not None}


def _lost(loss: Loss | None) -> list[cbor.Encodable] | None:
    return None if loss is None else [loss.first, loss.last, loss.count, int(loss.reason)]


def _ref(value: Value) -> Ref:
    if isinstance(value, list):
        cls, b, idx = shape.array(value, 3)
        return TempRef(shape.uint(cls, 4), shape.uint(b, shape.U32), shape.uint(idx, 255))
    return _number(value)


def _number(value: Value, most: int = shape.U32) -> int | None:
    return None if value is None else shape.uint(value, most)


def _flag(value: Value) -> bool:
    if not isinstance(value, bool):
        raise Malformed("flag")
    return value


def _loss(value: Value) -> Loss:
    first, last, count, reason = shape.array(value, 4)
    return Loss(shape.uint(first, shape.U32), shape.uint(last, shape.U32), shape.uint(count, shape.U32), shape.member(LossReason, reason))


def _clock(value: Value) -> ClockSet:
    old, new, u_s = (shape.uint(item, shape.U32) for item in shape.array(value, 3))
    return ClockSet(old, new, u_s)
