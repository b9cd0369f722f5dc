"""Bytes that only one holder can read: HPKE base mode, DHKEM(X25519), HKDF-SHA256, AES-128-GCM (RFC 9180).

The only place that draws chance inside the wire, because sealing does; 48 bytes longer than what goes in. The library takes no
additional data, so every context is bound through ``info``.
"""

from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from limen.wire import limits, shape
from limen.wire.cbor import Malformed, Value, WireError

OVERHEAD_BYTES = 48
_PROBE = X25519PrivateKey.from_private_bytes(b"is this a key to seal to at all?")
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_128_GCM)


class NotForUs(WireError):
    """The bytes were sealed to another key, for another purpose, or changed."""


class Sealer(Protocol):
    """Somebody to seal to."""

    def seal(self, plaintext: bytes, info: bytes) -> bytes:
        """``enc || ciphertext``, 48 bytes longer than ``plaintext``, readable by the holder for this ``info`` only."""


class Opener(Protocol):
    """Somebody who can open: a lock's own key, or a KMS right."""

    def open(self, ciphertext: bytes, info: bytes) -> bytes:
        """What was sealed for this ``info``; ``NotForUs`` otherwise."""


def public_key(value: Value) -> bytes:
    """A public X25519 key to seal to. ``Malformed`` for a point of small order: nothing can be sealed to it (RFC 7748 section 6.1, RFC 9180 section 7.1.4)."""
    data = shape.blob(value, limits.X25519_BYTES)
    try:
        _PROBE.exchange(X25519PublicKey.from_public_bytes(data))
    except ValueError:
        raise Malformed("no key to seal to") from None
    return data


class HpkeSealer:
    """Seals to a public X25519 key of 32 bytes, as ``public_key`` reads it."""

    def __init__(self, public: bytes) -> None:
        self.public = public
        self._public = X25519PublicKey.from_public_bytes(public)

    def seal(self, plaintext: bytes, info: bytes) -> bytes:
        return _SUITE.encrypt(plaintext, self._public, info)


class HpkeOpener:
    """Opens with a private X25519 key of 32 bytes."""

    def __init__(self, private: bytes) -> None:
        self._private = X25519PrivateKey.from_private_bytes(private)

    def open(self, ciphertext: bytes, info: bytes) -> bytes:
        try:
            return _SUITE.decrypt(ciphertext, self._private, info)
        except (InvalidTag, ValueError):
            raise NotForUs("not sealed for this") from None
