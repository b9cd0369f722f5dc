"""Puts a backup in place and does again what the ledger says was taken since (OPS-2, invariant 14).

A ledger only takes: whoever can write into it can end access and never give any. What was given since the backup is not given again; it is
said, so that people can do it. All of it happens in one transaction, or none of it. Each room says in its `replay.py` how its own lines are
done again; doing so twice changes nothing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from limen.storage import backup, kms, ledger, news
from limen.storage.backup import Head
from limen.storage.ledger import Kind, Line
from limen.storage.transactions import unit_of_work

LATE_COMMIT: Final = timedelta(minutes=10)
"""A line is written before its transaction commits. Lines this long before the backup may have missed it, and are done again too."""


class LedgerProblem(Exception):
    """The ledger cannot be what belongs to this backup; the text says why, for whoever runs the service. Nothing was changed."""


@dataclass
class Restoring:
    """One restore: from when the backup is, what was written since, and what came of it."""

    made_at: datetime
    now: datetime
    lines: tuple[Line, ...]
    counts: dict[str, int] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    """Sentences: what the ledger cannot bring back, and what to do about it."""

    def of(self, *kinds: Kind) -> list[Line]:
        """The lines of these kinds, oldest first."""
        return [line for line in self.lines if line.kind in kinds]

    def did(self, what: str, count: int = 1) -> None:
        """Something was taken again."""
        if count:
            self.counts[what] = self.counts.get(what, 0) + count

    def misses(self, sentence: str) -> None:
        """Something cannot be brought back."""
        self.missing.append(sentence)


Step = Callable[[Restoring], None]
Keeper = Callable[[], Callable[[], None]]
_before: list[Step] = []
_steps: list[Step] = []
_keepers: list[Keeper] = []


def before(step: Step) -> Step:
    """Registers what a room makes sure of before anything is done again: numbers that must not be given twice."""
    if step not in _before:
        _before.append(step)
    return step


def again(step: Step) -> Step:
    """Registers how a room does its lines again. Rooms go in the order of their floors, lower ones first."""
    if step not in _steps:
        _steps.append(step)
    return step


def keeps(keeper: Keeper) -> Keeper:
    """Registers what is looked at before the rows go, and put right once the others are there: what no backup holds, such as sessions."""
    if keeper not in _keepers:
        _keepers.append(keeper)
    return keeper


def restore(path: Path, now: datetime) -> Restoring:
    """Puts a backup in place. Raises NotABackup, Busy or LedgerProblem, and then nothing has changed.

    `now` is a whole second that nothing was signed in yet: every lease from before it is void at the locks (fleet/replay.py).
    """
    head = backup.check(path)
    with unit_of_work():
        backup.hold()  # before the ledger is read: what is taken after that would be forgotten
        run = begun(head, now)
        put_right = [keeper() for keeper in _keepers]
        backup.load(path)
        for step in put_right:
            step()
        do_again(run)
    return run


def begun(head: Head, now: datetime) -> Restoring:
    """A restore of what stood at `head`, after the ledger has proved to be the one that goes with it. Raises LedgerProblem."""
    return Restoring(head.made_at, now, _lines_since(head))


def do_again(run: Restoring) -> None:
    """The rows are there: numbers are raised, and what was taken since is taken. In the transaction of the caller."""
    kms.destroy_again([line.facts["key"] for line in ledger.lines("key_destroyed")], now=run.now)
    with ledger.said_already():
        for step in (*_before, *_steps):
            step(run)
        news.tell()


def _lines_since(head: Head) -> tuple[Line, ...]:
    try:
        ledger.verify()
        lines = ledger.lines()
    except ledger.Cut as problem:
        raise LedgerProblem(f"The ledger was cut: {problem}. Put its newest copy into the data folder.") from problem
    except ledger.Broken as problem:
        raise LedgerProblem(f"The ledger cannot be believed: {problem}. Put its newest copy into the data folder.") from problem
    if not lines:
        raise LedgerProblem(f"There is no ledger ({ledger.NAME}) in the data folder. Without it ended access would come back.")
    if len(lines) < head.line:
        raise LedgerProblem(
            f"The ledger is older than the backup: it has {len(lines)} lines, and the backup was made after line {head.line}. "
            "Put its newest copy into the data folder."
        )
    if lines[head.line - 1].hash != head.hash:
        raise LedgerProblem("The ledger belongs to another installation, or to another history of this one.")
    since = head.made_at - LATE_COMMIT
    return tuple(line for line in lines if line.number > head.line or line.at >= since)


def last_by(lines: Iterable[Line], *names: str) -> dict[tuple[str, ...], Line]:
    """The newest line for each combination of these facts: what stands in the end."""
    return {tuple(line.facts.get(name, "") for name in names): line for line in lines}
