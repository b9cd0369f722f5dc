"""What a lock's list holds, record by record, and its config (protocol B.1)."""

from dataclasses import dataclass
from enum import IntEnum, IntFlag
from functools import cached_property
from typing import TypeAlias

from limen.wire import cbor, hpke, limits, shape
from limen.wire.cbor import Malformed, Value
from limen.wire.grants import Cls
from limen.wire.schedules import Schedule
from limen.wire.zones import Zone


class RecordKind(IntEnum):
    """The first number after the slot."""

    CODE = 1
    CARD_UID = 2
    CARD_AES = 3
    REVOKED_PHONE = 4
    SUBJECT_FLOOR = 5
    SCHEDULE = 6
    CODE_FLOOR = 7
    DURESS_CODE = 8


CODE_KINDS = frozenset({RecordKind.CODE, RecordKind.DURESS_CODE})


@dataclass(frozen=True)
class AesCard:
    """A card that proves a key: its UID, and the 16-byte key of this lock's slot on it."""

    uid: bytes
    key: bytes


@dataclass(frozen=True)
class CodeFloor:
    """Ends the codes of class ``cls``: those of bucket ``b`` below ``idx``, and for classes 2 to 4 all of earlier buckets."""

    cls: int
    b: int
    idx: int


Data: TypeAlias = int | bytes | AesCard | CodeFloor | Schedule


@dataclass(frozen=True, kw_only=True)
class ListRecord:
    """One record; ``nbf``/``exp`` in minutes since 2024-01-01, ``sched`` the slot of a schedule record.

    ``data`` by kind: code and duress code the value (int) as sent, its tag (8 bytes) as stored; card UID bytes; ``AesCard``; removed phone
    key8; floor utime; ``Schedule``; ``CodeFloor``.
    """

    slot: int
    kind: RecordKind
    data: Data
    subj: int | None = None
    cls: Cls | None = None
    nbf: int | None = None
    exp: int | None = None
    sched: int | None = None

    def to_value(self) -> list[cbor.Encodable]:
        """The array of eight as it stands in a payload or a state."""
        cls = None if self.cls is None else int(self.cls)
        return [self.slot, int(self.kind), self.subj, cls, self.nbf, self.exp, self.sched, _said(self.data)]

    @cached_property
    def encoded(self) -> cbor.Encoded:
        """The same, encoded once: a record stays while versions pass, and each version is hashed and written whole."""
        return cbor.Encoded(cbor.encode(self.to_value()))

    def holding(self, data: Data) -> "ListRecord":
        """The same record with other data."""
        return ListRecord(
            slot=self.slot,
            kind=self.kind,
            data=data,
            subj=self.subj,
            cls=self.cls,
            nbf=self.nbf,
            exp=self.exp,
            sched=self.sched,
        )

    @classmethod
    def from_value(cls, value: Value, stored: bool = False) -> "ListRecord":
        """The record in an array; with ``stored`` codes are tags instead of values. ``Malformed`` out of shape."""
        slot, number, subj, who, nbf, exp, sched, data = shape.array(value, 8)
        kind = shape.member(RecordKind, number)
        return cls(
            slot=shape.uint(slot, shape.U32),
            kind=kind,
            data=_read(kind, data, stored),
            subj=_maybe(subj, shape.U64),
            cls=None if who is None else shape.member(Cls, who),
            nbf=_maybe(nbf),
            exp=_maybe(exp),
            sched=_maybe(sched),
        )


class DoorKind(IntEnum):
    """As config and DoorInfo number it (PLACE-3)."""

    ENTRANCE = 0
    COMMON = 1
    UNIT = 2
    SERVICE = 3


class ConfigFlags(IntFlag):
    """Weak cards allowed, strict freshness, privacy by deadbolt."""

    NONE = 0
    UID = 1
    SUN = 2
    STRICT = 4
    PRIVACY_DEADBOLT = 8


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """The keypad's token bucket: ``tokens``, one back every ``refill_min`` minutes, ``guard`` failures a day until it slows."""

    tokens: int
    refill_min: int
    guard: int


@dataclass(frozen=True, kw_only=True)
class Config:
    """A door's settings as its lock holds them; ``widths`` are W0..W4 (D.2), ``holidays`` local day numbers.

    ``photo_key`` (X25519, 32 bytes): who may see this door's stills; without one no still is taken. Only where a sensor watches the door:
    ``passage`` the hours in which the first who comes in opens it for all, ``ajar_s`` how long it may stand open before that is noted.
    """

    digits: int
    door_kind: DoorKind
    bucket: Bucket
    widths: tuple[int, int, int, int, int]
    zone: Zone
    holidays: tuple[int, ...] = ()
    engaged_ms: int = 10_000
    key_pause_s: int = 5
    flags: ConfigFlags = ConfigFlags.NONE
    record_ttl_days: int = 730
    min_suite: int = 1
    photo_key: bytes | None = None
    passage: Schedule | None = None
    ajar_s: int | None = None

    def to_value(self) -> dict[int, cbor.Encodable]:
        """The map of eleven, and what only some doors have."""
        bucket = self.bucket
        more: dict[int, cbor.Encodable] = {} if self.photo_key is None else {12: self.photo_key}
        if self.passage is not None:
            more[13] = self.passage.to_value()
        if self.ajar_s is not None:
            more[14] = self.ajar_s
        return {
            1: self.digits,
            2: int(self.door_kind),
            3: [bucket.tokens, bucket.refill_min, bucket.guard],
            4: list(self.widths),
            5: [list(change) for change in self.zone],
            6: list(self.holidays),
            7: self.engaged_ms,
            8: self.key_pause_s,
            9: int(self.flags),
            10: self.record_ttl_days,
            11: self.min_suite,
            **more,
        }

    @classmethod
    def from_value(cls, value: Value) -> "Config":
        """The config in a map; ``Malformed`` for an unknown key or a number out of range."""
        said = shape.table(value, range(1, 12), (12, 13, 14))
        tokens, refill, guard = (shape.uint(n, 10_000) for n in shape.array(said[3], 3))
        w0, w1, w2, w3, w4 = (shape.uint(n, limits.TEMPORARY_INDEX_MAX + 1) for n in shape.array(said[4], 5))
        if not tokens or not refill:
            raise Malformed("bucket")
        return cls(
            digits=shape.integer(said[1], limits.DIGITS_MIN, limits.DIGITS_MAX),
            door_kind=shape.member(DoorKind, said[2]),
            bucket=Bucket(tokens=tokens, refill_min=refill, guard=guard),
            widths=(w0, w1, w2, w3, w4),
            zone=_zone(said[5]),
            holidays=tuple(shape.uint(day, shape.U16) for day in shape.array(said[6], 0, limits.HOLIDAYS_MAX)),
            engaged_ms=shape.uint(said[7], limits.ENGAGED_MS_MAX),
            key_pause_s=shape.uint(said[8], limits.KEY_PAUSE_S_MAX),
            flags=ConfigFlags(shape.uint(said[9], 15)),
            record_ttl_days=shape.uint(said[10], shape.U16),
            min_suite=shape.uint(said[11], 255),
            photo_key=hpke.public_key(said[12]) if 12 in said else None,
            passage=Schedule.from_value(said[13]) if 13 in said else None,
            ajar_s=shape.integer(said[14], 1, limits.AJAR_S_MAX) if 14 in said else None,
        )


def _zone(value: Value) -> Zone:
    rows = []
    for row in shape.array(value, 1, limits.ZONE_CHANGES_MAX):
        since, offset_min = shape.array(row, 2)
        rows.append((shape.uint(since, shape.U32), shape.integer(offset_min, -1_440, 1_440)))
        if rows[-1][1] % 15 or (len(rows) > 1 and rows[-1][0] <= rows[-2][0]):
            raise Malformed("zone changes")
    return tuple(rows)


def _maybe(value: Value, most: int = shape.U32) -> int | None:
    return None if value is None else shape.uint(value, most)


def _said(data: Data) -> cbor.Encodable:
    if isinstance(data, AesCard):
        return [data.uid, data.key]
    if isinstance(data, CodeFloor):
        return [data.cls, data.b, data.idx]
    return data.to_value() if isinstance(data, Schedule) else data


def _read(kind: RecordKind, data: Value, stored: bool) -> Data:
    if kind in CODE_KINDS:
        return shape.blob(data, 8) if stored else shape.uint(data, 10**limits.DIGITS_MAX - 1)
    if kind == RecordKind.CARD_UID:
        return shape.blob(data, most=limits.CARD_UID_BYTES_MAX)
    if kind == RecordKind.CARD_AES:
        uid, key = shape.array(data, 2)
        return AesCard(shape.blob(uid, most=limits.CARD_UID_BYTES_MAX), shape.blob(key, 16))
    if kind == RecordKind.REVOKED_PHONE:
        return shape.blob(data, 8)
    if kind == RecordKind.SUBJECT_FLOOR:
        return shape.uint(data, shape.U32)
    if kind == RecordKind.SCHEDULE:
        return Schedule.from_value(data)
    cls, b, idx = shape.array(data, 3)
    return CodeFloor(shape.uint(cls, 4), shape.uint(b, shape.U32), shape.uint(idx, limits.TEMPORARY_INDEX_MAX + 1))
