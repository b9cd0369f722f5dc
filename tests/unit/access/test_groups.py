"""Groups, made and edited for every holder at once."""

from datetime import datetime, timedelta

import pytest

from limen.access import queries, services
from limen.access.views import GroupDoorView
from limen.kernel.periods import Interval, Weekly
from limen.storage.transactions import unit_of_work
from tests.cast import Harbor

DAY = timedelta(days=1)
MORNINGS = Weekly((Interval(0b1111111, 6 * 60, 10 * 60),))
ALL_DAY = Weekly((Interval(0b1111111, 6 * 60, 22 * 60),))


@pytest.mark.rule("ACCESS-1", "PLACE-6")
def test_doorcodes_follow_group_and_door(house: Harbor, now: datetime) -> None:
    """A code exists where the group has doorcodes on and the door does not forbid them; no group overrides the door."""
    house.group("No codes", "Roof", codes=False)
    house.give("dana", "Residents")
    house.give("kim", "No codes")
    assert queries.windows(house.people["dana"], house.doors["Package Room"], now)[0].code
    assert not queries.windows(house.people["dana"], house.doors["Gym"], now)[0].code
    assert not queries.windows(house.people["kim"], house.doors["Roof"], now)[0].code


@pytest.mark.rule("ACCESS-3")
def test_group_edit_reaches_every_holder_at_once(house: Harbor, now: datetime, touched: list[tuple[str, str]]) -> None:
    """A door added to a group opens for all its holders in the same transaction, and the door is told."""
    for person in ("dana", "theo", "kim"):
        house.give(person, "Residents")
    group = queries.group_view(house.groups["Residents"])
    assert group is not None
    touched.clear()
    with unit_of_work():
        rows = [*group.doors, GroupDoorView(house.doors["Roof"], None, True)]
        effect = services.edit_group(group_id=group.id, name=group.name, doors=rows, by=house.actor(), now=now)
    assert len(effect.gains) == 3
    assert not effect.loses
    assert all("Roof" in house.opens(person) for person in ("dana", "theo", "kim"))
    assert touched == [(str(house.doors["Roof"]), "")]


@pytest.mark.rule("ACCESS-11")
def test_a_new_name_changes_no_door(house: Harbor, now: datetime, touched: list[tuple[str, str]]) -> None:
    """Renaming a group changes nobody's doors and touches none."""
    house.give("dana", "Residents")
    group = queries.group_view(house.groups["Residents"])
    assert group is not None
    touched.clear()
    with unit_of_work():
        effect = services.edit_group(group_id=group.id, name="All who live here", doors=group.doors, by=house.actor(), now=now)
    assert effect.is_nothing
    assert touched == []
