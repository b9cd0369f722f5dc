"""Keys and what is done with them. Callers name a purpose or a key id and never hold a key of the service.

Where each key lives: role keys, the root that wraps and derives, in files of `$LIMEN_DATA/keys` (0600), made at first use; person, household,
day and log keys in the key store, wrapped by the root. A thief of the database alone reads nothing; a thief of the key store alone, nothing.
An installation with a hardware module replaces this module, not its callers.
"""

import hashlib
import hmac
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Literal
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from limen.storage import chance, files, ledger
from limen.storage.keystore import KEY_BYTES, NONCE_BYTES, Destroyed, KeyStore, Unreadable
from limen.wire import cbor
from limen.wire.envelope import ORDER, SIGNED_BY, Role, Signer, SoftSigner, Typ, load_public, sign1

__all__ = ["Destroyed", "Unreadable"]

RoleName = Literal["activation", "update", "grant", "time", "log"]
ROLES: Final[dict[RoleName, Role]] = {"activation": Role.KA, "update": Role.KU, "grant": Role.KG, "time": Role.KT, "log": Role.KL}
VERSION = 1
"""Of the sealed form: version byte, 12 bytes of nonce, AES-256-GCM. Part of what is authenticated (protocol H.1)."""
FIELD_MAX_BYTES = 1024 * 1024
ROOT_KEYS, ROOT_THRESHOLD = 3, 2
NEVER = 2**32 - 1

_lock = threading.Lock()
# By the path's text: joining paths for every sealed field took longer than sealing it.
_stores: dict[str, KeyStore] = {}
_secrets: dict[str, bytes] = {}
_signers: dict[str, SoftSigner] = {}


# ---- signing: one key per role, each believed for its own types of statement only (protocol A.1)


def signer(role: RoleName) -> Signer:
    """Signs as this role: activation KA, update KU, grant KG, time KT, log KL."""
    return _soft_signer(f"sign-{role}")


def public(role: RoleName) -> bytes:
    """The role's compressed public key, 33 bytes."""
    return _soft_signer(f"sign-{role}").public


def roles() -> dict[Role, bytes]:
    """The public keys of all five roles, as a ticket carries them to a lock."""
    return {role: public(name) for name, role in ROLES.items()}


def firmware_signer() -> SoftSigner:
    """The online key KS: it says which firmware targets are the newest, and can neither make an image nor aim one (part G)."""
    return _soft_signer("sign-firmware")


def root_signers() -> list[SoftSigner]:
    """The installation's own root keys; two of them sign a root (decision 0051)."""
    return [_soft_signer(f"root-{number}") for number in range(1, ROOT_KEYS + 1)]


def root_statement() -> bytes:
    """Which keys hold which role, said by two of the installation's three root keys: a CBOR array of two sign1 (protocol A.4; decision 0051).

    Without an end: 2^32-1. An installation with a ceremony of its own puts its statement into `keys/root.statement`.
    """
    path = _folder("keys") / "root.statement"
    if path.exists():
        return path.read_bytes()
    roots = root_signers()
    held = roles()
    by_typ = {int(typ): [held[role]] for typ, role in sorted(SIGNED_BY.items()) if role in held}
    payload = cbor.encode([1, NEVER, ROOT_THRESHOLD, [root.public for root in roots], by_typ])
    return files.create(path, cbor.encode([sign1(Typ.ROOT, payload, root) for root in roots[:ROOT_THRESHOLD]]))


class NoKey(Exception):
    """A line of a file of keys holds none; the text says which, for whoever runs the service."""


def manufacturers() -> tuple[bytes, ...]:
    """The compressed public keys of the factories whose locks are accepted: one a line, lines with # in front are notes. Raises NoKey."""
    path = _folder("trust") / "mfg-ca.pub"
    lines = enumerate(path.read_text("utf-8").splitlines() if path.exists() else (), 1)
    return tuple(_public(line.strip(), f"trust/{path.name}, line {number}") for number, line in lines if line.strip() and line[0] != "#")


def _public(text: str, place: str) -> bytes:
    try:
        key = bytes.fromhex(text)
        load_public(key)
    except (ValueError, cbor.Malformed):
        raise NoKey(f"{place}: no public key of P-256, which is 66 hexadecimal digits") from None
    return key


@dataclass(frozen=True, slots=True, repr=False)
class SealKey:
    """An X25519 pair: locks seal to `public`, the service opens with `private`."""

    private: bytes
    public: bytes


def log_key(property_id: UUID, number: int = 1) -> SealKey:
    """The building's log key of that number, made at first use."""
    return _pair(_store().key(_log_id(property_id, number)))


def _log_id(property_id: UUID, number: int) -> str:
    return f"log:{property_id}" if number == 1 else f"log:{property_id}:{number}"


def log_keys(property_id: UUID, most: int) -> list[SealKey]:
    """Those of the building's log keys up to this number that were ever made, newest first. None is made by asking."""
    found = []
    for number in range(most, 0, -1):
        with suppress(Destroyed):
            found.append(_pair(_store().existing(_log_id(property_id, number))))
    return found


def photo_key(audience: UUID) -> SealKey:
    """Who may see stills: the household of a unit, or a building's security. Made at first use. Raises Destroyed after its end."""
    return _pair(_store().key(f"photo:{audience}"))


def _pair(private: bytes) -> SealKey:
    return SealKey(private, X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw())


# ---- deriving and drawing


def derive(purpose: str, *context: bytes | str) -> bytes:
    """32 bytes that only this installation can compute, the same each time for the same purpose and context (HMAC-SHA-256)."""
    message = b"".join(len(part).to_bytes(4, "big") + part for part in (_bytes(p) for p in (purpose, *context)))
    return hmac.new(_secret("derive"), message, hashlib.sha256).digest()


def fresh_secret() -> bytes:
    """32 new random bytes; keep them sealed."""
    return chance.random_bytes(KEY_BYTES)


# ---- sealing under keys that can be destroyed


def context(table: str, column: str, row: UUID | str | int) -> str:
    """Where a sealed value stands. Sealed for one place, it cannot be read in another."""
    return f"{table}|{column}|{row}"


def seal(key_id: str, plain: str | bytes, context: str) -> bytes:
    """Seals under the key `key_id` (made at first use), bound to `context`. Raises Destroyed after the key's end."""
    data = _bytes(plain)
    if len(data) > FIELD_MAX_BYTES:
        raise ValueError("more than 1 MiB in one field")
    nonce = chance.random_bytes(NONCE_BYTES)
    return bytes([VERSION]) + nonce + AESGCM(_store().key(key_id)).encrypt(nonce, data, _bound(key_id, context))


def unseal(key_id: str, sealed: bytes, context: str) -> bytes:
    """What was sealed. Raises Destroyed when the key is gone, Unreadable when the bytes or the place are not those of `seal`."""
    key = _store().existing(key_id)
    if len(sealed) < 1 + NONCE_BYTES or sealed[0] != VERSION:
        raise Unreadable(key_id)
    try:
        return AESGCM(key).decrypt(sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :], _bound(key_id, context))
    except InvalidTag as problem:
        raise Unreadable(key_id) from problem


def unseal_text(key_id: str, sealed: bytes, context: str) -> str:
    """`unseal` for text."""
    return unseal(key_id, sealed, context).decode()


def make_keys(key_ids: Iterable[str]) -> None:
    """Makes the missing ones of many keys in one durable write (imports)."""
    _store().make(key_ids)


def destroy(*key_ids: str, now: datetime) -> None:
    """Destroys keys; all that they sealed is unreadable from now on, in every copy. The ledger is told first (OPS-2). No way back."""
    living = [key_id for key_id in key_ids if not _store().is_destroyed(key_id)]
    for key_id in living:
        ledger.append("key_destroyed", {"key": key_id}, now)
    _store().destroy(living, now)


def destroy_again(key_ids: Iterable[str], *, now: datetime) -> int:
    """After a restore, which may have brought an older key store: what the ledger knows as destroyed is destroyed. How many were not."""
    living = [key_id for key_id in key_ids if not _store().is_destroyed(key_id)]
    _store().destroy(living, now)
    return len(living)


def is_destroyed(key_id: str) -> bool:
    """True once `destroy` was called for it."""
    return _store().is_destroyed(key_id)


def living_keys(prefix: str) -> list[str]:
    """Ids of keys that start with `prefix` and still exist, such as `day:<property>:`."""
    return _store().ids(prefix)


# ---- where the bytes lie


def _folder(name: str) -> Path:
    return Path(settings.LIMEN_DATA) / name


def _store() -> KeyStore:
    data = str(settings.LIMEN_DATA)
    if (known := _stores.get(data)) is not None:
        return known
    wrap = _secret("root")
    with _lock:
        return _stores.setdefault(data, KeyStore(_folder("") / "keystore.sqlite3", wrap))


def _secret(name: str) -> bytes:
    """32 bytes from the file of that name, drawn at first use."""
    known = f"{settings.LIMEN_DATA}/{name}"
    if known not in _secrets:
        _secrets[known] = _held(name, lambda: chance.random_bytes(KEY_BYTES))
    return _secrets[known]


def _soft_signer(name: str) -> SoftSigner:
    known = f"{settings.LIMEN_DATA}/{name}"
    if known not in _signers:
        _signers[known] = SoftSigner.from_scalar(_held(name, _scalar))
    return _signers[known]


def _held(name: str, draw: Callable[[], bytes]) -> bytes:
    path = _folder("keys") / f"{name}.key"
    text = path.read_bytes() if path.exists() else files.create(path, draw().hex().encode())
    return bytes.fromhex(text.decode("ascii"))


def _scalar() -> bytes:
    """A private number of P-256, evenly drawn (FIPS 186-5 A.2.1: more bits than the order has, then reduced)."""
    drawn = int.from_bytes(chance.random_bytes(48), "big") % (ORDER - 1) + 1
    return drawn.to_bytes(32, "big")


def _bound(key_id: str, context: str) -> bytes:
    return f"{context}|{key_id}|{VERSION}".encode()


def _bytes(part: str | bytes) -> bytes:
    return part.encode() if isinstance(part, str) else part
