"""The lock's record (F.1 to F.3; inv. 57, 58, 61)."""

import contextlib
import random

import pytest

from limen.lock import journal as journal_room
from limen.lock.flash import FlashError, Layout
from limen.lock.journal import DROPPED_AT_ONCE, LOSSES_MAX, OPENINGS_MAX, ORDINARY_MAX, REFUSALS_MAX, Journal
from limen.lock.memory import draft
from limen.lock.notes import Notes
from limen.lock.ring import Ring
from limen.lock.shell.flash import MemoryFlash
from limen.wire.events import Event, Kind, Loss, LossReason, Result
from limen.wire.hpke import HpkeOpener, HpkeSealer
from limen.wire.receipts import TrustedTime
from limen.wire.segments import Trouble, gaps, open_log
from limen.wire.session import public_of
from tests.unit.lock.crash import CrashFlash, Failing, PowerLossError, Worn
from tests.unit.lock.site import Chance

LAYOUT = Layout.for_capacity(10)
PRIVATE = b"\x11" * 32
SEALER, OPENER = HpkeSealer(public_of(PRIVATE)), HpkeOpener(PRIVATE)
LOCK = b"l" * 8


def started(flash: MemoryFlash | None = None, at: int = 0) -> Journal:
    flash = flash or MemoryFlash()
    journal = Journal(flash, Ring(flash, LAYOUT.ring), Notes(flash, LAYOUT.notes), LOCK, Chance(5))
    journal.begin(SEALER, at)
    return journal


def entry(n: int = 0, *, refused: bool = False) -> Event:
    return draft(kind=Kind.ENTRY, result=Result.REFUSED if refused else Result.GRANTED, t=1_795_000_000 + n, subj=n)


def seen(journal: Journal) -> list[Event]:
    opened = open_log(LOCK, journal.entries(), OPENER)
    return [one.event for one in opened.events]


def holes(journal: Journal) -> list[tuple[int, int, bool]]:
    events = seen(journal)
    losses = [event for event in events if event.kind is Kind.LOSS]
    return gaps([event.seq for event in events], losses, 0, journal.head.seqnext)


@pytest.mark.rule("LOCK-8")
def test_records_are_numbered_without_gaps_over_log_epochs_and_restarts() -> None:
    """Inv. 57."""
    flash = MemoryFlash()
    for life in range(4):
        journal = started(flash, at=life)
        for n in range(300):
            assert journal.append(entry(n), at=life) == life * 300 + n
    events = seen(journal)
    assert [event.seq for event in events] == list(range(1200))
    assert holes(journal) == []


@pytest.mark.rule("SEC-2", "LOCK-8")
def test_flash_holds_no_plaintext_and_no_key_that_opens_it() -> None:
    """Inv. 60: the chain key lives in memory only."""
    flash = MemoryFlash()
    journal = started(flash)
    journal.append(entry(7), 0)
    writer = journal._writer
    assert writer is not None
    assert writer.ck not in flash.image()
    again = Journal(flash, Ring(flash, LAYOUT.ring), Notes(flash, LAYOUT.notes), LOCK, Chance(6))
    assert again._writer is None


def test_a_new_log_epoch_begins_after_256_records_24_hours_and_an_acknowledgement() -> None:
    journal = started()
    for n in range(257):
        journal.append(entry(n), at=n)
    assert journal.head.logepoch == 2
    journal.append(entry(), at=86_400_000 + 257)
    assert journal.head.logepoch == 3
    journal.acknowledge(journal.head.tag, at=86_400_001)
    assert journal.head.logepoch == 4


@pytest.mark.rule("LOCK-8", "SYNC-10")
def test_only_a_signed_acknowledgement_frees_and_only_what_it_covers() -> None:
    """Inv. 58: the caller has verified KL; an unknown tag frees nothing, the same one twice changes nothing."""
    journal = started()
    tags = []
    for n in range(50):
        journal.append(entry(n), 0)
        tags.append(journal.head.tag)
    assert not journal.acknowledge(b"x" * 16, 0)
    assert journal.kept == 50
    assert journal.acknowledge(tags[29], 0)
    assert [event.seq for event in seen(journal)] == list(range(30, 50))
    assert not journal.acknowledge(tags[29], 0)
    assert not journal.acknowledge(tags[3], 0)
    assert journal.append(entry(), 0) == 50
    assert journal.acknowledge(journal.head.tag, 0)
    assert journal.kept == 0
    assert journal.append(entry(), 0) == 51


@pytest.mark.rule("LOCK-8")
def test_when_the_ring_is_full_the_oldest_go_and_the_loss_is_counted_and_declared() -> None:
    journal = started()
    for n in range(ORDINARY_MAX + 200):
        journal.append(entry(n), 0)
    assert journal.lost == -(-(ORDINARY_MAX + 200 - OPENINGS_MAX) // DROPPED_AT_ONCE) * DROPPED_AT_ONCE
    assert journal.kept <= 4096
    missing = holes(journal)
    assert missing
    assert all(declared for _, _, declared in missing)


def test_security_records_survive_any_flood_of_ordinary_ones() -> None:
    """Inv. 61."""
    journal = started()
    for n in range(400):
        journal.append(draft(kind=Kind.BOOT, t=1_795_000_000 + n), 0)
    for n in range(ORDINARY_MAX + 600):
        journal.append(entry(n), 0)
    assert sum(event.kind is Kind.BOOT for event in seen(journal)) == 400


def test_no_flood_of_refusals_evicts_an_opening() -> None:
    """Inv. 61: refusals hold a quarter and then evict each other."""
    journal = started()
    for n in range(500):
        journal.append(entry(n), 0)
    for n in range(REFUSALS_MAX + 700):
        journal.append(entry(n, refused=True), 0)
    events = seen(journal)
    assert sum(event.kind is Kind.ENTRY and event.result is Result.GRANTED for event in events) == 500
    assert sum(event.kind is Kind.ENTRY and event.result is Result.REFUSED for event in events) <= REFUSALS_MAX


@pytest.mark.parametrize(("security", "openings"), [(0, ORDINARY_MAX + 10), (600, 4096 - 600)])
def test_a_refusal_that_finds_the_ring_full_of_openings_pushes_out_none(security: int, openings: int) -> None:
    """Places are left to refusals; beyond the reserve of 512 the oldest of the lock's own diary goes (invariant 61)."""
    journal = started()
    for n in range(security):
        journal.append(draft(kind=Kind.BOOT, t=1_795_000_000 + n), 0)
    for n in range(openings):
        journal.append(entry(n), 0)
    before = granted(journal)
    for n in range(200):
        journal.append(entry(n, refused=True), 0)
    assert granted(journal) == before
    assert all(declared for _, _, declared in holes(journal))


def granted(journal: Journal) -> list[int]:
    return [event.seq for event in seen(journal) if event.kind is Kind.ENTRY and event.result is Result.GRANTED]


def test_a_flood_without_end_is_summed_up_and_leaves_no_undeclared_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    """After some LOSS records one stands for all of them; the reserve is not eaten by losses (invariants 57 and 61)."""
    monkeypatch.setattr(journal_room, "ORDINARY_MAX", 200)
    monkeypatch.setattr(journal_room, "OPENINGS_MAX", 136)
    journal = started()
    journal.append(draft(kind=Kind.TAMPER, t=1_795_000_000), 0)
    for n in range(64 * LOSSES_MAX * 2 + 300):
        journal.append(entry(n), 0)
    events = seen(journal)
    losses = [event.loss for event in events if event.loss is not None]
    assert len(losses) <= LOSSES_MAX + 1
    assert LossReason.SINCE_START in {loss.reason for loss in losses}
    assert events[0].kind is Kind.TAMPER
    assert holes(journal) and all(declared for _, _, declared in holes(journal))
    assert sum(last - first + 1 for first, last, _ in holes(journal)) == journal.lost


def test_pictures_that_were_lost_push_out_nothing_but_their_like() -> None:
    """Word of a lost still ranks with what it shows, so a crowd at the door does not eat the lock's own diary."""
    journal = started()
    for n in range(40):
        journal.append(draft(kind=Kind.BOOT, t=1_795_000_000 + n), 0)
    for n in range(ORDINARY_MAX + 700):
        journal.append(draft(kind=Kind.LOSS, photos_lost=Loss(n, n, 1), t=1_795_000_000 + n), 0)
    assert sum(event.kind is Kind.BOOT for event in seen(journal)) == 40


def test_a_discard_leaves_a_declared_loss_for_privacy_and_no_bytes() -> None:
    flash = MemoryFlash()
    journal = started(flash)
    for n in range(20):
        journal.append(entry(3600 * n), 0)
    sealed = [record.sealed for record in journal.entries() if hasattr(record, "sealed")]
    assert journal.discard(1_795_000_000 + 9 * 3600, 1_795_100_000, TrustedTime.GOOD, 0)
    loss = next(event for event in seen(journal) if event.kind is Kind.LOSS)
    assert loss.loss is not None
    assert loss.loss.reason is LossReason.PRIVACY
    assert (loss.loss.first, loss.loss.last) == (0, 9)
    assert sealed[0] not in flash.image()
    assert sealed[15] in flash.image()


@pytest.mark.rule("LOCK-13")
def test_what_could_not_be_written_is_counted_numbered_and_declared_as_soon_as_it_can_be() -> None:
    flash = Worn()
    journal = started(flash)
    journal.append(entry(), 0)
    flash.worn = True
    for _ in range(2):
        with pytest.raises(FlashError):
            journal.append(entry(), 0)
    flash.worn = False
    assert journal.lost == 2
    journal.append(entry(9), 0)
    assert [(event.seq, event.kind) for event in seen(journal)] == [(0, Kind.ENTRY), (3, Kind.LOSS), (4, Kind.ENTRY)]
    assert holes(journal) == [(1, 2, True)]


@pytest.mark.rule("LOCK-8", "LOCK-12")
def test_power_lost_anywhere_never_loses_what_was_recorded_and_never_leaves_an_undeclared_gap() -> None:
    """Appends, evictions, acknowledgements and discards, cut at chosen steps, over several lives."""
    for seed in range(25):
        chance = random.Random(seed)
        flash = CrashFlash(seed, coarse=True)
        durable: list[int] = []
        freed = -1
        journal = started(flash)
        for life in range(4):
            flash.budget = chance.randrange(20, 1500)
            tags: dict[int, bytes] = {}
            try:
                for n in range(chance.randrange(20, 120)):
                    seq = journal.append(entry(n, refused=chance.random() < 0.3), at=life)
                    durable.append(seq)
                    tags[seq] = journal.head.tag
                    if chance.random() < 0.05:
                        upto = chance.choice(sorted(tags))
                        freed = max(freed, upto)
                        journal.acknowledge(tags[upto], at=life)
            except PowerLossError:
                pass
            flash.budget = None
            journal = started(flash, at=life)
            journal.append(entry(), at=life)
            durable.append(journal.head.seqnext - 1)
            opened = open_log(LOCK, journal.entries(), OPENER)
            found = {one.event.seq for one in opened.events}
            assert {seq for seq in durable if seq > freed} <= found
            assert all(declared for first, last, declared in holes(journal) if first > freed)


@pytest.mark.rule("LOCK-8", "LOCK-12", "LOCK-13")
def test_a_step_that_fails_loses_nothing_that_was_recorded_and_no_number_comes_twice() -> None:
    """Writes, erases and barriers of ring and notes fail, half done, done or not, one or some in a row, with a power cut behind it or none (inv. 35, 57)."""
    failed = 0
    for seed in range(60):
        chance = random.Random(seed)
        flash = Failing(seed)
        written: dict[int, int | None] = {}
        freed = -1
        journal = started(flash)
        for life in range(3):
            flash.arm(chance.randrange(70), chance.choice((0.0, 0.4, 0.97, 1.0)), chance.choice((0, 0, 1, 5)), chance.choice((None, 3, 40)))
            with contextlib.suppress(PowerLossError):
                for n in range(chance.randrange(5, 40)):
                    with contextlib.suppress(FlashError):
                        seq = journal.append(entry(100 * life + n), at=life)
                        assert seq not in written, "a number was given twice"
                        written[seq] = 100 * life + n
                        if chance.random() < 0.1:
                            freed = max(freed, seq)
                            journal.acknowledge(journal.head.tag, at=life)
            failed += flash.failed
            flash.failed = 0
            flash.lose_power() if chance.random() < 0.5 else flash.well()
            journal = started(flash, at=life)
            written[journal.append(entry(1_000 + life), at=life)] = 1_000 + life
            opened = open_log(LOCK, journal.entries(), OPENER, head=journal.head)
            found = {one.event.seq: one.event.subj for one in opened.events}
            assert all(found[seq] == n for seq, n in written.items() if seq > freed)
            assert all(declared for first, last, declared in holes(journal) if first > freed)
            assert all(problem.trouble is Trouble.GAP for problem in opened.problems)
    assert failed > 100


def test_a_torn_record_keeps_nobody_from_reading_the_others() -> None:
    """What a failed write left half is not programmed over: the record after it lies elsewhere."""
    flash = Failing(1)
    journal = started(flash)
    journal.append(entry(0), 0)
    flash.arm(0, 0.6)
    with pytest.raises(FlashError):
        journal.append(entry(1), 0)
    flash.well()
    for n in (2, 3, 4):
        journal.append(entry(n), 0)
    assert [event.subj for event in seen(journal) if event.kind is Kind.ENTRY] == [0, 2, 3, 4]
    assert holes(journal) == [(1, 1, True)]
    again = started(flash.lose_power())
    assert [event.subj for event in seen(again) if event.kind is Kind.ENTRY] == [0, 2, 3, 4]
    assert again.head.seqnext == 6


def test_a_released_lock_starts_its_record_anew_but_never_reuses_a_log_epoch() -> None:
    journal = started()
    for n in range(5):
        journal.append(entry(n), 0)
    assert journal.forget() == 5
    journal.begin(SEALER, 0)
    assert journal.append(entry(), 0) == 0
    assert journal.head.logepoch == 2
