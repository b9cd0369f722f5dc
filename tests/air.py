"""A place where radios hear each other: virtual Bluetooth controllers on one air, each at the end of a TCP connection, as a real one is behind its driver.

What bumble's own air lacks is here: a delay, a distance, and the end of a connection when the other side is no longer heard.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, TypeVar

from bumble.controller import Connection, Controller
from bumble.core import PhysicalTransport
from bumble.hci import Address, HCI_ErrorCode
from bumble.link import LocalLink
from bumble.transport.common import StreamPacketSink, StreamPacketSource

Result = TypeVar("Result")


class Air(LocalLink):
    """`delay_s` lies between sending and hearing. `cut_after` counts down with every packet of data and then ends all connections."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.delay_s = 0.0
        self.cut_after: int | None = None
        self.packets = 0
        self.bytes = 0
        self.longest = 0

    def send_acl_data(self, sender_controller: Controller, destination_address: Address, transport: PhysicalTransport, data: bytes) -> None:
        """Later, or never."""
        self.packets += 1
        self.bytes += len(data)
        self.longest = max(self.longest, len(data))
        if self.cut_after is not None:
            self.cut_after -= 1
            if self.cut_after < 0:
                self.cut_after = None
                self.silence()
                return
        if self.delay_s == 0:
            super().send_acl_data(sender_controller, destination_address, transport, data)
            return
        receiver, sender = self.find_le_controller(destination_address), sender_controller.random_address
        if receiver is not None:
            asyncio.get_running_loop().call_later(self.delay_s, receiver.on_link_acl_data, sender, transport, data)

    def silence(self) -> None:
        """Nobody hears anybody any more: every connection ends on both sides, as after its supervision time-out."""
        for controller in list(self.controllers):
            self._end(controller, list(controller.le_connections.values()))

    def leave(self, gone: Controller) -> None:
        """A radio was taken away; those connected to it notice."""
        self.remove_controller(gone)
        gone.link = LocalLink()  # type: ignore[no-untyped-call]  # its timers go on calling, and nobody may hear a ghost
        lost = {connection.peer_address for connection in gone.le_connections.values()}
        for controller in list(self.controllers):
            mine = [
                one
                for one in controller.le_connections.values()
                if controller.random_address in lost and one.peer_address == gone.random_address
            ]
            self._end(controller, mine)

    def _end(self, controller: Controller, connections: list[Connection]) -> None:
        for connection in connections:
            controller.on_le_disconnected(connection, HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR)


class Place:
    """An air of its own on a thread, and the port where radios are fetched from."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.air: Air = self.do(Air)
        self._count = 0
        self._lines: set[asyncio.Transport] = set()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(60)
        self.link = f"tcp-client:127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def do(self, act: Callable[[], Result]) -> Result:
        """Does it where the air is."""

        async def there() -> Result:
            return act()

        return asyncio.run_coroutine_threadsafe(there(), self._loop).result(60)

    def start(self, work: Coroutine[object, object, Result]) -> "Future[Result]":
        """Begins something that lasts, where the air is."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def lose_radios(self) -> None:
        """Every controller is unplugged."""

        def unplug() -> None:
            for line in list(self._lines):
                line.abort()

        self.do(unplug)

    def settled(self) -> None:
        """Waits until every radio was given back."""

        async def gone() -> None:
            while self._lines:
                await asyncio.sleep(0.005)

        self.start(gone()).result(60)

    def close(self) -> None:
        """No radio any more."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(60)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(60)
        self._loop.close()

    async def _end(self) -> None:
        self._server.close()
        for line in list(self._lines):
            line.abort()
        await asyncio.sleep(0)

    async def _listen(self) -> asyncio.Server:
        return await self._loop.create_server(self._radio, "127.0.0.1", 0)

    def _radio(self) -> asyncio.Protocol:
        self._count += 1
        return _Radio(self.air, f"F0:00:00:00:00:{self._count:02X}", self._lines)


class _Radio(asyncio.Protocol):
    """One controller for as long as its driver holds the line."""

    def __init__(self, air: Air, address: str, lines: set[asyncio.Transport]) -> None:
        self._air, self._address, self._lines = air, address, lines

    def connection_made(self, transport: Any) -> None:
        self._line = transport
        self._lines.add(transport)
        self._source = StreamPacketSource()
        sink = StreamPacketSink(transport)
        self._controller = Controller(self._address, host_source=self._source, host_sink=sink, link=self._air, public_address=self._address)

    def data_received(self, data: bytes) -> None:
        self._source.data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._lines.discard(self._line)
        self._air.leave(self._controller)


@contextmanager
def place() -> Iterator[Place]:
    """One such place."""
    made = Place()
    try:
        yield made
    finally:
        made.close()
