"""What stood side by side in a segment is kept until it is settled, and counts for nothing while one of the two is not believed."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from limen.history import holes
from limen.history.models import Event, Gap, LogEpoch, Neighbours, Record
from limen.wire import hpke, ratchet, segments
from limen.wire.events import Event as Said
from limen.wire.events import Kind, Loss, LossReason
from limen.wire.ratchet import SealedHeader, SealedRecord
from limen.wire.receipts import TrustedTime
from tests.unit.fleet.tiny_lock import TinyLock
from tests.unit.history.conftest import Archive
from tests.yesterday import Yesterday


@pytest.fixture
def record(archive: Archive) -> Record:
    """The Package Room's, of which 0 to 2 were carried and acknowledged; the lock then wrote 3 to 9."""
    for _ in range(3):
        archive.entry("Package Room", "Dana")
    archive.carry("Package Room")
    for _ in range(7):
        archive.entry("Package Room", "Dana")
    return Record.objects.get()


def records(archive: Archive) -> list[SealedRecord]:
    return [entry for entry in archive.lock("Package Room").written if isinstance(entry, SealedRecord)]


def side_by_side(lock: TinyLock, entry: SealedRecord) -> SealedRecord:
    return replace(entry, prevtag=lock.tags[entry.logepoch, entry.i - 1])


def test_neighbours_count_once_both_are_believed(archive: Archive, record: Record) -> None:
    """Whoever can seal to the building may write any two records next to each other; only the lock's own ones say anything."""
    lock, entries = archive.lock("Package Room"), records(archive)
    body: list[segments.Entry] = [entries[4], side_by_side(lock, entries[8])]
    holes.keep_neighbours(record, 1, body)
    assert holes.empty(record) == [(0, 2)], "what was acknowledged is settled"
    archive.carry("Package Room")
    assert not Neighbours.objects.exists(), "all of it is settled now"
    holes.keep_neighbours(record, 1, body)
    assert holes.empty(record) == [(0, 2), (5, 7)]
    forged = replace(entries[4], sealed=bytes(40))
    holes.keep_neighbours(record, 1, [forged, side_by_side(lock, entries[9])])
    assert holes.empty(record) == [(0, 2), (5, 7)]


def test_the_first_of_segment_nought_shows_that_nothing_was_before_it(archive: Archive, record: Record) -> None:
    """In any other segment the first record shows nothing."""
    entries = records(archive)
    archive.carry("Package Room")
    record.acknowledged_seq = None
    holes.keep_neighbours(record, 1, entries[6:])
    assert holes.empty(record) == []
    holes.keep_neighbours(record, 0, entries[6:])
    assert holes.empty(record) == [(0, 5)]


def test_what_is_acknowledged_over_is_forgotten_and_the_rest_is_bounded(
    archive: Archive, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neighbours are needed until the acknowledgement has passed them; of what never settles only the newest stay."""
    monkeypatch.setattr(holes, "NEIGHBOURS_MAX", 3)
    lock, entries = archive.lock("Package Room"), records(archive)
    archive.carry("Package Room")
    for entry in entries[2:]:
        holes.keep_neighbours(record, 1, [entries[0], side_by_side(lock, entry)])
        holes.keep_neighbours(record, 1, [entries[0], side_by_side(lock, entry)])
    assert Neighbours.objects.count() == 3
    record.acknowledged_seq = Event.objects.order_by("-seq").values_list("seq", flat=True)[1]
    holes.forget_settled(record)
    assert Neighbours.objects.count() == 1


# ---- where a ring begins, though no LOSS says so


@pytest.mark.rule("OPS-2", "HISTORY-2")
@pytest.mark.parametrize("door", ["Package Room", "Unit 4B"])
def test_what_the_lock_was_told_to_free_after_the_backup_is_forgotten_and_holds_nothing_up(
    own_data: Path, archive: Archive, door: str
) -> None:
    """The restored service does not know its own word. The lock's ring shows that it obeyed; from there on the record goes on as ever (inv. 58)."""
    enter(archive, door, 20)
    archive.carry(door)
    kept = Yesterday.kept(own_data / "copies", archive.house.now)
    enter(archive, door, 30)
    archive.carry(door)
    lock = archive.lock(door)
    free(lock, 49)
    lock.start_log(2)
    kept.back(archive.house.later(hours=1))
    assert record_of(archive, door).acknowledged_seq == 19
    enter(archive, door, 5)
    carry(archive, door, lock.segments())
    assert holes_of(archive, door) == [(20, 49, "forgotten")]
    assert record_of(archive, door).acknowledged_seq == 54
    enter(archive, door, 2)
    carry(archive, door, lock.segments())
    assert holes_of(archive, door) == [(20, 49, "forgotten")]
    assert record_of(archive, door).acknowledged_seq == 56


@pytest.mark.rule("OPS-2", "HISTORY-2")
def test_a_loss_that_sums_up_all_others_holds_although_it_counts_nothing_of_what_was_forgotten(own_data: Path, archive: Archive) -> None:
    """The lock counted what it had no room for. What a restore forgot lies in the same range, and is not laid to its charge."""
    door = "Package Room"
    kept = Yesterday.kept(own_data / "copies", archive.house.now)
    enter(archive, door, 30)
    archive.carry(door)
    lock = archive.lock(door)
    free(lock, 29)
    lock.start_log(2)
    kept.back(archive.house.later(hours=1))
    enter(archive, door, 20)
    dropped = [entry for entry in lock.written if isinstance(entry, SealedRecord)][5:8]
    last = side_by_side(lock, next(entry for entry in lock.written if isinstance(entry, SealedRecord) and entry.i == 8))
    lock.written = [last if isinstance(entry, SealedRecord) and entry.i == 8 else entry for entry in lock.written if entry not in dropped]
    lock.note(t=int(archive.house.now.timestamp()), kind=Kind.LOSS, loss=Loss(0, 37, 3, LossReason.SINCE_START))
    archive.carry(door)
    assert holes_of(archive, door) == [(0, 29, "forgotten"), (35, 37, "declared")]
    assert record_of(archive, door).acknowledged_seq == 50


@pytest.mark.rule("LOCK-8", "OPS-2")
def test_a_forged_beginning_moves_nothing(own_data: Path, archive: Archive) -> None:
    """A log epoch that counts only because a LOSS tells of its end may be anybody's (decision 0155): what stands first under it shows nothing."""
    door, lock = "Package Room", archive.lock("Package Room")
    kept = Yesterday.kept(own_data / "copies", archive.house.now)
    kept.back(archive.house.later(hours=1))
    enter(archive, door, 100)
    archive.attest(door)
    for epoch, count in ((2, 20), (3, 10)):
        lock.start_log(epoch)
        enter(archive, door, count)
    lock.note(t=int(archive.house.now.timestamp()), kind=Kind.LOSS, loss=Loss(100, 119, 20))
    first = [entry for entry in lock.written if isinstance(entry, SealedRecord) and entry.logepoch == 1]
    archive.take(door, lock.segment(1, [lock.written[0], *first[:60]]))
    archive.take(door, lock.segment(2, [side_by_side(lock, first[70]), *first[71:]]))
    archive.attest(door)
    archive.take(door, lock.segment(3, [first[99], *(entry for entry in lock.written if entry.logepoch == 3)]))
    assert lock.ticket is not None
    sealer = hpke.HpkeSealer(lock.ticket.klog)
    writer, forged = ratchet.start_epoch(ratchet.EpochStart(lock.lock_id, 2, 100, bytes(16)), bytes(32), sealer)
    _, record = writer.seal_next(Said(seq=100, t=int(archive.house.now.timestamp()), tq=TrustedTime.GOOD, kind=Kind.BOOT, count=1))
    archive.take(door, lock.segment(0, [forged, record]))
    assert list(LogEpoch.objects.filter(vouched=True, chained=False).values_list("logepoch", flat=True)) == [2], (
        "believed, and known as weak"
    )
    assert holes.begins(record_of(archive, door)) == 0
    assert (60, 69, "not_carried") in holes_of(archive, door)
    assert record_of(archive, door).acknowledged_seq == 59


@pytest.mark.rule("LOCK-8", "HISTORY-2")
def test_what_is_gone_without_a_word_is_an_alarm_once_no_word_can_come(archive: Archive) -> None:
    """A LOSS may be in a piece that is still to come. Where all the lock holds is here, waiting would wait for ever: it is said, and passed."""
    door = "Package Room"
    enter(archive, door, 200)
    lock = archive.lock(door)
    free(lock, 39)
    lock.note(t=int(archive.house.now.timestamp()), kind=Kind.BOOT, count=2)
    archive.attest(door)
    *pieces, last = lock.segments()
    for data in pieces:
        archive.take(door, data)
    assert {kind for _, _, kind in holes_of(archive, door)} == {"not_carried"}
    assert record_of(archive, door).acknowledged_seq is None
    archive.take(door, last)
    assert holes_of(archive, door) == [(0, 39, "undeclared")]
    assert record_of(archive, door).acknowledged_seq == 200


@pytest.mark.rule("PRIVACY-6")
def test_the_time_of_the_oldest_record_that_a_lock_holds_is_known_from_its_own_pieces(archive: Archive) -> None:
    """Not before it has let go of something, and not where that record itself may not be read: then nobody can say."""
    lock = archive.lock("Unit 4B")
    enter(archive, "Unit 4B", 3)
    carry(archive, "Unit 4B", lock.segments())
    record = record_of(archive, "Unit 4B")
    assert holes.oldest(record) is None
    free(lock, 2)
    enter(archive, "Unit 4B", 1)
    piece = lock.segments()
    archive.attest("Unit 4B")
    holes.keep_neighbours(record, 0, [entry for entry in lock.written if isinstance(entry, SealedRecord)])
    archive.take("Unit 4B", piece[0])
    holes.keep_neighbours(record, 0, [entry for entry in lock.written if isinstance(entry, SealedRecord)])
    assert holes.oldest(record) == archive.house.now
    Event.objects.filter(record=record, seq=3).update(body=None)
    assert holes.oldest(record) is None


def enter(archive: Archive, door: str, times: int) -> None:
    for _ in range(times):
        archive.house.later(minutes=1)
        archive.entry(door, "Dana")


def carry(archive: Archive, door: str, pieces: Sequence[bytes]) -> None:
    """A resident's phone: at a unit door the receipt does not tell it how far the record goes."""
    archive.house.hand_in(archive.lock(door).receipt(full=True, hidden=door.startswith("Unit")))
    for data in pieces:
        archive.take(door, data)


def free(lock: TinyLock, upto: int) -> None:
    """The lock forgets the records up to this number; what stands behind them names their last tag."""
    kept: list[segments.Entry] = []
    number = -1
    for entry in lock.written:
        if isinstance(entry, SealedHeader):
            kept.append(entry)
            continue
        number += 1
        if number == upto + 1 and entry.i:
            entry = side_by_side(lock, entry)
        if number > upto:
            kept.append(entry)
    lock.written = kept


def record_of(archive: Archive, door: str) -> Record:
    return Record.objects.get(door_id=archive.house.doors[door])


def holes_of(archive: Archive, door: str) -> list[tuple[int, int, str]]:
    return list(Gap.objects.filter(door_id=archive.house.doors[door]).order_by("first").values_list("first", "last", "kind"))
