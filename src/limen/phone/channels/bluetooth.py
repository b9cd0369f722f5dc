"""Locks over Bluetooth, by a controller that bumble opens by name (docs/protocol/bluetooth.md). The radio runs on a thread of its own; a phone waits.

A lock is looked for by the name that its key gives. One frame is one write without response; what the lock says comes as notifications.
"""

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import Future
from contextlib import suppress
from types import TracebackType
from typing import TypeVar

from bumble.core import UUID, BaseBumbleError
from bumble.device import Advertisement, Connection, Device, DeviceConfiguration, Peer
from bumble.gatt_client import CharacteristicProxy
from bumble.hci import Address, HCI_Error
from bumble.transport import open_transport
from bumble.transport.common import Transport

from limen.phone.channels.air import Whom
from limen.phone.commands import OutOfReach
from limen.wire import limits
from limen.wire.advertising import air_name, heard_name

OPEN_S = 10.0
FIND_S = 6.0
"""Locks call several times a second; one that was not heard for so long is not near, or both of its places are taken."""
CONNECT_S = 8.0
LOOK_AROUND_S = 3.0
HANG_UP_S = 2.0
ATT_MTU = 517
ATT_OVERHEAD = 3
BROKEN = (BaseBumbleError, HCI_Error, OSError, TimeoutError, asyncio.CancelledError, ValueError)
"""All the ways in which bumble says that a peer or a controller did not do its part."""

Result = TypeVar("Result")
logging.getLogger("bumble").setLevel(logging.CRITICAL)  # what is wrong with a stranger's radio is no news


class NoRadio(Exception):
    """There is no Bluetooth controller of this name, or it does not answer."""


class Radio:
    """One controller, opened when it is first needed. Use it with `with`."""

    def __init__(self, link: str) -> None:
        self._name = link
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._transport: Transport | None = None
        self._device: Device | None = None

    def __enter__(self) -> "Radio":
        """Nothing is opened yet."""
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        """Gives the controller back."""
        if self._loop is not None and self._thread is not None:
            with suppress(*BROKEN):
                asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(HANG_UP_S)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()
        self._loop = self._thread = self._device = self._transport = None

    def reach(self, whom: Whom) -> "Bluetooth":
        """The line to one lock."""
        return self.reach_named(air_name(whom.lock_id, whom.key))

    def reach_named(self, name: str) -> "Bluetooth":
        """The line to the lock that calls itself so."""
        return Bluetooth(self, name)

    def near(self, those: Iterable[Whom]) -> list[Whom]:
        """Those whose call is heard within three seconds."""
        named = {air_name(whom.lock_id, whom.key): whom for whom in those}
        heard = self.wait(self._listen(frozenset(named), LOOK_AROUND_S), LOOK_AROUND_S + OPEN_S)
        return [whom for name, whom in named.items() if name in heard]

    def wait(self, work: Coroutine[object, object, Result], within_s: float) -> Result:
        """Has the radio's thread do it; `TimeoutError` after so long, `NoRadio` where there is no controller."""
        return self.soon(work).result(within_s)

    def soon(self, work: Coroutine[object, object, Result]) -> "Future[Result]":
        """Has the radio's thread do it, after what it was asked before."""
        try:
            loop = self._running()
        except NoRadio:
            work.close()
            raise
        return asyncio.run_coroutine_threadsafe(work, loop)

    async def connect(self, name: str) -> Connection:
        """A connection to the lock that calls itself so; `OutOfReach` where it is not heard."""
        heard = await self._listen(frozenset({name}), FIND_S)
        if name not in heard:
            raise OutOfReach
        return await self.device.connect(heard[name], timeout=CONNECT_S)

    async def end(self, connection: Connection) -> None:
        """Hangs up, if it has not ended by itself."""
        if self.device.connections.get(connection.handle) is connection:
            await connection.disconnect()

    @property
    def device(self) -> Device:
        """The open controller."""
        if self._device is None:
            raise NoRadio(self._name)
        return self._device

    async def _listen(self, names: frozenset[str], within_s: float) -> dict[str, Address]:
        """Addresses of those that are heard; ends early when all are."""
        found: dict[str, Address] = {}
        complete = asyncio.Event()

        def heard(advertisement: Advertisement) -> None:
            name = heard_name(advertisement.data_bytes)
            if name in names and advertisement.is_connectable:
                found[name] = advertisement.address
                if found.keys() == names:
                    complete.set()

        self.device.on(Device.EVENT_ADVERTISEMENT, heard)
        try:
            await self.device.start_scanning(active=False)
            with suppress(TimeoutError):
                async with asyncio.timeout(within_s):
                    await complete.wait()
            await self.device.stop_scanning()
        finally:
            self.device.remove_listener(Device.EVENT_ADVERTISEMENT, heard)
        return found

    def _running(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._loop.run_forever, name="bluetooth", daemon=True)
            self._thread.start()
        if self._device is None:
            try:
                asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(2 * OPEN_S)
            except BROKEN as problem:
                raise NoRadio(self._name) from problem
        return self._loop

    async def _open(self) -> None:
        async with asyncio.timeout(OPEN_S):
            self._transport = await open_transport(self._name)
            config = DeviceConfiguration(name="", address=Address.generate_static_address())
            device = Device.from_config_with_hci(config, self._transport.source, self._transport.sink)
            await device.power_on()
        self._device = device

    async def _close(self) -> None:
        if self._transport is not None:
            await self._transport.close()


class Bluetooth:
    """The line to one lock. A connection that broke stays broken until it is reopened."""

    def __init__(self, radio: Radio, name: str) -> None:
        self._radio = radio
        self._name = name
        self._heard: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._connection: Connection | None = None
        self._to_lock: CharacteristicProxy[bytes] | None = None
        self._carries = limits.FRAME_BYTES_PLANNED
        self._lost = False

    def __enter__(self) -> "Bluetooth":
        """Nothing is opened yet: the first frame looks for the lock."""
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        """Hangs up."""
        self._hang_up()

    @property
    def frame_bytes(self) -> int:
        """What the connection carries; what is planned for where there is none."""
        with suppress(OutOfReach):
            self._open()
        return self._carries

    def reopen(self) -> None:
        """Hangs up; the next frame looks for the lock anew."""
        self._hang_up()
        self._lost = False

    def rest(self, ms: int) -> None:
        """Sleeps."""
        time.sleep(ms / 1000)

    def send(self, frame: bytes) -> None:
        """One frame, one write."""
        self._radio.soon(self._write(self._open(), frame))

    def receive(self, within_ms: int) -> bytes:
        """The next notification."""
        if self._to_lock is None:
            raise OutOfReach
        try:
            frame = self._heard.get(timeout=within_ms / 1000)
        except queue.Empty:
            raise OutOfReach from None
        if frame is None:
            self._lost = True
            raise OutOfReach
        return frame

    def now_ms(self) -> int:
        """Milliseconds of a clock that only goes forward."""
        return time.monotonic_ns() // 1_000_000

    def _open(self) -> CharacteristicProxy[bytes]:
        if self._to_lock is None and not self._lost:
            self._heard = queue.SimpleQueue()
            try:
                self._to_lock = self._radio.wait(self._connect(self._heard.put), FIND_S + 3 * CONNECT_S)
            except (OutOfReach, *BROKEN) as problem:
                self._hang_up()
                self._lost = True
                raise OutOfReach from problem
        if self._to_lock is None or self._lost:
            raise OutOfReach
        return self._to_lock

    async def _connect(self, hear: Callable[[bytes | None], None]) -> CharacteristicProxy[bytes]:
        self._connection = connection = await self._radio.connect(self._name)
        connection.on(Connection.EVENT_DISCONNECTION, lambda _: hear(None))
        async with asyncio.timeout(CONNECT_S):
            return await connection.cancel_on_disconnection(asyncio.ensure_future(self._subscribe(connection, hear)))

    async def _subscribe(self, connection: Connection, hear: Callable[[bytes | None], None]) -> CharacteristicProxy[bytes]:
        """Agrees on how much is carried, then subscribes: to the lock the subscription is the link."""
        peer = Peer(connection)
        self._carries = min(await peer.request_mtu(ATT_MTU) - ATT_OVERHEAD, limits.FRAME_BYTES_MAX)
        for service in await peer.discover_service(UUID(limits.GATT_SERVICE)):
            await service.discover_characteristics()
            (to_lock,) = service.get_characteristics_by_uuid(UUID(limits.GATT_TO_LOCK))
            (to_phone,) = service.get_characteristics_by_uuid(UUID(limits.GATT_TO_PHONE))
            await to_phone.subscribe(hear)
            return to_lock
        raise OutOfReach

    async def _write(self, to_lock: CharacteristicProxy[bytes], frame: bytes) -> None:
        with suppress(*BROKEN):  # a connection that is gone says so by itself
            await to_lock.write_value(frame, with_response=False)

    def _hang_up(self) -> None:
        connection, self._connection, self._to_lock = self._connection, None, None
        if connection is not None:
            with suppress(NoRadio, *BROKEN):
                self._radio.wait(self._radio.end(connection), HANG_UP_S)
