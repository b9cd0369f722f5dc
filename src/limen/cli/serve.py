"""`limen serve`: the whole service on one port. Pages, sockets and the outbox in one process; ends within seconds when it is told to."""

import argparse
import errno
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import uvicorn

from limen.cli import migrate

GRACE_S = 5
SOCKET_MESSAGE_MAX_BYTES = 1 << 20
SOCKET_QUEUE_MAX_MESSAGES = 32
# A phone that lost its network says nothing: it is asked, and its socket ends within ten seconds. The twenty of LINK-7 begin then.
SOCKET_ASKED_EVERY_S = 4.0
SOCKET_ANSWERS_WITHIN_S = 6.0
BACKLOG = 256
# Numbers under which this machine answers to its own name.
EVERY_HOST = {"127.0.0.1", "::1", "0.0.0.0", "::"}  # noqa: S104 — compared with, not bound to


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`--port 0` takes a free port; the first line printed is the address, once it answers."""
    parser = subparsers.add_parser("serve", help="serve pages, sockets and the outbox on one port")
    parser.add_argument("--host", default="localhost", help="the address to listen on (default: this machine only)")
    parser.add_argument("--port", type=int, default=8000, help="0 takes a free one")


def run(args: argparse.Namespace) -> int:
    """Serves until SIGINT or SIGTERM."""
    try:
        sockets = listen(args.host, args.port)
    except OSError as problem:
        print(f"Port {args.port} cannot be used: {problem.strerror}. Choose another one with --port.")
        return 1
    serve(sockets, lambda address: print(address, flush=True))
    return 0


def listen(host: str, port: int) -> list[socket.socket]:
    """Listening sockets; `localhost` means both 127.0.0.1 and ::1 (where the machine has it), on the same port.

    Raises OSError when the port is taken.
    """
    if host != "localhost":
        return [socket.create_server((host, port), backlog=BACKLOG)]
    first = socket.create_server(("127.0.0.1", port), backlog=BACKLOG)
    taken = first.getsockname()[1]
    try:
        return [first, socket.create_server(("::1", taken), family=socket.AF_INET6, backlog=BACKLOG)]
    except OSError as problem:
        if problem.errno == errno.EADDRINUSE and port:
            first.close()
            raise
        return [first]


def address_of(sockets: list[socket.socket]) -> str:
    """What to type into a browser: by name, because passkeys do not exist on a bare number."""
    host, port = sockets[0].getsockname()[:2]
    return f"http://{'localhost' if host in EVERY_HOST else host}:{port}/"


def serve(sockets: list[socket.socket], ready: Callable[[str], None]) -> None:
    """Prepares data folder and database, serves, calls `ready` with the address as soon as it answers; returns when told to stop.

    In the main thread only: signals are handled here. A request in flight is finished within `GRACE_S` seconds.
    """
    address = address_of(sockets)
    os.environ.setdefault("LIMEN_ORIGIN", address.rstrip("/"))
    migrate.prepare()
    collect_static()
    from limen.config.asgi import application

    config = uvicorn.Config(
        application,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="off",
        timeout_graceful_shutdown=GRACE_S,
        ws_max_size=SOCKET_MESSAGE_MAX_BYTES,
        ws_max_queue=SOCKET_QUEUE_MAX_MESSAGES,
        ws_ping_interval=SOCKET_ASKED_EVERY_S,
        ws_ping_timeout=SOCKET_ANSWERS_WITHIN_S,
    )
    from limen.storage import files

    with files.shared(in_use(Path(os.environ.get("LIMEN_DATA", "var")).absolute())), dispatching():
        Announcing(config, lambda: ready(address)).run(sockets=sockets)


def in_use(data: Path) -> Path:
    """The file that says that somebody serves from this data folder."""
    return data / "in-use"


class Announcing(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self.ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts as usual, then says so."""
        await super().startup(sockets)
        if self.started:
            self.ready()


def collect_static() -> None:
    """Gathers and compresses the static files under their digest, unless this version's are there already."""
    from django.conf import settings
    from django.core.management import call_command

    done = Path(settings.STATIC_ROOT) / ".complete"
    if not done.exists():
        call_command("collectstatic", interactive=False, verbosity=0)
        done.touch()


@contextmanager
def dispatching() -> Iterator[None]:
    """Tells what waits in the outbox, on a thread of its own, for as long as the server runs."""
    if not find_spec("limen.storage.outbox"):
        yield
        return
    from limen.storage.outbox import Dispatcher

    dispatcher = Dispatcher()
    thread = threading.Thread(target=dispatcher.run, name="outbox", daemon=True)
    thread.start()
    try:
        yield
    finally:
        dispatcher.stop()
        thread.join(GRACE_S)
