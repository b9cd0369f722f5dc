"""What the gateway asks of the rooms on behalf of one connected lock; each call is one unit of work on a thread of its own."""

from dataclasses import dataclass
from datetime import datetime

from limen.credentials import services as credentials
from limen.credentials.queries import GrantFacts
from limen.fleet import queries as fleet
from limen.fleet import services as fleet_services
from limen.fleet.queries import DeviceView
from limen.history import services as history
from limen.storage import kms
from limen.storage.transactions import unit_of_work
from limen.wire import cbor, shape
from limen.wire.bundles import chunk_log2
from limen.wire.envelope import SoftSigner
from limen.wire.grants import Cls

GATEWAY_SUBJECT = 0


@dataclass(frozen=True)
class Caller:
    """Whoever dialled under this lock's name, and the key that only that lock can answer for. Nothing is made for it before it has."""

    device: DeviceView
    door_number: int
    release: bytes | None = None

    @property
    def lock_id(self) -> bytes:
        return self.device.lock_id


@dataclass(frozen=True)
class Contact:
    """Everything a session with one lock needs. `release`: its ownership has ended here, and it is to be told that and nothing else."""

    lock_id: bytes
    grant: bytes
    door_number: int
    signer: SoftSigner
    release: bytes | None = None


@dataclass(frozen=True)
class Parcel:
    """An update as a lock takes it."""

    version: int
    manifest: bytes
    chunks: list[bytes]


@dataclass(frozen=True)
class Image:
    """Firmware as a lock takes it."""

    digest: bytes
    offer: bytes
    parts: list[bytes]


def gateway_signer() -> SoftSigner:
    """The gateway's own phone key (B.10): the same for one installation, never on a wire."""
    return SoftSigner.from_scalar(kms.derive("gateway.phone.key"))


def caller(lock_id: bytes) -> Caller | None:
    """Whose name was called: a connected lock that is active here, or one that left and has not signed yet that it is empty; else None."""
    device = fleet.device_of(lock_id)
    if device is not None:
        return Caller(device, device.door_number) if device.connected else None
    left = fleet.release_of(lock_id)
    return Caller(left[0], left[0].door_number, left[1]) if left is not None and left[0].connected else None


def contact(proven: Caller, now: datetime) -> Contact:
    """How to speak with a lock that has proved itself: a grant of one hour for the gateway's own key."""
    device, signer = proven.device, gateway_signer()
    ver = 0 if proven.release is not None else fleet.door_state(device.door_id, now).current
    facts = GrantFacts(
        lock_id=device.lock_id, epoch=device.epoch, ver=ver, door_id=device.door_id, cls=int(Cls.GATEWAY), subj=GATEWAY_SUBJECT
    )
    with unit_of_work():
        minted = credentials.mint_gateway_grant(public_key=signer.public, facts=facts, now=now)
    return Contact(device.lock_id, minted.data, proven.door_number, signer, proven.release)


def parcel(lock_id: bytes, now: datetime) -> Parcel | None:
    """The newest update that the lock has not proved; None while there is none."""
    device = fleet.device_of(lock_id)
    if device is None:
        return None
    with unit_of_work():
        newest = fleet.newest(device.door_id, now)
    if newest is None:
        return None
    manifest, chunks = shape.array(cbor.decode(newest.data), 2)
    return Parcel(newest.version, shape.blob(manifest), [shape.blob(chunk) for chunk in shape.array(chunks, 1, 256)])


def image(lock_id: bytes, now: datetime) -> Image | None:
    """The firmware that a lock should run and is not known to run."""
    device = fleet.device_of(lock_id)
    with unit_of_work():
        offered = fleet.firmware_offer(device.door_id, now) if device is not None else None
    data = fleet.firmware_image(offered[1]) if offered is not None else None
    if offered is None or data is None:
        return None
    step = 1 << chunk_log2(len(data))
    return Image(offered[1], offered[0], [data[at : at + step] for at in range(0, len(data), step)])


def note_online(lock_id: bytes, since: datetime) -> None:
    """Notes that a connection stands."""
    with unit_of_work():
        fleet_services.note_online(lock_id=lock_id, since=since)


def note_offline(lock_id: bytes, since: datetime, now: datetime) -> None:
    """Notes that the connection of that moment broke; a newer one is not touched."""
    with unit_of_work():
        fleet_services.note_offline(lock_id=lock_id, since=since, now=now)


def take_receipt(data: bytes, now: datetime) -> None:
    """Hands a receipt in."""
    with unit_of_work():
        fleet_services.take_receipt(data=data, now=now)


def take_telemetry(data: bytes, now: datetime) -> None:
    """Hands a reading in."""
    with unit_of_work():
        fleet_services.take_telemetry(data=data, now=now)


def take_segments(lock_id: bytes, segments: list[bytes], now: datetime) -> bytes | None:
    """Hands sealed pieces of the record in, each a unit of work; gives the newest acknowledgement to bring back."""
    for data in segments:
        with unit_of_work():
            history.take_segment(lock_id=lock_id, data=data, now=now)
    return fleet.newest_ack(lock_id)


def take_parcels(lock_id: bytes, parcels: list[bytes], now: datetime) -> bytes | None:
    """Hands sealed stills in, each a unit of work; gives the newest acknowledgement to bring back."""
    for data in parcels:
        with unit_of_work():
            history.take_photo(lock_id=lock_id, data=data, now=now)
    return fleet.newest_ack(lock_id)


def answer_time(lock_id: bytes, nonce: bytes, now: datetime) -> bytes:
    """Signs the time."""
    return fleet_services.answer_time(lock_id=lock_id, nonce=nonce, now=now)


def fresh_nonce(lock_id: bytes, now: datetime) -> bytes:
    """A nonce for a fresh receipt."""
    with unit_of_work():
        return fleet_services.attest_nonce(lock_id=lock_id, now=now)
