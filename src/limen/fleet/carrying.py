"""What a phone takes along (B.8, SYNC-1, SYNC-2, SYNC-13): its own doors, the doors it may manage, sealed news of others it passes."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from limen.access import queries as access
from limen.access.queries import AccessWindow
from limen.credentials import queries as credential_facts
from limen.credentials import services as credentials
from limen.credentials.queries import GrantFacts
from limen.fleet import aiming, releasing
from limen.fleet.models import Carry, Device, DoorList, Lease, ListRow
from limen.fleet.pseudonyms import number_for
from limen.fleet.sealing import newest_bundle
from limen.fleet.views import Anew, InboxEntry
from limen.fleet.wanted import hours_name, hours_of
from limen.identity import queries as identity
from limen.identity.queries import PhoneView
from limen.kernel.problems import NotYours
from limen.people import queries as people
from limen.places import queries as places
from limen.places.queries import DoorView
from limen.wire import limits
from limen.wire.grants import Cls
from limen.wire.records import RecordKind

INBOX_BYTES = 600 * 1024
KEEP_FRACTION = 6
"""A lease is signed anew when a sixth of it has passed, so that opening the app twice costs one signature."""


@dataclass(frozen=True)
class Stop:
    """One door of a round: the device, its door, and in which class the phone comes there."""

    device: Device
    door: DoorView
    list: DoorList
    cls: int
    windows: tuple[AccessWindow, ...] = ()


def compose(person_id: UUID, phone_id: UUID, as_: str, now: datetime) -> tuple[InboxEntry, ...]:
    """The inbox of one phone. NotYours for a phone that is not this person's or was removed."""
    phone = identity.phone(phone_id)
    if phone is None or phone.person_id != person_id or phone.removed_at is not None:
        raise NotYours
    own = access.doors_of(person_id, now)
    stops = list(_managed(person_id, now)) if as_ == "manager" else []
    if as_ == "resident":
        stops += _own(own, now)
    if as_ in ("resident", "courier"):
        stops += _passing(own, now)
        stops += _released(_buildings(own, now), own, int(Cls.COURIER))
    else:
        stops += _released(_device_managed(person_id, now), {}, int(Cls.MANAGER))
    return tuple(_bounded(stops, phone, now))


def installers(door_id: UUID, lock_id: bytes, phone: PhoneView, now: datetime) -> Anew | None:
    """DoorInfo and class 9 grant for the lock that is active on a door; nothing is kept of it, the grant ends by itself in a day."""
    found = [stop for stop in _devices([door_id]) if stop[0].lock == lock_id.hex()]
    if not found:
        return None
    device, door, listed = found[0]
    stop = Stop(device, door, listed, int(Cls.INSTALLER))
    facts = _facts(stop, stop.cls, number_for(device, phone.person_id, stop.cls), None, None)
    return Anew(bytes(device.info), credentials.mint_grant(phone=phone, facts=facts, now=now).data)


def _bounded(stops: list[Stop], phone: PhoneView, now: datetime) -> Iterator[InboxEntry]:
    """Own doors first and whole; news for others only as far as one answer may grow."""
    left = INBOX_BYTES
    for stop in stops:
        if stop.cls == Cls.COURIER and left <= 0:
            return
        entry = _entry(stop, phone, now)
        if entry is not None:
            left -= len(entry.bundle or b"") + 1_024
            yield entry


def _own(own: dict[UUID, tuple[AccessWindow, ...]], now: datetime) -> Iterator[Stop]:
    by_app = {door_id: tuple(w for w in windows if w.app) for door_id, windows in own.items()}
    held = {door_id: windows for door_id, windows in by_app.items() if windows}
    for device, door, listed in _devices(held):
        yield Stop(device, door, listed, int(held[door.id][0].cls), held[door.id])


def _managed(person_id: UUID, now: datetime) -> Iterator[Stop]:
    """Every door of the properties where the person manages devices: push only, whatever else they hold (SYNC-2)."""
    for property_id in _device_managed(person_id, now):
        for device, door, listed in _devices(door.id for door in places.doors(property_id)):
            yield Stop(device, door, listed, int(Cls.MANAGER))


def _device_managed(person_id: UUID, now: datetime) -> list[UUID]:
    return [place for place in people.managed_properties(person_id, now) if people.rights(person_id, place, now).device_management]


def _passing(own: dict[UUID, tuple[AccessWindow, ...]], now: datetime) -> list[Stop]:
    """Up to 64 other doors of the same buildings with an unproven version, unless their household wants no strangers' phones (SYNC-13)."""
    buildings = _buildings(own, now)
    others = [door.id for building in buildings for door in places.doors(building) if door.id not in own and door.carried_by_others]
    waiting = [stop for stop in _devices(others) if stop[2].current > stop[2].proven]
    waiting.sort(key=lambda stop: (stop[2].proven == 0, stop[2].settled_at or now, stop[0].lock))
    return [Stop(device, door, listed, int(Cls.COURIER)) for device, door, listed in waiting[: limits.PASSING_DOORS_MAX]]


def _buildings(own: dict[UUID, tuple[AccessWindow, ...]], now: datetime) -> list[UUID]:
    """Where a phone may carry for others: the buildings in which its owner opens a door by app now."""
    in_force = {door_id for door_id, windows in own.items() if any(w.app and w.starts <= now for w in windows)}
    return sorted({door.property_id for door in places.doors_by_id(in_force).values()})


def _released(buildings: Iterable[UUID], own: Collection[UUID], cls: int) -> list[Stop]:
    """Locks that left their door and have not signed yet that they are empty: push only, whoever carries it (A.3)."""
    found = list(releasing.unwiped(property_id__in=list(buildings)))
    doors = places.doors_by_id({device.door_id for device in found})
    lists = {row.device_id: row for row in DoorList.objects.filter(device__in=found)}
    stops = [Stop(device, doors[device.door_id], lists[device.id], cls) for device in found]
    allowed = [stop for stop in stops if cls != Cls.COURIER or stop.door.id in own or stop.door.carried_by_others]
    return allowed[: limits.PASSING_DOORS_MAX]


def _devices(door_ids: Iterable[UUID]) -> list[tuple[Device, DoorView, DoorList]]:
    doors = places.doors_by_id(list(door_ids))
    lists = {row.device_id: row for row in DoorList.objects.filter(device__door_id__in=list(doors), device__ended_at=None)}
    devices = Device.objects.filter(door_id__in=list(doors), ended_at=None)
    found = [(device, doors[device.door_id], lists[device.id]) for device in devices]
    return sorted(found, key=lambda stop: (stop[1].name, stop[0].lock))


def _entry(stop: Stop, phone: PhoneView, now: datetime) -> InboxEntry | None:
    leases = _leases(stop, phone, now)
    if not leases:
        return None
    bundle = newest_bundle(stop.device, now) if stop.device.ended_at is None else None
    if bundle is not None:
        _note_carry(stop.device, phone.id, bundle.version, now)
    passing = stop.cls == Cls.COURIER
    return InboxEntry(
        lock_id=bytes.fromhex(stop.device.lock),
        serial=stop.device.serial,
        door_id=stop.door.id,
        name=None if passing else stop.door.name,
        info=bytes(stop.device.short_info if passing else stop.device.info),
        grants=tuple(bytes(lease.data) for lease in leases),
        bundle=bytes(bundle.data) if bundle is not None else None,
        ver=stop.list.current,
        proven=stop.list.proven,
        ack=bytes(stop.device.ack) or None,
        cls=stop.cls,
        until=int(max(lease.ends for lease in leases).timestamp()),
        release=bytes(stop.device.release) or None,
        firmware=None if passing else aiming.offer(stop.device, now),
    )


def _note_carry(device: Device, phone_id: UUID, version: int, now: datetime) -> None:
    if not Carry.objects.filter(device=device, phone_id=phone_id, version=version).exists():
        Carry.objects.update_or_create(device=device, phone_id=phone_id, defaults={"version": version, "at": now})


# ---- leases: one per window, signed anew when it is time


@dataclass(frozen=True)
class Ask:
    """One phone at one stop: what it already holds there, and in which slots the lock keeps its hours."""

    stop: Stop
    phone: PhoneView
    kept: dict[tuple[UUID | None, int], Lease]
    hours: dict[str, int]
    now: datetime


def _leases(stop: Stop, phone: PhoneView, now: datetime) -> list[Lease]:
    kept = {(lease.grant_id, lease.cls): lease for lease in Lease.objects.filter(device=stop.device, phone_id=phone.id, taken_at=None)}
    windows: tuple[AccessWindow | None, ...] = stop.windows or (None,)
    ask = Ask(stop, phone, kept, _hour_slots(stop), now)
    found = [_lease(ask, window) for window in windows]
    return [lease for lease in found if lease is not None]


def _lease(ask: Ask, window: AccessWindow | None) -> Lease | None:
    """The kept lease while it is good, else one signed now; None where a window is not within reach yet."""
    stop, now = ask.stop, ask.now
    rows = hours_of(window.schedule) if window else None
    if rows is not None and hours_name(rows) not in ask.hours:
        return None
    cls = int(window.cls) if window else stop.cls
    before = ask.kept.get((window.grant_id if window else None, cls))
    if before is not None and _still_good(before, stop, window, now):
        return before
    if window is not None and window.starts >= now + timedelta(seconds=credential_facts.lease_s(ask.phone, cls)):
        return None
    subj = number_for(stop.device, ask.phone.person_id, cls)
    sched = ask.hours[hours_name(rows)] if rows is not None else None
    minted = credentials.mint_grant(phone=ask.phone, facts=_facts(stop, cls, subj, sched, window), now=now)
    same = before is not None and before.subj == subj and before.sched == _stored(rows)
    lease = Lease(
        id=before.id if before is not None and same else None,
        device=stop.device,
        phone_id=ask.phone.id,
        person_id=ask.phone.person_id,
        grant_id=window.grant_id if window else None,
        cls=cls,
        subj=subj,
        nbf=minted.starts,
        sched=_stored(rows),
        issued_at=now,
        ends=minted.ends,
        ver=stop.list.current,
        data=minted.data,
    )
    lease.save()
    return lease


def _facts(stop: Stop, cls: int, subj: int, sched: int | None, window: AccessWindow | None) -> GrantFacts:
    return GrantFacts(
        lock_id=bytes.fromhex(stop.device.lock),
        epoch=stop.device.epoch,
        ver=stop.list.current,
        door_id=stop.door.id,
        cls=cls,
        subj=subj,
        sched=sched,
        window=window,
    )


def _still_good(lease: Lease, stop: Stop, window: AccessWindow | None, now: datetime) -> bool:
    if lease.ends <= now or lease.ver != stop.list.current or lease.sched != _stored(hours_of(window.schedule) if window else None):
        return False
    if window is not None and ((lease.nbf is not None and window.starts <= now) or (window.ends is not None and lease.ends > window.ends)):
        return False
    return (now - lease.issued_at) * KEEP_FRACTION < lease.ends - lease.issued_at


def _hour_slots(stop: Stop) -> dict[str, int]:
    if not any(window.schedule for window in stop.windows):
        return {}
    rows = ListRow.objects.filter(device=stop.device, kind=int(RecordKind.SCHEDULE), gone=False)
    return {row.name: row.slot for row in rows}


def _stored(rows: tuple[tuple[int, int, int], ...] | None) -> list[list[int]] | None:
    return None if rows is None else [list(row) for row in rows]
