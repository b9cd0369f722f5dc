"""Reads beside the events themselves."""

from datetime import timedelta

from limen.history import queries as history
from limen.wire.events import Kind
from tests.unit.history.conftest import Archive


def test_the_keypads_guard_shows_in_the_doors_health_without_counts(archive: Archive) -> None:
    """Managers learn that a keypad slowed down, for a day, and nothing more (HISTORY-1)."""
    archive.lock("Unit 4B").note(t=int(archive.house.now.timestamp()), kind=Kind.GUARD)
    archive.carry("Unit 4B")
    assert history.record_health(archive.house.doors["Unit 4B"], archive.house.now).slowed_down
    assert not history.record_health(archive.house.doors["Unit 4B"], archive.house.later(days=2)).slowed_down


def test_a_door_nothing_ever_came_from_says_so(archive: Archive) -> None:
    """Never fetched is not empty (screens 1.3)."""
    health = history.record_health(archive.house.doors["Package Room"], archive.house.now)
    assert (health.last_arrival, health.gaps, health.lost, health.undeclared, health.dropped_late) == (None, 0, 0, 0, 0)
    assert archive.visits("Dana", "Unit 4B").last_arrival is None
    assert history.stored(archive.house.property_id) == 0


def test_lists_stop_at_their_limit_and_say_so(archive: Archive) -> None:
    """The newest come first."""
    for _ in range(3):
        archive.house.later(minutes=1)
        archive.entry("Package Room", "Dana")
    archive.carry("Package Room")
    page = history.mine(archive.house.people["Dana"], archive.house.now, limit=2)
    assert page.more and [event.at for event in page.events] == [archive.house.now, archive.house.now - timedelta(minutes=1)]
    assert not history.mine(archive.house.people["Dana"], archive.house.now, since=archive.house.now, limit=2).more
    assert history.stored(archive.house.property_id) == 3
