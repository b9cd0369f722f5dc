"""Harnesses for what hangs at a door: cards that answer as they like, readers on a wire, and whoever sits on that wire."""

import itertools
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import osdp_sys

from limen.lock.commands import AnswerCard
from limen.lock.events import CardAnswered, CardTapped, CheckPressed, DigitTyped, Event
from limen.lock.shell.keycard import Keycard, counting, encoded
from limen.lock.shell.line import Line
from limen.lock.shell.nfc import Field
from limen.lock.shell.osdp import KEY_BYTES, UID_BYTES, VENDOR, Keys, ReaderLine, Word, told
from limen.lock.shell.wallreader import WallReader
from limen.wire.cards import CardSlot
from tests.fuzz.doors import UID, owned, untouched
from tests.fuzz.harness import Harness
from tests.fuzz.messages import strung, unstrung

KEY = b"k" * KEY_BYTES
ROUNDS = 12
_ids = itertools.count(1_000)


# ---- a card in the field


@dataclass
class _Saying:
    """A card with the number of one in the list, and any answers at all."""

    answers: list[bytes]
    uid: bytes = UID

    def exchange(self, apdu: bytes) -> bytes:
        if not self.answers:
            raise OSError
        return self.answers.pop(0)


def _nfc(data: bytes) -> None:
    """A card says anything to every question of the field and of the lock behind it: the bolt stays where it is (invariant 54)."""
    home = owned()
    card = Field(_Saying(unstrung(data)))
    asked: list[Event] = [card.begin(CardSlot.AMENITY)]
    while asked:
        for command in home.rig.do(asked.pop()):
            if isinstance(command, AnswerCard):
                asked.append(card.answer(command.data))
    untouched(home)


def _cards_answers() -> list[bytes]:
    """What honest cards say: one that has our application, one that counts, one that has nothing to say."""
    select, begin = bytes.fromhex("00a4040c07d276000085010100"), bytes.fromhex("9071000002030000")
    card, count = encoded(UID, {3: KEY}, 1, 1), counting(UID, KEY)
    card.random = lambda length: bytes(length)
    read = bytes.fromhex("00b0000080")
    strong = [card.exchange(select), card.exchange(read), card.exchange(begin), card.exchange(b"\x90\xaf\0\0\x20" + bytes(32) + b"\0")]
    return [strung(strong), strung([count.exchange(select), count.exchange(read)]), strung([b"\x6a\x82"])]


def _keycard(data: bytes) -> None:
    """A reader sends a simulated card anything: it answers every time, with its two status bytes, and gives its file to nobody (invariant 54)."""
    secret = b"serial-and-1"
    card = Keycard(UID, {3: KEY}, {3: (frozenset({3}), secret)}, random=lambda length: bytes(length))
    for apdu in unstrung(data):
        answer = card.exchange(apdu)
        assert 2 <= len(answer) <= 258
        assert secret not in answer


def _apdus() -> list[bytes]:
    select = bytes.fromhex("00a4040c07d276000085010100")
    begin, prove = bytes.fromhex("9071000002030000"), b"\x90\xaf\0\0\x20" + bytes(32) + b"\0"
    return [strung([select, begin, prove, b"\x90\xad\0\0\x0f" + bytes(15) + b"\0"]), strung([select, bytes.fromhex("00b0000080")])]


# ---- a reader on a wire


def _said(data: bytes) -> None:
    """A message of a reader in its secure channel: digits, a card, an answer, or nothing; never an error (invariant 79)."""
    kinds = (osdp_sys.EVENT_KEYPRESS, osdp_sys.EVENT_CARDREAD, osdp_sys.EVENT_MFGREP)
    for kind in kinds:
        for event in told({"event": kind, "vendor_code": VENDOR, "data": data}):
            assert isinstance(event, CardTapped | CardAnswered | DigitTyped | CheckPressed)
            assert not isinstance(event, DigitTyped) or 0 <= event.digit <= 9
            assert not isinstance(event, CardTapped) or len(event.uid) in UID_BYTES
    assert told({"event": osdp_sys.EVENT_MFGREP, "vendor_code": VENDOR ^ 1, "data": data}) == []


def _readers_words() -> list[bytes]:
    named = bytes((len(UID),)) + UID
    return [
        b"5550123\r",
        UID,
        bytes((Word.TAPPED,)) + named + bytes(16),
        bytes((Word.COUNTED,)) + named + bytes(11),
        bytes((Word.ANSWERED,)) + bytes(32),
    ]


@dataclass
class _Wire(Line):
    """A line with a stranger at its other end, who says these bytes and hears everything."""

    says: deque[bytes] = field(default_factory=deque)
    heard: list[bytes] = field(default_factory=list)
    sent: int = 0
    received: int = 0

    def __post_init__(self) -> None:
        self.fd = self.id = next(_ids)

    def read(self, most: int) -> bytes:
        part = self.says.popleft() if self.says else b""
        if len(part) > most:
            self.says.appendleft(part[most:])
        self.received += len(part[:most])
        return part[:most]

    def write(self, data: bytes) -> int:
        self.heard.append(data)
        self.sent += len(data)
        return len(data)

    def flush(self) -> None:
        """What is to come is still to come."""

    def close(self) -> None:
        """Nothing to close."""


def _osdp(data: bytes) -> None:
    """Whoever cut the cable and sits on it says anything to the controller: no secure channel, no event, no key on the wire (invariant 80)."""
    with TemporaryDirectory(prefix="limen-fuzz-") as folder:
        (Path(folder) / "reader.key").write_text(KEY.hex(), "ascii")
        wire, events = _Wire(), list[Event]()
        line = ReaderLine(wire, Keys(Path(folder)), events.append, time.monotonic)
        for part in unstrung(data)[:ROUNDS]:
            wire.says.append(part)
            line.poll()
        assert not line.secure
        assert not events
        assert not line.to_card(b"anything")
        assert KEY not in b"".join(wire.heard)
        line.close()


def _osdp_reader(data: bytes) -> None:
    """The same stranger says anything to a reader that has its key: it takes no other, and obeys nothing (invariant 80)."""
    wire = _Wire()
    wall = WallReader(wire, KEY)
    for part in unstrung(data)[:ROUNDS]:
        wire.says.append(part)
        wall.poll()
    assert not wall.secure
    assert (wall.key, wall.lamp, wall.beeps) == (KEY, osdp_sys.LED_COLOR_NONE, 0)
    assert KEY not in b"".join(wire.heard)


def _controllers_frames() -> list[bytes]:
    """What a controller says first, as libosdp frames it."""
    with TemporaryDirectory(prefix="limen-fuzz-") as folder:
        (Path(folder) / "reader.key").write_text(KEY.hex(), "ascii")
        wire = _Wire()
        line = ReaderLine(wire, Keys(Path(folder)), lambda event: None, time.monotonic)
        end = time.monotonic() + 2
        while len(wire.heard) < 2 and time.monotonic() < end:
            line.poll()
            time.sleep(0.005)
        line.close()
    return [strung([frame[:255] for frame in wire.heard])]


def _readers_frames() -> list[bytes]:
    """What a reader answers to that."""
    wire = _Wire()
    wall = WallReader(wire, KEY)
    for frame in unstrung(_controllers_frames()[0]):
        wire.says.append(frame)
        end = time.monotonic() + 0.3
        while time.monotonic() < end and not wire.heard:
            wall.poll()
            time.sleep(0.005)
    return [strung([frame[:255] for frame in wire.heard])]


HARNESSES = (
    Harness("nfc", _nfc, _cards_answers),
    Harness("keycard", _keycard, _apdus),
    Harness("osdp-words", _said, _readers_words),
    Harness("osdp-controller", _osdp, _readers_frames),
    Harness("osdp-reader", _osdp_reader, _controllers_frames),
)
