"""`limen rehearse`: one whole story against a throw-away instance, from the outside (decision 0045).

Prints each step with its result and time; `--json` prints one object at the end. Exit 0 only if every step went well.
"""

import argparse
import json
import sys
from contextlib import ExitStack
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from limen.cli.rehearsal import building, database, stage, story
from limen.cli.rehearsal.browser import Browser
from limen.cli.rehearsal.casting import cast
from limen.cli.rehearsal.play import Play
from limen.cli.rehearsal.stage import Opening

MANAGER = "rehearsal.manager@example.org"


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Any folder with `doors.csv` and `rent_roll.csv` will do."""
    parser = subparsers.add_parser("rehearse", help="play a whole story against a throw-away instance and say how it went")
    parser.add_argument("--data", type=Path, default=None, help="folder with doors.csv and rent_roll.csv (default: the demonstration's)")
    parser.add_argument("--json", action="store_true", help="one JSON object: ok, and each step with name, ok, ms, detail")
    parser.add_argument(
        "--database",
        type=database.server,
        metavar="URL",
        help="a PostgreSQL server, postgresql://user:password@host/name: a new database is made there and dropped at the end, and the one that "
        "is named is only the way in (default: a SQLite file of its own)",
    )
    parser.add_argument("--profile", default="NYC", choices=["US", "NYC", "EU"])
    parser.add_argument("--time-zone", default="America/New_York")


def run(args: argparse.Namespace) -> int:
    """Reads the building, raises the stage, plays, takes it down."""
    done: list[story.Step] = []

    def tell(step: story.Step) -> None:
        done.append(step)
        if not args.json:
            print(f"{'ok  ' if step.ok else 'FAIL'} {step.ms:>7} ms  {step.name}: {step.detail}", flush=True)

    _play(args, tell)
    ok = bool(done) and all(step.ok for step in done) and len(done) == len(story.STORY) + 2
    if args.json:
        print(json.dumps({"ok": ok, "steps": [asdict(step) for step in done]}))
    else:
        print("All of it went well." if ok else "It did not go well.")
    return 0 if ok else 1


def _play(args: argparse.Namespace, tell: story.Teller) -> None:
    read: list[building.Building] = []
    tell(story.one("The building is read", lambda: _read(args.data or _demonstration(), read)))
    if not read:
        return
    opening = Opening(
        property_name="Rehearsal House", address="1 Rehearsal Street", time_zone=args.time_zone, profile=args.profile, manager=MANAGER
    )
    with ExitStack() as stack:
        raised: list[stage.Stage] = []

        def raise_stage() -> str:
            raised.append(stack.enter_context(stage.raised(opening, read[0].shelf, args.database)))
            return f"service and locks are running, on {'PostgreSQL' if args.database else 'SQLite'}"

        tell(story.one("The stage is raised", raise_stage))
        if raised:
            playing = Play(stage=raised[0], building=read[0], cast=cast(read[0]), manager=Browser(raised[0].origin))
            stack.callback(playing.close)
            if not all(step.ok for step in story.play(playing, tell)):
                print(raised[0].last_words(), file=sys.stderr)


def _read(folder: Path, found: list[building.Building]) -> str:
    read = building.read(folder, datetime.now(UTC).date())
    cast(read)  # where nobody fits a part, nothing need be started; where the import refuses a line, the part goes to the next
    found.append(read)
    return f"{len(read.doors)} doors and {len(read.people)} people beyond doubt"


def _demonstration() -> Path:
    return Path(str(files("limen.cli") / "demonstration"))
