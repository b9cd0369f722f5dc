"""Firmware by phone: the offer, what is lacking, and the lock's own reason; the list's proof does not wait for it."""

from dataclasses import replace

import pytest

from limen.phone.update import update
from limen.wire.answers import Answer, Busy, Denied, Given, Plain, Presented, Settled, Staged
from limen.wire.grants import OWN_ACCESS
from limen.wire.operations import FirmwarePush, Op, Present, ReceiptAsk, Request
from limen.wire.refusals import Reason, Status

from .scripted import Pocket, ScriptedLock, courier, door, grant, meet, receipt

IMAGE = bytes(range(256)) * 10


def lock(*to_offers: Answer) -> ScriptedLock:
    """Up to date; answers the offers so, one after the other, and takes every chunk."""
    said, have = list(to_offers), {0}

    def script(request: Request) -> Answer:
        match request:
            case Present():
                return Presented(OWN_ACCESS, 1)
            case ReceiptAsk():
                return Given(Op.RECEIPT, receipt(1))
            case FirmwarePush(None, _):
                return said.pop(0)
            case FirmwarePush(int(index), data):
                assert data == IMAGE[1024 * index : 1024 * index + 1024]
                have.add(index)
                return Staged(Op.FIRMWARE, bytes((sum(1 << place for place in have),)))
            case _:
                return Plain(Op.ACK)

    return ScriptedLock(script)


def bring(at: ScriptedLock, image: bytes | None = IMAGE) -> Status | Reason | None:
    stands = courier(replace(door(grant()), firmware=(b"offer", bytes(32))))
    done = meet(at, update(replace(stands, image=image), pull=False), Pocket())
    assert done.result == "confirmed"
    return done.image


def test_only_the_chunks_that_lack_are_sent() -> None:
    """Three chunks, one was there."""
    at = lock(Staged(Op.FIRMWARE, b"\x01"))
    assert bring(at) is Status.OK
    assert [r.index for r in at.heard if isinstance(r, FirmwarePush)] == [None, 1, 2]


def test_a_busy_lock_is_asked_again() -> None:
    """Somebody else brings it, or a trial runs."""
    assert bring(lock(Busy(Op.FIRMWARE, 500), Staged(Op.FIRMWARE, b"\x07"))) is Status.OK


@pytest.mark.parametrize(
    ("answer", "came_to"),
    [
        (Denied(Op.FIRMWARE, Reason.BATTERY), Reason.BATTERY),
        (Denied(Op.FIRMWARE), Reason.REFUSED),
        (Settled(Op.FIRMWARE, Status.ALREADY, receipt(1)), Status.ALREADY),
    ],
)
def test_what_the_lock_says_to_it_is_told(answer: Answer, came_to: Status | Reason) -> None:
    """It is not the phone's to judge."""
    assert bring(lock(answer)) is came_to


def test_without_the_bytes_nothing_is_offered() -> None:
    """The image is fetched when there is signal; until then the list goes alone."""
    at = lock()
    assert bring(at, image=None) is None
    assert not any(isinstance(request, FirmwarePush) for request in at.heard)
