"""A person's right at one door for a while, signed for one phone; and that phone's proof that it is here now.

Grant: protocol C.1, a CWT-shaped claim set (RFC 8392) with a confirmation key (RFC 8747). Proof: C.2, bound to the session's ``h``.
Times are whole seconds since 1970 (utime).
"""

import hashlib
from dataclasses import dataclass
from enum import IntEnum, IntFlag

from limen.wire import cbor, limits, shape
from limen.wire.cbor import Malformed, Value
from limen.wire.envelope import BadSignature, RoleKeys, Signer, Typ, load_public, open1, sign1, verifies

_SCOPE = -65537
_MOST_TIME = shape.U32


class Cls(IntEnum):
    """What a phone or credential is to one door (protocol C.1)."""

    RESIDENT = 1
    APP_GUEST = 2
    CODE_HOLDER = 3
    STAFF = 4
    VENDOR = 5
    MANAGER = 6
    COURIER = 7
    GATEWAY = 8
    INSTALLER = 9


class Rights(IntFlag):
    """Bits of a grant (protocol B.6)."""

    NONE = 0
    UNLOCK = 1
    PUSH = 2
    PULL = 4
    DIAGNOSTICS = 8
    PRIVACY_OVERRIDE = 16
    REMOTE = 32


OWN_ACCESS = Rights.UNLOCK | Rights.PUSH | Rights.PULL
_PUSH_ONLY = frozenset({Cls.MANAGER, Cls.COURIER, Cls.INSTALLER})


@dataclass(frozen=True, kw_only=True)
class Grant:
    """One phone's right at one door: window [nbf, exp] in utime seconds, both included, ``subj`` a pseudonym of this lock alone."""

    lock_id: bytes
    epoch: int
    acl_ver: int
    cls: Cls
    rights: Rights
    sched: int | None
    subj: int
    phone_key: bytes
    iat: int
    exp: int
    cti: bytes
    nbf: int | None = None


def mint(grant: Grant, signer: Signer) -> bytes:
    """The signed grant (177 bytes without a start)."""
    scope: list[cbor.Encodable] = [grant.lock_id, grant.epoch, grant.acl_ver, int(grant.cls), int(grant.rights), grant.sched, grant.subj]
    claims: dict[int, cbor.Encodable] = {4: grant.exp, 6: grant.iat, 7: grant.cti, 8: {1: cose_key(grant.phone_key)}, _SCOPE: scope}
    if grant.nbf is not None:
        claims[5] = grant.nbf
    return sign1(Typ.GRANT, cbor.encode(claims), signer)


def open_grant(data: bytes, keys: RoleKeys) -> Grant:
    """The grant a KG key signed; ``BadSignature`` or ``Malformed``. Says nothing about lock, time or possession."""
    return read_grant(open1(data, Typ.GRANT, keys, limits.GRANT_BYTES_MAX).payload)


def read_grant(payload: bytes) -> Grant:
    """The grant in a payload; for couriers that hold no KG key, over ``envelope.unverified_payload``."""
    claims = shape.table(cbor.decode(payload, limits.GRANT_BYTES_MAX), (4, 6, 7, 8, _SCOPE), (5,))
    lock_id, epoch, acl_ver, cls, rights, sched, subj = shape.array(claims[_SCOPE], 7)
    return Grant(
        lock_id=shape.blob(lock_id, limits.LOCK_ID_BYTES),
        epoch=shape.uint(epoch, shape.U32),
        acl_ver=shape.uint(acl_ver, shape.U32),
        cls=shape.member(Cls, cls),
        rights=Rights(shape.uint(rights, 63)),
        sched=None if sched is None else shape.uint(sched, shape.U32),
        subj=shape.uint(subj),
        phone_key=_phone_key(claims[8]),
        iat=shape.uint(claims[6], _MOST_TIME),
        exp=shape.uint(claims[4], _MOST_TIME),
        cti=shape.blob(claims[7], 8),
        nbf=shape.uint(claims[5], _MOST_TIME) if 5 in claims else None,
    )


def effective_rights(grant: Grant) -> Rights:
    """What the lock honours: managers, couriers and installers push and nothing else; the gateway opens only by REMOTE (B.6, B.10)."""
    if grant.cls in _PUSH_ONLY:
        return grant.rights & Rights.PUSH
    if grant.cls == Cls.GATEWAY:
        return grant.rights & (Rights.PUSH | Rights.PULL | Rights.REMOTE)
    return grant.rights & ~Rights.REMOTE


def cose_key(public: bytes) -> dict[int, cbor.Encodable]:
    """A compressed P-256 key as a COSE_Key (RFC 9053 section 7.1.1): x, and the sign of y."""
    return {1: 2, -1: 1, -2: public[1:], -3: public[0] == 3}


def key8(public: bytes) -> bytes:
    """SHA-256(COSE_Key)[0..8], by which a list names a removed phone (record kind 4)."""
    return hashlib.sha256(cbor.encode(cose_key(public))).digest()[:8]


def unlock_ctx(door: int, intent: str = "tap") -> bytes:
    """``u32 door || intent``: what the person meant, inside the proof (C.5). REMOTE uses the intent ``remote``."""
    return shape.u32(door) + intent.encode("ascii")


def pop_message(h: bytes, grant_bytes: bytes, op: int, ctx: bytes) -> bytes:
    """What a phone signs: ``"dl/pop/1" || h || SHA-256(grant) || op || ctx``."""
    if len(h) != 32 or not 0 < op < 128 or len(ctx) > limits.CONTEXT_BYTES_MAX:
        raise Malformed("proof of possession")
    return b"dl/pop/1" + h + hashlib.sha256(grant_bytes).digest() + bytes((op,)) + ctx


def sign_pop(signer: Signer, message: bytes) -> bytes:
    """64 bytes r || s by the phone's key."""
    return signer.sign(message)


def verify_pop(phone_key: bytes, signature: bytes, message: bytes) -> None:
    """Passes if the phone's key signed exactly this message; ``BadSignature`` otherwise. Either ``s`` will do: browsers do not choose."""
    if not verifies(load_public(phone_key), signature, message):
        raise BadSignature("proof of possession")


def _phone_key(confirmation: Value) -> bytes:
    key = shape.table(shape.table(confirmation, (1,))[1], (1, -1, -2, -3))
    if key[1] != 2 or key[-1] != 1 or not isinstance(key[-3], bool):
        raise Malformed("phone key")
    return (b"\x03" if key[-3] else b"\x02") + shape.blob(key[-2], 32)
