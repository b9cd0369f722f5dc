"""Buildings of any size."""

import pytest

from limen.sim.plans import plan


@pytest.mark.parametrize(("doors", "people"), [(1, 1), (1, 3), (2, 2), (4, 8), (32, 60), (128, 250)])
def test_everybody_has_a_way_in_and_a_name_of_their_own(doors: int, people: int) -> None:
    """Whatever the numbers are."""
    made = plan(doors, people)
    groups = {group.name: group for group in made.groups}
    assert (len(made.doors), len(made.people)) == (doors, people)
    assert len({person.email for person in made.people}) == len({(p.first, p.last) for p in made.people}) == people
    ways_in = {door.number for door in made.doors if door.kind == "entrance"}
    for person in made.people:
        mine = {door for name in person.groups for door in groups[name].doors}
        assert mine & ways_in or doors == 1
        assert mine
        assert all(made.doors[door].unit in ("", person.unit) for door in mine)


def test_the_same_numbers_make_the_same_building() -> None:
    """No chance in it."""
    assert plan(9, 5) == plan(9, 5)
