"""An open lock session: the right lock, one answer per question, and nothing believed that came otherwise."""

from collections.abc import Callable, Iterable

import pytest

from limen.phone.channels.driver import carry_out
from limen.phone.channels.in_process import InProcess, Peer
from limen.phone.commands import Conversation, OutOfReach
from limen.phone.link import Broken, connect_to
from limen.wire.answers import Answer, Given, Plain, StatusNow
from limen.wire.operations import Op, ReceiptAsk, Request, StatusAsk

from .scripted import Pocket, ScriptedLock, courier, door, grant


def asking(request: Request, lock: ScriptedLock, bend: "Bend | None" = None) -> Answer:
    """The answer to one question; `bend` changes frames on their way back."""
    here = courier(door(grant()))

    def conversation() -> Conversation[Answer]:
        link = yield from connect_to(here.door.info, here)
        answer = yield from link.ask(request)
        return answer

    dial = lock.dial if bend is None else bend.dial_through(lock)
    return carry_out(conversation(), InProcess(dial, lambda: 0), Pocket())


class Bend:
    """Somebody in the middle who changes the frame with this number."""

    def __init__(self, number: int, place: int = -1) -> None:
        self.number, self.place, self.seen = number, place, 0

    def dial_through(self, lock: ScriptedLock) -> Callable[[], Peer]:
        """A link through this one."""

        def dial() -> Peer:
            peer = lock.dial()

            def through(frame: bytes) -> Iterable[bytes]:
                for back in peer(frame):
                    changed = bytearray(back)
                    if self.seen == self.number:
                        changed[self.place] ^= 1
                    self.seen += 1
                    yield bytes(changed)

            return through

        return dial


def test_an_answer_belongs_to_its_question() -> None:
    """A lock that answers another question than the one that was asked is not believed."""
    lock = ScriptedLock(lambda request: Given(Op.TELEMETRY, b"x"))
    with pytest.raises(Broken):
        asking(ReceiptAsk(), lock)


def test_a_status_is_an_answer_to_a_status() -> None:
    """Answers without an operation of their own are told apart by their kind."""
    lock = ScriptedLock(lambda request: StatusNow(3, 1))
    assert asking(StatusAsk(), lock) == StatusNow(3, 1)


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("place", [0, 1, 2, -1])
def test_a_changed_frame_ends_the_session(number: int, place: int) -> None:
    """Handshake or answer, header or last byte: one changed bit and nothing of it counts."""
    lock = ScriptedLock(lambda request: Plain(Op.ACK))
    with pytest.raises(Broken):
        asking(ReceiptAsk(), lock, Bend(number, place))


def test_another_lock_does_not_get_a_session() -> None:
    """Whoever does not hold the key in the DoorInfo cannot even answer the first message."""
    lock = ScriptedLock(lambda request: Plain(Op.ACK), static=bytes(range(1, 33)))
    with pytest.raises(OutOfReach):
        asking(ReceiptAsk(), lock)
