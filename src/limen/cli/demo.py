"""`limen demo`: the whole product with the demonstration building and its simulated locks, from one command."""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from limen.cli import migrate, serve

LOCKS_START_S = 30


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
        prepare_building(data, air)
        serve.serve(sockets, lambda told: _welcome(told, data))
    return 0


@contextmanager
def locks(data: Path, address: str) -> Iterator[str]:
    """The simulated locks in a process of their own, which ends with this one; gives the address of their air."""
    from importlib.resources import files

    shelf = files("limen.cli.demonstration").joinpath("doors.csv")
    gateway = address.rstrip("/").replace("http", "ws", 1) + "/gateway/lock"
    command = [sys.executable, "-m", "limen", "lock", "--data", str(data / "locks"), "--listen", "127.0.0.1:0", "--shelf", str(shelf)]
    command += ["--gateway", gateway, "--clock-file", str(data / "clock-offset-ms")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 (our own command line)
    try:
        assert process.stdout is not None
        first = process.stdout.readline().strip()
        if not first.startswith("ws://"):
            raise SystemExit("The simulated locks did not start.")
        yield first
    finally:
        process.terminate()
        process.wait(LOCKS_START_S)


def prepare_building(data: Path, air: str) -> None:
    """The building at the first start, and every lock that is not active yet."""
    from limen.cli.demonstration import activating, building
    from limen.storage import clock, outbox
    from limen.storage.transactions import unit_of_work

    made = building.there()
    if made is None:
        print("First start: making the demonstration building.", file=sys.stderr, flush=True)
        with unit_of_work():
            made = building.make(data, clock.now())
    fresh = activating.activate_all(made, air, lambda done, total: print(f"\rLocks active: {done} of {total}", end="", file=sys.stderr, flush=True))
    if fresh:
        print(file=sys.stderr)
        with unit_of_work():
            building.today(made, clock.now())
            building.invite_guest(made, clock.now())
        outbox.settle(clock.now())


def _welcome(address: str, data: Path) -> None:
    """Where to look, and who one can be."""
    from limen.cli.demonstration.cast import sign_ins

    print(address, flush=True)
    print(f"\nThe demonstration is open: {address}demo/\nIt says what to try in which order, and lets you sign in as anybody with one tap.\n")
    print("Sign-ins of this installation (drawn at its first start):")
    for one in sign_ins(data):
        extra = f"   authenticator {one['authenticator']}" if one["authenticator"] else ""
        print(f"  {one['name']:<16} {one['role']:<18} {one['email']:<20} {one['password']}{extra}")
    print(f"\nLocks to touch: {address}bench/     Mail: {address}demo/mail     Stop: Ctrl+C", flush=True)
