"""The lock: one event in, the commands that follow from it out. Start reading here.

Each kind of event has one place that answers it (the table below); nothing here waits, and time is what the body says it is: `at`, the lock's own
count of powered milliseconds. Commands are carried out in their order; what must be durable before one of them is durable already.
"""

from contextlib import suppress

from limen.lock.battery import level, next_percent, percent_of
from limen.lock.capabilities import BATTERY_CRITICAL, BATTERY_LOW, Model
from limen.lock.commands import CloseLink, Command, DialGateway, HoldBolt, LensState, Noticed, ShowLens, WakeAt, Words
from limen.lock.doorway import Doorway
from limen.lock.events import (
    BatteryMeasured,
    BoltMoved,
    Booted,
    CardAnswered,
    CardTapped,
    Cause,
    CheckPressed,
    Connected,
    DigitTyped,
    Disconnected,
    DoorMoved,
    Event,
    FrameArrived,
    InsideBolt,
    InsideButton,
    InsideHandle,
    KeyTurned,
    LensTouched,
    PhotoTaken,
    RecordWillBeOmitted,
    SelfTested,
    Ticked,
    VoltageMeasured,
)
from limen.lock.flash import FlashError
from limen.lock.memory import Memory, Ports, draft
from limen.lock.merging import Merged
from limen.lock.openings import Openings
from limen.lock.operations import Operations
from limen.lock.photos import Photos
from limen.lock.sessions import Call, Links
from limen.lock.view import Holds, holds
from limen.lock.ways import Ways
from limen.wire import limits
from limen.wire.cards import CardSlot
from limen.wire.events import Kind, Method, Result

ASLEEP = ShowLens(LensState.ASLEEP, Words.ASLEEP)
BLINK_MS = 3_000


class Lock:
    """One lock from one start to the loss of power. Everything that outlives it is in the flash that was handed in."""

    def __init__(self, model: Model, ports: Ports, started: Booted, at: int) -> None:
        """Reads flash and judges what is there; `handle(started, at)` then says what is to be done."""
        self.memory = Memory.start(model, ports, at, started.cause is Cause.POWER)
        self.memory.jumpstart = started.jumpstart and model.jumpstart
        photos, self._merged = Photos(self.memory), Merged(self.memory)
        self._doorway = Doorway(self.memory)
        self._openings = Openings(self.memory, photos, self._doorway)
        self._links = Links(self.memory)
        self._operations = Operations(self.memory, self._links, self._openings, self._merged)
        self._ways = Ways(self.memory, self._openings, self._merged)
        self.lens = ASLEEP
        self._lens_until: int | None = None

    def handle(self, event: Event, at: int) -> list[Command]:
        """What is to be done now, in order; the last command says when to come back."""
        expired = self._links.expire(at)
        for command in expired:
            if isinstance(command, CloseLink):
                self._operations.forget(command.link)
        commands = [*expired, *self._answer(event, at)]
        self._operations.firmware.moved(commands, at)
        self._watch_lens(commands, at)
        commands += self._sleep(at)
        return [*commands, WakeAt(self._due(at))]

    @property
    def card_slot(self) -> CardSlot:
        """Which key of a card the reader lets it prove."""
        return self._ways.cards.slot

    def holds(self, at: int) -> Holds:
        """What the lock holds, for the demonstration's read-only view."""
        return holds(self.memory, at)

    def call(self, at: int) -> Call | None:
        """What its radio calls into the air, for as long as there is room for another link."""
        return self._links.call(at)

    def _answer(self, event: Event, at: int) -> list[Command]:
        match event:
            case FrameArrived(link, frame):
                return self._frame(link, frame, at)
            case Connected():
                return self._links.connect(event, at)
            case Disconnected(link):
                self._links.forget(link)
                self._operations.forget(link)
                return []
            case LensTouched():
                return self._ways.touch_lens(at)
            case DigitTyped(digit):
                return self._ways.digit(digit, at)
            case CheckPressed():
                return self._ways.check(at)
            case CardTapped():
                return self._ways.card_tapped(event, at)
            case CardAnswered():
                return self._ways.card_answered(event, at)
            case BoltMoved(ok):
                return self._openings.bolt_moved(ok, at)
            case Ticked():
                return self._tick(at)
            case Booted():
                return self._booted(event, at)
            case _:
                return self._from_inside(event, at)

    def _from_inside(self, event: Event, at: int) -> list[Command]:
        match event:
            case KeyTurned():
                return self._ways.key_turned(at)
            case InsideHandle():
                return self._ways.inside_handle(at)
            case InsideBolt(thrown):
                return self._ways.inside_bolt(thrown, at)
            case InsideButton(held_ms):
                return self._button(held_ms, at)
            case DoorMoved(opened):
                return self._doorway.moved(opened, at)
            case BatteryMeasured(percent):
                return self._battery(percent, at)
            case VoltageMeasured(millivolts, chemistry):
                return self._battery(percent_of(millivolts, self.memory.model.cells, chemistry), at)
            case PhotoTaken(seq, jpeg):
                self._openings.photos.taken(seq, jpeg, at)
            case SelfTested():
                return self._operations.firmware.tested(event, at)
            case RecordWillBeOmitted():
                self._operations.omit_next = True
        return []

    def _frame(self, link: int, frame: bytes, at: int) -> list[Command]:
        commands, request = self._links.feed(link, frame, at)
        session = self._links.session(link)
        if session is None:
            self._operations.forget(link)
        if request is None or session is None:
            return commands
        epoch = self.memory.held.state.epoch if self.memory.held else None
        answer, done = self._operations.handle(session, request, at)
        if answer is None:
            self._operations.forget(link)
            return [*commands, *done, *self._links.close(link)]
        return [*commands, *done, *self._links.reply(session, answer), *self._changed_hands(epoch)]

    def _button(self, held_ms: int, at: int) -> list[Command]:
        """A press ends a passage or lets an installer begin; holding it asks an owned lock's own organisation for a new activation (A.3)."""
        if held_ms < limits.RESET_S * 1000 or self.memory.held is None:
            if self._doorway.held:
                return self._doorway.close_early(at)
            self.memory.press_button(at)
            return [Noticed("inside button pressed")]
        try:
            self.memory.ask_reset()
        except FlashError:
            return [Noticed("the record could not be written")]
        self.memory.try_record(draft(kind=Kind.TAMPER, method=Method.INSIDE, result=Result.NOTED), at)
        ended = self._doorway.close_early(at)
        return [*ended, Noticed("inside button held: opens from inside only until it is activated anew")]

    def _changed_hands(self, before: int | None) -> list[Command]:
        """An owner came or went with this answer: sessions of the old state end, a connected lock dials its gateway."""
        after = self.memory.held.state.epoch if self.memory.held else None
        if after == before:
            return []
        self._merged.forget()
        self._openings.photos.forget()
        ended = [command for session in self._links.open_sessions() for command in self._links.close(session.link)] if before else []
        return ended if after is None else [*ended, Noticed("activated"), *self._dial()]

    def _dial(self) -> list[Command]:
        owner = self.memory.owner
        return [DialGateway(owner.ticket.gateway_certificate)] if owner is not None and self.memory.model.connected else []

    def _battery(self, percent: int | None, at: int) -> list[Command]:
        """A new reading; the record hears of it when the level sinks (LOCK-6)."""
        memory = self.memory
        if memory.model.wired or percent is None:
            return []
        before, memory.battery = memory.battery, next_percent(memory.battery, percent)
        levels = [level(100 if one is None else one, BATTERY_LOW, BATTERY_CRITICAL) for one in (before, memory.battery)]
        if levels[1] < levels[0]:
            memory.try_record(draft(kind=Kind.BATTERY, count=memory.battery), at)
            return [Noticed("battery critical" if levels[1] == 0 else "battery low")]
        return []

    def _booted(self, event: Booted, at: int) -> list[Command]:
        memory = self.memory
        lost = event.cause is Cause.POWER
        shown = ShowLens(LensState.BLINK, Words.CLOCK_LOST) if lost and memory.held is not None else ASLEEP
        words = [Noticed("started, clock lost" if lost else "started")]
        if memory.faulty:
            return [Noticed("faulty: only metal key and inside open"), shown, *self._operations.firmware.booted(at)]
        if memory.held is not None:
            try:
                memory.record(draft(kind=Kind.BOOT, count=memory.boots), at)
                memory.log_update_once(at)
            except FlashError:
                words.append(Noticed("the record could not be written"))
            self._openings.photos.booted(at)
            with suppress(FlashError):  # what was staged is brought again
                self._operations.updates.resume()
        let_go: list[Command] = [HoldBolt(False)] if memory.model.door_sensor else []
        return [*let_go, shown, *words, *self._operations.firmware.booted(at), *self._dial()]

    def _tick(self, at: int) -> list[Command]:
        memory = self.memory
        self._merged.tick(at)
        self._openings.photos.tick(at)
        restarts = self._operations.firmware.tick(at, talking=self._links.talking or self._doorway.held)
        if restarts:
            return restarts
        if at >= memory.persist_due() and memory.held is not None:
            try:
                memory.bucket.persist(at)
                memory.keep_clock(at)
                memory.end_old_records(at)
            except FlashError:
                pass  # a quarter of an hour less is remembered after a power cut
        return [*self._doorway.tick(at), *self._ways.tick(at)]

    def _watch_lens(self, commands: list[Command], at: int) -> None:
        for command in commands:
            if isinstance(command, ShowLens):
                self.lens = command
                stays = {LensState.RING: command.seconds * 1000, LensState.WAITING: command.seconds * 1000, LensState.BLINK: BLINK_MS}
                ms = stays.get(command.state)
                self._lens_until = None if ms is None else at + ms

    def _sleep(self, at: int) -> list[Command]:
        if self._lens_until is None or at < self._lens_until:
            return []
        self._lens_until = None
        self.lens = ShowLens(LensState.AWAKE, Words.TYPE) if self._ways.keypad.awake else ASLEEP
        return [self.lens]

    def _due(self, at: int) -> int | None:
        times = (
            self._links.due(),
            self._ways.due(),
            self._doorway.due(),
            self._merged.due(),
            self._openings.photos.due(),
            self._lens_until,
            self._operations.firmware.due(at),
            self.memory.persist_due() if self.memory.held is not None else None,
        )
        return min((time for time in times if time is not None), default=None)
