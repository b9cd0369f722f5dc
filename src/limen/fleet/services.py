"""The verbs of the room: activate, settle, prove."""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from limen.access import queries as access
from limen.fleet import activation, aiming, carrying, discards, logkeys, proving, publishing, receipts, remnants, settlement, waves
from limen.fleet.models import Delivery, Device
from limen.fleet.proving import Begun, Proved
from limen.fleet.pseudonyms import number_for
from limen.fleet.views import Activation, Anew, Outcome
from limen.identity.queries import PhoneView
from limen.journal import services as journal
from limen.kernel.actors import Actor
from limen.kernel.periods import Window
from limen.kernel.problems import NotYours, Refused
from limen.places import queries as places
from limen.storage import kms, outbox
from limen.wire import logacks, telemetry, timestamps
from limen.wire.cbor import WireError
from limen.wire.envelope import RoleKeys
from limen.wire.firmware import Targets
from limen.wire.logacks import AckKind, LogAck


def begin_activation(*, door_id: UUID, lock_id: bytes, by: Actor, now: datetime, swap: bool = False) -> bytes:
    """Starts an activation and gives the 16-byte `n_s` that the lock must echo (A.3 step 1). Refused `door_has_device`, `lock_has_owner`.

    With `swap` the device that is on the door now is released when the new one is bound to it (LOCK-10).
    """
    return activation.begin(door_id, lock_id, by, now, swap=swap)


def anew_grant(*, door_id: UUID, lock_id: bytes, phone: PhoneView, now: datetime) -> Anew | None:
    """How an installer's phone meets a lock that is active on this door and whose inside button was held (A.3); None for any other lock."""
    return carrying.installers(door_id, lock_id, phone, now)


def begin_cover(*, door_id: UUID, digits: str, told: bytes, by: Actor, now: datetime) -> Begun:
    """The first half of proving the digits under a battery cover to the lock that said `told`; nothing is kept (A-21). Problem `bad_digits`, `bad_lock`."""
    return proving.begin(proving.typed(door_id, digits, told), by, now)


def end_cover(*, door_id: UUID, digits: str, told: bytes, nonce: bytes, heard: bytes, by: Actor, now: datetime) -> Proved:
    """The second half, after the lock's answer. Problems as before; Refused `wrong_cover_code`, `begin_again` (two minutes)."""
    return proving.end(proving.typed(door_id, digits, told), nonce, heard, by, now)


def finish_activation(*, door_id: UUID, attest: bytes, h: bytes, by: Actor, now: datetime) -> Activation:
    """Binds the attested device to the door and gives ticket and snapshot 1; both reach the lock or neither (A.3 step 4).

    Refused `not_a_genuine_lock`, `begin_again`, `another_session`, `door_has_device`, `lock_has_owner`, `no_factory`.
    """
    return activation.finish(door_id, attest, h, by, now)


def deactivate(*, door_id: UUID, by: Actor, now: datetime) -> bytes:
    """Takes the device out of service and gives the signed RELEASE: tasks are withdrawn, the epoch ends (LOCK-10, SYNC-5). Refused `no_device`."""
    return activation.end(door_id, by, now)


def note_revocation(*, revocation_id: UUID, door_id: UUID, person_id: UUID, ordered_at: datetime) -> None:
    """Writes down that a revocation concerns a door; the settlement that follows says which version carries it (ACCESS-4)."""
    Delivery.objects.get_or_create(
        revocation_id=revocation_id, door_id=door_id, defaults={"person_id": person_id, "ordered_at": ordered_at}
    )


def settle(*, door_id: UUID, now: datetime) -> int | None:
    """Brings the door's list up to what access and credentials say now; gives the version, None without a device (B.1)."""
    return settlement.settle_door(door_id, now)


def take_receipt(*, data: bytes, now: datetime) -> Outcome:
    """Takes one signed receipt; the only way a version becomes proven (SYNC-12)."""
    return receipts.take(data, now)


def answer_time(*, lock_id: bytes, nonce: bytes, now: datetime) -> bytes:
    """Signs the time for one nonce of one active lock (B.9 T2). NotYours for a lock that is not ours."""
    _active(lock_id)
    said = timestamps.TimeAssertion(lock_id, nonce, int(now.timestamp() * 1000))
    return timestamps.sign_time(said, kms.signer("time"))


def attest_nonce(*, lock_id: bytes, now: datetime) -> bytes:
    """Gives a fresh 16-byte nonce that a receipt may carry to prove that it is not older than now (B.7)."""
    return receipts.fresh_nonce(_active(lock_id), now)


def take_telemetry(*, data: bytes, now: datetime) -> Outcome:
    """Keeps battery and health as a lock told them to a pulling courier (LOCK-6). An older reading than ours is `known`."""
    try:
        device = _active(telemetry.unverified_telemetry(data).lock_id)
        said = telemetry.open_telemetry(data, RoleKeys.of_lock(bytes(device.id_public)))
    except (WireError, NotYours):
        return Outcome("refused", "not_signed_by_this_lock")
    if said.epoch != device.epoch:
        return Outcome("refused", "another_epoch")
    read_at = now if device.clock_state == "lost" else min(now, datetime.fromtimestamp(said.lock_time, UTC))
    if device.battery_at is not None and read_at <= device.battery_at:
        return Outcome("known")
    device.battery_percent, device.battery_at, device.last_word_at = said.battery, read_at, now
    device.slowed_at = now if said.slowed else None
    device.lost = max(device.lost, said.lost)
    device.save()
    aiming.heard(device, said.firmware, said.stopped, read_at)
    for each in waves.look(device.model, now):
        settlement.settle_door(each.door_id, now)
    return Outcome("taken")


def publish_firmware(*, statement: bytes, images: Mapping[int, bytes], by: Actor, now: datetime) -> Targets:
    """Takes in targets and images that two holders of offline keys signed (part G). Refused `not_signed`, `older_firmware`, `image_missing`,
    `another_image`."""
    return publishing.take(statement, images, by, now)


def aim_firmware(
    *, model: str, number: int | None, starts: datetime, ends: datetime, by: Actor, now: datetime, door_id: UUID | None = None
) -> int:
    """Says which image the locks of a model, or of one door, should run between two moments; gives their number. Refused `no_firmware`."""
    image = None if number is None else publishing.image_of(model, number)
    if door_id is None:
        waves.end(model)
    devices = [device for device in publishing.active(model) if door_id in (None, device.door_id)]
    for device in devices:
        aiming.aim(device, image, starts, ends)
        settlement.settle_door(device.door_id, now)
    journal.record(by=by, verb="firmware.aimed", target=f"model:{model}", detail={"image": number or 0, "locks": len(devices)}, now=now)
    return len(devices)


def roll_out_firmware(*, model: str, number: int, starts: datetime, ends: datetime, by: Actor, now: datetime) -> int:
    """Brings an image to every lock of a model in waves, and gives how many are in the first (SEC-3).

    Each next one begins by itself when the one before is well, and none after a failed self-test or once locks fell silent. Refused `no_firmware`,
    `failed_before`.
    """
    devices = waves.begin(publishing.image_of(model, number), starts, ends, now)
    for device in devices:
        settlement.settle_door(device.door_id, now)
    journal.record(by=by, verb="firmware.rolled_out", target=f"model:{model}", detail={"image": number, "locks": len(devices)}, now=now)
    return len(devices)


def look_at_roll_out(*, model: str, now: datetime) -> None:
    """Looks at a model's roll-out because an hour has passed: what is well goes on, and what fell silent stops (SEC-3)."""
    for each in waves.look_by_time(model, now):
        settlement.settle_door(each.door_id, now)


def require_firmware(*, model: str, version: int, by: Actor, now: datetime) -> None:
    """Holds lists that take nothing away back from locks that run less than this; 0 ends it. Revocations always go. Refused `no_firmware`."""
    publishing.least(model, version, by, now)


def turn_log_key(*, property_id: UUID, by: Actor, now: datetime) -> int:
    """Begins a log key for a building whose keys may be in other hands; locks learn it with their next update. Its number (protocol A.1)."""
    number = logkeys.turn(property_id, now, past_the_next=True)
    journal.record(by, "log_key.turned", f"property:{property_id}", {"number": number}, now, property_id=property_id)
    return number


def acknowledge(*, lock_id: bytes, epoch: int, tag: bytes, now: datetime, photo: bytes | None = None) -> bytes:
    """Signs that the record up to `tag`, and stills up to the one with the hash `photo`, are stored; the lock frees them then (F.3)."""
    ack = LogAck(lock_id=lock_id, epoch=epoch, upto=tag, kind=AckKind.ACKNOWLEDGE, iat=int(now.timestamp()), photo=photo)
    data = logacks.sign_log_ack(ack, kms.signer("log"))
    Device.objects.filter(lock=lock_id.hex(), epoch=epoch).update(ack=data, ack_at=now, last_word_at=now)
    return data


def note_oldest(*, lock_id: bytes, epoch: int, at: datetime, now: datetime) -> None:
    """The lock showed, chained to a receipt, that the oldest record it holds was written `at`: what is older is gone from it (F.6)."""
    for device in Device.objects.filter(lock=lock_id.hex(), epoch=epoch):
        remnants.begins(device, at, now)


def discard_record(*, door_id: UUID, upto: datetime, by: Actor, now: datetime) -> None:
    """Lets the lock of a door forget its record up to `upto`, everybody's, with the next update by somebody who brings no record (F.6).

    Who may ask for that is not judged here (privacy). Refused `no_device`, and `brings_its_record` where the lock does so by itself.
    """
    device = Device.objects.filter(door_id=door_id, ended_at=None).first()
    if device is None:
        raise Refused("no_device", "This door has no device.")
    if device.connected:
        raise Refused("brings_its_record", "This lock brings its record by itself.")
    if discards.order(device, upto, now):
        journal.record(by=by, verb="record.discarded", target=f"door:{door_id}", detail={}, now=now, property_id=device.property_id)
        settlement.settle_door(door_id, now)


def note_online(*, lock_id: bytes, since: datetime) -> None:
    """Notes that a connected lock's own connection stands, since that moment."""
    Device.objects.filter(lock=lock_id.hex(), ended_at=None).update(online_since=since, offline_since=None)


def note_offline(*, lock_id: bytes, since: datetime, now: datetime) -> None:
    """Notes that the connection of that moment broke. A lock that has dialled again meanwhile stays online."""
    Device.objects.filter(lock=lock_id.hex(), ended_at=None, online_since=since).update(online_since=None, offline_since=now)


def press_remote(*, door_id: UUID, person_id: UUID, now: datetime) -> None:
    """Asks a connected lock to open for a person who pressed just now; it opens within 10 s or not at all, nothing waits (B.10).

    NotYours without access of one's own by app at this moment; Refused `not_connected` while the lock has no connection.
    """
    device = Device.objects.filter(door_id=door_id, ended_at=None).first()
    door = places.door_view(door_id)
    zone, off = places.property_view(door.property_id).zone, frozenset(places.holidays(door.property_id))
    held = access.windows(person_id, door_id, now)
    windows = [w for w in held if w.app and Window(w.starts, w.ends, w.schedule).holds(now, zone, off)]
    if not windows:
        raise NotYours
    if device is None or not device.connected or device.online_since is None:
        raise Refused("not_connected", "The reader does not answer.")
    subj = number_for(device, person_id, int(windows[0].cls), now)
    outbox.put("remote.pressed", {"lock": device.lock, "utime": int(now.timestamp()), "subj": subj, "ref": 0}, now)


def _active(lock_id: bytes) -> Device:
    device = Device.objects.filter(lock=lock_id.hex(), ended_at=None).first()
    if device is None:
        raise NotYours
    return device
