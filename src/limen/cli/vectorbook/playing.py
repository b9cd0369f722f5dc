"""One real lock in memory, time by hand, and what it wrote down: what the chapters visits, entries and activation are played on."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from limen.cli.vectorbook.statements import device_certificate, ticket_statement
from limen.cli.vectorbook.steady import LOCK_ID, NOW, agreement, signer, steady
from limen.lock.capabilities import Model
from limen.lock.commands import Command, ReleaseBolt, SendFrame, WakeAt
from limen.lock.core import Lock
from limen.lock.events import BatteryMeasured, BoltMoved, Booted, Cause, Event, FrameArrived, Ticked
from limen.lock.factory import born, write_birth
from limen.lock.flash import Layout
from limen.lock.memory import Ports
from limen.lock.notes import Notes
from limen.lock.shell.flash import MemoryFlash
from limen.lock.store import Holding, ListStore
from limen.wire import events, segments
from limen.wire.frames import Assembler, Cutter
from limen.wire.hpke import HpkeOpener, NotForUs
from limen.wire.liststate import ListState
from limen.wire.segments import Entry, Opened
from limen.wire.session import Transport

KLOGS = ("K_log", "K_log 2")


@dataclass
class Link:
    """A phone's end."""

    cutter: Cutter = field(default_factory=Cutter)
    assembler: Assembler = field(default_factory=Assembler)
    transport: Transport | None = None


class Chance:
    """What this lock draws; another lock draws its own, and nothing in a chapter depends on it."""

    def __init__(self) -> None:
        self._count = 0

    def __call__(self, length: int) -> bytes:
        self._count += 1
        return steady(f"drawn {self._count}", length)


class AnyKlog:
    """Opens what is sealed to one of the building's log keys, and remembers to which."""

    def __init__(self) -> None:
        self._keys = {name: HpkeOpener(agreement(name)[0]) for name in KLOGS}
        self.used = ""

    def open(self, sealed: bytes, info: bytes) -> bytes:
        for name, key in self._keys.items():
            try:
                plain = key.open(sealed, info)
            except NotForUs:
                continue
            self.used = name
            return plain
        raise NotForUs("sealed to no key of the chapter")


@dataclass
class Played:
    """The lock, and how far its record went before the case began."""

    lock: Lock
    at: int = 0
    due: int | None = None
    links: dict[int, Link] = field(default_factory=dict)
    said: dict[int, list[bytes]] = field(default_factory=dict)
    first: int = 0
    epoch: int = 0
    moves: bool = True
    """Whether the bolt obeys."""
    opened: bool = False

    @classmethod
    def born(cls, model: Model) -> "Played":
        """As it comes from the factory: nobody's."""
        flash, _ = _made(model)
        return cls._started(model, flash)

    @classmethod
    def owned(cls, model: Model, state: ListState, *, lost: bool = False) -> "Played":
        """Activated with the ticket of the chapter ticket, holding this list, its record carried away, with the clock at NOW and an error of one second.

        `lost`: NOW is only the least that it can be.
        """
        flash, layout = _made(model)
        store = ListStore(flash, layout)
        store.boot(browned_out=False)
        store.install(Holding(ticket_statement(), agreement("lock")[0], state))
        played = cls._started(model, flash)
        clock, nonce = played.lock.memory.clock, steady("nonce", 16)
        if lost:
            clock.hear(NOW, 0)
        else:
            clock.challenge(nonce, 0)
            clock.answer(nonce, NOW * 1000, 0)
        journal = played.lock.memory.journal
        journal.acknowledge(journal.head.tag, 0)
        head = journal.head
        played.first, played.epoch = head.seqnext, head.logepoch
        return played

    @classmethod
    def _started(cls, model: Model, flash: MemoryFlash) -> "Played":
        started = Booted(Cause.POWER)
        played = cls(Lock(model, Ports(flash, Chance(), signer("lock id")), started, 0))
        played.do(started)
        played.do(BatteryMeasured(100))
        return played

    def do(self, event: Event) -> list[Command]:
        commands = self.lock.handle(event, self.at)
        for command in commands:
            if isinstance(command, SendFrame):
                self.said.setdefault(command.link, []).append(command.frame)
            elif isinstance(command, WakeAt):
                self.due = command.at
        if any(isinstance(command, ReleaseBolt) for command in commands):
            self.opened = True
            self.do(BoltMoved(self.moves))
        return commands

    def wait(self, ms: int) -> list[Command]:
        """Time passes, and the lock is woken whenever it asked to be; what it then wants done."""
        until, done = self.at + ms, list[Command]()
        while self.due is not None and self.due <= until:
            self.at = max(self.at, self.due)
            done += self.do(Ticked())
            if self.due is not None and self.due <= self.at:
                break
        self.at = until
        return done

    def carried(self, number: int, message: bytes) -> bytes | None:
        """A message in frames; the lock's, if it says one."""
        link = self.links[number]
        for frame in link.cutter.cut(message):
            self.do(FrameArrived(number, frame))
        whole = [link.assembler.feed(frame) for frame in self.said.pop(number, [])]
        return whole[-1] if whole else None

    def held(self) -> list[Opened]:
        """All that stands in the record, as the service opens it."""
        return read_log(self.lock.memory.journal.entries())

    def told(self, event: events.Event) -> str:
        """An event in hex, its numbers counted from the first record of the case."""
        less = self.first
        of_seq = None if event.of_seq is None else event.of_seq - less
        loss = None if event.loss is None else replace(event.loss, first=event.loss.first - less, last=event.loss.last - less)
        return events.encode_event(replace(event, seq=event.seq - less, of_seq=of_seq, loss=loss)).hex()


def read_log(entries: Sequence[Entry]) -> list[Opened]:
    """Events of these entries, in their order."""
    return sorted(segments.open_log(LOCK_ID, entries, AnyKlog()).events, key=lambda opened: opened.event.seq)


def _made(model: Model) -> tuple[MemoryFlash, Layout]:
    flash, layout = MemoryFlash(), Layout.for_capacity(model.capacity)
    certificate = replace(device_certificate(), model=model.id)
    write_birth(Notes(flash, layout.notes), born(certificate, steady("sticker", 16), signer("MFG-CA")))
    return flash, layout
