"""Tells open sockets to look again. The message carries no facts: the truth is in the database, and a message may be lost.

Only what the outbox calls may speak here. The in-memory layer belongs to the server's loop, so a thread hands its message over to that loop.
"""

import asyncio
import logging
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager

from channels.layers import get_channel_layer

log = logging.getLogger(__name__)

_loop: asyncio.AbstractEventLoop | None = None
_sockets: set[asyncio.Event] = set()


def remember(loop: asyncio.AbstractEventLoop) -> None:
    """The loop that serves the sockets of this process; told by the ASGI entry with every connection."""
    global _loop
    _loop = loop


def tell(group: str, message: dict[str, str]) -> None:
    """Asks every socket of `group` to look again; `message["type"]` names the consumer's method. Never waits, never raises for a lost layer.

    Without a server in this process (a command, a test) nobody listens and nothing happens.
    """
    layer = get_channel_layer()
    if layer is None or _loop is None or _loop.is_closed():
        return
    asyncio.run_coroutine_threadsafe(layer.group_send(group, message), _loop).add_done_callback(_say_failure)


@contextmanager
def socket() -> Iterator[asyncio.Event]:
    """Counts a socket in as long as it lasts; the event says that it shall end."""
    over = asyncio.Event()
    _sockets.add(over)
    try:
        yield over
    finally:
        _sockets.discard(over)


def close_all() -> None:
    """Ends every socket of this process, as a restart of the service would; whoever was there dials again. From any thread."""
    if _loop is not None and not _loop.is_closed():
        _loop.call_soon_threadsafe(_end_sockets)


def _end_sockets() -> None:
    for over in tuple(_sockets):
        over.set()


def _say_failure(done: "Future[None]") -> None:
    problem = done.exception() if not done.cancelled() else None
    if problem is not None:
        log.warning("a socket group was not told: %s", type(problem).__name__)
