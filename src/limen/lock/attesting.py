"""The lock's signed word on what it holds, in the form the asker may have (protocol B.6, B.7; SYNC-12)."""

from limen.lock.memory import Memory
from limen.lock.sessions import Session
from limen.wire.grants import Cls, Rights
from limen.wire.receipts import Attested, Receipt, head8, sign_receipt
from limen.wire.records import DoorKind
from limen.wire.telemetry import Telemetry, sign_telemetry

_MAY_NOT_COUNT = frozenset({Cls.APP_GUEST, Cls.STAFF, Cls.VENDOR})
"""At a unit door these get 8 bytes in place of the head: nobody but the household counts a flat's comings."""


def receipt(memory: Memory, session: Session, at: int, nonce: bytes | None = None) -> bytes:
    """Full for those who pull, else the 123-byte form without clock, head and counts. The lock must hold a list."""
    held = memory.held
    if held is None:
        raise LookupError("an unowned lock holds no list")
    state = held.state
    word = Receipt(lock_id=memory.lock_id, epoch=state.epoch, ver=state.ver, after=held.after, probe=state.probe, nonce=nonce)
    if Rights.PULL in session.rights:
        word = Receipt(
            lock_id=word.lock_id,
            epoch=word.epoch,
            ver=word.ver,
            after=word.after,
            probe=word.probe,
            nonce=nonce,
            full=_attested(memory, session, at),
        )
    return sign_receipt(word, memory.ports.id_key)


def telemetry(memory: Memory, session: Session, at: int) -> bytes:
    """Battery and counters, for those who pull; how many records are held only for those who may count them."""
    held, stopped = memory.held, memory.slots.state.stopped
    hidden = may_not_count(memory, session)
    said = Telemetry(
        lock_id=memory.lock_id,
        epoch=held.state.epoch if held else memory.epoch,
        lock_time=memory.read_clock(at).utime,
        battery=memory.battery,
        boots=memory.boots,
        records=0 if hidden else memory.journal.kept,
        lost=0 if hidden else memory.journal.lost,
        firmware=memory.slots.running.version,
        stopped=stopped.version if stopped is not None else None,
        slowed=memory.bucket.guarded,
    )
    return sign_telemetry(said, memory.ports.id_key)


def _attested(memory: Memory, session: Session, at: int) -> Attested:
    held, now, head = memory.held, memory.read_clock(at), memory.journal.head
    assert held is not None
    hidden = may_not_count(memory, session)
    return Attested(
        lock_time=now.utime,
        tstate=now.quality,
        head=head8(head, held.state.probe) if hidden else head,
        lost=memory.journal.lost,
        boot=memory.boots,
        known_newer=memory.known_newer,
    )


def may_not_count(memory: Memory, session: Session) -> bool:
    """Whether this session is somebody's from whom a flat's comings are kept (B.7)."""
    at_home = memory.held is not None and memory.held.config.door_kind == DoorKind.UNIT
    return at_home and session.grant is not None and session.grant.cls in _MAY_NOT_COUNT
