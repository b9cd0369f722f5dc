"""Refusals of nobody in particular: one record per kind and ten minutes, with a count, so that noise cannot flush the evidence (F.2)."""

from dataclasses import dataclass

from limen.lock.memory import Memory, draft
from limen.wire.events import Kind, Method, Result
from limen.wire.refusals import Reason

WINDOW_MS = 10 * 60_000
Sort = tuple[Method, Reason]


@dataclass
class _Run:
    """How often it came since the first time."""

    since: int
    count: int


class Merged:
    """Bad signatures, unknown cards, discarded entries: counted in memory, written when their ten minutes are over."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._runs: dict[Sort, _Run] = {}

    def add(self, method: Method, reason: Reason, at: int) -> None:
        run = self._runs.setdefault((method, reason), _Run(at, 0))
        run.count += 1

    def forget(self) -> None:
        """The lock changes hands: what was counted was the last owner's (inv. 71)."""
        self._runs.clear()

    def tick(self, at: int) -> None:
        for sort, run in list(self._runs.items()):
            if at >= run.since + WINDOW_MS:
                del self._runs[sort]
                event = draft(kind=Kind.ENTRY, method=sort[0], result=Result.REFUSED, reason=sort[1], count=run.count)
                self._memory.try_record(event, at)

    def due(self) -> int | None:
        return min((run.since + WINDOW_MS for run in self._runs.values()), default=None)
