"""What time it is, said once for one question of one lock (protocol B.9, T2)."""

from dataclasses import dataclass

from limen.wire import cbor, limits, shape
from limen.wire.envelope import RoleKeys, Signer, Typ, open1, sign1

EPOCH_2024 = 1_704_067_200  # 2024-01-01 00:00 UTC, a Monday; minutes and day numbers of the wire count from here
NONCE_BYTES = 16


@dataclass(frozen=True)
class TimeAssertion:
    """The service's clock in milliseconds since 1970, for the lock's own nonce."""

    lock_id: bytes
    nonce: bytes
    ms: int


def sign_time(said: TimeAssertion, signer: Signer) -> bytes:
    """The assertion under KT (120 bytes)."""
    return sign1(Typ.TIME, cbor.encode([said.lock_id, said.nonce, said.ms]), signer)


def open_time(data: bytes, keys: RoleKeys) -> TimeAssertion:
    """The assertion a KT key signed; ``BadSignature`` or ``Malformed``. Freshness is the lock's own question."""
    fields = shape.array(cbor.decode(open1(data, Typ.TIME, keys, limits.TIME_BYTES_MAX).payload), 3)
    return TimeAssertion(shape.blob(fields[0], limits.LOCK_ID_BYTES), shape.blob(fields[1], NONCE_BYTES), shape.uint(fields[2], 1 << 48))
