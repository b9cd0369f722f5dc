"""Leases (C.4): the grants that one phone holds at its stops, one per window, kept while they are good and signed anew when it is time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from limen.access import queries as access
from limen.access.queries import AccessWindow
from limen.credentials import queries as credential_facts
from limen.credentials import services as credentials
from limen.credentials.queries import GrantFacts
from limen.fleet.models import Device, DoorList, Lease, ListRow, Pseudonym
from limen.fleet.pseudonyms import number_for
from limen.fleet.wanted import hours_name, hours_of
from limen.identity.queries import PhoneView
from limen.places.queries import DoorView
from limen.storage.prepared import Prepared
from limen.wire.grants import Cls
from limen.wire.records import RecordKind

KEEP_FRACTION = 6
"""A lease is signed anew when a sixth of it has passed, so that opening the app twice costs one signature."""


_LEASES = Prepared(lambda phone, devices: Lease.objects.filter(phone_id=phone, taken_at=None, device__in=devices))
_HOURS = Prepared(
    lambda devices: ListRow.objects.filter(device__in=devices, kind=int(RecordKind.SCHEDULE), gone=False).only("device", "name", "slot")
)
_NUMBERS = Prepared(lambda person, devices: Pseudonym.objects.filter(person_id=person, device__in=devices, retired_at=None))


@dataclass(frozen=True)
class Stop:
    """One door of a round: the device, its door, and in which class the phone comes there."""

    device: Device
    door: DoorView
    list: DoorList
    cls: int
    windows: tuple[AccessWindow, ...] = ()


@dataclass(frozen=True)
class Held:
    """What a phone holds by device, window and class; by device in which slots the lock keeps its hours, and the person's number by class.

    `past_bolt`: until when its person may open which doors although the bolt is thrown from inside (LOCK-15).
    """

    phone: PhoneView
    kept: Mapping[UUID, Mapping[tuple[UUID | None, int], Lease]]
    hours: Mapping[UUID, Mapping[str, int]]
    numbers: Mapping[UUID, Mapping[int, int]]
    past_bolt: Mapping[UUID, datetime]


def held_at(stops: Iterable[Stop], phone: PhoneView, now: datetime) -> Held:
    """Reads it for all stops at once."""
    at = list(stops)
    kept: dict[UUID, dict[tuple[UUID | None, int], Lease]] = {}
    for lease in _LEASES(phone=phone.id, devices=[stop.device.id for stop in at]):
        kept.setdefault(lease.device_id, {})[lease.grant_id, lease.cls] = lease
    timed = [stop.device.id for stop in at if any(window.schedule for window in stop.windows)]
    hours: dict[UUID, dict[str, int]] = {}
    for row in _HOURS(devices=timed):
        hours.setdefault(row.device_id, {})[row.name] = row.slot
    numbers: dict[UUID, dict[int, int]] = {}
    for one in _NUMBERS(person=phone.person_id, devices=[stop.device.id for stop in at]):
        numbers.setdefault(one.device_id, {})[one.cls] = one.number
    staff = any(window.cls == Cls.STAFF for stop in at for window in stop.windows)
    return Held(phone, kept, hours, numbers, access.overrides_of(phone.person_id, now) if staff else {})


def leases(held: Held, stop: Stop, now: datetime) -> list[Lease]:
    """One for each window within reach."""
    device = stop.device.id
    past_bolt = held.past_bolt.get(stop.door.id)
    ask = Ask(stop, held.phone, held.kept.get(device, {}), held.hours.get(device, {}), held.numbers.get(device, {}), past_bolt, now)
    windows: tuple[AccessWindow | None, ...] = stop.windows or (None,)
    found = [_lease(ask, window) for window in windows]
    return [lease for lease in found if lease is not None]


def facts_of(stop: Stop, cls: int, subj: int, sched: int | None, window: AccessWindow | None) -> GrantFacts:
    """What a grant for this stop says."""
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


@dataclass(frozen=True)
class Ask:
    """One phone at one stop: what it already holds there, in which slots the lock keeps its hours, and its person's numbers there."""

    stop: Stop
    phone: PhoneView
    kept: Mapping[tuple[UUID | None, int], Lease]
    hours: Mapping[str, int]
    numbers: Mapping[int, int]
    past_bolt: datetime | None
    now: datetime


def _lease(ask: Ask, window: AccessWindow | None) -> Lease | None:
    """The kept lease while it is good, else one signed now; None where a window is not within reach yet."""
    stop, now = ask.stop, ask.now
    rows = hours_of(window.schedule) if window else None
    if rows is not None and hours_name(rows) not in ask.hours:
        return None
    cls = int(window.cls) if window else stop.cls
    before = ask.kept.get((window.grant_id if window else None, cls))
    past_bolt = ask.past_bolt if cls == Cls.STAFF else None
    if before is not None and before.past_bolt == past_bolt and _still_good(before, stop, window, now):
        return before
    if window is not None and window.starts >= now + timedelta(seconds=credential_facts.lease_s(ask.phone, cls)):
        return None
    subj = ask.numbers.get(cls) or number_for(stop.device, ask.phone.person_id, cls, now)
    sched = ask.hours[hours_name(rows)] if rows is not None else None
    facts = replace(facts_of(stop, cls, subj, sched, window), past_bolt=past_bolt)
    minted = credentials.mint_grant(phone=ask.phone, facts=facts, now=now)
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
        ends=max(minted.ends, before.ends) if past_bolt and before and same else minted.ends,  # the phone may still show the one before
        ver=stop.list.current,
        data=minted.data,
        past_bolt=past_bolt,
    )
    lease.save()
    return lease


def _still_good(lease: Lease, stop: Stop, window: AccessWindow | None, now: datetime) -> bool:
    if lease.ends <= now or lease.ver != stop.list.current or lease.sched != _stored(hours_of(window.schedule) if window else None):
        return False
    if window is not None and ((lease.nbf is not None and window.starts <= now) or (window.ends is not None and lease.ends > window.ends)):
        return False
    return (now - lease.issued_at) * KEEP_FRACTION < lease.ends - lease.issued_at


def _stored(rows: tuple[tuple[int, int, int], ...] | None) -> list[list[int]] | None:
    return None if rows is None else [list(row) for row in rows]
