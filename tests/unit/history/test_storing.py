"""What is kept of an event, for whom, and until when."""

from datetime import timedelta

import pytest

from limen.history import queries as history
from limen.history import sealed
from limen.history.models import Event, Record
from limen.people import services as people
from limen.storage import kms
from limen.storage.transactions import unit_of_work
from limen.wire.events import ClockSet, Kind, Method, TempRef
from limen.wire.receipts import TrustedTime
from tests.unit.fleet.house import ANA
from tests.unit.history.conftest import Archive


@pytest.mark.rule("CODE-7")
def test_an_opening_by_a_temporary_code_is_its_givers(archive: Archive) -> None:
    """The lock wrote which issue it was; the household learns that Dana's code opened, only Dana what she called it."""
    from limen.credentials import services as codes
    from limen.credentials.models import TemporaryCode

    with unit_of_work():
        made = codes.make_temporary(
            door_id=archive.house.doors["Unit 4B"],
            kind="daily",
            by_person=archive.house.people["Dana"],
            label="Flowers",
            now=archive.house.now,
        )
    row = TemporaryCode.objects.get(id=made.id)
    archive.entry("Unit 4B", None, method=Method.TEMPORARY_CODE, ref=TempRef(row.cls, row.bucket, row.idx))
    archive.carry("Unit 4B")
    (event,) = archive.visits("Dana", "Unit 4B").events
    assert (event.subject, event.host_id, event.label, event.credential) == (
        "guest",
        archive.house.people["Dana"],
        "Flowers",
        "temporary_code",
    )
    assert archive.visits("Theo", "Unit 4B").events[0].label == ""
    assert archive.looked("Ana", "Unit 4B").events == ()


@pytest.mark.rule("HISTORY-3")
@pytest.mark.rule("PRIVACY-1")
def test_what_is_past_its_deadline_is_dropped_and_counted(archive: Archive) -> None:
    """Two years after it happened nobody may see it any more: not stored, counted, acknowledged all the same (R98)."""
    archive.entry("Package Room", "Dana")
    archive.house.later(days=731)
    (taken,) = archive.carry("Package Room")
    assert (taken.stored, taken.dropped) == (0, 1)
    assert archive.mine("Dana").events == ()
    assert history.record_health(archive.house.doors["Package Room"], archive.house.now).dropped_late == 1
    assert Record.objects.get(door_id=archive.house.doors["Package Room"]).acknowledged_seq == 0


def test_a_destroyed_day_cannot_come_back(archive: Archive) -> None:
    """Once the key of a day is gone, a record of that day that comes late is dropped, never kept under a new key."""
    archive.entry("Package Room", "Dana", t=archive.house.now)
    kms.make_keys([f"day:{archive.house.property_id}:2026-11-21"])
    kms.destroy(f"day:{archive.house.property_id}:2026-11-21", now=archive.house.now)
    (taken,) = archive.carry("Package Room")
    assert taken.dropped == 1
    assert archive.mine("Dana").events == ()


@pytest.mark.rule("HISTORY-2")
def test_a_lost_clock_is_corrected_when_the_time_came(archive: Archive) -> None:
    """What was written without time is moved when the lock learned how far it was off."""
    wrong = archive.house.now - timedelta(days=200)
    lock = archive.lock("Package Room")
    lock.note(t=int(wrong.timestamp()), tq=TrustedTime.LOST, kind=Kind.BOOT)
    archive.entry("Package Room", "Dana", t=wrong + timedelta(minutes=3), tq=TrustedTime.LOST)
    said = int(wrong.timestamp()) + 600
    lock.note(t=said, kind=Kind.CLOCK_SET, clock=ClockSet(said, int(archive.house.now.timestamp()), 20))
    archive.carry("Package Room")
    (event,) = archive.mine("Dana").events
    assert event.at == archive.house.now - timedelta(minutes=7)
    assert event.uncertainty_s == 20


@pytest.mark.rule("HISTORY-3")
def test_a_late_event_stands_where_it_happened(archive: Archive) -> None:
    """Brought a month later it is placed at its own time, and says when it arrived."""
    happened = archive.house.now
    archive.entry("Package Room", "Dana")
    arrived = archive.house.later(days=30)
    archive.carry("Package Room")
    (event,) = archive.mine("Dana").events
    assert (event.at, event.arrived_at) == (happened, arrived)


def forget(archive: Archive, *names: str) -> None:
    for name in names:
        with unit_of_work():
            people.forget(person_id=archive.house.people[name], by=ANA, now=archive.house.now)


def bodies(archive: Archive, door: str) -> list[tuple[str, str | None, str | None]]:
    """Of each kept event of a door: whose kind, which person, which host."""
    rows = Event.objects.filter(door_id=archive.house.doors[door], body__isnull=False).order_by("seq")
    found = [sealed.unseal(row.id, sealed.day_key(row.property_id, row.day), bytes(row.body)) for row in rows if row.day and row.body]
    return [(body.subject, body.person, body.host) for body in found if body is not None]


@pytest.mark.rule("PRIVACY-3", "PRIVACY-6", "HISTORY-3")
def test_what_comes_late_of_somebody_who_was_deleted_names_them_nowhere(archive: Archive) -> None:
    """At her own door Dana's comings are dropped; a guest who was deleted is a guest of the house; at a shared door nobody is named."""
    dana, gus = archive.house.people["Dana"], archive.house.people["Gus"]
    for door, name in (("Unit 4B", "Dana"), ("Unit 4B", "Ines"), ("Unit 4B", "Gus"), ("Package Room", "Dana"), ("Package Room", "Gus")):
        archive.entry(door, name)
    forget(archive, "Dana", "Ines")
    for door in ("Unit 4B", "Package Room"):
        archive.carry(door)
    assert bodies(archive, "Unit 4B") == [("guest", None, None), ("vendor", str(gus), None)]
    assert bodies(archive, "Package Room") == [("resident", None, None), ("vendor", str(gus), None)]
    assert str(dana) not in str(bodies(archive, "Package Room"))
    assert Record.objects.get(door_id=archive.house.doors["Unit 4B"]).dropped == 1
    assert archive.looked("Ana", "Unit 4B").gaps == (), "what was dropped is no hole, and the lock may forget it"


@pytest.mark.rule("PRIVACY-3")
def test_what_a_deleted_worker_did_at_a_home_stays_theirs(archive: Archive) -> None:
    """Nobody erases the proof that they were in somebody's home; at a shared door they are named no more."""
    gus = archive.house.people["Gus"]
    for door in ("Unit 4B", "Package Room"):
        archive.entry(door, "Gus")
    forget(archive, "Gus")
    for door in ("Unit 4B", "Package Room"):
        archive.carry(door)
    assert bodies(archive, "Unit 4B") == [("vendor", str(gus), None)]
    assert bodies(archive, "Package Room") == [("vendor", None, None)]


@pytest.mark.rule("PRIVACY-3")
def test_a_code_that_a_deleted_person_gave_names_no_giver(archive: Archive) -> None:
    """Somebody came by a code of this home; whose it was is not kept, nor what it was called."""
    from limen.credentials import services as codes
    from limen.credentials.models import TemporaryCode

    with unit_of_work():
        made = codes.make_temporary(
            door_id=archive.house.doors["Unit 4B"],
            kind="daily",
            by_person=archive.house.people["Dana"],
            label="Flowers",
            now=archive.house.now,
        )
    row = TemporaryCode.objects.get(id=made.id)
    archive.entry("Unit 4B", None, method=Method.TEMPORARY_CODE, ref=TempRef(row.cls, row.bucket, row.idx))
    forget(archive, "Dana")
    archive.carry("Unit 4B")
    assert bodies(archive, "Unit 4B") == [("guest", None, None)]
    assert [event.label for event in archive.visits("Theo", "Unit 4B").events] == [""]


@pytest.mark.rule("PRIVACY-3", "PRIVACY-8")
def test_ones_own_comings_home_are_unreadable_at_once_and_those_of_the_others_are_not(archive: Archive) -> None:
    """Their key is destroyed with the person's; Theo and the plumber keep theirs."""
    for name in ("Dana", "Theo", "Gus"):
        archive.entry("Unit 4B", name)
    archive.carry("Unit 4B")
    assert len(bodies(archive, "Unit 4B")) == 3
    forget(archive, "Dana")
    assert [person for _, person, _ in bodies(archive, "Unit 4B")] == [str(archive.house.people[name]) for name in ("Theo", "Gus")]
