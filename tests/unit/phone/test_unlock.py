"""An opening by phone, as a conversation with a lock that is only a script."""

from collections.abc import Iterable

import pytest

from limen.phone.channels.in_process import Peer
from limen.phone.outbox import item
from limen.phone.unlock import NotReached, Opened, Refused, unlock
from limen.wire.answers import Answer, Denied, Given, NeedUpdate, Plain, Presented, Settled, Staged
from limen.wire.envelope import SoftSigner
from limen.wire.grants import OWN_ACCESS, Rights, pop_message, unlock_ctx, verify_pop
from limen.wire.operations import (
    AckTell,
    ChunkPush,
    LogAsk,
    ManifestPush,
    Op,
    Present,
    ReceiptAsk,
    Request,
    TimeAsk,
    TimeTell,
    Unlock,
)
from limen.wire.refusals import Reason, Status

from .scripted import LOCK_ID, NOW, PHONE, Pocket, Script, ScriptedLock, bundle, courier, door, grant, meet, receipt

SEGMENT = bytes(4096)


def friendly(ver: int = 1, wants_time: bool = False, segments: int = 0) -> Script:
    """A lock that lets us in."""
    left = [segments]

    def script(request: Request) -> Answer:
        match request:
            case Present():
                return Presented(OWN_ACCESS, ver, wants_time=wants_time)
            case ReceiptAsk():
                return Given(Op.RECEIPT, receipt(ver))
            case LogAsk():
                left[0] -= 1
                return Given(Op.LOG, SEGMENT if left[0] >= 0 else b"")
            case TimeAsk():
                return Given(Op.TIME_ASK, bytes(16))
            case ManifestPush():
                return Staged(Op.MANIFEST, b"\x00")
            case ChunkPush():
                return Settled(Op.CHUNK, Status.APPLIED, receipt(2))
            case Unlock():
                return Plain(Op.UNLOCK)
            case TimeTell():
                return Plain(Op.TIME)
            case AckTell():
                return Plain(Op.ACK)
        raise AssertionError(request)

    return script


@pytest.mark.rule("LOCK-3")
def test_the_proof_is_for_this_operation_and_this_tap() -> None:
    """What the phone signs names the session, the grant, op 5 and the door that was tapped."""
    lock, pocket = ScriptedLock(friendly()), Pocket()
    assert isinstance(meet(lock, unlock(courier(door(grant()))), pocket), Opened)
    said = lock.heard[0]
    assert isinstance(said, Present)
    assert (said.op, said.ctx) == (5, unlock_ctx(5, "tap"))
    with pytest.raises(Exception, match="proof of possession"):
        verify_pop(PHONE.public, said.pop, pop_message(bytes(32), said.grant, 5, said.ctx))


def test_nobody_learns_who_we_are_before_the_lock_proved_itself() -> None:
    """A peer without the lock's key gets one handshake message and nothing that names the phone."""
    lock, pocket = ScriptedLock(friendly(), static=bytes(range(1, 33))), Pocket()
    frames: list[bytes] = []
    dial = lock.dial

    def listening() -> Peer:
        peer = dial()

        def heard(frame: bytes) -> Iterable[bytes]:
            frames.append(frame)
            return list(peer(frame)) or [bytes((3, 0)) + bytes(48)]

        return heard

    lock.dial = listening  # type: ignore[method-assign]
    assert meet(lock, unlock(courier(door(grant()))), pocket) == NotReached()
    assert len(frames) == 1


def test_silence_is_out_of_reach() -> None:
    """A lock that says nothing was not reached, whatever it may have done."""
    lock, pocket = ScriptedLock(friendly()), Pocket()
    lock.deaf_after = 0
    assert meet(lock, unlock(courier(door(grant()))), pocket) == NotReached()


def test_the_first_opening_sets_the_door_up() -> None:
    """A lock that knows it is behind gets the change before the bolt, and only then is asked to open."""
    news = bundle(ver=2)

    def script(request: Request) -> Answer:
        return NeedUpdate(Op.PRESENT, 2) if isinstance(request, Present) else friendly(2)(request)

    lock, pocket = ScriptedLock(script), Pocket()
    outcome = meet(lock, unlock(courier(door(grant(acl_ver=2), bundled=news, ver=2))), pocket)
    assert isinstance(outcome, Opened)
    assert outcome.set_up
    kinds = [type(one) for one in lock.heard]
    assert kinds.index(ManifestPush) < kinds.index(Unlock)
    assert "setting_up" in pocket.steps


def test_without_the_change_it_still_asks_to_open() -> None:
    """The phone carries nothing: whether the household may enter anyway is the lock's decision."""

    def script(request: Request) -> Answer:
        return NeedUpdate(Op.PRESENT, 2) if isinstance(request, Present) else friendly(1)(request)

    lock, pocket = ScriptedLock(script), Pocket()
    outcome = meet(lock, unlock(courier(door(grant(acl_ver=2)))), pocket)
    assert isinstance(outcome, Opened)
    assert not outcome.set_up


@pytest.mark.parametrize("reason", [Reason.NO_RIGHT, Reason.BATTERY, Reason.REFUSED])
def test_a_no_is_told_with_its_reason(reason: Reason) -> None:
    """One reason about our own credential; no second grant is tried where it could not help."""
    lock, pocket = ScriptedLock(lambda request: Denied(Op.PRESENT, reason)), Pocket()
    assert meet(lock, unlock(courier(door(grant(), grant(exp=NOW + 7200)))), pocket) == Refused(reason)
    assert len(lock.heard) == 1


@pytest.mark.rule("LOCK-15")
@pytest.mark.parametrize(
    "why",
    [Reason.NOT_STARTED, Reason.ENDED, Reason.LEASE_OVER, Reason.OUTSIDE_SCHEDULE, Reason.CLOCK_LOST, Reason.BOLT_THROWN, Reason.REVOKED],
)
def test_another_window_is_tried_in_a_session_of_its_own(why: Reason) -> None:
    """The grant that lasts longest goes first; if its hours do not fit or need a clock that is lost, the next one is presented.

    So it is with one that does not bear the right past the bolt, and one of a class that a floor took.
    """
    long, short = grant(exp=NOW + 9000), grant(exp=NOW + 600)
    order: list[bytes] = []

    def script(request: Request) -> Answer:
        if isinstance(request, Present):
            order.append(request.grant)
            if request.grant == long:
                return Denied(Op.PRESENT, why)
        return friendly()(request)

    lock, pocket = ScriptedLock(script), Pocket()
    assert isinstance(meet(lock, unlock(courier(door(short, long))), pocket), Opened)
    assert order == [long, short]


def test_a_push_only_grant_is_never_shown_for_an_opening() -> None:
    """Device management is not access: without a grant that unlocks, the lock is not even called."""
    lock, pocket = ScriptedLock(friendly()), Pocket()
    assert meet(lock, unlock(courier(door(grant(rights=Rights.PUSH)))), pocket) == Refused(Reason.NO_RIGHT)
    assert lock.heard == []


@pytest.mark.rule("SYNC-9")
def test_after_the_bolt_comes_a_short_update() -> None:
    """Changes down, acknowledgement, proof, then records: all of it after the opening, within 8 KiB."""
    lock, pocket = ScriptedLock(friendly(segments=9)), Pocket()
    outcome = meet(lock, unlock(courier(door(grant(), bundled=bundle(2), ver=2, ack=b"\x00"))), pocket)
    assert outcome == Opened(set_up=False, delivered=1, segments=1)
    after = lock.heard[[type(one) for one in lock.heard].index(Unlock) + 1 :]
    assert [type(one) for one in after] == [ManifestPush, ChunkPush, AckTell, ReceiptAsk, LogAsk]
    assert pocket.kept[-1] == item("segment", LOCK_ID, SEGMENT)


@pytest.mark.rule("SYNC-9")
def test_the_short_update_ends_after_two_seconds() -> None:
    """On a slow link the courtesy stops in time; the door is open all the same."""
    lock, pocket = ScriptedLock(friendly(segments=9)), Pocket()
    lock.tick_ms = 1100
    outcome = meet(lock, unlock(courier(door(grant(), bundled=bundle(2), ver=2))), pocket)
    assert isinstance(outcome, Opened)
    assert outcome.segments == 0
    assert LogAsk not in {type(one) for one in lock.heard}


def test_a_link_that_breaks_afterwards_does_not_unsay_the_opening() -> None:
    """Walking through the door at once is what people do."""
    lock, pocket = ScriptedLock(friendly()), Pocket()
    lock.deaf_after = 2
    assert isinstance(meet(lock, unlock(courier(door(grant()))), pocket), Opened)
    assert pocket.steps[-1] == "open"


@pytest.mark.rule("LOCK-5")
def test_a_lock_that_wants_the_time_gets_the_services_answer_first() -> None:
    """With signal the answer is fetched at once; the phone's own clock is never offered."""
    lock, pocket = ScriptedLock(friendly(wants_time=True)), Pocket(service_time=b"signed time")
    meet(lock, unlock(courier(door(grant()))), pocket)
    assert [type(one) for one in lock.heard[:4]] == [Present, TimeAsk, TimeTell, Unlock]
    assert lock.heard[2] == TimeTell(b"signed time")


@pytest.mark.rule("LOCK-5")
def test_without_signal_the_question_is_taken_along_and_the_door_opened() -> None:
    """The nonce leaves with the phone; nothing is made up in its place."""
    lock, pocket = ScriptedLock(friendly(wants_time=True)), Pocket()
    assert isinstance(meet(lock, unlock(courier(door(grant()))), pocket), Opened)
    assert pocket.asked_time == [bytes(16)]
    assert TimeTell not in {type(one) for one in lock.heard}


@pytest.mark.rule("LOCK-5")
def test_an_answer_fetched_upstairs_is_brought() -> None:
    """The second walk of the cellar door: without signal the kept answer goes in."""
    lock, pocket = ScriptedLock(friendly(wants_time=True)), Pocket()
    meet(lock, unlock(courier(door(grant()), assertion=b"fetched")), pocket)
    assert [one for one in lock.heard if isinstance(one, TimeTell)] == [TimeTell(b"fetched")]


@pytest.mark.rule("LOCK-5")
def test_with_signal_a_fresh_answer_goes_before_a_carried_one() -> None:
    """Half of an answer's way is the clock's error: the shorter way wins."""
    lock, pocket = ScriptedLock(friendly(wants_time=True)), Pocket(service_time=b"fresh")
    meet(lock, unlock(courier(door(grant()), assertion=b"fetched")), pocket)
    assert [one for one in lock.heard if isinstance(one, TimeTell)] == [TimeTell(b"fresh")]


@pytest.mark.rule("SYNC-12")
def test_a_receipt_of_another_key_is_not_kept() -> None:
    """Only the lock's own signature proves what it holds; anything else never reaches the outbox."""
    other = SoftSigner.from_scalar(bytes(31) + b"\x09")

    def script(request: Request) -> Answer:
        return Given(Op.RECEIPT, receipt(9, other)) if isinstance(request, ReceiptAsk) else friendly()(request)

    lock, pocket = ScriptedLock(script), Pocket()
    outcome = meet(lock, unlock(courier(door(grant()))), pocket)
    assert outcome == Opened(set_up=False, delivered=None, segments=0)
    assert pocket.kept == []


def test_only_lacking_chunks_are_sent_for_setting_up() -> None:
    """What another phone began is finished, not begun anew."""
    news = bundle(ver=2, size=3000)
    have = {0, 2}

    def script(request: Request) -> Answer:
        match request:
            case Present():
                return NeedUpdate(Op.PRESENT, 2)
            case ManifestPush():
                return Staged(Op.MANIFEST, bytes([0b101]))
            case ChunkPush(index, _):
                have.add(index)
                if have == set(range(len(news.chunks))):
                    return Settled(Op.CHUNK, Status.APPLIED, receipt(2))
                return Staged(Op.CHUNK, bytes([sum(1 << place for place in have)]))
        return friendly(2)(request)

    lock, pocket = ScriptedLock(script), Pocket()
    meet(lock, unlock(courier(door(grant(), bundled=news, ver=2))), pocket)
    assert [one.index for one in lock.heard if isinstance(one, ChunkPush)] == [1, 3]
