"""Does what a conversation asks: frames to a channel, progress to a screen, things to keep to the disk, questions to the service."""

from typing import Protocol

from limen.phone.commands import (
    Again,
    Answer,
    AskNonce,
    AskTime,
    Command,
    Conversation,
    Heard,
    Keep,
    Listen,
    OutOfReach,
    Rest,
    Result,
    Say,
    Send,
)
from limen.phone.outbox import Item


class Channel(Protocol):
    """One link to one lock at a time. A link that broke stays broken until another is opened."""

    def send(self, frame: bytes) -> None:
        """Hands a frame over; `OutOfReach` where there is nobody."""

    def receive(self, within_ms: int) -> bytes:
        """The next frame; `OutOfReach` when none came in time or the link is gone."""

    def now_ms(self) -> int:
        """A clock that only goes forward, in milliseconds."""

    def reopen(self) -> None:
        """Hangs up and opens a new link to the same lock."""

    def rest(self, ms: int) -> None:
        """Waits without doing anything."""


class Hands(Protocol):
    """What else a conversation needs of the phone around it."""

    def say(self, progress: Say) -> None:
        """Shows the step."""

    def keep(self, one: Item) -> None:
        """Makes the item durable before it returns."""

    def time(self, lock_id: bytes, nonce: bytes) -> bytes | None:
        """The service's time assertion for this nonce, or None without signal."""

    def nonce(self, lock_id: bytes) -> bytes | None:
        """A fresh nonce of the service for a receipt, or None without signal."""


def carry_out(conversation: Conversation[Result], channel: Channel, hands: Hands) -> Result:
    """Runs the conversation to its result. What the channel cannot do is thrown into it, and it decides what that means."""
    answer: Answer = None
    lost: OutOfReach | None = None
    try:
        while True:
            command = conversation.throw(lost) if lost else conversation.send(answer)
            lost = None
            try:
                answer = _do(command, channel, hands)
            except OutOfReach as problem:
                lost = problem
    except StopIteration as end:
        result: Result = end.value
        return result


def _do(command: Command, channel: Channel, hands: Hands) -> Answer:
    match command:
        case Send(frames):
            for frame in frames:
                channel.send(frame)
        case Listen(within_ms):
            return Heard(frame=channel.receive(within_ms), at_ms=channel.now_ms())
        case Say():
            hands.say(command)
        case Keep(one):
            hands.keep(one)
        case AskTime(lock_id, nonce):
            return hands.time(lock_id, nonce)
        case AskNonce(lock_id):
            return hands.nonce(lock_id)
        case Again():
            channel.reopen()
        case Rest(ms):
            channel.rest(ms)
    return None
