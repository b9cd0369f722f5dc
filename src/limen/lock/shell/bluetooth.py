"""A lock's Bluetooth, by a controller of its own: one service, one characteristic to write to, one that notifies (docs/protocol/bluetooth.md).

A subscription is a link; what is written is a frame. Nobody pairs and the link's own encryption protects nothing here: the session inside does.
A controller that goes away leaves a lock with keypad, card and key, which looks for it again.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from bumble.core import UUID, BaseBumbleError
from bumble.device import Connection, Device, DeviceConfiguration
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.hci import Address, HCI_Error
from bumble.pairing import PairingConfig, PairingDelegate
from bumble.profiles.gap import GenericAccessService
from bumble.transport import open_transport
from bumble.transport.common import Transport

from limen.lock.sessions import Call
from limen.lock.shell.body import Body
from limen.wire import limits
from limen.wire.advertising import advertisement

AGAIN_S = 5.0
"""How long after the loss of a controller, or of a call that did not go out, it is tried again; also how often the name is looked at."""
SILENT_S = float(limits.HANDSHAKE_TIMEOUT_S)
"""Who connects and does not subscribe within this is sent away."""
DRAIN_S = 1.0
OPEN_S = 10.0
CALL_MS, SELDOM_MS = 152.5, 1285.0
ATT_OVERHEAD = 3
BROKEN = (BaseBumbleError, HCI_Error, OSError, TimeoutError, ValueError)
"""All the ways in which bumble says that a controller or a peer did not do its part."""

NO_RADIO = "No Bluetooth controller at {link}. Keypad, card and key work; it is looked for again every {seconds} seconds."
RADIO = "Bluetooth is up at {link}."

logging.getLogger("bumble").setLevel(logging.CRITICAL)  # what strangers send is no news


class _Unpaired(PairingDelegate):
    """Refuses every pairing: a lock knows phones by their grants."""

    async def accept(self) -> bool:
        return False


@dataclass
class _Link:
    """A connection, and from its subscription on a link of the mind."""

    connection: Connection
    out: "asyncio.Queue[bytes | None]" = field(default_factory=asyncio.Queue)
    number: int | None = None
    ended: bool = False
    sender: "asyncio.Task[None] | None" = None


class Bluetooth:
    """One lock on one controller, named as bumble names them: `hci-socket:0`, `usb:0`, `serial:/dev/ttyS0,115200`, `tcp-client:host:port`."""

    def __init__(self, body: Body, link: str) -> None:
        self._body = body
        self._name = link
        self._changed = asyncio.Event()
        self._links: dict[int, _Link] = {}
        self.up = False

    def look(self) -> None:
        """Something changed at the lock: perhaps its name, perhaps how often it may call."""
        self._changed.set()

    async def run(self, say: Callable[[str], None]) -> None:
        """Serves until cancelled. `say` hears when there is a controller and when there is none, each time it changes."""
        told = ""
        while True:
            with suppress(*BROKEN):
                async with asyncio.timeout(OPEN_S):
                    transport = await open_transport(self._name)
                try:
                    await self._on(transport, lambda: say(RADIO.format(link=self._name)))
                finally:
                    self._forget()
                    with suppress(*BROKEN):
                        await transport.close()
                told = ""
            sentence = NO_RADIO.format(link=self._name, seconds=int(AGAIN_S))
            if sentence != told:
                say(sentence)
                told = sentence
            await asyncio.sleep(AGAIN_S)

    async def _on(self, transport: Transport, ready: Callable[[], None]) -> None:
        device, to_phone, gap = self._device(transport)
        async with asyncio.timeout(OPEN_S):
            await device.power_on()
        device.on(Device.EVENT_CONNECTION, lambda connection: self._connected(device, connection, to_phone))
        self.up = True
        ready()
        calling = asyncio.create_task(self._call(device, gap))
        gone = asyncio.ensure_future(transport.source.terminated)
        try:
            await asyncio.wait({calling, gone}, return_when=asyncio.FIRST_COMPLETED)
            if calling.done():
                calling.result()
        finally:
            calling.cancel()
            await asyncio.gather(calling, return_exceptions=True)

    def _device(self, transport: Transport) -> tuple[Device, Characteristic[bytes], GenericAccessService]:
        """The radio as phones see it. Its address is drawn anew at every start and says nothing about the lock."""
        config = DeviceConfiguration(name="", address=Address.generate_static_address(), gap_service_enabled=False)
        device = Device.from_config_with_hci(config, transport.source, transport.sink)
        device.pairing_config_factory = lambda _: PairingConfig(delegate=_Unpaired())
        gap = GenericAccessService("")
        written = CharacteristicValue[bytes](write=self._written)
        to_lock = Characteristic[bytes](
            limits.GATT_TO_LOCK, Characteristic.Properties.WRITE_WITHOUT_RESPONSE, Characteristic.WRITEABLE, written
        )
        to_phone = Characteristic[bytes](limits.GATT_TO_PHONE, Characteristic.Properties.NOTIFY, Characteristic.Permissions(0), b"")
        to_phone.on(Characteristic.EVENT_SUBSCRIPTION, lambda connection, on, _: self._subscribed(connection, on))
        device.add_service(gap)
        device.add_service(Service(UUID(limits.GATT_SERVICE), [to_lock, to_phone]))
        return device, to_phone, gap

    async def _call(self, device: Device, gap: GenericAccessService) -> None:
        """Keeps the advertising as the lock wants it: its name of now, and none while every place is taken."""
        heard: Call | None = None
        while True:
            self._changed.clear()
            wanted = self._body.call() if len(self._links) < limits.CONNECTIONS_MAX else None
            if wanted is None:
                await device.stop_advertising()
            elif wanted != heard or not device.is_advertising:
                gap.device_name_characteristic.value = wanted.name.encode("ascii")
                every = SELDOM_MS if wanted.seldom else CALL_MS
                await device.start_advertising(
                    advertising_data=advertisement(wanted.name), advertising_interval_min=every, advertising_interval_max=every
                )
            heard = wanted
            with suppress(TimeoutError):
                async with asyncio.timeout(AGAIN_S):
                    await self._changed.wait()

    def _connected(self, device: Device, connection: Connection, to_phone: Characteristic[bytes]) -> None:
        link = self._links[connection.handle] = _Link(connection)
        link.sender = asyncio.create_task(self._send(device, link, to_phone))
        connection.on(Connection.EVENT_DISCONNECTION, lambda _: self._gone(connection.handle))
        asyncio.get_running_loop().call_later(SILENT_S, self._hang_up_silent, link)
        self.look()  # the call ended with the connection; there may be room for another

    def _hang_up_silent(self, link: _Link) -> None:
        if link.number is None:
            link.out.put_nowait(None)

    def _subscribed(self, connection: Connection, on: bool) -> None:
        link = self._links.get(connection.handle)
        if link is None or (link.number is not None and on):
            return
        if on:
            carries = min(connection.att_mtu - ATT_OVERHEAD, limits.FRAME_BYTES_MAX)
            link.number = self._body.connect(link.out.put_nowait, lambda: link.out.put_nowait(None), frame_bytes=carries)
        if not on or link.number is None:
            link.out.put_nowait(None)

    def _written(self, connection: Connection, frame: bytes) -> None:
        """A frame; before the subscription there is no link that it could belong to, and F-3 holds."""
        link = self._links.get(connection.handle)
        if link is None:
            return
        if link.number is None:
            link.out.put_nowait(None)
        else:
            self._body.frame(link.number, frame)

    async def _send(self, device: Device, link: _Link, to_phone: Characteristic[bytes]) -> None:
        """Frames in their order; None hangs up, after what was said has left."""
        with suppress(*BROKEN):
            while (frame := await link.out.get()) is not None:
                await device.notify_subscriber(link.connection, to_phone, frame)
            queue = device.host.get_data_packet_queue(link.connection.handle)
            if queue is not None and not link.ended:
                async with asyncio.timeout(DRAIN_S):
                    await queue.drain(link.connection.handle)
        with suppress(*BROKEN):
            if not link.ended:
                await link.connection.disconnect()

    def _gone(self, handle: int) -> None:
        link = self._links.pop(handle, None)
        if link is None:
            return
        link.ended = True
        link.out.put_nowait(None)
        if link.number is not None:
            self._body.disconnect(link.number)
        self.look()

    def _forget(self) -> None:
        """The controller is gone, and every connection with it."""
        self.up = False
        for handle in list(self._links):
            self._gone(handle)
