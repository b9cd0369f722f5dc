"""Parts ahead of their answers: never more than four, each that lacks once, and after a no nothing more."""

import pytest

from limen.phone import parts
from limen.phone.commands import Conversation, Send
from limen.phone.link import connect_to
from limen.phone.update import update
from limen.wire import limits
from limen.wire.answers import Answer, Busy, Given, Plain, Presented, Settled, Staged, bitmap_of
from limen.wire.grants import OWN_ACCESS
from limen.wire.operations import ChunkPush, ManifestPush, Op, Present, ReceiptAsk, Request
from limen.wire.refusals import Status

from .scripted import Pocket, ScriptedLock, bundle, courier, door, grant, meet, receipt

PARTS = [bytes([n]) * 100 for n in range(12)]


class Keeping:
    """A lock's staging: takes parts, and says this instead at one of them."""

    def __init__(self, here: set[int], at: int | None = None, no: Answer | None = None) -> None:
        self.here, self.at, self.no = here, at, no

    def __call__(self, request: Request) -> Answer:
        """One answer for each part."""
        assert isinstance(request, ChunkPush)
        if request.index == self.at and self.no is not None:
            return self.no
        self.here.add(request.index)
        return Staged(Op.CHUNK, bitmap_of(self.here, len(PARTS)))


def bring(lock: ScriptedLock, here: set[int], may: parts.May = parts.all_of_it) -> tuple[parts.Brought, int]:
    """What became of it, and the most that was ever on its way."""
    most = 0

    def story() -> Conversation[parts.Brought]:
        link = yield from connect_to(door(grant()).info, courier(door(grant())))
        begun = Staged(Op.MANIFEST, bitmap_of(here, len(PARTS)))
        brought = yield from parts.bring(link, begun, PARTS, ChunkPush, may=may)
        return brought

    def watched() -> Conversation[parts.Brought]:
        nonlocal most
        inner, said, heard, answer = story(), 0, 0, None
        while True:
            try:
                command = inner.send(answer)
            except StopIteration as end:
                done: parts.Brought = end.value
                return done
            said += isinstance(command, Send)
            answer = yield command
            heard += hasattr(answer, "frame")
            most = max(most, said - heard)

    return meet(lock, watched(), Pocket()), most


def test_no_more_than_four_parts_are_ever_on_their_way() -> None:
    """Each that lacks is said once, in order, and the ones that are there are not."""
    lock = ScriptedLock(Keeping({1, 5}))
    brought, most = bring(lock, {1, 5})
    assert most == limits.CHUNKS_AHEAD == 4
    assert [one.index for one in lock.heard if isinstance(one, ChunkPush)] == [0, 2, 3, 4, 6, 7, 8, 9, 10, 11]
    assert (brought.here, brought.stopped, brought.ended) == (12, False, False)


@pytest.mark.parametrize("no", [Busy(Op.CHUNK, 300), Plain(Op.CHUNK, Status.SUPERSEDED)])
def test_after_a_no_nothing_more_is_said_and_all_answers_are_heard(no: Answer) -> None:
    """What was said ahead of it is answered too, and that is no news."""
    lock = ScriptedLock(Keeping(set(), at=2, no=no))
    brought, _ = bring(lock, set())
    assert brought.answer == no
    assert brought.here == 2
    assert [one.index for one in lock.heard if isinstance(one, ChunkPush)] == [0, 1, 2, 3, 4, 5]


@pytest.mark.rule("SYNC-9")
def test_an_allowance_is_counted_when_a_part_leaves() -> None:
    """Not when it is answered: what is on its way has been spent."""
    left = [350]

    def may(size: int, heard_ms: int) -> bool:
        left[0] -= size
        return left[0] >= 0

    lock = ScriptedLock(Keeping(set()))
    brought, _ = bring(lock, set(), may)
    assert brought.stopped
    assert brought.here == len(lock.heard) == 3


def test_a_revocation_takes_manifest_and_chunk_in_one_breath_and_no_second_receipt() -> None:
    """Three round trips in all: the channel, who we are, the update with its proof."""
    news = bundle(ver=2)

    def script(request: Request) -> Answer:
        match request:
            case Present():
                return Presented(OWN_ACCESS, 1)
            case ManifestPush():
                return Staged(Op.MANIFEST, b"\x00")
            case ChunkPush():
                return Settled(Op.CHUNK, Status.APPLIED, receipt(2))
        raise AssertionError(request)

    lock = ScriptedLock(script)
    done = meet(lock, update(courier(door(grant(), bundled=news, ver=2)), pull=False), Pocket())
    assert done.result == "confirmed"
    assert [type(one) for one in lock.heard] == [Present, ManifestPush, ChunkPush]


@pytest.mark.rule("SYNC-12")
def test_with_signal_the_proof_is_a_fresh_one() -> None:
    """The service's nonce is asked for even though the lock has just signed."""
    news = bundle(ver=2)

    def script(request: Request) -> Answer:
        match request:
            case Present():
                return Presented(OWN_ACCESS, 1)
            case ReceiptAsk():
                return Given(Op.RECEIPT, receipt(2))
            case ManifestPush():
                return Settled(Op.MANIFEST, Status.ALREADY, receipt(2))
            case _:
                return Busy(Op.CHUNK, 1000)

    lock = ScriptedLock(script)
    done = meet(lock, update(courier(door(grant(), bundled=news, ver=2)), pull=False), Pocket(service_nonce=bytes(16)))
    assert done.result == "confirmed"
    assert lock.heard[-1] == ReceiptAsk(bytes(16))
