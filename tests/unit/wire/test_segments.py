"""Segments, and how every loss, change and fork in them is seen."""

import random
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limen.cli.vectorbook.steady import SteadySealer
from limen.wire import limits, segments
from limen.wire.cbor import Malformed
from limen.wire.events import Event, Kind, Loss, LossReason
from limen.wire.hpke import HpkeOpener, NotForUs
from limen.wire.ratchet import EpochStart, SealedHeader, SealedRecord, start_epoch
from limen.wire.receipts import LogHead, TrustedTime
from limen.wire.segments import Entry, Progress, Trouble, gaps, open_log, open_segment, pack
from tests.unit.wire.cast import LOCK_ID, NOW, agreement, steady
from tests.unit.wire.imitation import shaped

PRIVATE, PUBLIC = agreement("K_log")
OPENER = HpkeOpener(PRIVATE)


def written(count: int = 300, per_epoch: int = 100) -> tuple[list[Entry], LogHead]:
    """A record of ``count`` events in log epochs, and the head a receipt would attest."""
    sealer, entries, prevtag = SteadySealer(PUBLIC, "t"), list[Entry](), bytes(16)
    writer = None
    for seq in range(count):
        if seq % per_epoch == 0 or writer is None:
            start = EpochStart(LOCK_ID, 1 + seq // per_epoch, seq, prevtag)
            writer, header = start_epoch(start, steady(f"seed {seq}"), sealer)
            entries.append(header)
        writer, record = writer.seal_next(Event(seq=seq, t=NOW + seq, tq=TrustedTime.GOOD, kind=Kind.ENTRY, subj=7))
        entries.append(record)
        prevtag = writer.last
    assert writer is not None
    return entries, writer.head


ENTRIES, HEAD = written()


def tag_of(index: int) -> bytes:
    """The tag of the record at a place of ``ENTRIES``."""
    return next(o.tag for o in open_log(LOCK_ID, ENTRIES[: index + 1], OPENER).events[::-1])


def troubles(entries: list[Entry], head: LogHead | None = HEAD) -> set[Trouble]:
    return {problem.trouble for problem in open_log(LOCK_ID, entries, OPENER, head=head).problems}


def test_a_whole_record_opens_without_a_problem() -> None:
    """All events in order, and the attested head met."""
    log = open_log(LOCK_ID, ENTRIES, OPENER, head=HEAD)
    assert [opened.event.seq for opened in log.events] == list(range(300))
    assert not log.problems
    assert log.progress[3] == Progress(100, 300, HEAD.tag, HEAD.tag)


def test_a_courier_sees_segments_of_one_size_with_lock_and_number_alone() -> None:
    """F.3: 4,096 bytes each, and nothing of the entries in clear."""
    packed = pack(LOCK_ID, ENTRIES, SteadySealer(PUBLIC, "s"), first=5)
    assert {len(segment) for segment in packed} == {limits.SEGMENT_BYTES}
    assert [segments.segment_name(segment) for segment in packed] == [(LOCK_ID, 5 + n) for n in range(len(packed))]
    for segment in packed:
        assert not any(entry.sealed in segment for entry in ENTRIES if isinstance(entry, SealedRecord))
    assert [entry for segment in packed for entry in open_segment(segment, OPENER)[2]] == ENTRIES


def test_one_event_and_a_full_segment_look_alike() -> None:
    """Padding hides how much happened."""
    (one,) = pack(LOCK_ID, ENTRIES[:2], SteadySealer(PUBLIC, "a"))
    (more,) = pack(LOCK_ID, ENTRIES[:70], SteadySealer(PUBLIC, "b"))
    assert len(one) == len(more) == limits.SEGMENT_BYTES
    assert pack(LOCK_ID, [], SteadySealer(PUBLIC, "c")) == []


@given(st.randoms(use_true_random=False))
@settings(max_examples=15)
def test_order_overlap_and_repeats_change_nothing(chance: random.Random) -> None:
    """Invariant 59."""
    mixed = ENTRIES + chance.sample(ENTRIES, 120)
    chance.shuffle(mixed)
    log = open_log(LOCK_ID, mixed, OPENER, head=HEAD)
    assert [opened.event.seq for opened in log.events] == list(range(300))
    assert not log.problems


@pytest.mark.rule("HISTORY-2")
@given(st.integers(0, len(ENTRIES) - 1))
@settings(max_examples=60)
def test_a_missing_piece_is_always_seen(at: int) -> None:
    """Every missing number is a hole, a tail or a lost header, and what stands behind it in its log epoch waits (invariant 57)."""
    log = open_log(LOCK_ID, ENTRIES[:at] + ENTRIES[at + 1 :], OPENER, head=HEAD)
    assert log.problems
    missing = ENTRIES[at]
    if isinstance(missing, SealedRecord) and missing.i < 99:
        seq = (missing.logepoch - 1) * 100 + missing.i
        assert [(p.first, p.last) for p in log.problems if p.trouble == Trouble.GAP] == [(seq, seq)]
        end = missing.logepoch * 100
        assert [o.event.seq for o in log.events] == [s for s in range(300) if s < seq or s >= end]
        assert log.progress[missing.logepoch].i == missing.i


@given(st.integers(1, len(ENTRIES) - 1))
@settings(max_examples=40)
def test_a_cut_tail_is_seen_against_the_attested_head(at: int) -> None:
    """Invariant 62."""
    assert {Trouble.TAIL} & troubles(ENTRIES[:at])
    assert troubles(ENTRIES, replace(HEAD, seqnext=301)) == {Trouble.TAIL}
    assert troubles(ENTRIES, replace(HEAD, tag=bytes(16))) == {Trouble.FORK}


@given(st.integers(0, 299), st.integers(0, 30), st.integers(1, 255))
@settings(max_examples=60)
def test_a_changed_byte_is_always_seen(seq: int, at: int, flip: int) -> None:
    """Invariant 57: the seal of a record covers its place and the one before."""
    index = seq + 1 + seq // 100
    entry = ENTRIES[index]
    assert isinstance(entry, SealedRecord)
    data = bytearray(entry.sealed)
    data[at % len(data)] ^= flip
    changed = [*ENTRIES[:index], replace(entry, sealed=bytes(data)), *ENTRIES[index + 1 :]]
    assert Trouble.MAC in troubles(changed)


@given(st.integers(0, 299), st.integers(0, 299))
@settings(max_examples=40)
def test_records_in_each_others_place_are_seen(one: int, other: int) -> None:
    """A swap of sealed bytes fails on both seals."""
    places = [seq + 1 + seq // 100 for seq in (one, other)]
    first, second = ENTRIES[places[0]], ENTRIES[places[1]]
    assert isinstance(first, SealedRecord) and isinstance(second, SealedRecord)
    if one == other:
        return
    changed = list(ENTRIES)
    changed[places[0]], changed[places[1]] = replace(first, sealed=second.sealed), replace(second, sealed=first.sealed)
    assert Trouble.MAC in troubles(changed)


def test_a_second_story_for_the_same_place_is_a_fork() -> None:
    """Invariant 59: record and header."""
    record, header = ENTRIES[1], ENTRIES[0]
    assert isinstance(record, SealedRecord) and isinstance(header, SealedHeader)
    assert Trouble.FORK in troubles([*ENTRIES, replace(record, sealed=bytes(40))])
    assert Trouble.FORK in troubles([*ENTRIES, replace(header, envelope=bytes(80))])


def test_uploads_may_come_in_parts_and_go_on_where_the_last_ended() -> None:
    """The header is needed each time, known progress carries the chain; older copies come back as repeats."""
    first = open_log(LOCK_ID, ENTRIES[:61], OPENER)
    assert first.progress[1].i == 60
    second = open_log(LOCK_ID, [ENTRIES[0], *ENTRIES[50:]], OPENER, known=first.progress, head=HEAD)
    assert [opened.event.seq for opened in second.events] == list(range(60, 300))
    assert not second.problems
    copies = {(opened.logepoch, opened.i): opened.digest for opened in first.events}
    assert second.repeats and all(copies[(epoch, i)] == digest for epoch, i, digest in second.repeats)


def test_a_hole_is_filled_later() -> None:
    """Progress waits at the hole, so the missing record is taken when it comes."""
    first = open_log(LOCK_ID, ENTRIES[:40] + ENTRIES[45:101], OPENER)
    assert first.progress[1].i == 39
    whole = open_log(LOCK_ID, ENTRIES[:101], OPENER, known=first.progress)
    assert whole.progress[1].i == 100 and not whole.problems


@pytest.mark.rule("LOCK-8")
def test_what_the_lock_dropped_is_a_declared_gap() -> None:
    """F.2: the record behind the hole names the tag it was chained to, LOSS covers the numbers, and reading goes on."""
    behind = ENTRIES[12]
    assert isinstance(behind, SealedRecord)
    kept: list[Entry] = [*ENTRIES[:6], replace(behind, prevtag=tag_of(11)), *ENTRIES[13:]]
    log = open_log(LOCK_ID, kept, OPENER, head=HEAD)
    assert [(p.trouble, p.first, p.last) for p in log.problems] == [(Trouble.GAP, 5, 10)]
    assert [opened.event.seq for opened in log.events] == [*range(5), *range(11, 300)]
    assert log.progress[1].i == 100
    told = loss(299, 5, 10, 6)
    seen = [opened.event.seq for opened in log.events]
    assert gaps(seen, [told], 0, 300) == [(5, 10, True)]
    assert gaps([s for s in seen if s != 200], [told], 0, 300) == [(5, 10, True), (200, 200, False)]


def loss(seq: int, first: int, last: int, count: int, reason: LossReason = LossReason.OVERFLOW) -> Event:
    return Event(seq=seq, t=NOW, tq=TrustedTime.GOOD, kind=Kind.LOSS, loss=Loss(first, last, count, reason))


@pytest.mark.rule("LOCK-8", "HISTORY-2")
def test_a_loss_covers_no_more_numbers_than_it_counts() -> None:
    """What a courier keeps back inside a declared range is not taken for lost, so it is not acknowledged away (invariants 57 and 58)."""
    assert gaps([0, 1, 5, 6, 9], [loss(9, 2, 8, 5)], 0, 10) == [(2, 4, True), (7, 8, True)]
    assert gaps([0, 1, 6, 9], [loss(9, 2, 8, 5)], 0, 10) == [(2, 5, False), (7, 8, False)]
    both = [loss(8, 1, 4, 2), loss(9, 3, 7, 3)]
    assert gaps([0, 2, 8, 9], both, 0, 10) == [(1, 1, False), (3, 7, False)], "ranges that meet are weighed together"
    assert gaps([0, 2, 6, 8, 9], both, 0, 10) == [(1, 1, True), (3, 5, True), (7, 7, True)]


@pytest.mark.rule("LOCK-8", "HISTORY-2")
def test_a_number_is_declared_only_where_the_lock_is_seen_to_hold_nothing() -> None:
    """A LOSS also counts what had arrived before it went: of what a courier keeps back beside it, no more may pass as lost (invariant 58)."""
    odd_withheld = [*range(0, 20, 2), 20]
    told = [loss(20, 0, 19, 10)]
    assert gaps(odd_withheld, told, 0, 21) == [(n, n, True) for n in range(1, 20, 2)], "the LOSS alone would pass them"
    assert gaps(odd_withheld, told, 0, 21, []) == [(n, n, False) for n in range(1, 20, 2)]
    assert gaps(odd_withheld, told, 0, 21, [(3, 3), (0, 1)]) == [(1, 1, True), (3, 3, True), *((n, n, False) for n in range(5, 20, 2))]
    assert gaps([0, 9, 10], [loss(10, 1, 8, 8)], 0, 11, [(3, 4), (4, 6)]) == [(1, 2, False), (3, 6, True), (7, 8, False)]


@given(parts=st.sets(st.integers(0, 299), min_size=1, max_size=299))
def test_every_hole_has_its_two_ends_in_one_segment(parts: set[int]) -> None:
    """Whatever the lock dropped, its segments show it without another one's help, and none of them shows more."""
    numbers = {(record.logepoch, record.i): seq for seq, record in enumerate(one for one in ENTRIES if isinstance(one, SealedRecord))}
    kept = [one for one in ENTRIES if isinstance(one, SealedHeader) or numbers[one.logepoch, one.i] in parts]
    held = [replace(one, prevtag=bytes(16)) if alone(one, numbers, parts) else one for one in kept]
    shown = [pair for number, body in enumerate(segments.bodies(held)) for pair in segments.neighbours(number, body)]
    ends = {(-1 if one is None else numbers[one.logepoch, one.i], numbers[other.logepoch, other.i]) for one, other in shown}
    wanted = list(pairwise([-1, *sorted(parts)]))
    assert {(before, after) for before, after in wanted if after - before > 1} <= ends <= set(wanted)


def alone(entry: Entry, numbers: dict[tuple[int, int], int], parts: set[int]) -> bool:
    return isinstance(entry, SealedRecord) and entry.i > 0 and numbers[entry.logepoch, entry.i] - 1 not in parts


def test_a_loss_that_sums_up_stands_for_all_before_it() -> None:
    """Theirs are counted in it; what was lost later counts beside it."""
    told = [loss(3, 1, 2, 2), loss(20, 0, 19, 18, reason=LossReason.SINCE_START), loss(30, 21, 25, 5)]
    assert gaps([0, 7, 20, *range(26, 31)], told, 0, 31) == [(1, 6, True), (8, 19, True), (21, 25, True)]
    assert gaps([7, 20, *range(26, 31)], told, 0, 31)[0] == (0, 6, False)


def test_a_log_epoch_that_a_courier_invented_does_not_fit_the_chain() -> None:
    """HPKE has no sender: with a seed of his own he can write anything, but not after the lock's last tag nor before its head."""
    sealer = SteadySealer(PUBLIC, "forger")
    for prevtag, trouble in ((bytes(16), Trouble.FORK), (HEAD.tag, None)):
        writer, header = start_epoch(EpochStart(LOCK_ID, 4, 300, prevtag), steady("forged"), sealer)
        writer, record = writer.seal_next(Event(seq=300, t=NOW, tq=TrustedTime.GOOD, kind=Kind.ENTRY, subj=8))
        log = open_log(LOCK_ID, [*ENTRIES, header, record], OPENER, head=HEAD)
        assert [p.trouble for p in log.problems] == ([trouble] if trouble else [])
        assert log.attested == 300
    known = open_log(LOCK_ID, ENTRIES, OPENER, head=HEAD).progress
    later = open_log(LOCK_ID, [header, record], OPENER, known=known, head=LogHead(4, 301, steady("true tag", 16)))
    assert {p.trouble for p in later.problems} == {Trouble.FORK} and later.attested == 0


def test_a_record_shaped_to_end_in_an_attested_tag_is_not_taken_for_it() -> None:
    """AES-GCM commits to no key: a forger's own record under a forger's own seed may end in any 16 bytes, and is nobody's word (invariant 57)."""
    header = ENTRIES[202]
    assert isinstance(header, SealedHeader)
    writer, forged = start_epoch(EpochStart(LOCK_ID, 3, 200, header.prevtag), steady("forger's"), SteadySealer(PUBLIC, "forger"))
    entries: list[Entry] = [*ENTRIES[:202], forged]
    for seq in range(200, 299):
        writer, record = writer.seal_next(Event(seq=seq, t=NOW + seq, tq=TrustedTime.GOOD, kind=Kind.ENTRY, subj=9))
        entries.append(record)
    last = Event(seq=299, t=NOW, tq=TrustedTime.GOOD, kind=Kind.ENTRY, subj=70_000)
    record = shaped(writer, last, HEAD.tag)
    assert record.sealed.endswith(HEAD.tag)
    log = open_log(LOCK_ID, [*entries, record], OPENER, head=HEAD)
    assert [opened.event.seq for opened in log.events] == list(range(300)), "it opens, as anything does that was sealed to the service"
    assert log.attested == 0
    assert {problem.trouble for problem in log.problems} == {Trouble.FORK}
    bridged = SealedRecord(3, 99, record.sealed, prevtag=tag_of(300))
    assert open_log(LOCK_ID, [*ENTRIES[:202], forged, bridged], OPENER, head=HEAD).attested == 0


def test_segments_of_another_lock_number_or_length_open_nothing() -> None:
    """Bound into the seal, and bounded before."""
    (segment,) = pack(LOCK_ID, ENTRIES[:20], SteadySealer(PUBLIC, "s"))
    for changed in (bytes(8) + segment[8:], segment[:8] + b"\0\0\0\x01" + segment[12:], segment[:-1] + bytes((segment[-1] ^ 1,))):
        with pytest.raises(NotForUs):
            open_segment(changed, OPENER)
    for odd in (segment[:-1], segment + b"\0", b""):
        with pytest.raises(Malformed):
            open_segment(odd, OPENER)
    with pytest.raises(Malformed):
        segments.seal_segment(LOCK_ID, 0, ENTRIES, SteadySealer(PUBLIC, "s"))


@given(st.binary(max_size=100))
@settings(max_examples=40)
def test_nothing_that_is_sealed_to_the_service_crashes_it(body: bytes) -> None:
    """Anybody may seal to the service's key: fuzz of what is inside."""
    data = (len(body).to_bytes(2, "big") + body).ljust(segments.BODY_BYTES, b"\0")
    sealed = LOCK_ID + bytes(4) + SteadySealer(PUBLIC, "f").seal(data, segments.segment_info(LOCK_ID, 0))
    try:
        _, _, entries = open_segment(sealed, OPENER)
    except Malformed:
        return
    open_log(LOCK_ID, entries, OPENER)


def test_invented_headers_and_records_are_problems_not_crashes() -> None:
    """A header for another key, records beyond an epoch's end, an epoch without a header."""
    stray = SealedRecord(9, 300, bytes(40))
    assert troubles([SealedHeader(1, bytes(16), bytes(80)), *ENTRIES[1:5]], None) == {Trouble.HEADER}
    assert troubles([stray], None) == {Trouble.HEADER}
    assert Trouble.MAC in troubles([ENTRIES[0], replace(stray, logepoch=1)], None)
