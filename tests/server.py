"""Spawns the real command on a free port with its own data folder, as somebody at a terminal would; and answers websockets where a test plays a lock."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from websockets.sync.server import ServerConnection, serve

START_S = 240  # the first start of a demonstration makes a building and activates its locks
STOP_S = 15
# What this process set for its own tests must not reach the spawned one.
OURS = ("LIMEN_", "DJANGO_", "PYTEST_", "PORT")


@dataclass
class Running:
    """A spawned command: its address, what it printed so far, and its process."""

    process: subprocess.Popen[str]
    data: Path
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
    """`limen <command> --port 0` (default: serve) on the data folder; it answers when this yields, and has ended when this returns."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    clean |= {"LIMEN_DATA": str(data), "PYTHONUNBUFFERED": "1", **(environ or {})}
    process = subprocess.Popen(
        [sys.executable, "-m", "limen", *(command or ("serve",)), "--port", "0"],
        env=clean,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    server = Running(process, data)
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
