"""Tells the lock's own record from what anybody may have sealed to us (L-9): nothing is believed before a verified receipt leads to it.

A log epoch's seed is known to whoever made its header, to nobody else. So whole branches (a header with the records that open under it) are
weighed: one is the lock's if a receipt names the tag of one of its records, or if a later branch that is the lock's goes on from its last
tag. Several branches may claim one log epoch until then; a forged one neither delays nor replaces the true one, in whatever order they come.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import QuerySet

from limen.history.models import Alarm, Event, Head, LogEpoch, Loss, Record, Waiting
from limen.wire import limits
from limen.wire.cbor import Malformed, WireError
from limen.wire.events import Event as Said
from limen.wire.hpke import Opener
from limen.wire.ratchet import LogReader, SealedHeader, SealedRecord, open_header
from limen.wire.receipts import LogHead, head8
from limen.wire.segments import Opened, gaps

Kept = TypeVar("Kept", LogEpoch, Waiting, Head)
RIVAL_HEADERS_MAX = 8
RIVAL_RECORDS_MAX = 4
HEADERS_MAX = 1_024
WAITING_MAX = 3 * limits.RING_RECORDS
HEADS_MAX = 64
"""What waits for proof is bounded; the newest stays. What is true and had to go comes again: the lock frees nothing that we did not believe."""
EMPTY_EPOCHS_MAX = 64
"""How many log epochs without a record a head of 8 bytes may stand behind its last record: each boot makes one."""


@dataclass(frozen=True)
class Branch:
    """One header that was sealed to us, opened."""

    row: LogEpoch
    reader: LogReader

    @classmethod
    def of(cls, row: LogEpoch, lock_id: bytes, opener: Opener) -> "Branch":
        """The branch of a stored header; only headers that open are stored."""
        return cls(row, LogReader.of(lock_id, _header(row), opener))

    def read(self, ck: bytes, i: int, sealed: bytes, prevtag: bytes) -> Said | None:
        """The event at a place, None if it was not sealed there, under this seed, after this tag."""
        try:
            return self.reader.read(ck, i, sealed, prevtag)
        except Malformed:
            return None


# ---- what came, kept until it is proved


def keep_headers(record: Record, lock_id: bytes, headers: Iterable[SealedHeader], opener: Opener, now: datetime) -> None:
    """Keeps headers that were sealed to us. A second one where the first is proved is a fork (L-7)."""
    came, held, kept = list(headers), defaultdict[int, list[LogEpoch]](list), False
    for row in LogEpoch.objects.filter(record=record, logepoch__in={header.logepoch for header in came}).order_by("pk") if came else ():
        held[row.logepoch].append(row)
    for header in came:
        claims = held[header.logepoch]
        if any((bytes(row.prevtag), bytes(row.envelope)) == (header.prevtag, header.envelope) for row in claims):
            continue
        try:
            _, seq0 = open_header(lock_id, header, opener)
        except WireError:
            continue
        if any(row.vouched for row in claims):
            alarm(record, "fork", header.logepoch, None, now)
            continue
        named = {"record": record, "logepoch": header.logepoch}
        claims.append(LogEpoch.objects.create(**named, prevtag=header.prevtag, envelope=header.envelope, seq0=seq0))
        if len(claims) > RIVAL_HEADERS_MAX:
            _keep_newest(LogEpoch.objects.filter(**named), RIVAL_HEADERS_MAX)
            del claims[:-RIVAL_HEADERS_MAX]
        kept = True
    if kept:
        _keep_newest(LogEpoch.objects.filter(record=record, vouched=False), HEADERS_MAX)


def keep_records(record: Record, records: Iterable[SealedRecord]) -> None:
    """Keeps sealed records until a branch opens them, in a fixed number of reads. What is believed already is not kept again."""
    came = {(one.logepoch, one.i, one.sealed): one for one in records if one.i < limits.RECORDS_PER_LOG_EPOCH}
    if not came:
        return
    places = {"record": record, "logepoch__in": {one.logepoch for one in came.values()}, "i__in": {one.i for one in came.values()}}
    believed = {(row.logepoch, row.i, bytes(row.digest)) for row in Event.objects.filter(**places).only("logepoch", "i", "digest")}
    kept = {(row.logepoch, row.i, bytes(row.sealed)): row for row in Waiting.objects.filter(**places)}
    fresh: list[Waiting] = []
    for name, one in came.items():
        row = kept.get(name)
        if row is not None and row.branch_id is None and one.prevtag not in (None, bytes(row.prevtag or b"")):
            row.prevtag = one.prevtag
            row.save(update_fields=["prevtag"])
        elif row is None and (one.logepoch, one.i, one.digest()) not in believed:
            fresh.append(Waiting(record=record, logepoch=one.logepoch, i=one.i, sealed=one.sealed, prevtag=one.prevtag))
    Waiting.objects.bulk_create(fresh)
    rivals = Counter((logepoch, i) for logepoch, i, _ in kept) + Counter((row.logepoch, row.i) for row in fresh)
    for (logepoch, i), many in rivals.items():
        if many > RIVAL_RECORDS_MAX:
            _keep_newest(Waiting.objects.filter(record=record, logepoch=logepoch, i=i), RIVAL_RECORDS_MAX)
    if fresh:
        _keep_newest(Waiting.objects.filter(record=record), WAITING_MAX)


def keep_head(record: Record, head: LogHead | bytes, probe: bytes) -> None:
    """Keeps where a verified receipt says the record ended then; 8 bytes stand for a head that its courier may not count (B.7)."""
    if isinstance(head, bytes):
        said = Head(record=record, hidden=head, probe=probe)
    else:
        said = Head(record=record, logepoch=head.logepoch, seqnext=head.seqnext, tag=head.tag)
    held = list(Head.objects.filter(record=record).order_by("-pk"))
    if all(row.words() != said.words() for row in held):
        said.save(force_insert=True)
        if gone := [row.pk for row in held[HEADS_MAX - 1 :]]:
            Head.objects.filter(pk__in=gone).delete()


def check_head(record: Record, head: LogHead | bytes, now: datetime) -> None:
    """A proved record that is not what the lock attests at that number is a fork; a head whose log epoch is proved has done its work."""
    if isinstance(head, bytes):
        return
    held = Event.objects.filter(record=record, logepoch=head.logepoch, seq=head.seqnext - 1).first()
    if held is not None and bytes(held.tag) != head.tag:
        alarm(record, "fork", head.logepoch, held.i, now)
    proved = LogEpoch.objects.filter(record=record, vouched=True).values("logepoch")
    Head.objects.filter(record=record, logepoch__in=proved).delete()


def _keep_newest(rows: "QuerySet[Kept]", most: int) -> None:
    if gone := list(rows.order_by("-pk").values_list("pk", flat=True)[most : most + 256]):
        rows.filter(pk__in=gone).delete()


# ---- which branch a record belongs to


def with_loose_records(record: Record, logepochs: Iterable[int]) -> "QuerySet[LogEpoch]":
    """The headers of these log epochs for which records came that no branch has taken yet."""
    loose = Waiting.objects.filter(record=record, logepoch__in=set(logepochs), branch=None)
    return LogEpoch.objects.filter(record=record, logepoch__in=loose.values("logepoch"))


def assign(branch: Branch, now: datetime) -> None:
    """Finds the waiting records that this branch opens. In a proved one what does not open is a broken seal, and goes (L-8)."""
    row = branch.row
    waiting = list(Waiting.objects.filter(record=row.record_id, logepoch=row.logepoch, branch=None).order_by("i", "-pk"))
    if not waiting:
        return
    tags, ours, gone = tags_of(branch), [], []
    keys = dict(branch.reader.keys(one.i for one in waiting))
    for one in waiting:
        if one.i in tags:
            if row.vouched:
                _second_copy(row, one, now)
                gone.append(one.pk)
            continue
        before = branch.reader.start if one.i == 0 else tags.get(one.i - 1)
        prevtag = _opening(branch, one, keys[one.i], before)
        if prevtag is not None:
            one.branch, one.prevtag = row, prevtag
            ours.append(one)
            tags[one.i] = branch.reader.tag(one.i, bytes(one.sealed), prevtag)
        elif row.vouched and before is not None:
            alarm(row.record, "mac", row.logepoch, one.i, now)
            gone.append(one.pk)
    if ours:
        Waiting.objects.bulk_update(ours, ["branch", "prevtag"])
    Waiting.objects.filter(pk__in=gone).delete()


def _opening(branch: Branch, one: Waiting, ck: bytes, before: bytes | None) -> bytes | None:
    """The tag after which the record opens: the one that stands before it, or the one it came with."""
    given = bytes(one.prevtag) if one.prevtag is not None else None
    for prevtag in (before, given):
        if prevtag is not None and branch.read(ck, one.i, bytes(one.sealed), prevtag) is not None:
            return prevtag
    return None


def _second_copy(row: LogEpoch, one: Waiting, now: datetime) -> None:
    if not Event.objects.filter(record=row.record_id, logepoch=one.logepoch, i=one.i, digest=one.digest()).exists():
        alarm(row.record, "fork", one.logepoch, one.i, now)


def tags_of(branch: Branch) -> dict[int, bytes]:
    """The tags of a branch by place: of what waits for proof in it, and of what was believed."""
    row = branch.row
    found = {one.i: branch.reader.tag(one.i, bytes(one.sealed), bytes(one.prevtag or b"")) for one in row.waiting.all()}
    if row.vouched:
        places = Event.objects.filter(record=row.record_id, logepoch=row.logepoch).values_list("i", "tag")
        found |= {i: bytes(tag) for i, tag in places}
    return found


# ---- which branches are the lock's


def with_waiting(record: Record) -> list[LogEpoch]:
    """Headers under which records wait, proved or not, newest first."""
    rows = LogEpoch.objects.filter(record=record, waiting__isnull=False)
    return list(rows.distinct().order_by("-logepoch", "pk").prefetch_related("waiting"))


def vouch(record: Record, branches: list[Branch], now: datetime) -> list[Branch]:
    """Marks those of these branches that verified receipts lead to, newest first, and gives them; their rivals go, with an alarm."""
    if not branches:
        return []
    marked: list[Branch] = []
    claims = list(LogEpoch.objects.filter(record=record, logepoch__in={branch.row.logepoch for branch in branches}))
    proved = {row.logepoch for row in claims if row.vouched}
    heads = list(Head.objects.filter(record=record))
    for branch in branches:
        row, tags = branch.row, tags_of(branch)
        rivals = [one.pk for one in claims if one.logepoch == row.logepoch and one.pk != row.pk]
        later = _goes_on(row, tags)
        chained = any(_attests(head, row, tags) for head in heads) or any(later)
        if row.logepoch in proved or not (chained or later or _declared_end(row, tags, bool(rivals))):
            continue
        row.vouched, row.chained = True, chained
        row.save(update_fields=["vouched", "chained"])
        proved.add(row.logepoch)
        if rivals:
            alarm(record, "fork", row.logepoch, None, now)
            LogEpoch.objects.filter(pk__in=rivals).delete()
        marked.append(branch)
    return marked


def _goes_on(row: LogEpoch, tags: dict[int, bytes]) -> list[bool]:
    """Of each later branch that is the lock's and names the last tag of this one: whether it is chained to a receipt itself."""
    later = LogEpoch.objects.filter(record=row.record_id, vouched=True, logepoch__gt=row.logepoch, prevtag=tags[max(tags)])
    return list(later.values_list("chained", flat=True))


def _attests(head: Head, row: LogEpoch, tags: dict[int, bytes]) -> bool:
    """A head names the tag of the last record, whatever log epochs without records came after it."""
    if head.hidden is not None and head.probe is not None:
        last = max(tags)
        said = [LogHead(row.logepoch, row.seq0 + i + 1, tag) for i, tag in tags.items()]
        said += [LogHead(row.logepoch + n, row.seq0 + last + 1, tags[last]) for n in range(1, EMPTY_EPOCHS_MAX + 1)]
        return any(head8(one, bytes(head.probe)) == bytes(head.hidden) for one in said)
    if head.seqnext is None or head.tag is None:
        return False
    return tags.get(head.seqnext - 1 - row.seq0) == bytes(head.tag)


def _declared_end(row: LogEpoch, tags: dict[int, bytes], has_rivals: bool) -> bool:
    """Where the lock had to drop the end of a log epoch no tag leads on from it: an undisputed branch counts if a believed LOSS tells of that end."""
    after = LogEpoch.objects.filter(record=row.record_id, vouched=True, logepoch__gt=row.logepoch).order_by("logepoch").first()
    if has_rivals or after is None:
        return False
    end = row.seq0 + max(tags) + 1
    seen = set(Event.objects.filter(record=row.record_id).values_list("seq", flat=True))
    mine = {row.seq0 + i for i in tags}
    taken = any(row.seq0 <= seq < end for seq in seen)
    hole = gaps(seen | mine, [loss.said() for loss in Loss.objects.filter(record=row.record_id)], end, after.seq0)
    return not taken and bool(hole) and all(declared for _, _, declared in hole)


def opened(branch: Branch) -> list[Opened]:
    """Takes what a proved branch holds out of waiting, opened."""
    waiting = {one.i: one for one in Waiting.objects.filter(branch=branch.row)}
    found: list[Opened] = []
    for i, ck in branch.reader.keys(waiting):
        sealed, prevtag = bytes(waiting[i].sealed), bytes(waiting[i].prevtag or b"")
        event = branch.read(ck, i, sealed, prevtag)
        if event is not None:
            found.append(Opened(event, branch.row.logepoch, i, waiting[i].digest(), branch.reader.tag(i, sealed, prevtag)))
    Waiting.objects.filter(branch=branch.row).delete()
    return found


def alarm(record: Record, kind: str, logepoch: int, i: int | None, now: datetime) -> None:
    """Notes once that something about a record must never happen."""
    Alarm.objects.get_or_create(record=record, kind=kind, logepoch=logepoch, i=i, defaults={"at": now})


def _header(row: LogEpoch) -> SealedHeader:
    return SealedHeader(row.logepoch, bytes(row.prevtag), bytes(row.envelope))
