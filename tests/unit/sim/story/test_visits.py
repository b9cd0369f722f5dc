"""What is judged of a try that harm has spoiled."""

import pytest

from limen.sim.oracle import Verdict
from limen.sim.story.visits import AGAIN_MS, Visits
from tests.unit.sim.story.test_world import world

OPEN, REFUSE, EITHER = Verdict.MUST_OPEN, Verdict.MUST_REFUSE, Verdict.MAY
Come = tuple[Verdict, bool, bool]
"""What a try has to come to, whether the bolt moved, whether harm struck."""


@pytest.mark.parametrize(
    ("tries", "may", "denied"),
    [
        ([(OPEN, True, True)], 0, 0),
        ([(OPEN, False, False)], 0, 1),
        ([(OPEN, False, True), (OPEN, True, False)], 0, 0),
        ([(OPEN, False, True), (OPEN, False, False)], 0, 1),
        ([(OPEN, False, True), (REFUSE, False, False)], 1, 0),
        ([(OPEN, False, True), (EITHER, False, False)], 1, 0),
        ([(OPEN, False, True), (OPEN, False, True)], 1, 0),
        ([(OPEN, False, True), None], 1, 0),
        ([(REFUSE, False, True)], 0, 0),
        ([(EITHER, False, True)], 1, 0),
    ],
)
def test_harm_costs_a_try_and_excuses_no_attempt_that_is_not_counted(tries: list[Come | None], may: int, denied: int) -> None:
    """The try that follows is judged; where it cannot be, the attempt is one that could end either way. None: the door is dark by then."""
    one, left = world(), list(tries)
    visits, door, start = Visits(one), one.doors[0], one.time.ms
    door.lost_since_sync = True  # nobody has told it the time

    def come(again: bool) -> bool | None:
        due = left.pop(0)
        return None if due is None else visits.judge(door, "code 1", due[0], due[1], "", disturbed=due[2], again=again)

    opened = visits.tried(door, "code 1", come)
    assert not left
    assert one.time.ms == start + AGAIN_MS * (len(tries) - 1)
    assert opened == (tries[-1] is not None and tries[-1][1])
    assert (one.tally.attempts, one.tally.may, one.tally.violations["wrong_deny"]) == (1, may, denied)


def test_a_door_that_opens_after_harm_to_somebody_whom_it_must_refuse_is_a_violation() -> None:
    """Harm excuses no opening, in the first try as in the second."""
    one = world()
    visits, door = Visits(one), one.doors[0]
    for again in (False, True):
        assert visits.judge(door, "code 1", REFUSE, True, "", disturbed=True, again=again)
    assert one.tally.violations["wrong_open"] == 2
