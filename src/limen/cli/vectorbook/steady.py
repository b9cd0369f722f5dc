"""Fixed keys, and a sealer that seals the same way twice.

The product's sealer draws its ephemeral key itself (RFC 9180 section 4.1). Vectors need bytes that do not change, so this one takes it as
an argument; it is written out from the RFC and so also cross-checks the library.
"""

import hashlib
import hmac

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from limen.wire.envelope import SoftSigner
from limen.wire.session import public_of

LOCK_ID = bytes.fromhex("4c4d303030313033")
NOW = 1_795_287_720  # 2026-11-21 19:02 UTC
NEW_YORK = ((1_793_512_800, -300), (1_805_007_600, -240), (1_825_567_200, -300))


def steady(name: str, size: int = 32) -> bytes:
    """Bytes that are the same at every run, from a name."""
    out, block = b"", b""
    while len(out) < size:
        block = hashlib.sha256(b"limen vectors " + name.encode() + block).digest()
        out += block
    return out[:size]


def signer(name: str) -> SoftSigner:
    """The P-256 key of a name."""
    return SoftSigner.from_scalar(b"\x00" + steady(f"p256 {name}", 31))


def agreement(name: str) -> tuple[bytes, bytes]:
    """(private, public) X25519 key of a name."""
    private = steady(f"x25519 {name}")
    return private, public_of(private)


class SteadySealer:
    """HPKE base mode with ephemerals that follow from a name and a count."""

    def __init__(self, public: bytes, name: str) -> None:
        self._public, self._name, self._count = public, name, 0

    def seal(self, plaintext: bytes, info: bytes) -> bytes:
        self._count += 1
        ephemeral, enc = agreement(f"{self._name} {self._count}")
        dh = X25519PrivateKey.from_private_bytes(ephemeral).exchange(X25519PublicKey.from_public_bytes(self._public))
        kem = b"KEM\x00\x20"
        shared = _expand(kem, _extract(kem, b"", b"eae_prk", dh), b"shared_secret", enc + self._public, 32)
        suite = b"HPKE\x00\x20\x00\x01\x00\x01"
        context = b"\x00" + _extract(suite, b"", b"psk_id_hash", b"") + _extract(suite, b"", b"info_hash", info)
        secret = _extract(suite, shared, b"secret", b"")
        key, nonce = _expand(suite, secret, b"key", context, 16), _expand(suite, secret, b"base_nonce", context, 12)
        return enc + AESGCM(key).encrypt(nonce, plaintext, b"")


def _extract(suite: bytes, salt: bytes, label: bytes, secret: bytes) -> bytes:
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + secret, "sha256")


def _expand(suite: bytes, prk: bytes, label: bytes, info: bytes, size: int) -> bytes:
    """HKDF-Expand of one block; nothing here is longer than 32 bytes."""
    labelled = size.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    return hmac.digest(prk, labelled + b"\x01", "sha256")[:size]
