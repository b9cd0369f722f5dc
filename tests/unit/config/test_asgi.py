"""Sockets of people who leave in the middle of a sentence."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer

from limen.config.asgi import HearsTheEnd


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
