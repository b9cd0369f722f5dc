"""Prints a table and keeps count of claims that did not hold."""

import math
from collections.abc import Callable, Sequence
from time import perf_counter_ns


class Claims:
    """The claims of one run."""

    def __init__(self) -> None:
        self.broken: list[str] = []

    def check(self, claim: str, holds: bool) -> str:
        """Notes whether a claim held and gives the word for the table."""
        if not holds:
            self.broken.append(claim)
        return "yes" if holds else "NO"

    def exit_code(self) -> int:
        """0 when all held; says which did not."""
        for claim in self.broken:
            print(f"not held: {claim}")
        return 1 if self.broken else 0


def show(title: str, heading: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table in plain text, numbers to the right."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in [list(heading), *cells]) for i in range(len(heading))]
    print(f"\n{title}")
    for row in [list(heading), ["-" * width for width in widths], *cells]:
        print(
            "  ".join(cell.ljust(width) if i == 0 else cell.rjust(width) for i, (cell, width) in enumerate(zip(row, widths, strict=True)))
        )


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]


def timed(times: int, what: Callable[[], object]) -> list[float]:
    """Milliseconds of each call."""
    found = []
    for _ in range(times):
        start = perf_counter_ns()
        what()
        found.append((perf_counter_ns() - start) / 1e6)
    return found
