"""One simulated body: it feels for its lock, moves for it, and keeps what is not the mind's: battery, deadbolt, who stands in reach.

It carries out commands in their order and decides nothing. Without power there is no mind: only flash, and the metal key.
"""

import json
import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from limen.lock.battery import Chemistry, millivolts_of
from limen.lock.commands import (
    AnswerCard,
    CloseLink,
    Command,
    DialGateway,
    HoldBolt,
    LensState,
    Noticed,
    ReleaseBolt,
    Restart,
    SendFrame,
    ShowLens,
    TakePhoto,
    TestYourself,
    WakeAt,
    Words,
)
from limen.lock.core import Lock
from limen.lock.events import (
    BatteryMeasured,
    BoltMoved,
    Booted,
    Cause,
    Connected,
    Disconnected,
    DoorMoved,
    Event,
    FrameArrived,
    InsideBolt,
    InsideHandle,
    PhotoTaken,
    SelfTested,
    Ticked,
    VoltageMeasured,
)
from limen.lock.memory import Ports
from limen.lock.sessions import Call
from limen.lock.shell.camera import SimulatedCamera
from limen.lock.shell.clock import PoweredTime
from limen.lock.shell.factory import Made
from limen.lock.shell.fittings import Fittings, Simulated
from limen.lock.shell.nfc import Card, Field
from limen.wire import limits

HAPPENED_MAX = 40
NO_POWER = ShowLens(LensState.NO_POWER, Words.NO_POWER)
PART_BYTES = 100
"""Frames at least this long after the handshake are parts of something worth losing."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of "What happened": when by the lock's own clock, words without digits, and whether that clock was more than a guess."""

    ms: int
    words: str
    sure: bool = True


@dataclass
class _Link:
    """Somebody's connection: how to send a frame, how to hang up."""

    send: Callable[[bytes], None]
    close: Callable[[], None]
    outgoing: bool
    frames: int = 0


@dataclass
class Condition:
    """What a body keeps in a file of its own: it is true of the door whatever the mind believes."""

    powered: bool = True
    battery: int = 100
    chemistry: str = "alkaline"
    bolt_thrown: bool = False
    door_open: bool = False


@dataclass
class Body:
    """A lock on its door. The mind starts at the first thing that happens."""

    made: Made
    folder: Path
    time: PoweredTime
    dial: Callable[["Body"], None] = field(default=lambda _: None)
    rouse: Callable[["Body"], None] = field(default=lambda _: None)
    """Called after every change: the runner sets the timer anew and tells those who watch."""
    lens: ShowLens = NO_POWER
    wake_at: int | None = None
    away: bool = False
    no_signal: bool = False
    """A fault for the demonstration: a connected lock's own way out is gone."""
    drop_next_part: bool = False
    motor_sticks: bool = False
    """A fault for the demonstration: the next image on trial does not feel its motor move."""
    happened: deque[Line] = field(default_factory=lambda: deque(maxlen=HAPPENED_MAX))
    lock: Lock | None = None
    _links: dict[int, _Link] = field(default_factory=dict)
    _next_link: int = 1
    held_open: bool = False
    """The strike stays released: passage hours."""
    _field: Field | None = None

    def __post_init__(self) -> None:
        self.fittings: Fittings = Simulated(SimulatedCamera(self.made.serial))
        self.condition = _read_condition(self.folder / "body.json")

    def awake(self) -> bool:
        """Starts the mind if there is power. A program that starts anew is no battery that was pulled."""
        if self.lock is None and self.condition.powered:
            self._start(Cause.RESTART)
        return self.lock is not None

    def feel(self, event: Event) -> None:
        """Hands an event to the mind and does what it says."""
        if self.awake() and self.lock is not None:
            self._carry_out(self.lock.handle(event, self.time.at()))
        self.rouse(self)

    def tick_if_due(self) -> None:
        if self.wake_at is not None and self.time.at() >= self.wake_at:
            self.feel(Ticked())

    def call(self) -> Call | None:
        """What a radio on this door calls into the air; nothing without power, or while nobody is in reach."""
        return self.lock.call(self.time.at()) if not self.away and self.awake() and self.lock is not None else None

    def connect(
        self,
        send: Callable[[bytes], None],
        close: Callable[[], None],
        *,
        outgoing: bool = False,
        frame_bytes: int = limits.FRAME_BYTES_MAX,
    ) -> int | None:
        """A link came up that carries so many bytes at once; its number, or None if nobody is in reach or there is no power."""
        if (self.no_signal if outgoing else self.away) or not self.awake():
            return None
        link, self._next_link = self._next_link, self._next_link + 1
        self._links[link] = _Link(send, close, outgoing)
        self.feel(Connected(link, outgoing=outgoing, frame_bytes=frame_bytes))
        return link if link in self._links else None

    def frame(self, link: int, data: bytes) -> None:
        """A frame over the air; the radio may lose one on demand."""
        found = self._links.get(link)
        if found is None:
            return
        found.frames += 1
        if self.drop_next_part and found.frames > 1 and len(data) >= PART_BYTES:
            self.drop_next_part = False
            return
        self.feel(FrameArrived(link, data))

    def disconnect(self, link: int) -> None:
        if self._links.pop(link, None) is not None:
            self.feel(Disconnected(link))

    def pull_battery(self) -> None:
        """Power is gone this instant: the mind with all it only remembered, and every link."""
        self._keep(powered=False)
        self._dark("battery pulled" if not self.made.model.wired else "power cut")
        self.rouse(self)

    def fresh_battery(self) -> None:
        if self.condition.powered:
            self.pull_battery()
        self._keep(powered=True, battery=100)
        self._start(Cause.POWER)
        self.rouse(self)

    def wear(self, percent: int) -> None:
        """The cells are that full from now on; empty ones give no power at all."""
        if self.made.model.wired or not self.condition.powered:
            return
        self._keep(battery=percent, powered=percent > 0)
        if percent == 0:
            self._dark("batteries are flat")
        elif self.awake():
            self.feel(self._voltmeter())
        self.rouse(self)

    def jumpstart(self) -> None:
        """A Qi power bank at the lens: enough for one app unlock on models that have the coil (LOCK-7)."""
        if not self.made.model.jumpstart:
            self._say("not supported by this model")
        elif not self.condition.powered:
            self._start(Cause.POWER, jumpstart=True)
        self.rouse(self)

    def walk_away(self) -> None:
        """Whoever held a phone to the door left."""
        self.away = not self.away
        if self.away:
            self._hang_up()
        self.rouse(self)

    def lose_signal(self) -> None:
        """The building's network goes, or comes back; phones at the door do not notice."""
        self.no_signal = not self.no_signal
        if self.no_signal:
            self._hang_up(only_outgoing=True)
        self.rouse(self)

    def throw_bolt(self, thrown: bool) -> None:
        self._keep(bolt_thrown=thrown)
        self.feel(InsideBolt(thrown))

    def move_door(self, opened: bool) -> None:
        """A hand at the door; only a wired one has a sensor that feels it."""
        self._keep(door_open=opened)
        self.feel(DoorMoved(opened))

    def tap_card(self, card: Card) -> None:
        """A card in the field of the reader; it stays until both have said what they have to say."""
        if self.awake() and self.lock is not None:
            self._field = Field(card)
            self.feel(self._field.begin(self.lock.card_slot))
            self._field = None

    def go_out(self) -> None:
        """Inside is always free to leave, power or not (LOCK-4): a strike is released even if no mind is there to say so."""
        if self.awake():
            self.feel(InsideHandle())
        else:
            self.fittings.release(max(self.made.model.engaged_ms))
            self._say("opened from inside")
        self.rouse(self)

    def _dark(self, words: str) -> None:
        self.lock, self.wake_at, self.lens = None, None, NO_POWER
        self._hold(False)
        self._hang_up()
        self._say(words)

    def _start(self, cause: Cause, *, jumpstart: bool = False) -> None:
        started, at = Booted(cause, jumpstart), self.time.at()
        self._hold(False)  # a new mind knows of no passage
        self.lock = Lock(self.made.model, Ports(self.made.flash, secrets.token_bytes, self.made.id_key), started, at)
        self._carry_out(self.lock.handle(started, at))
        if not self.made.model.wired:
            self._carry_out(self.lock.handle(self._voltmeter(jumpstart=jumpstart), at))
        if self.condition.door_open:
            self._carry_out(self.lock.handle(DoorMoved(True), at))
        if self.condition.bolt_thrown:
            self._carry_out(self.lock.handle(InsideBolt(True), at))

    def _voltmeter(self, *, jumpstart: bool = False) -> Event:
        """What the cells give under load. On a Qi source it reads the source, so the mind is told that there are none."""
        if jumpstart:
            return BatteryMeasured(0)
        chemistry = Chemistry(self.condition.chemistry)
        return VoltageMeasured(millivolts_of(self.condition.battery, self.made.model.cells, chemistry), chemistry)

    def _carry_out(self, commands: list[Command]) -> None:
        """In their order; what a movement leads to comes after all that was ordered with it."""
        later: list[Event] = []
        for command in commands:
            match command:
                case ReleaseBolt(ms):
                    later.append(BoltMoved(self.fittings.release(ms)))
                case HoldBolt(held):
                    self._hold(held)
                case SendFrame(link, frame):
                    self._send(link, frame)
                case CloseLink(link):
                    self._close(link)
                case ShowLens():
                    self.lens = command
                    self.fittings.show(command)
                case WakeAt(at):
                    self.wake_at = at
                case Noticed(words):
                    self._say(words)
                case TakePhoto(seq):
                    still = self.fittings.photograph(seq, self.time.at())
                    later += [] if still is None else [PhotoTaken(seq, still)]
                case AnswerCard(data) if self._field is not None:
                    later.append(self._field.answer(data))
                case AnswerCard(data):
                    self.fittings.to_card(data)
                case DialGateway():
                    self.dial(self)
                case TestYourself():
                    later.append(SelfTested(radio=True, motor=not self.motor_sticks))
        for event in later:
            if self.lock is not None:
                self._carry_out(self.lock.handle(event, self.time.at()))
        if Restart() in commands:
            self._restart()
        if self.lock is not None and self.lock.memory.jumpstart and any(isinstance(command, ReleaseBolt) for command in commands):
            self._dark("one opening, then dark again")

    def _hold(self, held: bool) -> None:
        self.held_open = held
        self.fittings.hold(held)

    def _restart(self) -> None:
        """The mind asked for it: links go, the crystal and the power stay."""
        for link in list(self._links):
            self._close(link)
        self._start(Cause.RESTART)

    def _send(self, link: int, frame: bytes) -> None:
        if link in self._links:
            self._links[link].send(frame)

    def _close(self, link: int) -> None:
        found = self._links.pop(link, None)
        if found is not None:
            found.close()

    def _hang_up(self, *, only_outgoing: bool = False) -> None:
        for link in [number for number, found in self._links.items() if found.outgoing or not only_outgoing]:
            self._close(link)
            if self.lock is not None:
                self.feel(Disconnected(link))

    def _say(self, words: str) -> None:
        at = self.time.at()
        holds = self.lock.holds(at) if self.lock is not None else None
        self.happened.append(Line(at, words) if holds is None else Line(holds.clock_ms, words, holds.clock_error_s is not None))

    def _keep(self, **changes: bool | int) -> None:
        self.condition = Condition(**{**asdict(self.condition), **changes})
        path = self.folder / "body.json"
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(self.condition)), "ascii")
        fresh.replace(path)


def _read_condition(path: Path) -> Condition:
    try:
        return Condition(**json.loads(path.read_text("ascii")))
    except (OSError, ValueError, TypeError):
        return Condition()
