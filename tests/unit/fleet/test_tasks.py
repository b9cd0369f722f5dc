"""Update tasks: raised exactly by what needs people, merged per door, ended by receipts alone."""

from datetime import datetime, timedelta

import pytest

from limen.fleet.queries import Truth, Why
from limen.kernel.periods import Weekly
from limen.places import services as places
from limen.places.views import Doorway
from limen.storage.transactions import unit_of_work
from tests.unit.fleet.house import ANA, House


@pytest.mark.rule("SYNC-3")
@pytest.mark.rule("SYNC-4")
def test_a_code_for_somebody_without_the_app_is_due_on_its_first_day(house: House) -> None:
    """Rosa has no smartphone: somebody must bring her code, on the day it starts in the building's zone."""
    group = house.group("Residents", "Package Room")
    house.activate("Package Room", "LM000001")
    house.give("Rosa", group, starts=house.now + timedelta(days=2))
    (task,) = house.tasks()
    assert task.due == datetime(2026, 11, 23).date() and not task.is_due
    house.later(days=2)
    assert house.tasks()[0].is_due


@pytest.mark.rule("SYNC-4")
def test_tasks_of_one_door_merge(house: House) -> None:
    """A code that starts on Monday and a revocation today are one task, due today, naming the later version."""
    group = house.group("Residents", "Package Room")
    grant = house.give("Dana", group)
    house.activate("Package Room", "LM000001")
    house.give("Rosa", group, starts=house.now + timedelta(days=2))
    house.revoke(grant)
    (task,) = house.tasks()
    assert task.is_due and task.version == house.state("Package Room").current
    assert {change.why for change in task.changes} == {Why.CODE_STARTED, Why.ACCESS_ENDED}


@pytest.mark.rule("SYNC-5")
def test_only_a_receipt_resolves_a_task_and_only_for_what_it_proves(house: House) -> None:
    """An older receipt leaves the task; the lock's word on the newer list ends it, whoever brought it."""
    group = house.group("Residents", "Package Room")
    dana, rosa = house.give("Dana", group), house.give("Rosa", group)
    lock = house.activate("Package Room", "LM000001")
    house.revoke(dana)
    assert lock.take(house.bundle("Package Room") or b"") == "applied"
    between = lock.receipt()
    house.revoke(rosa)
    house.hand_in(between)
    (task,) = house.tasks()
    assert [change.person_id for change in task.changes] == [house.people["Rosa"]]
    house.update("Package Room")
    assert house.tasks() == ()
    assert house.state("Package Room").truth == Truth.PROVED


def test_a_connected_door_raises_no_task(house: House) -> None:
    """A door with a network of its own is updated without anybody's help (SYNC-3, SYNC-7)."""
    house.door("Main Entrance", "entrance", connected=True)
    grant = house.give("Dana", house.group("Front", "Main Entrance"))
    house.activate("Main Entrance", "LR000001", "R")
    house.revoke(grant)
    assert house.state("Main Entrance").stale
    assert house.tasks() == ()


@pytest.mark.rule("SYNC-3", "SYNC-7")
def test_what_waits_at_a_reader_that_hears_no_more_by_itself_is_owed_by_people(house: House) -> None:
    """Its line was dead when access was taken away; from the day it is planned without one, there is a task for that, due at once."""
    door_id = house.door("Main Entrance", "entrance", connected=True)
    grant = house.give("Dana", house.group("Front", "Main Entrance"))
    lock = house.activate("Main Entrance", "LR000001", "R")
    house.revoke(grant)
    house.later(hours=30)
    assert house.tasks() == ()
    with unit_of_work():
        places.edit_door(door_id=door_id, connected=False, by=ANA, now=house.now)
    (task,) = house.tasks()
    assert task.is_due and house.people["Dana"] in {change.person_id for change in task.changes}
    house.update("Main Entrance")
    assert house.tasks() == () and lock.state is not None


@pytest.mark.rule("SYNC-3", "LOCK-16")
def test_passage_hours_that_get_fewer_are_brought_at_once(house: House) -> None:
    """A door that stands open to everybody is to stop doing so; more hours ride along."""
    gym = house.doors["Gym"]

    def open_from(*hours: list[int]) -> None:
        weekly = Weekly.of([*hours]) if hours else None
        with unit_of_work():
            places.set_doorway(door_id=gym, doorway=Doorway(weekly, None, 10), by=ANA, now=house.now)

    house.activate("Gym", "LR000009", "R")
    open_from([31, 480, 1080])
    assert house.tasks() == ()
    house.update("Gym")
    open_from([31, 480, 1140])
    house.update("Gym")
    for fewer in ([31, 480, 1020], None):
        open_from(*([fewer] if fewer else []))
        (task,) = house.tasks()
        assert task.is_due and [change.why for change in task.changes] == [Why.PASSAGE_NARROWED]
        house.update("Gym")
        assert house.tasks() == ()


@pytest.mark.rule("SYNC-4")
def test_due_ones_stand_first(house: House) -> None:
    """By day, then by how long they wait."""
    room, gym = house.group("Room", "Package Room"), house.group("Gym", "Gym")
    house.activate("Package Room", "LM000001")
    house.activate("Gym", "LM000002")
    house.give("Rosa", gym, starts=house.now + timedelta(days=3))
    house.give("Rosa", room)
    assert [(task.door_name, task.is_due) for task in house.tasks()] == [("Package Room", True), ("Gym", False)]
