"""Who may open now, and if not, why: the lines of protocol C.2 and the table of B.9, in their order.

First failing line decides. Lines 1 to 3 (signature, lock and epoch, possession) are proven before anything here is asked and fail alike;
10 and 11 (record, motor) are openings.py. Answers are values, never booleans.
"""

from dataclasses import dataclass

from limen.lock.clock import Reading
from limen.lock.lists import HeldList
from limen.wire.grants import Cls, Grant, Rights, effective_rights, key8
from limen.wire.receipts import TrustedTime
from limen.wire.records import ConfigFlags, ListRecord, RecordKind
from limen.wire.refusals import Reason
from limen.wire.schedules import holds, holds_throughout
from limen.wire.timestamps import EPOCH_2024

STRICT_AFTER_MS = 24 * 3_600_000


@dataclass(frozen=True, slots=True)
class Granted:
    """The door opens for this class and subject. `stale`: the lock knew of a newer list (C.3). `duress`: evidence, not alarm."""

    cls: Cls | None
    subj: int | None
    ref: int | None = None
    stale: bool = False
    duress: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """The door stays closed, for one reason; `cls` and `subj` as far as they are known."""

    reason: Reason
    cls: Cls | None = None
    subj: int | None = None
    ref: int | None = None


Decision = Granted | Refused


@dataclass(frozen=True, slots=True)
class Door:
    """All that a decision depends on besides the credential, at one moment."""

    held: HeldList
    now: Reading
    bolt_thrown: bool = False
    """Thrown from inside, on a model that has it, at a door whose config says so (LOCK-15)."""
    behind_ms: int | None = None
    """For how long the lock has known of a version newer than its own; None if it knows of none."""
    reset_asked: bool = False
    """Somebody inside asked for a new activation: no credential opens until it came (A.3)."""


def may_enter_session(grant: Grant, door: Door) -> Decision:
    """Lines 4 and 5, for a session of any kind, at PRESENT and at whatever it asks later. With a lost clock everybody whose grant is not provably over may
    push: it is the repair."""
    lost = door.now.quality is TrustedTime.LOST
    late = _provably_over(grant, door.now) if lost else _time(grant, door.now)
    reason = late or revoked(grant, door.held)
    return Refused(reason, grant.cls, grant.subj) if reason is not None else Granted(grant.cls, grant.subj)


def by_phone(grant: Grant, door: Door) -> Decision:
    """Lines 4 to 9 for UNLOCK, decided at the moment of the tap."""
    reason = (
        _time(grant, door.now)
        or revoked(grant, door.held)
        or (Reason.NO_RIGHT if door.reset_asked or Rights.UNLOCK not in effective_rights(grant) else None)
        or _schedule(grant.sched, grant.cls, door)
        or _privacy(grant.cls, door, override=Rights.PRIVACY_OVERRIDE in effective_rights(grant))
        or _freshness(grant.cls, door)
    )
    if reason is not None:
        return Refused(reason, grant.cls, grant.subj)
    return Granted(grant.cls, grant.subj, stale=door.behind_ms is not None)


def by_records(records: tuple[ListRecord, ...], door: Door) -> Decision:
    """For a permanent code or a card that was proven: opens if any of its windows is open now (C.1, one window, one object)."""
    last = Refused(Reason.WRONG_CODE)
    if door.reset_asked and records:
        return Refused(Reason.NO_RIGHT, records[0].cls, records[0].subj, records[0].slot)
    for record in records:
        cls = record.cls or Cls.CODE_HOLDER
        reason = _record_time(record, cls, door) or _schedule(record.sched, cls, door) or _privacy(cls, door)
        if reason is None:
            return Granted(cls, record.subj, record.slot, duress=record.kind == RecordKind.DURESS_CODE)
        last = Refused(reason, cls, record.subj, record.slot)
    return last


def by_temporary(door: Door) -> Reason | None:
    """What stands against any temporary code at this moment, whoever typed it; None if they are judged by their own windows."""
    if door.reset_asked:
        return Reason.NO_RIGHT
    if door.now.quality is TrustedTime.LOST:
        return Reason.CLOCK_LOST
    return _privacy(Cls.CODE_HOLDER, door)


def revoked(grant: Grant, held: HeldList) -> Reason | None:
    """Line 5, which a session is asked again whenever it asks for anything: a list may have come meanwhile (ACCESS-4)."""
    floor = held.subject_floors.get(grant.subj)
    if grant.iat < held.iat_floor or (floor is not None and grant.iat <= floor):
        return Reason.REVOKED
    return Reason.REVOKED if held.revoked_phones and key8(grant.phone_key) in held.revoked_phones else None


def _time(grant: Grant, now: Reading) -> Reason | None:
    """Residents are judged leniently, everybody else strictly (B.9)."""
    resident = grant.cls == Cls.RESIDENT
    if now.quality is TrustedTime.LOST or now.u_ms is None:
        return _lost(grant, now) if resident else Reason.CLOCK_LOST
    margin = now.u_ms if resident else -now.u_ms
    if grant.nbf is not None and now.rtc_ms + margin < grant.nbf * 1000:
        return Reason.NOT_STARTED
    return Reason.LEASE_OVER if now.rtc_ms - margin > grant.exp * 1000 else None


def _lost(grant: Grant, now: Reading) -> Reason | None:
    """A resident's grant opens in LOST if `exp ≥ floor`; a start that even the best guess has not reached is not believed."""
    if _provably_over(grant, now):
        return Reason.LEASE_OVER
    return Reason.CLOCK_LOST if grant.nbf is not None and now.rtc_ms < grant.nbf * 1000 else None


def _provably_over(grant: Grant, now: Reading) -> Reason | None:
    return Reason.LEASE_OVER if grant.exp * 1000 < now.floor_ms else None


def _schedule(slot: int | None, cls: Cls, door: Door) -> Reason | None:
    """An unknown schedule refuses. Residents open if any moment within the clock's error is inside, others if all are."""
    if slot is None:
        return None
    schedule, now, config = door.held.schedules.get(slot), door.now, door.held.config
    if schedule is None:
        return Reason.OUTSIDE_SCHEDULE
    if now.quality is TrustedTime.LOST or now.u_ms is None:
        return Reason.CLOCK_LOST
    since, until = (now.rtc_ms - now.u_ms) // 1000, -(-(now.rtc_ms + now.u_ms) // 1000)
    if cls != Cls.RESIDENT:
        inside = holds_throughout(schedule, config.zone, config.holidays, max(0, since), until)
    else:
        inside = any(holds(schedule, config.zone, config.holidays, t) for t in (*range(max(0, since), until, 60), until))
    return None if inside else Reason.OUTSIDE_SCHEDULE


def _privacy(cls: Cls, door: Door, override: bool = False) -> Reason | None:
    return Reason.BOLT_THROWN if door.bolt_thrown and cls != Cls.RESIDENT and not override else None


def _freshness(cls: Cls, door: Door) -> Reason | None:
    """Class 1 opens at a stale door; others are refused where the door is strict and has known for more than a day (C.3)."""
    if door.behind_ms is None or cls == Cls.RESIDENT or ConfigFlags.STRICT not in door.held.config.flags:
        return None
    return Reason.NEEDS_UPDATE if door.behind_ms > STRICT_AFTER_MS else None


def _record_time(record: ListRecord, cls: Cls, door: Door) -> Reason | None:
    """Dated records need a clock; undated ones open in every state of it."""
    if record.nbf is None and record.exp is None:
        return None
    now = door.now
    if now.quality is TrustedTime.LOST or now.u_ms is None:
        return Reason.CLOCK_LOST
    margin = now.u_ms if cls == Cls.RESIDENT else -now.u_ms
    if record.nbf is not None and now.rtc_ms + margin < _ms(record.nbf):
        return Reason.NOT_STARTED
    return Reason.ENDED if record.exp is not None and now.rtc_ms - margin > _ms(record.exp) else None


def _ms(minutes: int) -> int:
    return (EPOCH_2024 + minutes * 60) * 1000
