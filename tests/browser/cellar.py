"""A place with or without signal: the service is reached through it; without signal only the air around the locks is left."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from urllib.parse import urlsplit

FIRST_BYTES = 65_536


class Cellar:
    """Passes connections on to the service. Without signal it lets nothing through but `/air/…`, which stands for Bluetooth."""

    def __init__(self, service: str) -> None:
        self.there = (urlsplit(service).hostname or "localhost", urlsplit(service).port or 80)
        self.signal = True
        self._flows = threading.Event()
        self._flows.set()
        self._open: list[socket.socket] = []
        self._one_at_a_time = threading.Lock()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://localhost:{self._door.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def cut(self) -> None:
        """The signal is gone, also for what was being said."""
        with self._one_at_a_time:
            self.signal = False
            cut, self._open = self._open, []
        for one in cut:
            _end(one)

    def fall_silent(self) -> None:
        """Nothing comes through any more, and nobody is told: no connection ends."""
        self._flows.clear()

    def back(self) -> None:
        """There is signal again; what was on its way arrives."""
        self.signal = True
        self._flows.set()

    def close(self) -> None:
        """Nobody comes through any more."""
        self.cut()
        self._flows.set()
        _end(self._door)  # shut first: who waits at a door that is merely closed still lets one in

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._door.accept()
                threading.Thread(target=self._pass, args=(near,), daemon=True).start()

    def _pass(self, near: socket.socket) -> None:
        """One connection; both its ends are let go whatever becomes of it."""
        with ExitStack() as held, suppress(OSError):
            held.callback(_end, near)
            first = near.recv(FIRST_BYTES)
            air = first.startswith(b"GET /air/")
            if not (self.signal or air):
                return
            far = socket.create_connection(self.there)
            held.callback(_end, far)
            if not (air or self._lets_in(near, far)):
                return
            flows = _always() if air else self._flows
            flows.wait()
            far.sendall(first)
            threading.Thread(target=_copy, args=(far, near, flows), daemon=True).start()
            _copy(near, far, flows)

    def _lets_in(self, near: socket.socket, far: socket.socket) -> bool:
        """None comes in between the cut and the end of what it cuts."""
        with self._one_at_a_time:
            if self.signal:
                self._open += [near, far]
            return self.signal


def _always() -> threading.Event:
    event = threading.Event()
    event.set()
    return event


def _copy(one: socket.socket, other: socket.socket, flows: threading.Event) -> None:
    with suppress(OSError):
        while data := one.recv(FIRST_BYTES):
            flows.wait()
            other.sendall(data)
    _end(one)
    _end(other)


def _end(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()


@contextmanager
def cellar(service: str) -> Iterator[Cellar]:
    """One such place, closed at the end."""
    made = Cellar(service)
    try:
        yield made
    finally:
        made.close()
