"""An open lock session from the phone's side: one question, one answer, in order, over frames (protocol B.8, C.2).

The lock proves itself first; only then does `present` say who we are.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from limen.phone.commands import Conversation, Send, hear
from limen.phone.wallet import Door, Held, KeyHandle
from limen.wire import limits
from limen.wire.answers import Answer, Denied, asked, parse_answer
from limen.wire.cbor import WireError
from limen.wire.doorinfo import DoorInfo
from limen.wire.frames import Assembler, Cutter
from limen.wire.grants import pop_message, sign_pop
from limen.wire.operations import Op, Present, Request, encode_request, op_of
from limen.wire.session import Initiator, Transport

HANDSHAKE_MS: Final = limits.HANDSHAKE_TIMEOUT_S * 1000
ANSWER_MS: Final = 10_000
Draw = Callable[[int], bytes]


class Broken(Exception):
    """What came was not said by this lock in this session. Nothing of it is believed, and the session is over."""


@dataclass(frozen=True, kw_only=True)
class Courier:
    """What every conversation is told at its start.

    `now` is the phone's clock in seconds since 1970 and only orders grants; `draw` gives random bytes; `assertion` is an answer
    about the time that was fetched for this lock earlier; `frame_bytes` is what the channel carries in one frame; `image` is the
    firmware that the door waits for, if this phone has it.
    """

    door: Door
    key: KeyHandle
    draw: Draw
    now: int
    assertion: bytes | None = None
    frame_bytes: int = limits.FRAME_BYTES_PLANNED
    image: bytes | None = None


class Link:
    """Ask one thing at a time, or say parts ahead and hear their answers in order. `heard_ms` is when the last frame came; `h` names this session in proofs;
    `denied`: the lock has said no to something, and may hear nothing more.
    """

    def __init__(self, transport: Transport, cutter: Cutter, assembler: Assembler, heard_ms: int) -> None:
        self._transport = transport
        self._cutter = cutter
        self._assembler = assembler
        self.heard_ms = heard_ms
        self.denied = False

    @property
    def h(self) -> bytes:
        """The handshake hash, 32 bytes."""
        return self._transport.h

    def ask(self, request: Request) -> Conversation[Answer]:
        """The lock's answer to this request; `Broken` for anything else."""
        yield from self.say(request)
        answer = yield from self.hear(request)
        return answer

    def say(self, request: Request) -> Conversation[None]:
        """Says it and does not wait; for each such request one `hear` is owed, in the same order (O-13)."""
        try:
            frames = self._cutter.cut(self._transport.encrypt(encode_request(request)))
        except WireError as problem:
            raise Broken from problem
        yield Send(tuple(frames))

    def hear(self, request: Request) -> Conversation[Answer]:
        """The lock's answer to what was said first of all that is unanswered; `Broken` for anything else."""
        try:
            said, self.heard_ms = yield from message(self._assembler, ANSWER_MS)
            answer = parse_answer(self._transport.decrypt(said))
        except WireError as problem:
            raise Broken from problem
        if asked(answer) != op_of(request):
            raise Broken
        self.denied = self.denied or isinstance(answer, Denied)
        return answer


def connect(initiator: Initiator, frame_bytes: int, after: tuple[Cutter, Assembler] | None = None) -> Conversation[Link]:
    """The open session; `Broken` if whoever answers does not hold the lock's key. `after`: what was said on this link before (A-18)."""
    cutter, assembler = after or (Cutter(frame_bytes), Assembler())
    try:
        yield Send(tuple(cutter.cut(initiator.write_message_1())))
        reply, heard_ms = yield from message(assembler, HANDSHAKE_MS)
        return Link(initiator.read_message_2(reply), cutter, assembler, heard_ms)
    except WireError as problem:
        raise Broken from problem


def connect_to(info: DoorInfo, courier: Courier) -> Conversation[Link]:
    """A session with the lock of a DoorInfo, and with no other."""
    initiator = Initiator(lock_id=info.lock_id, remote_static=info.xs, ephemeral_private=courier.draw(32), suite=info.suite)
    link = yield from connect(initiator, courier.frame_bytes)
    return link


def present(link: Link, held: Held, key: KeyHandle, op: Op, ctx: bytes) -> Conversation[Answer]:
    """Says who we are and what for: the grant, and the phone's signature over this session, this operation and `ctx`."""
    pop = sign_pop(key, pop_message(link.h, held.data, int(op), ctx))
    answer = yield from link.ask(Present(grant=held.data, pop=pop, op=int(op), ctx=ctx))
    return answer


def message(assembler: Assembler, within_ms: int) -> Conversation[tuple[bytes, int]]:
    """The next whole message and when it came; each of its frames within so long."""
    while True:
        heard = yield from hear(within_ms)
        whole = assembler.feed(heard.frame)
        if whole is not None:
            return whole, heard.at_ms
