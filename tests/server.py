"""Spawns the real command on a free port with its own data folder, as somebody at a terminal would; and answers websockets where a test plays a lock."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from websockets.sync.server import ServerConnection, serve

from limen.cli.rehearsal.database import thrown_away

START_S = 240  # the first start of a demonstration makes a building and activates its locks
STOP_S = 15
# What this process set for its own tests must not reach the spawned one.
OURS = ("LIMEN_", "DJANGO_", "PYTEST_", "PORT")
DATABASE = "LIMEN_DATABASE_URL"


@dataclass
class Running:
    """A spawned command: its process, its environment (for commands beside it), its address, and what it printed so far."""

    process: subprocess.Popen[str]
    data: Path
    environ: Mapping[str, str]
    address: str = ""
    lines: list[str] = field(default_factory=list)

    def stop(self) -> int:
        """Asks it to end and returns its exit code; kills it when it does not listen."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


@contextmanager
def running(data: Path, *command: str, environ: Mapping[str, str] | None = None) -> Iterator[Running]:
    """`limen <command> --port 0` (default: serve) on the data folder; it answers when this yields, and has ended when this returns.

    It has a database of its own; `environ` with what `own_database` gave goes on with that one.
    """
    with ExitStack() as stack:
        told = dict(environ or {})
        if DATABASE not in told:
            told |= stack.enter_context(own_database())
        yield stack.enter_context(_spawned(data, command or ("serve",), told))


@contextmanager
def own_database() -> Iterator[dict[str, str]]:
    """What spawned commands are told of a database of their own: a new one on the suite's PostgreSQL, dropped at the end, or nothing for SQLite."""
    if os.environ["LIMEN_TEST_DATABASE"] == "postgresql":
        with thrown_away(os.environ[DATABASE]) as address:
            yield {DATABASE: address}
    else:
        yield {}


def clean_environment(data: Path, told: Mapping[str, str]) -> dict[str, str]:
    """The environment of somebody at a terminal, with this data folder and what they are told."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return clean | {"LIMEN_DATA": str(data), "PYTHONUNBUFFERED": "1", **told}


@contextmanager
def _spawned(data: Path, command: Sequence[str], told: Mapping[str, str]) -> Iterator[Running]:
    environ = clean_environment(data, told)
    process = subprocess.Popen(
        [sys.executable, "-m", "limen", *command, "--port", "0"],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    server = Running(process, data, environ)
    first = threading.Event()
    reader = threading.Thread(target=_read, args=(server, first), daemon=True)
    reader.start()
    try:
        first.wait(START_S)
        if not server.address:
            raise AssertionError("it did not start:\n" + "\n".join(server.lines))
        yield server
    finally:
        server.stop()
        reader.join(STOP_S)
        if process.stdout:
            process.stdout.close()


@contextmanager
def answering(play: Callable[[ServerConnection], None]) -> Iterator[str]:
    """A websocket server on a free port for as long as the block lasts; each connection is given to `play`."""
    with serve(play, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
        server.shutdown()
        thread.join(STOP_S)


def _read(server: Running, first: threading.Event) -> None:
    """Keeps reading, so that the spawned process never waits for a full pipe."""
    assert server.process.stdout is not None
    for line in server.process.stdout:
        server.lines.append(line.rstrip("\n"))
        if not server.address and line.startswith("http://"):
            server.address = line.strip().rstrip("/")
            first.set()
    first.set()
