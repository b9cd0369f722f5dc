"""What a phone must know of a lock before it speaks: whose key answers, whose key signs receipts (clause D-1 to D-4).

Signed by KG (65007). Couriers of other people's doors get the short form without door, kind and model (SYNC-13).
"""

from dataclasses import dataclass

from limen.wire import cbor, limits, shape
from limen.wire.envelope import RoleKeys, Signer, Typ, load_public, open1, sign1
from limen.wire.session import SUITE


@dataclass(frozen=True, kw_only=True)
class DoorInfo:
    """``xs`` is the Noise static key of this epoch, ``id_key`` verifies receipts; ``door`` is the number inside the unlock proof."""

    lock_id: bytes
    epoch: int
    xs: bytes
    id_key: bytes
    iat: int
    suite: int = SUITE
    door: int | None = None
    kind: int | None = None  # 0 entrance, 1 common, 2 unit, 3 service
    model: str | None = None


def sign_door_info(info: DoorInfo, signer: Signer) -> bytes:
    """The statement under KG."""
    said: dict[int, cbor.Encodable] = {1: info.lock_id, 2: info.epoch, 3: info.xs, 4: info.id_key, 5: info.iat, 6: info.suite}
    said.update({key: value for key, value in ((7, info.door), (8, info.kind), (9, info.model)) if value is not None})
    return sign1(Typ.DOOR_INFO, cbor.encode(said), signer)


def open_door_info(data: bytes, keys: RoleKeys) -> DoorInfo:
    """The statement a KG key signed; ``BadSignature`` or ``Malformed``."""
    return read_door_info(open1(data, Typ.DOOR_INFO, keys).payload)


def read_door_info(payload: bytes) -> DoorInfo:
    """The statement in a payload."""
    said = shape.table(cbor.decode(payload, limits.STATEMENT_BYTES_MAX), (1, 2, 3, 4, 5, 6), (7, 8, 9))
    id_key = shape.blob(said[4], limits.KEY_BYTES)
    load_public(id_key)
    return DoorInfo(
        lock_id=shape.blob(said[1], limits.LOCK_ID_BYTES),
        epoch=shape.uint(said[2], shape.U32),
        xs=shape.blob(said[3], limits.X25519_BYTES),
        id_key=id_key,
        iat=shape.uint(said[5], shape.U32),
        suite=shape.uint(said[6], shape.U8),
        door=shape.uint(said[7], shape.U32) if 7 in said else None,
        kind=shape.uint(said[8], 3) if 8 in said else None,
        model=shape.text(said[9], 16) if 9 in said else None,
    )
