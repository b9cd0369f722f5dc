"""What the gateway asks of the rooms on behalf of one connected lock; each call is one unit of work on a thread of its own."""

from dataclasses import dataclass
from datetime import datetime

from limen.credentials import services as credentials
from limen.credentials.queries import GrantFacts
from limen.fleet import queries as fleet
from limen.fleet import services as fleet_services
from limen.history import services as history
from limen.storage import kms
from limen.storage.transactions import unit_of_work
from limen.wire import cbor, shape
from limen.wire.envelope import SoftSigner
from limen.wire.grants import Cls

GATEWAY_SUBJECT = 0


@dataclass(frozen=True)
class Contact:
    """Everything a session with one lock needs."""

    lock_id: bytes
    xs: bytes
    grant: bytes
    door_number: int
    signer: SoftSigner


@dataclass(frozen=True)
class Parcel:
    """An update as a lock takes it."""

    version: int
    manifest: bytes
    chunks: list[bytes]


def gateway_signer() -> SoftSigner:
    """The gateway's own phone key (B.10): the same for one installation, never on a wire."""
    return SoftSigner.from_scalar(kms.derive("gateway.phone.key"))


def contact(lock_id: bytes, now: datetime) -> Contact | None:
    """How to speak with a connected lock that is active here; None for any other."""
    device = fleet.device_of(lock_id)
    number = fleet.number_at(device.door_id) if device is not None else None
    if device is None or number is None or not device.connected:
        return None
    signer = gateway_signer()
    state = fleet.door_state(device.door_id, now)
    facts = GrantFacts(
        lock_id=lock_id, epoch=device.epoch, ver=state.current, door_id=device.door_id, cls=int(Cls.GATEWAY), subj=GATEWAY_SUBJECT
    )
    with unit_of_work():
        minted = credentials.mint_gateway_grant(public_key=signer.public, facts=facts, now=now)
    return Contact(lock_id, device.xs_public, minted.data, number, signer)


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


def answer_time(lock_id: bytes, nonce: bytes, now: datetime) -> bytes:
    """Signs the time."""
    return fleet_services.answer_time(lock_id=lock_id, nonce=nonce, now=now)


def fresh_nonce(lock_id: bytes, now: datetime) -> bytes:
    """A nonce for a fresh receipt."""
    with unit_of_work():
        return fleet_services.attest_nonce(lock_id=lock_id, now=now)
