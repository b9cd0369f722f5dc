"""The QR code on a housing (protocol A.2): 29 bytes of CBOR, 44 characters of base45. Its secret is worthless once the lock is owned."""

from dataclasses import dataclass, field

from limen.wire import cbor, limits, shape
from limen.wire.cbor import Malformed

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
TEXT_CHARACTERS_MAX = 64
MODEL_NUMBERS = {"C": 1, "C2": 2, "M": 3, "M2": 4, "M3": 5, "R": 6, "INT": 7, "LINK": 8}


@dataclass(frozen=True)
class Sticker:
    """Lock id (8 bytes), activation secret (16 bytes), model number (``MODEL_NUMBERS``)."""

    lock_id: bytes
    secret: bytes = field(repr=False)
    model: int


def sticker_text(sticker: Sticker) -> str:
    """What the QR code says."""
    return base45(cbor.encode([1, sticker.lock_id, sticker.secret, sticker.model]))


def read_sticker(text: str) -> Sticker:
    """The sticker in a scanned text; ``Malformed`` for anything else."""
    version, lock_id, secret, model = shape.array(cbor.decode(unbase45(text), 64), 4)
    if version != 1:
        raise Malformed("sticker version")
    return Sticker(shape.blob(lock_id, limits.LOCK_ID_BYTES), shape.blob(secret, 16), shape.uint(model, 255))


def base45(data: bytes) -> str:
    """RFC 9285."""
    out = ""
    for at in range(0, len(data), 2):
        pair = data[at : at + 2]
        number = int.from_bytes(pair, "big")
        for _ in range(len(pair) + 1):
            number, low = divmod(number, 45)
            out += ALPHABET[low]
    return out


def unbase45(text: str) -> bytes:
    """RFC 9285; ``Malformed`` for a stray character, length or value."""
    if len(text) > TEXT_CHARACTERS_MAX or len(text) % 3 == 1 or any(c not in ALPHABET for c in text):
        raise Malformed("base45")
    out = b""
    for at in range(0, len(text), 3):
        part = text[at : at + 3]
        number = sum(ALPHABET.index(c) * 45**i for i, c in enumerate(part))
        if number >= 1 << (8 * (len(part) - 1)):
            raise Malformed("base45")
        out += number.to_bytes(len(part) - 1, "big")
    return out
