"""The lock's record: sealed as it is written, numbered without gaps, lost only visibly (protocol F, LOCK-8, LOCK-13).

`append` returns when the record is durable; only then may a bolt move. What had to go is declared by a LOSS record *before* it goes. Records
are freed by a KL-signed word alone (`acknowledge`, `discard`), never because a courier says that it has them.
"""

import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from limen.lock.flash import Flash, FlashError
from limen.lock.notes import Notes
from limen.lock.ring import Item, Key, Rank, Ring
from limen.wire import limits
from limen.wire.events import SECURITY_KINDS, Event, Kind, Loss, LossReason, Result
from limen.wire.hpke import Sealer
from limen.wire.ratchet import NO_TAG, EpochStart, LogWriter, SealedHeader, SealedRecord, record_context, record_tag, start_epoch
from limen.wire.receipts import LogHead, TrustedTime
from limen.wire.segments import Entry

_KEY = b"log"
_KEPT = struct.Struct("<III16sII")
REFUSALS_MAX = limits.RING_RECORDS // 4
ORDINARY_MAX = limits.RING_RECORDS - limits.RING_RESERVED
DROPPED_AT_ONCE = 64
"""How many go when the ring is full: one LOSS record then speaks for many."""
OPENINGS_MAX = ORDINARY_MAX - DROPPED_AT_ONCE
"""Some places are always left to refusals, so that each finds another refusal to push out, never an opening (inv. 61)."""
LOSSES_MAX = 32
"""Beyond so many LOSS records one sums them up, else a flood would in the end leave room for nothing but its own losses."""
HOUR_S = 3600
Chance = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class _Ended:
    """What is remembered of the record so far: survives acknowledgement and power loss in the notes.

    `owed` numbers up to `seqnext` could not be written and have no LOSS record yet.
    """

    logepoch: int = 0
    seqnext: int = 0
    lost: int = 0
    tag: bytes = NO_TAG
    owed_first: int = 0
    owed: int = 0


class Journal:
    """One ownership's record. Before `begin` (an unowned lock) there is nobody to seal to, and nothing is recorded."""

    def __init__(self, flash: Flash, ring: Ring, notes: Notes, lock_id: bytes, chance: Chance) -> None:
        self._flash, self._ring, self._notes, self._lock_id, self._chance = flash, ring, notes, lock_id, chance
        self._writer: LogWriter | None = None
        self._sealer: Sealer | None = None
        self._began_at = 0
        self._ended = self._safe = self._recalled()
        """How far the record goes, and how far a barrier has confirmed it. `_unsafe` is what was written between; `_spent` counts tries too."""
        self._unsafe: list[Key] = []
        self._spent = self._ended.seqnext
        self._counts = dict.fromkeys(Rank, 0)
        self._count()

    def begin(self, sealer: Sealer, at: int) -> None:
        """Starts a log epoch: at boot, at activation, after an acknowledgement, every 24 hours and 256 records (F.1).

        Raises FlashError; the next record then begins one.
        """
        ended, self._writer, self._sealer = self._ended, None, sealer
        self._ended = replace(ended, logepoch=ended.logepoch + 1)  # a header that half came is never followed by another one of its number
        start = EpochStart(self._lock_id, ended.logepoch + 1, ended.seqnext, ended.tag)
        writer, header = start_epoch(start, self._chance(32), sealer)
        self._store(Item(header.logepoch, 0, ended.seqnext, Rank.HEADER, 0, header.prevtag, header.envelope))
        self._writer, self._began_at = writer, at
        self._remember(self._ended)

    @property
    def ready(self) -> bool:
        """Whether there is somebody to seal to."""
        return self._sealer is not None

    @property
    def head(self) -> LogHead:
        """What receipts attest."""
        return self._writer.head if self._writer else LogHead(self._ended.logepoch, self._ended.seqnext, self._ended.tag)

    @property
    def lost(self) -> int:
        return self._ended.lost

    @property
    def kept(self) -> int:
        """How many records are held."""
        return len(self._ring.held) - self._counts[Rank.HEADER]

    def newest_mark(self) -> int:
        """The highest list version whose UPDATE_APPLIED is in the ring (B.5: exactly once by version)."""
        return max((held.mark for held in self._ring.held.values()), default=0)

    def append(self, event: Event, at: int, mark: int = 0) -> int:
        """Durable when it returns; its number. Raises FlashError: then it is counted as lost and nothing has happened."""
        if self._sealer is None:
            raise FlashError("nobody to seal to")
        spend = 1
        try:
            self._make_room(event, at)
            self._pay(event, at)
            seq = self._write(event, at, mark)
            spend = 0
            self._confirm()
        except FlashError:
            self._count_unwritten(self._ended.seqnext + spend)
            raise
        return seq

    def acknowledge(self, tag: bytes, at: int) -> bool:
        """Frees everything up to the record with this tag. False if it is not held: an older or repeated word changes nothing."""
        records = [key for key, held in self._ring.held.items() if held.rank is not Rank.HEADER]
        last = next((n for n, key in enumerate(records) if self._tag_of(key) == tag), None)
        if last is None:
            return False
        self._free(records[: last + 1], at)
        return True

    def discard(self, until_utime: int, now_utime: int, tq: TrustedTime, at: int) -> bool:
        """Frees all records up to that lock time, to the hour, with LOSS(privacy) in their place (F.6)."""
        about_people = (Rank.ORDINARY, Rank.REFUSAL, Rank.SECURITY)
        gone = [k for k, held in self._ring.held.items() if held.rank in about_people and held.hour * HOUR_S <= until_utime]
        if not gone:
            return False
        try:
            self._declare(gone, LossReason.PRIVACY, now_utime, tq, at)
        except FlashError:
            self._count_unwritten(self._ended.seqnext)
            raise
        self._free(gone, at)
        return True

    def entries(self, one_missing: bool = False) -> list[Entry]:
        """All that is held, in order, for couriers who pull. A record whose predecessor is gone brings that one's tag along.

        `one_missing` is the demonstration's fault: what couriers see of a memory that lost something silently.
        """
        keys = list(self._ring.held)
        records = [key for key in keys if key[1]]
        if not records:
            return []  # an empty log epoch's header tells nobody anything
        if one_missing and len(records) > 1:
            keys.remove(records[len(records) // 2 - 1])
        there, found = set(keys), list[Entry]()
        for key in keys:
            try:
                item = self._ring.read(key)
            except LookupError:  # whoever carries the rest brings the gap to light
                there.discard(key)
                continue
            if item.rank is Rank.HEADER:
                found.append(SealedHeader(item.logepoch, item.prevtag, item.data))
            else:
                alone = item.place > 1 and (item.logepoch, item.place - 1) not in there
                found.append(SealedRecord(item.logepoch, item.place - 1, item.data, item.prevtag if alone else None))
        return found

    def forget(self) -> int:
        """Erases the ring at the end of an ownership; how many records nobody had acknowledged. Log epochs go on counting.

        Raises FlashError: then nothing is held, nothing can be recorded, and it is to be done again."""
        unread, ended = self.kept, _Ended(logepoch=self._ended.logepoch)
        self._writer = self._sealer = None
        self._ended, self._safe, self._unsafe, self._spent = ended, ended, [], 0
        self._counts = dict.fromkeys(Rank, 0)
        self._remember(ended)
        self._ring.wipe()
        return unread

    def _write(self, event: Event, at: int, mark: int = 0) -> int:
        writer = self._current(at)
        sealed_event = replace(event, seq=writer.seqnext)
        self._spent = writer.seqnext + 1
        after, record = writer.seal_next(sealed_event)
        rank = _rank(event)
        self._store(Item(record.logepoch, record.i + 1, sealed_event.seq, rank, event.t // HOUR_S, writer.prevtag, record.sealed, mark))
        self._writer = after
        self._ended = replace(self._ended, seqnext=after.seqnext, tag=after.last)
        return sealed_event.seq

    def _current(self, at: int) -> LogWriter:
        writer, sealer = self._writer, self._sealer
        if sealer is None:
            raise FlashError("nobody to seal to")
        if writer is None or writer.full or at - self._began_at >= limits.LOG_EPOCH_S * 1000:
            self.begin(sealer, at)
            writer = self._writer
        assert writer is not None
        return writer

    def _store(self, item: Item) -> None:
        self._ring.append(item)
        self._unsafe.append(item.key)
        self._counts[item.rank] += 1

    def _confirm(self) -> None:
        """All that was written is durable from here on. Raises FlashError."""
        self._flash.barrier()
        self._safe, self._unsafe = self._ended, []

    def _count(self) -> None:
        self._counts = dict.fromkeys(Rank, 0)
        for held in self._ring.held.values():
            self._counts[held.rank] += 1

    def _make_room(self, event: Event, at: int) -> None:
        """Refusals hold a quarter at most, ordinary records leave 512 places to security ones; the oldest go first (F.2)."""
        rank = _rank(event)
        openings, refusals = self._counts[Rank.ORDINARY], self._counts[Rank.REFUSAL]
        full = openings + refusals >= ORDINARY_MAX
        if rank is Rank.REFUSAL and (refusals >= REFUSALS_MAX or full):
            self._evict((Rank.REFUSAL,), event, at)
        elif rank is Rank.ORDINARY and (openings >= OPENINGS_MAX or full):
            self._evict((Rank.ORDINARY,) if openings >= OPENINGS_MAX else (Rank.ORDINARY, Rank.REFUSAL), event, at)
        elif self.kept >= limits.RING_RECORDS or self._ring.tight:
            self._evict(self._first_to_go(rank), event, at)

    def _first_to_go(self, rank: Rank) -> tuple[Rank, ...]:
        """What makes room in a ring that is full as a whole."""
        spare = self._counts[Rank.SECURITY] + self._counts[Rank.LOSS] > limits.RING_RESERVED
        wishes: list[tuple[Rank, ...]] = [(Rank.ORDINARY, Rank.REFUSAL), (Rank.SECURITY,), (Rank.LOSS,)]
        if rank is Rank.REFUSAL:
            wishes = [(Rank.REFUSAL,), *([(Rank.SECURITY,)] if spare else []), *wishes]
        return next(wish for wish in wishes if any(self._counts[one] for one in wish))

    def _evict(self, ranks: tuple[Rank, ...], event: Event, at: int) -> None:
        gone = [key for key, held in self._ring.held.items() if held.rank in ranks][:DROPPED_AT_ONCE]
        losses = [key for key, held in self._ring.held.items() if held.rank is Rank.LOSS]
        if len(losses) >= LOSSES_MAX or Rank.LOSS in ranks:
            gone = [*(key for key in gone if key not in losses), *losses]
            self._sum_up(len(gone), event, at)
        else:
            self._declare(gone, LossReason.OVERFLOW, event.t, event.tq, at)
        self._drop(gone)

    def _sum_up(self, more: int, event: Event, at: int) -> None:
        """One LOSS for all there ever was in this ownership, so that those before it can go."""
        every = self._ended.lost - self._ended.owed + more
        loss = Loss(0, self._ended.seqnext - 1, every, LossReason.SINCE_START)
        self._tell_loss(loss, more, event.t, event.tq, at)

    def _pay(self, event: Event, at: int) -> None:
        """Declares what could not be written, as soon as something can be written again (LOCK-13)."""
        if self._ended.owed:
            first, count = self._ended.owed_first, self._ended.owed
            loss = Loss(first, self._ended.seqnext - 1, count)
            self._write(Event(seq=0, t=event.t, tq=event.tq, kind=Kind.LOSS, loss=loss), at)
            self._ended = replace(self._ended, owed=0)  # told to the notes with the next thing: until then a power cut declares twice

    def _declare(self, gone: list[Key], reason: LossReason, utime: int, tq: TrustedTime, at: int) -> None:
        """The LOSS record is durable before the first of them is dropped; a cut in between declares too much, never too little."""
        numbers = [self._ring.held[key].seq for key in gone]
        self._tell_loss(Loss(min(numbers), max(numbers), len(numbers), reason), len(numbers), utime, tq, at)

    def _tell_loss(self, loss: Loss, more: int, utime: int, tq: TrustedTime, at: int) -> None:
        self._write(Event(seq=0, t=utime, tq=tq, kind=Kind.LOSS, loss=loss), at)
        self._remember(replace(self._ended, lost=self._ended.lost + more))
        self._confirm()

    def _free(self, keys: list[Key], at: int) -> None:
        self._remember(self._ended)
        self._confirm()
        self._drop(keys, erase=True)
        if self._sealer is not None:
            self.begin(self._sealer, at)  # healing: who saw the old chain key reads nothing that comes now
        self._confirm()

    def _drop(self, keys: list[Key], erase: bool = False) -> None:
        try:
            self._ring.drop(keys, erase)
            needed = {key[0] for key in self._ring.held if key[1]}
            idle = [key for key in self._ring.held if not key[1] and key[0] not in needed and key[0] != self._ended.logepoch]
            self._ring.drop(idle, erase)
        finally:
            self._count()

    def _count_unwritten(self, upto: int) -> None:
        """What no barrier confirmed is taken back, and its numbers up to there are spent, so that their absence shows; a new log epoch follows."""
        for key in self._unsafe:
            self._ring.take_back(key)
        self._count()
        safe, upto = self._safe, max(upto, self._spent)
        more = upto - safe.seqnext
        first = safe.owed_first if safe.owed else safe.seqnext
        told = replace(safe, logepoch=self._ended.logepoch, seqnext=upto, lost=safe.lost + more, owed_first=first, owed=safe.owed + more)
        self._writer, self._ended, self._safe, self._unsafe, self._spent = None, told, told, [], upto
        with suppress(FlashError):  # else the count stays in memory; a memory that takes nothing cannot be told more
            self._remember(told)
            self._flash.barrier()

    def _remember(self, ended: _Ended) -> None:
        self._ended = ended
        self._notes.put(_KEY, _KEPT.pack(ended.logepoch, ended.seqnext, ended.lost, ended.tag, ended.owed_first, ended.owed), durable=False)

    def _recalled(self) -> _Ended:
        kept = self._notes.get(_KEY)
        ended = _Ended(*_KEPT.unpack(kept)) if kept else _Ended()
        newest = next(reversed(self._ring.held.values()), None)
        if newest is None or newest.key[0] < ended.logepoch:
            return ended
        item = self._ring.read(newest.key)
        if item.rank is Rank.HEADER:
            return replace(ended, logepoch=item.logepoch, seqnext=max(ended.seqnext, item.seq), tag=item.prevtag)
        return replace(ended, logepoch=item.logepoch, seqnext=max(ended.seqnext, item.seq + 1), tag=self._tag(item))

    def _tag_of(self, key: Key) -> bytes | None:
        try:
            return self._tag(self._ring.read(key))
        except LookupError:
            return None

    def _tag(self, item: Item) -> bytes:
        return record_tag(record_context(self._lock_id, item.logepoch, item.place - 1, item.prevtag), item.data)


def _rank(event: Event) -> Rank:
    """Stills are told of like what they show: no crowd at a door, and no flood of wrong codes, may push out anything else by its pictures."""
    if event.loss is not None:
        return Rank.LOSS
    if event.kind in SECURITY_KINDS and event.photos_lost is None:
        return Rank.SECURITY
    return Rank.REFUSAL if event.result is Result.REFUSED else Rank.ORDINARY
