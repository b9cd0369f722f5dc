"""What an import will do, line by line, before it does it; and what it did."""

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from limen.kernel.problems import Refused
from limen.kernel.tables import safe_cell

Status = Literal["new", "changed", "same", "bad"]
Progress = Callable[[int, int], None]
"""Called with how many lines were written or passed over, and how many there are: "Reading line 61 of 197."."""


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One line: what happens to it, and why, in whole sentences that begin with "Line 8". `names` is who or what the line is about."""

    line: int
    status: Status
    names: str
    reasons: tuple[str, ...] = ()
    original: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """A file, read and judged; nothing is written. `notes` hold for the whole file."""

    heading: tuple[str, ...]
    rows: tuple[PreviewRow, ...]
    notes: tuple[str, ...] = ()
    mails: int = 0

    def count(self, status: Status) -> int:
        """How many lines have this status."""
        return sum(row.status == status for row in self.rows)

    def of(self, status: Status) -> tuple[PreviewRow, ...]:
        """The lines of this status, in the order of the file."""
        return tuple(row for row in self.rows if row.status == status)

    @property
    def to_import(self) -> int:
        """How many lines will be written: new and changed ones."""
        return self.count("new") + self.count("changed")

    @property
    def summary(self) -> str:
        """ "171 new, 4 changed, 10 the same, 12 not imported.", or that there is nothing to do (screens W5, J1)."""
        return summary(self.count("new"), self.count("changed"), self.count("same"), self.count("bad"))

    def bad_csv(self) -> bytes:
        """The lines that cannot be imported: the same columns plus Reason, as a spreadsheet may open them. Corrected, it can be uploaded."""
        return written((*self.heading, "Reason"), ((*row.original, " ".join(row.reasons)) for row in self.of("bad")))


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import wrote. `made` are the ids of what is new, in the order of the file."""

    new: int
    changed: int
    same: int
    bad: int
    made: tuple[UUID, ...] = ()

    @property
    def summary(self) -> str:
        """The sentence of the preview, now true."""
        return summary(self.new, self.changed, self.same, self.bad)


class Stopped(Refused):
    """An import was interrupted; the same file does what is missing.

    Each batch was a transaction: what it had written stays, unless all of it was a part of the caller's own (the console's request, which breaks
    as a whole). The sentence holds for both.
    """

    def __init__(self, line: int) -> None:
        super().__init__(
            "import_stopped",
            "Stopped at line %(line)s.",
            "Start again with the same file; nothing comes twice.",
            gaps={"line": line},
            line=line,
        )
        self.line = line


def summary(new: int, changed: int, same: int, bad: int) -> str:
    """The counts as one sentence; parts that are zero are left out, except what is new and what is not imported."""
    if not new and not changed and same:
        return f"Nothing to do: all {same} lines are here already."
    middle = [f"{count} {word}" for count, word in ((changed, "changed"), (same, "the same")) if count]
    return ", ".join([f"{new} new", *middle, f"{bad} not imported"]) + "."


def written(heading: Iterable[str], rows: Iterable[Iterable[str]]) -> bytes:
    """A CSV file that spreadsheets open rightly (byte-order mark, CRLF) and in which no cell is a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([safe_cell(cell) for cell in row] for row in (heading, *rows))
    return text.getvalue().encode("utf-8-sig")
