"""Only what a verified receipt leads to is the lock's record; what others sealed to us delays, hides and replaces nothing (L-9, L-10)."""

from itertools import permutations

import pytest

from limen.history import chain
from limen.history.models import Alarm, Event, LogEpoch, Waiting
from limen.wire import hpke, ratchet, segments
from limen.wire.events import Event as SaidEvent
from limen.wire.events import Kind, Loss, Method
from limen.wire.receipts import TrustedTime
from tests.unit.fleet.tiny_lock import TinyLock
from tests.unit.history.conftest import Archive
from tests.unit.history.test_ingest import acknowledged
from tests.unit.wire.imitation import shaped


@pytest.mark.rule("SYNC-10")
@pytest.mark.parametrize("order", list(permutations(("forged", "true", "receipt"))), ids="-".join)
def test_an_invented_record_is_never_believed(archive: Archive, order: tuple[str, ...]) -> None:
    """Well sealed under a seed of the forger's own, in Dana's number, under the same log epoch: only what the lock attests is history."""
    archive.entry("Package Room", "Dana")
    archive.house.later(minutes=5)
    archive.entry("Package Room", "Theo")
    forged = invented(archive, logepoch=1, seq0=0, count=5)
    for what in order:
        if what == "receipt":
            archive.attest("Package Room")
        else:
            for data in [forged] if what == "forged" else archive.lock("Package Room").segments():
                archive.take("Package Room", data)
    assert [event.seq for event in archive.mine("Dana").events] == [0]
    assert Event.objects.count() == 2
    assert acknowledged(archive) == 1
    assert Alarm.objects.filter(kind="fork").exists()


def test_a_record_shaped_to_end_in_an_attested_tag_is_nobodys_word(archive: Archive) -> None:
    """Who read the tag in a receipt makes a seal end in it, under a seed of their own: it is not believed, and hides nothing (invariant 57)."""
    archive.entry("Package Room", "Dana")
    lock = archive.lock("Package Room")
    archive.attest("Package Room")
    assert lock.writer is not None and lock.ticket is not None
    sealer = hpke.HpkeSealer(lock.ticket.klog)
    writer, header = ratchet.start_epoch(ratchet.EpochStart(lock.lock_id, 1, 0), bytes(32), sealer)
    event = SaidEvent(
        seq=0, t=int(archive.house.now.timestamp()), tq=TrustedTime.GOOD, kind=Kind.ENTRY, subj=archive.number("Package Room", "Theo")
    )
    forged = shaped(writer, event, lock.writer.head.tag)
    (data,) = segments.pack(lock.lock_id, [header, forged], sealer)
    archive.take("Package Room", data)
    assert Event.objects.count() == 0
    archive.carry("Package Room")
    assert [event.seq for event in archive.mine("Dana").events] == [0]
    assert archive.mine("Theo").events == ()


def test_a_number_out_of_this_world_costs_nothing_and_hides_nothing(archive: Archive) -> None:
    """A forged log epoch that starts at four billion is neither counted as a gap nor acknowledged."""
    archive.take("Package Room", invented(archive, logepoch=9, seq0=2**32 - 10, count=3))
    archive.entry("Package Room", "Dana")
    archive.carry("Package Room")
    assert archive.looked("Ana", "Package Room").gaps == ()
    assert acknowledged(archive) == 0


def test_log_epochs_without_a_record_do_not_break_the_chain(archive: Archive) -> None:
    """Two starts with nothing between them, their headers never delivered: the tag that follows from them is known all the same."""
    archive.entry("Package Room", "Dana")
    lock = archive.lock("Package Room")
    for logepoch in (2, 3, 4):
        lock.start_log(logepoch)
    lock.written[1:] = [one for one in lock.written[1:] if isinstance(one, ratchet.SealedRecord)]
    assert len(lock.written) == 2
    archive.carry("Package Room")
    assert acknowledged(archive) == 0


def end_dropped(archive: Archive, who: str) -> TinyLock:
    """The lock of the package room after three entries, of which it had to drop the last and says so in its next log epoch."""
    lock = archive.lock("Package Room")
    for _ in range(3):
        archive.entry("Package Room", who)
    del lock.written[-1:]
    lock.start_log(2)
    lock.note(t=int(archive.house.now.timestamp()), kind=Kind.LOSS, loss=Loss(2, 2, 1))
    return lock


def test_an_end_that_the_lock_dropped_does_not_take_the_beginning_along(archive: Archive) -> None:
    """No tag leads on from a log epoch whose last record went; a LOSS of the lock that tells of it does, while nobody disputes the rest (L-10)."""
    end_dropped(archive, "Dana")
    archive.carry("Package Room")
    assert acknowledged(archive) == 3
    assert Event.objects.count() == 3


def test_who_forges_a_declared_end_first_is_found_out_by_the_first_true_piece(archive: Archive) -> None:
    """Where the lock dropped the end of a log epoch, a courier who keeps its beginning back can be believed in its place, until then (decision 0155)."""
    lock = end_dropped(archive, "Theo")
    begun, rest = (tuple(one for one in lock.written if one.logepoch == logepoch) for logepoch in (1, 2))
    lock.written[:] = rest
    archive.take("Package Room", invented(archive, logepoch=1, seq0=0, count=2))
    archive.carry("Package Room")
    assert {event.seq for event in archive.mine("Dana").events} == {0, 1}
    assert not Alarm.objects.exists()
    lock.written[:] = [*begun, *rest]
    for data in lock.segments():
        archive.take("Package Room", data)
    assert Alarm.objects.filter(kind="fork", logepoch=1).exists()
    assert archive.mine("Theo").events == ()


def test_what_waits_for_proof_is_bounded(archive: Archive) -> None:
    """A forger fills no table: of the claims to one log epoch the newest eight wait, and the true one finds its place among them."""
    for index in range(chain.RIVAL_HEADERS_MAX + 4):
        archive.house.later(minutes=1)
        archive.take("Package Room", invented(archive, logepoch=1, seq0=index, count=2, seed=bytes(31) + bytes([index])))
    assert LogEpoch.objects.count() == chain.RIVAL_HEADERS_MAX
    assert Waiting.objects.count() <= 2 * chain.RIVAL_HEADERS_MAX
    archive.entry("Package Room", "Dana")
    archive.carry("Package Room")
    assert [event.seq for event in archive.mine("Dana").events] == [0]
    assert LogEpoch.objects.count() == 1


def invented(archive: Archive, *, logepoch: int, seq0: int, count: int, seed: bytes = bytes(32)) -> bytes:
    """A segment somebody made up who has seen a ticket, and knows under which number Dana goes there."""
    lock = archive.lock("Package Room")
    assert lock.ticket is not None
    sealer = hpke.HpkeSealer(lock.ticket.klog)
    writer, header = ratchet.start_epoch(ratchet.EpochStart(lock.lock_id, logepoch, seq0), seed, sealer)
    entries: list[ratchet.SealedHeader | ratchet.SealedRecord] = [header]
    number = archive.number("Package Room", "Dana")
    for index in range(count):
        at = int(archive.house.now.timestamp()) - index
        event = SaidEvent(seq=seq0 + index, t=at, tq=TrustedTime.GOOD, kind=Kind.ENTRY, method=Method.APP, subj=number)
        writer, record = writer.seal_next(event)
        entries.append(record)
    (data,) = segments.pack(lock.lock_id, entries, sealer)
    return data
