"""What is left of somebody at a lock is known from the lock alone, and after the days of the table nothing there names them (F.6)."""

from datetime import datetime, timedelta

import pytest

from limen.access import services as access
from limen.credentials import services as codes
from limen.credentials.models import TemporaryCode
from limen.fleet import queries as fleet
from limen.fleet import remnants, services
from limen.fleet.models import Lease, ListRow, Pseudonym, Remnant
from limen.fleet.queries import Ownership
from limen.fleet.views import Why
from limen.people import services as people
from limen.storage.transactions import unit_of_work
from tests.unit.fleet.house import ANA, House

pytestmark = pytest.mark.rule("PRIVACY-6")
DATED = timedelta(days=20)


@pytest.fixture
def home(house: House) -> House:
    """Dana opens the Package Room and 4B by app, Rosa the Package Room by code until a day three weeks from now; both locks hold the list."""
    house.give("Dana", house.group("Home", "Unit 4B"))
    house.give("Dana", house.group("Shared", "Package Room"))
    house.give("Rosa", house.group("Guests", "Package Room"), standing="non-resident", ends=house.now + DATED)
    for door, serial in (("Package Room", "LM000001"), ("Unit 4B", "LM000004")):
        house.activate(door, serial)
        house.update(door)
    house.inbox("Dana")
    return house


def leave(house: House, name: str) -> None:
    """Access ends, then the person is deleted; both are ordered at once."""
    with unit_of_work():
        access.move_out(person_id=house.people[name], property_id=house.property_id, by=ANA, now=house.now)
    forget(house, name)


def forget(house: House, name: str) -> None:
    with unit_of_work():
        people.forget(person_id=house.people[name], by=ANA, now=house.now)


def states(house: House, name: str) -> dict[str, str]:
    """By door."""
    by_id = {door_id: door for door, door_id in house.doors.items()}
    return {by_id[one.door_id]: one.state for one in fleet.remnants_of(house.people[name])}


def tidy(house: House) -> int:
    with unit_of_work():
        return remnants.tidy(house.now)


def shows(house: House, door: str, oldest: datetime) -> None:
    """The lock of a door shows where its record begins."""
    with unit_of_work():
        services.note_oldest(lock_id=house.locks[door].lock_id, epoch=1, at=oldest, now=house.now)


def ownership(house: House, door: str) -> Ownership:
    return fleet.ownerships(house.locks[door].lock_id)[0]


def test_gone_is_what_a_receipt_and_the_record_show_to_be_gone(home: House) -> None:
    """A list without them, proved; then a record that begins after that. Neither alone, and in no other order."""
    assert not ownership(home, "Unit 4B").awaited
    leave(home, "Dana")
    assert states(home, "Dana") == {"Package Room": "waiting", "Unit 4B": "waiting"}
    home.later(hours=1)
    shows(home, "Unit 4B", home.now)
    assert states(home, "Dana")["Unit 4B"] == "waiting", "her code may still have opened since"
    proved_at = home.later(hours=1)
    home.update("Unit 4B")
    shows(home, "Unit 4B", proved_at)
    assert states(home, "Dana")["Unit 4B"] == "waiting" and ownership(home, "Unit 4B").awaited
    shows(home, "Unit 4B", home.later(hours=1))
    assert states(home, "Dana") == {"Package Room": "waiting", "Unit 4B": "purged"}
    assert [one.at for one in fleet.remnants_of(home.people["Dana"])] == [None, home.now]
    assert not ownership(home, "Unit 4B").awaited


@pytest.mark.rule("SYNC-3", "SYNC-5")
def test_a_code_that_ended_by_itself_goes_now_and_the_door_has_a_task(home: House) -> None:
    """It would have waited for the next change of the list; deletion is one, and a receipt ends the task."""
    home.later(days=21)
    with unit_of_work():
        services.settle(door_id=home.doors["Package Room"], now=home.now)
    assert not home.state("Package Room").stale, "what ended by itself raises no version"
    forget(home, "Rosa")
    [task] = home.tasks()
    assert [change.why for change in task.changes] == [Why.REMNANTS] and task.is_due
    assert len(home.locks["Package Room"].codes()) == 2
    home.update("Package Room")
    assert len(home.locks["Package Room"].codes()) == 1 and home.tasks() == ()
    assert Remnant.objects.get(person_id=home.people["Rosa"]).list_gone_at == home.now


def test_where_nothing_is_left_in_the_list_nobody_has_to_go(home: House) -> None:
    """The end of the access was proved before; only the record is waited for."""
    with unit_of_work():
        access.move_out(person_id=home.people["Dana"], property_id=home.property_id, by=ANA, now=home.now)
    for door in ("Package Room", "Unit 4B"):
        home.update(door)
    before = home.state("Unit 4B").current
    forget(home, "Dana")
    assert home.state("Unit 4B").current == before and home.tasks() == ()
    shows(home, "Unit 4B", home.now + timedelta(seconds=1))
    assert states(home, "Dana")["Unit 4B"] == "purged"


def test_after_thirty_days_nothing_that_the_lock_holds_names_anybody(home: House) -> None:
    """Numbers, leases, places in the list and codes she gave; not an hour sooner. The tasks stay."""
    with unit_of_work():
        codes.make_temporary(door_id=home.doors["Unit 4B"], kind="daily", by_person=home.people["Dana"], label="Flowers", now=home.now)
    leave(home, "Dana")
    dana = home.people["Dana"]
    home.later(days=29, hours=23)
    tidy(home)
    assert Pseudonym.objects.filter(person_id=dana).count() == 2
    home.later(hours=1)
    tidy(home)
    assert states(home, "Dana") == {"Package Room": "unlinked", "Unit 4B": "unlinked"}
    for table in (Pseudonym, ListRow, Lease):
        assert not table.objects.filter(person_id=dana).exists()
    assert not ListRow.objects.filter(name__contains=str(dana)).exists()
    assert not TemporaryCode.objects.filter(issuer_id=dana).exists()
    assert {task.door_id for task in home.tasks()} == {home.doors["Package Room"], home.doors["Unit 4B"]}
    for door in ("Package Room", "Unit 4B"):
        home.update(door)
    assert home.tasks() == ()
    assert tidy(home) == 0
    home.later(days=61)
    assert tidy(home) == 2 and states(home, "Dana") == {}


def test_a_worker_stays_named_at_a_home_and_nowhere_else(home: House) -> None:
    """What was done as staff at somebody's home keeps its own end, and so does the number."""
    home.person("Gus")
    home.give("Gus", home.group("Work", "Unit 4B", "Package Room"), standing="non-resident", role_kind="staff")
    leave(home, "Gus")
    home.later(days=30)
    tidy(home)
    [row] = Pseudonym.objects.filter(person_id=home.people["Gus"]).select_related("device")
    assert row.device.door_id == home.doors["Unit 4B"]


def test_whoever_can_still_open_is_not_made_nobody(home: House) -> None:
    """An opening must be somebody's: the numbers go with the access."""
    forget(home, "Dana")
    home.later(days=30)
    tidy(home)
    assert states(home, "Dana") == {"Package Room": "waiting", "Unit 4B": "waiting"}
    with unit_of_work():
        access.move_out(person_id=home.people["Dana"], property_id=home.property_id, by=ANA, now=home.now)
    tidy(home)
    assert set(states(home, "Dana").values()) == {"unlinked"}


def test_a_lock_that_has_signed_that_it_is_empty_holds_nothing_of_anybody(home: House) -> None:
    """Whether it was emptied before the deletion or after it."""
    release = {}
    for door in ("Package Room", "Unit 4B"):
        with unit_of_work():
            release[door] = services.deactivate(door_id=home.doors[door], by=ANA, now=home.now)
    home.hand_in(home.locks["Unit 4B"].wipe(release["Unit 4B"]))
    leave(home, "Dana")
    assert states(home, "Dana") == {"Package Room": "waiting", "Unit 4B": "purged"}
    home.hand_in(home.locks["Package Room"].wipe(release["Package Room"]))
    assert set(states(home, "Dana").values()) == {"purged"}


def test_to_be_forgotten_twice_is_to_be_forgotten_once(home: House) -> None:
    """The days count from the first time."""
    leave(home, "Dana")
    since = {one.since for one in fleet.remnants_of(home.people["Dana"])}
    home.later(days=3)
    with unit_of_work():
        remnants.begin(home.people["Dana"], home.now, home.now)
    assert {one.since for one in fleet.remnants_of(home.people["Dana"])} == since and Remnant.objects.count() == 2
