"""The driver does what a conversation asks, in its order, and throws in what the channel cannot do."""

from dataclasses import dataclass, field

from limen.phone.channels.driver import carry_out
from limen.phone.commands import Again, AskNonce, AskTime, Conversation, Heard, Keep, Listen, OutOfReach, Rest, Say, Send
from limen.phone.outbox import Item, item


@dataclass
class World:
    """A channel and hands in one, that write down what happened."""

    frames: list[bytes]
    done: list[object] = field(default_factory=list)

    def send(self, frame: bytes) -> None:
        """Takes it."""
        self.done.append(frame)

    def receive(self, within_ms: int) -> bytes:
        """The next frame, or nobody."""
        if not self.frames:
            raise OutOfReach
        return self.frames.pop(0)

    def now_ms(self) -> int:
        """A clock."""
        return 42

    def reopen(self) -> None:
        """A new link."""
        self.done.append("reopened")

    def rest(self, ms: int) -> None:
        """Waits."""
        self.done.append(ms)

    def say(self, progress: Say) -> None:
        """Shows."""
        self.done.append(progress.step)

    def keep(self, one: Item) -> None:
        """Keeps."""
        self.done.append(one.kind)

    def time(self, lock_id: bytes, nonce: bytes) -> bytes | None:
        """Asks."""
        return nonce + b"!"

    def nonce(self, lock_id: bytes) -> bytes | None:
        """Asks."""
        return None


def everything() -> Conversation[list[object]]:
    """One of each command, and the answers it got."""
    answers: list[object] = []
    for command in (
        Send((b"a", b"b")),
        Say("opening"),
        Keep(item("receipt", bytes(8), b"r")),
        AskTime(bytes(8), b"n"),
        AskNonce(bytes(8)),
        Again(),
        Rest(7),
        Listen(5),
    ):
        answers.append((yield command))
    try:
        yield Listen(5)
    except OutOfReach:
        answers.append("nobody")
    return answers


def test_each_command_is_done_in_its_order() -> None:
    """Frames one by one, then screen, disk, link and rest."""
    world = World(frames=[b"hello"])
    answers = carry_out(everything(), world, world)
    assert world.done == [b"a", b"b", "opening", "receipt", "reopened", 7]
    assert answers == [None, None, None, b"n!", None, None, None, Heard(b"hello", 42), "nobody"]


def test_an_unforeseen_error_is_not_swallowed() -> None:
    """Only being out of reach is part of the conversation."""

    def breaks() -> Conversation[None]:
        yield Say("opening")
        raise ZeroDivisionError

    world = World(frames=[])
    try:
        carry_out(breaks(), world, world)
    except ZeroDivisionError:
        return
    raise AssertionError
