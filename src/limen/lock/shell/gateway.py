"""A connected lock's own way out: one websocket to the gateway, dialled by the lock, dialled again for as long as it is owned (protocol B.10)."""

import asyncio
from contextlib import suppress

import websockets
from websockets.asyncio.connection import Connection

from limen.lock.shell.body import Body

FRAME_BYTES_MAX = 1024
FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 30.0
OPEN_TIMEOUT_S = 10.0
HEALTHY_S = 60.0


class Dialler:
    """At most one outgoing link per lock."""

    def __init__(self, gateway: str | None) -> None:
        self._gateway = gateway.rstrip("/") if gateway else None
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def dial(self, body: Body) -> None:
        """Keeps a link open from now on; does nothing where no gateway was named."""
        serial = body.made.serial
        running = self._tasks.get(serial)
        if self._gateway is not None and (running is None or running.done()):
            self._tasks[serial] = asyncio.get_running_loop().create_task(self._keep(body), name=f"gateway {serial}")

    async def close(self) -> None:
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _keep(self, body: Body) -> None:
        address, wait_s = f"{self._gateway}/{body.made.birth.lock_id.hex()}", FIRST_WAIT_S
        loop = asyncio.get_running_loop()
        while body.lock is None or body.lock.memory.held is not None:
            began = loop.time()
            if body.lock is not None and not body.no_signal:
                with suppress(OSError, TimeoutError, websockets.WebSocketException):
                    await self._link(body, address)
            wait_s = FIRST_WAIT_S if body.no_signal or loop.time() - began > HEALTHY_S else min(LONGEST_WAIT_S, wait_s * 2)
            await asyncio.sleep(wait_s)

    async def _link(self, body: Body, address: str) -> None:
        async with websockets.connect(address, max_size=FRAME_BYTES_MAX, compression=None, open_timeout=OPEN_TIMEOUT_S) as socket:
            await carry(body, socket, outgoing=True)


async def carry(body: Body, socket: Connection, *, outgoing: bool = False) -> None:
    """Frames both ways until either side ends the link; one message is one frame."""
    out: asyncio.Queue[bytes | None] = asyncio.Queue()
    link = body.connect(out.put_nowait, lambda: out.put_nowait(None), outgoing=outgoing)
    if link is None:
        await socket.close(1013, "out of reach")
        return
    sender = asyncio.get_running_loop().create_task(_send(socket, out))
    try:
        async for data in socket:
            if not isinstance(data, bytes):
                break
            body.frame(link, data)
    except websockets.ConnectionClosed:
        pass
    finally:
        body.disconnect(link)
        out.put_nowait(None)
        await sender


async def _send(socket: Connection, out: "asyncio.Queue[bytes | None]") -> None:
    with suppress(websockets.ConnectionClosed):
        while (frame := await out.get()) is not None:
            await socket.send(frame)
        await socket.close()
