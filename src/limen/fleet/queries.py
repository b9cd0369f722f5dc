"""What is known about doors and devices. Every answer comes from receipts and records, never from a guess."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from limen.fleet import aiming, carrying, catalogue, logkeys, releasing, remnants, standing, waves
from limen.fleet.catalogue import Model, model
from limen.fleet.models import Device, FirmwareImage, Lease, Pseudonym, Running
from limen.fleet.rounds import Stop, following, lasts, on_foot
from limen.fleet.sealing import newest_bundle
from limen.fleet.views import (
    Battery,
    Change,
    DeviceView,
    DoorMoment,
    DoorState,
    Firmware,
    InboxEntry,
    LiveTemporary,
    LockClock,
    ModelFirmware,
    Moments,
    Released,
    Remnant,
    Staleness,
    StillOpens,
    Subject,
    Task,
    Truth,
    Why,
)

__all__ = [
    "AttestedHead",
    "Battery",
    "Bundle",
    "Change",
    "DeviceView",
    "DoorMoment",
    "DoorState",
    "Firmware",
    "InboxEntry",
    "LiveTemporary",
    "LockClock",
    "Model",
    "ModelFirmware",
    "Moments",
    "Ownership",
    "Released",
    "Staleness",
    "StillOpens",
    "Stop",
    "Subject",
    "Task",
    "Truth",
    "Why",
    "carried_leases",
    "delivered_at",
    "device_at",
    "device_of",
    "device_table",
    "devices",
    "done_on",
    "door_state",
    "door_states",
    "doors_known_to",
    "following",
    "inbox",
    "lasts",
    "model",
    "moments",
    "networks",
    "newest",
    "newest_ack",
    "on_foot",
    "ownerships",
    "passing",
    "release_of",
    "released",
    "remnants_of",
    "round_of",
    "staleness",
    "subjects",
    "tasks",
]


@dataclass(frozen=True)
class AttestedHead:
    """Where a lock's record ended by its last full receipt: what has a lower number and never came is still on its way."""

    logepoch: int
    seqnext: int
    tag: bytes


@dataclass(frozen=True)
class Ownership:
    """One epoch of one lock on one door, active or over: where its record belongs."""

    lock_id: bytes
    epoch: int
    door_id: UUID
    property_id: UUID
    since: datetime
    until: datetime | None
    head: AttestedHead | None = None
    """As the lock last attested it to somebody who may count; None at unit doors and before the first full receipt."""
    restored_at: datetime | None = None
    """When this service was last restored from a backup while the lock stood there: what it told the lock before that it may have forgotten."""
    log_key: int = logkeys.FIRST
    """The newest log key of the building. Its locks may seal to any up to it, and to the next one where an old database was copied back by hand."""
    awaited: bool = False
    """Whether somebody who was deleted, or who ordered a discard, waits for this lock to show where its record begins."""


@dataclass(frozen=True)
class Bundle:
    """The newest sealed update of a door, as couriers carry it."""

    version: int
    data: bytes
    snapshot: bool


def device_at(door_id: UUID) -> DeviceView | None:
    """Gives the device that is active on a door, or None."""
    row = Device.objects.filter(door_id=door_id, ended_at=None).first()
    return standing.device_view(row) if row else None


def device_of(lock_id: bytes) -> DeviceView | None:
    """Gives the active device with this lock id, or None."""
    row = Device.objects.filter(lock=lock_id.hex(), ended_at=None).first()
    return standing.device_view(row) if row else None


def released(door_ids: Iterable[UUID]) -> tuple[Released, ...]:
    """Lists the devices that left these doors, the last one first, and whether their locks have signed that they are empty (LOCK-10)."""
    return releasing.released_from(door_ids)


def release_of(lock_id: bytes) -> tuple[DeviceView, bytes] | None:
    """Gives a lock that was released here and has not signed yet that it is empty, with its RELEASE; for connected locks."""
    row = releasing.unwiped(lock=lock_id.hex()).first()
    return (standing.device_view(row), bytes(row.release)) if row else None


def devices(property_id: UUID) -> tuple[DeviceView, ...]:
    """Lists the active devices of a property, by serial."""
    rows = Device.objects.filter(property_id=property_id, ended_at=None).order_by("serial")
    return tuple(standing.device_view(row) for row in rows)


def door_state(door_id: UUID, now: datetime) -> DoorState:
    """Says what is known about one door; the state and the words of screens 1.1 follow from it."""
    return standing.states([door_id], now)[0]


def door_states(door_ids: tuple[UUID, ...], now: datetime) -> tuple[DoorState, ...]:
    """Says the same of many doors, in their order, in a fixed number of reads."""
    return standing.states(door_ids, now)


def tasks(property_id: UUID, now: datetime) -> tuple[Task, ...]:
    """Lists open update tasks: due first, then by due day and door name (SYNC-4)."""
    return standing.open_tasks(property_id, now)


def round_of(property_id: UUID, now: datetime) -> tuple[Stop, ...]:
    """Plans the round over doors that are due: the shortest walk, each with when people passing would do it anyway (SYNC-14)."""
    return standing.round_of(property_id, now)


def passing(door_ids: Iterable[UUID], now: datetime) -> dict[UUID, timedelta]:
    """Estimates how long doors wait for people passing to bring an update (SYNC-14). Unit and connected doors are missing, and where too few pass."""
    return standing.passing(door_ids, now)


def done_on(property_id: UUID, day: date) -> frozenset[UUID]:
    """Gives the doors whose update tasks were ended by a receipt on a day of the building (SYNC-5)."""
    return standing.done_on(property_id, day)


def delivered_at(door_id: UUID, since: datetime, now: datetime) -> tuple[Moments, ...]:
    """Tells the moments of every revocation that reached a door's lock at or after `since` (ACCESS-4)."""
    return standing.delivered_at(door_id, since, now)


def moments(revocation_id: UUID, now: datetime) -> Moments:
    """Gives the three moments of one revocation, door by door (ACCESS-4). NotYours for an unknown one."""
    return standing.moments_of(revocation_id, now)


def staleness(person_id: UUID, door_id: UUID, now: datetime) -> Staleness:
    """Says until when taken-away access of a person may still open a door (ACCESS-13)."""
    return standing.staleness_of(person_id, door_id, now)


def inbox(person_id: UUID, phone_id: UUID, as_: str, now: datetime) -> tuple[InboxEntry, ...]:
    """Composes what a phone carries: `resident`, `manager` or `courier` doors. Notes leases and carries, so it needs a unit of work.

    NotYours for a phone that is not this person's, or was removed.
    """
    return carrying.compose(person_id, phone_id, as_, now)


def newest(door_id: UUID, now: datetime) -> Bundle | None:
    """The newest sealed update of a door, None while nothing is unproven. For connected locks, which need no phone."""
    row = Device.objects.filter(door_id=door_id, ended_at=None).first()
    made = newest_bundle(row, now) if row else None
    return Bundle(made.version, bytes(made.data), made.snapshot) if made else None


def firmware_at(door_id: UUID) -> Firmware | None:
    """What the lock of a door runs and should run; None without a device."""
    device = Device.objects.filter(door_id=door_id, ended_at=None).first()
    row = Running.objects.filter(device=device).select_related("image").first() if device else None
    return aiming.shown(device, row) if device else None


def firmware_of(property_id: UUID) -> tuple[ModelFirmware, ...]:
    """What the locks of a property run, model by model, and how a roll-out stands (SEC-3)."""
    return waves.of_property(property_id)


def firmware_offer(door_id: UUID, now: datetime) -> tuple[bytes, bytes] | None:
    """The offer for a door's lock and the digest of its image, while it should run another one. For connected locks, which need no phone."""
    device = Device.objects.filter(door_id=door_id, ended_at=None).first()
    return aiming.offer(device, now) if device else None


def firmware_image(digest: bytes) -> bytes | None:
    """The bytes of a published image. They are public: whoever carries them cannot change them."""
    row = FirmwareImage.objects.filter(digest=digest.hex()).first()
    return bytes(row.data) if row else None


def newest_ack(lock_id: bytes) -> bytes | None:
    """The newest signed log acknowledgement for a lock."""
    row = Device.objects.filter(lock=lock_id.hex(), ended_at=None).first()
    return bytes(row.ack) or None if row else None


def carried_leases(person_id: UUID, door_id: UUID, now: datetime) -> tuple[datetime, ...]:
    """Until when each phone of a person opens a door without signal, latest first (C.4)."""
    rows = Lease.objects.filter(
        person_id=person_id, device__door_id=door_id, device__ended_at=None, taken_at=None, ends__gt=now, cls__lte=5
    )
    return tuple(rows.order_by("-ends").values_list("ends", flat=True))


def subjects(lock_id: bytes, epoch: int, numbers: Iterable[int]) -> dict[int, Subject]:
    """Says of each pseudonym at one lock whom it stands for; nobody for a number that was never given or was unlinked."""
    wanted = set(numbers)
    rows = Pseudonym.objects.filter(device__lock=lock_id.hex(), device__epoch=epoch, number__in=wanted) if wanted else ()
    return dict.fromkeys(wanted, Subject(None, None)) | {row.number: Subject(row.person_id, row.cls) for row in rows}


def doors_known_to(person_id: UUID, door_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Those of these doors whose lock, now or earlier, had a number for the person: they held it there once."""
    rows = Pseudonym.objects.filter(person_id=person_id, device__door_id__in=set(door_ids))
    return frozenset(rows.values_list("device__door_id", flat=True))


def ownerships(lock_id: bytes) -> tuple[Ownership, ...]:
    """All epochs of a lock here, newest first: a record that comes late belongs to the door of its time."""
    rows = Device.objects.filter(lock=lock_id.hex()).select_related("list")
    rows = rows.annotate(log_key=logkeys.newest_of_device(), awaited=remnants.awaited()).order_by("-epoch")
    return tuple(_ownership(row, row.log_key, awaited=row.awaited) for row in rows)


def remnants_of(person_id: UUID) -> tuple[Remnant, ...]:
    """Lists the locks that knew somebody who was deleted, and what they are known to hold of them (PRIVACY-6)."""
    return remnants.of_person(person_id)


def _ownership(row: Device, log_key: int, *, awaited: bool) -> Ownership:
    held = getattr(row, "list", None)
    return Ownership(
        lock_id=bytes.fromhex(row.lock),
        epoch=row.epoch,
        door_id=row.door_id,
        property_id=row.property_id,
        since=row.activated_at,
        until=row.ended_at,
        head=_head(row),
        restored_at=held.restored_at if held else None,
        log_key=log_key,
        awaited=awaited,
    )


def _head(row: Device) -> AttestedHead | None:
    if row.head_logepoch is None or row.head_seq is None:
        return None
    return AttestedHead(row.head_logepoch, row.head_seq, bytes(row.head_tag or b""))


def networks() -> dict[str, bool]:
    """Gives every model, and whether it has a network of its own (devices.yaml)."""
    return {str(row["id"]): bool(row["net"]) for row in catalogue.table()["models"]}


def device_table() -> dict[str, object]:
    """Gives the table of models, checks and symptoms that ships with the product (LOCK-2, SUPPORT-2)."""
    return dict(catalogue.table())
