"""The books at the end; how worlds end is proved by their seeds."""

from typing import cast

import pytest

from limen.sim.bodies import Movement
from limen.sim.ports import Kept
from limen.sim.story.ending import Ending
from limen.sim.story.lines import Lines
from limen.sim.story.visits import Visits
from tests.unit.sim.site import T0
from tests.unit.sim.story.test_world import world


@pytest.mark.parametrize(
    ("said", "missing"),
    [
        (("entry", "app", "granted"), 0),
        (("inside", "inside", "done"), 0),
        (("entry", "code", "refused"), 1),
        (None, 1),
    ],
)
def test_a_movement_of_the_bolt_has_its_record(said: tuple[str, str, str] | None, missing: int) -> None:
    """That somebody was let in, or went out by a reader's button; a refusal tells of neither."""
    one = world()
    one.doors[0].body.moved.append(Movement(T0, 3, 4))
    ending = Ending(one, cast(Visits, None), cast(Lines, None))
    ending._arrives = lambda door: True  # type: ignore[method-assign]
    ending._openings(one.doors[0], Kept({3: said}, frozenset(), frozenset(), None, ()))
    assert one.tally.violations["unlogged_opening"] == missing
