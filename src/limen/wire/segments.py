"""The record on its way out: 4 KiB pieces that tell a courier nothing (protocol F.3, clauses L-1 to L-8), and how a whole record is read.

``segment = lock-id(8) || u32 number || HPKE(K_log, body)``, always 4,096 bytes; the body is ``u16 length || CBOR entries || zeros``. Order,
overlap and repeats do not matter; a hole, a fork, a wrong seal and a cut tail are all seen. ``open_log`` judges what is there at once, as who holds a
lock's whole record can; the service, to which pieces come over weeks and from strangers, believes branch by branch (``history/chain.py``).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import pairwise
from typing import TypeAlias

from limen.wire import cbor, limits, shape
from limen.wire.cbor import Malformed, Value
from limen.wire.events import Event, LossReason
from limen.wire.hpke import OVERHEAD_BYTES, NotForUs, Opener, Sealer
from limen.wire.ratchet import SEAL_BYTES, TAG_BYTES, LogReader, SealedHeader, SealedRecord
from limen.wire.receipts import LogHead

CLEAR_BYTES = limits.LOCK_ID_BYTES + 4
BODY_BYTES = limits.SEGMENT_BYTES - CLEAR_BYTES - OVERHEAD_BYTES
_LIST_BYTES = 2 + 3
Entry: TypeAlias = SealedHeader | SealedRecord


class Trouble(Enum):
    """What can be wrong with a delivered record."""

    GAP = "gap"
    FORK = "fork"
    MAC = "mac"
    TAIL = "tail"
    HEADER = "header"


@dataclass(frozen=True)
class Problem:
    """One trouble: a hole of sequence numbers ``first``..``last`` (GAP, TAIL), or a place ``(logepoch, i)`` (the others)."""

    trouble: Trouble
    logepoch: int
    i: int | None = None
    first: int | None = None
    last: int | None = None


@dataclass(frozen=True)
class Progress:
    """How far a log epoch has been opened: the next place, its number, what its seal covers; ``last``: the tag of the last record."""

    i: int
    seq: int
    prevtag: bytes
    last: bytes


@dataclass(frozen=True)
class Opened:
    """An event with its place and the SHA-256 of its sealed bytes, which is what a second copy must equal (and HISTORY-5's leaf)."""

    event: Event
    logepoch: int
    i: int
    digest: bytes
    tag: bytes


@dataclass
class LogOpened:
    """All that could be opened, in order, what was wrong, how far each log epoch got, and copies of what was opened before."""

    events: list[Opened] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    progress: dict[int, Progress] = field(default_factory=dict)
    repeats: list[tuple[int, int, bytes]] = field(default_factory=list)
    attested: int = 0  # numbers below this one are what the lock's own receipt stands for


def pack(lock_id: bytes, entries: Sequence[Entry], sealer: Sealer, first: int = 0) -> list[bytes]:
    """The segments that carry ``entries`` in order, numbered from ``first``; none for no entries."""
    return [seal_segment(lock_id, first + n, body, sealer) for n, body in enumerate(bodies(entries))]


def bodies(entries: Sequence[Entry]) -> list[tuple[Entry, ...]]:
    """The entries by segment: as many as fit, in order. The same entries are always parted the same way.

    Where numbers may be missing before the first entry of a segment, the last record of the one before stands there once more: each hole
    has its two ends in one segment (``neighbours``).
    """
    parted: list[tuple[Entry, ...]] = []
    now: list[Entry] = []
    used = _LIST_BYTES
    for n, entry in enumerate(entries):
        size = _size(entry)
        if used + size > BODY_BYTES:
            parted.append(tuple(now))
            now = [] if _goes_on(entries[n - 1], entry) else _last_record(now)
            used = _LIST_BYTES + sum(map(_size, now))
        now.append(entry)
        used += size
    return [*parted, tuple(now)] if now else parted


def neighbours(number: int, entries: Sequence[Entry]) -> list[tuple[SealedRecord | None, SealedRecord]]:
    """Records that the lock held next to each other when it cut this segment, though others were written between (L-8).

    None stands before the very first record in the ring, which is the first of segment 0.
    """
    records: list[SealedRecord | None] = [entry for entry in entries if isinstance(entry, SealedRecord)]
    pairs = pairwise([None, *records] if number == 0 else records)
    return [
        (one, other)
        for one, other in pairs
        if other is not None and (one is None or (one.logepoch, one.i + 1) != (other.logepoch, other.i))
    ]


def seal_segment(lock_id: bytes, number: int, entries: Sequence[Entry], sealer: Sealer) -> bytes:
    """One segment of exactly 4,096 bytes."""
    listed = cbor.encode([_said(entry) for entry in entries])
    if len(listed) + 2 > BODY_BYTES:
        raise Malformed("segment overflows")
    body = (len(listed).to_bytes(2, "big") + listed).ljust(BODY_BYTES, b"\0")
    return lock_id + shape.u32(number) + sealer.seal(body, segment_info(lock_id, number))


def open_segment(data: bytes, opener: Opener) -> tuple[bytes, int, list[Entry]]:
    """(lock-id, number, entries); ``NotForUs`` or ``Malformed``."""
    lock_id, number = segment_name(data)
    body = opener.open(data[CLEAR_BYTES:], segment_info(lock_id, number))
    size = int.from_bytes(body[:2], "big")
    if len(body) != BODY_BYTES or any(body[2 + size :]):
        raise Malformed("segment body")
    return lock_id, number, [_entry(item) for item in shape.array(cbor.decode(body[2 : 2 + size]), 0, BODY_BYTES)]


def segment_name(data: bytes) -> tuple[bytes, int]:
    """(lock-id, number), all that a courier can read."""
    if len(data) != limits.SEGMENT_BYTES:
        raise Malformed("segment size")
    return data[: limits.LOCK_ID_BYTES], int.from_bytes(data[limits.LOCK_ID_BYTES : CLEAR_BYTES], "big")


def segment_info(lock_id: bytes, number: int) -> bytes:
    """``"dl/seg/1" || lock-id || u32 number``."""
    return b"dl/seg/1" + lock_id + shape.u32(number)


def open_log(
    lock_id: bytes, entries: Iterable[Entry], opener: Opener, known: Mapping[int, Progress] | None = None, head: LogHead | None = None
) -> LogOpened:
    """Events and problems of these entries, going on where ``known`` stopped; with ``head`` (from a receipt) also whether the tail is there.

    ``known`` maps log epochs to what was opened of them in earlier uploads; give also the epochs just before, so that a new one is linked to
    the tag that ended the last. Anybody can seal to the service's key: what is not linked up to the head of a verified receipt
    (``attested``) may be invented. Gaps covered by LOSS events are for ``gaps`` to tell.
    """
    found = LogOpened()
    headers, records = _sorted(entries, found)
    expected: int | None = None
    for logepoch in sorted({*headers, *(place[0] for place in records)}):
        before = (known or {}).get(logepoch)
        here = {i: record for (epoch, i), record in records.items() if epoch == logepoch}
        reader = _EpochReader(lock_id, logepoch, found)
        reader.last = found.progress.get(logepoch - 1, (known or {}).get(logepoch - 1))
        expected = reader.run(headers.get(logepoch), here, opener, before, expected)
    _check_tail(found, known or {}, head)
    return found


@dataclass
class _EpochReader:
    """One log epoch, read once. What was opened behind a hole counts as found, but progress waits at the hole."""

    lock_id: bytes
    logepoch: int
    found: LogOpened
    reached: int = 0  # the sequence number after the last record that is there
    last: Progress | None = None  # how the log epoch before ended, as far as it is known

    def run(
        self, header: SealedHeader | None, here: Mapping[int, SealedRecord], opener: Opener, before: Progress | None, expected: int | None
    ) -> int | None:
        reader = self._opened(header, opener)
        if header is None or reader is None:
            self.found.problems.append(Problem(Trouble.HEADER, self.logepoch))
            return None
        if self.last is not None and self.last.seq == reader.seq0 and self.last.last != header.prevtag:
            self.found.problems.append(Problem(Trouble.FORK, self.logepoch))
            return None
        at = before or Progress(0, reader.seq0, reader.start, header.prevtag)
        if expected is not None and before is None and reader.seq0 > expected:
            self._gap(None, expected, reader.seq0 - 1)
        self.found.repeats += [(self.logepoch, i, record.digest()) for i, record in sorted(here.items()) if i < at.i]
        self.reached = at.seq
        self.found.progress[self.logepoch] = self._walk(reader, at, {i: record for i, record in here.items() if i >= at.i})
        return self.reached

    def _walk(self, reader: LogReader, at: Progress, here: Mapping[int, SealedRecord]) -> Progress:
        tags = {at.i - 1: at.prevtag}
        for i, ck in reader.keys(i for i in here if i < limits.RECORDS_PER_LOG_EPOCH):
            if reader.seq0 + i != self.reached:
                self._gap(i, self.reached, reader.seq0 + i - 1)
            self.reached = reader.seq0 + i + 1
            whole = i == at.i or here[i].prevtag is not None
            tag = self._open(reader, ck, here[i], tags.get(i - 1, here[i].prevtag))
            if tag is None:
                continue
            tags[i] = tag
            if whole and self._solid(at, here, i):
                at = Progress(i + 1, reader.seq0 + i + 1, tag, tag)
        beyond = min((i for i in here if i >= limits.RECORDS_PER_LOG_EPOCH), default=None)
        if beyond is not None:
            self.found.problems.append(Problem(Trouble.MAC, self.logepoch, beyond))
        return at

    def _solid(self, at: Progress, here: Mapping[int, SealedRecord], i: int) -> bool:
        """No place between ``at`` and ``i`` holds a record that is still to come: what the lock itself dropped is all that lacks."""
        return not any(j in here for j in range(at.i, i))

    def _open(self, reader: LogReader, ck: bytes, record: SealedRecord, prevtag: bytes | None) -> bytes | None:
        """The tag of a record that opened; without the tag before it none can."""
        if prevtag is None:
            return None
        try:
            event = reader.read(ck, record.i, record.sealed, prevtag)
        except Malformed:
            self.found.problems.append(Problem(Trouble.MAC, self.logepoch, record.i))
            return None
        tag = reader.tag(record.i, record.sealed, prevtag)
        self.found.events.append(Opened(event, self.logepoch, record.i, record.digest(), tag))
        return tag

    def _opened(self, header: SealedHeader | None, opener: Opener) -> LogReader | None:
        try:
            return None if header is None else LogReader.of(self.lock_id, header, opener)
        except (NotForUs, Malformed):
            return None

    def _gap(self, i: int | None, first: int, last: int) -> None:
        self.found.problems.append(Problem(Trouble.GAP, self.logepoch, i, first, last))


def gaps(
    seen: Iterable[int], losses: Iterable[Event], since: int, until: int, empty: Sequence[tuple[int, int]] | None = None
) -> list[tuple[int, int, bool]]:
    """``(first, last, declared)`` for every run of numbers in [since, until) not ``seen``: declared ones are covered by LOSS events.

    A LOSS covers as many numbers as it counts: where more are missing in its range, a courier keeps something back, and nothing there is
    declared. ``empty`` are the runs ``(first, last)`` of which the lock's own segments show that it held nothing there (``neighbours``): a LOSS
    also counts what had arrived before it went, so without them a courier may keep back as much; None asks for no such proof.
    Costs what is here and what was declared, never how far the numbers reach.
    """
    here = sorted(set(seen))
    covered = [(first, last) for first, last, count in _claims(losses) if last - first + 1 - _between(here, first, last) <= count]
    if empty is not None:
        covered = _common(covered, _joined(empty))
    runs: list[tuple[int, int, bool]] = []
    at = since
    for seq in [*(seq for seq in here if since <= seq < until), until]:
        runs += _parted(at, seq - 1, covered)
        at = seq + 1
    return runs


def _claims(losses: Iterable[Event]) -> list[tuple[int, int, int]]:
    """(first, last, count) of what was declared, ranges that meet taken together; what sums up stands for all that came before it."""
    told = sorted((event for event in losses if event.loss is not None), key=lambda event: event.seq)
    sums = [n for n, event in enumerate(told) if event.loss is not None and event.loss.reason is LossReason.SINCE_START]
    ranges = sorted(
        (event.loss.first, event.loss.last, event.loss.count) for event in told[max(sums, default=0) :] if event.loss is not None
    )
    found: list[tuple[int, int, int]] = []
    for first, last, count in ranges:
        if found and first <= found[-1][1]:
            before = found.pop()
            found.append((before[0], max(before[1], last), before[2] + count))
        else:
            found.append((first, last, count))
    return found


def _joined(runs: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same numbers as runs that do not meet, in rising order."""
    found: list[tuple[int, int]] = []
    for first, last in sorted(runs):
        if found and first <= found[-1][1] + 1:
            before = found.pop()
            found.append((before[0], max(before[1], last)))
        else:
            found.append((first, last))
    return found


def _common(one: Sequence[tuple[int, int]], other: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """What lies in a run of each; both in rising order, without overlap."""
    found, a, b = list[tuple[int, int]](), 0, 0
    while a < len(one) and b < len(other):
        first, last = max(one[a][0], other[b][0]), min(one[a][1], other[b][1])
        if first <= last:
            found.append((first, last))
        if one[a][1] < other[b][1]:
            a += 1
        else:
            b += 1
    return found


def _between(here: Sequence[int], first: int, last: int) -> int:
    return bisect_right(here, last) - bisect_left(here, first)


def _parted(first: int, last: int, covered: Sequence[tuple[int, int]]) -> list[tuple[int, int, bool]]:
    """One hole by what covers it; ``covered`` is in rising order."""
    runs: list[tuple[int, int, bool]] = []
    for start, end in covered:
        if end < first or start > last or first > last:
            continue
        if start > first:
            runs.append((first, start - 1, False))
            first = start
        upto = min(end, last)
        if runs and runs[-1][2] and runs[-1][1] == first - 1:
            runs[-1] = (runs[-1][0], upto, True)
        else:
            runs.append((first, upto, True))
        first = upto + 1
    return [*runs, (first, last, False)] if first <= last else runs


def _sorted(entries: Iterable[Entry], found: LogOpened) -> tuple[dict[int, SealedHeader], dict[tuple[int, int], SealedRecord]]:
    headers: dict[int, SealedHeader] = {}
    records: dict[tuple[int, int], SealedRecord] = {}
    for entry in entries:
        if isinstance(entry, SealedHeader):
            if headers.setdefault(entry.logepoch, entry) != entry:
                found.problems.append(Problem(Trouble.FORK, entry.logepoch))
            continue
        kept = records.setdefault((entry.logepoch, entry.i), entry)
        if kept.sealed != entry.sealed:
            found.problems.append(Problem(Trouble.FORK, entry.logepoch, entry.i))
        elif entry.prevtag is not None:
            records[(entry.logepoch, entry.i)] = entry
    return headers, records


def _check_tail(found: LogOpened, known: Mapping[int, Progress], head: LogHead | None) -> None:
    """The tag at the attested place must be the attested one; the chain before it then is the lock's, too."""
    if head is None:
        return
    every = {**known, **found.progress}
    reached = max([0, *(at.seq for at in every.values()), *(opened.event.seq + 1 for opened in found.events)])
    tags = {opened.tag for opened in found.events if opened.event.seq == head.seqnext - 1}
    tags |= {at.last for at in every.values() if at.seq == head.seqnext}
    if reached < head.seqnext:
        found.problems.append(Problem(Trouble.TAIL, head.logepoch, None, reached, head.seqnext - 1))
    elif tags and tags != {head.tag}:
        found.problems.append(Problem(Trouble.FORK, head.logepoch, None, head.seqnext - 1, head.seqnext - 1))
    elif tags:
        found.attested = head.seqnext


def _goes_on(before: Entry, entry: Entry) -> bool:
    """Whether nothing can be missing between two entries: records of one log epoch, the second without the tag before it."""
    return isinstance(before, SealedRecord) and isinstance(entry, SealedRecord) and entry.prevtag is None


def _last_record(entries: Sequence[Entry]) -> list[Entry]:
    return next(([entry] for entry in reversed(entries) if isinstance(entry, SealedRecord)), [])


def _size(entry: Entry) -> int:
    return len(cbor.encode(_said(entry)))


def _said(entry: Entry) -> list[cbor.Encodable]:
    if isinstance(entry, SealedHeader):
        return [entry.logepoch, entry.prevtag, entry.envelope]
    listed: list[cbor.Encodable] = [entry.logepoch, entry.i, entry.sealed]
    return listed if entry.prevtag is None else [*listed, entry.prevtag]


def _entry(value: Value) -> Entry:
    fields = shape.array(value, 3, 4)
    logepoch = shape.uint(fields[0], shape.U32)
    if isinstance(fields[1], bytes):
        shape.array(value, 3)
        return SealedHeader(logepoch, shape.blob(fields[1], TAG_BYTES), shape.blob(fields[2], most=128))
    sealed = shape.blob(fields[2], most=limits.EVENT_BYTES_MAX + SEAL_BYTES)
    if len(sealed) <= SEAL_BYTES:
        raise Malformed("record")
    prevtag = shape.blob(fields[3], TAG_BYTES) if len(fields) == 4 else None
    return SealedRecord(logepoch, shape.uint(fields[1], shape.U32), sealed, prevtag)
