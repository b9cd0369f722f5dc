"""Reads stored events for one asker: unsealed, judged by the table one by one, newest first, with the gaps in their place (HISTORY-1)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from limen.history import rules, sealed
from limen.history.models import Event, Gap, Record
from limen.history.sealed import Body
from limen.history.views import EventView, GapView, HistoryPage
from limen.kernel.periods import local_day
from limen.places import queries as places
from limen.places.queries import DoorView
from limen.visibility import queries as visibility
from limen.visibility.queries import Allowed, EventFilter, RecordFacts
from limen.wire.events import Kind, Method, Result

MOST_SCANNED = 5_000
DEFAULT_DAYS = 90
CREDENTIALS = {
    Method.APP: "phone",
    Method.REMOTE: "phone",
    Method.CODE: "doorcode",
    Method.TEMPORARY_CODE: "temporary_code",
    Method.CARD: "keycard",
    Method.CARD_UID: "keycard",
    Method.CARD_SUN: "keycard",
    Method.METAL_KEY: "metal_key",
}
KIND_WORDS = {
    Kind.ENTRY: "entry",
    Kind.METAL_KEY: "metal_key",
    Kind.INSIDE: "inside",
    Kind.PRIVACY: "privacy",
    Kind.DOOR_AJAR: "door_ajar",
    Kind.DOOR_FORCED: "door_forced",
    Kind.PASSAGE: "passage",
}


@dataclass(frozen=True)
class Asked:
    """What is looked for: which doors, between which instants, how many at most, and which of the allowed ones (None: all)."""

    asker_id: UUID
    door_ids: tuple[UUID, ...]
    since: datetime
    until: datetime
    limit: int
    only: Callable[[Body], bool] | None = None


def page(asked: Asked, now: datetime) -> HistoryPage:
    """What this asker may see of it. Doors nobody lets them see anything of simply contribute nothing."""
    doors = places.doors_by_id(asked.door_ids)
    filters = {p: visibility.event_filter(asked.asker_id, p, now) for p in {door.property_id for door in doors.values()}}
    found: list[tuple[Event, EventView]] = []
    for row, body in _bodies(asked, doors):
        door = doors[row.door_id]
        if (
            asked.since <= _at(body) < asked.until
            and (asked.only is None or asked.only(body))
            and _allowed(filters[door.property_id], door, body)
        ):
            found.append((row, _view(row, body, asked.asker_id)))
    found.sort(key=lambda pair: (pair[1].at, pair[1].seq), reverse=True)
    shown = found[: asked.limit]
    return HistoryPage(
        events=tuple(view for _, view in shown),
        gaps=_gaps(doors, filters, shown),
        last_arrival=_last_arrival(doors),
        more=len(found) > asked.limit,
    )


def _bodies(asked: Asked, doors: dict[UUID, DoorView]) -> Iterable[tuple[Event, Body]]:
    first, last = _days(asked, doors)
    rows = Event.objects.filter(door_id__in=list(doors), day__gte=first, day__lte=last, body__isnull=False).order_by("-day", "-seq")
    for row in rows[:MOST_SCANNED]:
        body = sealed.unseal(row.id, sealed.day_key(row.property_id, row.day), bytes(row.body)) if row.day and row.body else None
        if body is not None and Kind(body.kind) in rules.SHOWN:
            yield row, body


def _days(asked: Asked, doors: dict[UUID, DoorView]) -> tuple[date, date]:
    zones = [places.property_view(p).zone for p in {door.property_id for door in doors.values()}]
    if not zones:
        return asked.since.date(), asked.until.date()
    return min(local_day(asked.since, z) for z in zones), max(local_day(asked.until, z) for z in zones)


def _allowed(judge: EventFilter, door: DoorView, body: Body) -> bool:
    facts = RecordFacts(data="event", door_class=visibility.door_class(door.kind), subject=body.subject)
    verdict = judge.allows(facts, person_id=body.person_id, host_id=body.host_id, door_id=door.id, unit_id=door.unit_id, at=_at(body))
    return isinstance(verdict, Allowed)


def _view(row: Event, body: Body, asker_id: UUID) -> EventView:
    return EventView(
        id=row.id,
        door_id=row.door_id,
        at=_at(body),
        uncertainty_s=body.uncertain_s,
        kind=KIND_WORDS.get(Kind(body.kind), "system"),
        method=rules.METHODS[Method(body.method)],
        result=rules.RESULTS[Result(body.result)],
        reason=body.reason,
        subject=body.subject,
        person_id=body.person_id,
        host_id=body.host_id,
        label=body.label if body.host_id == asker_id else "",
        credential=CREDENTIALS.get(Method(body.method), ""),
        arrived_at=row.arrived_at,
        seq=row.seq,
        count=body.count,
        photo=body.photo,
        marked=body.duress,
    )


def _at(body: Body) -> datetime:
    return datetime.fromtimestamp(body.t, UTC)


def _gaps(doors: dict[UUID, DoorView], filters: dict[UUID, EventFilter], shown: list[tuple[Event, EventView]]) -> tuple[GapView, ...]:
    """Gaps of the doors in view, placed between the events this asker sees: the times of others are not theirs to learn (M30)."""
    found = []
    for gap in Gap.objects.filter(door_id__in=list(doors)).select_related("record").order_by("-first"):
        if not _may_know(doors[gap.door_id], filters):
            continue
        same = [(row.seq, view.at) for row, view in shown if row.record_id == gap.record_id]
        before = max((pair for pair in same if pair[0] < gap.first), default=None)
        after = min((pair for pair in same if pair[0] > gap.last), default=None)
        found.append(
            GapView(
                door_id=gap.door_id,
                count=gap.last - gap.first + 1,
                kind=gap.kind,
                reason=gap.reason,
                after=before[1] if before else None,
                before=after[1] if after else None,
            )
        )
    return tuple(found)


def _may_know(door: DoorView, filters: dict[UUID, EventFilter]) -> bool:
    """Who may see how whole a record is: the household at its own door, staff elsewhere (the table's `health` is for the console)."""
    judge = filters[door.property_id]
    if door.unit_id is not None:
        return door.unit_id in judge.own_units
    return door.id in judge.managed_doors or judge.security


def _last_arrival(doors: dict[UUID, DoorView]) -> datetime | None:
    arrivals = Record.objects.filter(door_id__in=list(doors), last_arrival__isnull=False).order_by("-last_arrival")
    return arrivals.values_list("last_arrival", flat=True).first()


def default_since(now: datetime) -> datetime:
    """How far back lists go unless asked otherwise."""
    return now - timedelta(days=DEFAULT_DAYS)
