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


@pytest.mark.parametrize(
    ("by_second", "marked", "wrong"),
    [
        (True, frozenset({3}), None),
        (True, frozenset[int](), "unlogged_opening"),
        (False, frozenset({3}), "undeclared_gap"),
        (False, frozenset[int](), None),
    ],
)
def test_the_mark_of_a_second_code_is_on_its_opening_and_on_no_other(by_second: bool, marked: frozenset[int], wrong: str | None) -> None:
    """As the record arrived (LOCK-14)."""
    one = world()
    moved = Movement(T0, 3, 4)
    one.doors[0].body.moved.append(moved)
    one.doors[0].marks += [moved] if by_second else []
    kept = Kept({3: ("entry", "code", "granted")}, frozenset(), frozenset(), None, (), marked)
    Ending(one, cast(Visits, None), cast(Lines, None))._marks(one.doors[0], kept)
    assert [kind for kind, count in one.tally.violations.items() if count] == ([wrong] if wrong else [])


@pytest.mark.parametrize(("unwritten", "declared", "missing"), [(True, {3}, 0), (True, set[int](), 1), (False, {3}, 1)])
def test_an_opening_whose_record_could_not_be_written_is_a_declared_loss(unwritten: bool, declared: set[int], missing: int) -> None:
    """Residents enter all the same, and the loss is counted (LOCK-13)."""
    one = world()
    one.doors[0].body.moved.append(Movement(T0, 3, 3, unwritten))
    ending = Ending(one, cast(Visits, None), cast(Lines, None))
    ending._arrives = lambda door: True  # type: ignore[method-assign]
    ending._openings(one.doors[0], Kept({}, frozenset(declared), frozenset(), None, ()))
    assert one.tally.violations["unlogged_opening"] == missing


@pytest.mark.parametrize(
    ("told", "disowned", "arrives", "closed", "missing", "may"),
    [
        (True, False, True, False, 0, 0),
        (False, False, True, False, 1, 0),
        (False, True, True, False, 0, 1),
        (False, False, False, False, 0, 1),
        (False, False, True, True, 0, 1),
    ],
)
def test_a_lost_database_excuses_no_opening_of_which_it_did_not_tell(
    told: bool, disowned: bool, arrives: bool, closed: bool, missing: int, may: int
) -> None:
    """A number that arrived once and is gone proves an opening only if its record told of one; what nobody can compare is counted."""
    one = world()
    door = one.doors[0]
    door.body.moved.append(Movement(T0, 3, 4))
    door.exempt, door.told, door.disowned = {3}, {3} if told else set(), {3} if disowned else set()
    ending = Ending(one, cast(Visits, None), cast(Lines, None))
    ending._arrives = lambda door: arrives  # type: ignore[method-assign]
    ending.closed_ms = T0 if closed else None
    ending._openings(door, Kept({}, frozenset(), frozenset(), None, ()))
    assert (one.tally.violations["unlogged_opening"], one.tally.may) == (missing, may)
