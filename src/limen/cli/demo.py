"""`limen demo`: the whole product with the demonstration building and its simulated locks, from one command."""

import argparse
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from limen.cli import migrate, serve

if TYPE_CHECKING:
    from limen.cli.demonstration.building import Made

LOCKS_START_S = 30
BREATH_S = 0.05
"""Between two activations in the background, so that whoever opens pages meanwhile comes first."""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`--port 0` takes a free port."""
    parser = subparsers.add_parser("demo", help="serve the demonstration building with its simulated locks")
    parser.add_argument("--host", default="localhost", help="the address to listen on (default: this machine only)")
    parser.add_argument("--port", type=int, default=8000, help="0 takes a free one")


def run(args: argparse.Namespace) -> int:
    """Makes what is missing, starts the locks, serves until it is told to stop."""
    try:
        sockets = serve.listen(args.host, args.port)
    except OSError as problem:
        print(f"Port {args.port} cannot be used: {problem.strerror}. Choose another one: make run PORT=8001", file=sys.stderr)
        return 1
    address = serve.address_of(sockets)
    os.environ.setdefault("LIMEN_ORIGIN", address.rstrip("/"))
    os.environ["LIMEN_DEMO"] = "1"
    data = Path(os.environ.setdefault("LIMEN_DATA", "var")).absolute()
    os.environ["LIMEN_DATA"] = str(data)
    migrate.prepare()
    with locks(data, address) as air:
        made = prepare_building(data, air)
        with _meanwhile(made, air) as begin:

            def ready(told: str) -> None:
                _welcome(told, data)
                begin()

            serve.serve(sockets, ready)
    return 0


@contextmanager
def locks(data: Path, address: str) -> Iterator[str]:
    """The simulated locks in a process of their own, which ends with this one; gives the address of their air."""
    from importlib.resources import files

    shelf = files("limen.cli.demonstration").joinpath("doors.csv")
    gateway = address.rstrip("/").replace("http", "ws", 1) + "/gateway/lock"
    command = [sys.executable, "-m", "limen", "lock", "--data", str(data / "locks"), "--listen", "127.0.0.1:0", "--shelf", str(shelf)]
    command += ["--gateway", gateway, "--clock-file", str(data / "clock-offset-ms")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        first = process.stdout.readline().strip()
        if not first.startswith("ws://"):
            raise SystemExit("The simulated locks did not start.")
        yield first
    finally:
        process.terminate()
        process.wait(LOCKS_START_S)


def prepare_building(data: Path, air: str) -> "Made":
    """The building at the first start, and every lock that the tour goes to; the story of today comes after their activation."""
    from limen.cli.demonstration import activating, building
    from limen.storage import clock
    from limen.storage.transactions import unit_of_work

    made = building.there()
    if made is None:
        print("First start: making the demonstration building.", file=sys.stderr, flush=True)
        with unit_of_work():
            made = building.make(data, clock.now())
    first, _rest = activating.waiting(made)
    if activating.activate(made, air, first, lambda done: _show(done, len(first))):
        print(file=sys.stderr)
    if not building.begun(made):
        with unit_of_work():
            building.today(made, clock.now())
            building.invite_guest(made, clock.now())
    return made


def _show(done: int, total: int) -> bool:
    print(f"\rLocks active: {done} of {total}", end="", file=sys.stderr, flush=True)
    return True


@contextmanager
def _meanwhile(made: "Made", air: str) -> Iterator[Callable[[], None]]:
    """Activates the other homes' locks while the pages are open; gives what begins it. Ends after the lock in hand when the server ends."""
    ended = threading.Event()
    thread = threading.Thread(target=_others, args=(made, air, ended), name="activating", daemon=True)
    try:
        yield thread.start
    finally:
        ended.set()
        if thread.ident is not None:
            thread.join(LOCKS_START_S)


def _others(made: "Made", air: str, ended: threading.Event) -> None:
    from django.db import connection

    from limen.cli.demonstration import activating

    _first, rest = activating.waiting(made)
    activating.activate(made, air, rest, lambda _done: not ended.wait(BREATH_S))
    connection.close()


def _welcome(address: str, data: Path) -> None:
    """Where to look, and who one can be."""
    from limen.cli.demonstration.cast import sign_ins

    print(address, flush=True)
    print(
        f"\nThe demonstration is open: {address}demo/\nIt says what to try in which order, and lets you sign in as anybody with one tap.\n"
    )
    print("Sign-ins of this installation (drawn at its first start):")
    for one in sign_ins(data):
        extra = f"   authenticator {one['authenticator']}" if one["authenticator"] else ""
        print(f"  {one['name']:<16} {one['role']:<18} {one['email']:<20} {one['password']}{extra}")
    print(f"\nLocks to touch: {address}bench/     Mail: {address}demo/mail     Stop: Ctrl+C", flush=True)
