"""A lock behind a websocket, `ws://…/air/{lock-id}`: one message is one frame, one connection is one link, as Bluetooth will have it."""

import time
from collections.abc import Iterable
from contextlib import ExitStack
from types import TracebackType

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from limen.phone.channels.air import Whom
from limen.phone.commands import OutOfReach
from limen.wire import limits

OPEN_S = 5.0
FRAME_BYTES = 4096  # far above any frame; a peer that sends more is not a lock


class WebSocketAir:
    """All locks of a process, or of a service that passes frames on, at one address `ws://…`."""

    def __init__(self, address: str) -> None:
        self.address = address

    def reach(self, whom: Whom) -> "WebSocket":
        """The line to one lock, by its lock-id."""
        return WebSocket(self.address, whom.lock_id)

    def reach_named(self, name: str) -> "WebSocket":
        """The line to the lock that is called so before it has an owner (F-4)."""
        return WebSocket(self.address, name)

    def near(self, those: Iterable[Whom]) -> list[Whom]:
        """Nobody is heard before one asks: all of them."""
        return list(those)


class WebSocket:
    """Open it with `with`: leaving closes the link."""

    frame_bytes = limits.FRAME_BYTES_MAX

    def __init__(self, air: str, called: bytes | str) -> None:
        self._address = f"{air.rstrip('/')}/air/{called.hex() if isinstance(called, bytes) else called}"
        self._link: ClientConnection | None = None
        self._hold = ExitStack()

    def __enter__(self) -> "WebSocket":
        """Nothing is opened yet: the first frame opens the link, so that a conversation learns by itself that nobody is there."""
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        """Hangs up."""
        self._hang_up()

    def reopen(self) -> None:
        """A new connection is a new link."""
        self._hang_up()

    def rest(self, ms: int) -> None:
        """Sleeps."""
        time.sleep(ms / 1000)

    def send(self, frame: bytes) -> None:
        """One frame, one message."""
        try:
            self._open().send(frame)
        except (OSError, WebSocketException, TimeoutError) as problem:
            raise OutOfReach from problem

    def receive(self, within_ms: int) -> bytes:
        """The next frame. A text message is no frame: the link counts as lost."""
        try:
            message = self._open().recv(timeout=within_ms / 1000)
        except (OSError, WebSocketException, TimeoutError) as problem:
            raise OutOfReach from problem
        if not isinstance(message, bytes):
            raise OutOfReach
        return message

    def now_ms(self) -> int:
        """Milliseconds of a clock that only goes forward."""
        return time.monotonic_ns() // 1_000_000

    def _open(self) -> ClientConnection:
        if self._link is None:
            opening = connect(self._address, open_timeout=OPEN_S, max_size=FRAME_BYTES, compression=None, proxy=None)
            self._link = self._hold.enter_context(opening)
        return self._link

    def _hang_up(self) -> None:
        self._hold.close()
        self._link = None
