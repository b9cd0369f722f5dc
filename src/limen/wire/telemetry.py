"""What a lock tells about itself to those who pull: battery and counters, signed so that a courier cannot invent a flat battery (LOCK-6).

``sign1<65013, [lock-id, epoch, lock-time, battery / nil, boots, records, lost, firmware, keypad-slowed, stopped / nil]>`` under the lock's ``id`` key.
"""

from dataclasses import dataclass

from limen.wire import cbor, limits, shape
from limen.wire.cbor import Malformed
from limen.wire.envelope import RoleKeys, Signer, Typ, open1, sign1, unverified_payload

TELEMETRY_BYTES_MAX = 256


@dataclass(frozen=True, kw_only=True)
class Telemetry:
    """``battery`` in percent, None on wired models; ``records`` held and ``lost`` so far; ``slowed``: the keypad's guard is up (HISTORY-1);
    ``stopped``: the version of a firmware that this lock has tried and given up."""

    lock_id: bytes
    epoch: int
    lock_time: int
    battery: int | None
    boots: int
    records: int
    lost: int
    firmware: int
    slowed: bool
    stopped: int | None = None


def sign_telemetry(said: Telemetry, signer: Signer) -> bytes:
    """The statement under the lock's ``id`` key."""
    fields: list[cbor.Encodable] = [
        said.lock_id,
        said.epoch,
        said.lock_time,
        said.battery,
        said.boots,
        said.records,
        said.lost,
        said.firmware,
        said.slowed,
        said.stopped,
    ]
    return sign1(Typ.TELEMETRY, cbor.encode(fields), signer)


def open_telemetry(data: bytes, keys: RoleKeys) -> Telemetry:
    """What the lock's own key signed; ``BadSignature`` or ``Malformed``."""
    return _read(open1(data, Typ.TELEMETRY, keys, TELEMETRY_BYTES_MAX).payload)


def unverified_telemetry(data: bytes) -> Telemetry:
    """For the phone that stands at the door and shows the battery; the service verifies."""
    return _read(unverified_payload(data, TELEMETRY_BYTES_MAX)[1])


def _read(payload: bytes) -> Telemetry:
    lock_id, epoch, lock_time, battery, boots, records, lost, firmware, slowed, stopped = shape.array(
        cbor.decode(payload, TELEMETRY_BYTES_MAX), 10
    )
    if not isinstance(slowed, bool):
        raise Malformed("flag")
    return Telemetry(
        lock_id=shape.blob(lock_id, limits.LOCK_ID_BYTES),
        epoch=shape.uint(epoch, shape.U32),
        lock_time=shape.uint(lock_time, shape.U32),
        battery=None if battery is None else shape.uint(battery, 100),
        boots=shape.uint(boots, shape.U32),
        records=shape.uint(records, shape.U32),
        lost=shape.uint(lost, shape.U32),
        firmware=shape.uint(firmware, shape.U32),
        slowed=slowed,
        stopped=None if stopped is None else shape.uint(stopped, shape.U32),
    )
