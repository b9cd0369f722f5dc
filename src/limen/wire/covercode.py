"""The code under the battery cover, for a sticker that cannot be read: eight digits, run through SPAKE2+ (protocol A.2; clauses A-17 to A-23).

It is spoken on a fresh link before the handshake. What comes out of it takes the place of the sticker's secret for that one link: the handshake, the
session and everything in it are the sticker's (S-4, S-5).
"""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, TypeAlias

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from limen.wire import cbor, limits, shape, spake2plus
from limen.wire.advertising import ALPHABET, NAME_CHARACTERS, air_name
from limen.wire.cbor import Malformed
from limen.wire.refusals import Reason
from limen.wire.session import activation_static, public_of
from limen.wire.spake2plus import Names, Password

CONTEXT: Final = b"dl/act/cover/1"
PROVER: Final = b"phone"
SECRET_BYTES: Final = 16
ITERATIONS: Final = 10_000
"""Of a factory of ours: who reads a lock's memory finds the sticker's secret beside the record, and needs no digits."""
MESSAGE_BYTES_MAX: Final = 128
"""Of both sides; none has the length of a handshake message, by which a lock tells them apart."""


@dataclass(frozen=True)
class Cover:
    """What stands under the battery cover: the name that the lock has in the air before it has an owner (B-4), and eight digits."""

    name: str
    digits: str = field(repr=False)

    @property
    def text(self) -> str:
        """As it is printed: ``7K2M9QXD 1234 5678``."""
        return f"{self.name} {self.digits[:4]} {self.digits[4:]}"


@dataclass(frozen=True)
class Record:
    """What the factory leaves in the lock in place of the digits."""

    salt: bytes
    iterations: int
    verifier: spake2plus.Verifier = field(repr=False)


class Step(IntEnum):
    """The first number of a message; the answer has the same, a refusal 3."""

    ASK = 0
    SHARE = 1
    CONFIRM = 2
    REFUSED = 3


@dataclass(frozen=True)
class Ask:
    """Who are you, and how are your digits stretched?"""


@dataclass(frozen=True)
class Share:
    """The prover's share; whoever has it answered has made a guess."""

    share: bytes


@dataclass(frozen=True)
class Confirm:
    """The prover's confirmation."""

    confirm: bytes


@dataclass(frozen=True)
class Stretching:
    """The lock's name for itself, and salt (16 bytes) and iterations of its code."""

    lock_id: bytes
    salt: bytes
    iterations: int


@dataclass(frozen=True)
class Answered:
    """The verifier's share and confirmation; `left`: how many tries are left after this one until the button is pressed again."""

    share: bytes
    confirm: bytes
    left: int


@dataclass(frozen=True)
class Taken:
    """The code was right. The handshake comes next, on this link."""


@dataclass(frozen=True)
class Refused:
    """No exchange, and why."""

    reason: Reason


Said: TypeAlias = Ask | Share | Confirm
Heard: TypeAlias = Stretching | Answered | Taken | Refused


def unowned_name(lock_id: bytes, qr_secret: bytes) -> str:
    """The name in the air of a lock that nobody owns yet (B-4, S-5)."""
    return air_name(lock_id, public_of(activation_static(qr_secret, lock_id)))


def read_cover(text: str) -> Cover:
    """The name and the digits as somebody typed them, with spaces or dashes or without. `Malformed` for anything else."""
    if len(text) > 2 * MESSAGE_BYTES_MAX:
        raise Malformed("too long for a cover")
    kept = "".join(text.replace("-", " ").split()).upper()
    name, digits = kept[:NAME_CHARACTERS], kept[NAME_CHARACTERS:]
    if len(name) != NAME_CHARACTERS or any(c not in ALPHABET for c in name):
        raise Malformed("name")
    return Cover(name, read_digits(digits))


def read_digits(text: str) -> str:
    """Eight digits, with spaces or without. `Malformed` for anything else."""
    digits = "".join(text.split()) if len(text) <= MESSAGE_BYTES_MAX else ""
    if len(digits) != limits.COVER_DIGITS or not (digits.isascii() and digits.isdecimal()):
        raise Malformed("digits")
    return digits


def names(lock_id: bytes) -> Names:
    """Both sides of the exchange; the lock by its lock-id."""
    return Names(CONTEXT, PROVER, lock_id)


def stretched(digits: str, told: Stretching) -> Password:
    """The digits as the prover needs them. `Malformed` where they are none."""
    return spake2plus.stretch(read_digits(digits).encode(), names(told.lock_id), told.salt, told.iterations)


def enrolled(digits: str, lock_id: bytes, salt: bytes, iterations: int = ITERATIONS) -> Record:
    """What the factory writes into the lock whose cover has these digits; `salt` are 16 random bytes."""
    password = stretched(digits, Stretching(lock_id, salt, iterations))
    return Record(salt, iterations, spake2plus.enrolled(password))


def secret_of(shared: bytes, lock_id: bytes) -> bytes:
    """The 16 bytes that stand in the place of the sticker's secret on this link, from the agreed key."""
    return HKDF(algorithm=SHA256(), length=SECRET_BYTES, salt=None, info=b"dl/act/cover/secret/1" + lock_id).derive(shared)


def encode_record(record: Record) -> bytes:
    """As it stands in the lock's memory."""
    return cbor.encode([record.salt, record.iterations, record.verifier.w0, record.verifier.point_l])


def read_record(data: bytes) -> Record:
    """The factory's record. `Malformed` out of shape."""
    salt, iterations, w0, point = shape.array(cbor.decode(data, 2 * MESSAGE_BYTES_MAX), 4)
    verifier = spake2plus.Verifier(shape.blob(w0, spake2plus.SCALAR_BYTES), _point(point))
    return Record(shape.blob(salt, limits.COVER_SALT_BYTES), _iterations(iterations), verifier)


def encode_said(said: Said) -> bytes:
    """The prover's message."""
    match said:
        case Ask():
            return cbor.encode([int(Step.ASK)])
        case Share(share):
            return cbor.encode([int(Step.SHARE), share])
        case Confirm(confirm):
            return cbor.encode([int(Step.CONFIRM), confirm])


def parse_said(data: bytes) -> Said:
    """What a prover said. `Malformed` out of shape; a share is a point of the curve and not the identity."""
    fields = shape.array(cbor.decode(data, MESSAGE_BYTES_MAX), 1, 2)
    step = shape.member(Step, fields[0])
    if step is Step.ASK and len(fields) == 1:
        return Ask()
    if step is Step.SHARE and len(fields) == 2:
        return Share(_point(fields[1]))
    if step is Step.CONFIRM and len(fields) == 2:
        return Confirm(shape.blob(fields[1], spake2plus.CONFIRM_BYTES))
    raise Malformed("step")


def encode_heard(heard: Heard) -> bytes:
    """The lock's message."""
    match heard:
        case Stretching(lock_id, salt, iterations):
            return cbor.encode([int(Step.ASK), lock_id, salt, iterations])
        case Answered(share, confirm, left):
            return cbor.encode([int(Step.SHARE), share, confirm, left])
        case Taken():
            return cbor.encode([int(Step.CONFIRM)])
        case Refused(reason):
            return cbor.encode([int(Step.REFUSED), int(reason)])


def parse_heard(data: bytes) -> Heard:
    """What a lock answered. `Malformed` out of shape."""
    fields = shape.array(cbor.decode(data, MESSAGE_BYTES_MAX), 1, 4)
    step = shape.member(Step, fields[0])
    if step is Step.ASK:
        _, lock_id, salt, iterations = shape.array(fields, 4)
        return Stretching(shape.blob(lock_id, limits.LOCK_ID_BYTES), shape.blob(salt, limits.COVER_SALT_BYTES), _iterations(iterations))
    if step is Step.SHARE:
        _, share, confirm, left = shape.array(fields, 4)
        return Answered(_point(share), shape.blob(confirm, spake2plus.CONFIRM_BYTES), shape.uint(left, limits.COVER_TRIES_PER_PRESS))
    if step is Step.REFUSED:
        return Refused(shape.member(Reason, shape.array(fields, 2)[1]))
    shape.array(fields, 1)
    return Taken()


def _point(value: cbor.Value) -> bytes:
    point = shape.blob(value, spake2plus.POINT_BYTES)
    spake2plus.check_point(point)
    return point


def _iterations(value: cbor.Value) -> int:
    return shape.integer(value, limits.COVER_ITERATIONS_MIN, limits.COVER_ITERATIONS_MAX)
