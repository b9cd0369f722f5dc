"""The door itself, where a sensor watches it: held open by its hours, left open, broken open (LOCK-16 to LOCK-18).

Nothing here decides about a person. Hours are believed only while the whole of the clock's error lies inside them.
"""

from contextlib import suppress
from dataclasses import dataclass

from limen.lock.commands import Command, HoldBolt, Noticed
from limen.lock.flash import FlashError
from limen.lock.memory import CLOSED_UNTIL, Memory, draft
from limen.wire.events import Kind, Result
from limen.wire.receipts import TrustedTime
from limen.wire.schedules import Schedule, holds, holds_throughout

GRACE_MS = 3_000
"""A door that was let go at the last moment of its window may still swing."""
LOOK_EVERY_MS = 30_000
FORCED_EVERY_MS = 60_000
"""A sensor that chatters writes one record a minute."""
RUN_MAX_MIN = 24 * 60


@dataclass(frozen=True, slots=True)
class _Passage:
    """The strike is held; the record `seq` says since when. Looked at again at `look`."""

    seq: int
    look: int


class Doorway:
    """One door with a sensor; on models without one every method is quiet."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._passage: _Passage | None = None
        self._free_until = 0
        self._open_since: int | None = None
        self._ajar = False
        self._forced_at: int | None = None

    @property
    def held(self) -> bool:
        return self._passage is not None

    def let_through(self, window_ms: int, at: int) -> None:
        """The bolt was released, or somebody goes out: the door may open now."""
        self._free_until = max(self._free_until, at + window_ms + GRACE_MS)

    def entered(self, at: int) -> list[Command]:
        """Somebody let themselves in: in passage hours the first one opens it for all (LOCK-16)."""
        schedule = self._hours()
        if schedule is None or self._passage is not None or not self._inside(schedule, at) or self._closed_early(at):
            return []
        try:
            seq = self._memory.record(draft(kind=Kind.PASSAGE, result=Result.NOTED), at)
        except FlashError:
            return []
        self._passage = _Passage(seq, at + LOOK_EVERY_MS)
        return [HoldBolt(True), Noticed("passage began")]

    def close_early(self, at: int) -> list[Command]:
        """By hand, from inside: not held again before its hours begin anew, power cut or not."""
        schedule = self._hours()
        if self._passage is None:
            return []
        if schedule is not None:
            until = self._end_of_run(schedule, self._memory.read_clock(at).utime)
            with suppress(FlashError):
                self._memory.notes.put(CLOSED_UNTIL, until.to_bytes(8, "big"))
        return self._end(at)

    def moved(self, opened: bool, at: int) -> list[Command]:
        """What the sensor felt."""
        memory = self._memory
        if not memory.model.door_sensor or memory.held is None or opened == (self._open_since is not None):
            return []
        if not opened:
            self._open_since, was_ajar, self._ajar = None, self._ajar, False
            if was_ajar:
                memory.try_record(draft(kind=Kind.DOOR_AJAR, result=Result.DONE), at)
            return [Noticed("door closed")]
        self._open_since = at
        if self._passage is not None or at <= self._free_until:
            return [Noticed("door opened")]
        if self._forced_at is None or at - self._forced_at >= FORCED_EVERY_MS:
            self._forced_at = at
            memory.try_record(draft(kind=Kind.DOOR_FORCED), at)
        return [Noticed("door forced")]

    def tick(self, at: int) -> list[Command]:
        return [*self._look(at), *self._left_open(at)]

    def due(self) -> int | None:
        times = (self._passage.look if self._passage else None, self._ajar_at())
        return min((time for time in times if time is not None), default=None)

    def _look(self, at: int) -> list[Command]:
        if self._passage is None or at < self._passage.look:
            return []
        schedule = self._hours()
        if schedule is None or not self._inside(schedule, at):
            return self._end(at)
        self._passage = _Passage(self._passage.seq, at + LOOK_EVERY_MS)
        return []

    def _end(self, at: int) -> list[Command]:
        assert self._passage is not None
        if self._memory.held is not None:
            self._memory.try_record(draft(kind=Kind.PASSAGE, result=Result.DONE, of_seq=self._passage.seq), at)
        self._passage = None
        if self._open_since is not None:
            self._open_since = at  # whoever stands in the door has the whole time to close it
        self.let_through(0, at)
        return [HoldBolt(False), Noticed("passage ended")]

    def _left_open(self, at: int) -> list[Command]:
        due = self._ajar_at()
        if due is None or at < due:
            return []
        self._ajar = True
        self._memory.try_record(draft(kind=Kind.DOOR_AJAR), at)
        return [Noticed("door left open")]

    def _ajar_at(self) -> int | None:
        held = self._memory.held
        if held is None or held.config.ajar_s is None or self._open_since is None or self._ajar or self._passage is not None:
            return None
        return self._open_since + held.config.ajar_s * 1000

    def _hours(self) -> Schedule | None:
        held = self._memory.held
        return held.config.passage if held is not None and self._memory.model.door_sensor and not self._memory.faulty else None

    def _inside(self, schedule: Schedule, at: int) -> bool:
        held, now = self._memory.held, self._memory.read_clock(at)
        if held is None or now.quality is TrustedTime.LOST or now.u_ms is None:
            return False
        since, until = max(0, now.rtc_ms - now.u_ms) // 1000, -(-(now.rtc_ms + now.u_ms) // 1000)
        return until - since <= 4 * 3_600 and holds_throughout(schedule, held.config.zone, held.config.holidays, since, until)

    def _closed_early(self, at: int) -> bool:
        kept = self._memory.notes.get(CLOSED_UNTIL)
        return kept is not None and self._memory.read_clock(at).utime < int.from_bytes(kept, "big")

    def _end_of_run(self, schedule: Schedule, now: int) -> int:
        """When these hours are over, at most a day ahead: hours without an end begin anew every day."""
        held = self._memory.held
        assert held is not None
        minute = now - now % 60
        ends = (
            t for t in range(minute + 60, minute + 60 * RUN_MAX_MIN, 60) if not holds(schedule, held.config.zone, held.config.holidays, t)
        )
        return next(ends, minute + 60 * RUN_MAX_MIN)
