"""`limen vectors`: writes the shared examples of the wire, or with --check says whether they are the ones in the package."""

import argparse
from pathlib import Path

import limen.wire


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("vectors", help="write or check the wire's test vectors")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file would change")
    parser.add_argument("--to", type=Path, default=folder(), metavar="DIR", help="where they stand (default: in the package)")


def run(args: argparse.Namespace) -> int:
    from limen.cli.vectorbook.book import CHAPTERS, written

    stale = 0
    for name in CHAPTERS:
        path: Path = args.to / f"{name}.json"
        text = written(name)
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale += 1
        print(f"{name}.json {'differs' if args.check else 'written'}")
        if not args.check:
            path.write_text(text, encoding="utf-8")
    return 1 if args.check and stale else 0


def folder() -> Path:
    """The package's own vectors."""
    return Path(limen.wire.__file__ or "").parent / "vectors"
