"""What a proven phone may ask, and what it is answered (protocol B.6, B.8). Rights follow the grant, never the app that asks.

Push brings changes and time; pull takes record, battery and pictures. Classes 6, 7 and 9 pull nothing, whatever their grant says.
"""

from contextlib import suppress

from limen.lock.activation import Activation
from limen.lock.attesting import may_not_count, receipt, telemetry
from limen.lock.clock import Heard, Reading
from limen.lock.commands import Command
from limen.lock.decide import Granted, Refused, by_phone, may_enter_session
from limen.lock.firmware import Firmware
from limen.lock.flash import FlashError
from limen.lock.memory import Memory, draft
from limen.lock.merging import Merged
from limen.lock.openings import Attempt, Openings
from limen.lock.presenting import prove, signed_by
from limen.lock.sessions import Links, Phase, Session
from limen.lock.update import Updates
from limen.wire import limits
from limen.wire import operations as ask
from limen.wire.answers import Answer, Denied, Given, NeedUpdate, Plain, Presented, StatusNow
from limen.wire.cbor import WireError
from limen.wire.envelope import Typ
from limen.wire.events import ClockSet, Kind, Method
from limen.wire.grants import Cls, Rights, effective_rights, unlock_ctx
from limen.wire.logacks import AckKind, LogAck, open_log_ack
from limen.wire.operations import Op, Request, op_of
from limen.wire.photos import seal_parcel
from limen.wire.receipts import TrustedTime
from limen.wire.refusals import Reason, Status
from limen.wire.segments import bodies, seal_segment
from limen.wire.timestamps import NONCE_BYTES, open_time

NEEDS = {
    Op.MANIFEST: Rights.PUSH,
    Op.CHUNK: Rights.PUSH,
    Op.TIME_ASK: Rights.PUSH,
    Op.TIME: Rights.PUSH,
    Op.RECEIPT: Rights.PUSH,
    Op.FIRMWARE: Rights.PUSH,
    Op.ACTIVATE: Rights.PUSH,
    Op.ACK: Rights.PUSH,
    Op.LOG: Rights.PULL,
    Op.PHOTO: Rights.PULL,
    Op.TELEMETRY: Rights.PULL,
    Op.REMOTE: Rights.REMOTE,
}
"""UNLOCK is not here: its right is line 6 of the decision, so that it is refused with a reason and recorded."""
ON_BORROWED_POWER = frozenset({Op.STATUS, Op.TIME_ASK, Op.TIME})
"""What a lock that a power bank woke still answers besides PRESENT and UNLOCK: an opening may need the time (LOCK-7, M-41)."""
Done = tuple[Answer | None, list[Command]]
"""An answer (None closes the link) and the commands that come before it."""


class Operations:
    """One lock's answers."""

    def __init__(self, memory: Memory, links: Links, openings: Openings, merged: Merged) -> None:
        self._memory, self._links, self._openings, self._merged = memory, links, openings, merged
        self.omit_next = False
        self.updates = Updates(memory)
        self.firmware = Firmware(memory)
        self._activation = Activation(memory)

    def forget(self, link: int) -> None:
        self.updates.forget(link)
        self.firmware.forget(link)
        self._activation.forget(link)

    def handle(self, session: Session, request: Request, at: int) -> Done:
        """One request, one answer. Nothing is done for a session that has not proven itself."""
        if session.psk:
            return self._sticker(session, request, at), []
        if isinstance(request, ask.Present):
            return self._present(session, request, at)
        owner, op = self._memory.owner, op_of(request)
        if session.phase is not Phase.AUTH or session.grant is None or self._memory.held is None or owner is None:
            return None, []
        if session.signed_by not in owner.keys.public(Typ.GRANT):  # a root came that takes away the key of its grant (M-4)
            return self._disbelieved(session, op, at)
        if isinstance(request, ask.Unlock):
            return self._unlock(session, request, at)
        if self._memory.jumpstart and op not in ON_BORROWED_POWER:
            return Denied(op, Reason.BATTERY), []
        if (door := self._memory.door(at)) is None:
            return None, []
        over = may_enter_session(session.grant, door)
        if isinstance(over, Refused):  # a list came, or its end: its rights are no longer than it (M-4)
            session.phase, session.rights = Phase.SPENT, Rights.NONE
            return Denied(op, over.reason), []
        if isinstance(request, ask.Remote):
            return self._remote(session, request, at)
        if session.grant.cls is Cls.INSTALLER and self._memory.reset_asked and (answer := self._anew(session, request, at)) is not None:
            return answer, []
        if NEEDS.get(op, Rights.NONE) not in session.rights:
            return Denied(op, Reason.NO_RIGHT), []
        return self._served(session, request, at), []

    def _present(self, session: Session, present: ask.Present, at: int) -> Done:
        memory, held = self._memory, self._memory.held
        if session.phase is not Phase.OPEN or memory.owner is None or held is None:
            return None, []
        grant = prove(present, session.h, memory.lock_id, held.state.epoch, memory.owner.keys)
        if grant is None or session.outgoing != (grant.cls is Cls.GATEWAY):
            return self._disbelieved(session, Op.PRESENT, at)
        memory.hear(grant.iat, at)
        memory.hear_version(grant.acl_ver, at)
        door = memory.door(at)
        assert door is not None
        session.grant, session.rights, session.op, session.ctx = grant, effective_rights(grant), present.op, present.ctx
        session.signed_by = signed_by(present, memory.owner.keys)
        decision = may_enter_session(grant, door)
        if isinstance(decision, Refused):
            session.phase, session.rights = Phase.SPENT, Rights.NONE
            refused = self._openings.refuse(decision, Attempt(Method.APP), at) if present.op == Op.UNLOCK else None
            return Denied(Op.PRESENT, decision.reason), refused.commands if refused else []
        self._links.authenticated(session, at)
        confirmed = self.firmware.authenticated(at)
        if memory.known_newer > held.state.ver and not memory.jumpstart:
            return NeedUpdate(Op.PRESENT, memory.known_newer), confirmed
        staged, bitmap = self.updates.staged()
        return Presented(session.rights, held.state.ver, staged, bitmap, door.now.quality is not TrustedTime.GOOD), confirmed

    def _disbelieved(self, session: Session, op: Op, at: int) -> Done:
        """Lines 1 to 3 fail, at PRESENT or since: no more is said, and nothing more is heard."""
        session.phase, session.rights = Phase.SPENT, Rights.NONE
        self._merged.add(Method.APP, Reason.REFUSED, at)
        return Denied(op), []

    def _unlock(self, session: Session, unlock: ask.Unlock, at: int) -> Done:
        """Decided anew at this moment, and only where the phone has signed exactly this (C.2)."""
        memory, door, grant = self._memory, self._memory.door(at), session.grant
        if door is None or grant is None or memory.owner is None:
            return None, []
        meant = unlock_ctx(memory.owner.ticket.door, unlock.intent)
        if session.op != Op.UNLOCK or session.ctx != meant:
            return Denied(Op.UNLOCK, Reason.NO_RIGHT), []
        decision = by_phone(grant, door)
        if memory.jumpstart and self._openings.opened_since_start:
            decision = Refused(Reason.BATTERY, grant.cls, grant.subj)
        attempt = Attempt(Method.APP)
        done = self._openings.open(decision, attempt, at) if isinstance(decision, Granted) else self._openings.refuse(decision, attempt, at)
        return Plain(Op.UNLOCK) if done.refused is None else Denied(Op.UNLOCK, done.refused), done.commands

    def _remote(self, session: Session, order: ask.Remote, at: int) -> Done:
        """For a person who pressed just now, from the gateway on the lock's own link; never queued (B.10)."""
        memory, door = self._memory, self._memory.door(at)
        if door is None or memory.owner is None:
            return None, []
        meant = unlock_ctx(memory.owner.ticket.door, "remote")
        if Rights.REMOTE not in session.rights or session.op != Op.REMOTE or session.ctx != meant:
            return Denied(Op.REMOTE, Reason.NO_RIGHT), []
        reason = _not_now(order, door.now, at - session.connected_at)
        if reason is None and door.bolt_thrown:
            reason = Reason.BOLT_THROWN
        elif reason is None and door.reset_asked:
            reason = Reason.NO_RIGHT
        attempt = Attempt(Method.REMOTE)
        if reason is not None:
            return Denied(Op.REMOTE, reason), self._openings.refuse(Refused(reason, None, order.subj), attempt, at).commands
        done = self._openings.open(Granted(None, order.subj, order.ref), attempt, at)
        return Plain(Op.REMOTE) if done.refused is None else Denied(Op.REMOTE, done.refused), done.commands

    def _served(self, session: Session, request: Request, at: int) -> Answer:
        memory = self._memory
        match request:
            case ask.StatusAsk():
                assert memory.held is not None
                staged, bitmap = self.updates.staged() if Rights.PUSH in session.rights else (None, b"")
                return StatusNow(memory.held.state.ver, memory.held.state.epoch, staged, bitmap)
            case ask.ManifestPush(manifest):
                return self.updates.manifest(session, manifest, at)
            case ask.ChunkPush(index, data):
                return self.updates.chunk(session, index, data, at)
            case ask.TimeAsk():
                nonce = memory.ports.chance(NONCE_BYTES)
                memory.clock.challenge(nonce, at)
                return Given(Op.TIME_ASK, nonce)
            case ask.TimeTell(assertion):
                return self._time(assertion, at)
            case ask.ReceiptAsk(fresh):
                return Given(Op.RECEIPT, receipt(memory, session, at, fresh))
            case ask.LogAsk(number):
                return Given(Op.LOG, self._segment(session, number))
            case ask.PhotoAsk(number, offset):
                return Given(Op.PHOTO, self._parcel(session, number)[offset : offset + limits.PHOTO_PART_BYTES])
            case ask.TelemetryAsk():
                return Given(Op.TELEMETRY, telemetry(memory, session, at))
            case ask.FirmwarePush(None, offer):
                return self.firmware.offer(session, offer, at)
            case ask.FirmwarePush(index, chunk) if index is not None:
                return self.firmware.chunk(session, index, chunk, at)
            case ask.AckTell(log_ack):
                return self._acknowledge(log_ack, at)
            case ask.ReleaseTell(release):
                return self._activation.release(release)
            case _:
                return Plain(op_of(request), Status.UNKNOWN)

    def _sticker(self, session: Session, request: Request, at: int) -> Answer | None:
        """The session of the sticker's secret: it can make an owner and nothing else. Once there is one it only hears the receipt (inv. 69, 70)."""
        if self._memory.held is not None and not isinstance(request, ask.ReceiptAsk):
            return None
        if session.phase is not Phase.AUTH:
            self._links.authenticated(session, at)
            session.rights = Rights.PUSH
        if isinstance(request, ask.ReceiptAsk) and self._memory.held is not None:
            return Given(Op.RECEIPT, receipt(self._memory, session, at, request.nonce))
        return self._activate(session, request, at)

    def _anew(self, session: Session, request: Request, at: int) -> Answer | None:
        """The owner's installer at a lock whose inside button was held; None for what is no part of an activation (A.3)."""
        if isinstance(request, ask.ManifestPush | ask.ChunkPush) and not self._activation.taking(session):
            return None
        return self._activate(session, request, at)

    def _activate(self, session: Session, request: Request, at: int) -> Answer | None:
        match request:
            case ask.AttestAsk(n_s):
                return self._activation.attest(session, n_s, at)
            case ask.TicketTell(ticket):
                return self._activation.ticket(session, ticket, at)
            case ask.ManifestPush(manifest):
                return self._activation.manifest(session, manifest)
            case ask.ChunkPush(index, data):
                return self._activation.chunk(session, index, data, at)
            case _:
                return None

    def _time(self, assertion: bytes, at: int) -> Answer:
        """T2. Whatever else a courier brings moves the clock nowhere."""
        memory = self._memory
        assert memory.owner is not None
        assert memory.held is not None
        try:
            said = open_time(assertion, memory.owner.keys)
        except WireError:
            return Plain(Op.TIME, Status.CLOCK)
        floor_ms = memory.read_clock(at).floor_ms
        set_to = memory.clock.answer(said.nonce, said.ms, at) if said.lock_id == memory.lock_id else Heard.ANOMALY
        if isinstance(set_to, Heard):
            if memory.read_clock(at).floor_ms > floor_ms:
                with suppress(FlashError):
                    memory.keep_clock(at)  # no record follows it whose barrier would keep it (inv. 25)
            return Plain(Op.TIME, Status.CLOCK if set_to is Heard.ANOMALY else Status.OK)
        clock = ClockSet(set_to.old_ms // 1000, set_to.new_ms // 1000, set_to.u_ms // 1000)
        try:
            memory.keep_clock(at, durable=False)
            memory.record(draft(kind=Kind.CLOCK_SET, clock=clock), at)
            memory.bucket.synced(at)
        except FlashError:
            return Plain(Op.TIME)
        return Plain(Op.TIME)

    def _segment(self, session: Session, number: int) -> bytes:
        """The record as it was when this session first asked, cut the same way for everybody; empty beyond the end."""
        memory = self._memory
        assert memory.owner is not None
        if session.log_bodies is None or number == 0:
            session.log_bodies = bodies(memory.journal.entries(one_missing=self.omit_next))
            self.omit_next = False
        if number >= len(session.log_bodies):
            return b""
        return seal_segment(memory.lock_id, number, session.log_bodies[number], memory.owner.log)

    def _parcel(self, session: Session, number: int) -> bytes:
        """A still as it was when this session first asked; empty beyond the last, and for who may not count a flat's comings."""
        memory, photos = self._memory, self._openings.photos
        assert memory.owner is not None
        if may_not_count(memory, session):
            return b""
        if session.photos is None:
            session.photos = photos.numbers()
        if session.parcel is not None and session.parcel[0] == number:
            return session.parcel[1]
        while number < len(session.photos):
            photo = photos.read(session.photos[number])
            if photo is not None:
                session.parcel = number, seal_parcel(memory.lock_id, number, photo, memory.owner.log)
                return session.parcel[1]
            del session.photos[number]  # it had to go meanwhile
        return b""

    def _acknowledge(self, statement: bytes, at: int) -> Answer:
        """A KL-signed word frees records; a repeated, older or foreign one changes nothing (F.3)."""
        memory = self._memory
        assert memory.owner is not None
        assert memory.held is not None
        try:
            ack = open_log_ack(statement, memory.owner.keys)
        except WireError:
            return Denied(Op.ACK)
        if ack.lock_id != memory.lock_id or ack.epoch != memory.held.state.epoch:
            return Denied(Op.ACK)
        memory.hear(ack.iat, at)
        try:
            self._free(ack, at)
        except FlashError:
            return Plain(Op.ACK, Status.UNKNOWN)
        return Plain(Op.ACK)

    def _free(self, ack: LogAck, at: int) -> None:
        journal, photos, now = self._memory.journal, self._openings.photos, self._memory.read_clock(at)
        if ack.kind is AckKind.ACKNOWLEDGE and isinstance(ack.upto, bytes):
            journal.acknowledge(ack.upto, at)
            if ack.photo is not None:
                photos.acknowledge(ack.photo)
        elif isinstance(ack.upto, int):
            photos.discard(ack.upto, at)
            journal.discard(ack.upto, now.utime, now.quality, at)


def _not_now(order: ask.Remote, now: Reading, connected_for_ms: int) -> Reason | None:
    """Why this is no order of this moment: a clock that may itself be off by ten seconds cannot tell, and an order from the future is none.

    When the link was made is told in the time of the clock as it is now: it may have been set since.
    """
    most_ms, pressed_ms = limits.REMOTE_AGE_S_MAX * 1000, order.utime * 1000
    if now.quality is TrustedTime.LOST or now.u_ms is None or now.u_ms > most_ms:
        return Reason.CLOCK_LOST
    queued = now.rtc_ms - connected_for_ms - now.u_ms > pressed_ms + 999
    return Reason.TOO_LATE if queued or abs(now.rtc_ms - pressed_ms) - now.u_ms > most_ms else None
