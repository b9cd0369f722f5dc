"""A building's log key of the year: tickets name it, updates bring it, and nobody goes to a door for it alone."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from limen.fleet import jobs, logkeys
from limen.fleet import queries as fleet
from limen.fleet import services as fleet_services
from limen.fleet.models import DoorList
from limen.storage import kms
from limen.storage.transactions import unit_of_work
from tests.unit.fleet.house import ANA, House
from tests.yesterday import Yesterday

YEAR = timedelta(days=365)


def key(house: House, number: int) -> bytes:
    return kms.log_key(house.property_id, number).public


def turn(now: datetime) -> None:
    with unit_of_work():
        jobs.turn_old_log_keys(now)


@pytest.mark.rule("LOCK-8")
def test_a_building_has_a_new_log_key_each_year(house: House, now: datetime) -> None:
    """From the activation of its first lock on; a building without locks needs none."""
    turn(now + 9 * YEAR)
    assert logkeys.newest(house.property_id) == 1
    house.activate("Gym", "LM000002")
    for days, newest in ((364, 1), (365, 2), (366, 2), (730, 3)):
        turn(now + timedelta(days=days))
        assert logkeys.newest(house.property_id) == newest
    assert len({key(house, number) for number in range(1, 5)}) == 4


@pytest.mark.rule("LOCK-8")
def test_the_next_change_of_a_door_brings_the_new_key_once(house: House, now: datetime) -> None:
    """It makes no version of its own. A list that brought it and was proved says nothing more of it; one on which it was lost says it again."""
    lock = house.activate("Package Room", "LM000001")
    assert lock.klog == key(house, 1)
    turn(now + YEAR)
    with unit_of_work():
        assert fleet.door_state(house.doors["Package Room"], now).current == 1
    house.give("Dana", house.group("More", "Package Room"))
    assert DoorList.objects.get().log_key_version == 2
    house.update("Package Room")
    assert lock.klog == key(house, 2)
    lock.klog = b"as it was"
    house.give("Rosa", house.group("Others", "Package Room"))
    house.update("Package Room")
    assert lock.klog == b"as it was"


@pytest.mark.rule("LOCK-8")
def test_a_whole_list_names_the_key_and_a_new_ticket_brings_it_by_itself(house: House, now: datetime) -> None:
    """Whoever starts over with a lock that was told of a key tells it again."""
    lock = house.activate("Package Room", "LM000001")
    turn(now + YEAR)
    house.give("Dana", house.group("More", "Package Room"))
    house.update("Package Room")
    lock.klog = b"as it was"
    DoorList.objects.update(needs_snapshot=True)
    house.give("Rosa", house.group("Others", "Package Room"))
    house.update("Package Room")
    assert lock.klog == key(house, 2)
    other = house.activate("Gym", "LM000002")
    assert other.klog == key(house, 2)
    assert DoorList.objects.get(device__lock=b"LM000002".hex()).log_key_version == 0


@pytest.mark.rule("LOCK-8", "OPS-2")
def test_a_restored_service_goes_on_from_the_key_that_locks_were_told_of(own_data: Path, house: House, tmp_path: Path) -> None:
    """The ledger has its number: the next turn gives none a second time, and what was sealed to it is opened."""
    lock = house.activate("Package Room", "LM000001")
    kept = Yesterday.kept(tmp_path, house.now)
    house.later(hours=1)
    with unit_of_work():
        assert fleet_services.turn_log_key(property_id=house.property_id, by=ANA, now=house.now) == 3
    house.give("Dana", house.group("More", "Package Room"))
    house.update("Package Room")
    assert lock.klog == key(house, 3)
    kept.back(house.later(hours=1))
    assert logkeys.newest(house.property_id) == 3
    (owner,) = fleet.ownerships(lock.lock_id)
    assert owner.log_key == 3
    with unit_of_work():
        assert logkeys.turn(house.property_id, house.now) == 4
