"""A simulated NTAG 424 DNA, as far as a door needs one: it answers APDUs as the card's data sheet says. It shares no code with the lock's half.

AES arithmetic is done here once more, from single blocks (RFC 4493, AN12196), so that a mistake in the lock's half does not meet its like.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

OK, MORE, NOT_ALLOWED, BAD_PROOF, BAD_MAC, BAD_LENGTH, NO_SUCH = (
    b"\x91\x00",
    b"\x91\xaf",
    b"\x91\x9d",
    b"\x91\xae",
    b"\x91\x1e",
    b"\x91\x7e",
    b"\x91\x40",
)
ISO_OK, ISO_NO_FILE, ISO_REFUSED, ISO_TOO_SHORT = b"\x90\x00", b"\x6a\x82", b"\x69\x82", b"\x67\x00"
APDU_LEAST = 5
NDEF_NAME = bytes.fromhex("d2760000850101")
Random = Callable[[int], bytes]


@dataclass
class _Session:
    """After both proofs; `count` is the command counter."""

    key: int
    enc: bytes
    mac: bytes
    ti: bytes
    count: int = 0


@dataclass
class Keycard:
    """One card: `files` by number with the keys that may read each; `sun_key` makes it write counter and MAC into the text it shows."""

    uid: bytes
    keys: dict[int, bytes] = field(repr=False)
    files: dict[int, tuple[frozenset[int], bytes]] = field(default_factory=dict)
    sun_key: bytes | None = field(default=None, repr=False)
    counter: int = 0
    random: Random = secrets.token_bytes
    _selected: bool = False
    _pending: tuple[int, bytes] | None = None
    _session: _Session | None = None
    _text: bytes | None = None

    def exchange(self, apdu: bytes) -> bytes:
        """One command, one answer; anything not understood is refused without a word more."""
        pending, self._pending = self._pending, None
        if apdu[:4] == b"\x00\xa4\x04\x0c" and len(apdu) >= APDU_LEAST:
            return self._select(apdu[5 : 5 + apdu[4]])
        if not self._selected:
            return ISO_NO_FILE
        if len(apdu) < APDU_LEAST:
            return ISO_TOO_SHORT
        match apdu[:2]:
            case b"\x00\xb0":
                return self._read_text(int.from_bytes(apdu[2:4], "big"), apdu[4] or 256)
            case b"\x90\x71":
                return self._begin(apdu[5:6])
            case b"\x90\xaf" if pending is not None:
                return self._prove(pending, apdu[5 : 5 + apdu[4]])
            case b"\x90\xad" if self._session is not None:
                return self._read_data(self._session, apdu[5 : 5 + apdu[4]])
        return NOT_ALLOWED

    def _select(self, name: bytes) -> bytes:
        self._selected, self._session, self._text = name == NDEF_NAME, None, None
        return ISO_OK if self._selected else ISO_NO_FILE

    def _read_text(self, offset: int, length: int) -> bytes:
        """The text of a SUN card; its counter goes up once per tap, at the first read."""
        if self.sun_key is None:
            return ISO_REFUSED
        if self._text is None:
            self.counter += 1
            count = self.counter.to_bytes(3, "big")
            session = _cmac(self.sun_key, bytes.fromhex("3cc300010080") + self.uid + count[::-1])
            said = f"u={self.uid.hex().upper()}&c={count.hex().upper()}&m={_cmac(session, b'')[1::2].hex().upper()}"
            record = b"\xd1\x01" + bytes((1 + len(said),)) + b"U\x00" + said.encode("ascii")
            self._text = len(record).to_bytes(2, "big") + record
        return self._text[offset : offset + length] + ISO_OK

    def _begin(self, said: bytes) -> bytes:
        self._session = None
        number = int.from_bytes(said, "big")
        if not said or number not in self.keys:
            return NO_SUCH
        b = self.random(16)
        self._pending = (number, b)
        return _encrypt(self.keys[number], bytes(16), b) + MORE

    def _prove(self, pending: tuple[int, bytes], sealed: bytes) -> bytes:
        number, b = pending
        if len(sealed) != 32:
            return BAD_LENGTH
        plain = _decrypt(self.keys[number], bytes(16), sealed)
        a, turned = plain[:16], plain[16:]
        if turned != b[1:] + b[:1]:
            return BAD_PROOF
        ti = self.random(4)
        mixed = a[:2] + _xor(a[2:8], b[:6]) + b[6:] + a[8:]
        enc = _cmac(self.keys[number], bytes.fromhex("a55a00010080") + mixed)
        mac = _cmac(self.keys[number], bytes.fromhex("5aa500010080") + mixed)
        self._session = _Session(number, enc, mac, ti)
        return _encrypt(self.keys[number], bytes(16), ti + a[1:] + a[:1] + bytes(12)) + OK

    def _read_data(self, session: _Session, data: bytes) -> bytes:
        header, tag = data[:7], data[7:]
        if len(header) < 7 or tag != self._mac(session, 0xAD, header):
            self._session = None
            return BAD_MAC
        number, offset, length = header[0], int.from_bytes(header[1:4], "little"), int.from_bytes(header[4:7], "little")
        readers, said = self.files.get(number, (frozenset(), b""))
        if session.key not in readers:
            return NOT_ALLOWED
        session.count += 1
        plain = said[offset : offset + length] + b"\x80"
        plain += bytes(-len(plain) % 16)
        iv = _encrypt(session.enc, bytes(16), b"\x5a\xa5" + session.ti + session.count.to_bytes(2, "little") + bytes(8))
        sealed = _encrypt(session.enc, iv, plain)
        return sealed + self._mac(session, 0, sealed) + OK

    def _mac(self, session: _Session, code: int, data: bytes) -> bytes:
        return _cmac(session.mac, bytes((code,)) + session.count.to_bytes(2, "little") + session.ti + data)[1::2]


def encoded(uid: bytes, keys: dict[int, bytes], serial: int, generation: int) -> Keycard:
    """A card as our encoder leaves it: a key per slot, the file twice, each readable by two of the keys."""
    said = serial.to_bytes(8, "big") + generation.to_bytes(4, "big")
    return Keycard(uid, keys, {2: (frozenset({1, 2}), said), 3: (frozenset({3, 4}), said)})


def counting(uid: bytes, key: bytes, counter: int = 0) -> Keycard:
    """A card that cannot be asked, only read: a SUN message at every tap."""
    return Keycard(uid, {1: key}, sun_key=key, counter=counter)


def _block(key: bytes, block: bytes) -> bytes:
    return Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(block)  # noqa: S305 - one block, the building stone of what follows


def _unblock(key: bytes, block: bytes) -> bytes:
    return Cipher(algorithms.AES(key), modes.ECB()).decryptor().update(block)  # noqa: S305


def _encrypt(key: bytes, iv: bytes, data: bytes) -> bytes:
    out = b""
    for at in range(0, len(data), 16):
        iv = _block(key, _xor(iv, data[at : at + 16]))
        out += iv
    return out


def _decrypt(key: bytes, iv: bytes, data: bytes) -> bytes:
    out = b""
    for at in range(0, len(data), 16):
        out, iv = out + _xor(iv, _unblock(key, data[at : at + 16])), data[at : at + 16]
    return out


def _cmac(key: bytes, message: bytes) -> bytes:
    whole = bool(message) and len(message) % 16 == 0
    last = _double(_block(key, bytes(16)))
    if not whole:
        last, message = _double(last), message + b"\x80" + bytes(-(len(message) + 1) % 16)
    message = message[:-16] + _xor(message[-16:], last)
    return _encrypt(key, bytes(16), message)[-16:]


def _double(block: bytes) -> bytes:
    """Times x in GF(2^128)."""
    number = int.from_bytes(block, "big") << 1
    return ((number & ((1 << 128) - 1)) ^ (0x87 if number >> 128 else 0)).to_bytes(16, "big")


def _xor(a: bytes, b: bytes) -> bytes:
    return bytes(x ^ y for x, y in zip(a, b, strict=True))
