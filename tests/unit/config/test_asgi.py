"""Sockets of people who leave in the middle of a sentence."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer

from limen.config.asgi import EndsWhenTold, HearsTheEnd
from limen.storage import live


class Talker(AsyncWebsocketConsumer):  # type: ignore[misc]
    """Answers whatever it hears, and notes when the other side has gone."""

    gone: list[int] = []

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        await self.send("and then")

    async def disconnect(self, code: int) -> None:
        self.gone.append(code)


def test_who_goes_while_being_spoken_to_is_noted_as_gone() -> None:
    """The server cannot send any more and says so; the consumer still hears the end, once."""
    heard: list[MutableMapping[str, Any]] = [
        {"type": "websocket.connect"},
        {"type": "websocket.receive", "text": "hello"},
        {"type": "websocket.disconnect", "code": 1006},
    ]

    async def receive() -> MutableMapping[str, Any]:
        return heard.pop(0)

    async def send(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "websocket.send":
            raise ConnectionResetError

    Talker.gone.clear()
    asyncio.run(HearsTheEnd(Talker.as_asgi())({"type": "websocket", "path": "/", "headers": []}, receive, send))
    assert Talker.gone == [1006]


def test_a_restart_ends_a_socket_and_says_so_to_both_sides() -> None:
    """Whoever was there reads "service restart" and dials again; the consumer hears the end."""
    said: list[MutableMapping[str, Any]] = []

    async def restarted() -> None:
        heard: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()
        for message in ({"type": "websocket.connect"}, {"type": "websocket.receive", "text": "hello"}):
            heard.put_nowait(message)
        talking = asyncio.Event()

        async def send(message: MutableMapping[str, Any]) -> None:
            said.append(message)
            if message["type"] == "websocket.send":
                talking.set()

        live.remember(asyncio.get_running_loop())
        served = asyncio.create_task(EndsWhenTold(Talker.as_asgi())({"type": "websocket", "path": "/", "headers": []}, heard.get, send))
        await asyncio.wait_for(talking.wait(), 60)
        live.close_all()
        await asyncio.wait_for(served, 60)

    Talker.gone.clear()
    asyncio.run(restarted())
    assert Talker.gone == [1012]
    assert [message for message in said if message["type"] == "websocket.close"] == [{"type": "websocket.close", "code": 1012}]
