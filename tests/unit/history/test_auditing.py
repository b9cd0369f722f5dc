"""The record as an auditor reads it."""

import pytest

from limen.history import queries as history
from tests.unit.history.conftest import Archive

EPOCH = 1


def test_an_auditor_sees_every_number_and_what_it_says(archive: Archive) -> None:
    """Whoever it concerns, and without a name."""
    archive.entry("Unit 4B", "Dana")
    archive.carry("Unit 4B")
    lock = archive.lock("Unit 4B").lock_id
    found = history.audited(lock, EPOCH)
    assert ("entry", "app", "granted") in found.events.values()
    assert found.undeclared == found.declared == found.marked == frozenset()
    assert history.numbers(lock, EPOCH) == found.events.keys()


@pytest.mark.django_db
def test_of_an_unknown_lock_there_is_nothing() -> None:
    """An empty record, not an error."""
    found = history.audited(bytes(8), EPOCH)
    assert (found.events, found.acknowledged, found.alarms) == ({}, None, ())
    assert history.numbers(bytes(8), EPOCH) == frozenset()
