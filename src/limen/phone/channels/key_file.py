"""The phone key of a computer: a file that only its owner may read, behind a handle that only signs (decision 0043)."""

import os
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from limen.wire.envelope import compressed, kid_of

OWNER_ONLY: Final = 0o600
_ES256: Final = ec.ECDSA(hashes.SHA256())


class UnsafeKey(Exception):
    """Others may read the key file, or it holds no P-256 key: it is not used."""


class KeyFile:
    """Signs with the key in a file. What goes out is the public half and signatures."""

    __slots__ = ("__private", "public")

    def __init__(self, path: Path) -> None:
        if path.stat().st_mode & 0o077:
            raise UnsafeKey(f"{path.name} may be read by others: chmod 600")
        private = serialization.load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(private, ec.EllipticCurvePrivateKey) or not isinstance(private.curve, ec.SECP256R1):
            raise UnsafeKey(f"{path.name} holds no P-256 key")
        self.__private = private
        self.public: bytes = compressed(private.public_key())

    @property
    def kid(self) -> bytes:
        """The first 4 bytes of SHA-256 over the public key."""
        return kid_of(self.public)

    def sign(self, data: bytes) -> bytes:
        """ES256, 64 bytes r || s."""
        r, s = decode_dss_signature(self.__private.sign(data, _ES256))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def __reduce__(self) -> str:
        """A handle is not copied to another process."""
        raise TypeError("a phone key does not leave its handle")


def make(path: Path) -> None:
    """Draws a key into a new file, durable before anybody is told the public half; an existing file stays."""
    if path.exists():
        return
    private = ec.generate_private_key(ec.SECP256R1())
    pem = private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
