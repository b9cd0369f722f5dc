"""How a lock gets an owner and loses one (protocol A.3, LOCK-10).

    UNOWNED --sticker + inside button--> ATTESTED (24 h) --ticket and snapshot 1--> ACTIVE --RELEASE--> UNOWNED
    ACTIVE --inside button held 15 s--> RESET_PENDING --ticket of the same organisation and root, snapshot 1--> ACTIVE, next epoch

Ticket and snapshot are committed by one record: both or neither. The epoch only ever rises, and what belonged to one epoch is gone in the next.
"""

import struct
from contextlib import suppress
from dataclasses import dataclass, field

from limen.lock.attesting import receipt
from limen.lock.capabilities import BATTERY_ACTIVATION, BATTERY_CRITICAL
from limen.lock.flash import FlashError
from limen.lock.memory import ATTESTED, Memory, draft
from limen.lock.sessions import Session
from limen.lock.store import Holding
from limen.lock.update import directed, proven
from limen.wire import limits
from limen.wire.answers import Answer, Busy, Denied, Given, Plain, Settled, Staged, bitmap_of
from limen.wire.bundles import BundleKind, Manifest, check_bounds, fits, next_state, open_bundle, open_manifest
from limen.wire.cbor import Malformed, WireError
from limen.wire.envelope import Typ, unverified_payload
from limen.wire.events import ClockSet, Kind
from limen.wire.hpke import HpkeOpener
from limen.wire.operations import Op
from limen.wire.receipts import WipedReceipt, sign_wiped
from limen.wire.refusals import Reason, Status
from limen.wire.roots import open_root
from limen.wire.session import public_of
from limen.wire.tickets import Attest, FirmwareState, Ticket, open_release, open_ticket, read_ticket, sign_attest

_KEPT = struct.Struct(">16s32sqqI")


@dataclass(frozen=True)
class _Attested:
    """What the lock made for its next owner: nonce and key, when, by which start's count of time."""

    n_l: bytes
    xs_private: bytes = field(repr=False)
    rtc_ms: int
    at: int
    boots: int


@dataclass
class _Taking:
    """A ticket that was believed, waiting for its snapshot."""

    statement: bytes
    ticket: Ticket
    attested: _Attested
    manifest: Manifest | None = None
    chunks: dict[int, bytes] = field(default_factory=dict)


class Activation:
    """One lock's way into an epoch and out of it: in the sticker's session, or in an installer's of the owner while a reset is asked."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._taking: dict[int, _Taking] = {}

    def attest(self, session: Session, n_s: bytes, at: int) -> Answer:
        """Fresh nonce and key; those of an earlier attestation die."""
        memory = self._memory
        if self._too_weak(BATTERY_ACTIVATION):
            return Denied(Op.ACTIVATE, Reason.BATTERY)
        n_l, xs = memory.ports.chance(16), memory.ports.chance(32)
        attest = Attest(
            lock_id=memory.lock_id,
            certificate=memory.birth.certificate,
            n_s=n_s,
            n_l=n_l,
            xs=public_of(xs),
            h=session.h,
            fw=FirmwareState(memory.model.number, memory.slots.running.version, memory.slots.state.counter),
        )
        signed = sign_attest(attest, memory.ports.id_key)
        try:
            memory.keep_boots()
            memory.notes.put(ATTESTED, _KEPT.pack(n_l, xs, memory.read_clock(at).rtc_ms, at, memory.boots))
        except FlashError:
            return Busy(Op.ACTIVATE, 1000)
        return Given(Op.ACTIVATE, signed)

    def ticket(self, session: Session, statement: bytes, at: int) -> Answer:
        """Believed if it answers our own nonce, its root signs its signer, and the epoch is new. Nothing is stored yet.

        Between the two walks of an activation the battery may have run down (LOCK-6).
        """
        if self._too_weak(BATTERY_CRITICAL):
            return Denied(Op.ACTIVATE, Reason.BATTERY)
        attested = self._attested(at)
        if attested is None:
            return Denied(Op.ACTIVATE)
        try:
            ticket = self._genuine(statement, attested)
        except WireError:
            return Denied(Op.ACTIVATE)
        self._taking[session.link] = _Taking(statement, ticket, attested)
        return Plain(Op.ACTIVATE)

    def _too_weak(self, percent: int) -> bool:
        """Below that much, or on a power bank: a lock is not given an owner who is then locked out by a dead battery (LOCK-6, LOCK-7)."""
        battery = self._memory.battery
        return self._memory.jumpstart or (battery is not None and battery < percent)

    def taking(self, session: Session) -> bool:
        """Whether this session has told a ticket that was believed: what it pushes is then that ticket's first list."""
        return session.link in self._taking

    def manifest(self, session: Session, statement: bytes) -> Answer:
        """The head of snapshot 1, under the ticket's own keys."""
        memory, taking = self._memory, self._taking.get(session.link)
        if taking is None:
            return Denied(Op.MANIFEST)
        try:
            manifest = open_manifest(statement, taking.ticket.keys())
        except WireError:
            return Denied(Op.MANIFEST)
        if manifest.lock_id != memory.lock_id or manifest.kind != BundleKind.SNAPSHOT:
            return Denied(Op.MANIFEST)
        if manifest.epoch != taking.ticket.epoch:
            return Plain(Op.MANIFEST, Status.STALE_EPOCH if manifest.epoch < taking.ticket.epoch else Status.WRONG_EPOCH)
        if not fits(manifest, memory.model.capacity):
            return Plain(Op.MANIFEST, Status.TOO_BIG)
        if taking.manifest != manifest:
            taking.manifest, taking.chunks = manifest, {}
        return Staged(Op.MANIFEST, bitmap_of(set(taking.chunks), manifest.chunks))

    def chunk(self, session: Session, index: int, data: bytes, at: int) -> Answer:
        """A chunk of snapshot 1, kept in memory: an activation that is cut short begins again. The last one commits both."""
        taking = self._taking.get(session.link)
        if taking is None or taking.manifest is None or not taking.manifest.holds_chunk(index, data):
            return Denied(Op.CHUNK)
        taking.chunks[index] = data
        if len(taking.chunks) < taking.manifest.chunks:
            return Staged(Op.CHUNK, bitmap_of(set(taking.chunks), taking.manifest.chunks))
        return self._commit(session, taking, taking.manifest, at)

    def release(self, statement: bytes) -> Answer:
        """The owner's last word: wipe, and say so under the lock's own key. Final."""
        memory = self._memory
        if memory.owner is None or memory.held is None:
            return Denied(Op.ACTIVATE)
        try:
            release = open_release(statement, memory.owner.keys)
        except WireError:
            return Denied(Op.ACTIVATE)
        epoch = memory.held.state.epoch
        if release.lock_id != memory.lock_id or release.epoch != epoch:
            return Denied(Op.ACTIVATE)
        try:
            lost = memory.disown(epoch)
        except FlashError:
            return Busy(Op.ACTIVATE, 1000)
        return Given(Op.ACTIVATE, sign_wiped(WipedReceipt(memory.lock_id, epoch, lost), memory.ports.id_key))

    def forget(self, link: int) -> None:
        self._taking.pop(link, None)

    def _attested(self, at: int) -> _Attested | None:
        """What was attested in the last 24 hours of this lock's time, also before a power cut."""
        kept = self._memory.notes.get(ATTESTED)
        if kept is None:
            return None
        attested = _Attested(*_KEPT.unpack(kept))
        age_ms = self._memory.read_clock(at).rtc_ms - attested.rtc_ms
        return attested if age_ms <= limits.ATTESTED_S * 1000 else None

    def _genuine(self, statement: bytes, attested: _Attested) -> Ticket:
        unverified = read_ticket(unverified_payload(statement, limits.TICKET_BYTES_MAX)[1])
        root = open_root(unverified.root)
        ticket = open_ticket(statement, root.role_keys())
        if ticket.lock_id != self._memory.lock_id or ticket.n_l != attested.n_l or ticket.epoch <= self._memory.epoch:
            raise Malformed("a ticket for another lock, attestation or epoch")
        owner = self._memory.owner
        if owner is not None and ticket.org != owner.ticket.org:
            raise Malformed("a ticket of another owner")
        if owner is not None and root != owner.trust.root:
            open_root(ticket.root, before=owner.trust.root)  # a later root counts if ours vouches for it
        if any(key not in root.roles.get(typ, ()) for typ, key in ticket.roles.items()):
            raise Malformed("a role the root does not know")
        if not {Typ.GRANT, Typ.MANIFEST, Typ.TIME, Typ.LOG_ACK} <= ticket.roles.keys():
            raise Malformed("a role is missing")
        return ticket

    def _commit(self, session: Session, taking: _Taking, manifest: Manifest, at: int) -> Answer:
        memory, attested = self._memory, taking.attested
        try:
            payload = open_bundle(manifest, [taking.chunks[i] for i in range(manifest.chunks)], HpkeOpener(attested.xs_private))
            check_bounds(payload, memory.model.capacity)
            state = proven(next_state(None, manifest, payload), manifest, memory.model.capacity)
        except WireError:
            taking.manifest = None
            return Plain(Op.CHUNK, Status.NEED_SNAPSHOT)
        direction = directed(manifest, payload, taking.ticket.keys())
        holding = Holding(taking.statement, attested.xs_private, state, payload.ackver, direction=direction, klog=payload.klog or b"")
        try:
            memory.store.install(holding)
        except FlashError:
            return Busy(Op.CHUNK, 1000)
        self._after_commit(holding, taking, at)
        self._taking.pop(session.link, None)
        return Settled(Op.CHUNK, Status.APPLIED, receipt(memory, session, at))

    def _after_commit(self, holding: Holding, taking: _Taking, at: int) -> None:
        memory, attested = self._memory, taking.attested
        same_start = attested.boots == memory.boots
        set_to = memory.clock.ticket(taking.ticket.utime, at - attested.at if same_start else None, at)
        with suppress(FlashError):
            memory.keep_clock(at, durable=False)
        try:
            memory.adopt(holding, at)
            memory.record(draft(kind=Kind.ACTIVATED, ver=holding.state.ver), at)
            if set_to is not None:
                clock = ClockSet(set_to.old_ms // 1000, set_to.new_ms // 1000, set_to.u_ms // 1000)
                memory.record(draft(kind=Kind.CLOCK_SET, clock=clock), at)
            memory.log_update_once(at)
            memory.notes.drop(ATTESTED)
            memory.notes.scrub()
            memory.store.scrub()
        except FlashError:
            return  # owned all the same: the commit record says so, and the next start makes the rest good
