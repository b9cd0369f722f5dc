"""`limen sim`: a building lived from a seed, with everything that can go wrong, faster than real time; ends with 1 when anything was violated.

The service runs in this process on an empty installation of its own; no real one is touched. Each run of a seed is the same run.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence

from limen.sim.faults import LEVELS
from limen.sim.tally import KINDS, MAY_MOST, Tally

DOORS_MOST, PEOPLE_MOST, DAYS_MOST = 512, 2_000, 366
BAR = 24
LINE_EVERY_S, LONG_DAYS = 60, 7
YEAR_DAYS = 365.25


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The defaults are a small house for two days, one of which has 25 hours."""
    parser = subparsers.add_parser("sim", help="simulate a building from a seed, and judge all that happens in it")
    parser.add_argument("--seed", type=int, default=1, help="what is drawn is drawn from this number")
    parser.add_argument("--days", type=_up_to(DAYS_MOST), default=2)
    parser.add_argument("--doors", type=_up_to(DOORS_MOST), default=4)
    parser.add_argument("--people", type=_up_to(PEOPLE_MOST), default=8)
    parser.add_argument("--faults", choices=LEVELS, default="low", help="how much goes wrong")
    parser.add_argument("--count", type=_up_to(1_000_000), default=1, help="so many seeds, one after the other, of the same building")
    parser.add_argument("--json", action="store_true", help="one line of JSON per seed instead of a table")
    parser.add_argument("--trace", action="store_true", help="print every line of the digest, for whoever looks for a fault")


def run(args: argparse.Namespace) -> int:
    """0 when every seed was clean."""
    from limen.cli.simulation.stage import set_up

    told = _Told(bar=sys.stderr.isatty() and not args.json, lines=args.days >= LONG_DAYS)
    bad = 0
    with set_up(args.doors, args.people, told.progress) as stage:
        for seed in range(args.seed, args.seed + args.count):
            began = time.monotonic()
            tally = stage.play(seed, args.days, args.faults, day_done=lambda day, tally: told.day(day, args.days, tally), trace=args.trace)
            told.clear()
            _print(tally, time.monotonic() - began, args, seed)
            bad += not tally.clean
    return 1 if bad else 0


def replay(args: argparse.Namespace, seed: int) -> str:
    """The command that plays one run again."""
    return f"limen sim --seed {seed} --days {args.days} --doors {args.doors} --people {args.people} --faults {args.faults}"


def building_years_a_minute(days: int, seconds: float) -> float:
    """How fast a building was lived; moving in is not counted."""
    return days / YEAR_DAYS / max(seconds, 0.001) * 60


def _print(tally: Tally, seconds: float, args: argparse.Namespace, seed: int) -> None:
    for line in tally.trace or ():
        print(line)
    years = building_years_a_minute(args.days, seconds)
    print(json.dumps(tally.said(seconds)) if args.json else "\n".join(_table(tally, seconds, seed, years)), flush=True)
    if not tally.clean:
        for story in tally.stories:
            print(story, file=sys.stderr)
        if not any(tally.violations.values()):
            print(
                f"The oracle accepted either end of {tally.may_share:.1%} of all attempts; at most {MAY_MOST:.0%} may be.", file=sys.stderr
            )
        print(f"Play it again: {replay(args, seed)}", file=sys.stderr, flush=True)


def _table(tally: Tally, seconds: float, seed: int, years: float) -> Sequence[str]:
    rows: list[tuple[str, object]] = [
        ("seed", seed),
        ("attempts", tally.attempts),
        ("openings", tally.openings),
        ("updates", tally.updates),
        ("events", tally.events),
        ("may do either", f"{tally.may_share:.2%}"),
        *((kind.replace("_", " "), tally.violations[kind]) for kind in KINDS),
        ("seconds", f"{seconds:.1f}"),
        ("building-years/minute", f"{years:.2f}"),
        ("digest", tally.digest[:16]),
    ]
    return [f"{name:<24}{value:>18}" for name, value in rows]


class _Told:
    """How far it is, on standard error: a bar where somebody looks, elsewhere a line a minute of a long run, and nothing of a short one."""

    def __init__(self, bar: bool, lines: bool) -> None:
        self._bar, self._lines, self._spoke = bar, lines, time.monotonic()

    def progress(self, what: str, done: int, total: int, more: str = "") -> None:
        """How far one part is."""
        if self._bar:
            full = BAR * done // max(1, total)
            print(f"\r{what:<18}{'#' * full}{'.' * (BAR - full)} {done} of {total}   ", end="", file=sys.stderr, flush=True)
        elif self._lines and time.monotonic() - self._spoke > LINE_EVERY_S:
            self._spoke = time.monotonic()
            print(f"{what}: {done} of {total}{more}", file=sys.stderr, flush=True)

    def day(self, day: int, days: int, tally: Tally) -> None:
        """A day is over; what was wrong so far is not kept back until the end."""
        self.progress("days", day, days, f", {tally.attempts} attempts, {sum(tally.violations.values())} violations")

    def clear(self) -> None:
        """The line goes away."""
        if self._bar:
            print("\r" + " " * 70 + "\r", end="", file=sys.stderr, flush=True)


def _up_to(most: int) -> Callable[[str], int]:
    """A number from 1 on."""

    def number(text: str) -> int:
        value = int(text)
        if not 1 <= value <= most:
            raise argparse.ArgumentTypeError(f"from 1 to {most}")
        return value

    return number
