"""Cards that prove a key to the lock's own challenge (CARD-3): AES-128 mutual authentication in the shape of AuthenticateEV2First.

NTAG 424 DNA and DESFire EV2/EV3 (NXP AN12196 section 4.6), keys diversified as AN10922. The lock's half and a card's half stand in one
file; random numbers are arguments. A replayed transcript answers another challenge and fails.
"""

import hmac
from dataclasses import dataclass, field
from enum import IntEnum

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC

from limen.wire.cbor import WireError

BLOCK = 16
RANDOM_UID = 0x08  # first byte of a 4-byte UID that changes at every tap (ISO/IEC 14443-3)
CAPABILITIES = bytes(12)


class CardRefused(WireError):
    """The card did not prove the key to this challenge."""


class CardSlot(IntEnum):
    """Which key of a card a door uses (protocol E)."""

    COMMON = 1
    UNIT = 2
    AMENITY = 3
    STAFF = 4


@dataclass(frozen=True)
class CardFile:
    """What the encrypted file of a card says: property-wide serial and generation."""

    serial: int
    generation: int


@dataclass(frozen=True)
class CardSession:
    """Keys of one tap, after both sides proved the card key."""

    enc: bytes = field(repr=False)
    mac: bytes = field(repr=False)
    ti: bytes

    def seal_file(self, file: CardFile) -> bytes:
        """The card's answer to the read: encrypted block and 8-byte MAC (CommMode.Full, first command of the session)."""
        plain = (file.serial.to_bytes(8, "big") + file.generation.to_bytes(4, "big") + b"\x80").ljust(BLOCK, b"\0")
        sealed = _cbc(self.enc, self._iv()).encryptor().update(plain)
        return sealed + self._tag(sealed)

    def open_file(self, answer: bytes) -> CardFile:
        """What the file says; ``CardRefused`` if it was not this card that said it."""
        sealed, tag = answer[:BLOCK], answer[BLOCK:]
        if len(answer) != BLOCK + 8 or not hmac.compare_digest(tag, self._tag(sealed)):
            raise CardRefused("file")
        plain = _cbc(self.enc, self._iv()).decryptor().update(sealed)
        return CardFile(int.from_bytes(plain[:8], "big"), int.from_bytes(plain[8:12], "big"))

    def _iv(self) -> bytes:
        counter = (1).to_bytes(2, "little")
        return _cbc(self.enc, bytes(BLOCK)).encryptor().update(b"\x5a\xa5" + self.ti + counter + bytes(8))

    def _tag(self, sealed: bytes) -> bytes:
        return cmac(self.mac, b"\x00" + (1).to_bytes(2, "little") + self.ti + sealed)[1::2]


class CardChallenge:
    """The lock's half of one authentication."""

    def __init__(self, key: bytes, rnd_a: bytes) -> None:
        self._key, self._a, self._b = key, rnd_a, b""

    def answer(self, sealed_b: bytes) -> bytes:
        """To the card's E(RndB): 32 bytes E(RndA || RndB')."""
        if len(sealed_b) != BLOCK or self._b:
            raise CardRefused("first answer")
        self._b = _cbc(self._key, bytes(BLOCK)).decryptor().update(sealed_b)
        return _cbc(self._key, bytes(BLOCK)).encryptor().update(self._a + _turned(self._b))

    def finish(self, sealed: bytes) -> CardSession:
        """To the card's E(TI || RndA' || capabilities): the session; ``CardRefused`` unless this card answered this challenge."""
        if len(sealed) != 2 * BLOCK or not self._b:
            raise CardRefused("second answer")
        plain = _cbc(self._key, bytes(BLOCK)).decryptor().update(sealed)
        if not hmac.compare_digest(plain[4:20], _turned(self._a)):
            raise CardRefused("second answer")
        return _session(self._key, self._a, self._b, plain[:4])


class CardSimulator:
    """A card's half, for tests and the demonstration: a UID, a key per slot, one file."""

    def __init__(self, uid: bytes, keys: dict[CardSlot, bytes], file: CardFile) -> None:
        self.uid, self._keys, self._file = uid, keys, file
        self._key, self._b = b"", b""

    def begin(self, slot: CardSlot, rnd_b: bytes) -> bytes:
        """E(RndB), 16 bytes; ``CardRefused`` if the card has no such key."""
        if slot not in self._keys:
            raise CardRefused("no key in this slot")
        self._key, self._b = self._keys[slot], rnd_b
        return _cbc(self._key, bytes(BLOCK)).encryptor().update(rnd_b)

    def prove(self, challenge: bytes, ti: bytes) -> tuple[bytes, bytes]:
        """(second answer, sealed file); ``CardRefused`` if the reader does not know the key."""
        if len(challenge) != 2 * BLOCK or not self._b:
            raise CardRefused("reader")
        plain = _cbc(self._key, bytes(BLOCK)).decryptor().update(challenge)
        if not hmac.compare_digest(plain[BLOCK:], _turned(self._b)):
            raise CardRefused("reader")
        a = plain[:BLOCK]
        answer = _cbc(self._key, bytes(BLOCK)).encryptor().update(ti + _turned(a) + CAPABILITIES)
        return answer, _session(self._key, a, self._b, ti).seal_file(self._file)


def diversified(site_key: bytes, uid: bytes, aid: bytes, slot: CardSlot) -> bytes:
    """The 16-byte key of one card in one slot, computed by the service only: ``CMAC(K_site, 0x01 || UID || AID || slot)`` (AN10922)."""
    return cmac(site_key, b"\x01" + uid + aid + bytes((slot,)))


def cmac(key: bytes, message: bytes) -> bytes:
    """AES-CMAC (RFC 4493)."""
    mac = CMAC(algorithms.AES(key))
    mac.update(message)
    return mac.finalize()


def random_uid(uid: bytes) -> bool:
    """Whether a UID changes at every tap and so names nobody; never accepted."""
    return len(uid) == 4 and uid[0] == RANDOM_UID


def _session(key: bytes, a: bytes, b: bytes, ti: bytes) -> CardSession:
    """Session keys of AN12196 section 4.6, from both random numbers."""
    mixed = a[:2] + bytes(x ^ y for x, y in zip(a[2:8], b[:6], strict=True)) + b[6:] + a[8:]
    return CardSession(cmac(key, b"\xa5\x5a\x00\x01\x00\x80" + mixed), cmac(key, b"\x5a\xa5\x00\x01\x00\x80" + mixed), ti)


def _turned(block: bytes) -> bytes:
    return block[1:] + block[:1]


def _cbc(key: bytes, iv: bytes) -> "Cipher[modes.CBC]":
    return Cipher(algorithms.AES(key), modes.CBC(iv))
