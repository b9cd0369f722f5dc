"""What a conversation with a lock may ask of the world, as values. Whoever drives it (`channels/driver.py`, a test) does them and answers.

A conversation is a generator: it yields a command and is resumed with the answer to it. Time, frames and the service's answers come in that way
and no other, so the same conversation runs in a test, over a websocket and over Bluetooth.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeVar

from limen.phone.outbox import Item

Step = Literal["looking", "connecting", "setting_up", "opening", "open", "sending", "waiting", "reading", "confirming"]


@dataclass(frozen=True)
class Send:
    """Give these frames to the channel, in this order. Answered with None."""

    frames: tuple[bytes, ...]


@dataclass(frozen=True)
class Listen:
    """Wait for the next frame, at most this long. Answered with `Heard`; a silent or broken channel is thrown in as `OutOfReach`."""

    within_ms: int


@dataclass(frozen=True)
class Say:
    """Show where we are: the step, and how many of how many parts. Answered with None."""

    step: Step
    done: int = 0
    total: int = 0


@dataclass(frozen=True)
class Keep:
    """Make this outbox item durable before answering (None): nothing else may be asked of the lock until it is."""

    item: Item


@dataclass(frozen=True)
class AskTime:
    """The lock wants the time for this nonce. Answered with the service's assertion, or None where there is no signal: the driver
    then keeps the nonce and the answer is brought within two hours (protocol B.9, T2)."""

    lock_id: bytes
    nonce: bytes


@dataclass(frozen=True)
class AskNonce:
    """A nonce of the service that makes the receipt a fresh proof. Answered with 16 bytes, or None without signal."""

    lock_id: bytes


@dataclass(frozen=True)
class Heard:
    """A frame and when it came, by a clock that only goes forward (milliseconds, any origin)."""

    frame: bytes
    at_ms: int


@dataclass(frozen=True)
class Again:
    """Hang up and open a new link to the same lock: a proof is made for one lock session. Answered with None."""


@dataclass(frozen=True)
class Rest:
    """The lock is busy with somebody else: wait this long. Answered with None."""

    ms: int


class OutOfReach(Exception):
    """The channel is silent or gone. Thrown into a conversation by its driver."""


Command: TypeAlias = Send | Listen | Say | Keep | AskTime | AskNonce | Again | Rest
Answer: TypeAlias = Heard | bytes | None
Result = TypeVar("Result")
Conversation: TypeAlias = Generator[Command, Answer, Result]


def hear(within_ms: int) -> Conversation[Heard]:
    """The next frame."""
    answer = yield Listen(within_ms)
    if not isinstance(answer, Heard):
        raise TypeError("Listen is answered with Heard")
    return answer


def fetch(command: AskTime | AskNonce) -> Conversation[bytes | None]:
    """What the service answers, or None where it cannot be reached."""
    answer = yield command
    if isinstance(answer, Heard):
        raise TypeError("the service does not answer with a frame")
    return answer
