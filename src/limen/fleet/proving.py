"""Proves the digits under a battery cover to a lock, for a browser that cannot add points (protocol A.2; clauses A-21, A-22; decision 0223).

Nothing is kept between the two questions, neither digits nor scalar: the scalar is derived from what both of them say and from whose hand it comes, so
the second question works for nobody else, for no other door or lock, and for two minutes. What the lock says and is told is opaque to who carries it.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from limen.kernel.actors import Actor
from limen.kernel.problems import Problem, Refused
from limen.storage import chance, kms
from limen.wire import covercode, spake2plus
from limen.wire.cbor import Malformed, WireError
from limen.wire.covercode import Answered, Confirm, Share, Stretching

PROOF_S: Final = 120
_TIME_BYTES: Final = 8
NONCE_BYTES: Final = 2 * _TIME_BYTES
PURPOSE: Final = "activation.cover"


@dataclass(frozen=True)
class Typed:
    """Digits that somebody typed for a door, and the lock's own word on how they are stretched."""

    door_id: UUID
    told: Stretching
    digits: str = field(repr=False)


@dataclass(frozen=True)
class Begun:
    """What the lock is told first, and what the second question brings back."""

    said: bytes
    nonce: bytes


@dataclass(frozen=True)
class Proved:
    """What the lock is told last, and what stands in the place of the sticker's secret on that link."""

    said: bytes
    secret: bytes = field(repr=False)


def typed(door_id: UUID, digits: str, told: bytes) -> Typed:
    """Problem `bad_digits` for what are not eight of them, `bad_lock` for what no lock says."""
    try:
        read = covercode.read_digits(digits)
    except Malformed:
        raise Problem("bad_digits", "The code under the battery cover has 8 digits.") from None
    try:
        stretching = covercode.parse_heard(told)
    except WireError:
        raise _no_lock() from None
    if not isinstance(stretching, Stretching):
        raise _no_lock()
    return Typed(door_id, stretching, read)


def begin(asked: Typed, by: Actor, now: datetime) -> Begun:
    """The prover's share."""
    nonce = int(now.timestamp()).to_bytes(_TIME_BYTES, "big") + chance.random_bytes(_TIME_BYTES)
    password = covercode.stretched(asked.digits, asked.told)
    return Begun(covercode.encode_said(Share(spake2plus.share_p(password, _scalar(asked, nonce, by)))), nonce)


def end(asked: Typed, nonce: bytes, heard: bytes, by: Actor, now: datetime) -> Proved:
    """The prover's confirmation. Refused `wrong_cover_code` where the lock has other digits or somebody else began, `begin_again` after two minutes."""
    age_s = int(now.timestamp()) - int.from_bytes(nonce[:_TIME_BYTES], "big")
    if not 0 <= age_s <= PROOF_S:
        raise Refused("begin_again", "That took too long. Press the button inside the lock and start again.")
    try:
        answered = covercode.parse_heard(heard)
        if not isinstance(answered, Answered):
            raise _no_lock()
        password, names = covercode.stretched(asked.digits, asked.told), covercode.names(asked.told.lock_id)
        confirm, shared = spake2plus.finish(password, names, _scalar(asked, nonce, by), answered.share, answered.confirm)
    except spake2plus.NotTheSame:
        raise Refused("wrong_cover_code", "These are not the digits of this lock.") from None
    except WireError:
        raise _no_lock() from None
    return Proved(covercode.encode_said(Confirm(confirm)), covercode.secret_of(shared, asked.told.lock_id))


def _scalar(asked: Typed, nonce: bytes, by: Actor) -> bytes:
    facts = (str(by.person_id), asked.door_id.bytes, asked.told.lock_id, asked.told.salt, asked.digits, nonce)
    drawn = b"".join(kms.derive(PURPOSE, half, *facts) for half in ("1", "2"))
    return spake2plus.scalar(drawn[: spake2plus.RANDOM_BYTES])


def _no_lock() -> Problem:
    return Problem("bad_lock", "This is not what a lock says.")
