"""The websocket channel: one message is one frame, and whatever breaks is out of reach."""

from collections.abc import Iterator

import pytest
from websockets.sync.server import ServerConnection

from limen.phone.channels.websocket import WebSocket
from limen.phone.commands import OutOfReach
from tests.server import answering


def lock(link: ServerConnection) -> None:
    """Answers each frame backwards; `text` with a text, `end` by hanging up."""
    for message in link:
        if message == b"text":
            link.send("a text")
        elif message == b"end":
            return
        elif isinstance(message, bytes):
            link.send(message[::-1])


@pytest.fixture
def air() -> Iterator[str]:
    """A lock on a free port."""
    with answering(lock) as address:
        yield address


def test_one_message_is_one_frame(air: str) -> None:
    """Bytes go and come as they are."""
    with WebSocket(air, bytes(8)) as link:
        link.send(b"abc")
        assert link.receive(2000) == b"cba"
        assert link.now_ms() <= link.now_ms()


def test_a_new_link_after_the_first(air: str) -> None:
    """Reopening is a new connection to the same lock."""
    with WebSocket(air, bytes(8)) as link:
        link.send(b"ab")
        link.reopen()
        link.send(b"xy")
        assert link.receive(2000) == b"yx"


@pytest.mark.parametrize("said", [b"text", b"end"])
def test_what_is_no_frame_is_out_of_reach(air: str, said: bytes) -> None:
    """A text, or a link that ended."""
    with WebSocket(air, bytes(8)) as link:
        link.send(said)
        with pytest.raises(OutOfReach):
            link.receive(2000)


def test_silence_is_out_of_reach(air: str) -> None:
    """Nothing came in time."""
    with WebSocket(air, bytes(8)) as link, pytest.raises(OutOfReach):
        link.receive(20)


def test_nobody_listens() -> None:
    """A port that nobody has is a lock out of reach, found at the first frame."""
    with WebSocket("ws://127.0.0.1:9", bytes(8)) as link, pytest.raises(OutOfReach):
        link.send(b"x")
