"""Stores opened events for those who may see them, and nobody else: who it was, when it was, under which keys (F.4, H.2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from limen.access import queries as access
from limen.credentials import queries as credentials
from limen.fleet import queries as fleet
from limen.fleet.queries import Ownership, Subject
from limen.history import rules, sealed, stills
from limen.history.models import Alarm, Event, Record
from limen.history.place import Door
from limen.history.sealed import Body
from limen.kernel.periods import local_day
from limen.people import queries as people
from limen.storage import chance, kms
from limen.wire.events import Event as Said
from limen.wire.events import Kind, Method, TempRef
from limen.wire.grants import Cls
from limen.wire.receipts import TrustedTime
from limen.wire.segments import Opened

STAFF_MADE = frozenset({Cls.MANAGER, Cls.STAFF})


@dataclass(frozen=True)
class Who:
    """Whose an event is: privacy subject, person, host or issuer, and which issue of a temporary code."""

    subject: str
    person_id: UUID | None = None
    host_id: UUID | None = None
    issue_id: UUID | None = None
    label: str = ""
    unissued: bool = False


def store(record: Record, door: Door, opened: Sequence[Opened], now: datetime) -> tuple[int, int]:
    """Stores what is new; gives how many were stored and how many came too late to be kept (R98, HISTORY-3)."""
    stored = dropped = 0
    held = set(
        Event.objects.filter(record=record, logepoch__in={one.logepoch for one in opened}, i__in={one.i for one in opened}).values_list(
            "logepoch", "i"
        )
    )
    numbers = (one.event.subj for one in opened if one.event.subj is not None)
    known = fleet.subjects(door.owner.lock_id, door.owner.epoch, numbers)
    for one in opened:
        if (one.logepoch, one.i) in held:
            continue
        held.add((one.logepoch, one.i))
        if _store_one(record, door, one, known, now):
            stored += 1
        else:
            dropped += 1
        stills.note(record, door, one.event, now)
        if one.event.clock is not None:
            _correct(record, door, one.event, now)
    return stored, dropped


def _store_one(record: Record, door: Door, one: Opened, known: Mapping[int, Subject], now: datetime) -> bool:
    who = _unnamed(_who(door.owner, one.event, known), door)
    if who.unissued:
        Alarm.objects.get_or_create(record=record, kind="unissued", logepoch=one.logepoch, i=one.i, defaults={"at": now})
    at, uncertain = rules.happened(one.event.t, one.event.tq)
    row = Event(
        id=chance.fresh_id(),
        record=record,
        logepoch=one.logepoch,
        i=one.i,
        seq=one.event.seq,
        digest=one.digest,
        tag=one.tag,
        door_id=record.door_id,
        property_id=record.property_id,
        arrived_at=now,
    )
    kept = _seal_into(row, door, _body(one.event, who, at, uncertain), at, now)
    row.save(force_insert=True)
    return kept


def _seal_into(row: Event, door: Door, body: Body, at: datetime, now: datetime) -> bool:
    end = door.ends("access_event", at, body.uncertain_s)
    if end is None or end <= now or _of_nobody(body, door):  # R98: past its deadline when it arrives; what no row keeps is not kept
        row.day, row.body = None, None
        return False
    row.day = local_day(at, door.zone)
    resident = body.person_id if body.subject == "resident" else None
    readers = sealed.audience(property_id=row.property_id, day=row.day, unit_id=door.unit_id, resident_id=resident)
    try:
        row.body = sealed.seal(row.id, body, readers)
    except kms.Destroyed:
        row.day, row.body = None, None
        return False
    return True


def _of_nobody(body: Body, door: Door) -> bool:
    """Somebody came home whose number was destroyed with them (R10, R62)."""
    return door.unit_id is not None and body.subject == "resident" and body.person is None


def _body(event: Said, who: Who, at: datetime, uncertain: int) -> Body:
    return Body(
        t=int(at.timestamp()),
        uncertain_s=uncertain,
        tq=int(event.tq),
        kind=int(event.kind),
        method=int(event.method),
        result=int(event.result),
        reason=event.reason.word if event.reason is not None else "",
        subject=who.subject,
        person=str(who.person_id) if who.person_id else None,
        host=str(who.host_id) if who.host_id else None,
        issue=str(who.issue_id) if who.issue_id else None,
        label=who.label,
        count=event.count or 1,
        duress=event.duress,
    )


# ---- whose it is


def _who(owner: Ownership, event: Said, known: Mapping[int, Subject]) -> Who:
    if isinstance(event.ref, TempRef) and event.method == Method.TEMPORARY_CODE:
        return _issuer(owner, event.ref)
    if event.subj is None:
        return Who("unknown")
    found = known[event.subj]
    if found.cls is None:
        return Who("unknown")
    host = _host(found.person_id, owner.door_id) if found.cls == Cls.APP_GUEST else None
    return Who(rules.subject_of(found.cls), found.person_id, host)


def _unnamed(who: Who, door: Door) -> Who:
    """Without those who were deleted: where they came as a guest, and at every shared door, the event that comes late names them no more (F.6).

    As staff or vendor at somebody's home they stay named until the event's own end. Comings to their own door are under a key that went with them.
    """
    if door.unit_id is not None and who.subject != "guest":
        return who
    gone = people.forgotten(one for one in (who.person_id, who.host_id) if one is not None)
    if who.host_id in gone or who.host_id == credentials.NOBODY:
        who = replace(who, host_id=None, issue_id=None, label="")
    return replace(who, person_id=None) if who.person_id in gone else who


def _issuer(owner: Ownership, ref: TempRef) -> Who:
    """An opening by a temporary code is the issuer's doing; who typed it is nobody we know (CODE-7)."""
    issue = credentials.issue(owner.lock_id, owner.epoch, ref.b, ref.cls, ref.idx)
    if issue is None:
        return Who("unknown", unissued=True)
    by_staff = issue.issuer_cls in STAFF_MADE
    return Who(rules.subject_of(int(Cls.CODE_HOLDER), made_by_staff=by_staff), None, issue.issuer_id, issue.id, issue.label)


def _host(person_id: UUID | None, door_id: UUID) -> UUID | None:
    if person_id is None:
        return None
    hosts = (grant.host_id for grant in access.grants_of(person_id) if door_id in grant.door_ids and grant.host_id is not None)
    return next(hosts, None)


# ---- a lost clock, corrected later (F.1)


def _correct(record: Record, door: Door, said: Said, now: datetime) -> None:
    """CLOCK_SET says how far the clock was off since the last start: what was written meanwhile gets its real time."""
    if said.clock is None:
        return
    shift = said.clock.new - said.clock.old
    for row in Event.objects.filter(record=record, seq__lt=said.seq, day__isnull=False).order_by("-seq")[:512]:
        body = sealed.unseal(row.id, sealed.day_key(row.property_id, row.day), bytes(row.body)) if row.day and row.body else None
        if body is None or body.tq != TrustedTime.LOST:
            break
        at = datetime.fromtimestamp(body.t + shift, UTC)
        _seal_into(row, door, replace(body, t=body.t + shift, uncertain_s=said.clock.u_s, tq=int(TrustedTime.COARSE)), at, now)
        row.save(update_fields=["day", "body"])
        if body.kind == Kind.BOOT:
            break
