"""A lock on its door: the real mind over simulated flash, a crystal that drifts, a battery that can be pulled, and what a witness saw.

The witness writes down when the bolt moved; what the lock records about it is the lock's own affair and is compared in the end.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from limen.lock.capabilities import Model
from limen.lock.commands import AnswerCard, CloseLink, Command, LensState, ReleaseBolt, SendFrame, ShowLens, TakePhoto, WakeAt
from limen.lock.core import Lock
from limen.lock.events import (
    BoltMoved,
    Booted,
    Cause,
    CheckPressed,
    Connected,
    DigitTyped,
    Disconnected,
    Event,
    FrameArrived,
    InsideBolt,
    InsideButton,
    InsideHandle,
    KeyTurned,
    LensTouched,
    PhotoTaken,
    Ticked,
)
from limen.lock.factory import Birth, born, write_birth
from limen.lock.flash import FlashError, Layout
from limen.lock.memory import Ports
from limen.lock.notes import Notes
from limen.lock.shell.nfc import Card, Field
from limen.phone.commands import OutOfReach
from limen.sim.chance import Random
from limen.sim.clock import Crystal, TrueTime
from limen.sim.flash import PowerCut, SimFlash
from limen.wire import limits
from limen.wire.envelope import ORDER, SoftSigner
from limen.wire.sticker import Sticker
from limen.wire.tickets import DeviceCertificate

SOON_MS: Final = 20 * 60_000
"""How long after something happened a body ticks on time; an idle lock is told late, and just before its power goes."""
KEY_MS: Final = 350
JPEG: Final = b"\xff\xd8 a still \xff\xd9"


@dataclass(frozen=True)
class Movement:
    """The bolt was released at a true time; its record must be one of the numbers from `first` up to and without `past`. `unwritten`: a write
    had failed, so that its number may be among those that the lock declared lost (LOCK-13)."""

    ms: int
    first: int
    past: int
    unwritten: bool = False


@dataclass(frozen=True)
class Making:
    """What a lock is made of: serial, model, the factory's key, and chance."""

    serial: str
    model: Model
    factory: SoftSigner
    chance: Random
    drifts: bool


@dataclass
class Body:
    """One lock. `moved` is the witness's list; `cuts` counts how often the power went, `stills` how often the camera had power; `fell` says
    what the mind fell over, which it never may: it then starts anew, as after a loss of power."""

    making: Making
    time: TrueTime
    flash: SimFlash
    crystal: Crystal
    birth: Birth
    id_key: SoftSigner = field(repr=False)
    lock: Lock | None = None
    lens: ShowLens | None = None
    moved: list[Movement] = field(default_factory=list)
    cuts: int = 0
    fell: list[str] = field(default_factory=list)
    stills: int = 0
    thrown: bool = False
    _card: Field | None = None
    _wake_at: int | None = None
    _busy_until: int = 0
    _frames: dict[int, list[bytes]] = field(default_factory=dict)
    _open: set[int] = field(default_factory=set)
    _links: int = 0
    _before: int = -1
    _failed: int = 0

    @classmethod
    def made(cls, making: Making, time: TrueTime) -> "Body":
        """A lock as it leaves the factory."""
        chance, model = making.chance, making.model
        id_key = SoftSigner.from_scalar((1 + chance.randrange(ORDER - 1)).to_bytes(32, "big"))
        lock_id = chance.randbytes(8)
        certificate = DeviceCertificate(lock_id=lock_id, serial=making.serial, model=model.id, id_key=id_key.public)
        birth = born(certificate, chance.randbytes(16), making.factory)
        flash = SimFlash(chance)
        write_birth(Notes(flash, Layout.for_capacity(model.capacity).notes), birth)
        body = cls(making, time, flash, Crystal(time, chance, making.drifts), birth, id_key)
        body.power_on()
        return body

    def twin(self, chance: Random, time: TrueTime, drifts: bool) -> "Body":
        """Another lock that holds and knows the same, at the moment at which `time` stands; its program has just begun anew."""
        making = replace(self.making, chance=chance, drifts=drifts)
        flash = SimFlash(chance)
        flash.copy_from(self.flash)
        body = Body(making, time, flash, Crystal(time, chance, drifts, self.crystal.at()), self.birth, self.id_key)
        body._start(Cause.RESTART)
        return body

    @property
    def lock_id(self) -> bytes:
        """Its name on the wire."""
        return self.birth.lock_id

    @property
    def sticker(self) -> Sticker:
        """What is printed on the housing."""
        return self.birth.sticker(self.making.model.number)

    @property
    def version(self) -> int:
        """The list that the lock says it holds; 0 for none or without power."""
        return (self.lock.holds(self.crystal.at()).ver or 0) if self.lock is not None else 0

    @property
    def next_record(self) -> int:
        """The number of the next record."""
        return self.lock.memory.journal.head.seqnext if self.lock is not None else -1

    # ---- power

    def power_off(self) -> None:
        """The battery is out: the mind with all that it only remembered is gone, and with it every link."""
        self.lock, self._wake_at = None, None
        self._frames.clear()
        self._open.clear()
        self.flash.lose_power()
        self.crystal.stop()
        self.cuts += 1

    def _fall(self, problem: Exception) -> None:
        self.fell.append(f"{type(problem).__name__}: {problem}")
        self.power_off()

    def power_on(self) -> None:
        """The battery is in. A cut while it starts is a cut like any other: the caller tries again."""
        self.crystal.start()
        self._start(Cause.POWER)

    def _start(self, cause: Cause) -> None:
        started = Booted(cause)
        try:
            self.lock = Lock(self.making.model, Ports(self.flash, self.making.chance.randbytes, self.id_key), started, self.crystal.at())
            self._carry_out(self.lock.handle(started, self.crystal.at()))
            if self.thrown:
                self._carry_out(self.lock.handle(InsideBolt(True), self.crystal.at()))
        except PowerCut:
            self.power_off()
        except (FlashError, LookupError) as problem:
            self._fall(problem)

    def pull_battery(self) -> None:
        """Somebody pulls it while nothing happens; what a tick would have kept a moment ago is kept."""
        self.catch_up()
        if self.lock is not None:
            self.feel(Ticked())
        self.power_off()

    # ---- what happens to it

    def feel(self, event: Event) -> None:
        """Hands an event to the mind and does what it says; without power nothing is felt."""
        if self.lock is None:
            return
        self._busy_until, self._before, self._failed = self.crystal.at() + SOON_MS, self.next_record, self.flash.failed
        try:
            self._carry_out(self.lock.handle(event, self.crystal.at()))
        except PowerCut:
            self.power_off()
        except (FlashError, LookupError) as problem:
            self._fall(problem)

    def catch_up(self) -> None:
        """Ticks that are due. An idle lock is told once, late: what depends on the moment is told in time, for something has just happened."""
        now = self.crystal.at()
        while self.lock is not None and self._wake_at is not None and self._wake_at <= now:
            at = self._wake_at if self._wake_at <= self._busy_until else now
            try:
                self._carry_out(self.lock.handle(Ticked(), at))
            except PowerCut:
                self.power_off()
            except (FlashError, LookupError) as problem:
                self._fall(problem)
            if self._wake_at is not None and self._wake_at <= at:
                self._wake_at = at + 1

    def dial(self, *, outgoing: bool = False) -> int:
        """Opens a link, or its own to the gateway (`outgoing`); OutOfReach where nobody answers."""
        self.catch_up()
        if self.lock is None:
            raise OutOfReach
        self._links += 1
        link = self._links
        self._open.add(link)
        self.feel(Connected(link, outgoing, limits.FRAME_BYTES_MAX))
        if link not in self._open:
            raise OutOfReach
        return link

    def frame(self, link: int, data: bytes) -> list[bytes]:
        """A frame in, its frames out."""
        self.catch_up()
        if link not in self._open:
            raise OutOfReach
        self.feel(FrameArrived(link, data))
        return self._frames.pop(link, [])

    def hang_up(self, link: int) -> None:
        """Whoever held the link left."""
        if link in self._open:
            self._open.discard(link)
            self._frames.pop(link, None)
            self.feel(Disconnected(link))

    def type(self, code: str) -> None:
        """Lens, digits, check mark."""
        self.catch_up()
        self.feel(LensTouched())
        for digit in code:
            self.time.pass_ms(KEY_MS)
            self.feel(DigitTyped(int(digit)))
        self.time.pass_ms(KEY_MS)
        self.feel(CheckPressed())

    def tap(self, card: Card) -> None:
        """A card is held to the reader until it has said all."""
        self.catch_up()
        if self.lock is not None:
            self._card = Field(card)
            self.feel(self._card.begin(self.lock.card_slot))
            self._card = None

    def throw(self, thrown: bool) -> None:
        """The deadbolt, from inside."""
        self.catch_up()
        self.thrown = thrown
        self.feel(InsideBolt(thrown))

    def turn_key(self) -> None:
        """The metal key."""
        self.catch_up()
        self.feel(KeyTurned())

    def leave(self) -> None:
        """Somebody goes out."""
        self.catch_up()
        self.feel(InsideHandle())

    def press_button(self) -> None:
        """The button inside."""
        self.catch_up()
        self.feel(InsideButton())

    @property
    def waits(self) -> bool:
        """Whether the lens says that the keypad is waiting."""
        return self.lens is not None and self.lens.state is LensState.WAITING

    def _carry_out(self, commands: Iterable[Command]) -> None:
        later: list[Event] = []
        for command in commands:
            match command:
                case ReleaseBolt():
                    self.moved.append(Movement(self.time.ms, self._before, self.next_record, self.flash.failed > self._failed))
                    later.append(BoltMoved(ok=True))
                case SendFrame(link, frame):
                    self._frames.setdefault(link, []).append(frame)
                case CloseLink(link):
                    self._open.discard(link)
                case ShowLens():
                    self.lens = command
                case WakeAt(at):
                    self._wake_at = at
                case AnswerCard(data) if self._card is not None:
                    later.append(self._card.answer(data))
                case TakePhoto(seq):
                    self.stills += 1
                    later.append(PhotoTaken(seq, JPEG))
        for event in later:
            if self.lock is not None:
                self._carry_out(self.lock.handle(event, self.crystal.at()))
