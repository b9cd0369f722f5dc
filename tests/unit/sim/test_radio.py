"""What the air does to frames."""

from collections.abc import Iterable

import pytest

from limen.phone.commands import OutOfReach
from limen.sim.clock import TrueTime
from limen.sim.radio import Air, Harm, Trouble


class Echo:
    """A lock that repeats what it hears."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.moved: list[bytes] = []

    def dial(self) -> int:
        """The only link."""
        return 1

    def frame(self, link: int, data: bytes) -> list[bytes]:
        """Says it again."""
        self.heard.append(data)
        self.moved += [data] if data == b"open" else []
        return [data]

    def hang_up(self, link: int) -> None:
        """Nobody minds."""


def said(harm: Harm | None, frame: int, frames: Iterable[bytes]) -> tuple[list[bytes], list[bytes]]:
    """What the lock heard, and what came back."""
    lock, got = Echo(), []
    air = Air(lock, TrueTime(0), None if harm is None else Trouble(harm, frame))  # type: ignore[arg-type]
    for one in frames:
        air.send(one)
    while True:
        try:
            got.append(air.receive(5))
        except OutOfReach:
            return lock.heard, got


def test_still_air_carries_everything() -> None:
    """In order, once."""
    assert said(None, 0, [b"a", b"b"]) == ([b"a", b"b"], [b"a", b"b"])


@pytest.mark.parametrize(
    ("harm", "heard"), [("lost", [b"b"]), ("doubled", [b"a", b"a", b"b"]), ("swapped", [b"b", b"a"]), ("damaged", [b"`", b"b"])]
)
def test_each_harm_does_what_its_name_says(harm: Harm, heard: list[bytes]) -> None:
    """To the frame that was chosen and to no other."""
    assert said(harm, 1, [b"a", b"b"])[0] == heard


def test_a_cut_ends_the_visit() -> None:
    """Nothing goes through afterwards."""
    air = Air(Echo(), TrueTime(0), Trouble("cut", 1))  # type: ignore[arg-type]
    for _ in range(2):
        with pytest.raises(OutOfReach):
            air.send(b"a")


def test_late_frames_take_time() -> None:
    """Longer than a lock waits for a handshake."""
    time = TrueTime(0)
    air = Air(Echo(), time, Trouble("late", 1))  # type: ignore[arg-type]
    air.send(b"a")
    assert time.ms > 5_000
    assert air.heard == 1


@pytest.mark.parametrize(("frame", "struck"), [(1, 0), (2, 0), (3, 0), (4, 1), (9, None)])
def test_a_witness_knows_whether_the_bolt_had_moved_when_the_air_did_harm(frame: int, struck: int | None) -> None:
    """What happens afterwards, or never, is no reason for a door to stay shut."""
    air = Air(Echo(), TrueTime(0), Trouble("damaged", frame))  # type: ignore[arg-type]
    for one in (b"hello", b"open"):
        air.send(one)
    assert air.struck == struck
