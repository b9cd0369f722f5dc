"""A channel that only the lock with the right static key can answer: Noise NK, and NKpsk2 for activation.

``Noise_NK_25519_AESGCM_SHA256`` (Noise rev. 34): two messages of 48 bytes, then AES-GCM both ways with counters. The prologue binds
protocol, lock and suite; there is no negotiation, a peer with another suite fails on the first tag. Ephemeral keys are arguments.
"""

import hashlib
import hmac
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from limen.wire import limits
from limen.wire.cbor import WireError

SUITE = 1
NK = b"Noise_NK_25519_AESGCM_SHA256"
NK_PSK2 = b"Noise_NKpsk2_25519_AESGCM_SHA256"


class SessionBroken(WireError):
    """The peer is not who it must be, or bytes were changed, repeated or left out: the session is over."""


def prologue(lock_id: bytes, suite: int = SUITE) -> bytes:
    """``"dl/1" || lock-id || suite`` (suite is one byte)."""
    return b"dl/1" + lock_id + bytes((suite,))


def activation_psk(qr_secret: bytes, lock_id: bytes) -> bytes:
    """The 32-byte psk of an activation, from the 16 bytes of the sticker (clause S-4)."""
    return hmac.digest(qr_secret, b"dl/act/psk/1" + lock_id, "sha256")


def activation_static(qr_secret: bytes, lock_id: bytes) -> bytes:
    """The private X25519 key an unowned lock answers with; both ends know it from the sticker (clause S-5, decision 0022)."""
    return hmac.digest(qr_secret, b"dl/act/static/1" + lock_id, "sha256")


def public_of(private: bytes) -> bytes:
    """The 32 public bytes of 32 private X25519 bytes."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


@dataclass
class _Direction:
    """One way of the channel: a key and the number of its next message."""

    key: AESGCM
    count: int = 0

    def nonce(self) -> bytes:
        if self.count >= limits.SESSION_MESSAGES_MAX:
            raise SessionBroken("too many messages")
        number = bytes(4) + self.count.to_bytes(8, "big")
        self.count += 1
        return number


@dataclass
class Transport:
    """The open channel; ``h`` names this handshake and no other. Any failed message ends it for good."""

    h: bytes
    _out: _Direction = field(repr=False)
    _in: _Direction = field(repr=False)
    _broken: bool = False

    def encrypt(self, plaintext: bytes) -> bytes:
        """The next message to the peer, 16 bytes longer than ``plaintext``."""
        if self._broken or len(plaintext) + 16 > limits.MESSAGE_BYTES_MAX:
            raise SessionBroken("closed, or message too long")
        return self._out.key.encrypt(self._out.nonce(), plaintext, b"")

    def decrypt(self, ciphertext: bytes) -> bytes:
        """What the peer said next; ``SessionBroken`` for anything else, and from then on."""
        if self._broken or not 16 <= len(ciphertext) <= limits.MESSAGE_BYTES_MAX:
            self._broken = True
            raise SessionBroken("closed, or not a message")
        try:
            return self._in.key.decrypt(self._in.nonce(), ciphertext, b"")
        except InvalidTag:
            self._broken = True
            raise SessionBroken("message does not belong here") from None


class _Symmetric:
    """SymmetricState of Noise section 5.2 with its CipherState."""

    def __init__(self, name: bytes, opening: bytes, responder_static: bytes) -> None:
        self.h = name.ljust(32, b"\0") if len(name) <= 32 else hashlib.sha256(name).digest()
        self.ck = self.h
        self._key: AESGCM | None = None
        self._n = 0
        self.mix_hash(opening)
        self.mix_hash(responder_static)

    def mix_hash(self, data: bytes) -> None:
        self.h = hashlib.sha256(self.h + data).digest()

    def mix_key(self, secret: bytes) -> None:
        self.ck, key = _hkdf(self.ck, secret, 2)
        self._rekey(key)

    def mix_key_and_hash(self, psk: bytes) -> None:
        self.ck, salt, key = _hkdf(self.ck, psk, 3)
        self.mix_hash(salt)
        self._rekey(key)

    def seal_nothing(self) -> bytes:
        tag = self._cipher().encrypt(self._nonce(), b"", self.h)
        self.mix_hash(tag)
        return tag

    def check_nothing(self, tag: bytes) -> None:
        try:
            self._cipher().decrypt(self._nonce(), tag, self.h)
        except InvalidTag:
            raise SessionBroken("handshake") from None
        self.mix_hash(tag)

    def split(self) -> tuple[_Direction, _Direction]:
        first, second = _hkdf(self.ck, b"", 2)
        return _Direction(AESGCM(first)), _Direction(AESGCM(second))

    def _rekey(self, key: bytes) -> None:
        self._key, self._n = AESGCM(key), 0

    def _cipher(self) -> AESGCM:
        if self._key is None:
            raise SessionBroken("out of order")
        return self._key

    def _nonce(self) -> bytes:
        self._n += 1
        return bytes(4) + (self._n - 1).to_bytes(8, "big")


class Initiator:
    """The phone's end: knows the lock's static key beforehand and reveals nothing before the lock proved it."""

    def __init__(
        self, *, lock_id: bytes, remote_static: bytes, ephemeral_private: bytes, psk: bytes | None = None, suite: int = SUITE
    ) -> None:
        self._state = _Symmetric(NK if psk is None else NK_PSK2, prologue(lock_id, suite), remote_static)
        self._remote, self._private, self._psk = remote_static, ephemeral_private, psk

    def write_message_1(self) -> bytes:
        """48 bytes: the ephemeral key and a tag under ``es``."""
        state = self._state
        public = public_of(self._private)
        _mix_ephemeral(state, public, self._psk)
        state.mix_key(_agree(self._private, self._remote))
        return public + state.seal_nothing()

    def read_message_2(self, message: bytes) -> Transport:
        """The open channel; ``SessionBroken`` unless the peer holds the static key (and the psk)."""
        if len(message) != limits.HANDSHAKE_BYTES:
            raise SessionBroken("handshake")
        state = self._state
        _mix_ephemeral(state, message[:32], self._psk)
        state.mix_key(_agree(self._private, message[:32]))
        if self._psk is not None:
            state.mix_key_and_hash(self._psk)
        state.check_nothing(message[32:])
        out, into = state.split()
        return Transport(state.h, out, into)


class Responder:
    """The lock's end."""

    def __init__(
        self, *, lock_id: bytes, static_private: bytes, ephemeral_private: bytes, psk: bytes | None = None, suite: int = SUITE
    ) -> None:
        self._state = _Symmetric(NK if psk is None else NK_PSK2, prologue(lock_id, suite), public_of(static_private))
        self._static, self._private, self._psk = static_private, ephemeral_private, psk

    def answer(self, message_1: bytes) -> tuple[bytes, Transport]:
        """The second message (48 bytes) and the open channel; ``SessionBroken`` for a peer of another lock, suite or psk."""
        if len(message_1) != limits.HANDSHAKE_BYTES:
            raise SessionBroken("handshake")
        state, theirs, ours = self._state, message_1[:32], public_of(self._private)
        _mix_ephemeral(state, theirs, self._psk)
        state.mix_key(_agree(self._static, theirs))
        state.check_nothing(message_1[32:])
        _mix_ephemeral(state, ours, self._psk)
        state.mix_key(_agree(self._private, theirs))
        if self._psk is not None:
            state.mix_key_and_hash(self._psk)
        message_2 = ours + state.seal_nothing()
        into, out = state.split()
        return message_2, Transport(state.h, out, into)


def _mix_ephemeral(state: _Symmetric, public: bytes, psk: bytes | None) -> None:
    """Token ``e``; with a psk the ephemeral is mixed into the key as well (Noise section 9.2)."""
    state.mix_hash(public)
    if psk is not None:
        state.mix_key(public)


def _agree(private: bytes, public: bytes) -> bytes:
    try:
        return X25519PrivateKey.from_private_bytes(private).exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError:
        raise SessionBroken("not a usable key") from None


def _hkdf(chaining: bytes, secret: bytes, outputs: int) -> list[bytes]:
    """HKDF of Noise section 4.3."""
    temp, made = hmac.digest(chaining, secret, "sha256"), [b""]
    for number in range(1, outputs + 1):
        made.append(hmac.digest(temp, made[-1] + bytes((number,)), "sha256"))
    return made[1:]
