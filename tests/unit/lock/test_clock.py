"""The lock's time, sentence by sentence of protocol B.9; the malicious courier is in tests/properties/test_lock_clock.py."""

import pytest

from limen.lock.clock import Clock, Heard, Set
from limen.wire.receipts import TrustedTime

T = 1_795_000_000_000
HOUR = 3_600_000
DAY = 24 * HOUR


def synced(at: int = 0, round_trip_ms: int = 1000) -> Clock:
    clock = Clock()
    clock.challenge(b"n" * 16, at)
    assert isinstance(clock.answer(b"n" * 16, T, at + round_trip_ms), Set)
    return clock


@pytest.mark.rule("LOCK-5")
def test_a_new_lock_does_not_know_the_time() -> None:
    assert Clock().read(0).quality is TrustedTime.LOST


@pytest.mark.rule("LOCK-5")
def test_one_answer_to_its_own_question_makes_time_good() -> None:
    """T2: `rtc := t + rtt/2`, `u := rtt/2 + 1 s`."""
    now = synced(round_trip_ms=4000).read(4000)
    assert (now.rtc_ms, now.u_ms, now.quality) == (T + 2000, 3000, TrustedTime.GOOD)


def test_nine_minutes_of_round_trip_still_give_good_time() -> None:
    assert synced(round_trip_ms=9 * 60_000).read(9 * 60_000).quality is TrustedTime.GOOD


def test_good_lasts_a_month_and_coarse_about_a_year() -> None:
    """`u` grows by 101 ppm."""
    clock = synced()
    assert clock.read(33 * DAY).quality is TrustedTime.GOOD
    assert clock.read(36 * DAY).quality is TrustedTime.COARSE
    assert clock.read(400 * DAY).quality is TrustedTime.COARSE
    assert clock.read(420 * DAY).quality is TrustedTime.LOST


@pytest.mark.rule("LOCK-5", "SYNC-10")
def test_an_answer_counts_once_and_only_for_our_own_question() -> None:
    clock = synced()
    assert clock.answer(b"n" * 16, T + HOUR, 2000) is Heard.ANOMALY
    assert clock.answer(b"x" * 16, T + HOUR, 2000) is Heard.ANOMALY


def test_an_answer_after_two_hours_is_refused() -> None:
    clock = Clock()
    clock.challenge(b"n" * 16, 0)
    assert clock.answer(b"n" * 16, T, 2 * HOUR + 1) is Heard.ANOMALY


@pytest.mark.rule("SYNC-10", "LOCK-5")
def test_a_courier_cannot_wear_a_good_clock_down_with_an_answer_held_back() -> None:
    """An answer that knows less than the lock, and agrees with it, changes nothing; one that disagrees is taken: something is wrong."""
    clock = synced()
    for n in (1, 2):
        clock.challenge(bytes([n]) * 16, 2000)
    before = clock.read(HOUR)
    assert clock.answer(b"\x01" * 16, T + 1500, HOUR) is Heard.NOTHING_NEW
    after = clock.read(HOUR)
    assert (after.rtc_ms, after.u_ms, after.quality) == (before.rtc_ms, before.u_ms, before.quality)
    assert isinstance(clock.answer(b"\x02" * 16, T + 3 * HOUR, HOUR), Set)


def test_only_the_last_four_questions_are_open() -> None:
    clock = Clock()
    for n in range(5):
        clock.challenge(bytes([n]) * 16, 0)
    assert clock.answer(bytes(16), T, 10) is Heard.ANOMALY
    assert isinstance(clock.answer(b"\x04" * 16, T, 10), Set)


def test_questions_are_lost_with_power() -> None:
    clock = Clock()
    clock.challenge(b"n" * 16, 0)
    again = Clock(clock.persisted(10), 20, power_lost=True)
    assert again.answer(b"n" * 16, T, 30) is Heard.ANOMALY


@pytest.mark.rule("LOCK-5")
def test_after_a_power_loss_time_is_the_persisted_one_and_lost() -> None:
    """Rule P."""
    clock = synced()
    again = Clock(clock.persisted(HOUR), 5 * DAY, power_lost=True)
    now = again.read(5 * DAY)
    assert now.quality is TrustedTime.LOST
    assert now.rtc_ms == clock.read(HOUR).rtc_ms
    assert now.u_ms is None


def test_a_restart_of_the_program_is_no_loss_of_time() -> None:
    clock = synced()
    again = Clock(clock.persisted(HOUR), HOUR + 5000, power_lost=False)
    assert again.read(HOUR + 5000) == clock.read(HOUR + 5000)


def test_a_signed_statement_moves_a_slow_clock_on_and_raises_the_floor() -> None:
    """T1."""
    clock = synced()
    assert clock.hear((T + 60_000) // 1000, 2000) is Heard.RAISED
    now = clock.read(2000)
    assert (now.rtc_ms, now.floor_ms) == (T + 60_000, T + 60_000)


def test_an_older_statement_changes_nothing() -> None:
    clock = synced()
    before = clock.read(9000)
    assert clock.hear((T - DAY) // 1000, 9000) is Heard.NOTHING_NEW
    assert clock.read(9000) == before


@pytest.mark.rule("SYNC-10", "LOCK-5")
def test_a_statement_from_the_far_future_is_an_anomaly_and_not_a_time() -> None:
    """T4: a stolen signing key cannot age a lock."""
    clock = synced()
    before = clock.read(9000)
    assert clock.hear((T + HOUR) // 1000, 9000) is Heard.ANOMALY
    assert clock.read(9000) == before


def test_even_a_lost_clock_is_not_moved_more_than_four_hundred_days() -> None:
    again = Clock(synced().persisted(0), 1, power_lost=True)
    assert again.hear((T + 401 * DAY) // 1000, 1) is Heard.ANOMALY
    assert again.hear((T + 399 * DAY) // 1000, 1) is Heard.RAISED


def test_a_ticket_within_two_hours_is_a_first_good_time() -> None:
    clock = Clock()
    assert clock.ticket(T // 1000, 10_000, 10_000) is not None
    assert clock.read(10_000).quality is TrustedTime.GOOD


def test_a_ticket_after_two_hours_or_a_power_loss_only_raises_the_floor() -> None:
    clock = Clock()
    assert clock.ticket(T // 1000, None, 10_000) is None
    now = clock.read(10_000)
    assert now.quality is TrustedTime.LOST
    assert now.floor_ms == T
