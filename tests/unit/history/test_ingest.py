"""Records arrive late, twice, out of order, with holes; each is stored once, and what is missing is said."""

import itertools
from collections import Counter
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from limen.fleet import queries as fleet
from limen.history import queries as history
from limen.history.models import Alarm, Event, Gap, Neighbours, Record, Waiting
from limen.storage import kms
from limen.storage.transactions import unit_of_work
from limen.wire import hpke, ratchet, segments
from limen.wire.envelope import RoleKeys, Typ
from limen.wire.events import Kind, Loss, Method, TempRef
from limen.wire.logacks import open_log_ack
from tests.unit.fleet.tiny_lock import TinyLock
from tests.unit.history.conftest import Archive

MANY = 300  # three segments


def fill(archive: Archive, door: str = "Package Room", count: int = MANY, attested_at: int | None = None) -> None:
    number = archive.number(door, "Dana")
    for index in range(count):
        if index == attested_at:
            archive.attest(door)
        if index == count // 2:
            archive.lock(door).start_log(2)
        archive.house.later(minutes=1)
        archive.lock(door).note(t=int(archive.house.now.timestamp()), kind=Kind.ENTRY, method=Method.CODE, subj=number)


@pytest.mark.rule("HISTORY-2")
def test_each_record_is_stored_once_whatever_the_order(archive: Archive) -> None:
    """Backwards, twice, overlapping: the same set, no gap, everything acknowledged (invariant 59)."""
    fill(archive)
    pieces = archive.lock("Package Room").segments()
    assert len(pieces) >= 3
    for data in [*reversed(pieces), *pieces]:
        archive.take("Package Room", data)
    archive.attest("Package Room")
    for data in archive.lock("Package Room").segments():
        archive.take("Package Room", data)
    assert Event.objects.count() == MANY
    assert not Waiting.objects.exists()
    assert Gap.objects.count() == 0
    assert archive.take("Package Room", pieces[0]).status == "known"


def test_a_segment_that_came_before_costs_the_same_however_much_it_holds(archive: Archive) -> None:
    """Another phone brings the same records: the questions asked do not grow with them, and nothing of them waits or is stored again."""

    lock, number = archive.lock("Package Room"), archive.number("Package Room", "Dana")

    def reads_of_a_second_copy(count: int) -> int:
        for _ in range(count):
            lock.note(t=int(archive.house.later(minutes=1).timestamp()), kind=Kind.ENTRY, method=Method.CODE, subj=number)
        archive.carry("Package Room")
        stored = Event.objects.count()
        (again,) = lock.segments()
        with CaptureQueriesContext(connection) as asked:
            assert archive.take("Package Room", again).status == "taken"
        assert (Event.objects.count(), Waiting.objects.count()) == (stored, 0)
        return len(asked)

    assert reads_of_a_second_copy(4) == reads_of_a_second_copy(40)


def test_what_waits_for_a_receipt_is_weighed_in_a_fixed_number_of_questions_to_each_table(archive: Archive) -> None:
    """However many log epochs a segment brings: their headers, the receipts' heads and the record itself are read once."""

    lock, number = archive.lock("Package Room"), archive.number("Package Room", "Dana")

    boots = itertools.count(2)

    def questions(epochs: int) -> Counter[str]:
        for _ in range(epochs):
            lock.start_log(next(boots))
            lock.note(t=int(archive.house.later(minutes=1).timestamp()), kind=Kind.ENTRY, method=Method.CODE, subj=number)
        (piece,) = lock.segments()
        with CaptureQueriesContext(connection) as asked:
            assert archive.take("Package Room", piece).stored == 0
        archive.attest("Package Room")
        tables = ("history_record", "history_head", "fleet_device")
        return Counter(
            table for said in asked for table in tables if f' FROM "{table}"' in said["sql"] and said["sql"].startswith("SELECT")
        )

    questions(1)  # which makes the record
    assert questions(2) == questions(8) == {"history_record": 1, "history_head": 1, "fleet_device": 1}


@pytest.mark.rule("HISTORY-2")
def test_a_dropped_piece_is_a_gap_until_it_comes(archive: Archive) -> None:
    """The hole is said as "not carried yet"; nothing behind it is acknowledged, so the lock keeps it and the next courier brings it."""
    fill(archive, attested_at=40)
    pieces = archive.lock("Package Room").segments()
    for data in [pieces[0], *pieces[2:]]:
        archive.take("Package Room", data)
    archive.attest("Package Room")
    first = acknowledged(archive)
    assert first is not None
    archive.entry("Package Room", "Theo")
    archive.take("Package Room", archive.lock("Package Room").segments()[-1])
    (gap,) = archive.looked("Ana", "Package Room").gaps
    assert gap.kind == "not_carried" and gap.count > 0
    assert acknowledged(archive) == first
    archive.carry("Package Room")
    assert archive.looked("Ana", "Package Room").gaps == ()
    assert acknowledged(archive) == MANY


def test_the_tail_that_was_attested_and_never_came_is_missing(archive: Archive) -> None:
    """The lock's receipt says how far its record goes; what a courier kept back at the end shows too (invariant 62)."""
    archive.entry("Package Room", "Dana")
    archive.carry("Package Room")
    archive.entry("Package Room", "Dana")
    archive.entry("Package Room", "Dana")
    archive.house.hand_in(archive.lock("Package Room").receipt(full=True))
    archive.entry("Package Room", "Dana")
    late = archive.lock("Package Room")
    late.start_log(2)
    archive.entry("Package Room", "Dana")
    with unit_of_work():
        from limen.history import services

        only_new = segments.pack(late.lock_id, late.written[-2:], hpke.HpkeSealer(late.ticket.klog), 1)  # type: ignore[union-attr]
        services.take_segment(lock_id=late.lock_id, data=only_new[0], now=archive.house.now)
    archive.attest("Package Room")
    (gap,) = archive.looked("Ana", "Package Room").gaps
    assert (gap.kind, gap.count) == ("not_carried", 3)


@pytest.mark.rule("LOCK-8")
def test_declared_losses_are_shown_as_known_and_acknowledged_over(archive: Archive) -> None:
    """ "3 events are missing …: the lock ran out of room" and the record goes on after them (M30)."""
    lock = archive.lock("Package Room")
    archive.entry("Package Room", "Dana")
    before = archive.house.now
    for _ in range(3):
        archive.house.later(minutes=10)
        archive.entry("Package Room", "Dana")
    assert lock.writer is not None
    first, overwritten = lock.writer.seqnext - 3, lock.writer.last
    del lock.written[-3:]
    lock.note(t=int(archive.house.now.timestamp()), kind=Kind.LOSS, loss=Loss(first, first + 2, 3))
    last = lock.written[-1]
    assert isinstance(last, ratchet.SealedRecord)
    lock.written[-1] = ratchet.SealedRecord(last.logepoch, last.i, last.sealed, overwritten)
    archive.house.later(minutes=10)
    archive.entry("Package Room", "Dana")
    archive.carry("Package Room")
    page = archive.looked("Ana", "Package Room")
    (gap,) = page.gaps
    assert (gap.kind, gap.count, gap.reason) == ("declared", 3, "overflow")
    assert (gap.after, gap.before) == (before, archive.house.now)
    assert history.record_health(archive.house.doors["Package Room"], archive.house.now).lost == 3
    assert acknowledged(archive) == lock.writer.seqnext - 1


@pytest.mark.rule("LOCK-8", "HISTORY-2")
def test_a_loss_does_not_hide_what_a_courier_keeps_back(archive: Archive) -> None:
    """Most of what went had arrived before, so the LOSS counts more than is missing; what the lock still holds is not acknowledged away (inv. 58)."""
    fill(archive, attested_at=60)
    archive.attest("Package Room")
    lock = archive.lock("Package Room")
    for number, body in enumerate([*segments.bodies(lock.written[:141]), (), *segments.bodies(lock.written[151:])]):
        if body:  # between them a courier kept back 140 to 149
            archive.take("Package Room", lock.segment(number, body))
    assert acknowledged(archive) == 139
    lose(lock, [*range(50), 149])
    lock.note(t=int(archive.house.now.timestamp()), kind=Kind.LOSS, loss=Loss(0, 149, 51))
    archive.attest("Package Room")
    archive.take("Package Room", lock.segment(9, lock.written[-1:]))
    (gap,) = archive.looked("Ana", "Package Room").gaps
    assert (gap.kind, gap.count) == ("not_carried", 10)
    assert acknowledged(archive) == 139
    for data in lock.segments():
        archive.take("Package Room", data)
    (gap,) = archive.looked("Ana", "Package Room").gaps
    assert (gap.kind, gap.count) == ("declared", 1)
    assert acknowledged(archive) == MANY
    assert not Neighbours.objects.exists(), "settled, so forgotten"


@pytest.mark.rule("LOCK-8")
def test_what_the_lock_dropped_unseen_is_settled_by_any_piece_that_spans_it(archive: Archive) -> None:
    """Nobody ever carried the first records; the piece with which the lock's ring begins shows that they are gone."""
    fill(archive)
    lock = archive.lock("Package Room")
    lose(lock, [*range(64)])
    lock.note(t=int(archive.house.now.timestamp()), kind=Kind.LOSS, loss=Loss(0, 63, 64))
    archive.attest("Package Room")
    first, *others = lock.segments()
    for data in others:
        archive.take("Package Room", data)
    assert acknowledged(archive) is None
    archive.take("Package Room", first)
    (gap,) = archive.looked("Ana", "Package Room").gaps
    assert (gap.kind, gap.count) == ("declared", 64)
    assert acknowledged(archive) == MANY


@pytest.mark.rule("LOCK-8")
def test_a_piece_that_brings_nothing_but_what_stood_side_by_side_settles_a_hole(archive: Archive) -> None:
    """All its records are known; it shows where the ring begins, and what is settled by that is acknowledged at once, not with the next record."""
    fill(archive)
    lock = archive.lock("Package Room")
    lose(lock, [*range(64)])
    lock.note(t=int(archive.house.now.timestamp()), kind=Kind.LOSS, loss=Loss(0, 63, 64))
    archive.attest("Package Room")
    first, *others = segments.bodies(lock.written)
    for number, body in enumerate([first, *others], start=1):  # cut as no first one
        archive.take("Package Room", lock.segment(number, body))
    assert acknowledged(archive) is None
    archive.take("Package Room", lock.segment(0, first))
    assert acknowledged(archive) == MANY


def lose(lock: TinyLock, places: list[int]) -> None:
    """The lock runs out of room: these records of its first log epoch go, and what stood behind them names their tags."""
    kept: list[segments.Entry] = []
    for entry in lock.written:
        if isinstance(entry, ratchet.SealedRecord) and entry.logepoch == 1:
            if entry.i in places:
                continue
            if entry.i - 1 in places:
                entry = replace(entry, prevtag=lock.tags[1, entry.i - 1])
        kept.append(entry)
    lock.written = kept


def test_another_record_under_the_same_number_is_an_alarm(archive: Archive) -> None:
    """Two different sealed records for one place are a fork: the first stays, the alarm is raised (invariant 59)."""
    archive.entry("Package Room", "Dana")
    archive.carry("Package Room")
    lock = archive.lock("Package Room")
    assert lock.ticket is not None
    record = lock.written[-1]
    assert isinstance(record, ratchet.SealedRecord)
    forged = ratchet.SealedRecord(record.logepoch, record.i, record.sealed[:-1] + bytes([record.sealed[-1] ^ 1]))
    (data,) = segments.pack(lock.lock_id, [lock.written[0], forged], hpke.HpkeSealer(lock.ticket.klog))
    archive.take("Package Room", data)
    assert list(Alarm.objects.values_list("kind", flat=True)) == ["fork"]
    assert Event.objects.count() == 1
    assert history.record_health(archive.house.doors["Package Room"], archive.house.now).alarms == 1


def test_forged_pieces_delay_nothing(archive: Archive) -> None:
    """Whoever knows the building's public key can seal nonsense: it raises an alarm, and the true record is opened all the same."""
    archive.entry("Package Room", "Dana")
    archive.entry("Package Room", "Dana")
    lock = archive.lock("Package Room")
    assert lock.ticket is not None and lock.writer is not None
    sealer = hpke.HpkeSealer(lock.ticket.klog)
    fake, header = ratchet.start_epoch(ratchet.EpochStart(lock.lock_id, 1, 0), bytes(32), sealer)
    records = [ratchet.SealedRecord(1, i, bytes(40)) for i in range(3)]
    (data,) = segments.pack(lock.lock_id, [header, *records], sealer)
    assert fake.i == 0 and archive.take("Package Room", data).stored == 0
    archive.carry("Package Room")
    assert [event.seq for event in archive.mine("Dana").events] == [1, 0]
    assert set(Alarm.objects.values_list("kind", flat=True)) == {"mac", "fork"}
    assert not Waiting.objects.exists()


def test_a_first_piece_that_was_kept_back_is_missed_and_not_acknowledged(archive: Archive) -> None:
    """Numbers begin at nought: a courier who hands in only the end does not make the lock forget the beginning (invariant 58)."""
    fill(archive)
    pieces = archive.lock("Package Room").segments()
    archive.attest("Package Room")
    for data in pieces[1:]:
        archive.take("Package Room", data)
    assert Event.objects.exists()
    assert acknowledged(archive) is None
    (gap,) = archive.looked("Ana", "Package Room").gaps
    assert (gap.kind, gap.count) == ("not_carried", MANY - Event.objects.count())


def test_a_code_nobody_was_given_is_an_alarm(archive: Archive) -> None:
    """An index that was never issued was guessed (invariant 42)."""
    archive.entry("Package Room", None, method=Method.TEMPORARY_CODE, ref=TempRef(0, 1055, 39))
    archive.carry("Package Room")
    assert list(Alarm.objects.values_list("kind", flat=True)) == ["unissued"]


def test_what_is_not_a_segment_for_us_is_refused(archive: Archive) -> None:
    """Cut, foreign, misnamed or sealed to somebody else: refused, nothing stored."""
    archive.entry("Package Room", "Dana")
    (good,) = archive.lock("Package Room").segments()
    stranger = hpke.HpkeSealer(ratchet_public())
    (foreign,) = segments.pack(archive.lock("Package Room").lock_id, archive.lock("Package Room").written, stranger)
    unknown = b"LM999999" + good[8:]
    assert archive.take("Package Room", good[:-1]).reason == "not_a_segment"
    assert archive.take("Unit 4B", good).reason == "another_lock"
    assert archive.take("Package Room", foreign).reason == "not_for_us"
    with unit_of_work():
        from limen.history import services

        assert services.take_segment(lock_id=b"LM999999", data=unknown, now=archive.house.now).reason == "not_for_us"
    assert Event.objects.count() == 0


def acknowledged(archive: Archive) -> int | None:
    """The last number that the lock may forget, and the proof that its word is signed."""
    lock = archive.lock("Package Room")
    record = Record.objects.get(door_id=archive.house.doors["Package Room"])
    data = fleet.newest_ack(lock.lock_id)
    if record.acknowledged_seq is None:
        assert data is None
        return None
    assert data is not None
    ack = open_log_ack(data, RoleKeys({Typ.LOG_ACK: (kms.public("log"),)}))
    assert ack.upto == bytes(Event.objects.get(record=record, seq=record.acknowledged_seq).tag)
    return record.acknowledged_seq


def ratchet_public() -> bytes:
    from limen.wire.session import public_of

    return public_of(bytes(31) + b"\x05")
