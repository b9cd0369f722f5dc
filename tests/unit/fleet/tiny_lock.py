"""A lock made of nothing but the wire: it attests, takes bundles, checks the end-state hash, signs receipts, writes sealed records.

It decides nothing; it is what the service meets, as small as it can be told.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from limen.wire import bundles, cbor, hpke, liststate, ratchet, receipts, segments, session, tickets
from limen.wire.bundles import BundleKind
from limen.wire.envelope import RoleKeys, SoftSigner
from limen.wire.events import Event, Kind
from limen.wire.liststate import ListState
from limen.wire.photos import PhotoReason, SealedPhoto, seal_parcel, seal_photo
from limen.wire.receipts import Attested, LogHead, Receipt, TrustedTime
from limen.wire.sticker import MODEL_NUMBERS
from limen.wire.telemetry import Telemetry, sign_telemetry


@dataclass
class TinyLock:
    """One lock; a `serial` of eight characters is its id too, where it is not given another."""

    serial: str
    factory: SoftSigner
    model: str = "M"
    state: ListState | None = None
    ticket: tickets.Ticket | None = None
    klog: bytes = b""
    epoch_keys: int = 0
    written: list[ratchet.SealedHeader | ratchet.SealedRecord] = field(default_factory=list)
    writer: ratchet.LogWriter | None = None
    tags: dict[tuple[int, int], bytes] = field(default_factory=dict)
    stills: list[SealedPhoto] = field(default_factory=list)
    born_as: bytes = b""

    @property
    def lock_id(self) -> bytes:
        return self.born_as or self.serial.encode("ascii")

    @property
    def id_key(self) -> SoftSigner:
        return SoftSigner.from_scalar(hashlib.sha256(b"id" + self.lock_id).digest())

    @property
    def xs(self) -> bytes:
        return hashlib.sha256(b"xs" + self.lock_id + bytes((self.epoch_keys,))).digest()

    # ---- being owned

    def attest(self, n_s: bytes, h: bytes = bytes(32), number: int | None = None) -> bytes:
        """Fresh keys for the next epoch, signed for whoever sent `n_s`."""
        self.epoch_keys += 1
        certificate = tickets.sign_certificate(
            tickets.DeviceCertificate(lock_id=self.lock_id, serial=self.serial, model=self.model, id_key=self.id_key.public), self.factory
        )
        said = tickets.Attest(
            lock_id=self.lock_id,
            certificate=certificate,
            n_s=n_s,
            n_l=hashlib.sha256(self.xs).digest()[:16],
            fw=tickets.FirmwareState(MODEL_NUMBERS.get(self.model, 1) if number is None else number, 1, 1),
            xs=session.public_of(self.xs),
            h=h,
        )
        return tickets.sign_attest(said, self.id_key)

    def become(self, ticket: bytes, snapshot: bytes) -> bytes:
        """Takes ticket and first list, both or neither; gives the receipt."""
        said = tickets.read_ticket(cbor_payload(ticket))
        assert said.n_l == hashlib.sha256(self.xs).digest()[:16]
        tickets.open_ticket(ticket, said.keys())
        self.ticket, self.state, self.klog = said, None, said.klog
        assert self.take(snapshot) == "applied"
        return self.receipt()

    def wipe(self, release: bytes, lost: int = 0) -> bytes:
        """Believes its owner's last word, forgets everything, and signs for that."""
        assert self.ticket is not None
        said = tickets.open_release(release, self.ticket.keys())
        assert (said.lock_id, said.epoch) == (self.lock_id, self.ticket.epoch)
        self.ticket = self.state = self.writer = None
        self.written = []
        return receipts.sign_wiped(receipts.WipedReceipt(self.lock_id, said.epoch, lost), self.id_key)

    # ---- holding a list

    def take(self, data: bytes) -> str:
        """`applied`, `already`, `need_snapshot`: table B.2."""
        assert self.ticket is not None
        manifest, chunks = bundle_parts(data)
        head = bundles.open_manifest(manifest, self.ticket.keys())
        assert (head.lock_id, head.epoch) == (self.lock_id, self.ticket.epoch)
        version = self.state.ver if self.state else 0
        if head.ver <= version:
            return "already"
        if head.kind == BundleKind.DELTA and (self.state is None or head.base > version):
            return "need_snapshot"
        payload = bundles.open_bundle(head, chunks, hpke.HpkeOpener(self.xs))
        after = bundles.next_state(self.state, head, payload)
        if liststate.after(after) != head.after:
            return "need_snapshot"
        self.state, self.klog = after, payload.klog or self.klog
        return "applied"

    def receipt(
        self,
        *,
        nonce: bytes | None = None,
        full: bool = False,
        hidden: bool = False,
        lock_time: int = 1_795_287_720,
        tstate: TrustedTime = TrustedTime.GOOD,
    ) -> bytes:
        """What it holds, in its own words."""
        assert self.state is not None
        head = self.writer.head if self.writer else LogHead(0, 0, bytes(16))
        shown = receipts.head8(head, self.state.probe) if hidden else head
        attested = Attested(lock_time=lock_time, tstate=tstate, head=shown, lost=0, boot=1, known_newer=0)
        said = Receipt(
            lock_id=self.lock_id,
            epoch=self.state.epoch,
            ver=self.state.ver,
            after=liststate.after(self.state),
            probe=self.state.probe,
            full=attested if full else None,
            nonce=nonce,
        )
        return receipts.sign_receipt(said, self.id_key)

    def telemetry(self, *, battery: int | None, t: int, slowed: bool = False, firmware: int = 1, stopped: int | None = None) -> bytes:
        """Its health."""
        assert self.ticket is not None
        said = Telemetry(
            lock_id=self.lock_id,
            epoch=self.ticket.epoch,
            lock_time=t,
            battery=battery,
            boots=1,
            records=0,
            lost=0,
            firmware=firmware,
            slowed=slowed,
            stopped=stopped,
        )
        return sign_telemetry(said, self.id_key)

    def codes(self) -> set[tuple[int | None, bytes]]:
        """Who may type which tag."""
        assert self.state is not None
        return {(r.subj, r.data) for r in self.state.records.values() if r.kind == 1 and isinstance(r.data, bytes)}

    # ---- writing down

    def start_log(self, logepoch: int = 1) -> None:
        """A new log epoch, sealed to the building."""
        seq, tag = (self.writer.seqnext, self.writer.last) if self.writer else (0, ratchet.NO_TAG)
        start = ratchet.EpochStart(self.lock_id, logepoch, seq, tag)
        seed = hashlib.sha256(b"seed" + self.lock_id + bytes((logepoch,))).digest()
        self.writer, header = ratchet.start_epoch(start, seed, hpke.HpkeSealer(self.klog))
        self.written.append(header)

    def note(self, **said: object) -> Event:
        """Writes one event; `seq` is given by the lock."""
        if self.writer is None:
            self.start_log()
        assert self.writer is not None
        event = Event(seq=self.writer.seqnext, **{"tq": TrustedTime.GOOD, **said})  # type: ignore[arg-type]
        self.writer, record = self.writer.seal_next(event)
        self.written.append(record)
        self.tags[record.logepoch, record.i] = self.writer.last
        return event

    def still(self, of: Event, jpeg: bytes, reason: PhotoReason = PhotoReason.ENTRY) -> SealedPhoto:
        """Takes a still of an event, seals it to the door's audience, tells of it."""
        assert self.state is not None and self.state.config.photo_key is not None
        photo = seal_photo(self.lock_id, of.seq, reason, jpeg, hpke.HpkeSealer(self.state.config.photo_key))
        self.note(kind=Kind.PHOTO, t=of.t, of_seq=of.seq, photo=photo.digest)
        self.stills.append(photo)
        return photo

    def parcels(self) -> list[bytes]:
        """The stills as couriers carry them."""
        return [seal_parcel(self.lock_id, n, photo, hpke.HpkeSealer(self.klog)) for n, photo in enumerate(self.stills)]

    def segment(self, number: int, body: Sequence[ratchet.SealedHeader | ratchet.SealedRecord]) -> bytes:
        """One segment as the lock, or whoever knows the building's public key, would cut it."""
        return segments.seal_segment(self.lock_id, number, body, hpke.HpkeSealer(self.klog))

    def segments(self) -> list[bytes]:
        """Everything written, as couriers carry it."""
        return segments.pack(self.lock_id, self.written, hpke.HpkeSealer(self.klog))


def bundle_parts(data: bytes) -> tuple[bytes, list[bytes]]:
    """Manifest and chunks of a bundle as it travels over HTTP."""
    decoded = cbor.decode(data)
    assert isinstance(decoded, list)
    manifest, chunks = decoded
    assert isinstance(manifest, bytes) and isinstance(chunks, list)
    return manifest, [chunk for chunk in chunks if isinstance(chunk, bytes)]


def cbor_payload(statement: bytes) -> bytes:
    """The payload of a statement whose signer is judged afterwards."""
    from limen.wire.envelope import unverified_payload

    return unverified_payload(statement, 8_192)[1]


def factory_keys(factory: SoftSigner) -> RoleKeys:
    """What a service trusts when it trusts this factory."""
    from limen.wire.envelope import Role

    return RoleKeys.of_roles({Role.MFG_CA: (factory.public,)})
