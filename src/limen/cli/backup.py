"""`limen backup FILE`: the whole database in one file, while the service runs (OPS-2)."""

import argparse
import sys
from pathlib import Path

from limen.cli import migrate


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """One file; an existing one is never written over."""
    parser = subparsers.add_parser("backup", help="copy the database into a file; keys and ledger are copied apart")
    parser.add_argument("file", type=Path, help="a new file")


def run(args: argparse.Namespace) -> int:
    """Says what is in the file and what must be kept beside it."""
    migrate.prepare()
    from limen.storage import backup, clock

    try:
        head = backup.write(args.file, clock.now())
    except FileExistsError:
        print(f"{args.file} is there already. Choose a new name.", file=sys.stderr)
        return 1
    except OSError as problem:
        print(f"{args.file} cannot be written: {problem.strerror}.", file=sys.stderr)
        return 1
    print(f"{args.file}: the database of {head.made_at:%Y-%m-%d %H:%M:%S} UTC, after line {head.line} of the ledger.")
    print("It holds no keys. Keep keys/, one newest copy of keystore.sqlite3, and the ledger (ledger.jsonl, ledger.head) apart from it.")
    return 0
