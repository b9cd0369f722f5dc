"""Somebody who may only push, and asks for everything else (invariant 18). Said in the phone's own conversation, with a phone that is not ours."""

from dataclasses import dataclass
from typing import Final

from limen.phone.commands import Again, Conversation, OutOfReach
from limen.phone.link import Broken, Courier, connect_to, present
from limen.wire.answers import Answer, Denied, Given, Plain
from limen.wire.operations import LogAsk, Op, PhotoAsk, Request, TelemetryAsk

QUESTIONS: Final[tuple[Request, ...]] = (LogAsk(0), TelemetryAsk(), LogAsk(1), PhotoAsk(0, 0))


@dataclass(frozen=True)
class Leak:
    """The lock answered."""

    what: str
    size: int


def pry(courier: Courier) -> Conversation[Leak | None]:
    """Each question in a session of its own; None if nothing came."""
    for number, question in enumerate(QUESTIONS):
        if number:
            yield Again()
        try:
            link = yield from connect_to(courier.door.info, courier)
            yield from present(link, courier.door.grants[0], courier.key, Op.MANIFEST, b"")
            answer = yield from link.ask(question)
        except (OutOfReach, Broken):
            return None
        if not _is_no(answer):
            return Leak(type(question).__name__, len(answer.data) if isinstance(answer, Given) else 0)
    return None


def _is_no(answer: Answer) -> bool:
    return isinstance(answer, Denied | Plain)
