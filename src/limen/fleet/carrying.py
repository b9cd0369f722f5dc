"""What a phone takes along (B.8, SYNC-1, SYNC-2, SYNC-13): its own doors, the doors it may manage, sealed news of others it passes."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F

from limen.access import queries as access
from limen.access.queries import AccessWindow
from limen.credentials import services as credentials
from limen.fleet import aiming, discards, leasing, releasing
from limen.fleet.leasing import Held, Stop
from limen.fleet.models import Bundle, Carry, Device, DoorList
from limen.fleet.pseudonyms import number_for
from limen.fleet.sealing import newest_bundle, sealed_already
from limen.fleet.views import Anew, InboxEntry
from limen.identity import queries as identity
from limen.identity.queries import PhoneView
from limen.kernel.problems import NotYours
from limen.people import queries as people
from limen.places import queries as places
from limen.places.queries import DoorView
from limen.storage.prepared import Prepared
from limen.wire import limits
from limen.wire.grants import Cls

INBOX_BYTES = 600 * 1024
PUSH_ONLY = frozenset({Cls.MANAGER, Cls.COURIER})
"""Who brings a lock's record to nobody: only they carry a discard (decision 0222)."""
_LISTS = Prepared(lambda doors: DoorList.objects.filter(device__door_id__in=doors, device__ended_at=None).select_related("device"))
_WAITING = Prepared(
    lambda buildings, own: (
        DoorList.objects.filter(device__property_id__in=buildings, device__ended_at=None, current__gt=F("proven"))
        .exclude(device__door_id__in=own)
        .select_related("device")
    )
)
_CARRIED = Prepared(lambda phone, devices: Carry.objects.filter(phone_id=phone, device__in=devices))
_UNWIPED = Prepared(lambda buildings: releasing.unwiped(property_id__in=buildings).select_related("list"))


def compose(person_id: UUID, phone_id: UUID, as_: str, now: datetime) -> tuple[InboxEntry, ...]:
    """The inbox of one phone, in a number of reads that does not grow with its doors. NotYours for a phone not this person's or gone."""
    phone = identity.phone(phone_id)
    if phone is None or phone.person_id != person_id or phone.gone:
        raise NotYours
    if as_ == "manager":
        managed = _device_managed(person_id, now)
        stops = _managed(managed) + _released(managed, {}, int(Cls.MANAGER))
    else:
        own = access.doors_of(person_id, now)
        doors = places.doors_by_id(own)
        buildings = _buildings(own, doors, now)
        stops = _own(own, doors) if as_ == "resident" else []
        stops += _passing(buildings, own, now) + _released(buildings, own, int(Cls.COURIER))
    return tuple(_bounded(Load.of(stops, phone, now), stops))


def installers(door_id: UUID, lock_id: bytes, phone: PhoneView, now: datetime) -> Anew | None:
    """DoorInfo and class 9 grant for the lock that is active on a door; nothing is kept of it, the grant ends by itself in a day."""
    found = [stop for stop in _devices(places.doors_by_id([door_id])) if stop[0].lock == lock_id.hex()]
    if not found:
        return None
    device, door, listed = found[0]
    stop = Stop(device, door, listed, int(Cls.INSTALLER))
    facts = leasing.facts_of(stop, stop.cls, number_for(device, phone.person_id, stop.cls, now), None, None)
    return Anew(bytes(device.info), credentials.mint_grant(phone=phone, facts=facts, now=now).data)


@dataclass(frozen=True)
class Load:
    """What one phone at its stops needs of the database, read once for all of them. `carried`: the versions this phone was given."""

    phone: PhoneView
    now: datetime
    held: Held
    sealed: Mapping[UUID, Bundle]
    carried: Mapping[UUID, int]
    offers: Mapping[UUID, tuple[bytes, bytes]]
    discards: Mapping[UUID, bytes]

    @classmethod
    def of(cls, stops: Sequence[Stop], phone: PhoneView, now: datetime) -> "Load":
        """For these stops."""
        active = [stop for stop in stops if stop.device.ended_at is None]
        carried = _CARRIED(phone=phone.id, devices=[stop.device.id for stop in active])
        return cls(
            phone=phone,
            now=now,
            held=leasing.held_at(stops, phone, now),
            sealed=sealed_already([stop.list for stop in active]),
            carried={row.device_id: row.version for row in carried},
            offers=aiming.offers([stop.device for stop in active if stop.cls != Cls.COURIER], now),
            discards=discards.words([stop.device.id for stop in active if stop.cls in PUSH_ONLY]),
        )


def _bounded(load: Load, stops: list[Stop]) -> Iterator[InboxEntry]:
    """Own doors first and whole; news for others only as far as one answer may grow."""
    left = INBOX_BYTES
    for stop in stops:
        if stop.cls == Cls.COURIER and left <= 0:
            return
        entry = _entry(load, stop)
        if entry is not None:
            left -= len(entry.bundle or b"") + 1_024
            yield entry


def _own(own: dict[UUID, tuple[AccessWindow, ...]], doors: Mapping[UUID, DoorView]) -> list[Stop]:
    by_app = {door_id: tuple(w for w in windows if w.app) for door_id, windows in own.items()}
    held = {door_id: windows for door_id, windows in by_app.items() if windows and door_id in doors}
    found = _devices({door_id: doors[door_id] for door_id in held})
    return [Stop(device, door, listed, int(held[door.id][0].cls), held[door.id]) for device, door, listed in found]


def _managed(properties: Iterable[UUID]) -> list[Stop]:
    """Every door of the properties where the person manages devices: push only, whatever else they hold (SYNC-2)."""
    found = [stop for place in properties for stop in _devices({door.id: door for door in places.doors(place)})]
    return [Stop(device, door, listed, int(Cls.MANAGER)) for device, door, listed in found]


def _device_managed(person_id: UUID, now: datetime) -> list[UUID]:
    return [place for place in people.managed_properties(person_id, now) if people.rights(person_id, place, now).device_management]


def _passing(buildings: list[UUID], own: Collection[UUID], now: datetime) -> list[Stop]:
    """Up to 64 other doors of the same buildings with an unproven version, unless their household wants no strangers' phones (SYNC-13)."""
    waiting = _WAITING(buildings=buildings, own=own)
    doors = places.doors_by_id(row.device.door_id for row in waiting)
    waiting.sort(key=lambda row: (row.proven == 0, row.settled_at or now, row.device.lock))
    stops = [Stop(row.device, doors[row.device.door_id], row, int(Cls.COURIER)) for row in waiting if row.device.door_id in doors]
    return [stop for stop in stops if stop.door.carried_by_others][: limits.PASSING_DOORS_MAX]


def _buildings(own: dict[UUID, tuple[AccessWindow, ...]], doors: Mapping[UUID, DoorView], now: datetime) -> list[UUID]:
    """Where a phone may carry for others: the buildings in which its owner opens a door by app now."""
    in_force = {door_id for door_id, windows in own.items() if any(w.app and w.starts <= now for w in windows)}
    return sorted({doors[door_id].property_id for door_id in in_force if door_id in doors})


def _released(buildings: Iterable[UUID], own: Collection[UUID], cls: int) -> list[Stop]:
    """Locks that left their door and have not signed yet that they are empty: push only, whoever carries it (A.3)."""
    found = _UNWIPED(buildings=list(buildings))
    doors = places.doors_by_id({device.door_id for device in found})
    stops = [Stop(device, doors[device.door_id], device.list, cls) for device in found]
    allowed = [stop for stop in stops if cls != Cls.COURIER or stop.door.id in own or stop.door.carried_by_others]
    return allowed[: limits.PASSING_DOORS_MAX]


def _devices(doors: Mapping[UUID, DoorView]) -> list[tuple[Device, DoorView, DoorList]]:
    found = [(row.device, doors[row.device.door_id], row) for row in _LISTS(doors=list(doors))]
    return sorted(found, key=lambda stop: (stop[1].name, stop[0].lock))


def _entry(load: Load, stop: Stop) -> InboxEntry | None:
    leases = leasing.leases(load.held, stop, load.now)
    if not leases:
        return None
    bundle = _bundle(load, stop)
    passing = stop.cls == Cls.COURIER
    return InboxEntry(
        lock_id=bytes.fromhex(stop.device.lock),
        serial=None if passing else stop.device.serial,
        door_id=None if passing else stop.door.id,
        name=None if passing else stop.door.name,
        info=bytes(stop.device.short_info if passing else stop.device.info),
        grants=tuple(bytes(lease.data) for lease in leases),
        bundle=bytes(bundle.data) if bundle is not None else None,
        ver=stop.list.current,
        proven=stop.list.proven,
        ack=load.discards.get(stop.device.id) or bytes(stop.device.ack) or None,
        cls=stop.cls,
        until=int(max(lease.ends for lease in leases).timestamp()),
        release=bytes(stop.device.release) or None,
        firmware=None if passing else load.offers.get(stop.device.id),
    )


def _bundle(load: Load, stop: Stop) -> Bundle | None:
    """The sealed update, sealed now where nobody has asked for it yet; noted as carried by this phone."""
    device = stop.device
    if device.ended_at is not None or stop.list.current <= stop.list.proven:
        return None
    bundle = load.sealed.get(device.id) or newest_bundle(device, load.now)
    if bundle is not None and load.carried.get(device.id) != bundle.version:
        Carry.objects.update_or_create(device=device, phone_id=load.phone.id, defaults={"version": bundle.version, "at": load.now})
    return bundle
