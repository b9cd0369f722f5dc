"""The record's seal."""

from dataclasses import fields

import pytest

from limen.cli.vectorbook.steady import SteadySealer
from limen.wire import limits, ratchet
from limen.wire.cbor import Malformed
from limen.wire.events import Event, Kind, read_event
from limen.wire.hpke import HpkeOpener, NotForUs
from limen.wire.ratchet import EpochStart, LogWriter, SealedHeader, start_epoch
from limen.wire.receipts import TrustedTime
from tests.unit.wire.cast import LOCK_ID, NOW, agreement, steady

PRIVATE, PUBLIC = agreement("K_log")


def event(seq: int) -> Event:
    return Event(seq=seq, t=NOW + seq, tq=TrustedTime.GOOD, kind=Kind.ENTRY, subj=seq)


def begun(seq0: int = 10, logepoch: int = 3) -> tuple[LogWriter, SealedHeader]:
    return start_epoch(EpochStart(LOCK_ID, logepoch, seq0), steady("seed"), SteadySealer(PUBLIC, "t"))


def test_the_service_opens_what_the_lock_wrote() -> None:
    """Seed, first number, then record by record."""
    writer, header = begun()
    _, record = writer.seal_next(event(10))
    seed, seq0 = ratchet.open_header(LOCK_ID, header, HpkeOpener(PRIVATE))
    assert (seed, seq0) == (steady("seed"), 10)
    plain = ratchet.open_record(ratchet.first_chain(seed), ratchet.record_context(LOCK_ID, 3, 0, writer.prevtag), record.sealed)
    assert read_event(plain) == event(10)


@pytest.mark.rule("LOCK-8")
def test_numbers_have_no_gaps_and_the_writer_moves_only_by_a_record() -> None:
    """Invariant 57: an event out of turn is refused; a writer whose record was lost is still where it was."""
    writer, _ = begun()
    for seq in (9, 11):
        with pytest.raises(Malformed):
            writer.seal_next(event(seq))
    after, record = writer.seal_next(event(10))
    context = ratchet.record_context(LOCK_ID, 3, 0, writer.prevtag)
    assert writer.seqnext == 10 and after.seqnext == 11
    assert writer.seal_next(event(10)) == (after, record)
    assert after.head.seqnext == 11 and after.head.tag == after.last == ratchet.record_tag(context, record.sealed)


def test_what_the_lock_keeps_never_opens_what_it_wrote() -> None:
    """Invariant 60: after a record neither its key nor a way back to it is anywhere in the writer."""
    writer, _ = begun()
    after, record = writer.seal_next(event(10))
    kept = [getattr(after, field.name) for field in fields(after)]
    assert writer.ck not in kept and ratchet.record_key(writer.ck) not in kept
    with pytest.raises(Malformed):
        ratchet.open_record(after.ck, ratchet.record_context(LOCK_ID, 3, 0, writer.prevtag), record.sealed)
    assert "ck=" not in repr(after)


def test_a_seed_opens_for_the_service_and_its_own_header_only() -> None:
    """Another key, lock, log epoch or previous tag opens nothing."""
    _, header = begun()
    for lock_id, other, private in (
        (bytes(8), header, PRIVATE),
        (LOCK_ID, SealedHeader(4, header.prevtag, header.envelope), PRIVATE),
        (LOCK_ID, SealedHeader(3, b"x" * 16, header.envelope), PRIVATE),
        (LOCK_ID, header, agreement("other")[0]),
    ):
        with pytest.raises(NotForUs):
            ratchet.open_header(lock_id, other, HpkeOpener(private))


def test_a_log_epoch_ends_after_256_records() -> None:
    """Then a fresh seed is due."""
    writer, _ = begun(0)
    for seq in range(limits.RECORDS_PER_LOG_EPOCH):
        assert not writer.full
        writer, _ = writer.seal_next(event(seq))
    assert writer.full
    with pytest.raises(Malformed):
        writer.seal_next(event(256))


def test_sizes_are_those_of_the_table() -> None:
    """A record costs 16 bytes more than its event; seeds are 32 bytes."""
    writer, header = begun(123_456)
    _, record = writer.seal_next(event(123_456))
    assert len(header.envelope) in range(82, 92)
    assert len(record.sealed) < 45
    with pytest.raises(Malformed):
        start_epoch(EpochStart(LOCK_ID, 1, 0), b"short", SteadySealer(PUBLIC, "t"))
