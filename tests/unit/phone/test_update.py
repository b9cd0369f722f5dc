"""An update by phone: push-only asks for nothing, a resident's pulls, and what was interrupted goes on."""

import pytest

from limen.phone.update import update
from limen.wire.answers import Answer, Busy, Denied, Given, Plain, Presented, Settled, Staged
from limen.wire.bundles import Bundle
from limen.wire.grants import OWN_ACCESS, Cls, Rights
from limen.wire.operations import (
    AckTell,
    ChunkPush,
    LogAsk,
    ManifestPush,
    Op,
    PhotoAsk,
    Present,
    ReceiptAsk,
    Request,
    TelemetryAsk,
    TimeAsk,
    op_of,
)
from limen.wire.refusals import Reason, Status

from .scripted import NOW, Pocket, Script, ScriptedLock, bundle, courier, door, grant, meet, receipt

READING = frozenset({LogAsk, PhotoAsk, TelemetryAsk})


def taking(news: Bundle, rights: Rights = OWN_ACCESS, segments: int = 3, stills: int = 2, have: set[int] | None = None) -> Script:
    """A lock at version 1 that takes this bundle chunk by chunk."""
    stored: set[int] = set() if have is None else have
    total = len(news.chunks)

    def bitmap() -> bytes:
        return sum(1 << place for place in stored).to_bytes((total + 7) // 8, "little")

    def script(request: Request) -> Answer:
        match request:
            case Present():
                return Presented(rights, 1)
            case ManifestPush():
                return Staged(Op.MANIFEST, bitmap())
            case ChunkPush(index, data):
                assert data == news.chunks[index]
                stored.add(index)
                return Settled(Op.CHUNK, Status.APPLIED, receipt(2)) if len(stored) == total else Staged(Op.CHUNK, bitmap())
            case ReceiptAsk():
                return Given(Op.RECEIPT, receipt(2))
            case LogAsk(number):
                return Given(Op.LOG, bytes([number]) * 4096 if number < segments else b"")
            case TelemetryAsk():
                return Given(Op.TELEMETRY, b"battery")
            case PhotoAsk(number, offset):
                return Given(Op.PHOTO, (bytes([number + 1]) * 8192)[offset : offset + 4096] if number < stills else b"")
            case AckTell():
                return Plain(Op.ACK)
        raise AssertionError(request)

    return script


@pytest.mark.rule("SYNC-1")
def test_a_resident_brings_changes_and_takes_battery_and_record() -> None:
    """Push, acknowledgement, then segment by segment and the battery, then the proof; stills last, because they are long."""
    news = bundle(ver=2)
    lock, pocket = ScriptedLock(taking(news)), Pocket(service_nonce=bytes(16))
    done = meet(lock, update(courier(door(grant(), bundled=news, ver=2, ack=b"\x00")), pull=True), pocket)
    assert (done.result, done.segments, done.telemetry, done.photos) == ("confirmed", 3, b"battery", 2)
    assert pocket.kinds() == ["receipt", "segment", "segment", "segment", "telemetry", "receipt", "photo", "photo"]
    assert pocket.steps == ["connecting", "sending", "reading", "confirming"]
    assert ReceiptAsk(bytes(16)) in lock.heard


@pytest.mark.rule("SYNC-2")
def test_a_manager_brings_changes_and_asks_for_nothing() -> None:
    """With a push-only grant no request for battery, record or anything else of the lock's own is ever made."""
    news = bundle(ver=2)
    lock, pocket = ScriptedLock(taking(news, Rights.PUSH)), Pocket()
    done = meet(lock, update(courier(door(grant(cls=Cls.MANAGER, rights=Rights.PUSH), bundled=news, ver=2)), pull=True), pocket)
    assert done.result == "confirmed"
    assert not READING.intersection(type(one) for one in lock.heard)
    assert set(pocket.kinds()) == {"receipt"}
    assert "reading" not in pocket.steps


@pytest.mark.rule("SYNC-2")
def test_a_managers_view_pulls_nothing_even_with_access_of_their_own() -> None:
    """Who presses Update in the console gets push only, whatever the grant would allow."""
    lock, pocket = ScriptedLock(taking(bundle(ver=2))), Pocket()
    meet(lock, update(courier(door(grant())), pull=False), pocket)
    assert not READING.intersection(type(one) for one in lock.heard)


@pytest.mark.rule("SYNC-2")
def test_a_pull_bit_in_a_push_only_class_changes_nothing() -> None:
    """Bit 2 in class 6 means nothing to the lock, so the phone does not ask either."""
    lock, pocket = ScriptedLock(taking(bundle(ver=2), Rights.PUSH)), Pocket()
    meet(lock, update(courier(door(grant(cls=Cls.MANAGER, rights=OWN_ACCESS))), pull=True), pocket)
    assert not READING.intersection(type(one) for one in lock.heard)


@pytest.mark.rule("SYNC-6")
def test_an_interrupted_update_goes_on_where_it_stopped() -> None:
    """The link breaks after two of six chunks, and that many are told; the next try sends the other four and nothing twice."""
    news, stored = bundle(ver=2, size=5500), set[int]()
    lock, pocket = ScriptedLock(taking(news, have=stored)), Pocket()
    lock.deaf_after = 4
    broken = meet(lock, update(courier(door(grant(), bundled=news, ver=2)), pull=False), pocket)
    assert (broken.result, broken.done, broken.total) == ("interrupted", 2, 6)
    again = ScriptedLock(taking(news, have=stored))
    done = meet(again, update(courier(door(grant(), bundled=news, ver=2)), pull=False), pocket)
    assert done.result == "confirmed"
    sent = [one.index for one in [*lock.heard, *again.heard] if isinstance(one, ChunkPush)]
    assert sent == sorted(set(sent)) == list(range(len(news.chunks)))


@pytest.mark.rule("SYNC-12")
@pytest.mark.parametrize("pull", [True, False])
@pytest.mark.parametrize("ack", [b"\x00", None])
def test_who_brings_what_ends_their_own_grant_is_told_that_it_is_confirmed(pull: bool, ack: bytes | None) -> None:
    """Another KG or their own removal: the receipt is the last answer, then the lock says no once and closes (M-4)."""
    news = bundle(ver=2)
    take, lock, pocket = taking(news), ScriptedLock(taking(news)), Pocket(service_nonce=bytes(16))

    def script(request: Request) -> Answer:
        if isinstance(request, Present | ManifestPush | ChunkPush):
            return take(request)
        lock.deaf_after = len(lock.heard)
        return Denied(op_of(request), Reason.REFUSED)

    lock.script = script
    done = meet(lock, update(courier(door(grant(), bundled=news, ver=2, ack=ack)), pull=pull), pocket)
    assert (done.result, done.receipt is not None) == ("confirmed", True)
    assert pocket.kinds() == ["receipt"]
    assert len(lock.heard) == 4


@pytest.mark.rule("SYNC-12")
def test_a_lock_that_says_no_before_it_signed_has_confirmed_nothing() -> None:
    """The no alone proves nothing, whatever breaks behind it."""
    news = bundle(ver=2, size=5500)
    lock, pocket = ScriptedLock(taking(news)), Pocket()
    take = lock.script

    def script(request: Request) -> Answer:
        if isinstance(request, ChunkPush):
            lock.deaf_after = len(lock.heard)
            return Denied(Op.CHUNK, Reason.REVOKED)
        return take(request)

    lock.script = script
    done = meet(lock, update(courier(door(grant(), bundled=news, ver=2)), pull=False), pocket)
    assert (done.result, done.receipt) == ("interrupted", None)


@pytest.mark.rule("SYNC-6")
def test_progress_is_told_in_parts() -> None:
    """Every chunk moves the progress, so that a person sees how far it is."""
    news = bundle(ver=2, size=3000)
    lock, pocket = ScriptedLock(taking(news)), Pocket()
    meet(lock, update(courier(door(grant(), bundled=news, ver=2)), pull=False), pocket)
    parts = [(one.done, one.total) for one in pocket.said if one.step == "sending"]
    assert parts[0] == (0, 4)
    assert parts[-1] == (4, 4)
    assert {done for done, _ in parts} == {0, 1, 2, 3, 4}


def test_what_was_pulled_before_the_link_broke_is_kept() -> None:
    """Each segment is in the outbox before the next is asked for."""
    lock, pocket = ScriptedLock(taking(bundle(ver=2), segments=9)), Pocket()
    lock.deaf_after = 3
    done = meet(lock, update(courier(door(grant())), pull=True), pocket)
    assert done.result == "interrupted"
    assert pocket.kinds() == ["segment", "segment"]


@pytest.mark.rule("SYNC-9")
def test_another_phones_transfer_is_waited_for() -> None:
    """BUSY is no failure: the phone says that it waits, rests, and tries again."""
    news, turns = bundle(ver=2), [2]
    take = taking(news)

    def script(request: Request) -> Answer:
        if isinstance(request, ManifestPush) and turns[0]:
            turns[0] -= 1
            return Busy(Op.MANIFEST, 10)
        return take(request)

    lock, pocket = ScriptedLock(script), Pocket()
    done = meet(lock, update(courier(door(grant(), bundled=news, ver=2)), pull=False), pocket)
    assert done.result == "confirmed"
    assert "waiting" in pocket.steps


@pytest.mark.rule("SYNC-11")
def test_a_lock_that_is_ahead_is_not_sent_the_older_list() -> None:
    """Somebody was faster: the phone only asks for the proof."""

    def ahead(request: Request) -> Answer:
        return Presented(OWN_ACCESS, 3) if isinstance(request, Present) else Given(Op.RECEIPT, receipt(3))

    lock, pocket = ScriptedLock(ahead), Pocket()
    done = meet(lock, update(courier(door(grant(), bundled=bundle(2), ver=2)), pull=False), pocket)
    assert done.result == "confirmed"
    assert done.receipt is not None
    assert done.receipt.ver == 3
    assert ManifestPush not in {type(one) for one in lock.heard}


@pytest.mark.rule("SYNC-11")
def test_a_newer_list_in_staging_is_left_alone() -> None:
    """SUPERSEDED means that somebody brings a newer one; ours is not forced in."""

    def script(request: Request) -> Answer:
        return Plain(Op.MANIFEST, Status.SUPERSEDED) if isinstance(request, ManifestPush) else taking(bundle(2))(request)

    lock, pocket = ScriptedLock(script), Pocket()
    done = meet(lock, update(courier(door(grant(), bundled=bundle(2, size=1500), ver=2)), pull=False), pocket)
    assert done.result == "superseded"
    assert ChunkPush not in {type(one) for one in lock.heard}


@pytest.mark.rule("SYNC-10")
def test_a_damaged_or_foreign_bundle_is_not_offered() -> None:
    """What does not match its own signed head, or is another epoch's, never leaves the phone."""
    news = bundle(ver=2, size=1500)
    broken = Bundle(news.manifest, (news.chunks[0], bytes(len(news.chunks[1]))))
    lock, pocket = ScriptedLock(taking(news)), Pocket()
    meet(lock, update(courier(door(grant(), bundled=broken, ver=2)), pull=False), pocket)
    assert ManifestPush not in {type(one) for one in lock.heard}


def test_a_refused_grant_says_why() -> None:
    """The reason of the last grant that was shown."""
    lock, pocket = ScriptedLock(lambda request: Denied(Op.PRESENT, Reason.LEASE_OVER)), Pocket()
    done = meet(lock, update(courier(door(grant(), grant(exp=NOW + 60))), pull=True), pocket)
    assert (done.result, done.reason) == ("refused", Reason.LEASE_OVER)
    assert len(lock.heard) == 2


def test_nobody_there_and_nothing_to_bring_are_different() -> None:
    """Out of reach is about the lock; nothing is about this phone."""
    lock, pocket = ScriptedLock(taking(bundle(2))), Pocket()
    lock.deaf_after = 0
    assert meet(lock, update(courier(door(grant())), pull=True), pocket).result == "out_of_reach"
    assert meet(lock, update(courier(door()), pull=True), pocket).result == "nothing"


@pytest.mark.rule("LOCK-5")
def test_time_comes_before_the_changes() -> None:
    """A lock that lost its clock is asked for its nonce before anything else is sent."""
    news = bundle(ver=2)
    take = taking(news)

    def script(request: Request) -> Answer:
        match request:
            case Present():
                return Presented(OWN_ACCESS, 1, wants_time=True)
            case TimeAsk():
                return Given(Op.TIME_ASK, bytes(16))
        return take(request)

    lock, pocket = ScriptedLock(script), Pocket()
    meet(lock, update(courier(door(grant(), bundled=news, ver=2)), pull=False), pocket)
    assert [type(one) for one in lock.heard[:3]] == [Present, TimeAsk, ManifestPush]
