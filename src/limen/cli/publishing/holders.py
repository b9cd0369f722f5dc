"""The three people who sign firmware: each has one P-256 key in a file of their own, away from every network (part G, key KF)."""

import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from securesystemslib.signer import CryptoSigner, SSlibKey

from limen.wire.envelope import ORDER, SoftSigner, load_public

HOLDERS = 3
OWNER_ONLY = 0o600


def make(folder: Path) -> list[Path]:
    """Three fresh keys, each with its public half beside it. Raises FileExistsError rather than write over one."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = []
    for number in range(1, HOLDERS + 1):
        signer = SoftSigner.from_scalar((1 + secrets.randbelow(ORDER - 1)).to_bytes(32, "big"))
        path = folder / f"kf-{number}.key"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "w") as file:
            file.write(signer.scalar.hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
        path.with_suffix(".pub").write_text(signer.public.hex() + "\n", "ascii")
        made.append(path)
    return made


def read(path: Path) -> SoftSigner:
    """A holder's key. Raises ValueError for a file that holds none."""
    return SoftSigner.from_scalar(bytes.fromhex(path.read_text("ascii").strip()))


def read_public(path: Path) -> bytes:
    """The 33 public bytes of a holder."""
    public = bytes.fromhex(path.read_text("ascii").strip())
    load_public(public)
    return public


def for_tuf(signer: SoftSigner) -> CryptoSigner:
    """The same key as python-tuf signs with it."""
    return CryptoSigner(ec.derive_private_key(int.from_bytes(signer.scalar, "big"), ec.SECP256R1()))


def public_for_tuf(public: bytes) -> SSlibKey:
    """The same public key as TUF metadata names it."""
    return SSlibKey.from_crypto(load_public(public))
