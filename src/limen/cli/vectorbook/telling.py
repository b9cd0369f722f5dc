"""Chapters events and telemetry: all that a lock can say of itself, each kind of record once and each way of saying it wrong."""

from limen.cli.vectorbook.channel import Case
from limen.cli.vectorbook.steady import LOCK_ID, NOW, signer, steady
from limen.wire import cbor
from limen.wire.envelope import Typ, sign1
from limen.wire.events import ClockSet, Event, Kind, Loss, LossReason, Method, Result, TempRef, encode_event
from limen.wire.grants import Cls
from limen.wire.receipts import TrustedTime
from limen.wire.refusals import Reason
from limen.wire.telemetry import Telemetry, sign_telemetry

GOOD = TrustedTime.GOOD
ENTRIES = (
    Event(seq=1, t=NOW, tq=GOOD, kind=Kind.ENTRY, method=Method.APP, subj=1234, result=Result.GRANTED, cls=Cls.RESIDENT),
    Event(seq=2, t=NOW, tq=GOOD, kind=Kind.ENTRY, method=Method.CODE, subj=1234, ref=2, result=Result.GRANTED, cls=Cls.RESIDENT, duress=True),
    Event(seq=3, t=NOW, tq=GOOD, kind=Kind.ENTRY, method=Method.TEMPORARY_CODE, ref=TempRef(4, 101_000, 0), result=Result.GRANTED, cls=Cls.CODE_HOLDER),
    Event(seq=4, t=NOW, tq=GOOD, kind=Kind.ENTRY, method=Method.CARD, subj=1234, ref=5, result=Result.GRANTED, cls=Cls.STAFF),
    Event(seq=5, t=NOW, tq=TrustedTime.COARSE, kind=Kind.ENTRY, method=Method.CARD_UID, subj=1234, ref=4, result=Result.GRANTED, cls=Cls.VENDOR),
    Event(seq=6, t=NOW, tq=GOOD, kind=Kind.ENTRY, method=Method.CARD_SUN, result=Result.REFUSED, reason=Reason.CARD_REPLAYED, count=2),
    Event(seq=7, t=NOW, tq=GOOD, kind=Kind.ENTRY, method=Method.REMOTE, subj=2**63, ref=77, result=Result.GRANTED),
    Event(seq=8, t=NOW, tq=TrustedTime.LOST, kind=Kind.ENTRY, method=Method.APP, subj=9, result=Result.REFUSED, reason=Reason.CLOCK_LOST, cls=Cls.STAFF),
)  # fmt: skip
OTHERS = (
    Event(seq=9, t=NOW, tq=GOOD, kind=Kind.BOLT, method=Method.APP, result=Result.FAILED, of_seq=1),
    Event(seq=10, t=NOW, tq=GOOD, kind=Kind.METAL_KEY, method=Method.METAL_KEY, result=Result.DONE),
    Event(seq=11, t=NOW, tq=GOOD, kind=Kind.INSIDE, method=Method.INSIDE, result=Result.DONE),
    Event(seq=12, t=NOW, tq=GOOD, kind=Kind.PRIVACY, method=Method.INSIDE, result=Result.NOTED),
    Event(seq=13, t=NOW, tq=GOOD, kind=Kind.PHOTO, result=Result.NOTED, of_seq=3, photo=steady("photo", 16)),
    Event(seq=14, t=NOW, tq=GOOD, kind=Kind.DOOR_AJAR, result=Result.NOTED),
    Event(seq=15, t=NOW, tq=GOOD, kind=Kind.PASSAGE, result=Result.NOTED),
    Event(seq=16, t=NOW, tq=GOOD, kind=Kind.PASSAGE, result=Result.DONE, of_seq=15),
    Event(seq=17, t=NOW, tq=TrustedTime.LOST, kind=Kind.BOOT, result=Result.DONE, count=12),
    Event(seq=18, t=NOW, tq=GOOD, kind=Kind.ACTIVATED, result=Result.DONE, ver=1),
    Event(seq=19, t=NOW, tq=GOOD, kind=Kind.UPDATE_APPLIED, result=Result.DONE, ver=5, courier=1234),
    Event(seq=20, t=NOW, tq=GOOD, kind=Kind.CLOCK_SET, result=Result.DONE, clock=ClockSet(NOW - 60, NOW, 2)),
    Event(seq=21, t=NOW, tq=GOOD, kind=Kind.CLOCK_ANOMALY, result=Result.DONE),
    Event(seq=22, t=NOW, tq=GOOD, kind=Kind.STALE, result=Result.DONE, ver=2**32 - 1),
    Event(seq=23, t=NOW, tq=GOOD, kind=Kind.GUARD, result=Result.DONE),
    Event(seq=24, t=NOW, tq=GOOD, kind=Kind.TAMPER, method=Method.INSIDE, result=Result.NOTED),
    Event(seq=25, t=NOW, tq=GOOD, kind=Kind.DOOR_FORCED, result=Result.DONE),
    Event(seq=26, t=NOW, tq=GOOD, kind=Kind.FIRMWARE, result=Result.FAILED, ver=7),
    Event(seq=27, t=NOW, tq=GOOD, kind=Kind.LOSS, result=Result.NOTED, loss=Loss(20, 24, 5, LossReason.PRIVACY)),
    Event(seq=28, t=NOW, tq=GOOD, kind=Kind.LOSS, result=Result.NOTED, photos_lost=Loss(3, 9, 2, LossReason.POWER)),
    Event(seq=29, t=NOW, tq=GOOD, kind=Kind.BATTERY, result=Result.DONE, count=19),
)


def event_cases() -> Case:
    """Each kind of record, and what is none."""
    return {
        "about": "Events (record.md), the plaintext of a record. cases: what is said, and its bytes; ref a slot, [cls, b, idx] or null; x by its number, "
        "bytes in hex, absent where nothing is said. refuse: bytes that are no event.",
        "cases": [_event(event) for event in (*ENTRIES, *OTHERS)],
        "refuse": [{"why": why, "hex": data.hex()} for why, data in _no_events().items()],
    }


def telemetry_cases() -> Case:
    """What a lock says of battery and counters, and who else may not."""
    key = signer("lock id")
    said = [
        Telemetry(lock_id=LOCK_ID, epoch=1, lock_time=NOW, battery=87, boots=3, records=412, lost=0, firmware=7, slowed=False),
        Telemetry(lock_id=LOCK_ID, epoch=2, lock_time=NOW, battery=None, boots=40, records=0, lost=5, firmware=8, slowed=True, stopped=9),
    ]
    payload = _payload(said[0])
    refused = {
        "by KL": sign_telemetry(said[0], signer("KL")),
        "by another lock": sign_telemetry(said[0], signer("another lock id")),
        "signed as a receipt": sign1(Typ.RECEIPT, cbor.encode(payload), key),
        "more than whole": sign1(Typ.TELEMETRY, cbor.encode([*payload[:3], 101, *payload[4:]]), key),
        "a field short": sign1(Typ.TELEMETRY, cbor.encode(payload[:-1]), key),
        "a number as a flag": sign1(Typ.TELEMETRY, cbor.encode([*payload[:8], 0, None]), key),
    }
    return {
        "about": "Telemetry (sign1 65013 by the lock's id key, W-15). battery null on wired models, stopped null where no image was given up. refuse: must not "
        "be believed under id_public.",
        "id_public": key.public.hex(),
        "lock_id": LOCK_ID.hex(),
        "cases": [_telling(one, sign_telemetry(one, key)) for one in said],
        "refuse": [{"why": why, "statement": data.hex()} for why, data in refused.items()],
    }


def _telling(said: Telemetry, statement: bytes) -> Case:
    names = ("epoch", "lock_time", "battery", "boots", "records", "lost", "firmware", "slowed", "stopped")
    return {**{name: getattr(said, name) for name in names}, "statement": statement.hex()}


def _payload(said: Telemetry) -> list[cbor.Encodable]:
    counters: list[cbor.Encodable] = [said.battery, said.boots, said.records, said.lost, said.firmware]
    return [said.lock_id, said.epoch, said.lock_time, *counters, said.slowed, said.stopped]


def _event(event: Event) -> Case:
    data = encode_event(event)
    fields = cbor.decode(data)
    assert isinstance(fields, list)
    x = fields[8] if len(fields) == 9 else {}
    assert isinstance(x, dict)
    more = {str(key): value.hex() if isinstance(value, bytes) else value for key, value in x.items()}
    names = ("seq", "t", "tq", "kind", "method", "subj", "ref", "result")
    return {**dict(zip(names, fields, strict=False)), "x": more, "hex": data.hex()}


def _no_events() -> dict[str, bytes]:
    plain: list[cbor.Encodable] = [1, NOW, 0, 1, 1, 5, None, 0]

    def but(place: int, value: cbor.Encodable) -> bytes:
        return cbor.encode([*plain[:place], value, *plain[place + 1 :]])

    return {
        "seven fields": cbor.encode(plain[:7]),
        "ten fields": cbor.encode([*plain, {1: 4}, 0]),
        "an empty x": cbor.encode([*plain, {}]),
        "an x that says null": cbor.encode([*plain, {1: None}]),
        "an x that says no duress": cbor.encode([*plain, {7: False}]),
        "an x that nobody knows": cbor.encode([*plain, {12: 1}]),
        "a kind that nobody knows": but(3, 9),
        "a method that nobody knows": but(4, 10),
        "a result that nobody knows": but(7, 5),
        "a class that nobody knows": cbor.encode([*plain, {3: 10}]),
        "a reason that nobody knows": cbor.encode([*plain, {1: 31}]),
        "a fourth state of the clock": but(2, 3),
        "a negative number": but(0, -1),
        "a number of 33 bits": but(0, 2**32),
        "a temporary code of a sixth class": but(6, [5, 1, 1]),
        "an H(photo) too short": cbor.encode([*plain, {4: bytes(15)}]),
        "a loss without its reason": cbor.encode([*plain, {5: [1, 2, 2]}]),
        "more than 256 bytes": cbor.encode([*plain, bytes(256)]),
        "trailing bytes": cbor.encode(plain) + b"\0",
    }
