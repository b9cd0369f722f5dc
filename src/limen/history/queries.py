"""Reads of the record, always through the visibility table (HISTORY-1)."""

from datetime import datetime, timedelta
from uuid import UUID

from limen.access import queries as access
from limen.history.auditing import Audited, audited, numbers
from limen.history.models import Event, Gap, Record
from limen.history.models import Look as LookRow
from limen.history.reading import Asked, default_since, page
from limen.history.sealed import Body
from limen.history.views import EventView, GapView, HistoryPage, Look, PhotoView, RecordHealth, StillView, Taken
from limen.places import queries as places
from limen.wire.events import Kind

__all__ = [
    "Audited",
    "EventView",
    "GapView",
    "HistoryPage",
    "Look",
    "PhotoView",
    "RecordHealth",
    "StillView",
    "Taken",
    "audited",
    "looks",
    "mine",
    "numbers",
    "record_health",
    "stored",
    "undeclared_gaps",
    "visits",
]

SLOWED_DOWN_FOR = timedelta(hours=24)
MOST_LOOKS = 200
A_MOMENT = timedelta(seconds=1)


def visits(asker_id: UUID, door_id: UUID, now: datetime, *, since: datetime | None = None, limit: int = 100) -> HistoryPage:
    """Lists who came to the asker's unit door, as the table lets this asker see it: guests, staff, vendors, wrong codes; never the asker."""

    def somebody_else(body: Body) -> bool:
        return body.person_id != asker_id and body.kind not in (Kind.INSIDE, Kind.PRIVACY)

    return page(Asked(asker_id, (door_id,), since or default_since(now), now + A_MOMENT, limit, somebody_else), now)


def mine(asker_id: UUID, now: datetime, *, since: datetime | None = None, limit: int = 100) -> HistoryPage:
    """Lists the asker's own events at every door they hold or held."""

    def own(body: Body) -> bool:
        return body.person_id == asker_id

    doors = {door_id for grant in access.grants_of(asker_id) for door_id in grant.door_ids}
    return page(Asked(asker_id, tuple(sorted(doors)), since or default_since(now), now + A_MOMENT, limit, own), now)


def record_health(door_id: UUID, now: datetime) -> RecordHealth:
    """Says how whole the record of a door is, and whether its keypad slowed down; no event, no count of them (HISTORY-1)."""
    records = list(Record.objects.filter(door_id=door_id))
    gaps = list(Gap.objects.filter(door_id=door_id))
    return RecordHealth(
        door_id=door_id,
        gaps=len(gaps),
        lost=sum(gap.last - gap.first + 1 for gap in gaps if gap.kind in ("declared", "forgotten")),
        undeclared=sum(gap.kind == "undeclared" for gap in gaps),
        alarms=sum(record.alarms.count() for record in records),
        dropped_late=sum(record.dropped for record in records),
        last_arrival=max((record.last_arrival for record in records if record.last_arrival is not None), default=None),
        slowed_down=any(record.slowed_at is not None and now - record.slowed_at < SLOWED_DOWN_FOR for record in records),
    )


def undeclared_gaps(property_id: UUID, now: datetime) -> tuple[RecordHealth, ...]:
    """Gives the doors of a property whose record misses a part that the lock did not declare: somebody must look (F.2)."""
    doors = [door.id for door in places.doors(property_id)]
    missing = Gap.objects.filter(door_id__in=doors, kind="undeclared").values_list("door_id", flat=True).distinct()
    return tuple(record_health(door_id, now) for door_id in missing)


def looks(asker_id: UUID, now: datetime) -> tuple[Look, ...]:
    """Lists who looked at the asker's history, newest first (HISTORY-4)."""
    rows = LookRow.objects.filter(person_id=asker_id).order_by("-at")[:MOST_LOOKS]
    return tuple(Look(row.by_id, row.door_id, row.at) for row in rows)


def stored(property_id: UUID) -> int:
    """Counts the events kept for a property (the demonstration's sign of life)."""
    return Event.objects.filter(property_id=property_id, body__isnull=False).count()
