"""Frames: whole messages or nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.wire import limits
from limen.wire.cbor import Malformed
from limen.wire.frames import Assembler, Cutter, cut


@given(st.lists(st.binary(min_size=1, max_size=1500), min_size=1, max_size=6), st.integers(20, 509))
def test_messages_come_out_as_they_went_in(messages: list[bytes], size: int) -> None:
    """In order, whatever the frame size, with numbers running on."""
    cutter, assembler = Cutter(size), Assembler()
    for message in messages:
        frames = cutter.cut(message)
        assert all(len(frame) <= size for frame in frames)
        outcomes = [assembler.feed(frame) for frame in frames]
        assert outcomes == [None] * (len(frames) - 1) + [message]


@given(st.binary(min_size=400, max_size=900), st.data())
def test_a_lost_repeated_or_swapped_frame_closes_the_session(message: bytes, data: st.DataObject) -> None:
    """A gap never yields another message."""
    frames = cut(message, 60)
    at = data.draw(st.integers(0, len(frames) - 2))
    act = data.draw(st.sampled_from(["drop", "repeat", "swap"]))
    stream = {
        "drop": frames[:at] + frames[at + 1 :],
        "repeat": frames[: at + 1] + frames[at:],
        "swap": [*frames[:at], frames[at + 1], frames[at], *frames[at + 2 :]],
    }[act]
    assembler = Assembler()
    with pytest.raises(Malformed):
        for frame in stream:
            assert assembler.feed(frame) is None
    with pytest.raises(Malformed):
        assembler.feed(frames[0])


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_no_frames_crash_the_assembler(frames: list[bytes]) -> None:
    """Fuzz."""
    assembler = Assembler()
    try:
        for frame in frames:
            assembler.feed(frame)
    except Malformed:
        pass


def test_a_message_may_not_grow_without_end() -> None:
    """Above 8 KiB the session closes before the last frame."""
    assembler = Assembler()
    with pytest.raises(Malformed):
        for number in range(100):
            assembler.feed(bytes((1 if number == 0 else 0, number)) + bytes(500))


def test_sizes_that_no_link_has_are_refused() -> None:
    """Frames of 20 to 509 bytes, messages of 1 to 8,192."""
    for message, size in ((b"x", 19), (b"x", 510), (b"", 100), (bytes(limits.MESSAGE_BYTES_MAX + 1), 100)):
        with pytest.raises(Malformed):
            cut(message, size)
