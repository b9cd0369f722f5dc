"""The phone's core and the lock's core, as strangers: real frames, sessions and signatures, in one process, both without network."""

from collections.abc import Iterable
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limen.lock.commands import TakePhoto
from limen.lock.events import FrameArrived, PhotoTaken
from limen.phone.channels.in_process import Peer
from limen.phone.unlock import Opened, Refused
from limen.wire import cbor
from limen.wire.bundles import Bundle
from limen.wire.envelope import RoleKeys
from limen.wire.grants import OWN_ACCESS, Cls, Rights
from limen.wire.hpke import HpkeOpener
from limen.wire.photos import open_parcel, open_photo
from limen.wire.receipts import Receipt, TrustedTime, open_receipt
from limen.wire.refusals import Reason
from limen.wire.segments import open_log, open_segment
from limen.wire.telemetry import unverified_telemetry
from tests.stories.standing import Standing, big, bolts, hand_in, held, removed
from tests.unit.lock.site import DANA, GUS, MILO, PHOTO_KEY, House, code, house


@pytest.mark.rule("LOCK-1")
@pytest.mark.rule("LOCK-3")
def test_a_resident_opens_while_phone_and_lock_are_both_offline() -> None:
    """A grant that was fetched before, a tap, and the lock's own judgement."""
    home = house()
    dana = Standing(home, DANA)
    assert isinstance(dana.unlock(dana.entry(home.service.grant(DANA))), Opened)
    assert bolts(home) == 1


@pytest.mark.rule("LOCK-3")
def test_another_phone_with_the_same_grant_stays_outside() -> None:
    """The grant is bound to a key: a copy of it opens nothing, and no reason is told to a stranger."""
    home = house()
    gus = Standing(home, GUS)
    assert gus.unlock(gus.entry(home.service.grant(DANA))) == Refused(Reason.REFUSED)
    assert bolts(home) == 0


@pytest.mark.rule("LOCK-3")
def test_replayed_frames_open_nothing() -> None:
    """Everything that was said at one opening, said again on a new link, is noise."""
    home = house()
    frames: list[bytes] = []
    dana = Standing(home, DANA)
    dial = dana.dial

    def recording() -> Peer:
        peer = dial()

        def recorded(frame: bytes) -> Iterable[bytes]:
            frames.append(frame)
            return peer(frame)

        return recorded

    dana.dial = recording  # type: ignore[method-assign]
    assert isinstance(dana.unlock(dana.entry(home.service.grant(DANA))), Opened)
    link = home.rig.connect()
    for frame in frames:
        home.rig.do(FrameArrived(link, frame))
    assert bolts(home) == 1


@pytest.mark.rule("SYNC-9")
def test_a_first_opening_with_news_pushes_them_before_the_bolt() -> None:
    """The grant names a newer list: the phone that brings both sets the door up by opening it."""
    home = house()
    home.service.edit(code(9, 5_550_123))
    dana = Standing(home, DANA)
    outcome = dana.unlock(dana.entry(home.service.grant(DANA), bundle=home.service.bundle()))
    assert isinstance(outcome, Opened)
    assert outcome.set_up
    assert held(home) == 2
    hand_in(home, dana.hands)
    assert home.service.proven == 2


@pytest.mark.rule("SYNC-9")
def test_a_neighbours_opening_brings_the_revocation_after_the_bolt() -> None:
    """Dana's phone was removed. Gus, whose grant is older than that, opens; the news go in after the bolt, and Dana stays outside."""
    home = house()
    gus, dana = Standing(home, GUS), Standing(home, DANA)
    old = home.service.grant(GUS, subj=6), home.service.grant(DANA)
    home.service.edit(removed(DANA, home))
    assert isinstance(dana.unlock(dana.entry(old[1])), Opened)
    outcome = gus.unlock(gus.entry(old[0], bundle=home.service.bundle()))
    assert outcome == Opened(set_up=False, delivered=2, segments=outcome.segments if isinstance(outcome, Opened) else 0)
    assert dana.unlock(dana.entry(old[1])) == Refused(Reason.REVOKED)


@pytest.mark.rule("SYNC-1")
def test_a_residents_update_brings_battery_and_record_up() -> None:
    """Everything comes sealed; the service opens it, the phone cannot."""
    home = house()
    dana = Standing(home, DANA)
    dana.unlock(dana.entry(home.service.grant(DANA)))
    home.service.edit(code(9, 5_550_123))
    done = dana.update(dana.entry(home.service.grant(DANA), bundle=home.service.bundle()))
    assert done.result == "confirmed"
    assert dana.hands.kinds() == {"receipt", "segment", "telemetry"}
    assert done.telemetry is not None
    assert unverified_telemetry(done.telemetry).battery is not None
    entries = [entry for data in dana.hands.segments() for entry in open_segment(data, home.service.klog)[2]]
    found = open_log(home.service.lock_id, entries, home.service.klog)
    assert found.problems == []
    assert any(event.event.subj == 5 for event in found.events)


@pytest.mark.rule("SYNC-1", "LOCK-9")
def test_a_residents_update_brings_stills_up_that_the_phone_cannot_see() -> None:
    """Whole parcels, oldest first; once the service has them and says so, the lock lets them go."""
    home = house()
    dana = Standing(home, DANA)
    for number in range(3):
        photographed(home, dana, b"still %d" % number * 2_000)
    done = dana.update(dana.entry(home.service.grant(DANA)))
    assert (done.result, done.photos) == ("confirmed", 3)
    photos = [open_parcel(item.data, home.service.klog)[1] for item in dana.hands.of("photo")]
    assert [open_photo(home.service.lock_id, photo, HpkeOpener(PHOTO_KEY)) for photo in photos] == [
        b"still %d" % n * 2_000 for n in range(3)
    ]
    assert not any(b"still" in item.data for item in dana.hands.of("photo"))
    ack = home.service.ack(home.rig.lock.memory.journal.head.tag, photo=photos[-1].digest)
    assert dana.update(dana.entry(home.service.grant(DANA), ack=ack)).photos == 0


@pytest.mark.rule("SYNC-8")
def test_a_link_that_breaks_in_a_still_takes_no_proof_away() -> None:
    """Stills come last: what was confirmed stays confirmed, and the next visit brings the picture."""
    home = house()
    dana = Standing(home, DANA)
    photographed(home, dana, b"still" * 2_000)
    for frames in range(1, 60):
        dana.frames_left = frames
        done = dana.update(dana.entry(home.service.grant(DANA)))
        if done.result == "confirmed":
            break
    assert (done.result, done.photos, dana.hands.of("photo")) == ("confirmed", 0, [])
    dana.frames_left = None
    assert dana.update(dana.entry(home.service.grant(DANA))).photos == 1


def photographed(home: House, dana: Standing, still: bytes) -> None:
    """Dana comes in, and the sensor hands over what it saw."""
    home.rig.log.clear()
    assert isinstance(dana.unlock(dana.entry(home.service.grant(DANA))), Opened)
    (order,) = [command for command in home.rig.log if isinstance(command, TakePhoto)]
    home.rig.do(PhotoTaken(order.seq, still))


@pytest.mark.rule("SYNC-2")
def test_a_managers_update_pulls_nothing_at_all() -> None:
    """A push-only grant: the change arrives, the proof comes back in its short form, and nothing else leaves the lock."""
    home = house()
    milo = Standing(home, MILO, signal=True)
    home.service.edit(code(9, 5_550_123))
    grant = home.service.grant(MILO, Cls.MANAGER, rights=Rights.PUSH, subj=0)
    done = milo.update(milo.entry(grant, bundle=home.service.bundle(), cls=Cls.MANAGER))
    assert done.result == "confirmed"
    assert milo.hands.kinds() == {"receipt"}
    assert done.receipt is not None
    assert done.receipt.full is None
    assert bolts(home) == 0


@pytest.mark.rule("SYNC-2")
def test_what_a_lock_says_to_a_pusher_does_not_depend_on_its_record() -> None:
    """Same push, same number of bytes back, whether the flat was empty for weeks or busy."""
    lengths = set()
    for openings in (0, 30):
        home = house()
        for _ in range(openings):
            home.wait(60)
            neighbour = Standing(home, DANA)
            assert isinstance(neighbour.unlock(neighbour.entry(home.service.grant(DANA))), Opened)
        home.wait(3600)
        milo = Standing(home, MILO)
        home.service.edit(code(9, 5_550_123))
        grant = home.service.grant(MILO, Cls.MANAGER, rights=OWN_ACCESS, subj=0)
        assert milo.update(milo.entry(grant, bundle=home.service.bundle(), cls=Cls.MANAGER)).result == "confirmed"
        lengths.add(tuple(len(frame) for frame in milo.heard))
    assert len(lengths) == 1


@pytest.mark.rule("SYNC-13", "SYNC-12")
def test_somebody_who_passes_brings_a_door_its_update_by_lock_id_alone() -> None:
    """Neither serial, id nor name of the door is on that phone; the lock takes its list, signs, and says nothing else."""
    home = house()
    big(home)
    gus = Standing(home, GUS)
    door = gus.entry(home.service.grant(GUS, Cls.COURIER, acl_ver=1, subj=9), bundle=home.service.bundle(), cls=Cls.COURIER)
    assert (door.serial, door.door_id, door.name) == (None, None, None)
    assert gus.update(door, pull=False).result == "confirmed"
    assert held(home) == home.service.ver
    kept = gus.hands.kept
    assert kept and {(one.kind, one.lock_id) for one in kept} == {("receipt", home.service.lock_id)}
    hand_in(home, gus.hands)
    assert home.service.proven == home.service.ver


@pytest.mark.rule("SYNC-6")
def test_two_phones_carry_one_update_together() -> None:
    """Each brings a part, in whichever order; no part is brought twice, and the last one proves the whole."""
    home = house()
    big(home)
    bundle = home.service.bundle()
    assert len(bundle.chunks) > 3
    dana, gus = Standing(home, DANA, frames_left=16), Standing(home, GUS)
    first = dana.update(dana.entry(home.service.grant(DANA, acl_ver=1), bundle=bundle), pull=False)
    assert first.result == "interrupted"
    home.rig.wait(11_000)  # the lease on staging of the phone that left
    second = gus.update(gus.entry(home.service.grant(GUS, acl_ver=1, subj=6), bundle=bundle), pull=False)
    assert second.result == "confirmed"
    brought = [one.done for one in gus.hands.said if one.step == "sending" and one.total]
    assert any(done > 0 for done in brought[:3])
    assert held(home) == home.service.ver


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(min_value=1, max_value=60), max_size=6))
@pytest.mark.rule("SYNC-6")
def test_however_often_it_is_interrupted_the_list_is_the_old_or_the_new_one(walks: list[int]) -> None:
    """After any number of tries of any length the lock holds version 1 or 2 and nothing between, and a full try ends in 2."""
    home = house()
    big(home)
    bundle = home.service.bundle()
    for frames in walks:
        someone = Standing(home, DANA, frames_left=frames)
        someone.update(someone.entry(home.service.grant(DANA, acl_ver=1), bundle=bundle), pull=False)
        assert held(home) in {1, 2}
        home.rig.wait(61_000)
    dana = Standing(home, DANA)
    assert dana.update(dana.entry(home.service.grant(DANA, acl_ver=1), bundle=bundle), pull=False).result == "confirmed"
    assert held(home) == 2


@pytest.mark.rule("SYNC-11")
@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_competing_couriers_end_in_the_newest_list(order: tuple[int, ...]) -> None:
    """Three phones with three different versions, in any order, twice each: the end is the same."""
    home = house()
    bundles = []
    for number in range(3):
        home.service.edit(code(9 + number, 5_550_123 + 111 * number))
        bundles.append(home.service.bundle())
    for number in (*order, *order):
        courier = Standing(home, DANA)
        courier.update(courier.entry(home.service.grant(DANA, acl_ver=1), bundle=bundles[number]), pull=False)
    assert held(home) == 4
    for number in range(3):
        home.rig.wait(60_000)
        home.rig.log.clear()
        home.rig.type(str(5_550_123 + 111 * number))
        assert bolts(home) == 1


@pytest.mark.rule("SYNC-10")
def test_a_courier_cannot_roll_a_list_back() -> None:
    """An old genuine update, brought after a newer one, changes nothing and is answered with proof of the newer."""
    home = house()
    home.service.edit(code(9, 5_550_123))
    old = home.service.bundle()
    home.service.edit(gone=(9,))
    dana = Standing(home, DANA)
    dana.update(dana.entry(home.service.grant(DANA), bundle=home.service.bundle()), pull=False)
    malicious = Standing(home, GUS)
    done = malicious.update(malicious.entry(home.service.grant(GUS, subj=6), bundle=old), pull=False)
    assert done.receipt is not None
    assert done.receipt.ver == 3
    home.rig.type("5550123")
    assert bolts(home) == 0


@pytest.mark.rule("SYNC-10")
def test_a_changed_update_is_refused_before_anything_is_stored() -> None:
    """A courier that changes the sealed bytes, or the signed head, gets nowhere; the lock's list stays as it is."""
    home = house()
    home.service.edit(code(9, 5_550_123))
    genuine = home.service.bundle()
    forged = Bundle(genuine.manifest[:-1] + bytes([genuine.manifest[-1] ^ 1]), genuine.chunks)
    malicious = Standing(home, GUS)
    done = malicious.update(malicious.entry(home.service.grant(GUS, subj=6, acl_ver=1), bundle=forged), pull=False)
    assert done.result != "confirmed" or (done.receipt is not None and done.receipt.ver == 1)
    assert held(home) == 1


@pytest.mark.rule("SYNC-10")
def test_sealed_segments_and_updates_tell_a_courier_nothing() -> None:
    """No code, name or number of the list, and no entry of the record, can be read in what a phone carries."""
    home = house()
    home.service.edit(code(9, 5_550_123))
    dana = Standing(home, DANA)
    bundle = home.service.bundle()
    dana.update(dana.entry(home.service.grant(DANA), bundle=bundle))
    carried = [bundle.manifest, *bundle.chunks, *dana.hands.segments()]
    secrets = [cbor.encode(5_550_123), b"5550123", home.service.k_pin, home.service.k_daily]
    assert not any(secret in data for data in carried for secret in secrets)
    assert len({len(data) for data in dana.hands.segments()}) == 1


@pytest.mark.rule("SYNC-12")
def test_the_proof_is_the_locks_own_word() -> None:
    """Version and digest under the lock's key; to those who pull also its clock."""
    home = house()
    home.service.edit(code(9, 5_550_123))
    dana = Standing(home, DANA, signal=True)
    done = dana.update(dana.entry(home.service.grant(DANA), bundle=home.service.bundle()))
    last = [one for one in dana.hands.kept if one.kind == "receipt"][-1]
    said = open_receipt(last.data, RoleKeys.of_lock(home.service.id_key))
    assert isinstance(said, Receipt)
    assert (said.ver, said.nonce) == (2, b"n" * 16)
    assert said.full is not None
    assert said.full.tstate is TrustedTime.GOOD
    assert done.receipt == said


@pytest.mark.rule("LOCK-5")
def test_an_update_in_a_dead_zone_repairs_the_clock_by_two_walks() -> None:
    """Battery pulled, no signal at the door: the question goes upstairs with the phone, the answer comes back within two hours."""
    home = house()
    home.rig.pull_battery()
    dana = Standing(home, DANA)
    grant = home.service.grant(DANA)
    assert dana.update(dana.entry(grant)).result == "confirmed"
    assert home.rig.lock.memory.read_clock(home.rig.at).quality is TrustedTime.LOST
    home.wait(600)
    answer = home.service.time(dana.hands.errands[-1])
    home.wait(600)
    assert dana.update(dana.entry(grant), assertion=answer).result == "confirmed"
    assert home.rig.lock.memory.read_clock(home.rig.at).quality is not TrustedTime.LOST


@pytest.mark.rule("LOCK-5")
def test_with_signal_one_update_repairs_the_clock() -> None:
    """The answer is fetched while the phone stands there."""
    home = house()
    home.rig.pull_battery()
    dana = Standing(home, DANA, signal=True)
    assert dana.update(dana.entry(home.service.grant(DANA))).result == "confirmed"
    assert home.rig.lock.memory.read_clock(home.rig.at).quality is TrustedTime.GOOD


def test_an_acknowledgement_frees_the_record_whoever_brings_it() -> None:
    """A manager's push carries the service's word; what was acknowledged is not pulled again."""
    home = house()
    dana = Standing(home, DANA)
    for _ in range(5):
        dana.unlock(dana.entry(home.service.grant(DANA)))
    before = home.rig.lock.memory.journal.kept
    tag = home.rig.lock.memory.journal.head.tag
    milo = Standing(home, MILO)
    grant = home.service.grant(MILO, Cls.MANAGER, rights=Rights.PUSH, subj=0)
    milo.update(milo.entry(grant, ack=home.service.ack(tag), cls=Cls.MANAGER), pull=False)
    assert home.rig.lock.memory.journal.kept < before
