"""Cards that prove a key to the lock's own challenge (CARD-3): AES-128 mutual authentication, AuthenticateEV2First, and one sealed file.

NTAG 424 DNA and DESFire EV2/EV3 (NXP AN12196 sections 4.4 and 4.6), keys diversified as AN10922. Here is the lock's half only; random
numbers are arguments. A replayed transcript answers another challenge and fails.
"""

import hmac
from dataclasses import dataclass, field
from enum import IntEnum

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC

from limen.wire.cbor import WireError
from limen.wire.records import DoorKind

BLOCK = 16
RANDOM_UID = 0x08  # first byte of a 4-byte UID that changes at every tap (ISO/IEC 14443-3)
DF_NAME = bytes.fromhex("d2760000850101")
"""Under this name a reader selects our application: the one of an NTAG 424 DNA; on a DESFire it is made with it."""
FIRST_BYTES = BLOCK
PROOF_BYTES = 2 * BLOCK
MAC_BYTES = 8
READ_DATA = 0xAD
FILE_BYTES = 12
FILE_ANSWER_BYTES = BLOCK + MAC_BYTES
SUN_COUNTER_MAX = (1 << 24) - 1
_FOR_MAC, _FOR_ENC = b"\x5a\xa5", b"\xa5\x5a"


class CardRefused(WireError):
    """The card did not prove the key to this challenge."""


class CardSlot(IntEnum):
    """Which key of a card a door uses (protocol E): the number of the key on the card."""

    COMMON = 1
    UNIT = 2
    AMENITY = 3
    STAFF = 4

    @property
    def file(self) -> int:
        """The file that this key may read; two keys share one, since an NTAG 424 DNA has two files to give."""
        return 2 if self in (CardSlot.COMMON, CardSlot.UNIT) else 3


SLOTS = {
    DoorKind.ENTRANCE: CardSlot.COMMON,
    DoorKind.UNIT: CardSlot.UNIT,
    DoorKind.COMMON: CardSlot.AMENITY,
    DoorKind.SERVICE: CardSlot.STAFF,
}
"""An entrance lock, the one that hangs in the street, knows keys of slot 1 only: opening it up clones nobody's flat key."""


@dataclass(frozen=True)
class CardFile:
    """What the sealed file of a card says: property-wide serial and generation."""

    serial: int
    generation: int

    def to_bytes(self) -> bytes:
        """The 12 bytes as an encoder writes them."""
        return self.serial.to_bytes(8, "big") + self.generation.to_bytes(4, "big")


@dataclass(frozen=True)
class CardSession:
    """Keys of one tap, after both sides proved the card key. One command long: the read of the file."""

    enc: bytes = field(repr=False)
    mac: bytes = field(repr=False)
    ti: bytes
    slot: CardSlot

    def ask_file(self) -> bytes:
        """The data of ReadData in full mode: file, offset, length, and the MAC without which a card does not answer; 15 bytes."""
        header = bytes((self.slot.file,)) + bytes(3) + FILE_BYTES.to_bytes(3, "little")
        return header + self._tag(READ_DATA, 0, header)

    def open_file(self, answer: bytes) -> CardFile:
        """What the file says; ``CardRefused`` if it was not this card that said it in this session."""
        sealed, tag = answer[:BLOCK], answer[BLOCK:]
        if len(answer) != FILE_ANSWER_BYTES or not hmac.compare_digest(tag, self._tag(0, 1, sealed)):
            raise CardRefused("file")
        iv = _cbc(self.enc, bytes(BLOCK)).encryptor().update(_FOR_MAC + self.ti + (1).to_bytes(2, "little") + bytes(8))
        plain = _cbc(self.enc, iv).decryptor().update(sealed)
        if plain[FILE_BYTES:] != b"\x80\0\0\0":
            raise CardRefused("file")
        return CardFile(int.from_bytes(plain[:8], "big"), int.from_bytes(plain[8:FILE_BYTES], "big"))

    def _tag(self, code: int, counter: int, data: bytes) -> bytes:
        return odd_bytes(cmac(self.mac, bytes((code,)) + counter.to_bytes(2, "little") + self.ti + data))


class CardChallenge:
    """The lock's half of one authentication."""

    def __init__(self, key: bytes, rnd_a: bytes, slot: CardSlot) -> None:
        self._key, self._a, self._b, self._slot = key, rnd_a, b"", slot

    def answer(self, sealed_b: bytes) -> bytes:
        """To the card's E(RndB): 32 bytes E(RndA || RndB')."""
        if len(sealed_b) != FIRST_BYTES or self._b:
            raise CardRefused("first answer")
        self._b = _cbc(self._key, bytes(BLOCK)).decryptor().update(sealed_b)
        return _cbc(self._key, bytes(BLOCK)).encryptor().update(self._a + _turned(self._b))

    def finish(self, sealed: bytes) -> CardSession:
        """To the card's E(TI || RndA' || capabilities): the session; ``CardRefused`` unless this card answered this challenge."""
        if len(sealed) != PROOF_BYTES or not self._b:
            raise CardRefused("second answer")
        plain = _cbc(self._key, bytes(BLOCK)).decryptor().update(sealed)
        if not hmac.compare_digest(plain[4:20], _turned(self._a)):
            raise CardRefused("second answer")
        return self._session(plain[:4])

    def _session(self, ti: bytes) -> CardSession:
        """Session keys of AN12196 section 4.6, from both random numbers."""
        a, b = self._a, self._b
        mixed = a[:2] + bytes(x ^ y for x, y in zip(a[2:8], b[:6], strict=True)) + b[6:] + a[8:]
        enc, mac = (cmac(self._key, label + b"\x00\x01\x00\x80" + mixed) for label in (_FOR_ENC, _FOR_MAC))
        return CardSession(enc, mac, ti, self._slot)


@dataclass(frozen=True)
class SunMessage:
    """What a card without a challenge wrote into its text: how often it was read, and an 8-byte MAC (AN12196 section 4.4, plain mirror)."""

    counter: int
    mac: bytes


def sun_holds(key: bytes, uid: bytes, said: SunMessage) -> bool:
    """Whether this card made this message at some time; whether it was made now nobody can say, so the counter must rise."""
    if not 0 <= said.counter <= SUN_COUNTER_MAX or len(said.mac) != MAC_BYTES:
        return False
    session = cmac(key, (b"\x3c\xc3\x00\x01\x00\x80" + uid + said.counter.to_bytes(3, "little")).ljust(BLOCK, b"\0"))
    return hmac.compare_digest(said.mac, odd_bytes(cmac(session, b"")))


def diversified(site_key: bytes, uid: bytes, aid: bytes, slot: int) -> bytes:
    """The 16-byte key of one card in one slot, computed by the service only: ``CMAC(K_site, 0x01 || UID || AID || slot)`` (AN10922)."""
    return cmac(site_key, b"\x01" + uid + aid + bytes((slot,)))


def cmac(key: bytes, message: bytes) -> bytes:
    """AES-CMAC (RFC 4493)."""
    mac = CMAC(algorithms.AES(key))
    mac.update(message)
    return mac.finalize()


def odd_bytes(mac: bytes) -> bytes:
    """A CMAC as cards shorten it: every second byte, 8 of 16."""
    return mac[1::2]


def random_uid(uid: bytes) -> bool:
    """Whether a UID changes at every tap and so names nobody; never accepted."""
    return len(uid) == 4 and uid[0] == RANDOM_UID


def _turned(block: bytes) -> bytes:
    return block[1:] + block[:1]


def _cbc(key: bytes, iv: bytes) -> "Cipher[modes.CBC]":
    return Cipher(algorithms.AES(key), modes.CBC(iv))
