"""Chapters bundle, doorcodes, log, photo: what a lock keeps, accepts, writes down and takes."""

from collections.abc import Mapping
from dataclasses import replace

from limen.cli.vectorbook.channel import Case
from limen.cli.vectorbook.steady import LOCK_ID, NEW_YORK, NOW, SteadySealer, agreement, signer, steady
from limen.wire import bundles, cbor, doorcodes, liststate, photos, ratchet, segments
from limen.wire.bundles import BundleHead, BundleKind, Payload
from limen.wire.doorcodes import DailyKey, TempCls
from limen.wire.events import Event, Kind, Loss, Method, Result, TempRef, encode_event
from limen.wire.grants import Cls
from limen.wire.liststate import ListState
from limen.wire.receipts import TrustedTime
from limen.wire.records import AesCard, Bucket, CodeFloor, Config, DoorKind, ListRecord, RecordKind
from limen.wire.refusals import Reason
from limen.wire.schedules import Interval, Schedule

CONFIG = Config(
    digits=7,
    door_kind=DoorKind.COMMON,
    bucket=Bucket(tokens=12, refill_min=10, guard=40),
    widths=(40, 20, 1, 4, 1),
    zone=NEW_YORK,
    holidays=(1058,),
)
RECORDS = (
    ListRecord(slot=1, kind=RecordKind.SCHEDULE, data=Schedule((Interval(0b0011111, 540, 1020), Interval(0b1100000, 1320, 120)))),
    ListRecord(slot=2, kind=RecordKind.CODE, data=4820917, subj=1234, cls=Cls.RESIDENT),
    ListRecord(slot=3, kind=RecordKind.CODE, data=91735, subj=1235, cls=Cls.VENDOR, nbf=1_500_000, exp=1_600_000, sched=1),
    ListRecord(slot=4, kind=RecordKind.CARD_UID, data=steady("uid", 7), subj=1234, cls=Cls.RESIDENT),
    ListRecord(slot=5, kind=RecordKind.CARD_AES, data=AesCard(steady("aes uid", 7), steady("card key", 16)), subj=1234, cls=Cls.RESIDENT),
    ListRecord(slot=6, kind=RecordKind.REVOKED_PHONE, data=steady("key8", 8), exp=1_530_000),
    ListRecord(slot=7, kind=RecordKind.SUBJECT_FLOOR, data=NOW, subj=1236),
    ListRecord(slot=8, kind=RecordKind.CODE_FLOOR, data=CodeFloor(3, 101_000, 2)),
    ListRecord(slot=9, kind=RecordKind.DURESS_CODE, data=7720461, subj=1234, cls=Cls.RESIDENT),
)

FRESH = ListRecord(slot=10, kind=RecordKind.CODE, data=3_058_914, subj=1240, cls=Cls.RESIDENT)


def lists() -> tuple[Payload, ListState, Payload, ListState]:
    """A snapshot and the state it leads to, a delta on it and the state that this one leads to."""
    k_daily, k_pin = steady("k_daily"), steady("k_pin")
    snapshot = Payload(
        salt=steady("salt 1", 16),
        probe=steady("probe 1", 8),
        ackver=0,
        upserts=RECORDS,
        config=CONFIG,
        k_daily=k_daily,
        k_pin=k_pin,
    )
    first = ListState(
        epoch=1,
        ver=1,
        records={r.slot: liststate.stored(r, k_pin) for r in RECORDS},
        config=CONFIG,
        k_daily=k_daily,
        k_pin=k_pin,
        salt=snapshot.salt,
        probe=snapshot.probe,
    )
    delta = Payload(salt=steady("salt 2", 16), probe=steady("probe 2", 8), ackver=1, upserts=(FRESH,), tombstones=(2, 4))
    records = liststate.applied(first, delta.upserts, delta.tombstones)
    return snapshot, first, delta, replace(first, ver=5, records=records, salt=delta.salt, probe=delta.probe)


def bundle_cases() -> Case:
    """A snapshot, and a delta from it."""
    private, public = agreement("lock")
    snapshot, first, delta, second = lists()
    k_daily, k_pin = first.k_daily, first.k_pin
    other = liststate.stored(replace(FRESH, data=1_203_948), k_pin)
    between = {slot: record for slot, record in first.records.items() if slot != 2} | {other.slot: other}
    sealer = SteadySealer(public, "bundle")
    return {
        "about": "Bundles: manifest (sign1 65002), chunks, what they open to under lock_private with info = "
        "'dl/upd/1' || lock-id || u32 epoch || u32 ver, and the "
        "state that a lock comes to: state = CBOR [records by slot (codes as tags), config, SHA-256(k_daily)], after = SHA-256('dl/st/1' || salt || "
        "state)[0..16]. The delta applies to the snapshot's state, and leads to the same from that of between, which a lock at version 3 holds "
        "(slot 2 is gone already, slot 10 says something else). bytes = CBOR [manifest, [chunks]].",
        "ku_public": signer("KU").public.hex(),
        "lock_private": private.hex(),
        "lock_public": public.hex(),
        "lock_id": LOCK_ID.hex(),
        "k_daily": k_daily.hex(),
        "k_pin": k_pin.hex(),
        "between": {"ver": 3, "records": _listed(between)},
        "cases": [_bundle(0, first, snapshot, BundleKind.SNAPSHOT, sealer), _bundle(1, second, delta, BundleKind.DELTA, sealer)],
    }


def _listed(records: Mapping[int, ListRecord]) -> str:
    return cbor.encode([records[slot].to_value() for slot in sorted(records)]).hex()


def _bundle(base: int, state: ListState, payload: Payload, kind: BundleKind, sealer: SteadySealer) -> Case:
    head = BundleHead(lock_id=LOCK_ID, epoch=1, base=base, ver=state.ver, iat=NOW, after=liststate.after(state), kind=kind)
    bundle = bundles.build(head, payload, sealer=sealer, signer=signer("KU"), capacity=1500)
    return {
        "kind": kind.name.lower(),
        "epoch": 1,
        "base": base,
        "ver": state.ver,
        "iat": NOW,
        "bundle_id": bundle.bundle_id.hex(),
        "manifest": bundle.manifest.hex(),
        "chunks": [chunk.hex() for chunk in bundle.chunks],
        "bytes": bundle.to_bytes().hex(),
        "payload": bundles.encode_payload(payload).hex(),
        "records": _listed(state.records),
        "config": cbor.encode(state.config.to_value()).hex(),
        "salt": state.salt.hex(),
        "probe": state.probe.hex(),
        "after": head.after.hex(),
    }


def doorcode_cases() -> Case:
    """A few hundred derivations, windows, tags, and what is weak."""
    key = DailyKey(steady("k_daily"), LOCK_ID, 1)
    near = {cls: doorcodes.bucket_of(cls, NOW, NEW_YORK) for cls in TempCls}
    derived = [
        {"cls": int(cls), "b": b, "idx": idx, "d": d, "code": doorcodes.temporary(key, d, cls, b, idx)}
        for d in (5, 7, 8, 9)
        for cls in TempCls
        for b in (0, near[cls])
        for idx in (0, 1, 2, 7, 39, 149, 255)
    ]
    windows = [
        {"cls": int(cls), "b": b, "s": s, "start": start, "end": end}
        for cls in TempCls
        for b in (near[cls], near[cls] + 1)
        for s in (0, 300, 3600)
        for start, end in (doorcodes.first_window(cls, b, NEW_YORK, s),)
    ]
    days = [{"day": day, "start": doorcodes.first_window(TempCls.DAY, day, NEW_YORK, 0)[0]} for day in range(1030, 1040)]
    return {
        "about": "Doorcodes. derived: temporary code of (cls, b, idx) with d digits. windows: [start, end) of the "
        "first use at clock error s seconds, utime; zone = "
        "[[utime, offset_min]…]. days: beginning of local days since 2024-01-01. tags: HMAC(K_pin, u32 value)[0..8]. weak: refused codes.",
        "k_daily": key.k_daily.hex(),
        "lock_id": LOCK_ID.hex(),
        "epoch": 1,
        "zone": [list(row) for row in NEW_YORK],
        "now": NOW,
        "buckets_now": {str(int(cls)): b for cls, b in near.items()},
        "derived": derived,
        "windows": windows,
        "days": days,
        "k_pin": steady("k_pin").hex(),
        "tags": [{"value": value, "tag": doorcodes.tag(steady("k_pin"), value).hex()} for value in (0, 1, 4820917, 91735, 999_999_999)],
        "weak": ["1111234", "1234567", "9876543", "1212121", "1122112", "4444567", "0987654"],
        "sound": ["4820917", "0091735", "7720461", "1234568"],
    }


def log_cases() -> Case:
    """Two log epochs in segments."""
    private, public = agreement("K_log")
    sealer = SteadySealer(public, "log")
    writer, header = ratchet.start_epoch(ratchet.EpochStart(LOCK_ID, 7, 100), steady("seed 7"), sealer)
    entries: list[segments.Entry] = [header]
    told = _events()
    records = []
    for number, event in enumerate(told):
        if number == len(told) - 2:
            start = ratchet.EpochStart(LOCK_ID, 8, writer.seqnext, writer.last)
            writer, header = ratchet.start_epoch(start, steady("seed 8"), sealer)
            entries.append(header)
        writer, record = writer.seal_next(event)
        entries.append(record)
        tag = writer.last.hex()
        records.append({"logepoch": record.logepoch, "i": record.i, "sealed": record.sealed.hex(), "tag": tag})
    packed = segments.pack(LOCK_ID, entries, sealer)
    return {
        "about": "The lock's record. events: plaintext CBOR by sequence number; records: as sealed, and their tags; segments: 4,096 "
        "bytes each, opened with klog_private and "
        "info = 'dl/seg/1' || lock-id || u32 number to u16 length || CBOR entries || zeros; head: [logepoch, seqnext, tag] after the last record. "
        "A courier reads the first 12 bytes only: lock-id and u32 number.",
        "klog_private": private.hex(),
        "klog_public": public.hex(),
        "lock_id": LOCK_ID.hex(),
        "seeds": {"7": steady("seed 7").hex(), "8": steady("seed 8").hex()},
        "events": [_event(event) for event in told],
        "records": records,
        "segments": [segment.hex() for segment in packed],
        "head": [writer.head.logepoch, writer.head.seqnext, writer.head.tag.hex()],
    }


def photo_cases() -> Case:
    """A still in its two seals, the config that asks for it, and the records that tell of it."""
    log_private, log_public = agreement("K_log")
    private, public = agreement("photo key")
    still = steady("still", 32) * 40
    photo = photos.seal_photo(LOCK_ID, 107, photos.PhotoReason.GUEST, still, SteadySealer(public, "photo"))
    good = TrustedTime.GOOD
    told = [
        Event(seq=108, t=NOW + 151, tq=good, kind=Kind.PHOTO, of_seq=107, photo=photo.digest),
        Event(seq=109, t=NOW + 160, tq=good, kind=Kind.LOSS, photos_lost=Loss(12, 12, 1)),
    ]
    return {
        "about": "Stills. photo = HPKE(photo_public, still, 'dl/photo/1' || lock-id || u32 seq || u8 reason); digest = SHA-256(photo)[0..16]; "
        "parcel = lock-id || u32 number || HPKE(klog_public, body, 'dl/pic/1' || lock-id || u32 number), a multiple of 4,096 bytes, body = "
        "u16 length || CBOR [seq, reason, photo] || zeros. config: with key 12. events: of the still, and of one that had to go.",
        "klog_private": log_private.hex(),
        "photo_private": private.hex(),
        "photo_public": public.hex(),
        "lock_id": LOCK_ID.hex(),
        "seq": photo.seq,
        "reason": int(photo.reason),
        "still": still.hex(),
        "photo": photo.sealed.hex(),
        "digest": photo.digest.hex(),
        "number": 3,
        "parcel": photos.seal_parcel(LOCK_ID, 3, photo, SteadySealer(log_public, "parcel")).hex(),
        "config": cbor.encode(replace(CONFIG, photo_key=public).to_value()).hex(),
        "events": [_event(event) for event in told],
    }


def _event(event: Event) -> Case:
    return {"seq": event.seq, "plaintext": encode_event(event).hex()}


def _events() -> list[Event]:
    good = TrustedTime.GOOD
    return [
        Event(seq=100, t=NOW, tq=good, kind=Kind.BOOT),
        Event(seq=101, t=NOW + 5, tq=good, kind=Kind.ENTRY, method=Method.APP, subj=1234, result=Result.GRANTED, cls=Cls.RESIDENT),
        Event(seq=102, t=NOW + 60, tq=good, kind=Kind.ENTRY, method=Method.CODE, result=Result.REFUSED, reason=Reason.WRONG_CODE, count=3),
        Event(
            seq=103,
            t=NOW + 90,
            tq=good,
            kind=Kind.ENTRY,
            method=Method.TEMPORARY_CODE,
            ref=TempRef(3, 101_000, 2),
            result=Result.GRANTED,
            photo=steady("photo", 16),
        ),
        Event(seq=104, t=NOW + 120, tq=good, kind=Kind.UPDATE_APPLIED, ver=5, courier=1234),
        Event(seq=105, t=NOW + 130, tq=TrustedTime.LOST, kind=Kind.LOSS, loss=Loss(40, 44, 5)),
        Event(seq=106, t=NOW + 140, tq=good, kind=Kind.METAL_KEY, method=Method.METAL_KEY),
    ]
