"""The wallet chooses grants, keeps errands for two hours and never shows its key."""

import pytest

from limen.phone.inbox import read_door
from limen.phone.wallet import ERRAND_MS, Wallet, in_order
from limen.wire import cbor

from .scripted import LOCK_ID, NOW, PHONE, entry, grant


def test_grants_that_hold_now_come_first_and_the_longest_before_the_others() -> None:
    """The order is only a guess by the phone's clock; all of them stay in it."""
    ended, short, long, later = grant(exp=NOW - 1), grant(exp=NOW + 10), grant(exp=NOW + 99), grant(exp=NOW + 999, nbf=NOW + 500)
    door = read_door(cbor.decode(cbor.encode(entry(ended, short, long, later))))
    assert [held.data for held in in_order(door.grants, NOW)] == [long, short, later, ended]


@pytest.mark.rule("LOCK-5")
def test_an_answer_about_the_time_is_good_once_and_for_two_hours() -> None:
    """Fetched upstairs and carried back: once, in time, and only for the question that still waits."""
    wallet = Wallet(key=PHONE)
    wallet.take_errand(LOCK_ID, b"a" * 16, now_ms=0)
    wallet.answer_errand(LOCK_ID, b"b" * 16, b"for another question")
    assert wallet.time_for(LOCK_ID, now_ms=1) is None
    wallet.answer_errand(LOCK_ID, b"a" * 16, b"signed")
    assert wallet.time_for(LOCK_ID, now_ms=ERRAND_MS) == b"signed"
    assert wallet.time_for(LOCK_ID, now_ms=ERRAND_MS) is None


@pytest.mark.rule("LOCK-5")
def test_a_late_errand_is_forgotten() -> None:
    """After two hours the lock would refuse the answer; it is not offered. A phone clock set back does not help."""
    wallet = Wallet(key=PHONE)
    for now in (ERRAND_MS + 11, 0):
        wallet.take_errand(LOCK_ID, b"a" * 16, now_ms=10)
        wallet.answer_errand(LOCK_ID, b"a" * 16, b"signed")
        assert wallet.time_for(LOCK_ID, now_ms=now) is None
