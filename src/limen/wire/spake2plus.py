"""SPAKE2+ (RFC 9383): one guess for each exchange, and a record of the exchange that gives no second.

The suite is P256-SHA256-HKDF-SHA256-HMAC-SHA256 with the M and N of section 4. The verifier holds `(w0, L)`, which is not the password. Points are
added and multiplied by PyCryptodome (decision 0223), everything else is `cryptography`. Scalars and random bytes are arguments. Trap: PyCryptodome
takes coordinates modulo p and reads (0, 0) as the identity, so that both are refused here before it sees them.
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import cast

from Crypto.Math.Numbers import Integer
from Crypto.PublicKey.ECC import EccPoint
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from limen.wire.cbor import Malformed, WireError
from limen.wire.envelope import ORDER

POINT_BYTES = 65
SCALAR_BYTES = 32
CONFIRM_BYTES = 32
RANDOM_BYTES = 48
"""What a scalar is drawn from: 16 bytes more than it has, so that no value is likelier than another (RFC 9383, 3.2; FIPS 186-5, A.3.1)."""
_HALF_BYTES = 40
_PRIME = 2**256 - 2**224 + 2**192 + 2**96 - 1
_M = bytes.fromhex(
    "04886e2f97ace46e55ba9dd7242579f2993b64e16ef3dcab95afd497333d8fa12f5ff355163e43ce224e0b0e65ff02ac8e5c7be09419c785e0ca547d55a12e2d20"
)
_N = bytes.fromhex(
    "04d8bbd6c639c62937b04d997f38c3770719c629d7014d49a24b4f98baa1292b4907d60aa6bfade45008a636337f5168c64d9bd36034808cd564490b1e656edbe7"
)
_G = bytes.fromhex(
    "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
)


class NotTheSame(WireError):
    """The other side does not know the same password; nothing may be done with what was agreed."""


@dataclass(frozen=True)
class Names:
    """Who speaks with whom, about what; both sides must mean the same."""

    context: bytes
    prover: bytes
    verifier: bytes


@dataclass(frozen=True)
class Password:
    """What a prover makes of a password: `w0` and `w1`, 32 bytes each."""

    w0: bytes = field(repr=False)
    w1: bytes = field(repr=False)


@dataclass(frozen=True)
class Verifier:
    """What a verifier stores: `w0` (32 bytes) and the point `L` (65 bytes)."""

    w0: bytes = field(repr=False)
    point_l: bytes = field(repr=False)


@dataclass(frozen=True)
class Answered:
    """The verifier's side after `shareP`: what it says, the only `confirmP` it takes, and the key that counts after that one."""

    share_v: bytes
    confirm_v: bytes
    expected: bytes = field(repr=False)
    shared: bytes = field(repr=False)

    def confirmed(self, confirm_p: bytes) -> bytes:
        """The shared key, 32 bytes. `NotTheSame` for any other confirmation."""
        if not hmac.compare_digest(confirm_p, self.expected):
            raise NotTheSame("confirmP")
        return self.shared


def stretch(password: bytes, names: Names, salt: bytes, iterations: int) -> Password:
    """`w0` and `w1` by PBKDF2-HMAC-SHA256 (RFC 9383, 3.2): 40 bytes for each, modulo the group's order."""
    said = b"".join(_counted(part) for part in (password, names.prover, names.verifier))
    both = PBKDF2HMAC(algorithm=SHA256(), length=2 * _HALF_BYTES, salt=salt, iterations=iterations).derive(said)
    w0, w1 = (int.from_bytes(half, "big") % ORDER for half in (both[:_HALF_BYTES], both[_HALF_BYTES:]))
    return Password(w0.to_bytes(SCALAR_BYTES, "big"), w1.to_bytes(SCALAR_BYTES, "big"))


def enrolled(password: Password) -> Verifier:
    """What is stored at the verifier: `L = w1 * P`."""
    return Verifier(password.w0, _encoded(_times(_point(_G), password.w1)))


def scalar(random: bytes) -> bytes:
    """A secret scalar from 48 random bytes: 1 to the order less one, evenly."""
    if len(random) != RANDOM_BYTES:
        raise ValueError("a scalar is drawn from 48 bytes")
    return (1 + int.from_bytes(random, "big") % (ORDER - 1)).to_bytes(SCALAR_BYTES, "big")


def check_point(point: bytes) -> None:
    """`Malformed` unless it is an uncompressed point of P-256 and not the identity."""
    _point(point)


def share_p(password: Password, x: bytes) -> bytes:
    """What the prover says first: `X = x*P + w0*M`."""
    return _encoded(_times(_point(_G), x) + _times(_point(_M), password.w0))


def answer(verifier: Verifier, names: Names, share: bytes, y: bytes) -> Answered:
    """The verifier's answer to `shareP`. `Malformed` for what is no point. This is one guess: whoever calls it must have charged it."""
    theirs = _point(share)
    own = _encoded(_times(_point(_G), y) + _times(_point(_N), verifier.w0))
    z = _times(theirs + -_times(_point(_M), verifier.w0), y)
    v = _times(_point(verifier.point_l), y)
    keys = _keys(names, (share, own), _encoded(z), _encoded(v), verifier.w0)
    return Answered(own, keys.confirm_v, keys.confirm_p, keys.shared)


def finish(password: Password, names: Names, x: bytes, share_v: bytes, confirm_v: bytes) -> tuple[bytes, bytes]:
    """The prover's `confirmP` and the shared key, 32 bytes each. `Malformed` for what is no point, `NotTheSame` where the verifier knows another password."""
    theirs = _point(share_v) + -_times(_point(_N), password.w0)
    z, v = _times(theirs, x), _times(theirs, password.w1)
    keys = _keys(names, (share_p(password, x), share_v), _encoded(z), _encoded(v), password.w0)
    if not hmac.compare_digest(confirm_v, keys.confirm_v):
        raise NotTheSame("confirmV")
    return keys.confirm_p, keys.shared


@dataclass(frozen=True)
class _Keys:
    confirm_p: bytes
    confirm_v: bytes
    shared: bytes


def _keys(names: Names, shares: tuple[bytes, bytes], z: bytes, v: bytes, w0: bytes) -> _Keys:
    """The transcript of section 3.3 and the key schedule of 3.4."""
    parts = (names.context, names.prover, names.verifier, _M, _N, *shares, z, v, w0)
    main = hashlib.sha256(b"".join(_counted(part) for part in parts)).digest()
    confirming = _derived(main, b"ConfirmationKeys", 64)
    return _Keys(
        confirm_p=hmac.digest(confirming[:32], shares[1], "sha256"),
        confirm_v=hmac.digest(confirming[32:], shares[0], "sha256"),
        shared=_derived(main, b"SharedKey", 32),
    )


def _counted(part: bytes) -> bytes:
    return len(part).to_bytes(8, "little") + part


def _derived(key: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(key)


def _point(data: bytes) -> EccPoint:
    if len(data) != POINT_BYTES or data[0] != 4:
        raise Malformed("not an uncompressed point")
    x, y = int.from_bytes(data[1:33], "big"), int.from_bytes(data[33:], "big")
    if x >= _PRIME or y >= _PRIME or x == y == 0:
        raise Malformed("not a point")
    try:
        return EccPoint(x, y, "p256")
    except ValueError:
        raise Malformed("not on the curve") from None


def _times(point: EccPoint, factor: bytes) -> EccPoint:
    """As an `Integer` a secret factor has the same length for the C code whatever it is; a plain int has not."""
    return point * cast(int, Integer.from_bytes(factor))


def _encoded(point: EccPoint) -> bytes:
    """65 bytes; `Malformed` for the identity, which no honest exchange comes to."""
    if point.is_point_at_infinity():
        raise Malformed("identity")
    x, y = point.xy
    return b"\x04" + x.to_bytes(SCALAR_BYTES, "big") + y.to_bytes(SCALAR_BYTES, "big")
