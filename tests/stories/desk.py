"""The service's desk, alone: it signs and seals with `limen.wire`, speaks the couriers' HTTP, and keeps what comes in. No database, no pages.

For stories in which a phone and a lock are the persons and the service only has to be right.
"""

import threading
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from json import dumps, loads

from limen.wire import cbor, firmware, shape
from limen.wire.bundles import Bundle, BundleHead, BundleKind, Change, Payload, build, cumulative_delta
from limen.wire.cbor import Value
from limen.wire.doorinfo import DoorInfo, sign_door_info
from limen.wire.envelope import Role, RoleKeys, SoftSigner, Typ, unverified_payload
from limen.wire.grants import OWN_ACCESS, Cls, Grant, Rights, mint
from limen.wire.hpke import HpkeOpener, HpkeSealer
from limen.wire.liststate import ListState, after, stored
from limen.wire.logacks import AckKind, LogAck, sign_log_ack
from limen.wire.photos import open_parcel, open_photo
from limen.wire.ratchet import SealedRecord
from limen.wire.receipts import Receipt, WipedReceipt, open_receipt
from limen.wire.records import Bucket, Config, DoorKind, ListRecord
from limen.wire.roots import Root, sign_root
from limen.wire.segments import open_segment
from limen.wire.session import public_of
from limen.wire.sticker import MODEL_NUMBERS
from limen.wire.tickets import ROLE_TYPS, Attest, Release, Ticket, read_attest, read_certificate, sign_release, sign_ticket
from limen.wire.timestamps import TimeAssertion, sign_time

CONFIG = Config(
    digits=7,
    door_kind=DoorKind.COMMON,
    bucket=Bucket(tokens=12, refill_min=10, guard=40),
    widths=(40, 20, 1, 4, 1),
    zone=((0, -300),),
    photo_key=public_of(bytes(range(1, 33))),
)
CAPACITY = 1500


def signer(number: int) -> SoftSigner:
    """A key of the desk: the same one every run."""
    return SoftSigner.from_scalar(bytes(31) + bytes([number]))


ROOTS = [signer(10), signer(11), signer(12)]
BY_ROLE = {Role.KA: signer(1), Role.KU: signer(2), Role.KG: signer(3), Role.KT: signer(4), Role.KL: signer(5)}
HOLDERS, KS = [signer(20), signer(21), signer(22)], signer(6)
KLOG = bytes(range(32))


@dataclass
class Desk:
    """One door, one lock, one phone. `list_changes` is the history of the list by version."""

    now_ms: int
    lock_id: bytes = b""
    serial: str = ""
    attest: Attest | None = None
    id_key: bytes = b""
    epoch: int = 1
    ver: int = 1
    proven: int = 0
    phone_key: bytes = b""
    cls: Cls = Cls.RESIDENT
    rights: Rights = OWN_ACCESS
    window: tuple[int | None, int] = (None, 86_400)
    acl_ver: int | None = None
    list_changes: list[Change] = field(default_factory=list)
    taken: dict[bytes, tuple[str, bytes]] = field(default_factory=dict)
    receipts: list[Receipt] = field(default_factory=list)
    log_ack: bytes | None = None
    released: bool = False
    wiped: list[WipedReceipt] = field(default_factory=list)
    built: dict[tuple[int, int], Bundle] = field(default_factory=dict)
    image: bytes | None = None

    def change(self, *records: ListRecord, gone: tuple[int, ...] = ()) -> None:
        """One more version of the list."""
        self.ver += 1
        self.list_changes += [Change(self.ver, record.slot, record) for record in records]
        self.list_changes += [Change(self.ver, slot, None) for slot in gone]

    def publish(self, image: bytes) -> None:
        """Firmware for this lock, signed by two holders; the next version of its list says that it should run it."""
        self.image = image
        self.change()

    def offer(self) -> bytes:
        """What a phone tells the lock about the image."""
        assert self.image is not None
        digest, parts, hashes = firmware.describe(self.image)
        image = firmware.Image(
            number=41, vendor="limen", hardware=(1, 9), version=2, counter=1, size=len(self.image), digest=digest, parts=parts
        )
        ends = self.now_ms // 1000 + 10**7
        payload = firmware.encode_targets(firmware.Targets(model=MODEL_NUMBERS["M"], ver=1, expires=ends, images=(image,)))
        listed = firmware.FirmwareList(ver=1, expires=ends, targets={MODEL_NUMBERS["M"]: (1, firmware.targets_hash(payload))})
        statements = firmware.sign_targets(payload, HOLDERS[:2]), firmware.sign_list(listed, KS)
        return firmware.encode_offer(firmware.Offer(*statements, 41, hashes))

    def _direction(self) -> bytes | None:
        if self.image is None:
            return None
        digest, since = firmware.describe(self.image)[0], self.now_ms // 1000
        meant = firmware.Direction(
            lock_id=self.lock_id,
            epoch=self.epoch,
            ver=self.ver,
            image=(41, digest[: firmware.SHORT_BYTES]),
            starts=since - 60,
            ends=since + 10**6,
            battery=20,
        )
        return firmware.sign_direction(meant, BY_ROLE[Role.KU])

    def bundle(self, base: int) -> Bundle:
        """What leads from `base` to the current version, the same bytes each time; from 0 it is the whole list."""
        if (base, self.ver) not in self.built:
            self.built[base, self.ver] = self._build(base)
        return self.built[base, self.ver]

    def _build(self, base: int) -> Bundle:
        upserts, tombstones = cumulative_delta(self.list_changes, base, self.ver)
        whole = base == 0
        payload = Payload(
            salt=bytes([self.ver]) * 16,
            probe=bytes([self.ver]) * 8,
            ackver=self.proven,
            upserts=upserts,
            tombstones=() if whole else tombstones,
            config=CONFIG if whole else None,
            k_daily=bytes(32) if whole else None,
            k_pin=bytes(31) + b"\x01" if whole else None,
            fw_director=self._direction(),
        )
        head = BundleHead(
            lock_id=self.lock_id,
            epoch=self.epoch,
            base=base,
            ver=self.ver,
            iat=self.now_ms // 1000,
            after=self._after(),
            kind=BundleKind.SNAPSHOT if whole else BundleKind.DELTA,
        )
        assert self.attest is not None
        return build(head, payload, sealer=HpkeSealer(self.attest.xs), signer=BY_ROLE[Role.KU], capacity=CAPACITY)

    def _after(self) -> bytes:
        k_pin = bytes(31) + b"\x01"
        upserts, _ = cumulative_delta(self.list_changes, 0, self.ver)
        records = {record.slot: stored(record, k_pin) for record in upserts}
        state = ListState(
            epoch=self.epoch,
            ver=self.ver,
            records=records,
            config=CONFIG,
            k_daily=bytes(32),
            k_pin=k_pin,
            salt=bytes([self.ver]) * 16,
            probe=bytes([self.ver]) * 8,
        )
        return after(state)

    def finish(self, attest: bytes) -> dict[str, bytes]:
        """Ticket and first list for a lock that attested."""
        self.attest = read_attest(unverified_payload(attest)[1])
        self.id_key = read_certificate(unverified_payload(self.attest.certificate)[1]).id_key
        roles = {typ: key for typ, key in _roles().items() if typ in ROLE_TYPS}
        root = Root(n=1, expires=self.now_ms // 1000 + 10**8, threshold=2, keys=tuple(key.public for key in ROOTS), roles=_lists())
        ticket = Ticket(
            lock_id=self.lock_id,
            n_l=self.attest.n_l,
            epoch=self.epoch,
            org=1,
            door=42,
            root=sign_root(root, ROOTS[:2]),
            roles=roles,
            klog=public_of(KLOG),
            utime=self.now_ms // 1000,
        )
        return {"ticket": sign_ticket(ticket, BY_ROLE[Role.KA]), "snapshot": _bytes(self.bundle(0))}

    def info(self) -> bytes:
        """What names the lock in this epoch."""
        assert self.attest is not None
        now_s = self.now_ms // 1000
        info = DoorInfo(
            lock_id=self.lock_id, epoch=self.epoch, xs=self.attest.xs, id_key=self.id_key, iat=now_s, door=42, kind=1, model="M"
        )
        return sign_door_info(info, BY_ROLE[Role.KG])

    def grant(self, cls: Cls, rights: Rights) -> bytes:
        """A grant for this phone."""
        now_s = self.now_ms // 1000
        starts, lasts_s = self.window
        grant = Grant(
            lock_id=self.lock_id,
            epoch=self.epoch,
            acl_ver=self.ver if self.acl_ver is None else self.acl_ver,
            cls=cls,
            rights=rights,
            sched=None,
            subj=9,
            phone_key=self.phone_key,
            iat=now_s,
            exp=now_s + lasts_s,
            cti=bytes(8),
            nbf=starts,
        )
        return mint(grant, BY_ROLE[Role.KG])

    def inbox(self) -> dict[str, cbor.Encodable]:
        """All that this phone may carry now."""
        now_s, lasts_s = self.now_ms // 1000, self.window[1]
        door: dict[str, cbor.Encodable] = {
            "lock": self.lock_id,
            "serial": None if self.cls == Cls.COURIER else self.serial,
            "door": None if self.cls == Cls.COURIER else bytes(15) + b"\x2a",
            "name": None if self.cls == Cls.COURIER else "Package Room",
            "info": self.info(),
            "grants": [self.grant(self.cls, self.rights)],
            "bundle": _bytes(self.bundle(self.proven)) if self.ver > self.proven else None,
            "ver": self.ver,
            "proven": self.proven,
            "ack": self.log_ack,
            "class": int(self.cls),
            "until": now_s + lasts_s,
        }
        if self.image is not None:
            door["firmware"] = [self.offer(), firmware.describe(self.image)[0]]
        if self.released:
            door["release"] = sign_release(Release(self.lock_id, self.epoch, now_s), BY_ROLE[Role.KA])
        return {"now": self.now_ms, "phone": "phone-1", "doors": [door]}

    def take(self, item: dict[cbor.Key, Value]) -> dict[str, cbor.Encodable]:
        """One thing of a phone's outbox."""
        key, kind, data = shape.blob(item["key"]), shape.text(item["kind"]), shape.blob(item["data"])
        status = "known" if key in self.taken else "taken"
        self.taken[key] = (kind, data)
        if kind == "receipt":
            receipt = open_receipt(data, RoleKeys.of_lock(self.id_key))
            if isinstance(receipt, WipedReceipt):
                self.wiped.append(receipt)
                return {"key": key, "status": status, "reason": None}
            self.receipts.append(receipt)
            self.proven = max(self.proven, receipt.ver)
        return {"key": key, "status": status, "reason": None}

    def acknowledge(self, tag: bytes) -> None:
        """The record up to this tag may go."""
        ack = LogAck(lock_id=self.lock_id, epoch=self.epoch, upto=tag, kind=AckKind.ACKNOWLEDGE, iat=self.now_ms // 1000)
        self.log_ack = sign_log_ack(ack, BY_ROLE[Role.KL])

    def segments(self) -> list[set[bytes]]:
        """The sealed records of each segment that came, in the order in which they came."""
        opened = [open_segment(data, HpkeOpener(KLOG))[2] for kind, data in self.taken.values() if kind == "segment"]
        return [{entry.sealed for entry in entries if isinstance(entry, SealedRecord)} for entries in opened]

    def stills(self) -> list[bytes]:
        """The pictures that came, as their audience sees them."""
        photos = [open_parcel(data, HpkeOpener(KLOG))[1] for kind, data in self.taken.values() if kind == "photo"]
        return [open_photo(self.lock_id, photo, HpkeOpener(bytes(range(1, 33)))) for photo in photos]

    def kinds(self) -> list[str]:
        """What was handed in, by kind."""
        return sorted(kind for kind, _ in self.taken.values())

    def answer(self, path: str, question: dict[cbor.Key, Value]) -> cbor.Encodable:
        """The gateway, as far as one phone needs it."""
        if path == "/gateway/inbox":
            return self.inbox()
        if path == "/gateway/outbox":
            return {"answers": [self.take(_table(item)) for item in shape.array(question["items"], 0, 64)]}
        if path == "/gateway/time":
            said = TimeAssertion(shape.blob(question["lock"]), shape.blob(question["nonce"]), self.now_ms)
            return {"time": sign_time(said, BY_ROLE[Role.KT])}
        if path == "/gateway/nonce":
            return {"nonce": bytes(15) + bytes([len(self.receipts)])}
        if path == "/gateway/image":
            assert self.image is not None
            return {"image": self.image}
        if path == "/gateway/activation/begin":
            self.lock_id = shape.blob(question["lock"])
            if self.attest is None:
                return {"n_s": bytes(16)}
            return {"n_s": bytes(16), "info": self.info(), "grant": self.grant(Cls.INSTALLER, Rights.PUSH)}
        if self.attest is not None:
            self.epoch, self.ver, self.proven, self.list_changes, self.built = self.epoch + 1, 1, 0, [], {}
        return self.finish(shape.blob(question["attest"]))


@contextmanager
def open_desk(desk: Desk) -> Iterator[str]:
    """The desk behind a socket; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers["Content-Type"] == "application/json":
                self._say("application/json", dumps(_registered(desk, loads(body))).encode())
            else:
                self._say("application/cbor", cbor.encode(desk.answer(self.path, _table(cbor.decode(body)))))

        def _say(self, kind: str, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """A test's output is its assertions."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _registered(desk: Desk, body: dict[str, str]) -> dict[str, str]:
    desk.phone_key = urlsafe_b64decode(body["public_key"] + "==")
    return {"id": "phone-1"}


def _table(value: Value) -> dict[cbor.Key, Value]:
    assert isinstance(value, dict)
    return value


def _bytes(bundle: Bundle) -> bytes:
    return cbor.encode([bundle.manifest, list(bundle.chunks)])


def _roles() -> dict[Typ, bytes]:
    by_typ = {}
    for typ in Typ:
        found = [key.public for role, key in BY_ROLE.items() if RoleKeys.of_roles({role: (key.public,)}).public(typ)]
        if found:
            by_typ[typ] = found[0]
    return by_typ


def _lists() -> dict[Typ, tuple[bytes, ...]]:
    trusted = {Typ.FW_TARGETS: tuple(holder.public for holder in HOLDERS), Typ.FW_LIST: (KS.public,)}
    return {typ: (key,) for typ, key in _roles().items()} | trusted
