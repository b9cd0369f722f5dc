"""A phone that adds points proves the digits under a battery cover by itself (protocol A.2; clauses A-17 to A-21).

What comes of it is a session as with the sticker, on the same link; neither digits nor secret are kept or sent to the service.
"""

from dataclasses import dataclass

from limen.phone.commands import Conversation, OutOfReach, Send
from limen.phone.link import Broken, Draw, Link, connect, message
from limen.wire import covercode, limits, spake2plus
from limen.wire.cbor import WireError
from limen.wire.covercode import Answered, Ask, Confirm, Cover, Heard, Refused, Said, Share, Stretching, Taken
from limen.wire.frames import Assembler, Cutter
from limen.wire.refusals import Reason
from limen.wire.session import Initiator, activation_psk, activation_static, public_of
from limen.wire.spake2plus import NotTheSame

HEARD_MS = limits.HANDSHAKE_TIMEOUT_S * 1000


class NoCode(Exception):
    """The lock began no exchange, or has other digits (`wrong_code`); `left`: tries until its button is pressed again, where it said so."""

    def __init__(self, reason: Reason, left: int | None = None) -> None:
        super().__init__(reason.word)
        self.reason, self.left = reason, left


@dataclass(frozen=True)
class Asked:
    """What a lock of this name says it is; None: it did not answer, or began no exchange."""

    lock_id: bytes | None
    reason: Reason | None = None


def who(frame_bytes: int) -> Conversation[Asked]:
    """Asks the lock on this line for its lock-id; no try is paid for that."""
    try:
        told = yield from _told(Cutter(frame_bytes), Assembler())
    except NoCode as no:
        return Asked(None, no.reason)
    except (OutOfReach, Broken):
        return Asked(None)
    return Asked(told.lock_id)


def open_session(cover: Cover, draw: Draw, frame_bytes: int) -> Conversation[Link]:
    """The sticker's session, by the digits. `NoCode`, and `Broken` for whoever is no lock."""
    cutter, assembler = Cutter(frame_bytes), Assembler()
    told = yield from _told(cutter, assembler)
    password, names = covercode.stretched(cover.digits, told), covercode.names(told.lock_id)
    x = spake2plus.scalar(draw(spake2plus.RANDOM_BYTES))
    answered = yield from _ask(Share(spake2plus.share_p(password, x)), cutter, assembler)
    if not isinstance(answered, Answered):
        raise Broken
    try:
        confirm, shared = spake2plus.finish(password, names, x, answered.share, answered.confirm)
    except NotTheSame:
        raise NoCode(Reason.WRONG_CODE, answered.left) from None
    except WireError as problem:
        raise Broken from problem
    if not isinstance((yield from _ask(Confirm(confirm), cutter, assembler)), Taken):
        raise Broken
    secret = covercode.secret_of(shared, told.lock_id)
    initiator = Initiator(
        lock_id=told.lock_id,
        remote_static=public_of(activation_static(secret, told.lock_id)),
        ephemeral_private=draw(32),
        psk=activation_psk(secret, told.lock_id),
    )
    return (yield from connect(initiator, frame_bytes, after=(cutter, assembler)))


def _told(cutter: Cutter, assembler: Assembler) -> Conversation[Stretching]:
    told = yield from _ask(Ask(), cutter, assembler)
    if not isinstance(told, Stretching):
        raise Broken
    return told


def _ask(said: Said, cutter: Cutter, assembler: Assembler) -> Conversation[Heard]:
    yield Send(tuple(cutter.cut(covercode.encode_said(said))))
    try:
        data, _ = yield from message(assembler, HEARD_MS)
        heard = covercode.parse_heard(data)
    except WireError as problem:
        raise Broken from problem
    if isinstance(heard, Refused):
        raise NoCode(heard.reason)
    return heard
