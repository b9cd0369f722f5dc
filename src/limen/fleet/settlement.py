"""Brings a door's list up to what the service says now, in the transaction of the change itself (B.1, ACCESS-3).

The version rises only if a record or the config changed; what merely ended by itself rides along with the next change. What the change
takes from people, and what people must do about it, is written beside it (SYNC-3, SYNC-4, ACCESS-13).
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from limen.access import queries as access
from limen.credentials import services as credentials
from limen.fleet import aiming, discards, logkeys, remnants
from limen.fleet.catalogue import Model, model
from limen.fleet.doorconfig import changed_days, read_config, same_settings, stored_config, wanted_config
from limen.fleet.models import Delivery, Device, DoorList, Lease, ListChange, ListRow, ListVersion
from limen.fleet.numbers import reserve
from limen.fleet.pseudonyms import number_all, number_for, retire
from limen.fleet.rules import Diff, Entry, Ways, clock_error, diff, due_day, joined, minute_down, need
from limen.fleet.tasks import raise_task
from limen.fleet.views import Why
from limen.fleet.wanted import LONGEST_LEASE, TAKES_AWAY, Wanted, floor_all, keep_within, rows_from, wanted_of
from limen.fleet.words import Scene, Word, has_app, holidays_changed, passage_narrowed, words_of
from limen.kernel.problems import Refused
from limen.places import queries as places
from limen.storage import chance, outbox
from limen.wire.bundles import records_max
from limen.wire.records import Config, RecordKind

FIRST_SLOT = 1
KEPT_SHARE = 10
"""A tenth of a model's people is kept in places for what takes access away; a code and a card for everybody leave twice as many."""


def settle_door(door_id: UUID, now: datetime) -> int | None:
    """The door's list version after settling; None where no device is active (nothing is owed to a lock then)."""
    device = Device.objects.filter(door_id=door_id, ended_at=None).first()
    if device is None:
        _settle_orders_without_device(door_id)
        return None
    credentials.settle_codes(door_id=door_id, now=now)
    connected = places.door_view(door_id).connected
    left_alone = device.connected and not connected
    if device.connected != connected:
        device.connected = connected
        device.save(update_fields=["connected"])
    settlement = Settlement(device, now)
    current = settlement.run()
    if left_alone:
        settlement.owe_what_waits()
    return current


class Settlement:
    """One settling of one list."""

    def __init__(self, device: Device, now: datetime) -> None:
        self.device, self.now = device, now
        self.model: Model = model(device.model)
        self.list = DoorList.objects.select_for_update().get(device=device)
        self.rows = list(ListRow.objects.filter(device=device).order_by("slot"))
        self.held = {row.name: entry_of(row) for row in self.rows if not row.gone}

    def run(self) -> int:
        """Compares, and writes a new version if something changed."""
        wanted = wanted_of(self.device, self.model, self.held.values(), self.list.settled_at, self.now)
        restored_at = self.list.restored_at
        if restored_at is not None and self.now < restored_at + LONGEST_LEASE:
            floor_all(wanted, restored_at)
        keep_within(wanted, self.device, records_max(self.model.capacity), self.now)
        found = diff(self.held, wanted.entries, minute_down(self.now))
        config = wanted_config(self.device.door_id, self.model, self.now, has_hours=wanted.has_hours)
        held_config = read_config(self.list.config)
        new_config = None if same_settings(held_config, config, self.now) else config
        self.aim = aiming.unsaid(self.device)
        self.leaving = remnants.unsaid(self.device)
        self.purges = remnants.left_in(self.rows, self.leaving, wanted.entries, self.list.proven) or discards.unsaid(self.device)
        skipped = self.list.current <= self.list.forgotten_upto  # no list of ours has this number
        if found or new_config is not None or self.aim is not None or self.purges or skipped:
            self._write(wanted, found, new_config, held_config)
        number_all(self.device, wanted.app_users(), self.now)
        self._settle_orders()
        if self.leaving:
            remnants.said(self.device, self.list.current, self.list.proven, self.now)
        self.list.settled_at = self.now
        DoorList.objects.filter(device=self.device).update(settled_at=self.now)
        return self.list.current

    def owe_what_waits(self) -> None:
        """Nothing is due at a reader that hears by itself; once it does not, what it has not proved is owed by people, and due now (SYNC-3)."""
        waiting = list(ListChange.objects.filter(device=self.device, version__gt=self.list.proven, needs_update=False))
        apps = has_app({change.person_id for change in waiting if change.person_id}, self.device.door_id, self.now)
        owed = [change for change in waiting if self._is_owed(change, apps)]
        today = due_day(None, self.now, self._zone())
        for change in owed:
            change.needs_update, change.due = True, today
        ListChange.objects.bulk_update(owed, ["needs_update", "due"])
        if owed:
            raise_task(self.device, version=self.list.current, due=today, now=self.now)

    def _is_owed(self, change: ListChange, apps: dict[UUID, bool]) -> bool:
        why = Why(change.why)
        app = apps.get(change.person_id, True) if change.person_id else True
        return need(why, has_app=app, is_new_card=why == Why.CARD_STARTED, starts=None).needs_update

    def _write(self, wanted: Wanted, found: Diff, config: Config | None, held_config: Config | None) -> None:
        words = [Word(Why.FIRST_LIST, None)] if self.list.current == 0 else self._words(wanted, found, config, held_config)
        version = self.list.current + 1
        reserve(self.device, self.list, version, self.now)
        self._write_rows(found, version)
        self._end_leases(wanted)
        new_version(self.device, version, self.now)
        if self.aim is not None:
            aiming.said(self.device, self.aim, version)
        discards.said(self.device, version)
        fields: dict[str, object] = {"current": version}
        if config is not None:
            fields |= {"config": stored_config(config), "config_version": version}
        if (log_key := logkeys.unsaid(self.list, self.device.property_id)) is not None:
            fields |= {"log_key": log_key, "log_key_version": version}
        DoorList.objects.filter(device=self.device).update(**fields)
        self.list.refresh_from_db()
        self._say(words, version)

    def _words(self, wanted: Wanted, found: Diff, config: Config | None, held_config: Config | None) -> list[Word]:
        orders = {d.person_id: order for d in self._orders() if (order := access.revocation_view(d.revocation_id)) is not None}
        error = clock_error(self.device.clock_state, self.device.clock_error_s, self.device.clock_at, self.now)
        words = words_of(Scene(found, self.held, wanted, orders, error, self.now))
        if config is not None:
            words += self._settings(config, held_config, wanted)
        if self.aim is not None:
            words.append(Word(Why.FIRMWARE, None))
        if self.purges:
            words.append(Word(Why.REMNANTS, None))
        return words

    def _settings(self, config: Config, held: Config | None, wanted: Wanted) -> list[Word]:
        """Holidays are a change of their own: they matter from their first day on (SYNC-4)."""
        days, words = changed_days(held, config, self.now), []
        if days:
            words.append(Word(*holidays_changed(days, config, wanted.hours(), self._zone())))
        if not days or held is None or replace(held, holidays=config.holidays, zone=config.zone) != config:
            longer = held is not None and held.digits != config.digits
            why = (
                Why.PASSAGE_NARROWED if held is not None and passage_narrowed(held, config) else Why.CODE_LENGTH if longer else Why.SETTINGS
            )
            words.append(Word(why, None))
        return words

    def _zone(self) -> ZoneInfo:
        return ZoneInfo(places.property_view(self.device.property_id).time_zone)

    # ---- records in their slots

    def _write_rows(self, found: Diff, version: int) -> None:
        by_name = {row.name: row for row in self.rows}
        ended = [*found.removed, *(have for have, want in found.riding if want is None)]
        for entry in ended:
            self._end_row(by_name[entry.name], version)
        put = [*found.added, *(want for _, want in found.changed), *(want for _, want in found.riding if want is not None)]
        self._refuse_if_full(found)
        free = self._free_slots({entry.name for entry in put})
        fresh: list[ListRow] = []
        for entry in put:
            row = by_name.get(entry.name)
            if row is None:
                row = free.pop() if free else ListRow(device=self.device, slot=self._next_slot(fresh))
            self._fill(row, entry, version)
            fresh.append(row)
        ListRow.objects.bulk_create([row for row in fresh if row.pk is None])
        ListRow.objects.bulk_update([row for row in fresh if row.pk is not None], ROW_FIELDS)

    def _refuse_if_full(self, found: Diff) -> None:
        """Who gives access at a full lock is told so; who takes it away never is: places are kept for that (SYNC-3)."""
        giving = sum(entry.kind not in TAKES_AWAY for entry in found.added)
        held = sum(not row.gone and row.kind not in TAKES_AWAY for row in self.rows)
        if giving and held + giving > records_max(self.model.capacity) - self.model.capacity // KEPT_SHARE:
            raise Refused(
                "lock_full", "This lock cannot hold more people.", "Its model holds %(most)s.", gaps={"most": self.model.capacity}
            )

    def _end_row(self, row: ListRow, version: int) -> None:
        row.gone, row.version = True, version
        row.save(update_fields=["gone", "version"])

    def _free_slots(self, wanted_again: set[str]) -> list[ListRow]:
        """Slots whose end the lock has proved. Slots of hours stay theirs: an old grant may still name one."""
        proven = [row for row in self.rows if row.gone and row.version <= self.list.proven and row.name not in wanted_again]
        free = [row for row in proven if row.kind != RecordKind.SCHEDULE]
        return sorted(free, key=lambda row: -row.slot)

    def _next_slot(self, fresh: list[ListRow]) -> int:
        return 1 + max([FIRST_SLOT - 1, *(row.slot for row in self.rows), *(row.slot for row in fresh)])

    def _fill(self, row: ListRow, entry: Entry, version: int) -> None:
        same_person = row.name == entry.name and row.person_id == entry.person_id and row.cls == entry.cls and row.subj is not None
        if not same_person:
            row.subj = self._subj(entry)
        row.name, row.kind, row.person_id, row.cls = entry.name, int(entry.kind), entry.person_id, entry.cls
        row.nbf, row.exp, row.data = entry.nbf, entry.exp, entry.data
        row.sched = None if entry.sched is None else [list(interval) for interval in entry.sched]
        row.version, row.gone = version, False

    def _subj(self, entry: Entry) -> int | None:
        if entry.kind == RecordKind.SUBJECT_FLOOR:
            number = entry.name.removeprefix("floor:")
            return int(number) if number.isdecimal() else None
        if entry.person_id is None or entry.cls is None:
            return None
        return number_for(self.device, entry.person_id, entry.cls, self.now)

    def _end_leases(self, wanted: Wanted) -> None:
        ended = [*wanted.floored, *wanted.of_removed_phones]
        Lease.objects.filter(pk__in=[lease.pk for lease in ended]).update(taken_at=self.now)
        numbers = {lease.subj for lease in wanted.floored} | set(wanted.unaccounted)
        Lease.objects.filter(device=self.device, subj__in=numbers, taken_at=None).update(taken_at=self.now)
        retire(self.device, numbers, self.now)

    # ---- what is said about it

    def _say(self, words: list[Word], version: int) -> None:
        zone = self._zone()
        starting = {word.person_id for word in words if word.person_id is not None and word.why == Why.CODE_STARTED}
        apps = has_app(starting, self.device.door_id, self.now)
        changes = [self._change(word, version, zone, apps) for word in words]
        ListChange.objects.bulk_create(changes)
        due = [change.due for change in changes if change.due is not None]
        if due:
            raise_task(self.device, version=version, due=min(due), now=self.now)
        if self.device.connected:
            outbox.put("list.raised", {"lock": self.device.lock, "version": version}, self.now)

    def _change(self, word: Word, version: int, zone: ZoneInfo, apps: dict[UUID, bool]) -> ListChange:
        app = apps.get(word.person_id, True) if word.person_id else True
        needed = need(word.why, has_app=app, is_new_card=word.is_new_card, starts=word.starts)
        manual = needed.needs_update and not self.device.connected
        return ListChange(
            device=self.device,
            version=version,
            why=word.why.value,
            person_id=word.person_id,
            at=self.now,
            needs_update=manual,
            due=due_day(needed.since, self.now, zone) if manual else None,
            ways=stored_ways(word.ways),
        )

    # ---- revocations

    def _orders(self) -> list[Delivery]:
        return list(Delivery.objects.filter(door_id=self.device.door_id, settled=False))

    def _settle_orders(self) -> None:
        """Ties each new revocation to the version that carries it. Where nothing of it can open any more, it is in force at once."""
        for delivery in self._orders():
            unproven = ListChange.objects.filter(device=self.device, person_id=delivery.person_id, version__gt=self.list.proven)
            ways = joined([read_ways(change.ways) for change in unproven])
            delivery.device, delivery.settled, delivery.ways = self.device, True, stored_ways(ways)
            delivery.version = self.list.current if ways.until else None
            delivery.save()
            if ways.until:
                unproven.filter(revocation_id=None, version=self.list.current).update(revocation_id=delivery.revocation_id)


ROW_FIELDS = ["name", "kind", "person_id", "subj", "cls", "nbf", "exp", "sched", "data", "version", "gone"]


def entry_of(row: ListRow) -> Entry:
    """A row as a value, without slot and version."""
    return Entry(
        name=row.name,
        kind=RecordKind(row.kind),
        person_id=row.person_id,
        cls=row.cls,
        nbf=row.nbf,
        exp=row.exp,
        sched=rows_from(row.sched),
        data=row.data,
    )


def new_version(device: Device, version: int, now: datetime) -> None:
    """Draws salt and probe of a version, once (B.1)."""
    ListVersion.objects.create(device=device, version=version, salt=chance.random_bytes(16), probe=chance.random_bytes(8), made_at=now)


def stored_ways(ways: Ways) -> dict[str, str | None]:
    """Ways as JSON."""
    return {way: end.isoformat() if end else None for way, end in ways.until.items()}


def read_ways(stored: dict[str, str | None]) -> Ways:
    """What `stored_ways` wrote."""
    return Ways({way: datetime.fromisoformat(end) if end else None for way, end in stored.items()})


def _settle_orders_without_device(door_id: UUID) -> None:
    Delivery.objects.filter(door_id=door_id, settled=False).update(settled=True)
