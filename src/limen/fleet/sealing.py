"""Sealed updates: the whole state at the current version, what changed since the proven one, and the bundle that carries it (B.1, B.2)."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F

from limen.credentials import queries as credentials
from limen.credentials import services as codes
from limen.fleet import aiming, logkeys, remnants
from limen.fleet.catalogue import model
from limen.fleet.doorconfig import read_config
from limen.fleet.models import Bundle, Device, DoorList, ListRow, ListVersion
from limen.fleet.wanted import hours_name, rows_from
from limen.storage import kms
from limen.storage.prepared import Prepared
from limen.wire import bundles, cbor, limits, liststate
from limen.wire.bundles import BundleHead, BundleKind, Payload
from limen.wire.grants import Cls
from limen.wire.hpke import HpkeSealer
from limen.wire.liststate import ListState
from limen.wire.records import AesCard, CodeFloor, Config, Data, ListRecord, RecordKind
from limen.wire.schedules import Schedule

CODES = (RecordKind.CODE, RecordKind.DURESS_CODE)


_NEWEST = Prepared(lambda devices: Bundle.objects.filter(device__in=devices, version=F("device__list__current")))


@dataclass(frozen=True)
class Target:
    """The version a bundle ends at, and what the lock may hold already."""

    device: Device
    list: DoorList
    version: ListVersion
    config: Config


def newest_bundle(device: Device, now: datetime) -> Bundle | None:
    """The one bundle from the last proven version to the current one, built once (B.1); None while nothing is unproven."""
    held = DoorList.objects.select_for_update().get(device=device)  # no version may come while this one is read and sealed
    if held.current <= held.proven:
        return None
    return sealed_already([held]).get(device.id) or _build(device, held, base_of(held), now)


def sealed_already(lists: Iterable[DoorList]) -> dict[UUID, Bundle]:
    """By device, the bundles that lead from what these lists have proved to their current versions, where they were built before; one read."""
    wanted = {(held.device_id, base_of(held), held.current) for held in lists if held.current > held.proven}
    found = _NEWEST(devices={device for device, _, _ in wanted})
    return {row.device_id: row for row in found if (row.device_id, row.base, row.version) in wanted}


def base_of(held: DoorList) -> int:
    """From which version on the next bundle changes a list; 0: it is a whole one."""
    return 0 if wants_snapshot(held) else held.proven


def wants_snapshot(held: DoorList) -> bool:
    """A whole list where the lock's version is not known, does not match, or is 256 versions old (B.2)."""
    span = limits.SNAPSHOT_EVERY_VERSIONS
    return held.proven == 0 or held.needs_snapshot or held.current // span != held.proven // span


def bundle_bytes(built: bundles.Bundle) -> bytes:
    """A bundle as it travels over HTTP: CBOR [manifest, [chunk…]]."""
    return cbor.encode([built.manifest, list(built.chunks)])


def _build(device: Device, held: DoorList, base: int, now: datetime) -> Bundle:
    config = read_config(held.config)
    version = ListVersion.objects.get(device=device, version=held.current)
    if config is None:
        raise LookupError("a list without a config")
    target = Target(device, held, version, config)
    secrets = credentials.epoch_secrets(bytes.fromhex(device.lock), device.epoch)
    rows = list(ListRow.objects.filter(device=device).order_by("slot"))
    records = _records(target, rows)
    after = liststate.after(_state(target, records, secrets))
    ListVersion.objects.filter(pk=version.pk, after=None).update(after=after)
    whole = _snapshot(target, records, secrets)
    payload, kind = whole, BundleKind.SNAPSHOT
    if base:
        delta = _delta(target, rows, records, base)
        if len(bundles.encode_payload(delta)) < len(bundles.encode_payload(whole)):
            payload, kind = delta, BundleKind.DELTA
    head = BundleHead(
        lock_id=bytes.fromhex(device.lock),
        epoch=device.epoch,
        base=base,
        ver=held.current,
        iat=int(now.timestamp()),
        after=after,
        kind=kind,
        min_fw=aiming.least(device, base) if kind is BundleKind.DELTA else None,
    )
    sealer = HpkeSealer(bytes(device.xs_public))
    built = bundles.build(head, payload, sealer=sealer, signer=kms.signer("update"), capacity=model(device.model).capacity)
    row, _ = Bundle.objects.get_or_create(
        device=device,
        base=base,
        version=held.current,
        defaults={"snapshot": kind == BundleKind.SNAPSHOT, "data": bundle_bytes(built), "made_at": now},
    )
    return row


def _state(target: Target, records: dict[int, ListRecord], secrets: credentials.EpochSecrets) -> ListState:
    return ListState(
        epoch=target.device.epoch,
        ver=target.list.current,
        records={slot: liststate.stored(record, secrets.k_pin) for slot, record in records.items()},
        config=target.config,
        k_daily=secrets.k_daily,
        k_pin=secrets.k_pin,
        salt=bytes(target.version.salt),
        probe=bytes(target.version.probe),
    )


def _snapshot(target: Target, records: dict[int, ListRecord], secrets: credentials.EpochSecrets) -> Payload:
    return Payload(
        salt=bytes(target.version.salt),
        probe=bytes(target.version.probe),
        ackver=target.list.proven,
        upserts=tuple(records[slot] for slot in sorted(records)),
        config=target.config,
        k_daily=secrets.k_daily,
        k_pin=secrets.k_pin,
        fw_director=aiming.direction(target.device, target.list.current, since=0),
        roots=aiming.roots(target.device, since=0),
        klog=logkeys.payload(target.list, target.device.property_id, since=0),
        purge=remnants.purge(target.device, since=0),
    )


def _delta(target: Target, rows: list[ListRow], records: dict[int, ListRecord], base: int) -> Payload:
    """The final value or end of everything whose last change lies after `base`: right for every version from there on (B.2)."""
    changes = [bundles.Change(row.version, row.slot, records.get(row.slot)) for row in rows]
    upserts, tombstones = bundles.cumulative_delta(changes, base, target.list.current)
    return Payload(
        salt=bytes(target.version.salt),
        probe=bytes(target.version.probe),
        ackver=target.list.proven,
        upserts=upserts,
        tombstones=tombstones,
        config=target.config if target.list.config_version > base else None,
        fw_director=aiming.direction(target.device, target.list.current, since=base),
        roots=aiming.roots(target.device, since=base),
        klog=logkeys.payload(target.list, target.device.property_id, since=base),
        purge=remnants.purge(target.device, since=base),
    )


# ---- rows as records: the only place where values of codes and keys of cards meet the list


@dataclass(frozen=True, repr=False)
class Known:
    """Values of codes by person and whether it is the second one, cards and their keys by card: read once, while a list is made."""

    codes: Mapping[tuple[UUID, bool], str]
    cards: Mapping[UUID, credentials.CardView]
    keys: Mapping[UUID, bytes]


def _records(target: Target, rows: list[ListRow]) -> dict[int, ListRecord]:
    living = [row for row in rows if not row.gone]
    hours = {row.name: row.slot for row in living if row.kind == RecordKind.SCHEDULE}
    holders = {row.person_id for row in living if row.kind in (RecordKind.CARD_UID, RecordKind.CARD_AES) and row.person_id is not None}
    cards = {card.id: card for card in credentials.cards_of_people(holders, target.device.property_id, off_too=True)} if holders else {}
    coded = {(row.person_id, row.kind == RecordKind.DURESS_CODE) for row in living if row.kind in CODES and row.person_id is not None}
    door_id = target.device.door_id
    known = Known(
        codes=codes.permanent_digits_at(door_id=door_id, of=coded) if coded else {},
        cards=cards,
        keys=credentials.card_keys_at(cards, door_id) if cards else {},
    )
    return {row.slot: _record(row, hours, _data(row, known)) for row in living}


def _record(row: ListRow, hours: dict[str, int], data: Data) -> ListRecord:
    rows = rows_from(row.sched)
    return ListRecord(
        slot=row.slot,
        kind=RecordKind(row.kind),
        data=data,
        subj=row.subj,
        cls=None if row.cls is None else Cls(row.cls),
        nbf=row.nbf,
        exp=row.exp,
        sched=None if rows is None else hours[hours_name(rows)],
    )


def _data(row: ListRow, known: Known) -> Data:
    said: Any = row.data
    match RecordKind(row.kind):
        case RecordKind.CODE | RecordKind.DURESS_CODE as kind:
            if row.person_id is None:
                raise LookupError("a code without a person")
            return int(known.codes[row.person_id, kind == RecordKind.DURESS_CODE])
        case RecordKind.CARD_UID:
            return known.cards[UUID(row.data)].uid
        case RecordKind.CARD_AES:
            return AesCard(known.cards[UUID(row.data)].uid, known.keys[UUID(row.data)])
        case RecordKind.REVOKED_PHONE:
            return bytes.fromhex(said)
        case RecordKind.SUBJECT_FLOOR:
            return int(said)
        case RecordKind.SCHEDULE:
            return Schedule.from_value(json.loads(said))
        case RecordKind.CODE_FLOOR:
            cls, bucket, idx = said
            return CodeFloor(cls, bucket, idx)
    raise LookupError("a record of this kind is not made here")
