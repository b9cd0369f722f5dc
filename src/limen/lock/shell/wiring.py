"""One wired door: the lock's mind on a board inside, a reader at the end of a line outside, strike and contacts on pins, a camera by command.

The mind is the same as in every other lock; here is only what it feels with and what obeys it.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from limen.lock.commands import LensState, ShowLens
from limen.lock.events import DigitTyped, Event, InsideButton, LensTouched, PhotoTaken
from limen.lock.shell.body import Body
from limen.lock.shell.camera import Camera, CommandCamera
from limen.lock.shell.line import Line, open_line
from limen.wire.cards import CardSlot

if TYPE_CHECKING:
    from limen.lock.shell.osdp import ReaderLine
    from limen.lock.shell.strike import Contact, Strike

POLL_S = 0.02
Soon = Callable[[Callable[[], None]], object]
"""Calls something on the lock's own thread, from any other."""


@dataclass(frozen=True)
class Wiring:
    """What is connected, as the command line said it; pins by gpiozero's names (GPIO17, BOARD11)."""

    reader: Path | None = None
    speed: int = 115_200
    install: bool = False
    strike: str | None = None
    fail_safe: bool = False
    door: str | None = None
    exit: str | None = None
    button: str | None = None
    camera: tuple[str, ...] = ()


@dataclass
class Hardware:
    """The parts that are there."""

    reader: "ReaderLine | None" = None
    strike: "Strike | None" = None
    door: "Contact | None" = None
    exit: "Contact | None" = None
    button: "Contact | None" = None
    camera: Camera | None = None


class Button:
    """The button on the board inside: felt when it is let go, with how long it was held (A.2, A.3, LOCK-16)."""

    def __init__(self, feel: Callable[[Event], None], now: Callable[[], float]) -> None:
        self._feel, self._now = feel, now
        self._since: float | None = None

    def moved(self, opened: bool) -> None:
        """Its contact closed or opened."""
        since, self._since = self._since, None if opened else self._now()
        if opened and since is not None:
            self._feel(InsideButton(int((self._now() - since) * 1000)))


class Wired:
    """The fittings of a wired door. `hear` takes what the reader says."""

    def __init__(self, body: Body) -> None:
        self._body, self.hardware = body, Hardware()
        self._slot: CardSlot | None = None
        self._stills: set[asyncio.Task[None]] = set()

    def hear(self, event: Event) -> None:
        """A first key at a dark reader is a digit too: such a keypad has no lens to touch before."""
        if isinstance(event, DigitTyped) and self._body.lens.state in (LensState.ASLEEP, LensState.NO_POWER):
            self._body.feel(LensTouched())
        self._body.feel(event)

    def release(self, ms: int) -> bool:
        return self.hardware.strike is None or self.hardware.strike.release(ms)

    def hold(self, held: bool) -> None:
        if self.hardware.strike is not None:
            self.hardware.strike.hold(held)

    def show(self, lens: ShowLens) -> None:
        if self.hardware.reader is not None:
            self.hardware.reader.show(lens)

    def photograph(self, seq: int, at_ms: int) -> bytes | None:
        """In a thread of its own: a door does not wait for a lens."""
        camera = self.hardware.camera
        if camera is None:
            return b""
        task = asyncio.get_running_loop().create_task(self._still(camera, seq, at_ms))
        self._stills.add(task)
        task.add_done_callback(self._stills.discard)
        return None

    def to_card(self, data: bytes) -> None:
        if self.hardware.reader is not None:
            self.hardware.reader.to_card(data)

    def look(self) -> None:
        """Tells the reader which key cards prove here, whenever that is news to it."""
        reader, lock = self.hardware.reader, self._body.lock
        if reader is None or lock is None:
            return
        if not reader.secure:
            self._slot = None
        elif lock.card_slot != self._slot and reader.slot(lock.card_slot):
            self._slot = lock.card_slot

    async def _still(self, camera: Camera, seq: int, at_ms: int) -> None:
        jpeg = await asyncio.to_thread(camera.still, at_ms)
        self._body.feel(PhotoTaken(seq, jpeg))


async def attend(body: Body, wiring: Wiring, say: Callable[[str], None]) -> None:
    """Runs the hardware of this door until it is cancelled. Raises OSError or ValueError for what cannot be opened."""
    wired, line = Wired(body), None
    body.fittings = wired
    loop = asyncio.get_running_loop()
    try:
        _pins(wired, body, wiring, loop)
        if wiring.reader is not None:
            line = _reader(wired, body, wiring)
        body.awake()
        await _poll(wired, line, loop, say)
    finally:
        if line is not None:
            loop.remove_reader(line.fd)
            line.close()
        for part in (wired.hardware.strike, wired.hardware.door, wired.hardware.exit, wired.hardware.button):
            if part is not None:
                part.close()


def _pins(wired: Wired, body: Body, wiring: Wiring, loop: asyncio.AbstractEventLoop) -> None:
    from limen.lock.shell.strike import Contact, Fail, Strike

    hardware, soon = wired.hardware, loop.call_soon_threadsafe  # contacts call from a thread of their own
    hardware.camera = CommandCamera(wiring.camera) if wiring.camera else None
    if wiring.strike is not None:
        hardware.strike = Strike(wiring.strike, Fail.SAFE if wiring.fail_safe else Fail.SECURE, loop.call_later)
    if wiring.exit is not None:
        hardware.exit = Contact(wiring.exit, lambda opened: _ask(soon, body.go_out, opened))
    if wiring.button is not None:
        button = Button(body.feel, loop.time)
        hardware.button = Contact(wiring.button, lambda opened: _pressed(soon, button, opened))
    if wiring.door is not None:
        hardware.door = Contact(wiring.door, lambda opened: _moved(soon, body, opened))
        body.move_door(hardware.door.open)


def _ask(soon: Soon, go_out: Callable[[], None], opened: bool) -> None:
    if not opened:
        soon(go_out)


def _pressed(soon: Soon, button: Button, opened: bool) -> None:
    soon(lambda: button.moved(opened))


def _moved(soon: Soon, body: Body, opened: bool) -> None:
    soon(lambda: body.move_door(opened))


def _reader(wired: Wired, body: Body, wiring: Wiring) -> Line:
    from limen.lock.shell.osdp import Keys, ReaderLine

    assert wiring.reader is not None
    line = open_line(wiring.reader, wiring.speed)
    reader = wired.hardware.reader = ReaderLine(line, Keys(body.folder), wired.hear, time.monotonic)
    if wiring.install:
        reader.install()
    return line


async def _poll(wired: Wired, line: Line | None, loop: asyncio.AbstractEventLoop, say: Callable[[str], None]) -> None:
    """What the line brings is taken at once; twice in a poll interval of OSDP the panel may speak by itself."""
    arrived, told = asyncio.Event(), ""
    if line is not None:
        loop.add_reader(line.fd, arrived.set)
    while True:
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL_S):
                await arrived.wait()
        arrived.clear()
        reader = wired.hardware.reader
        if reader is None:
            continue
        reader.poll()
        wired.look()
        state = "installing" if reader.installing else "secure" if reader.secure else "not secure"
        if state != told:
            told = state
            say(f"reader: {state}")
