"""The air between a browser and a simulated lock: passes frames on, both ways, as radio would. It reads nothing and keeps nothing."""

import asyncio
import re
from contextlib import suppress
from typing import Final

import websockets
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.urls import path

FRAME_MAX_BYTES: Final = 64 * 1024
WAITS_S: Final = 5
NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,40}")
"""It becomes a part of an address."""


class Air(AsyncWebsocketConsumer):  # type: ignore[misc]
    """One socket of a browser, one socket to the process with the locks; when one ends, so does the other. Phones name a lock by its lock-id."""

    way = "air"

    async def connect(self) -> None:
        called = self.scope["url_route"]["kwargs"]["called"]
        if not NAME.fullmatch(called):
            await self.close(code=4404)
            return
        try:
            self.lock = await websockets.connect(f"{locks_address()}/{self.way}/{called}", max_size=FRAME_MAX_BYTES, open_timeout=WAITS_S)
        except (OSError, TimeoutError, websockets.WebSocketException):
            await self.close(code=4404)
            return
        await self.accept()
        self.pump = asyncio.create_task(self._from_lock())

    async def disconnect(self, code: int) -> None:
        if hasattr(self, "pump"):
            self.pump.cancel()
            await self.lock.close()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        data = bytes_data if bytes_data is not None else text_data
        if data is None or len(data) > FRAME_MAX_BYTES:
            await self.close(code=4400)
            return
        with suppress(websockets.ConnectionClosed):
            await self.lock.send(data)

    async def _from_lock(self) -> None:
        with suppress(websockets.ConnectionClosed):
            async for data in self.lock:
                if isinstance(data, bytes):
                    await self.send(bytes_data=data)
                else:
                    await self.send(text_data=data)
        await self.close()


class Face(Air):
    """The hands and eyes at the door, as JSON; they name a lock by the serial on its housing."""

    way = "face"


def locks_address() -> str:
    """Where the process with the simulated locks listens; it writes the address when it starts."""
    return (settings.LIMEN_DATA / "locks-url").read_text("ascii").strip().rstrip("/")


AIR = path("air/<str:called>", Air.as_asgi())
browsers = [AIR, path("bench/face/<str:called>", Face.as_asgi())] if settings.LIMEN_DEMO else []
programmes = [AIR] if settings.LIMEN_DEMO else []
