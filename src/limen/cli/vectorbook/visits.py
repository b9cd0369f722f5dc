"""Chapter visits: whole conversations with a lock, the real one, each answer byte for byte: who is let in, what is served, what becomes of an update."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from limen import lock as lock_room
from limen.cli.vectorbook import asked, deltas
from limen.cli.vectorbook.asked import DOOR, Ask, Leave, Present, Step, Tell, Wait
from limen.cli.vectorbook.channel import Case
from limen.cli.vectorbook.doors import lists
from limen.cli.vectorbook.statements import device_certificate, ticket_statement
from limen.cli.vectorbook.steady import LOCK_ID, NOW, agreement, signer, steady
from limen.lock.capabilities import Model, read_models
from limen.lock.commands import Command, ReleaseBolt, SendFrame
from limen.lock.core import Lock
from limen.lock.events import BatteryMeasured, BoltMoved, Booted, Cause, Connected, Disconnected, Event, FrameArrived
from limen.lock.factory import born, write_birth
from limen.lock.flash import Layout
from limen.lock.memory import Ports
from limen.lock.notes import Notes
from limen.lock.shell.flash import MemoryFlash
from limen.lock.store import Holding, ListStore
from limen.wire import operations
from limen.wire.answers import Given, parse_answer
from limen.wire.frames import Assembler, Cutter
from limen.wire.grants import pop_message, sign_pop
from limen.wire.session import Initiator, Transport
from limen.wire.timestamps import TimeAssertion, sign_time


def visit_cases() -> Case:
    """Each on a lock of its own, which holds version 1 of the chapter bundle and knows the time."""
    models = read_models((Path(lock_room.__file__).parent / "devices.yaml").read_text("utf-8"))
    return {
        "about": "Conversations with a lock that was activated with the ticket of ticket.json, holds the first list of bundle.json (version 1; xs is its "
        "lock_private), has id_private, runs this firmware and has full batteries. Every case begins anew: no link, the clock set to now with an error of "
        "one second. steps, in order: 'wait' ms; 'connect' a new link (dialled: by the lock itself), whose handshake succeeds and on which PRESENT comes "
        "first: grant, and a proof by phones[by] over op and ctx, and over h of this session ('session') or other 32 bytes ('another'); 'ask' the request; "
        "'time' asks op 6 and tells op 7 with an assertion under kt_private for the nonce that was given and for ms; 'leave' the link is cut. answer: hex, or "
        "null where none comes and the link is closed. opens: whether the bolt is released.",
        "now": NOW,
        "lock_id": LOCK_ID.hex(),
        "door": DOOR,
        "firmware": deltas.RUNS,
        "id_private": signer("lock id").scalar.hex(),
        "kt_private": signer("KT").scalar.hex(),
        "phones": {name: signer(name).scalar.hex() for name in asked.PHONES},
        "cases": [_case(name, models[model], steps) for name, (model, steps) in _all().items()],
    }


def _all() -> Mapping[str, tuple[str, list[Step]]]:
    return {**asked.cases(), **deltas.cases()}


def _case(name: str, model: Model, steps: list[Step]) -> Case:
    door = _Door.of(model)
    return {"name": name, "model": model.id, "steps": [door.lived(step) for step in steps]}


@dataclass
class _Link:
    """A phone's end."""

    cutter: Cutter = field(default_factory=Cutter)
    assembler: Assembler = field(default_factory=Assembler)
    transport: Transport | None = None


@dataclass
class _Door:
    """One lock in memory, time by hand, and those who talk to it."""

    lock: Lock
    at: int = 0
    links: dict[int, _Link] = field(default_factory=dict)
    said: dict[int, list[bytes]] = field(default_factory=dict)
    opened: bool = False

    @classmethod
    def of(cls, model: Model) -> "_Door":
        flash, layout = MemoryFlash(), Layout.for_capacity(model.capacity)
        certificate = replace(device_certificate(), model=model.id)
        write_birth(Notes(flash, layout.notes), born(certificate, steady("sticker", 16), signer("MFG-CA")))
        store = ListStore(flash, layout)
        store.boot(browned_out=False)
        store.install(Holding(ticket_statement(), agreement("lock")[0], lists()[1]))
        started = Booted(Cause.POWER)
        door = cls(Lock(model, Ports(flash, _Chance(), signer("lock id")), started, 0))
        door.do(started)
        door.do(BatteryMeasured(100))
        clock, nonce = door.lock.memory.clock, steady("nonce", 16)
        clock.challenge(nonce, 0)
        clock.answer(nonce, NOW * 1000, 0)
        return door

    def lived(self, step: Step) -> Case:
        self.opened = False
        match step:
            case Wait(ms):
                self.at += ms
                return {"do": "wait", "ms": ms}
            case Leave(link):
                self.do(Disconnected(link))
                return {"do": "leave", "link": link}
            case Present(link):
                return self._presented(link, step)
            case Tell(link, ms):
                return {"do": "time", "link": link, "ms": ms, "answer": self._told(link, ms)}
            case Ask(link, request):
                answer = self._say(link, request)
                return {"do": "ask", "link": link, "request": request.hex(), "answer": answer and answer.hex(), "opens": self.opened}

    def do(self, event: Event) -> list[Command]:
        commands = self.lock.handle(event, self.at)
        for command in commands:
            if isinstance(command, SendFrame):
                self.said.setdefault(command.link, []).append(command.frame)
        if any(isinstance(command, ReleaseBolt) for command in commands):
            self.opened = True
            self.do(BoltMoved(True))
        return commands

    def _presented(self, number: int, who: Present) -> Case:
        link = self.links[number] = _Link()
        self.do(Connected(number, outgoing=who.dialled))
        static = agreement("lock")[1]
        phone = Initiator(lock_id=LOCK_ID, remote_static=static, ephemeral_private=agreement(f"visit {number}")[0])
        reply = self._carried(number, phone.write_message_1())
        assert reply is not None
        link.transport = phone.read_message_2(reply)
        h = link.transport.h if who.own_h else steady("another h")
        pop = sign_pop(signer(who.by), pop_message(h, who.grant, who.op, who.ctx))
        answer = self._say(number, operations.encode_request(operations.Present(who.grant, pop, who.op, who.ctx)))
        told = {"grant": who.grant.hex(), "by": who.by, "op": who.op, "ctx": who.ctx.hex(), "h": "session" if who.own_h else "another"}
        return {"do": "connect", "link": number, "dialled": who.dialled, "present": told, "answer": answer and answer.hex()}

    def _told(self, number: int, ms: int) -> str | None:
        given = parse_answer(self._say(number, operations.encode_request(operations.TimeAsk())) or b"")
        assert isinstance(given, Given)
        assertion = sign_time(TimeAssertion(LOCK_ID, given.data, ms), signer("KT"))
        answer = self._say(number, operations.encode_request(operations.TimeTell(assertion)))
        return None if answer is None else answer.hex()

    def _say(self, number: int, request: bytes) -> bytes | None:
        transport = self.links[number].transport
        assert transport is not None
        reply = self._carried(number, transport.encrypt(request))
        return None if reply is None else transport.decrypt(reply)

    def _carried(self, number: int, message: bytes) -> bytes | None:
        link = self.links[number]
        for frame in link.cutter.cut(message):
            self.do(FrameArrived(number, frame))
        whole = [link.assembler.feed(frame) for frame in self.said.pop(number, [])]
        return whole[-1] if whole else None


class _Chance:
    """What this lock draws; another lock draws its own, and nothing in the chapter depends on it."""

    def __init__(self) -> None:
        self._count = 0

    def __call__(self, length: int) -> bytes:
        self._count += 1
        return steady(f"drawn {self._count}", length)
