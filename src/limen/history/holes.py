"""What the lock itself no longer had, by its own segments: a LOSS alone would also cover what a courier keeps back (L-8, decision 0188)."""

from collections.abc import Sequence
from datetime import UTC, datetime

from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from limen.history import sealed
from limen.history.models import Event, LogEpoch, Neighbours, Record
from limen.wire import limits
from limen.wire.segments import Entry, neighbours

NEIGHBOURS_MAX = 2 * limits.RING_RECORDS
"""Kept for one record until they are acknowledged over; the newest stay. The lock's next segments say it again."""
AT_ONCE = 500
NOTHING = b""


def keep_neighbours(record: Record, number: int, entries: Sequence[Entry]) -> bool:
    """Keeps which records stood side by side in this segment although others were, or may have been, written between them; True where that is news."""
    rows = [
        Neighbours(record=record, before=NOTHING if one is None else one.digest(), after=other.digest())
        for one, other in neighbours(number, entries)
    ]
    if not rows:
        return False
    here = Neighbours.objects.filter(record=record)
    known = here.filter(after__in=[row.after for row in rows]).count()
    Neighbours.objects.bulk_create(rows, ignore_conflicts=True)
    newest = here.order_by("-pk")
    if gone := list(newest.values_list("pk", flat=True)[NEIGHBOURS_MAX : NEIGHBOURS_MAX + AT_ONCE]):
        Neighbours.objects.filter(pk__in=gone).delete()
    return here.filter(after__in=[row.after for row in rows]).count() > known


def empty(record: Record) -> list[tuple[int, int]]:
    """``(first, last)`` of numbers that the lock did not hold any more: between believed neighbours, and up to what was acknowledged."""
    settled = [] if record.acknowledged_seq is None else [(0, record.acknowledged_seq)]
    return [*settled, *((before + 1, after - 1) for _, before, after in _believed(record) if before + 1 < after)]


def begins(record: Record) -> int:
    """The number of the oldest record that the lock still held, as far as that is certain; 0 if it is not.

    The first record of a segment 0 says so, where tags chain it to a receipt: nobody but the lock knows the bytes of such a record outside its
    seal, so nobody else can have put it at the beginning of a segment (decision 0211).
    """
    chained = LogEpoch.objects.filter(record=record, chained=True, logepoch=OuterRef("logepoch"))
    first = Event.objects.filter(Exists(chained), record=record, digest=OuterRef("after")).values("seq")[:1]
    rows = Neighbours.objects.filter(record=record, before=NOTHING).annotate(began=Subquery(first))
    return rows.filter(began__isnull=False).order_by("-began").values_list("began", flat=True).first() or 0


def oldest(record: Record) -> datetime | None:
    """The earliest that the oldest record which the lock still held can have been written; None where that is not certain, or nobody may know it."""
    first = begins(record)
    row = Event.objects.filter(record=record, seq=first, body__isnull=False).first() if first else None
    body = sealed.unseal(row.id, sealed.day_key(row.property_id, row.day), bytes(row.body)) if row and row.day and row.body else None
    return datetime.fromtimestamp(body.t - body.uncertain_s, UTC) if body is not None else None


def forget_settled(record: Record) -> None:
    """Neighbours up to the acknowledged number have done their work."""
    upto = -1 if record.acknowledged_seq is None else record.acknowledged_seq
    done = [pk for pk, _, after in _believed(record) if after <= upto]
    for start in range(0, len(done), AT_ONCE):
        Neighbours.objects.filter(pk__in=done[start : start + AT_ONCE]).delete()


def _believed(record: Record) -> list[tuple[int, int, int]]:
    """``(row, before, after)`` of neighbours that are both the lock's own records; -1 before the first of all."""
    of_record = Event.objects.filter(record=record)
    one = Coalesce(Subquery(of_record.filter(digest=OuterRef("before")).values("seq")[:1]), -1)
    other = Subquery(of_record.filter(digest=OuterRef("after")).values("seq")[:1])
    rows = Neighbours.objects.filter(record=record).annotate(first=one, second=other).filter(second__isnull=False)
    return list(rows.filter(Q(before=NOTHING) | Q(first__gte=0)).values_list("pk", "first", "second"))
