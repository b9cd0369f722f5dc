"""Takes a sealed segment in: opens it, stores each event once for those who may see it, says what is missing, acknowledges (F.1 to F.4)."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from limen.fleet import queries as fleet
from limen.fleet import services as fleet_services
from limen.fleet.queries import Ownership
from limen.history import chain, doorway, holes, place, rules, stills
from limen.history.chain import Branch
from limen.history.models import Event, Gap, Loss, Record, Segment
from limen.history.place import Door, LogOpener
from limen.history.storing import store
from limen.history.views import Taken
from limen.wire.cbor import WireError
from limen.wire.events import Event as Said
from limen.wire.events import Kind, LossReason
from limen.wire.ratchet import SealedHeader, SealedRecord
from limen.wire.receipts import LogHead
from limen.wire.segments import Entry, Opened, gaps, open_segment, segment_name

FIRST_NUMBER = 0
"""Each ownership counts from here, so a first piece that a courier kept back shows, and is never acknowledged."""
LOSS_WORDS = {LossReason.OVERFLOW: "overflow", LossReason.PRIVACY: "privacy", LossReason.POWER: "power", LossReason.SINCE_START: "overflow"}


def take(lock_id: bytes, data: bytes, now: datetime) -> Taken:
    """Takes one segment; `known` if these bytes were here before, `refused` if no lock of ours sealed them for us."""
    try:
        named, number = segment_name(data)
    except WireError:
        return Taken("refused", reason="not_a_segment")
    if named != lock_id:
        return Taken("refused", reason="another_lock")
    digest = hashlib.sha256(data).digest()
    if Segment.objects.filter(digest=digest).exists():
        return Taken("known")
    opened = place.opened(lock_id, lambda opener: open_segment(data, opener)[2])
    if opened is None:
        return Taken("refused", reason="not_for_us")
    owner, entries = opened
    Segment.objects.create(digest=digest, arrived_at=now)
    record = _record(owner)
    shown = holes.keep_neighbours(record, number, entries)
    stored, dropped = _take_entries(record, owner, entries, now, shown=shown)
    return Taken("taken", stored=stored, dropped=dropped)


def _record(owner: Ownership) -> Record:
    return Record.of(lock=owner.lock_id, epoch=owner.epoch, door_id=owner.door_id, property_id=owner.property_id)


def note_head(lock_id: bytes, epoch: int, head: LogHead | bytes, probe: bytes, now: datetime) -> None:
    """Takes from a verified receipt where the record ended: what leads there is believed now, whichever came first (L-9)."""
    owner = next((one for one in fleet.ownerships(lock_id) if one.epoch == epoch), None)
    if owner is None:
        return
    record = _record(owner)
    chain.keep_head(record, head, probe)
    _settle(record, owner, now, weigh=True)
    chain.check_head(record, head, now)


def _take_entries(record: Record, owner: Ownership, entries: list[Entry], now: datetime, *, shown: bool) -> tuple[int, int]:
    opener = LogOpener(owner)
    chain.keep_headers(record, owner.lock_id, (entry for entry in entries if isinstance(entry, SealedHeader)), opener, now)
    chain.keep_records(record, (entry for entry in entries if isinstance(entry, SealedRecord)))
    for row in chain.with_loose_records(record, {entry.logepoch for entry in entries}):
        chain.assign(Branch.of(row, owner.lock_id, opener), now)
    return _settle(record, owner, now, weigh=shown)


def _settle(record: Record, owner: Ownership, now: datetime, *, weigh: bool) -> tuple[int, int]:
    """Stores whatever is the lock's own word by now, says what is missing, acknowledges; gives how many were stored and dropped.

    Where nothing more is believed, what is missing changes only with the end of the record that a receipt attests, and with neighbours that are new.
    """
    found = _believed(record, owner, now)
    if not found and not weigh:
        return 0, 0
    stored = dropped = 0
    if found:
        stored, dropped = store(record, Door.of(owner), found, now)
        _note_guard(record, (opened.event for opened in found), now)
        doorway.tell(record, found, now)
        record.last_arrival = now
        record.dropped += dropped
    if owner.awaited and (oldest := holes.oldest(record)) is not None:
        fleet_services.note_oldest(lock_id=owner.lock_id, epoch=owner.epoch, at=oldest, now=now)
    if _account(record, owner, now) or found:
        record.save()
    return stored, dropped


def _believed(record: Record, owner: Ownership, now: datetime) -> list[Opened]:
    """The events that waited for proof and have it, in the order of the lock."""
    found: list[Opened] = []
    opener = LogOpener(owner)
    while rows := chain.with_waiting(record):
        branches = [Branch.of(row, owner.lock_id, opener) for row in rows]
        ready = [branch for branch in branches if branch.row.vouched]
        for branch in chain.vouch(record, [branch for branch in branches if not branch.row.vouched], now):
            chain.assign(branch, now)
            ready.append(branch)
        if not ready:
            break
        for branch in ready:
            opened = chain.opened(branch)
            _keep_losses(record, (one.event for one in opened))
            found += opened
    return sorted(found, key=lambda opened: opened.event.seq)


def _keep_losses(record: Record, events: Iterable[Said]) -> None:
    for event in events:
        if (loss := event.loss) is None:
            continue
        said = {
            "count": loss.count,
            "reason": LOSS_WORDS[loss.reason],
            "seq": event.seq,
            "sums_up": loss.reason is LossReason.SINCE_START,
        }
        Loss.objects.get_or_create(record=record, first=loss.first, last=loss.last, defaults=said)


def _note_guard(record: Record, events: Iterable[Said], now: datetime) -> None:
    if any(event.kind == Kind.GUARD for event in events):
        record.slowed_at = now


# ---- what is wrong, missing, and safe to forget


def _account(record: Record, owner: Ownership, now: datetime) -> bool:
    """Numbers the holes, and tells the lock up to where nothing is missing: only that may it forget (F.3). True where that was news."""
    seen = frozenset(Event.objects.filter(record=record).values_list("seq", flat=True))
    if not seen and owner.head is None:
        return False
    end = max(max(seen, default=-1) + 1, owner.head.seqnext if owner.head else 0)
    losses, empty = list(Loss.objects.filter(record=record)), holes.empty(record)
    said = [loss.said() for loss in losses]
    runs = gaps(seen, said, FIRST_NUMBER, end, empty)
    begins = 0 if all(declared for _, _, declared in runs) else holes.begins(record)
    forgot = _note_forgotten(record, owner, rules.freed(runs, begins, record.acknowledged_seq))
    if forgotten := rules.forgotten(runs, record.forgotten_upto):  # a LOSS that sums up all others does not count them
        runs = sorted([*forgotten, *gaps(seen | rules.numbers_of(forgotten), said, FIRST_NUMBER, end, empty)])
    certain = owner.head is not None and rules.whole_since(runs, begins)
    settled = rules.Settled(record.acknowledged_seq, record.forgotten_upto, begins if certain else 0)
    missing = rules.missing(runs, settled)
    _keep_gaps(record, missing, losses)
    return _acknowledge(record, owner, rules.covered_until(seen, missing, FIRST_NUMBER), now) or forgot


def _note_forgotten(record: Record, owner: Ownership, freed: int | None) -> bool:
    """What a lock has freed when it is first met after a restore, it freed at a word that the backup does not know (decision 0211)."""
    if freed is None or owner.restored_at in (None, record.restored_at):
        return False
    record.restored_at, record.forgotten_upto = owner.restored_at, freed
    return True


def acknowledge_stills(owner: Ownership, now: datetime) -> None:
    """Says anew up to where stills have arrived, if that is further than what was said."""
    record = _record(owner)
    if _acknowledge(record, owner, record.acknowledged_seq, now):
        record.save(update_fields=["acknowledged_photo"])


def _acknowledge(record: Record, owner: Ownership, covered: int | None, now: datetime) -> bool:
    photo = stills.covered(record)
    said = bytes(record.acknowledged_photo) if record.acknowledged_photo is not None else None
    seq = max((one for one in (covered, record.acknowledged_seq) if one is not None), default=None)
    if seq is None or (seq, photo or said) == (record.acknowledged_seq, said):
        return False
    tag = Event.objects.filter(record=record, seq=seq).values_list("tag", flat=True).get()
    fleet_services.acknowledge(lock_id=owner.lock_id, epoch=owner.epoch, tag=bytes(tag), photo=photo or said, now=now)
    record.acknowledged_seq, record.acknowledged_photo = seq, photo or said
    holes.forget_settled(record)
    return True


def _keep_gaps(record: Record, missing: list[rules.Missing], losses: list[Loss]) -> None:
    reasons = {(loss.first, loss.last): loss.reason for loss in losses}
    wanted = {(run.first, run.last, run.kind, _reason(run, reasons)) for run in missing}
    held = {(row.first, row.last, row.kind, row.reason): row.pk for row in Gap.objects.filter(record=record)}
    if gone := [pk for said, pk in held.items() if said not in wanted]:
        Gap.objects.filter(pk__in=gone).delete()
    Gap.objects.bulk_create(
        Gap(record=record, door_id=record.door_id, first=first, last=last, kind=kind, reason=reason)
        for first, last, kind, reason in sorted(wanted - held.keys())
    )


def _reason(run: rules.Missing, reasons: dict[tuple[int, int], str]) -> str:
    return (
        next((word for (first, last), word in reasons.items() if first <= run.first and run.last <= last), "")
        if run.kind == "declared"
        else ""
    )
