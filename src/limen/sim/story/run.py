"""One run from its seed to its tally."""

from collections.abc import Callable

from limen.sim.clock import DAY_MS
from limen.sim.faults import BY_LEVEL, Level
from limen.sim.story.callers import Callers
from limen.sim.story.ending import Ending
from limen.sim.story.forced import Forced
from limen.sim.story.habits import Habits
from limen.sim.story.lines import Lines
from limen.sim.story.opening import Opened
from limen.sim.story.staff import Staff
from limen.sim.story.visits import Visits
from limen.sim.story.world import World
from limen.sim.tally import Tally

Days = Callable[[int, Tally], None]


def play(opened: Opened, seed: int, days: int, level: Level, *, day_done: Days = lambda day, tally: None, trace: bool = False) -> Tally:
    """Lives the days of a building that was just opened, lets everything converge, and compares the books."""
    world = World(opened, seed, days, BY_LEVEL[level])
    world.tally.trace = [] if trace else None
    visits = Visits(world)
    habits = Habits(world, visits)
    lines = Lines(world, visits)
    staff, ending = Staff(world, visits, habits), Ending(world, visits, lines)
    habits.plan_day(world.start_ms)
    staff.plan_day(world.start_ms)
    lines.plan_day(world.start_ms)
    Callers(world, visits).plan_day(world.start_ms)
    Forced(world, visits).plan_day(world.start_ms)
    for day in range(days):
        world.run(world.start_ms + (day + 1) * DAY_MS - 1)
        day_done(day + 1, world.tally)
    ending.calm()
    ending.probe()
    ending.converge()
    ending.held_on()
    ending.carry_home()
    ending.audit()
    return world.tally
