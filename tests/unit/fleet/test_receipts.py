"""A lock's word is the only proof; what disagrees starts the list over."""

from dataclasses import replace
from datetime import timedelta

import pytest

from limen.fleet import services as fleet_services
from limen.fleet.models import AttestNonce, DoorList, Receipt
from limen.fleet.queries import Truth
from limen.storage.transactions import unit_of_work
from limen.wire import receipts as wire
from limen.wire.envelope import SoftSigner
from tests.unit.fleet.house import House


@pytest.fixture
def active(house: House) -> House:
    """The Package Room has an active lock that proved list 1."""
    house.give("Dana", house.group("Residents", "Package Room"))
    house.activate("Package Room", "LM000001")
    return house


@pytest.mark.rule("SYNC-12")
def test_only_the_lock_itself_proves(active: House) -> None:
    """A receipt signed by anybody else, of no lock of ours, or cut short, is refused and proves nothing."""
    lock = active.locks["Package Room"]
    active.give("Rosa", active.group("Others", "Package Room"))
    assert lock.take(active.bundle("Package Room") or b"") == "applied"
    good = lock.receipt()
    said = wire.read_receipt(wire_payload(good))
    assert isinstance(said, wire.Receipt)
    forger = SoftSigner.from_scalar(bytes(31) + b"\x07")
    for bad in (wire.sign_receipt(said, forger), good[:-1], b"", wire.sign_receipt(replace(said, lock_id=b"LM999999"), forger)):
        assert active.hand_in(bad).status == "refused"
    assert active.state("Package Room").proven == 1
    assert active.hand_in(good).status == "taken"
    assert active.state("Package Room").proven == 2


def test_the_same_receipt_twice_says_nothing_new(active: House) -> None:
    """Handing in twice is handing in once; "confirmed" does not move (B.7)."""
    receipt = active.locks["Package Room"].receipt()
    active.hand_in(receipt)
    confirmed = active.state("Package Room").confirmed_at
    active.later(days=1)
    assert active.hand_in(receipt).status == "known"
    assert active.state("Package Room").confirmed_at == confirmed


@pytest.mark.rule("SYNC-12")
def test_a_nonce_makes_the_word_fresh(active: House) -> None:
    """With our nonce inside, the receipt is not older than the nonce: confirmed now, once per nonce."""
    lock = active.locks["Package Room"]
    active.later(days=3)
    with unit_of_work():
        nonce = fleet_services.attest_nonce(lock_id=lock.lock_id, now=active.now)
    active.hand_in(lock.receipt(nonce=nonce))
    assert active.state("Package Room").confirmed_at == active.now


@pytest.mark.rule("SYNC-11")
def test_a_list_that_is_not_ours_is_replaced_as_a_whole(active: House) -> None:
    """The lock is ahead of us (a restored database): our next version is above both, a snapshot, and brings the two together again."""
    lock = active.locks["Package Room"]
    active.give("Rosa", active.group("Others", "Package Room"))
    assert lock.take(active.bundle("Package Room") or b"") == "applied"
    assert lock.state is not None
    lock.state = replace(lock.state, ver=9, salt=bytes(16))
    assert active.hand_in(lock.receipt()).reason == "does_not_match"
    state = active.state("Package Room")
    assert (state.truth, state.current, state.proven) == (Truth.MISMATCH, 10, 1)
    active.update("Package Room")
    assert active.state("Package Room").truth == Truth.PROVED
    assert lock.state is not None and lock.state.ver == 10


def test_the_same_number_with_another_hash_is_a_fork(active: House) -> None:
    """Equal versions have equal hashes; a different one is a different history (B.1)."""
    lock = active.locks["Package Room"]
    assert lock.state is not None
    lock.state = replace(lock.state, salt=bytes(16))
    active.hand_in(lock.receipt())
    assert active.state("Package Room").truth == Truth.MISMATCH
    active.update("Package Room")
    assert active.state("Package Room").truth == Truth.PROVED


def test_an_old_receipt_takes_nothing_back(active: House) -> None:
    """A courier that kept an old receipt back moves nothing (invariant 4)."""
    lock = active.locks["Package Room"]
    old = lock.receipt(full=True)
    active.give("Rosa", active.group("Others", "Package Room"))
    active.update("Package Room")
    assert active.hand_in(old).status == "known"
    assert active.state("Package Room").proven == 2


@pytest.mark.rule("SYNC-2")
def test_a_push_only_receipt_proves_the_list_and_tells_nothing_else(active: House) -> None:
    """The short form moves "confirmed", but neither battery nor clock nor the record's head."""
    lock = active.locks["Package Room"]
    before = active.state("Package Room")
    active.give("Rosa", active.group("Others", "Package Room"))
    active.update("Package Room")
    after = active.state("Package Room")
    assert after.proven == 2
    assert (after.battery, after.clock) == (before.battery, before.clock)
    active.hand_in(lock.receipt(full=True))
    assert active.state("Package Room").clock.state == "good"


def test_losing_receipts_only_delays(active: House) -> None:
    """Any number of lost receipts is made up for by one later one (invariant 22)."""
    lock = active.locks["Package Room"]
    group = active.group("Others", "Package Room")
    for first in ("Ines", "Gus", "Theo"):
        active.person(first)
        active.give(first, group)
        assert lock.take(active.bundle("Package Room") or b"") == "applied"
        active.later(hours=1)
    assert active.state("Package Room").proven == 1
    active.hand_in(lock.receipt())
    assert active.state("Package Room").proven == 4


def test_a_snapshot_is_chosen_where_the_version_is_far_or_unknown(active: House) -> None:
    """Changes travel as changes; every 256 versions, and where nothing is proved, the whole list does (SYNC-11)."""
    from limen.fleet.sealing import wants_snapshot

    held = DoorList.objects.get(device__door_id=active.doors["Package Room"])
    held.current, held.proven, held.needs_snapshot = 255, 254, False
    assert not wants_snapshot(held)
    held.current = 256
    assert wants_snapshot(held)
    held.current, held.proven = 5, 0
    assert wants_snapshot(held)


def test_time_passes_between_confirmations(active: House) -> None:
    """A month of silence makes the state unknown, never "up to date"."""
    active.later(days=31)
    assert active.state("Package Room").truth == Truth.UNKNOWN
    assert active.state("Package Room").confirmed_at == active.now - timedelta(days=31)


def wire_payload(receipt: bytes) -> bytes:
    from limen.wire.envelope import unverified_payload

    return unverified_payload(receipt)[1]


@pytest.mark.rule("SYNC-10")
def test_an_answer_that_was_sat_on_is_no_fork(active: House) -> None:
    """A courier who keeps back an answer to our nonce until the door has moved on makes it neither unproved nor wrong."""
    lock = active.locks["Package Room"]
    with unit_of_work():
        nonce = fleet_services.attest_nonce(lock_id=lock.lock_id, now=active.now)
    kept_back = lock.receipt(nonce=nonce)
    active.later(minutes=5)
    active.give("Rosa", active.group("Others", "Package Room"))
    active.update("Package Room")
    before = active.state("Package Room")
    assert active.hand_in(kept_back).status == "known"
    after = active.state("Package Room")
    assert (after.truth, after.current, after.proven) == (Truth.PROVED, before.current, before.proven)


def test_a_lock_that_went_back_is_a_fork(active: House) -> None:
    """Asked after a higher version was proved, it signs for a lower one: it starts over with a snapshot (B.2)."""
    lock = active.locks["Package Room"]
    old = lock.state
    active.give("Rosa", active.group("Others", "Package Room"))
    active.update("Package Room")
    active.later(minutes=5)
    with unit_of_work():
        nonce = fleet_services.attest_nonce(lock_id=lock.lock_id, now=active.now)
    lock.state = old
    assert active.hand_in(lock.receipt(nonce=nonce)).reason == "does_not_match"
    assert active.state("Package Room").truth == Truth.MISMATCH


@pytest.mark.rule("SYNC-10")
def test_a_reading_that_was_kept_back_does_not_turn_the_clock_good_again(active: House) -> None:
    """A courier hands in, after the word that the clock was lost, a receipt from before: the clock stays lost for us (LOCK-5)."""
    lock = active.locks["Package Room"]
    kept_back = lock.receipt(full=True, lock_time=int(active.now.timestamp()))
    active.later(hours=2)
    active.hand_in(lock.receipt(full=True, lock_time=0, tstate=wire.TrustedTime.LOST))
    active.later(hours=1)
    active.hand_in(kept_back)
    assert active.state("Package Room").clock.state == "lost"
    active.hand_in(lock.receipt(full=True, lock_time=int(active.now.timestamp())))
    assert active.state("Package Room").clock.state == "good"


def test_nonces_and_receipts_are_kept_as_long_as_a_phone_may_hand_in(active: House) -> None:
    """After 30 days a phone has erased what it carried: older rows say nothing any more, and tables do not grow with every walk."""
    lock = active.locks["Package Room"]
    for _day in range(40):
        with unit_of_work():
            nonce = fleet_services.attest_nonce(lock_id=lock.lock_id, now=active.now)
        active.hand_in(lock.receipt(nonce=nonce))
        active.later(days=1)
    assert AttestNonce.objects.count() <= 31
    assert Receipt.objects.count() <= 31
