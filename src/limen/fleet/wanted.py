"""Which records a door's list should have now: from who holds access, their codes and cards, and what phones took away still hold."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from limen.access import queries as access
from limen.access.queries import AccessWindow
from limen.credentials import queries as credentials
from limen.fleet.catalogue import Model
from limen.fleet.models import Device, Lease, Pseudonym
from limen.fleet.rules import Entry, Rows, Span, minute_down, minute_up, span_covers
from limen.identity import queries as identity
from limen.kernel.periods import Weekly
from limen.wire import limits
from limen.wire.grants import Cls
from limen.wire.records import RecordKind

LONGEST_LEASE = timedelta(seconds=limits.PHONE_LEASE_S)
TAKES_AWAY = frozenset({RecordKind.REVOKED_PHONE, RecordKind.SUBJECT_FLOOR, RecordKind.CODE_FLOOR})
"""Kinds that only end access: nothing they say may ever be refused for want of room."""
OWN_ACCESS = (Cls.RESIDENT, Cls.APP_GUEST, Cls.CODE_HOLDER, Cls.STAFF, Cls.VENDOR)


@dataclass
class Wanted:
    """The records by name, the windows behind them, and the leases that nothing stands behind any more."""

    entries: dict[str, Entry] = field(default_factory=dict)
    windows: dict[UUID, tuple[AccessWindow, ...]] = field(default_factory=dict)
    new_cards: frozenset[str] = frozenset()
    floored: list[Lease] = field(default_factory=list)
    of_removed_phones: list[Lease] = field(default_factory=list)
    forgotten_phones: set[UUID] = field(default_factory=set)
    """Whose removed phones may hold leases that no row tells of."""
    unaccounted: dict[int, UUID] = field(default_factory=dict)
    """Numbers, with their people, whose phones may hold leases that no row tells of."""
    restored_at: datetime | None = None
    """When a backup was put in place, as long as leases that it does not know may live."""

    def add(self, entry: Entry) -> None:
        """Puts one record in, under its name."""
        self.entries[entry.name] = entry

    @property
    def has_hours(self) -> bool:
        """Whether anybody's access here has hours."""
        return any(entry.kind == RecordKind.SCHEDULE for entry in self.entries.values())

    def hours(self) -> list[Rows]:
        """All the hours that records and living grants refer to."""
        return [hours for entry in self.entries.values() if entry.kind == RecordKind.SCHEDULE and (hours := _read(entry.data)) is not None]

    def app_users(self) -> set[tuple[UUID, int]]:
        """Whose phones may open here, now or later, and in which classes."""
        return {(person_id, int(window.cls)) for person_id, windows in self.windows.items() for window in windows if window.app}


def wanted_of(device: Device, model: Model, held: Iterable[Entry], since: datetime | None, now: datetime) -> Wanted:
    """Everything the list should say now. `since`: the last settlement; cards turned on since then are new."""
    wanted = Wanted()
    wanted.windows = {h.person_id: h.windows[: limits.WINDOWS_PER_PERSON_AND_DOOR] for h in access.holders(device.door_id, now)}
    _codes(wanted, device, model, now)
    if model.nfc:
        _cards(wanted, device, since, now)
    for floor in credentials.code_floors(device.door_id, now):
        wanted.add(Entry(f"codefloor:{floor.cls}:{floor.bucket}", RecordKind.CODE_FLOOR, data=[floor.cls, floor.bucket, floor.idx]))
    _phones(wanted, device, held, now)
    _hours(wanted, device, now)
    return wanted


def hours_of(schedule: Weekly | None) -> Rows | None:
    """A schedule as the rows of a kind 6 record."""
    return None if schedule is None else tuple((i.days, i.from_minute, i.to_minute) for i in schedule.intervals)


def hours_name(rows: Rows) -> str:
    """The name of the record that holds these hours: the same hours are one record."""
    return "hours:" + hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:16]


def rows_from(stored: Sequence[Sequence[int]] | None) -> Rows | None:
    """Hours as the database gives them back."""
    return None if stored is None else tuple((row[0], row[1], row[2]) for row in stored)


def _read(data: object) -> Rows | None:
    return rows_from(json.loads(data)) if isinstance(data, str) else None


def _codes(wanted: Wanted, device: Device, model: Model, now: datetime) -> None:
    if not model.keypad:
        return
    for code in credentials.codes_at(device.door_id):
        name, kind = ("second", RecordKind.DURESS_CODE) if code.duress else ("code", RecordKind.CODE)
        which = f"{code.id}:{code.generation}:{code.digits}"
        for window in wanted.windows.get(code.person_id, ()):
            if window.code:
                wanted.add(_timed(Entry(f"{name}:{code.person_id}:{window.grant_id}", kind, code.person_id, data=which), window, now))


def _cards(wanted: Wanted, device: Device, since: datetime | None, now: datetime) -> None:
    new: set[str] = set()
    policy = credentials.card_policy(device.property_id)
    allowed = {"aes": True, "sun": policy.allow_sun, "uid": policy.allow_uid}
    by_card = {person_id: [w for w in windows if w.card] for person_id, windows in wanted.windows.items()}
    for card in credentials.cards_of_people((person_id for person_id, here in by_card.items() if here), device.property_id):
        if not allowed[card.kind]:
            continue
        kind = RecordKind.CARD_UID if card.kind == "uid" else RecordKind.CARD_AES
        for window in by_card[card.person_id]:
            wanted.add(_timed(Entry(f"card:{card.id}:{window.grant_id}", kind, card.person_id, data=str(card.id)), window, now))
        if since is not None and card.active_from >= since:
            new.add(str(card.id))
    wanted.new_cards = frozenset(new)


def _timed(entry: Entry, window: AccessWindow, now: datetime) -> Entry:
    """A code or card in the window that gives it."""
    return replace(
        entry,
        cls=int(window.cls),
        nbf=None if window.starts <= now else minute_up(window.starts),
        exp=None if window.ends is None else minute_down(window.ends),
        sched=hours_of(window.schedule),
    )


def _phones(wanted: Wanted, device: Device, held: Iterable[Entry], now: datetime) -> None:
    """What phones hold and should not: kept as long as the newest lease it blocks could open (B.3)."""
    now_min = minute_down(now)
    for entry in held:
        if entry.kind in (RecordKind.REVOKED_PHONE, RecordKind.SUBJECT_FLOOR) and (entry.exp is None or entry.exp > now_min):
            wanted.add(entry)
    for lease in Lease.objects.filter(device=device, ends__gt=now, taken_at=None, cls__in=OWN_ACCESS).order_by("id"):
        if not _stands(lease, wanted.windows.get(lease.person_id, ()), now):
            wanted.floored.append(lease)
    lately = access.revocations(door_id=device.door_id, since=now - LONGEST_LEASE)
    _removed(wanted, device, now)
    _removed_lately(wanted, lately, now)
    _floors(wanted, now)
    _unaccounted(wanted, device, lately, now)
    _keep_bounded(wanted, device, now)


def _stands(lease: Lease, windows: tuple[AccessWindow, ...], now: datetime) -> bool:
    said = Span(lease.nbf, lease.ends, rows_from(lease.sched))
    return any(
        window.app
        and (window.cls == lease.cls or lease.cls != Cls.RESIDENT)
        and span_covers(Span(window.starts, window.ends, hours_of(window.schedule)), said, now)
        for window in windows
    )


def _removed(wanted: Wanted, device: Device, now: datetime) -> None:
    live = Lease.objects.filter(device=device, ends__gt=now, taken_at=None)
    for phone_id, phone in identity.phones_by_id(live.values_list("phone_id", flat=True).distinct()).items():
        if phone.removed_at is None:
            continue
        leases = list(live.filter(phone_id=phone_id))
        wanted.of_removed_phones += leases
        wanted.floored = [lease for lease in wanted.floored if lease.phone_id != phone_id]
        _name(wanted, phone, max(lease.ends for lease in leases))


def _removed_lately(wanted: Wanted, lately: Sequence[access.RevocationView], now: datetime) -> None:
    """A phone that was removed is named as long as its last lease can have been signed for, also where no row tells of one (decision 0132)."""
    owners = {order.person_id for order in lately if order.kind == "phone_removed"}
    known = {lease.phone_id for lease in wanted.of_removed_phones}
    for phone in (phone for person_id in sorted(owners) for phone in identity.phones(person_id, gone_too=True)):
        if phone.removed_at is not None and phone.removed_at >= now - LONGEST_LEASE:
            _name(wanted, phone, phone.removed_at + LONGEST_LEASE)
            if phone.id not in known:
                wanted.forgotten_phones.add(phone.person_id)


def _name(wanted: Wanted, phone: identity.PhoneView, until: datetime) -> None:
    key8 = phone.key8.hex()
    wanted.add(Entry(f"phone:{key8}", RecordKind.REVOKED_PHONE, phone.person_id, exp=minute_up(until), data=key8))


def _floors(wanted: Wanted, now: datetime) -> None:
    for lease in wanted.floored:
        name = f"floor:{lease.subj}"
        before = wanted.entries.get(name)
        until = max(minute_up(lease.ends), before.exp or 0 if before else 0)
        wanted.add(Entry(name, RecordKind.SUBJECT_FLOOR, lease.person_id, exp=until, data=int(now.timestamp())))


def _unaccounted(wanted: Wanted, device: Device, lately: Sequence[access.RevocationView], now: datetime) -> None:
    """Who lost access here lately and has a phone gets a floor even where no row knows of a lease.

    A service that was restored from a backup has forgotten the leases of the time in between; the phones have not (invariant 14).
    """
    lost = {order.person_id for order in lately if not any(window.app for window in wanted.windows.get(order.person_id, ()))}
    with_phone = {person_id for person_id in lost if identity.removable_phones(person_id, now)}
    numbers = Pseudonym.objects.filter(device=device, person_id__in=with_phone, cls__in=OWN_ACCESS, retired_at=None)
    said = {row.number: row.person_id for row in numbers if row.person_id is not None and f"floor:{row.number}" not in wanted.entries}
    until = minute_up(now + LONGEST_LEASE)
    for number, person_id in said.items():
        wanted.add(Entry(f"floor:{number}", RecordKind.SUBJECT_FLOOR, person_id, exp=until, data=int(now.timestamp())))
    wanted.unaccounted = said


def floor_all(wanted: Wanted, restored_at: datetime) -> None:
    """After a restore no lease from before counts: nobody knows any more which were signed, and phones with signal renew theirs (invariant 14)."""
    before = wanted.entries.get("floor:all")
    since = max(int(restored_at.timestamp()), before.data if before and isinstance(before.data, int) else 0)
    until = None if before is not None and before.exp is None else minute_up(restored_at + LONGEST_LEASE)
    wanted.add(Entry("floor:all", RecordKind.SUBJECT_FLOOR, exp=until, data=since))
    wanted.restored_at = restored_at


def _keep_bounded(wanted: Wanted, device: Device, now: datetime) -> None:
    """More removed phones than a lock keeps: the oldest give way to a floor for everybody, and phones online renew by themselves (B.3)."""
    phones = sorted((e for e in wanted.entries.values() if e.kind == RecordKind.REVOKED_PHONE), key=lambda e: e.exp or 0)
    _fold(wanted, phones[: max(0, len(phones) - limits.REVOCATIONS_MAX)], device, now)


def keep_within(wanted: Wanted, device: Device, most: int, now: datetime) -> None:
    """A list that would outgrow its lock because people were taken away: what ends soonest gives way to the floor for everybody, never a person."""
    excess = len(wanted.entries) - most
    if excess <= 0:
        return
    single = [
        e for e in wanted.entries.values() if e.kind in (RecordKind.REVOKED_PHONE, RecordKind.SUBJECT_FLOOR) and e.name != "floor:all"
    ]
    places = excess if "floor:all" in wanted.entries else excess + 1
    _fold(wanted, sorted(single, key=lambda e: e.exp or 0)[:places], device, now)


def _fold(wanted: Wanted, entries: Iterable[Entry], device: Device, now: datetime) -> None:
    """These phones and floors, told by one floor that stands for everybody."""
    for entry in entries:
        del wanted.entries[entry.name]
        before = wanted.entries.get("floor:all")
        told = entry.data + 1 if isinstance(entry.data, int) else _just_after(entry, wanted, device, now)
        floor = max(told, before.data if before and isinstance(before.data, int) else 0)
        wanted.add(Entry("floor:all", RecordKind.SUBJECT_FLOOR, data=floor))


def _just_after(entry: Entry, wanted: Wanted, device: Device, now: datetime) -> int:
    """The first second at which no grant of this removed phone was issued: the lock opens for what was issued at the floor or later."""
    taken = Lease.objects.filter(device=device, person_id=entry.person_id or UUID(int=0), taken_at__isnull=False)
    issued = [
        *taken.values_list("issued_at", flat=True),
        *(one.issued_at for one in wanted.of_removed_phones if one.person_id == entry.person_id),
    ]
    return 1 + int((max(issued) if issued else now).timestamp())


def _hours(wanted: Wanted, device: Device, now: datetime) -> None:
    """Hours that a record or a living grant refers to. A grant keeps its hours as long as it lives: an unknown slot refuses (B.1)."""
    gone = {lease.pk for lease in (*wanted.floored, *wanted.of_removed_phones)}
    living = Lease.objects.filter(device=device, ends__gt=now, taken_at=None, sched__isnull=False)
    every = [hours_of(window.schedule) for windows in wanted.windows.values() for window in windows]
    every += [rows_from(lease.sched) for lease in living if lease.pk not in gone]
    for rows in every:
        if rows is not None:
            wanted.add(Entry(hours_name(rows), RecordKind.SCHEDULE, data=json.dumps(rows)))
