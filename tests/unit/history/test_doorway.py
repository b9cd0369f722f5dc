"""Doors left open and forced, told to whoever looks after the building."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps

from limen.history import queries as history
from limen.history.models import Alarm, Told
from limen.notices.models import Notice
from limen.storage import outbox
from limen.web.events import lines
from limen.wire.events import Kind, Method, Result
from tests.unit.history.conftest import Archive

WATCHED = (Kind.DOOR_AJAR, Kind.DOOR_FORCED)


def note(archive: Archive, kind: Kind, result: Result = Result.NOTED, *, ago: timedelta = timedelta()) -> None:
    at = archive.house.now - ago
    archive.lock("Package Room").note(t=int(at.timestamp()), kind=kind, method=Method.NONE, result=result)


def told(archive: Archive) -> list[tuple[str, str]]:
    """Who has been told what so far."""
    outbox.settle(archive.house.now)
    names = {person: name for name, person in archive.house.people.items()}
    return sorted((names[n.person_id], n.kind) for n in Notice.objects.filter(kind__in=("door_ajar", "door_forced")))


@pytest.mark.rule("LOCK-17", "LOCK-18")
def test_managers_and_security_are_told_of_a_door_left_open_or_forced(archive: Archive) -> None:
    """Each once, nobody who lives there, and the same record brought again tells nothing."""
    note(archive, Kind.DOOR_AJAR)
    note(archive, Kind.DOOR_AJAR, Result.DONE)
    note(archive, Kind.DOOR_FORCED)
    archive.carry("Package Room")
    expected = [("Ana", "door_ajar"), ("Ana", "door_forced"), ("Sofia", "door_ajar"), ("Sofia", "door_forced")]
    assert told(archive) == expected
    archive.carry("Package Room")
    assert told(archive) == expected
    assert history.record_health(archive.house.doors["Package Room"], archive.house.now).alarms == 0  # the record is in order


@pytest.mark.rule("LOCK-18")
def test_a_door_that_chatters_is_told_once_an_hour(archive: Archive) -> None:
    """Ten records in ten minutes are one notice for each; an hour later it is news again."""
    for _ in range(10):
        archive.house.later(minutes=1)
        note(archive, Kind.DOOR_FORCED)
        archive.carry("Package Room")
    assert told(archive) == [("Ana", "door_forced"), ("Sofia", "door_forced")]
    archive.house.later(hours=2)
    note(archive, Kind.DOOR_FORCED)
    archive.carry("Package Room")
    assert len(told(archive)) == 4


@pytest.mark.rule("LOCK-18")
def test_what_nobody_was_told_silences_nothing(archive: Archive) -> None:
    """Neither an old record that comes in late nor one of the quiet hour keeps the next real one quiet."""
    note(archive, Kind.DOOR_FORCED, ago=timedelta(hours=2))
    archive.carry("Package Room")
    for _ in range(4):
        note(archive, Kind.DOOR_FORCED)
        archive.carry("Package Room")
        archive.house.later(minutes=31)
    assert told(archive) == sorted([("Ana", "door_forced"), ("Sofia", "door_forced")] * 2)


def test_notices_kept_among_the_alarms_move_away(archive: Archive) -> None:
    """An installation from before has them there; afterwards its alarms speak of records only, and nothing is told a second time."""
    note(archive, Kind.DOOR_FORCED)
    archive.carry("Package Room")
    row = Told.objects.get()
    Alarm.objects.create(record=row.record, kind=row.kind, logepoch=row.logepoch, i=row.i, at=row.at)
    Alarm.objects.create(record=row.record, kind="fork", logepoch=row.logepoch, i=row.i, at=row.at)
    row.delete()
    import_module("limen.history.migrations.0005_told").move(apps, None)
    assert [alarm.kind for alarm in Alarm.objects.all()] == ["fork"]
    archive.carry("Package Room")
    assert told(archive) == [("Ana", "door_forced"), ("Sofia", "door_forced")]


def test_what_comes_late_is_history_and_no_notice(archive: Archive) -> None:
    """A courier who was two hours on the way alarms nobody; the door's history has it."""
    note(archive, Kind.DOOR_FORCED, ago=timedelta(hours=2))
    archive.carry("Package Room")
    assert told(archive) == []
    page = archive.looked("Ana", "Package Room")
    zone = archive.house.now.tzinfo
    assert zone is not None
    assert [line.sentence for line in lines(page, {}, zone, archive.house.now)] == [  # type: ignore[arg-type]
        "The door was forced open: its lock let nobody through"
    ]


@pytest.mark.rule("LOCK-17", "LOCK-18", "HISTORY-1")
def test_at_the_door_of_a_home_the_household_is_told_and_no_staff(archive: Archive) -> None:
    """When somebody at home leaves their door open is nothing that managers or security may learn (visibility table, unit, unknown)."""
    at = int(archive.house.now.timestamp())
    for kind in WATCHED:
        archive.lock("Unit 4B").note(t=at, kind=kind, method=Method.NONE, result=Result.NOTED)
    archive.carry("Unit 4B")
    assert told(archive) == [("Dana", "door_ajar"), ("Dana", "door_forced"), ("Theo", "door_ajar"), ("Theo", "door_forced")]
    assert set(Notice.objects.filter(kind__in=("door_ajar", "door_forced")).values_list("link", flat=True)) == {"/home/history"}
