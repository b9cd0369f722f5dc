"""The lock that chapters are played on."""

from limen.cli.vectorbook.doors import lists
from limen.cli.vectorbook.playing import Played
from limen.cli.vectorbook.visits import known_models
from limen.lock.events import InsideHandle, KeyTurned


def test_a_case_begins_with_a_lock_that_holds_a_list_and_no_record_and_counts_from_there() -> None:
    """What it wrote at its start is carried away already."""
    played = Played.owned(known_models()["M"], lists()[1])
    assert not played.held()
    played.do(InsideHandle())
    (one,) = played.held()
    assert one.event.seq == played.first and played.told(one.event).startswith("8800")


def test_time_passes_with_every_moment_that_the_lock_asked_for() -> None:
    """A day in quarters of an hour: what is kept is kept, and the clock is a day on."""
    played = Played.owned(known_models()["M"], lists()[1])
    before = played.lock.memory.read_clock(played.at).utime
    played.wait(24 * 3_600_000)
    assert played.lock.memory.read_clock(played.at).utime == before + 24 * 3_600
    assert played.due is not None and played.at < played.due <= played.at + 15 * 60_000


def test_a_lock_as_it_comes_from_the_factory_is_nobodys_and_records_nothing() -> None:
    """Nobody to seal to."""
    played = Played.born(known_models()["M"])
    played.do(KeyTurned())
    assert played.lock.memory.held is None and not played.held()
