"""What is kept in mind of a database that was lost."""

from limen.sim.ports import Kept
from limen.sim.story.recovery import _keep_in_mind
from tests.unit.sim.story.test_world import world


def test_what_a_lost_database_told_of_openings_is_kept_in_mind() -> None:
    """Apart from what it only numbered, what locks had declared lost, and what is still there; also over a second loss."""
    door = world().doors[0]
    entry, refused = ("entry", "app", "granted"), ("entry", "code", "refused")
    _keep_in_mind(door, Kept({1: entry, 2: entry, 3: refused, 4: None}, frozenset({5}), frozenset(), 5, ()), frozenset({1}))
    assert (door.exempt, door.told, door.disowned) == ({2, 3, 4, 5}, {2}, {5})
    _keep_in_mind(door, Kept({6: ("inside", "inside", "done")}, frozenset(), frozenset(), 6, ()), frozenset())
    assert (door.exempt, door.told, door.disowned) == ({2, 3, 4, 5, 6}, {2, 6}, {5})
