"""How a lock gets a door and leaves it again (A.3, LOCK-10): both nonces, the factory's certificate, one owner, then ticket and list 1."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from limen.credentials import services as credentials
from limen.fleet import aiming, logkeys, tasks
from limen.fleet.catalogue import model
from limen.fleet.doorconfig import KINDS
from limen.fleet.models import Beginning, Bundle, Carry, Delivery, Device, DoorList, Lease
from limen.fleet.sealing import newest_bundle
from limen.fleet.settlement import settle_door
from limen.fleet.views import Activation
from limen.journal import services as journal
from limen.kernel.actors import Actor
from limen.kernel.problems import Problem, Refused
from limen.places import queries as places
from limen.places import services as rooms
from limen.places.queries import DoorView
from limen.storage import chance, kms, ledger, roots
from limen.wire import doorinfo, limits, tickets
from limen.wire.cbor import WireError
from limen.wire.envelope import SIGNED_BY, Role, RoleKeys, Typ
from limen.wire.sticker import MODEL_NUMBERS

NONCE_BYTES = 16
FIRST_EPOCH = 1


def begin(door_id: UUID, lock_id: bytes, by: Actor, now: datetime, *, swap: bool = False) -> bytes:
    """Gives `n_s`. Refused `door_has_device`, `lock_has_owner`. With `swap` the door's present device goes when this one comes."""
    _check_lock_id(lock_id)
    _check_free(door_id, lock_id.hex(), swap=swap)
    n_s = chance.random_bytes(NONCE_BYTES)
    Beginning.objects.create(n_s=n_s, door_id=door_id, lock=lock_id.hex(), by_id=by.person_id, begun_at=now, swap=swap)
    return n_s


def finish(door_id: UUID, attest: bytes, h: bytes, by: Actor, now: datetime) -> Activation:
    """Checks what the lock attested and makes it this door's device. All of it happens, or none."""
    said, certificate = _opened(attest)
    begun = _begun(said.n_s, door_id, said.lock_id, now)
    if said.h != h:
        raise Refused("another_session", "This answer belongs to another session with the lock. Start again.")
    _check_free(door_id, said.lock_id.hex(), swap=begun.swap)
    _make_way(door_id, said.lock_id.hex(), by, now)
    rooms.device_came(door_id=door_id, networked=model(certificate.model).net, now=now)
    device = _device(door_id, said, certificate, now)
    begun.used_at = now
    begun.save(update_fields=["used_at"])
    aiming.begin(device, said.fw.ver, now)
    credentials.open_epoch(door_id=door_id, lock_id=said.lock_id, epoch=device.epoch, now=now)
    settle_door(door_id, now)
    bundle = newest_bundle(device, now)
    if bundle is None:
        raise LookupError("a fresh device has a list to be brought")
    journal.record(
        by=by,
        verb="device.activated",
        target=f"door:{door_id}",
        property_id=device.property_id,
        detail={"serial": f"serial {device.serial}"},
        now=now,
    )
    return Activation(said.lock_id, device.epoch, _ticket(device, said.n_l, now), bytes(bundle.data))


def end(door_id: UUID, by: Actor, now: datetime) -> bytes:
    """Takes the door's device out of service for good; couriers carry the signed RELEASE until the lock has signed that it is empty (A.3)."""
    device = Device.objects.filter(door_id=door_id, ended_at=None).first()
    if device is None:
        raise Refused("no_device", "This door has no device.")
    release = tickets.Release(bytes.fromhex(device.lock), device.epoch, int(now.timestamp()))
    device.release = tickets.sign_release(release, kms.signer("activation"))
    device.save(update_fields=["release"])
    _end(device, "device.deactivated", by, now)
    return bytes(device.release)


def _end(device: Device, verb: str, by: Actor, now: datetime) -> None:
    door_id = device.door_id
    ledger.append("device_ended", {"lock": device.lock, "epoch": device.epoch, "door": door_id}, now)
    device.ended_at = now
    device.save(update_fields=["ended_at"])
    tasks.withdraw(device, now)
    Carry.objects.filter(device=device).delete()
    Bundle.objects.filter(device=device).delete()
    Lease.objects.filter(device=device, taken_at=None).update(taken_at=now)
    credentials.close_epoch(door_id=door_id, now=now)
    journal.record(
        by=by,
        verb=verb,
        target=f"door:{door_id}",
        property_id=device.property_id,
        detail={"serial": f"serial {device.serial}"},
        now=now,
    )


def renewed(device: Device, by: Actor, now: datetime) -> None:
    """The same lock has begun a later epoch: this one is over, and no RELEASE goes out."""
    _end(device, "device.renewed", by, now)


def forgotten(facts: Mapping[str, str], door: DoorView, came_at: datetime, now: datetime) -> Device:
    """An ownership that a restored service knows from the ledger alone: ended, so that its epoch is never given again."""
    return Device.objects.create(
        id=chance.fresh_id(), lock=facts["lock"], epoch=int(facts["epoch"]), serial=bytes.fromhex(facts["serial"]).decode(),
        model=bytes.fromhex(facts["model"]).decode(), door_id=door.id, property_id=door.property_id, door_number=number_of(door.id),
        door_kind=int(KINDS[door.kind]), connected=False, id_public=bytes.fromhex(facts["id"]), xs_public=bytes.fromhex(facts["xs"]),
        activated_at=came_at, ended_at=now,
    )  # fmt: skip


def _remember(device: Device, now: datetime) -> None:
    ledger.append(
        "activated",
        {
            "lock": device.lock, "epoch": device.epoch, "door": device.door_id, "serial": device.serial.encode().hex(),
            "model": device.model.encode().hex(), "id": bytes(device.id_public).hex(), "xs": bytes(device.xs_public).hex(),
        },
        now,
    )  # fmt: skip


def number_of(thing: UUID) -> int:
    """The number by which the wire names a door or an organisation: the same for ever, meaningless elsewhere."""
    return int.from_bytes(hashlib.sha256(thing.bytes).digest()[:4], "big")


def _opened(attest: bytes) -> tuple[tickets.Attest, tickets.DeviceCertificate]:
    try:
        factories = kms.manufacturers()
    except kms.NoKey as fault:
        title = "The file of trusted factories cannot be read. Tell whoever runs this server: %(fault)s."
        raise Refused("no_factory", title, gaps={"fault": str(fault)}) from None
    if not factories:
        raise Refused("no_factory", "No factory is trusted here yet, so no lock can prove where it comes from.")
    try:
        said, certificate = tickets.open_attest(attest, RoleKeys.of_roles({Role.MFG_CA: factories}))
    except WireError:
        raise Refused("not_a_genuine_lock", "This lock could not prove where it comes from.") from None
    if said.fw.model != MODEL_NUMBERS.get(certificate.model, said.fw.model):
        # What the factory signed decides what its list holds; its firmware is aimed at by the number: both must mean one model.
        raise Refused("not_a_genuine_lock", "This lock says that it is another model than its factory signed.")
    return said, certificate


def _begun(n_s: bytes, door_id: UUID, lock_id: bytes, now: datetime) -> Beginning:
    begun = Beginning.objects.select_for_update().filter(n_s=n_s, door_id=door_id, lock=lock_id.hex(), used_at=None).first()
    if begun is None or (now - begun.begun_at).total_seconds() > limits.ATTESTED_S:
        raise Refused(
            "begin_again",
            "This activation was not begun here, or more than 24 hours ago. Press the button inside the lock and start again.",
        )
    return begun


def _check_lock_id(lock_id: bytes) -> None:
    if len(lock_id) != limits.LOCK_ID_BYTES:
        raise Problem("bad_lock", "This is not the name of a lock.")


def _check_free(door_id: UUID, lock: str, *, swap: bool) -> None:
    """The door's own lock may always be activated anew: it attests only when it has no owner or its inside button was held (A.3)."""
    places.door_view(door_id)  # NotYours for a door that is not there
    here = Device.objects.filter(door_id=door_id, ended_at=None).first()
    if here is not None and here.lock == lock:
        return
    if here is not None and not swap:
        raise Refused("door_has_device", "This door has a device already. Remove it first.")
    if Device.objects.filter(lock=lock, ended_at=None).exists():
        raise Refused("lock_has_owner", "This lock has another owner. It must be released there first.")


def _make_way(door_id: UUID, lock: str, by: Actor, now: datetime) -> None:
    """The door's device so far: released if it is another one, or the same lock's epoch ended by the one that begins."""
    here = Device.objects.filter(door_id=door_id, ended_at=None).first()
    if here is None:
        return
    if here.lock == lock:
        renewed(here, by, now)
    else:
        end(door_id, by, now)


def _device(door_id: UUID, said: tickets.Attest, certificate: tickets.DeviceCertificate, now: datetime) -> Device:
    door = places.door_view(door_id)
    earlier = Device.objects.filter(lock=said.lock_id.hex()).order_by("-epoch").first()
    device = Device(
        id=chance.fresh_id(),
        lock=said.lock_id.hex(),
        epoch=earlier.epoch + 1 if earlier else FIRST_EPOCH,
        serial=certificate.serial,
        model=certificate.model,
        door_id=door_id,
        property_id=door.property_id,
        door_number=number_of(door_id),
        door_kind=int(KINDS[door.kind]),
        connected=door.connected,
        id_public=certificate.id_key,
        xs_public=said.xs,
        activated_at=now,
    )
    device.info, device.short_info = _infos(device, now)
    device.save(force_insert=True)
    _remember(device, now)
    DoorList.objects.create(device=device, log_key=logkeys.newest(device.property_id))
    # Revocations of people who held this door before any device have nothing to deliver here.
    Delivery.objects.filter(door_id=door_id, settled=False).update(settled=True)
    return device


def _infos(device: Device, now: datetime) -> tuple[bytes, bytes]:
    signer = kms.signer("grant")
    base = doorinfo.DoorInfo(
        lock_id=bytes.fromhex(device.lock),
        epoch=device.epoch,
        xs=bytes(device.xs_public),
        id_key=bytes(device.id_public),
        iat=int(now.timestamp()),
    )
    whole = replace(base, door=device.door_number, kind=device.door_kind, model=device.model)
    return doorinfo.sign_door_info(whole, signer), doorinfo.sign_door_info(base, signer)


def _ticket(device: Device, n_l: bytes, now: datetime) -> bytes:
    held = kms.roles()
    roles: dict[Typ, bytes] = {typ: held[role] for typ, role in SIGNED_BY.items() if role in held}
    ticket = tickets.Ticket(
        lock_id=bytes.fromhex(device.lock),
        n_l=n_l,
        epoch=device.epoch,
        org=number_of(device.property_id),
        door=device.door_number,
        root=roots.statements()[-1],
        roles=roles,
        klog=logkeys.public(device.property_id, logkeys.newest(device.property_id)),
        utime=int(now.timestamp()),
    )
    return tickets.sign_ticket(ticket, kms.signer("activation"))
