"""Harnesses for everything that is signed or sealed: the envelope, and what stands in each type of statement.

A fuzzer never finds a signature, so the bytes are the payload and the harness signs them: what a stolen key could say.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from limen.cli.vectorbook.steady import LOCK_ID, NEW_YORK, NOW, signer, steady
from limen.wire import bundles, cbor, doorinfo, grants, logacks, receipts, roots, telemetry, tickets, timestamps
from limen.wire.bundles import Bundle, BundleKind, Manifest, Payload
from limen.wire.cbor import WireError
from limen.wire.envelope import RoleKeys, Typ, open1, sign1, unverified_payload
from limen.wire.grants import OWN_ACCESS, Cls, Grant, Rights
from limen.wire.receipts import Attested, LogHead, Receipt, TrustedTime, WipedReceipt
from limen.wire.records import AesCard, Bucket, CodeFloor, Config, DoorKind, ListRecord, RecordKind
from limen.wire.schedules import Interval, Schedule
from limen.wire.telemetry import Telemetry
from tests.fuzz.harness import Harness, reads

T = TypeVar("T")
SIGNER = signer("fuzz")
KEYS = RoleKeys(dict.fromkeys(Typ, (SIGNER.public,)))
GRANT = Grant(
    lock_id=LOCK_ID,
    epoch=1,
    acl_ver=41,
    cls=Cls.RESIDENT,
    rights=OWN_ACCESS,
    sched=None,
    subj=5,
    phone_key=SIGNER.public,
    iat=NOW,
    exp=NOW + 86_400,
    cti=bytes(8),
)
CONFIG = Config(digits=7, door_kind=DoorKind.UNIT, bucket=Bucket(tokens=10, refill_min=15, guard=40), widths=(8, 8, 1, 2, 0), zone=NEW_YORK)
RECORDS = (
    ListRecord(slot=1, kind=RecordKind.CODE, data=5_550_123, subj=5, cls=Cls.RESIDENT),
    ListRecord(slot=2, kind=RecordKind.CARD_UID, data=b"\x04uid123", subj=6),
    ListRecord(slot=3, kind=RecordKind.CARD_AES, data=AesCard(b"\x04uid124", bytes(16)), nbf=1000, exp=2000, sched=6),
    ListRecord(slot=4, kind=RecordKind.REVOKED_PHONE, data=bytes(8), exp=2000),
    ListRecord(slot=5, kind=RecordKind.SUBJECT_FLOOR, data=NOW, subj=9),
    ListRecord(slot=6, kind=RecordKind.SCHEDULE, data=Schedule((Interval(31, 480, 1020), Interval(128, 0, 1440)))),
    ListRecord(slot=7, kind=RecordKind.CODE_FLOOR, data=CodeFloor(2, 50_000, 1)),
    ListRecord(slot=8, kind=RecordKind.DURESS_CODE, data=5_550_124, subj=5, cls=Cls.RESIDENT),
)
PAYLOAD = Payload(
    salt=bytes(16),
    probe=bytes(8),
    ackver=40,
    upserts=RECORDS,
    tombstones=(9, 10),
    config=CONFIG,
    purge=41,
    roots=(b"root",),
    k_daily=bytes(32),
    k_pin=bytes(32),
)
MANIFEST = Manifest(
    lock_id=LOCK_ID, epoch=1, base=40, ver=41, iat=NOW, ctlen=100, chunk_log2=10, hashes=bytes(16), after=bytes(16), kind=BundleKind.DELTA
)
RECEIPT = Receipt(lock_id=LOCK_ID, epoch=1, ver=41, after=bytes(16), probe=bytes(8), nonce=bytes(16))
FULL = Attested(lock_time=NOW, tstate=TrustedTime.GOOD, head=LogHead(3, 700, bytes(16)), lost=0, boot=4, known_newer=0)


def signed(typ: Typ, read: Callable[[bytes], T], write: Callable[[T], bytes]) -> Callable[[bytes], None]:
    """The bytes as the payload of a statement under a right key."""
    return lambda payload: reads(read, write)(sign1(typ, payload, SIGNER))


def payload_of(statement: bytes) -> bytes:
    return unverified_payload(statement, 1 << 16)[1]


def _envelope(data: bytes) -> None:
    """No bytes are believed that the key did not sign: only our own statement is."""
    for typ in (Typ.GRANT, Typ.MANIFEST):
        try:
            assert data == sign1(typ, open1(data, typ, KEYS).payload, SIGNER)
        except WireError:
            continue


def _write_receipt(found: Receipt | WipedReceipt) -> bytes:
    return receipts.sign_wiped(found, SIGNER) if isinstance(found, WipedReceipt) else receipts.sign_receipt(found, SIGNER)


def _root(data: bytes) -> None:
    """Any bytes as the payload of a root under two keys."""
    holders = [signer(name) for name in ("one", "two", "three")]
    said = cbor.encode([sign1(Typ.ROOT, data, holder) for holder in holders[:2]])
    try:
        found = roots.open_root(said)
    except WireError:
        return
    assert roots.sign_root(found, holders[:2]) == said


def _roots() -> list[bytes]:
    public = tuple(signer(name).public for name in ("one", "two", "three"))
    one = roots.Root(n=1, expires=NOW, threshold=2, keys=public, roles={Typ.GRANT: public[:1], Typ.TIME: public[1:]})
    parts = cbor.decode(roots.sign_root(one, [signer("one")]))
    assert isinstance(parts, list)
    assert isinstance(parts[0], bytes)
    return [payload_of(parts[0])]


def _stored_list(data: bytes) -> None:
    """Records of a list as they arrive: each refused, or written back byte for byte."""
    try:
        value = cbor.decode(data)
        found = ListRecord.from_value(value)
    except WireError:
        return
    assert cbor.encode(found.to_value()) == data


def _grants() -> list[bytes]:
    every = (GRANT, replace(GRANT, cls=Cls.COURIER, rights=Rights.PUSH, nbf=NOW), replace(GRANT, sched=6, cls=Cls.STAFF))
    return [payload_of(grants.mint(one, SIGNER)) for one in every]


def _receipts() -> list[bytes]:
    every = (RECEIPT, replace(RECEIPT, full=FULL, nonce=None), replace(RECEIPT, full=replace(FULL, head=bytes(8))))
    return [payload_of(receipts.sign_receipt(one, SIGNER)) for one in every] + [
        payload_of(receipts.sign_wiped(WipedReceipt(LOCK_ID, 1, 7), SIGNER))
    ]


def _door_infos() -> list[bytes]:
    short = doorinfo.DoorInfo(lock_id=LOCK_ID, epoch=1, xs=bytes(32), id_key=SIGNER.public, iat=NOW)
    return [payload_of(doorinfo.sign_door_info(one, SIGNER)) for one in (short, replace(short, door=42, kind=2, model="M3"))]


def _tickets() -> list[bytes]:
    one = tickets.Ticket(
        lock_id=LOCK_ID,
        n_l=bytes(16),
        epoch=1,
        org=1,
        door=42,
        root=b"root",
        roles={Typ.GRANT: SIGNER.public, Typ.TIME: SIGNER.public},
        klog=bytes(32),
        utime=NOW,
    )
    return [
        payload_of(tickets.sign_ticket(one, SIGNER)),
        payload_of(tickets.sign_ticket(replace(one, gateway_certificate=bytes(32)), SIGNER)),
    ]


def _attests() -> list[bytes]:
    fw = tickets.FirmwareState(3, 100, 1)
    one = tickets.Attest(lock_id=LOCK_ID, certificate=b"certificate", n_s=bytes(16), n_l=bytes(16), fw=fw, xs=bytes(32), h=steady("h"))
    return [payload_of(tickets.sign_attest(one, SIGNER))]


def _certificates() -> list[bytes]:
    one = tickets.DeviceCertificate(lock_id=LOCK_ID, serial="LM000103", model="M3", id_key=SIGNER.public)
    return [payload_of(tickets.sign_certificate(one, SIGNER))]


def _acks() -> list[bytes]:
    upto = logacks.LogAck(lock_id=LOCK_ID, epoch=1, upto=bytes(16), kind=logacks.AckKind.ACKNOWLEDGE, iat=NOW)
    until = replace(upto, upto=NOW, kind=logacks.AckKind.DISCARD)
    return [payload_of(logacks.sign_log_ack(one, SIGNER)) for one in (upto, until)]


def _bundles() -> list[bytes]:
    return [Bundle(sign1(Typ.MANIFEST, bundles.encode_manifest(MANIFEST), SIGNER), (b"c" * 100,)).to_bytes()]


def _telemetry() -> list[bytes]:
    said = Telemetry(lock_id=LOCK_ID, epoch=1, lock_time=NOW, battery=80, boots=4, records=700, lost=0, firmware=100, slowed=False)
    return [payload_of(telemetry.sign_telemetry(said, SIGNER))]


HARNESSES = (
    Harness("statement", _envelope, lambda: [sign1(Typ.GRANT, b"payload", SIGNER), sign1(Typ.MANIFEST, b"", SIGNER)]),
    Harness("grant", signed(Typ.GRANT, lambda s: grants.open_grant(s, KEYS), lambda g: grants.mint(g, SIGNER)), _grants),
    Harness("receipt", signed(Typ.RECEIPT, lambda s: receipts.open_receipt(s, KEYS), _write_receipt), _receipts),
    Harness(
        "door-info",
        signed(Typ.DOOR_INFO, lambda s: doorinfo.open_door_info(s, KEYS), lambda d: doorinfo.sign_door_info(d, SIGNER)),
        _door_infos,
    ),
    Harness("ticket", signed(Typ.TICKET, lambda s: tickets.open_ticket(s, KEYS), lambda t: tickets.sign_ticket(t, SIGNER)), _tickets),
    Harness("attest", reads(tickets.read_attest, lambda a: payload_of(tickets.sign_attest(a, SIGNER))), _attests),
    Harness("certificate", reads(tickets.read_certificate, lambda c: payload_of(tickets.sign_certificate(c, SIGNER))), _certificates),
    Harness(
        "release",
        signed(Typ.RELEASE, lambda s: tickets.open_release(s, KEYS), lambda r: tickets.sign_release(r, SIGNER)),
        lambda: [payload_of(tickets.sign_release(tickets.Release(LOCK_ID, 1, NOW), SIGNER))],
    ),
    Harness("log-ack", signed(Typ.LOG_ACK, lambda s: logacks.open_log_ack(s, KEYS), lambda a: logacks.sign_log_ack(a, SIGNER)), _acks),
    Harness(
        "time",
        signed(Typ.TIME, lambda s: timestamps.open_time(s, KEYS), lambda t: timestamps.sign_time(t, SIGNER)),
        lambda: [payload_of(timestamps.sign_time(timestamps.TimeAssertion(LOCK_ID, bytes(16), NOW * 1000), SIGNER))],
    ),
    Harness(
        "telemetry",
        signed(Typ.TELEMETRY, lambda s: telemetry.open_telemetry(s, KEYS), lambda t: telemetry.sign_telemetry(t, SIGNER)),
        _telemetry,
    ),
    Harness("root", _root, _roots),
    Harness("manifest", reads(bundles.read_manifest, bundles.encode_manifest), lambda: [bundles.encode_manifest(MANIFEST)]),
    Harness("payload", reads(bundles.read_payload, bundles.encode_payload), lambda: [bundles.encode_payload(PAYLOAD)]),
    Harness("bundle", reads(Bundle.from_bytes, Bundle.to_bytes), _bundles),
    Harness("record", _stored_list, lambda: [cbor.encode(record.to_value()) for record in RECORDS]),
)
