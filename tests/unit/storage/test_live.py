"""Threads tell open sockets to look again."""

import asyncio
import threading
from collections.abc import Iterator

import pytest
from channels.layers import get_channel_layer

from limen.storage import live


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch) -> Iterator[asyncio.AbstractEventLoop]:
    """A loop that serves sockets on a thread of its own, as the server does."""
    running = asyncio.new_event_loop()
    thread = threading.Thread(target=running.run_forever)
    thread.start()
    monkeypatch.setattr(live, "_loop", None)
    yield running
    running.call_soon_threadsafe(running.stop)
    thread.join()
    running.close()


def test_a_thread_reaches_a_socket_of_the_servers_loop(loop: asyncio.AbstractEventLoop) -> None:
    """The message arrives at once, not when the loop wakes for another reason."""
    live.remember(loop)
    layer = get_channel_layer()
    channel = asyncio.run_coroutine_threadsafe(layer.new_channel(), loop).result(60)
    asyncio.run_coroutine_threadsafe(layer.group_add("person.dana", channel), loop).result(60)
    live.tell("person.dana", {"type": "look.again"})
    assert asyncio.run_coroutine_threadsafe(layer.receive(channel), loop).result(60) == {"type": "look.again"}


def test_without_a_server_nobody_listens_and_nothing_happens(loop: asyncio.AbstractEventLoop) -> None:
    """A command that tells its outbox rows needs no server."""
    live.tell("person.dana", {"type": "look.again"})


def test_a_server_that_ended_is_not_waited_for(loop: asyncio.AbstractEventLoop) -> None:
    """The truth is in the database; the page asks again when it reconnects."""
    ended = asyncio.new_event_loop()
    ended.close()
    live.remember(ended)
    live.tell("person.dana", {"type": "look.again"})


def test_every_socket_hears_that_the_service_starts_anew(loop: asyncio.AbstractEventLoop) -> None:
    """Also from a thread; one that has gone already is not counted."""

    async def stays() -> bool:
        with live.socket() as over:
            opened.set()
            return await asyncio.wait_for(over.wait(), 60)

    live.close_all()
    opened = threading.Event()
    live.remember(loop)
    staying = asyncio.run_coroutine_threadsafe(stays(), loop)
    assert opened.wait(60)
    live.close_all()
    assert staying.result(60)
    assert not live._sockets
