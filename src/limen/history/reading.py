"""Reads stored events for one asker: unsealed, judged by the table one by one, newest first, with the gaps in their place (HISTORY-1)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from limen.history import rules, sealed
from limen.history.models import Event, Gap, Photo, Record
from limen.history.sealed import Body
from limen.history.views import EventView, GapView, HistoryPage, PhotoView
from limen.kernel.periods import day_bounds, local_day
from limen.places import queries as places
from limen.places.queries import DoorView
from limen.visibility import queries as visibility
from limen.visibility.queries import Allowed, EventFilter, RecordFacts
from limen.wire.events import Kind, Method, Result

MOST_SCANNED = 5_000
DEFAULT_DAYS = 90
A_DAY = timedelta(days=1)
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
    photos = _Photos(asked, doors)
    for row, body in _bodies(asked, doors):
        door = doors[row.door_id]
        judge = filters[door.property_id]
        if asked.since <= at(body) < asked.until and (asked.only is None or asked.only(body)) and allowed(judge, door, body, "event"):
            found.append((row, _view(row, body, asked.asker_id, photos.beside(row, body, judge))))
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


def allowed(judge: EventFilter, door: DoorView, body: Body, data: str) -> frozenset[str]:
    """By which relations the table lets this asker see the event or its photo; none: not at all."""
    facts = RecordFacts(data=data, door_class=visibility.door_class(door.kind), subject=body.subject)
    verdict = judge.allows(facts, person_id=body.person_id, host_id=body.host_id, door_id=door.id, unit_id=door.unit_id, at=at(body))
    return verdict.by if isinstance(verdict, Allowed) else frozenset()


class _Photos:
    """Which events of these doors have a still, and what of it this asker may know."""

    def __init__(self, asked: Asked, doors: dict[UUID, DoorView]) -> None:
        self._doors = doors
        rows = Photo.objects.filter(record__door_id__in=list(doors), named=True, day__gte=(asked.since - A_DAY).date()).defer("body")
        self._by_event = {(row.record_id, row.seq): row for row in rows}

    def beside(self, row: Event, body: Body, judge: EventFilter) -> PhotoView | None:
        """The still of one event; None where none was taken."""
        photo = self._by_event.get((row.record_id, row.seq))
        if photo is None:
            return None
        door = self._doors[row.door_id]
        if not allowed(judge, door, body, "photo"):
            return PhotoView("not_yours")
        if photo.gone or photo.arrived_at is None or photo.day is None:
            return PhotoView("gone" if photo.gone else "on_lock")
        building = places.property_view(door.property_id)
        clocks = {"generated_at": day_bounds(photo.day, building.zone)[1]}
        end = visibility.kept_until(visibility.Record("photo", clocks, visibility.door_class(door.kind), building.profile))
        return PhotoView("shown", photo.id, end.at if end is not None else None)


def _view(row: Event, body: Body, asker_id: UUID, photo: PhotoView | None) -> EventView:
    return EventView(
        id=row.id,
        door_id=row.door_id,
        at=at(body),
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
        photo=photo,
        marked=body.duress,
    )


def at(body: Body) -> datetime:
    """When it happened, by the lock's corrected clock."""
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
