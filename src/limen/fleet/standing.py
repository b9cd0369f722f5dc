"""What is known about doors, tasks, revocations and what still opens: reads put together from rows, nothing inferred."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import F

from limen.access import queries as access
from limen.credentials import queries as credentials
from limen.fleet import rounds, rules
from limen.fleet.catalogue import model
from limen.fleet.models import Carry, Delivery, Device, DoorList, ListChange, Receipt, UpdateTask
from limen.fleet.settlement import read_ways
from limen.fleet.views import (
    Battery,
    Change,
    DeviceView,
    DoorMoment,
    DoorState,
    LiveTemporary,
    LockClock,
    Moments,
    Staleness,
    StillOpens,
    Task,
    Truth,
    Why,
)
from limen.kernel.periods import day_bounds, local_day
from limen.kernel.problems import NotYours
from limen.places import queries as places

MAX_CHANGES = 500
MAX_DELIVERED = 50


def device_view(device: Device) -> DeviceView:
    """A device as a value."""
    kind = model(device.model)
    return DeviceView(
        lock_id=bytes.fromhex(device.lock),
        serial=device.serial,
        model=device.model,
        door_id=device.door_id,
        epoch=device.epoch,
        connected=device.connected,
        wired=kind.wired,
        cards=kind.nfc,
        activated_at=device.activated_at,
        id_public=bytes(device.id_public),
        xs_public=bytes(device.xs_public),
        door_number=device.door_number,
    )


def states(door_ids: Iterable[UUID], now: datetime) -> tuple[DoorState, ...]:
    """The state of each of these doors, in their order, in four reads."""
    ids = list(door_ids)
    lists = {
        row.device.door_id: row for row in DoorList.objects.filter(device__door_id__in=ids, device__ended_at=None).select_related("device")
    }
    devices = [row.device_id for row in lists.values()]
    changes: dict[UUID, list[ListChange]] = {}
    for change in ListChange.objects.filter(device__in=devices, version__gt=F("device__list__proven")).order_by("version", "id"):
        changes.setdefault(change.device_id, []).append(change)
    newest = Carry.objects.filter(device__in=devices, version=F("device__list__current")).values_list("device", flat=True)
    carried = Counter(newest)
    return tuple(_state(door_id, lists.get(door_id), changes, carried, now) for door_id in ids)


def _state(
    door_id: UUID, held: DoorList | None, changes: dict[UUID, list[ListChange]], carried: Mapping[UUID, int], now: datetime
) -> DoorState:
    if held is None:
        nothing = Battery("unknown", None, None), LockClock("unknown", None, None)
        return DoorState(door_id, Truth.NO_DEVICE, None, 0, 0, None, None, (), 0, None, *nothing, False, (), None, None)
    device, unproven = held.device, changes.get(held.device_id, [])
    phones = carried.get(held.device_id, 0)
    view = device_view(device)
    truth = rules.truth(
        current=held.current,
        proven=held.proven,
        carried=phones,
        mismatch=held.mismatch_at is not None,
        confirmed_at=held.confirmed_at,
        connected=device.connected,
        now=now,
    )
    return DoorState(
        door_id=door_id,
        truth=truth,
        device=view,
        current=held.current,
        proven=held.proven,
        confirmed_at=held.confirmed_at,
        waiting_since=min((change.at for change in unproven), default=held.mismatch_at if held.current > held.proven else None),
        changes=tuple(_change(change) for change in unproven[:MAX_CHANGES]),
        carried=phones,
        last_word_at=device.last_word_at,
        battery=rules.battery(device.battery_percent, device.battery_at, view.wired, now),
        clock=LockClock(device.clock_state or "unknown", device.clock_error_s, device.clock_at),
        keypad_slowed=device.slowed_at is not None,
        still_opens=_still_opens(unproven, now),
        online_since=device.online_since,
        offline_since=device.offline_since,
    )


def _change(row: ListChange) -> Change:
    return Change(Why(row.why), row.person_id, row.at, row.version, row.needs_update, row.due, row.revocation_id)


def _still_opens(unproven: Iterable[ListChange], now: datetime) -> tuple[StillOpens, ...]:
    by_person: dict[UUID, list[rules.Ways]] = {}
    for change in unproven:
        if change.person_id is not None and change.ways:
            by_person.setdefault(change.person_id, []).append(read_ways(change.ways))
    return tuple(
        StillOpens(person_id, way, end)
        for person_id, ways in by_person.items()
        for way, end in sorted(rules.joined(ways).live(now).items())
    )


# ---- tasks


def round_of(property_id: UUID, now: datetime) -> tuple[rounds.Stop, ...]:
    """The due doors in walking order, each with when people passing would do it anyway."""
    due = [task.door_id for task in open_tasks(property_id, now) if task.is_due]
    doors, waits = places.doors_by_id(due), passing(due, now)
    return rounds.shortest(rounds.Stop(door_id, doors[door_id].floor, waits.get(door_id)) for door_id in due)


def passing(door_ids: Iterable[UUID], now: datetime) -> dict[UUID, timedelta]:
    """How long each door usually waits for the next phone. A receipt is a phone that was there: unlocks bring one by themselves (SYNC-9).

    Doors without network alone, and no unit doors: how often a household comes and goes is its own (screens W2).
    """
    shared = [door.id for door in places.doors_by_id(door_ids).values() if door.kind != "unit"]
    since = dict(Device.objects.filter(door_id__in=shared, ended_at=None, connected=False).values_list("door_id", "activated_at"))
    visits: dict[UUID, list[datetime]] = {door_id: [] for door_id in since}
    seen = Receipt.objects.filter(device__door_id__in=list(since), device__ended_at=None, at__gte=now - rounds.COUNTED)
    for door_id, at in seen.values_list("device__door_id", "at"):
        visits[door_id].append(at)
    waits = {door_id: rounds.by_itself(visits[door_id], since[door_id], now) for door_id in since}
    return {door_id: wait for door_id, wait in waits.items() if wait is not None}


def done_on(property_id: UUID, day: date) -> frozenset[UUID]:
    """The doors whose tasks a receipt ended on a day of the building, while the same device is there."""
    start, end = day_bounds(day, places.property_view(property_id).zone)
    done = UpdateTask.objects.filter(property_id=property_id, done_at__gte=start, done_at__lt=end, device__ended_at=None)
    return frozenset(done.values_list("device__door_id", flat=True))


def open_tasks(property_id: UUID, now: datetime) -> tuple[Task, ...]:
    """Open tasks, due ones first, then by day and door name (SYNC-4)."""
    today = local_day(now, places.property_view(property_id).zone)
    rows = UpdateTask.objects.filter(property_id=property_id, done_at=None, withdrawn_at=None).select_related("device")
    by_door = {row.device.door_id: row for row in rows}
    doors = places.doors_by_id(by_door)
    found = []
    for state in states(by_door, now):
        row = by_door[state.door_id]
        needed = tuple(change for change in state.changes if change.needs_update)
        found.append(
            Task(
                id=row.id,
                door_id=state.door_id,
                door_name=doors[state.door_id].name,
                due=row.due,
                since=min((change.at for change in needed), default=row.since),
                is_due=row.due <= today,
                version=row.version,
                changes=needed,
                still_opens=state.still_opens,
                carried=state.carried,
            )
        )
    return tuple(sorted(found, key=lambda task: (task.due, task.since, task.door_name)))


# ---- revocations


def moments_of(revocation_id: UUID, now: datetime) -> Moments:
    """The three moments of a revocation. NotYours for one that is not known."""
    order = access.revocation_view(revocation_id)
    if order is None:
        raise NotYours
    return _moments(order, now)


def delivered_at(door_id: UUID, since: datetime, now: datetime) -> tuple[Moments, ...]:
    """What was taken away and reached a door's lock at or after `since`, the earliest order first; at most `MAX_DELIVERED`."""
    reached = Delivery.objects.filter(door_id=door_id, delivered_at__gte=since).order_by("ordered_at", "revocation_id")
    orders = [access.revocation_view(row.revocation_id) for row in reached[:MAX_DELIVERED]]
    return tuple(_moments(order, now) for order in orders if order is not None)


def _moments(order: access.RevocationView, now: datetime) -> Moments:
    rows = {row.door_id: row for row in Delivery.objects.filter(revocation_id=order.id)}
    doors = tuple(_moment(door_id, rows.get(door_id), order.ordered_at, now) for door_id in order.door_ids)
    ends = [door.in_force_at for door in doors]
    whole = order.ordered_at if not ends else None if None in ends else max(at for at in ends if at is not None)
    return Moments(order.id, order.person_id, order.ordered_at, order.ordered_by, doors, whole)


def _moment(door_id: UUID, row: Delivery | None, ordered_at: datetime, now: datetime) -> DoorMoment:
    if row is None or row.version is None:
        return DoorMoment(door_id, False, None, None, ordered_at, False, False, None, ())
    ways = read_ways(row.ways)
    delivered = row.delivered_at
    effective = rules.in_force(ordered_at, delivered, ways, now)
    live = {} if delivered else ways.live(now)
    return DoorMoment(
        door_id=door_id,
        to_deliver=True,
        delivered_at=delivered,
        lock_time=row.lock_time,
        in_force_at=effective,
        ended_by_itself=effective is not None and (delivered is None or effective < delivered),
        still_opens=bool(live),
        still_opens_until=rules.Ways(live).ends() if live else None,
        still_opens_by=tuple(sorted(live)),
    )


def staleness_of(person_id: UUID, door_id: UUID, now: datetime) -> Staleness:
    """What may still open, until when; 0 for a door attested in sync (ACCESS-13)."""
    held = DoorList.objects.filter(device__door_id=door_id, device__ended_at=None).first()
    temporary = tuple(
        LiveTemporary(code.id, code.door_id, code.kind, code.works_until, code.stops_at_latest)
        for code in credentials.live_temporary_of(person_id, now, door_id=door_id)
    )
    if held is None:
        return Staleness(person_id, door_id, False, False, None, (), temporary)
    unproven = ListChange.objects.filter(device=held.device_id, person_id=person_id, version__gt=held.proven)
    live = rules.joined([read_ways(change.ways) for change in unproven]).live(now)
    until = rules.Ways(live).ends()
    return Staleness(person_id, door_id, bool(live), bool(live) and until is None, until, tuple(sorted(live)), temporary, live.get("app"))
