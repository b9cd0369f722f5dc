"""Stills on their way: sealed to those who may see them, wrapped once more so that a courier reads nothing (protocol F.5, clauses L-12 to L-17).

``photo = HPKE(photo key of the door's audience, jpeg, "dl/photo/1" || lock-id || u32 seq || u8 reason)``; the record holds its hash.
``parcel = lock-id(8) || u32 number || HPKE(K_log, body)``, a multiple of 4,096 bytes; the body is ``u16 length || CBOR [seq, reason, photo] || zeros``.
"""

import hashlib
from dataclasses import dataclass
from enum import IntEnum

from limen.wire import cbor, limits, shape
from limen.wire.cbor import Malformed
from limen.wire.hpke import OVERHEAD_BYTES, Opener, Sealer

CLEAR_BYTES = limits.LOCK_ID_BYTES + 4
HASH_BYTES = 16


class PhotoReason(IntEnum):
    """Why a still was taken."""

    ENTRY = 0  # an entrance or common door, somebody known came in
    GUEST = 1
    WRONG_CODE = 2


@dataclass(frozen=True)
class SealedPhoto:
    """A still as it lies in a lock: for the record ``seq``, sealed to the audience of its door."""

    seq: int
    reason: PhotoReason
    sealed: bytes

    @property
    def digest(self) -> bytes:
        """H(photo): SHA-256 of the sealed bytes, 16 bytes, as the PHOTO record names it."""
        return hashlib.sha256(self.sealed).digest()[:HASH_BYTES]


def seal_photo(lock_id: bytes, seq: int, reason: PhotoReason, jpeg: bytes, sealer: Sealer) -> SealedPhoto:
    """A still for its audience; ``Malformed`` above 40,000 bytes."""
    if not 0 < len(jpeg) <= limits.STILL_BYTES_MAX:
        raise Malformed("still")
    return SealedPhoto(seq, reason, sealer.seal(jpeg, photo_info(lock_id, seq, reason)))


def open_photo(lock_id: bytes, photo: SealedPhoto, opener: Opener) -> bytes:
    """The still, for who holds the audience's key; ``NotForUs`` otherwise."""
    return opener.open(photo.sealed, photo_info(lock_id, photo.seq, photo.reason))


def photo_info(lock_id: bytes, seq: int, reason: PhotoReason) -> bytes:
    """``"dl/photo/1" || lock-id || u32 seq || u8 reason``."""
    return b"dl/photo/1" + lock_id + shape.u32(seq) + bytes((reason,))


def seal_parcel(lock_id: bytes, number: int, photo: SealedPhoto, sealer: Sealer) -> bytes:
    """A photo for a courier, who learns its lock and roughly its size."""
    said = cbor.encode([photo.seq, int(photo.reason), photo.sealed])
    whole = CLEAR_BYTES + OVERHEAD_BYTES + 2 + len(said)
    body = len(said).to_bytes(2, "big") + said + bytes(-whole % limits.SEGMENT_BYTES)
    return lock_id + shape.u32(number) + sealer.seal(body, parcel_info(lock_id, number))


def open_parcel(data: bytes, opener: Opener) -> tuple[bytes, SealedPhoto]:
    """(lock-id, photo); ``NotForUs`` or ``Malformed``."""
    lock_id, number = parcel_name(data)
    body = opener.open(data[CLEAR_BYTES:], parcel_info(lock_id, number))
    end = 2 + int.from_bytes(body[:2], "big")
    if end > len(body) or any(body[end:]):
        raise Malformed("parcel body")
    seq, reason, sealed = shape.array(cbor.decode(body[2:end], limits.PARCEL_BYTES_MAX), 3)
    blob = shape.blob(sealed, most=limits.PHOTO_BYTES_MAX)
    return lock_id, SealedPhoto(shape.uint(seq, shape.U32), shape.member(PhotoReason, reason), blob)


def parcel_name(data: bytes) -> tuple[bytes, int]:
    """(lock-id, number), all that a courier can read."""
    if not 0 < len(data) <= limits.PARCEL_BYTES_MAX or len(data) % limits.SEGMENT_BYTES:
        raise Malformed("parcel size")
    return data[: limits.LOCK_ID_BYTES], int.from_bytes(data[limits.LOCK_ID_BYTES : CLEAR_BYTES], "big")


def parcel_info(lock_id: bytes, number: int) -> bytes:
    """``"dl/pic/1" || lock-id || u32 number``."""
    return b"dl/pic/1" + lock_id + shape.u32(number)
