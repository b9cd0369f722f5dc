"""Links and the sessions on them: frames in, requests out; one secret channel per link, for a limited time (protocol B.4, C.5).

    IDLE -m1-> HANDSHAKE (5 s) -m2-> OPEN (10 s) -PRESENT-> AUTH (idle 30 s, total 10 min)

Only the two handshake messages are ever in clear, and before them, at a lock that nobody owns, the exchange about the code under its battery cover
(`covercode`). Anything that does not fit closes the link; resuming makes that cheap.
"""

from collections import deque
from dataclasses import dataclass, field
from enum import Enum

from limen.lock.commands import CloseLink, Command, SendFrame
from limen.lock.covercode import CoverCode, Exchange
from limen.lock.events import Connected
from limen.lock.memory import Memory
from limen.wire import limits
from limen.wire.advertising import air_name
from limen.wire.answers import Answer, encode_answer
from limen.wire.cbor import Malformed, WireError
from limen.wire.frames import Assembler, Cutter
from limen.wire.grants import Grant, Rights
from limen.wire.operations import Request, parse_request
from limen.wire.segments import Entry
from limen.wire.session import Responder, Transport, activation_psk, activation_static, public_of

MINUTE_MS = 60_000


class Phase(Enum):
    """How far a session is."""

    HANDSHAKE = "handshake"
    OPEN = "open"
    AUTH = "auth"
    SPENT = "spent"
    """Refused: the answer leaves, and nothing more is heard."""


@dataclass(frozen=True, slots=True)
class Call:
    """What the lock calls into the air: its name, and whether it calls seldom because strangers shook hands too often (C.5)."""

    name: str
    seldom: bool


@dataclass
class Session:
    """One link and what was proven on it. `psk`: the activation session of a lock that nobody owns yet. `signed_by`: the public key of its grant."""

    link: int
    outgoing: bool
    connected_at: int
    assembler: Assembler
    cutter: Cutter
    phase: Phase = Phase.HANDSHAKE
    psk: bool = False
    since: int = 0
    heard_at: int = 0
    transport: Transport | None = None
    grant: Grant | None = None
    signed_by: bytes = b""
    rights: Rights = Rights.NONE
    op: int = 0
    ctx: bytes = b""
    log_bodies: list[tuple[Entry, ...]] | None = None
    photos: list[int] | None = None
    parcel: tuple[int, bytes] | None = None
    counted: int | None = field(default=None)
    cover: Exchange | None = None

    @property
    def h(self) -> bytes:
        if self.transport is None:
            raise Malformed("no session")
        return self.transport.h

    def due(self) -> int:
        """When silence ends it. The lock's own link to its gateway may be quiet for as long as it lasts."""
        if self.phase is Phase.HANDSHAKE:
            return self.cover.due() if self.cover is not None else self.connected_at + limits.HANDSHAKE_TIMEOUT_S * 1000
        if self.phase in (Phase.OPEN, Phase.SPENT):
            return self.since + limits.OPEN_TIMEOUT_S * 1000
        if self.outgoing:
            return self.since + limits.GATEWAY_GRANT_S * 1000
        return min(self.heard_at + limits.AUTH_IDLE_S * 1000, self.since + limits.AUTH_TOTAL_S * 1000)


class Links:
    """All links of one lock: at most two from outside, and the one it dialled itself."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._sessions: dict[int, Session] = {}
        self._handshakes: deque[int] = deque()
        self._strangers: deque[int] = deque(maxlen=limits.HANDSHAKES_PER_MINUTE)
        self._named: tuple[bytes, str] = (b"", "")
        self._cover_code = CoverCode(memory)

    def connect(self, event: Connected, at: int) -> list[Command]:
        incoming = sum(not session.outgoing for session in self._sessions.values())
        if event.link in self._sessions or (not event.outgoing and incoming >= limits.CONNECTIONS_MAX):
            return [CloseLink(event.link)]
        frame_bytes = max(limits.FRAME_BYTES_MIN, min(event.frame_bytes, limits.FRAME_BYTES_MAX))
        self._sessions[event.link] = Session(event.link, event.outgoing, at, Assembler(), Cutter(frame_bytes))
        return []

    def session(self, link: int) -> Session | None:
        return self._sessions.get(link)

    def open_sessions(self) -> list[Session]:
        return list(self._sessions.values())

    @property
    def talking(self) -> bool:
        """Whether anybody stands at the door with a phone. The lock's own link to its gateway is no person."""
        return any(not session.outgoing for session in self._sessions.values())

    def feed(self, link: int, frame: bytes, at: int) -> tuple[list[Command], Request | None]:
        """What to send at once, and the request that this frame completes. The first fault ends the link."""
        session = self._sessions.get(link)
        if session is None:
            return [], None
        try:
            message = session.assembler.feed(frame)
            if message is None:
                return [], None
            if session.transport is None:
                return self._handshake(session, message, at), None
            request = parse_request(session.transport.decrypt(message))
        except WireError:
            return self.close(link), None
        session.heard_at = at
        return [], request

    def reply(self, session: Session, answer: Answer) -> list[Command]:
        if session.transport is None:
            return []
        sealed = session.transport.encrypt(encode_answer(answer))
        return [SendFrame(session.link, frame) for frame in session.cutter.cut(sealed)]

    def authenticated(self, session: Session, at: int) -> None:
        """A handshake that led to a proven holder does not count against anybody."""
        session.phase, session.since = Phase.AUTH, at
        if session.counted is not None and session.counted in self._handshakes:
            self._handshakes.remove(session.counted)
        session.counted = None

    def close(self, link: int) -> list[Command]:
        return [CloseLink(link)] if self._sessions.pop(link, None) is not None else []

    def forget(self, link: int) -> None:
        self._sessions.pop(link, None)

    def expire(self, at: int) -> list[Command]:
        return [command for session in list(self._sessions.values()) if at >= session.due() for command in self.close(session.link)]

    def call(self, at: int) -> Call | None:
        """By which name it can be reached over the air now; a faulty lock answers nobody and calls nothing."""
        if self._memory.faulty:
            return None
        static = self._static()
        if self._named[0] != static:
            self._named = (static, air_name(self._memory.lock_id, public_of(static)))
        return Call(self._named[1], self._too_many(at) or self._many_strangers(at))

    def due(self) -> int | None:
        return min((session.due() for session in self._sessions.values()), default=None)

    def _handshake(self, session: Session, message: bytes, at: int) -> list[Command]:
        if len(message) != limits.HANDSHAKE_BYTES and self._installs(session, at):
            return self._cover(session, message, at)
        responder = self._responder(session, at)
        if responder is None:
            return self.close(session.link)
        try:
            reply, transport = responder.answer(message)
        except WireError:  # whoever does not know the lock's key is heard of seldom; whoever does is not kept out for it
            if not session.outgoing:
                self._strangers.append(at)
            raise
        if not session.outgoing:  # nobody at the door comes between a lock and the gateway it dialled itself
            if self._too_many(at):
                return self.close(session.link)
            self._handshakes.append(at)
            session.counted = at
        session.transport = transport
        session.phase, session.since, session.heard_at = Phase.OPEN, at, at
        return [SendFrame(session.link, frame) for frame in session.cutter.cut(reply)]

    def _cover(self, session: Session, message: bytes, at: int) -> list[Command]:
        """The next message of the exchange about the code under the cover, in clear; it leads to a handshake on this link or to nothing."""
        session.cover = session.cover or Exchange(at)
        reply = self._cover_code.hear(session.cover, message)
        return [SendFrame(session.link, frame) for frame in session.cutter.cut(reply)]

    def _installs(self, session: Session, at: int) -> bool:
        """Whether a sticker, or a code in its place, counts here now: no owner, no fault, and somebody at the inside button (inv. 69)."""
        memory = self._memory
        return memory.store.holding is None and not memory.faulty and not session.outgoing and memory.button_fresh(at)

    def _responder(self, session: Session, at: int) -> Responder | None:
        """Who answers: the owner's epoch key; before there is an owner the sticker's or the cover's, and only near the inside button (inv. 69)."""
        memory = self._memory
        ephemeral = memory.ports.chance(32)
        if memory.store.holding is not None and not memory.faulty:
            return Responder(lock_id=memory.lock_id, static_private=self._static(), ephemeral_private=ephemeral)
        secret = memory.birth.qr_secret if session.cover is None else session.cover.take()
        if secret is None or not self._installs(session, at):
            return None
        session.psk = True
        return Responder(
            lock_id=memory.lock_id,
            static_private=activation_static(secret, memory.lock_id),
            ephemeral_private=ephemeral,
            psk=activation_psk(secret, memory.lock_id),
        )

    def _static(self) -> bytes:
        """The key it answers with: the owner's epoch key, or what the sticker gives."""
        memory = self._memory
        holding = memory.store.holding
        return holding.xs_private if holding is not None else activation_static(memory.birth.qr_secret, memory.lock_id)

    def _too_many(self, at: int) -> bool:
        """Whether the handshakes of the last minute by who knows the lock's key, but led to no proven holder, are as many as are allowed."""
        while self._handshakes and self._handshakes[0] <= at - MINUTE_MS:
            self._handshakes.popleft()
        return len(self._handshakes) >= limits.HANDSHAKES_PER_MINUTE

    def _many_strangers(self, at: int) -> bool:
        """Whether so many first messages of the last minute were nobody's who knows the lock's key that it calls seldom: that alone slows them (C.5)."""
        return len(self._strangers) == limits.HANDSHAKES_PER_MINUTE and self._strangers[0] > at - MINUTE_MS
