"""Chromium's own Bluetooth, emulated (DevTools, BluetoothEmulation): what the page does with a radio reaches real lock minds.

Locks are near, the person's finger picks from the browser's list, what is written goes to the lock as a frame. Two things emulation lacks: it cannot
push a notification, so a page's subscription is answered by reads that wait (to the page both are the same event); and it tells neither that the
page hung up nor that it connected again, so the page's radio says the one, and a first read or write after it counts as the other. These come by
different ways and in any order: so a page connects only after this radio said that it had heard of each hanging up and had nothing left of that link.
"""

import asyncio
import base64
import itertools
import json
import threading
import urllib.request
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import websockets

from limen.wire import limits

DESCRIPTOR = "00002902-0000-1000-8000-00805f9b34fb"
GONE = 0x08
PATIENCE_S = 60
Said = dict[str, Any]

UNLIKELY = 0x0E

WHAT_EMULATION_LACKS = """
const [connect, hangUp] = [BluetoothRemoteGATTServer.prototype.connect, BluetoothRemoteGATTServer.prototype.disconnect];
const [here, unheard] = [crypto.randomUUID(), new Map()];
globalThis.radioHeard = (number) => unheard.get(number)?.resolve();
BluetoothRemoteGATTServer.prototype.disconnect = function () {
  const number = `${unheard.size} of ${here}`, wait = {};
  wait.heard = new Promise((resolve) => { wait.resolve = resolve; });
  unheard.set(number, wait);
  globalThis.pageHungUp(JSON.stringify({ name: this.device.name, number }));
  return hangUp.call(this);
};
BluetoothRemoteGATTServer.prototype.connect = async function () {
  await Promise.all([...unheard.values()].map((wait) => wait.heard));
  return connect.call(this);
};
const start = BluetoothRemoteGATTCharacteristic.prototype.startNotifications;
BluetoothRemoteGATTCharacteristic.prototype.startNotifications = async function () {
  const started = await start.call(this);
  (async () => { try { for (;;) await this.readValue(); } catch {} })();
  return started;
};
"""


@dataclass
class Listening:
    """Whether the page reads on a link, and whether it was told that the link ended."""

    begun: bool = False
    ended: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class Lock:
    """One lock as this radio shows it: its address and name in the air, and where its frames go."""

    address: str
    name: str
    frames: str
    in_reach: bool = True
    gone: bool = False
    cut_after: int | None = None
    sent: int = 0
    line: websockets.ClientConnection | None = None
    said: "asyncio.Queue[bytes | None]" = field(default_factory=asyncio.Queue)
    """What the page has not read yet; None, once the link ended, for every read that still waits."""
    reads: "set[asyncio.Task[Any]]" = field(default_factory=set)
    listening: Listening = field(default_factory=Listening)


class Emulated:
    """The radio of one browser. Runs on a thread of its own, so that a test may wait for a page meanwhile."""

    def __init__(self, debugger: str, locks: list[Lock]) -> None:
        self.locks = locks
        self.picks = True
        """False: the person closes the list."""
        self.lists: list[int] = []
        """How many locks were in each list that was answered."""
        self._by_characteristic: dict[str, Lock] = {}
        self._answers: dict[int, asyncio.Future[Said]] = {}
        self._one_at_a_time = asyncio.Lock()
        self._answered: set[str] = set()
        self._count = itertools.count(1)
        self._tasks: set[asyncio.Task[None]] = set()
        self._lines: list[websockets.ClientConnection] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._run(self._open(debugger))

    def finger_on(self) -> None:
        """From now on the person picks the lock that the list of any open page shows."""
        self._run(self._watch_lists())

    def close(self) -> None:
        """The radio is gone."""
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_S)
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_S)

    async def _open(self, debugger: str) -> None:
        self._socket = await websockets.connect(debugger, max_size=None)
        self._reader = asyncio.create_task(self._read())
        await self._bluetooth("enable", state="powered-on", leSupported=True)
        for lock in self.locks:
            await self._show(lock)

    async def _close(self) -> None:
        for task in [*self._tasks, self._reader]:
            task.cancel()
        await asyncio.gather(*self._tasks, self._reader, return_exceptions=True)
        await asyncio.gather(*(line.close() for line in [*self._lines, self._socket]))

    async def _watch_lists(self) -> None:
        targets = (await self._say("Target.getTargets"))["targetInfos"]
        for target in targets:
            if target["type"] == "page":
                session = (await self._say("Target.attachToTarget", targetId=target["targetId"], flatten=True))["sessionId"]
                await self._say("DeviceAccess.enable", session=session)
                await self._say("Runtime.enable", session=session)
                await self._say("Runtime.addBinding", session=session, name="pageHungUp")

    async def _say(self, method: str, session: str | None = None, **facts: object) -> Said:
        number = next(self._count)
        answer: asyncio.Future[Said] = self._loop.create_future()
        self._answers[number] = answer
        message: Said = {"id": number, "method": method, "params": facts}
        await self._socket.send(json.dumps(message | ({"sessionId": session} if session else {})))
        return await answer

    async def _bluetooth(self, what: str, **facts: object) -> Said:
        return await self._say(f"BluetoothEmulation.{what}", None, **facts)

    async def _read(self) -> None:
        heard = {
            "BluetoothEmulation.gattOperationReceived": self._gatt,
            "BluetoothEmulation.characteristicOperationReceived": self._characteristic,
            "BluetoothEmulation.descriptorOperationReceived": self._descriptor,
        }
        async for message in self._socket:
            said = json.loads(message)
            if "id" in said:
                found = self._answers.pop(said["id"])
                found.set_exception(AssertionError(said["error"])) if "error" in said else found.set_result(said["result"])
            elif said.get("method") == "DeviceAccess.deviceRequestPrompted":
                self._begin(self._pick(said["params"], said["sessionId"]))
            elif said.get("method") == "Runtime.bindingCalled":
                self._begin(self._hang_up(said["sessionId"], **json.loads(said["params"]["payload"])))
            elif said.get("method") in heard:
                self._begin(heard[said["method"]](said["params"]))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _pick(self, prompt: Said, session: str) -> None:
        """The list shows those that the page asked for; the first of it is picked, once."""
        if not prompt["devices"] or prompt["id"] in self._answered:
            return  # it is told again after it was answered, and to answer twice ends the browser
        self._answered.add(prompt["id"])
        self.lists.append(len(prompt["devices"]))
        if self.picks:
            await self._say("DeviceAccess.selectPrompt", session=session, id=prompt["id"], deviceId=prompt["devices"][0]["id"])
        else:
            await self._say("DeviceAccess.cancelPrompt", session=session, id=prompt["id"])

    async def _show(self, lock: Lock) -> None:
        """As a device that the machine knows already: an emulated advertisement would not bring its name to the list."""
        known: Said = {"manufacturerData": [], "knownServiceUuids": [limits.GATT_SERVICE]}
        await self._bluetooth("simulatePreconnectedPeripheral", address=lock.address, name=lock.name, **known)
        await self._offer(lock)

    async def _offer(self, lock: Lock) -> None:
        service = (await self._bluetooth("addService", address=lock.address, serviceUuid=limits.GATT_SERVICE))["serviceId"]
        to_lock, to_phone = {"writeWithoutResponse": True, "write": True}, {"notify": True, "read": True}
        for uuid, properties in ((limits.GATT_TO_LOCK, to_lock), (limits.GATT_TO_PHONE, to_phone)):
            made = await self._bluetooth("addCharacteristic", serviceId=service, characteristicUuid=uuid, properties=properties)
            self._by_characteristic[made["characteristicId"]] = lock
        await self._bluetooth("addDescriptor", characteristicId=made["characteristicId"], descriptorUuid=DESCRIPTOR)

    async def _gatt(self, wish: Said) -> None:
        lock = next(lock for lock in self.locks if lock.address == wish["address"])
        code, lock.gone = 0 if lock.in_reach else GONE, False
        await self._bluetooth("simulateGATTOperationResponse", address=lock.address, type=wish["type"], code=code)

    async def _link(self, lock: Lock) -> None:
        """A connection is a link: the one that stands, or a new one."""
        async with self._one_at_a_time:
            if lock.line is None:
                lock.said, lock.line = asyncio.Queue(), await websockets.connect(lock.frames)
                lock.listening = Listening()
                self._lines.append(lock.line)
                self._begin(self._listen(lock, lock.line, lock.said))

    async def _hang_up(self, session: str, name: str, number: str) -> None:
        """The page's wish, which the lock hears; the page hears that it was heard, after the last answer of that link."""
        lock = next(lock for lock in self.locks if lock.name == name)
        line, lock.line = lock.line, None
        if line is not None:
            await line.close()
            lock.said.put_nowait(None)
        await asyncio.gather(*lock.reads)
        lock.listening.ended.set()
        with suppress(AssertionError):  # another page stands there by now
            await self._say("Runtime.evaluate", session, expression=f"radioHeard({json.dumps(number)})")

    async def _listen(self, lock: Lock, line: websockets.ClientConnection, said: "asyncio.Queue[bytes | None]") -> None:
        listening = lock.listening
        with suppress(websockets.ConnectionClosed):
            async for frame in line:
                assert isinstance(frame, bytes)
                said.put_nowait(frame)
        if lock.line is line:  # not the page's wish
            lock.line, lock.gone = None, True
        said.put_nowait(None)
        if lock.gone:
            if listening.begun:  # first the page's last read is answered: a disconnection with one pending would be forgotten
                await listening.ended.wait()
            await self._bluetooth("simulateGATTDisconnection", address=lock.address)
            await self._offer(lock)  # the services went with it

    async def _characteristic(self, wish: Said) -> None:
        lock = self._by_characteristic[wish["characteristicId"]]
        if not lock.gone:
            await self._link(lock)
        answer: Said = {"characteristicId": wish["characteristicId"], "type": wish["type"], "code": 0}
        if wish["type"] == "write":
            await self._write(lock, base64.b64decode(wish["data"]))
        elif wish["type"] == "read":
            reading = asyncio.current_task()
            assert reading is not None
            lock.reads.add(reading)
            reading.add_done_callback(lock.reads.discard)
            listening, lock.listening.begun = lock.listening, True
            frame = None if lock.gone else await lock.said.get()
            if frame is None:
                lock.said.put_nowait(None)
            answer |= {"code": UNLIKELY} if frame is None else {"data": base64.b64encode(frame).decode()}
        with suppress(AssertionError):  # the page hung up meanwhile
            await self._bluetooth("simulateCharacteristicOperationResponse", **answer)
        if answer["code"] == UNLIKELY:
            listening.ended.set()

    async def _write(self, lock: Lock, frame: bytes) -> None:
        assert len(frame) <= limits.FRAME_BYTES_PLANNED
        lock.sent += 1
        if lock.cut_after is not None and lock.sent > lock.cut_after:
            lock.cut_after = None
            if lock.line is not None:
                await lock.line.close()
        elif lock.line is not None:
            with suppress(websockets.ConnectionClosed):
                await lock.line.send(frame)

    async def _descriptor(self, wish: Said) -> None:
        await self._bluetooth("simulateDescriptorOperationResponse", descriptorId=wish["descriptorId"], type=wish["type"], code=0)


@contextmanager
def emulated(port: int, locks: list[Lock]) -> Iterator[Emulated]:
    """The radio of the browser whose debugger listens there."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/version") as answer:
        debugger = json.load(answer)["webSocketDebuggerUrl"]
    radio = Emulated(debugger, locks)
    try:
        yield radio
    finally:
        radio.close()
