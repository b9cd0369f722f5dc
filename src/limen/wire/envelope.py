"""How anything is believed: COSE_Sign1 with ES256, and a verifying key found by the type of the statement alone.

A key of one role can never verify a statement of another (protocol A.4; RFC 9052 section 4.2, RFC 9053 section 2.1). ``s`` is the lower
of its two values, so a statement has one signature per nonce and nobody can mint a second name for the same bytes (decision 0021).
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from limen.wire import cbor, limits, shape
from limen.wire.cbor import Malformed, WireError

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_ES256 = ec.ECDSA(hashes.SHA256())
_ES256_STEADY = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)  # RFC 6979


class Typ(IntEnum):
    """What a signed statement is (COSE header 16); 65012 is decision 0020, 65013 decision 0036, 65014 and 65015 decision 0105."""

    GRANT = 65001
    MANIFEST = 65002
    RECEIPT = 65003
    TIME = 65004
    TICKET = 65005
    ATTEST = 65006
    DOOR_INFO = 65007
    FW_DIRECTOR = 65008
    ROOT = 65009
    RELEASE = 65010
    LOG_ACK = 65011
    DEVICE_CERTIFICATE = 65012
    TELEMETRY = 65013
    FW_TARGETS = 65014
    FW_LIST = 65015


class Role(IntEnum):
    """Who signs; the numbers are internal and never on the wire."""

    ROOT = 0
    KA = 1
    KU = 2
    KG = 3
    KT = 4
    KL = 5
    LOCK = 6
    MFG_CA = 7
    KF = 8
    KS = 9


SIGNED_BY: Mapping[Typ, Role] = {
    Typ.GRANT: Role.KG,
    Typ.DOOR_INFO: Role.KG,
    Typ.MANIFEST: Role.KU,
    Typ.FW_DIRECTOR: Role.KU,
    Typ.TIME: Role.KT,
    Typ.LOG_ACK: Role.KL,
    Typ.TICKET: Role.KA,
    Typ.RELEASE: Role.KA,
    Typ.ROOT: Role.ROOT,
    Typ.RECEIPT: Role.LOCK,
    Typ.ATTEST: Role.LOCK,
    Typ.TELEMETRY: Role.LOCK,
    Typ.DEVICE_CERTIFICATE: Role.MFG_CA,
    Typ.FW_TARGETS: Role.KF,
    Typ.FW_LIST: Role.KS,
}


class BadSignature(WireError):
    """No key that may sign this type has signed these bytes."""


class Signer(Protocol):
    """A private P-256 key behind a port: a file, a KMS, a secure element or a phone's enclave."""

    @property
    def kid(self) -> bytes:
        """The first 4 bytes of SHA-256 over the compressed public key."""

    def sign(self, data: bytes) -> bytes:
        """64 bytes r || s: ES256 over ``data``."""


@dataclass(frozen=True)
class Verified:
    """A payload that a right key has signed, and which key."""

    payload: bytes
    kid: bytes


class SoftSigner:
    """A P-256 key in memory that signs the same bytes the same way each time (RFC 6979)."""

    def __init__(self, private: ec.EllipticCurvePrivateKey) -> None:
        self._private = private
        self.public = compressed(private.public_key())
        self._kid = kid_of(self.public)

    @classmethod
    def from_scalar(cls, scalar: bytes) -> "SoftSigner":
        """The key whose private number is these 32 bytes (big-endian, 1..n-1)."""
        return cls(ec.derive_private_key(int.from_bytes(scalar, "big"), ec.SECP256R1()))

    @property
    def kid(self) -> bytes:
        return self._kid

    @property
    def scalar(self) -> bytes:
        """The 32 private bytes, for the file that keeps them."""
        return self._private.private_numbers().private_value.to_bytes(32, "big")

    def sign(self, data: bytes) -> bytes:
        r, s = decode_dss_signature(self._private.sign(data, _ES256_STEADY))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


class RoleKeys:
    """Public keys by type of statement, then by kid; there is no other way to find one."""

    def __init__(self, by_typ: Mapping[Typ, Iterable[bytes]]) -> None:
        self._public: dict[Typ, frozenset[bytes]] = {typ: frozenset(keys) for typ, keys in by_typ.items()}
        self._found: dict[tuple[Typ, bytes], tuple[ec.EllipticCurvePublicKey, ...]] = {}
        for typ, keys in self._public.items():
            for public in sorted(keys):
                name = (typ, kid_of(public))
                self._found[name] = (*self._found.get(name, ()), _signers_key(public))

    @classmethod
    def of_roles(cls, roles: Mapping[Role, Iterable[bytes]]) -> "RoleKeys":
        """Keys of whole roles, spread over the types each role signs (A.1)."""
        return cls({typ: tuple(roles[role]) for typ, role in SIGNED_BY.items() if role in roles})

    @classmethod
    def of_lock(cls, id_key: bytes) -> "RoleKeys":
        """The one key that signs a lock's receipts, attestations and telemetry."""
        return cls({Typ.RECEIPT: (id_key,), Typ.ATTEST: (id_key,), Typ.TELEMETRY: (id_key,)})

    def public(self, typ: Typ) -> frozenset[bytes]:
        """All compressed keys that may sign ``typ``."""
        return self._public.get(typ, frozenset())

    def find(self, typ: Typ, kid: bytes) -> tuple[ec.EllipticCurvePublicKey, ...]:
        """The keys that may sign ``typ`` and carry this kid; none is an ordinary answer."""
        return self._found.get((typ, kid), ())


def sign1(typ: Typ, payload: bytes, signer: Signer) -> bytes:
    """A COSE_Sign1 of ``payload`` with the protected header {1: ES256, 4: kid, 16: typ} and the lower ``s``."""
    protected = cbor.encode({1: -7, 4: signer.kid, 16: int(typ)})
    signature = _lower(signer.sign(_to_sign(protected, payload)))
    return cbor.encode([protected, {}, payload, signature])


def open1(data: bytes, typ: Typ, keys: RoleKeys, max_bytes: int = limits.STATEMENT_BYTES_MAX) -> Verified:
    """The payload of a statement of exactly this type, signed by a key of exactly this type; ``BadSignature`` or ``Malformed``."""
    claimed = read1(data, max_bytes)
    if claimed.typ != typ:
        raise BadSignature("another type of statement")
    if not claimed.has_lower_s:
        raise BadSignature("s is not the lower one")
    if not any(verifies(key, claimed.signature, claimed.signed) for key in keys.find(typ, claimed.kid)):
        raise BadSignature("no key of this type signed it")
    return Verified(claimed.payload, claimed.kid)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A statement taken apart and not believed: what it says it is, its payload, and the bytes its signature should be over."""

    typ: int
    kid: bytes
    payload: bytes
    signature: bytes
    signed: bytes

    @property
    def has_lower_s(self) -> bool:
        """Only the lower of the two values of s is taken, so that a statement has one form (decision 0021)."""
        return int.from_bytes(self.signature[32:], "big") <= ORDER // 2


def read1(data: bytes, max_bytes: int = limits.STATEMENT_BYTES_MAX) -> Claimed:
    """Takes a statement apart, once, for whoever must look before it is verified; ``Malformed``."""
    protected, payload, signature = _parts(data, max_bytes)
    kid, typ = _header(protected)
    return Claimed(typ, kid, payload, signature, _to_sign(protected, payload))


def unverified_payload(data: bytes, max_bytes: int = limits.STATEMENT_BYTES_MAX) -> tuple[int, bytes]:
    """The type and payload a statement claims; nothing may be believed from it."""
    claimed = read1(data, max_bytes)
    return claimed.typ, claimed.payload


def verifies(key: ec.EllipticCurvePublicKey, signature: bytes, message: bytes) -> bool:
    """Whether ``signature`` (64 bytes r || s) is the key's ES256 over ``message``."""
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if len(signature) != limits.SIGNATURE_BYTES or not (0 < r < ORDER and 0 < s < ORDER):
        return False
    try:
        key.verify(encode_dss_signature(r, s), message, _ES256)
    except InvalidSignature:
        return False
    return True


def load_public(public: bytes) -> ec.EllipticCurvePublicKey:
    """The key of 33 compressed bytes; ``Malformed`` if they are no point of P-256."""
    if len(public) != limits.KEY_BYTES:
        raise Malformed("public key")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
    except ValueError:
        raise Malformed("public key") from None


@lru_cache(maxsize=256)
def _signers_key(public: bytes) -> ec.EllipticCurvePublicKey:
    """Those who sign statements are few and known to all, and a lock's start reads each of them under every type that it signs.

    Not for the keys of phones: how long an answer takes must not tell who has been here before.
    """
    return load_public(public)


def compressed(key: ec.EllipticCurvePublicKey) -> bytes:
    """The 33 bytes by which the wire names a P-256 key."""
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint)


def kid_of(public: bytes) -> bytes:
    """SHA-256(compressed key)[0..4]."""
    return hashlib.sha256(public).digest()[: limits.KID_BYTES]


def _to_sign(protected: bytes, payload: bytes) -> bytes:
    """Sig_structure of RFC 9052 section 4.4, written by hand because it is on the path of every unlock."""
    return b"\x84\x6aSignature1" + cbor.head(2, len(protected)) + protected + b"\x40" + cbor.head(2, len(payload)) + payload


def _lower(signature: bytes) -> bytes:
    s = int.from_bytes(signature[32:], "big")
    return signature if s <= ORDER // 2 else signature[:32] + (ORDER - s).to_bytes(32, "big")


def _parts(data: bytes, max_bytes: int) -> tuple[bytes, bytes, bytes]:
    protected, unprotected, payload, signature = shape.array(cbor.decode(data, max_bytes), 4)
    if unprotected != {}:
        raise Malformed("unprotected header")
    return shape.blob(protected, most=32), shape.blob(payload), shape.blob(signature, limits.SIGNATURE_BYTES)


@lru_cache(maxsize=64)
def _header(protected: bytes) -> tuple[bytes, int]:
    header = shape.table(cbor.decode(protected, 32), (1, 4, 16))
    if header[1] != -7 or isinstance(header[1], bool):
        raise Malformed("algorithm")
    return shape.blob(header[4], limits.KID_BYTES), shape.uint(header[16], shape.U16)
