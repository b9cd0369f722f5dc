"""Changes are named as a person would name them."""

import pytest

from limen.access import services as access
from limen.access.queries import GroupDoorView
from limen.credentials import services as codes
from limen.fleet.queries import Why
from limen.storage.transactions import unit_of_work
from tests.unit.fleet.house import ANA, House
from tests.unit.fleet.test_settlement import _staff


def whys(house: House, door: str = "Package Room") -> list[Why]:
    return [change.why for change in house.state(door).changes]


@pytest.fixture
def active(house: House) -> House:
    """Dana and Rosa hold the Package Room; its lock has proved that."""
    group = house.group("Residents", "Package Room")
    house.give("Dana", group)
    house.give("Rosa", group)
    house.activate("Package Room", "LM000001")
    return house


@pytest.mark.rule("SYNC-3")
def test_codes_off_for_a_group_is_said_once_per_person_and_needs_people(active: House) -> None:
    """Two people lose their codes there, not their access."""
    (group,) = [g for g in _groups(active) if g.name == "Residents"]
    with unit_of_work():
        off = GroupDoorView(active.doors["Package Room"], None, False)
        access.edit_group(group_id=group.id, name="Residents", doors=[off], by=ANA, now=active.now)
    assert whys(active) == [Why.CODES_OFF, Why.CODES_OFF]
    assert all(change.needs_update for change in active.state("Package Room").changes)
    assert {change.person_id for change in active.state("Package Room").changes} == {active.people["Dana"], active.people["Rosa"]}


@pytest.mark.rule("CODE-13")
@pytest.mark.rule("SYNC-3")
def test_a_code_floor_is_a_change_of_the_door(active: House) -> None:
    """Nobody's name belongs to it; it is due today."""
    with unit_of_work():
        codes.make_temporary(door_id=active.doors["Package Room"], kind="daily", by_person=active.people["Dana"], label="x", now=active.now)
    with unit_of_work():
        codes.raise_floor(door_id=active.doors["Package Room"], by=_staff(active), now=active.now)
    (change,) = active.state("Package Room").changes
    assert (change.why, change.person_id, change.needs_update) == (Why.CODE_FLOOR, None, True)


def test_settings_of_the_door_are_settings(active: House) -> None:
    """A longer key pause changes nobody's access and needs nobody."""
    from limen.places import services as places

    with unit_of_work():
        places.edit_door(door_id=active.doors["Package Room"], key_pause_s=20, by=ANA, now=active.now)
    assert whys(active) == [Why.SETTINGS]
    assert active.tasks() == ()


def test_moving_out_is_an_end_and_a_pause_is_a_pause(active: House) -> None:
    """What the manager did is what the door says."""
    with unit_of_work():
        access.suspend(person_id=active.people["Rosa"], property_id=active.property_id, by=ANA, now=active.now)
    assert whys(active) == [Why.ACCESS_PAUSED]
    active.update("Package Room")
    with unit_of_work():
        access.move_out(person_id=active.people["Dana"], property_id=active.property_id, by=ANA, now=active.now)
    assert whys(active) == [Why.ACCESS_ENDED]


def _groups(house: House) -> list:  # type: ignore[type-arg]
    from limen.access import queries
    from limen.people.queries import Rights

    return list(queries.groups(house.property_id, Rights(None, house.property_id, portfolio_manager=True, access="full")))
