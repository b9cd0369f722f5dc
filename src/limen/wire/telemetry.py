"""A lock's word about its own health, for those who pull (op 11): battery, clock, firmware. No event, no count, no person.

``CBOR [body, signature]``: the signature is the lock's ``id`` key over ``"dl/tel/1" || body``, so that a courier cannot make a battery look
full; the prefix keeps it apart from every COSE statement of the same key.
"""

from dataclasses import dataclass

from limen.wire import cbor, limits, shape
from limen.wire.envelope import BadSignature, Signer, load_public, verifies
from limen.wire.receipts import TrustedTime

TELEMETRY_BYTES_MAX = 512
_PREFIX = b"dl/tel/1"


@dataclass(frozen=True, kw_only=True)
class Telemetry:
    """``t`` utime by the lock; ``battery`` percent 0..100, None on wired models; ``error_s`` how far the clock may be off."""

    lock_id: bytes
    epoch: int
    t: int
    tstate: TrustedTime
    error_s: int
    battery: int | None
    firmware: int
    boot: int


def sign_telemetry(said: Telemetry, signer: Signer) -> bytes:
    """The reading under the lock's ``id`` key."""
    body = cbor.encode([said.lock_id, said.epoch, said.t, int(said.tstate), said.error_s, said.battery, said.firmware, said.boot])
    return cbor.encode([body, signer.sign(_PREFIX + body)])


def unverified_lock_id(data: bytes) -> bytes:
    """Which lock a reading claims to be of; nothing may be believed from it."""
    return _read(_parts(data)[0]).lock_id


def open_telemetry(data: bytes, id_key: bytes) -> Telemetry:
    """The reading this lock signed; ``BadSignature`` or ``Malformed``."""
    body, signature = _parts(data)
    if not verifies(load_public(id_key), signature, _PREFIX + body):
        raise BadSignature("telemetry")
    return _read(body)


def _parts(data: bytes) -> tuple[bytes, bytes]:
    body, signature = shape.array(cbor.decode(data, TELEMETRY_BYTES_MAX), 2)
    return shape.blob(body, most=256), shape.blob(signature, limits.SIGNATURE_BYTES)


def _read(body: bytes) -> Telemetry:
    lock_id, epoch, t, tstate, error_s, battery, firmware, boot = shape.array(cbor.decode(body, 256), 8)
    return Telemetry(
        lock_id=shape.blob(lock_id, limits.LOCK_ID_BYTES),
        epoch=shape.uint(epoch, shape.U32),
        t=shape.uint(t, shape.U32),
        tstate=shape.member(TrustedTime, tstate),
        error_s=shape.uint(error_s, shape.U32),
        battery=None if battery is None else shape.uint(battery, 100),
        firmware=shape.uint(firmware, shape.U32),
        boot=shape.uint(boot, shape.U32),
    )
