"""The throw-away instance: an own folder, an empty database, the service and the locks as programs of their own. Nothing of it stays."""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from limen.cli.rehearsal import database

START_S: Final = 300.0
STOP_S: Final = 10.0
LOG_TAIL: Final = 3000
OFFICE_PHONE: Final = "212 555 0100"


class DidNotStart(Exception):
    """A program of the stage ended or stayed silent; the text has the end of what it said."""


@dataclass(frozen=True)
class Stage:
    """Where everything is: the service's address, the locks' address, the first manager's join link."""

    origin: str
    locks: str
    join: str
    data: Path
    manager: str
    property_name: str

    def last_words(self) -> str:
        """The end of what service and locks wrote down, for whoever has to find out what went wrong."""
        logs = (self.data / "serve.log", self.data / "locks.log")
        return "\n".join(f"== {log.name}\n{log.read_text(errors='replace')[-LOG_TAIL:]}" for log in logs)


@dataclass(frozen=True)
class Opening:
    """What `limen init` is told."""

    property_name: str
    address: str
    time_zone: str
    profile: str
    manager: str


@contextmanager
def raised(opening: Opening, shelf: bytes, server: str | None = None) -> Iterator[Stage]:
    """Starts all of it in a new folder and takes all of it away again, whatever happens in between.

    With the address of a PostgreSQL `server` the service has a new database there, else a SQLite file in the folder.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="limen-rehearsal-")))
        data = folder / "data"
        address = stack.enter_context(database.thrown_away(server)) if server else None
        environment = _environment(data, address)
        join = _init(environment, opening)
        origin = _started(stack, environment, ["serve", "--port", "0"], folder / "serve.log", r"http://\S+").rstrip("/")
        (folder / "shelf.csv").write_bytes(shelf)
        locks = ["lock", "--data", str(folder / "locks"), "--listen", "127.0.0.1:0", "--shelf", str(folder / "shelf.csv")]
        locks += ["--gateway", origin.replace("http", "ws", 1) + "/gateway/lock", "--clock-file", str(data / "clock-offset-ms")]
        air = _started(stack, environment, locks, folder / "locks.log", r"ws://\S+").rstrip("/")
        yield Stage(origin=origin, locks=air, join=join, data=folder, manager=opening.manager, property_name=opening.property_name)


def _environment(data: Path, address: str | None = None) -> dict[str, str]:
    """The caller's environment without its own Limen settings: a rehearsal never touches a real instance."""
    own = {"LIMEN_DATABASE_URL": address} if address else {}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LIMEN_") and name != "DJANGO_SETTINGS_MODULE"}
    return {**kept, **own, "LIMEN_DATA": str(data), "LIMEN_DEMO": "1", "PYTHONUNBUFFERED": "1"}


def _init(environment: dict[str, str], opening: Opening) -> str:
    said = subprocess.run(
        [
            *_limen(),
            "init",
            "--property",
            opening.property_name,
            "--address",
            opening.address,
            "--time-zone",
            opening.time_zone,
            "--profile",
            opening.profile,
            "--office-phone",
            OFFICE_PHONE,
            "--manager",
            opening.manager,
        ],
        env=environment,
        capture_output=True,
        text=True,
        timeout=START_S,
        check=False,
    )
    match = re.search(r"/join/\S+", said.stdout)  # its own address is not known before it serves
    if said.returncode or match is None:
        raise DidNotStart(f"limen init: {said.stdout[-LOG_TAIL:]}{said.stderr[-LOG_TAIL:]}")
    return match[0]


def _started(stack: ExitStack, environment: dict[str, str], words: Sequence[str], said: Path, address: str) -> str:
    """Starts a program that writes into a file, gives the address that its first line names, and has it stopped at the end."""
    output = stack.enter_context(said.open("wb"))
    program = subprocess.Popen([*_limen(), *words], env=environment, stdout=output, stderr=subprocess.STDOUT)
    stack.callback(_stop, program)
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and program.poll() is None:
        first, newline, _ = said.read_text(errors="replace").partition("\n")
        match = re.search(address, first)
        if match and newline:
            return match[0]
        time.sleep(0.05)
    raise DidNotStart(f"limen {words[0]}: {said.read_text(errors='replace')[-LOG_TAIL:]}")


def _stop(program: "subprocess.Popen[bytes]") -> None:
    program.terminate()
    try:
        program.wait(STOP_S)
    except subprocess.TimeoutExpired:
        program.kill()
        program.wait(STOP_S)


def _limen() -> list[str]:
    return [sys.executable, "-m", "limen"]
