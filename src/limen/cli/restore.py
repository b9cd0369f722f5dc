"""`limen restore FILE`: puts a backup in place, takes again what was taken since, and says what is not here (OPS-2)."""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from limen.cli import migrate, serve

if TYPE_CHECKING:
    from limen.storage import replay


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """One file, made by `limen backup`."""
    parser = subparsers.add_parser("restore", help="put a backup in place; the ledger keeps ended access ended")
    parser.add_argument("file", type=Path, help="a file made by `limen backup`")


def run(args: argparse.Namespace) -> int:
    """All of it or nothing: with any problem the database stays as it is."""
    migrate.prepare()
    from limen.storage import backup, clock, files, replay

    try:
        with files.alone(serve.in_use(Path(os.environ.get("LIMEN_DATA", "var")).absolute())):
            done = replay.restore(args.file, clock.whole_second())
    except files.InUse:
        print("The service is running. Stop it first.", file=sys.stderr)
        return 1
    except (backup.NotABackup, backup.Busy, replay.LedgerProblem) as problem:
        print(f"{problem}\nNothing was changed.", file=sys.stderr)
        return 1
    _tell(done)
    return 0


def _tell(done: "replay.Restoring") -> None:
    from limen.web import restored

    print(f"The database of {done.made_at:%Y-%m-%d %H:%M:%S} UTC is in place. What the ledger says was taken since is taken:")
    for sentence in restored.done(done) or ["Nothing was taken since."]:
        print(f"  {sentence}")
    if missing := restored.missing(done):
        print("What is not here, and what to do:")
        for sentence in missing:
            print(f"  {sentence}")
    for sentence in restored.next_steps():
        print(sentence)
