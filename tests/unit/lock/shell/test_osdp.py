"""A reader on a line of ours: real libosdp at both ends of a pseudo-terminal."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import osdp_sys
import pytest

from limen.lock.commands import LensState, ShowLens, Words
from limen.lock.events import CardAnswered, CardTapped, CheckPressed, DigitTyped, Event
from limen.lock.shell.keycard import counting, encoded
from limen.lock.shell.line import Line, pair
from limen.lock.shell.osdp import INSTALL_S, VENDOR, Keys, ReaderLine, Word, told
from limen.lock.shell.wallreader import WallReader
from limen.wire.cards import CardSlot

UID, KEY = b"\x04cardno", b"k" * 16


@dataclass
class Door:
    """Both ends, a clock that can be moved on, and what the controller heard."""

    folder: Path
    ends: tuple[Line, Line]
    heard: list[Event] = field(default_factory=list)
    ahead_s: float = 0

    def __post_init__(self) -> None:
        self.wall = WallReader(self.ends[1])
        self.line = self.controller()

    def controller(self) -> ReaderLine:
        return ReaderLine(self.ends[0], Keys(self.folder), self.heard.append, lambda: time.monotonic() + self.ahead_s)

    def until(self, done: Callable[[], bool], seconds: float = 60) -> bool:
        """Both ends go on until it is so, or for so long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not done():
            self.line.poll()
            self.wall.poll()
            time.sleep(0.001)
        return done()

    def install(self) -> None:
        self.line.install()
        assert self.until(lambda: self.line.secure and not self.line.installing)


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    ends = pair()
    yield Door(tmp_path, ends)
    for end in ends:
        end.close()


def test_an_installation_hands_over_a_key_once_and_closes_by_itself(door: Door) -> None:
    """A random key that only this pair has; the second session is under it, and the file is for its owner's eyes."""
    assert not door.until(lambda: door.line.secure or door.wall.secure, 0.3)
    door.install()
    assert not door.line.installing
    assert door.wall.key == Keys(door.folder).current()
    assert door.wall.key is not None and len(set(door.wall.key)) > 4
    assert [path.name for path in door.folder.iterdir()] == ["reader.key"]
    assert (door.folder / "reader.key").stat().st_mode & 0o077 == 0
    door.wall.press("5")
    assert door.until(lambda: door.heard == [DigitTyped(5)])


def test_an_installation_that_nobody_answers_is_over_after_fifteen_minutes(door: Door) -> None:
    """A reader that comes later finds it closed."""
    quiet = door.wall
    door.wall = None  # type: ignore[assignment]
    door.line.install()
    for _ in range(20):
        door.line.poll()
    assert door.line.installing
    door.ahead_s += INSTALL_S
    door.line.poll()
    assert not door.line.installing
    door.wall = quiet
    assert not door.until(lambda: door.line.secure or door.wall.key is not None, 0.5)


def test_a_reader_with_another_key_or_the_factorys_is_never_listened_to(door: Door) -> None:
    """The reader on the wall was changed for a stranger's: in its factory state or with a key of its own, it opens nothing."""
    door.install()
    for stranger in (None, b"s" * 16):
        ends = pair()
        door.ends[0].fd, kept = ends[0].fd, door.ends[0].fd
        door.wall = WallReader(ends[1], stranger)
        door.line = door.controller()
        door.wall.press("5550123#")
        door.wall.read_number(UID)
        assert not door.until(lambda: door.line.secure or bool(door.heard), 0.5)
        door.ends[0].fd = kept


def test_the_key_outlives_a_restart_at_both_ends(door: Door) -> None:
    """Nothing is installed again."""
    door.install()
    key = door.wall.key
    door.wall, door.line = WallReader(door.ends[1], key), door.controller()
    assert door.until(lambda: door.line.secure)
    assert not door.line.installing


def test_an_installation_cut_short_after_the_key_arrived_is_found_complete(door: Door) -> None:
    """The key was on disk before the reader heard it; the next start proves it and keeps it."""
    door.line.install()
    assert door.until(lambda: door.wall.key is not None)
    assert (door.folder / "reader.key.new").exists()
    door.wall, door.line = WallReader(door.ends[1], door.wall.key), door.controller()
    assert door.until(lambda: door.line.secure)
    assert [path.name for path in door.folder.iterdir()] == ["reader.key"]


def test_a_line_that_was_cut_comes_back_within_seconds(door: Door) -> None:
    """libosdp alone would rest for five minutes after a failed handshake."""
    door.install()
    assert door.until(lambda: door.line.secure)
    silent = door.wall
    door.wall = WallReader(pair()[0], silent.key)
    door.until(lambda: False, 0.3)
    door.ahead_s += 2
    assert door.until(lambda: not door.line.secure)
    door.wall = WallReader(door.ends[1], silent.key)
    door.ahead_s += 6
    assert door.until(lambda: door.line.secure)


@pytest.mark.rule("CARD-3", "LOCK-2")
def test_a_card_talks_through_the_line(door: Door) -> None:
    """The reader is told the slot, the tap arrives with the first answer, and words go both ways."""
    door.install()
    assert door.until(lambda: door.line.slot(CardSlot.UNIT))
    assert door.until(lambda: door.wall.slot is CardSlot.UNIT)
    door.wall.hold(encoded(UID, {2: KEY}, 1, 1))
    assert door.until(lambda: bool(door.heard))
    (tapped,) = door.heard
    assert isinstance(tapped, CardTapped) and tapped.uid == UID and tapped.first_answer is not None
    assert door.line.to_card(bytes(32))
    assert door.until(lambda: len(door.heard) == 2)
    assert door.heard[1] == CardAnswered(b"")
    door.wall.hold(counting(UID, KEY, 6))
    assert door.until(lambda: len(door.heard) == 3)
    counted = door.heard[2]
    assert isinstance(counted, CardTapped) and counted.sun is not None and counted.sun.counter == 7


def test_lamp_and_buzzer_say_what_a_lens_would(door: Door) -> None:
    """Green for open; red and two beeps for a refusal."""
    door.install()
    assert door.until(lambda: door.line.secure)
    door.line.show(ShowLens(LensState.RING, Words.OPEN, 10))
    assert door.until(lambda: door.wall.lamp == osdp_sys.LED_COLOR_GREEN)
    door.line.show(ShowLens(LensState.BLINK, Words.NOT_ACCEPTED))
    assert door.until(lambda: door.wall.lamp == osdp_sys.LED_COLOR_RED and door.wall.beeps == 1)


@pytest.mark.parametrize(
    ("said", "events"),
    [
        ({"event": osdp_sys.EVENT_KEYPRESS, "data": b"12\r*#x"}, [DigitTyped(1), DigitTyped(2), CheckPressed(), CheckPressed()]),
        ({"event": osdp_sys.EVENT_CARDREAD, "data": UID}, [CardTapped(UID)]),
        ({"event": osdp_sys.EVENT_CARDREAD, "data": b"abc"}, []),
        ({"event": osdp_sys.EVENT_CARDREAD, "data": bytes(11)}, []),
        ({"event": osdp_sys.EVENT_MFGREP, "vendor_code": 1, "data": b"\x01\x07" + UID}, []),
        ({"event": osdp_sys.EVENT_MFGREP, "vendor_code": VENDOR, "data": b""}, []),
        ({"event": osdp_sys.EVENT_MFGREP, "vendor_code": VENDOR, "data": bytes((Word.TAPPED,))}, []),
        ({"event": osdp_sys.EVENT_MFGREP, "vendor_code": VENDOR, "data": b"\x01\xff" + UID}, [CardTapped(UID)]),
        ({"event": osdp_sys.EVENT_MFGREP, "vendor_code": VENDOR, "data": b"\x01\x07" + UID + bytes(15)}, []),
        ({"event": osdp_sys.EVENT_MFGREP, "vendor_code": VENDOR, "data": b"\x02\x07" + UID + bytes(10)}, []),
        ({"event": osdp_sys.EVENT_MFGREP, "vendor_code": VENDOR, "data": b"\x09\x07" + UID}, []),
        ({"event": osdp_sys.EVENT_STATUS}, []),
    ],
)
def test_what_a_reader_says_is_read_strictly(said: dict[str, object], events: list[Event]) -> None:
    """Other vendors, other lengths, other words: nothing."""
    assert told(said) == events
