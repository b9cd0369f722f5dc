"""`limen …`: one module per command, loaded when it is there.

Nouns: command, edge, data folder.
Promises: a command that cannot be loaded does not break the others; secrets are made here, at the first start.
Never: contains a rule of the product.
Start reading: `main` below, then serve.py.
"""

import argparse
import importlib
import os
import pkgutil
import sys
from collections.abc import Callable, Sequence
from typing import Protocol, cast


class Command(Protocol):
    """A module of this package that is a command."""

    def add(self, subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
        """Adds the command's parser, under the module's name."""

    def run(self, args: argparse.Namespace) -> int:
        """Does it; 0 when it went well."""


def commands(asked: str = "") -> dict[str, Command]:
    """The command that is asked for and nothing else, or all that can be loaded, by name; what is wrong with another one is said, and the rest goes on."""
    found: dict[str, Command] = {}
    for name in sorted((module.name for module in pkgutil.iter_modules(__path__)), key=lambda name: name != asked):
        try:
            loaded = importlib.import_module(f"{__name__}.{name}")
        except Exception as problem:  # noqa: BLE001 — one broken command must not take `limen migrate` away from whoever mends it
            print(f"limen {name} cannot be loaded: {problem!r}", file=sys.stderr)
            continue
        if callable(getattr(loaded, "add", None)) and callable(getattr(loaded, "run", None)):
            found[name] = cast(Command, loaded)
        if asked in found:
            break  # to load the others takes longer than most of what one asks for
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code (2 for a command line that cannot be meant)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "limen.config.settings")
    parser = argparse.ArgumentParser(prog="limen", description="Access software for apartment buildings that you host yourself.")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="command")
    words = sys.argv[1:] if argv is None else argv
    known = commands(*words[:1])
    for name in sorted(known):
        known[name].add(subparsers)
    args = parser.parse_args(words)
    run: Callable[[argparse.Namespace], int] = known[args.command].run
    return run(args)
