"""What a witness makes of a lock; how worlds are lived is proved by their seeds."""

from typing import cast

from limen.lock.shell.factory import models
from limen.sim.chance import seeded
from limen.sim.clock import TrueTime
from limen.sim.faults import BY_LEVEL
from limen.sim.plans import plan
from limen.sim.ports import Service
from limen.sim.story.opening import Opened, Site
from limen.sim.story.world import Door, World
from limen.sim.truth import Belief, Truth
from tests.unit.sim.site import FACTORY, T0, body

NOBODY = cast(Service, None)
"""Nothing is asked of a service here."""


def world() -> World:
    """One door and its lock, fresh from the factory; nobody has a phone."""
    time, planned = TrueTime(T0), plan(1, 1)
    site = Site(planned, NOBODY, models(), FACTORY, time, seeded("site"))
    return World(Opened(site, [body(time)], {}, {}, Truth(planned), T0), 1, 1, BY_LEVEL["none"])


def held(door: Door, version: int) -> None:
    """The lock held this list when it was last seen."""
    door.version, door.lists[0, version] = version, Belief({}, {}, frozenset())


def test_a_lock_that_goes_back_to_a_list_that_nobody_brought_is_a_violation() -> None:
    """At a door. One in a box that was emptied by its release has lost nothing, whatever happens to it afterwards."""
    one = world()
    door = one.doors[0]
    held(door, 257)
    fresh = one.hang(door, body(one.time, seed="two"))
    one.look(door)
    assert not any(one.tally.violations.values())
    held(fresh, 257)
    one.look(fresh)
    assert one.tally.violations["not_converged"] == 1


def test_a_number_that_was_forgotten_is_not_given_again_by_a_restore() -> None:
    """By an old file that somebody copied back it may be."""
    one = world()
    door, belief = one.doors[0], Belief({}, {}, frozenset())
    one.lists(door, 5, belief)
    one.generation = 1
    one.copied_back.add(1)
    one.lists(door, 5, belief)
    assert not any(one.tally.violations.values())
    one.generation = 2
    one.lists(door, 6, belief)
    assert not any(one.tally.violations.values())
    one.lists(door, 5, belief)
    assert one.tally.violations["not_converged"] == 1
