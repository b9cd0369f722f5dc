"""Takes a sealed segment in: opens it, stores each event once for those who may see it, says what is missing, acknowledges (F.1 to F.4)."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from limen.fleet import queries as fleet
from limen.fleet import services as fleet_services
from limen.fleet.queries import Ownership
from limen.history import rules
from limen.history.models import Alarm, Event, Gap, LogEpoch, Loss, Record, Segment, Waiting
from limen.history.storing import Door, store
from limen.history.views import Taken
from limen.storage import kms
from limen.wire.cbor import WireError
from limen.wire.events import Event as Said
from limen.wire.events import Kind, LossReason
from limen.wire.events import Loss as SaidLoss
from limen.wire.hpke import HpkeOpener
from limen.wire.ratchet import SealedHeader, SealedRecord
from limen.wire.receipts import TrustedTime
from limen.wire.segments import Entry, LogOpened, Progress, Trouble, gaps, open_log, open_segment, segment_name

ALARMING = frozenset({Trouble.FORK, Trouble.MAC})
LOSS_WORDS = {LossReason.OVERFLOW: "overflow", LossReason.PRIVACY: "privacy", LossReason.POWER: "power"}


def take(lock_id: bytes, data: bytes, now: datetime) -> Taken:
    """Takes one segment; `known` if these bytes were here before, `refused` if no lock of ours sealed them for us."""
    try:
        named, _ = segment_name(data)
    except WireError:
        return Taken("refused", reason="not_a_segment")
    if named != lock_id:
        return Taken("refused", reason="another_lock")
    digest = hashlib.sha256(data).digest()
    if Segment.objects.filter(digest=digest).exists():
        return Taken("known")
    opened = _opened(lock_id, data)
    if opened is None:
        return Taken("refused", reason="not_for_us")
    owner, entries = opened
    Segment.objects.create(digest=digest, arrived_at=now)
    record = _record(owner)
    stored, dropped = _take_entries(record, owner, entries, now)
    return Taken("taken", stored=stored, dropped=dropped)


def _opened(lock_id: bytes, data: bytes) -> tuple[Ownership, list[Entry]] | None:
    for owner in fleet.ownerships(lock_id):
        try:
            return owner, open_segment(data, _opener(owner))[2]
        except WireError:
            continue
    return None


def _opener(owner: Ownership) -> HpkeOpener:
    return HpkeOpener(kms.log_key(owner.property_id).private)


def _record(owner: Ownership) -> Record:
    record, _ = Record.objects.select_for_update().get_or_create(
        lock=owner.lock_id.hex(), epoch=owner.epoch, defaults={"door_id": owner.door_id, "property_id": owner.property_id}
    )
    return record


def _take_entries(record: Record, owner: Ownership, entries: list[Entry], now: datetime) -> tuple[int, int]:
    _keep_headers(record, [entry for entry in entries if isinstance(entry, SealedHeader)], now)
    numbers = {entry.logepoch for entry in entries}
    found = open_log(owner.lock_id, _with_earlier(record, entries, numbers), _opener(owner), _progress(record, numbers))
    stored, dropped = store(record, Door.of(owner), found.events, now)
    _keep_progress(record, found)
    _keep_waiting(record, entries, found)
    _keep_losses(record, (opened.event for opened in found.events))
    _note_alarms(record, found, now)
    record.last_arrival = now
    record.dropped += dropped
    _note_guard(record, (opened.event for opened in found.events), now)
    _account(record, owner, now)
    record.save()
    return stored, dropped


# ---- what is kept between arrivals


def _keep_headers(record: Record, headers: Iterable[SealedHeader], now: datetime) -> None:
    for header in headers:
        row, made = LogEpoch.objects.get_or_create(
            record=record, logepoch=header.logepoch, defaults={"prevtag": header.prevtag, "envelope": header.envelope}
        )
        if made or (bytes(row.prevtag), bytes(row.envelope)) == (header.prevtag, header.envelope):
            continue
        _alarm(record, "fork", header.logepoch, None, now)
        if not row.next_i:  # nothing was ever opened with the one that came first: anybody may have sealed it
            row.prevtag, row.envelope = header.prevtag, header.envelope
            row.save(update_fields=["prevtag", "envelope"])


def _with_earlier(record: Record, entries: list[Entry], numbers: set[int]) -> list[Entry]:
    """The entries with the headers and unopened records of their log epochs; what has just come goes before what could not be opened."""
    headers: list[Entry] = [
        SealedHeader(row.logepoch, bytes(row.prevtag), bytes(row.envelope))
        for row in LogEpoch.objects.filter(record=record, logepoch__in=numbers)
    ]
    earlier: list[Entry] = [
        SealedRecord(row.logepoch, row.i, bytes(row.sealed), bytes(row.prevtag) if row.prevtag is not None else None)
        for row in Waiting.objects.filter(record=record, logepoch__in=numbers)
    ]
    return [*headers, *(entry for entry in entries if isinstance(entry, SealedRecord)), *earlier]


def _progress(record: Record, numbers: set[int]) -> dict[int, Progress]:
    rows = LogEpoch.objects.filter(record=record, logepoch__in=numbers, next_i__isnull=False)
    return {row.logepoch: Progress(row.next_i or 0, row.next_seq or 0, bytes(row.tag or b"")) for row in rows}


def _keep_progress(record: Record, found: LogOpened) -> None:
    for logepoch, at in found.progress.items():
        LogEpoch.objects.filter(record=record, logepoch=logepoch).update(next_i=at.i, next_seq=at.seq, tag=at.prevtag)
        first = at.seq - at.i
        record.first_seq = first if record.first_seq is None else min(record.first_seq, first)


def _keep_waiting(record: Record, entries: list[Entry], found: LogOpened) -> None:
    """Keeps what may be opened later. What has a broken seal is not kept: the lock still has the true one and sends it again."""
    done = {(one.logepoch, one.i) for one in found.events}
    done |= {(problem.logepoch, problem.i) for problem in found.problems if problem.trouble == Trouble.MAC and problem.i is not None}
    Waiting.objects.filter(record=record).filter(_any_of(done)).delete()
    for logepoch, at in found.progress.items():
        Waiting.objects.filter(record=record, logepoch=logepoch, i__lt=at.i).delete()
    for entry in entries:
        if isinstance(entry, SealedRecord) and (entry.logepoch, entry.i) not in done:
            reached = found.progress.get(entry.logepoch)
            if reached is None or entry.i >= reached.i:
                Waiting.objects.get_or_create(
                    record=record, logepoch=entry.logepoch, i=entry.i, defaults={"sealed": entry.sealed, "prevtag": entry.prevtag}
                )


def _any_of(places: set[tuple[int, int]]) -> Q:
    wanted = Q(pk__in=[])
    for logepoch in {place[0] for place in places}:
        wanted |= Q(logepoch=logepoch, i__in=[i for number, i in places if number == logepoch])
    return wanted


def _keep_losses(record: Record, events: Iterable[Said]) -> None:
    for loss in _losses_of(events):
        Loss.objects.get_or_create(
            record=record, first=loss.first, last=loss.last, defaults={"count": loss.count, "reason": LOSS_WORDS[loss.reason]}
        )


def _losses_of(events: Iterable[Said]) -> list[SaidLoss]:
    return [event.loss for event in events if event.loss is not None]


def _note_guard(record: Record, events: Iterable[Said], now: datetime) -> None:
    if any(event.kind == Kind.GUARD for event in events):
        record.slowed_at = now


# ---- what is wrong, missing, and safe to forget


def _note_alarms(record: Record, found: LogOpened, now: datetime) -> None:
    for problem in found.problems:
        if problem.trouble in ALARMING:
            _alarm(record, problem.trouble.value, problem.logepoch, problem.i, now)
    for logepoch, i, digest in found.repeats:
        kept = Event.objects.filter(record=record, logepoch=logepoch, i=i).values_list("digest", flat=True).first()
        if kept is not None and bytes(kept) != digest:
            _alarm(record, "fork", logepoch, i, now)


def _alarm(record: Record, kind: str, logepoch: int, i: int | None, now: datetime) -> None:
    Alarm.objects.get_or_create(record=record, kind=kind, logepoch=logepoch, i=i, defaults={"at": now})


def _account(record: Record, owner: Ownership, now: datetime) -> None:
    """Numbers the holes, and tells the lock up to where nothing is missing: only that may it forget (F.3)."""
    seen = frozenset(Event.objects.filter(record=record).values_list("seq", flat=True))
    if not seen or record.first_seq is None:
        return
    head = fleet.attested_head(owner.lock_id, owner.epoch)
    end = max(max(seen) + 1, head.seqnext if head else 0, _last_waiting(record))
    losses = [_as_said(loss) for loss in Loss.objects.filter(record=record)]
    runs = gaps(seen, losses, record.first_seq, end)
    _keep_gaps(record, rules.missing(runs, acknowledged=record.acknowledged_seq))
    covered = rules.covered_until(seen, runs, record.first_seq)
    if covered is not None and (record.acknowledged_seq is None or covered > record.acknowledged_seq):
        tag = Event.objects.filter(record=record, seq=covered).values_list("tag", flat=True).get()
        fleet_services.acknowledge(lock_id=owner.lock_id, epoch=owner.epoch, tag=bytes(tag), now=now)
        record.acknowledged_seq = covered


def _last_waiting(record: Record) -> int:
    """One past the highest number that a sealed record still waiting must have, as far as its log epoch is known."""
    starts = {
        row.logepoch: row.next_seq - row.next_i
        for row in record.epochs.exclude(next_i=None)
        if row.next_seq is not None and row.next_i is not None
    }
    ends = [starts[row.logepoch] + row.i + 1 for row in record.waiting.all() if row.logepoch in starts]
    return max(ends, default=0)


def _keep_gaps(record: Record, missing: list[rules.Missing]) -> None:
    Gap.objects.filter(record=record).delete()
    reasons = {(loss.first, loss.last): loss.reason for loss in record.losses.all()}
    Gap.objects.bulk_create(
        Gap(record=record, door_id=record.door_id, first=run.first, last=run.last, kind=run.kind, reason=_reason(run, reasons))
        for run in missing
    )


def _reason(run: rules.Missing, reasons: dict[tuple[int, int], str]) -> str:
    return (
        next((word for (first, last), word in reasons.items() if first <= run.first and run.last <= last), "")
        if run.kind == "declared"
        else ""
    )


def _as_said(loss: Loss) -> Said:
    return Said(seq=0, t=0, tq=TrustedTime.GOOD, kind=Kind.LOSS, loss=SaidLoss(loss.first, loss.last, loss.count))
