"""A building made once, played any number of times: every run begins at the same moment, with the same doors, people and keys."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Final

from limen.cli.simulation.desk import PaperDesk
from limen.cli.simulation.instance import Instance, raised
from limen.cli.simulation.machine import MachineRoom
from limen.cli.simulation.moving_in import move_in
from limen.sim.chance import seeded
from limen.sim.clock import TrueTime
from limen.sim.faults import Level
from limen.sim.plans import plan
from limen.sim.ports import Service
from limen.sim.story import run
from limen.sim.story.opening import Opened, Site, open_building
from limen.sim.tally import Tally
from limen.wire.envelope import ORDER, SoftSigner

FIRST_MS: Final = 1_793_433_600_000
"""Saturday 31 October 2026, 04:00 in New York: the second day has 25 hours."""
Progress = Callable[[str, int, int], None]


@dataclass
class Stage:
    """The building at its opening, and the service's state then."""

    instance: Instance
    opened: Opened
    database: bytes
    files: dict[str, bytes]

    def play(self, seed: int, days: int, level: Level, *, day_done: run.Days = lambda day, tally: None, trace: bool = False) -> Tally:
        """One run; whatever was played before leaves nothing behind."""
        self.instance.put_back(self.database)
        self.instance.put_back_files(self.files)
        self.instance.chance(seeded(f"service {seed}"))
        self.opened.site.time.ms = self.opened.ms
        fresh = replace(self.opened, truth=deepcopy(self.opened.truth))
        return run.play(fresh, seed, days, level, day_done=day_done, trace=trace)


@contextmanager
def set_up(doors: int, people: int, progress: Progress) -> Iterator[Stage]:
    """Sets the service up in this process, moves everybody in, activates every lock."""
    time, chance = TrueTime(FIRST_MS), seeded(f"building {doors} {people}")
    factory = SoftSigner.from_scalar((1 + chance.randrange(ORDER - 1)).to_bytes(32, "big"))
    with raised(time, seeded(f"service of {doors} {people}")) as instance:
        instance.trust(factory)
        planned = plan(doors, people)
        desk: PaperDesk = move_in(instance, planned, progress)
        service = Service(desk, MachineRoom(instance, desk.people, desk.doors))
        from limen.lock.shell.factory import models

        opened = open_building(Site(planned, service, models(), factory, time, chance), progress)
        gc.freeze()  # a building that stands need not be walked through again and again while it is lived in
        yield Stage(instance, opened, instance.database(), instance.files())
