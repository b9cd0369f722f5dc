"""Many simulated locks in one process: their timers, their radio (`/air/{lock-id}`), their faces (`/face/{serial}`), the shelf (`/shelf`).

Or one lock whose radio is a real controller; then nothing reaches it over `/air`. A wired door has hands of its own: with a real strike there is no
`/face`, or whoever runs a program on that computer could press, tap and walk out. No web page reaches any of it (a browser cannot leave its Origin out).

A lock that nobody touches costs a timer every quarter of an hour and nothing else; its mind starts at the first thing that happens to it.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import websockets
from websockets.asyncio.server import ServerConnection, serve

from limen.lock.capabilities import Model
from limen.lock.shell import bench
from limen.lock.shell.body import Body
from limen.lock.shell.clock import PoweredTime
from limen.lock.shell.factory import Factory
from limen.lock.shell.gateway import FRAME_BYTES_MAX, Dialler, carry

if TYPE_CHECKING:
    from limen.lock.shell.bluetooth import Bluetooth
from limen.lock.shell.wiring import Wiring, attend

LOOK_EVERY_S = 0.5
"""How often the demonstration's offset and the parent process are looked at."""
OPEN_CODE_UNKNOWN = 4404


@dataclass(frozen=True)
class Plan:
    """What to run, as the command line said it. `locks` maps serials to models."""

    data: Path
    locks: dict[str, Model]
    host: str = "127.0.0.1"
    port: int = 0
    gateway: str | None = None
    link: str | None = None
    """The Bluetooth controller of the one lock."""
    wiring: Wiring | None = None
    """The hardware of the one wired door."""
    clock_file: Path | None = None
    factory: Path | None = None
    trust: Path | None = None
    follow_parent: bool = True


@dataclass
class Shelf:
    """All bodies of this process and those who watch them."""

    bodies: dict[str, Body] = field(default_factory=dict)
    """By serial, as hands find them."""
    in_air: dict[str, Body] = field(default_factory=dict)
    """By lock-id in hex, as phones find them, and by the name that each had in the air before it had an owner (F-4)."""
    watchers: dict[str, set[ServerConnection]] = field(default_factory=dict)
    timers: dict[str, asyncio.TimerHandle] = field(default_factory=dict)
    radios: "dict[str, Bluetooth]" = field(default_factory=dict)
    has_hands: bool = True
    """Whether a face takes what hands do: not where the hardware is real."""

    def rouse(self, body: Body) -> None:
        """After a change: the timer anew, and everybody who looks at the face sees it."""
        serial = body.made.serial
        timer = self.timers.pop(serial, None)
        if timer is not None:
            timer.cancel()
        if body.wake_at is not None:
            delay = max(0.0, (body.wake_at - body.time.at()) / 1000)
            self.timers[serial] = asyncio.get_running_loop().call_later(delay + 0.005, body.tick_if_due)
        if serial in self.radios:
            self.radios[serial].look()
        watchers = self.watchers.get(serial)
        if watchers:
            websockets.broadcast(watchers, bench.view(body))

    def time_jumped(self) -> None:
        """The demonstration's clock went on: what was due meanwhile is due now."""
        for body in self.bodies.values():
            body.tick_if_due()
            if body.lock is not None:
                self.rouse(body)


async def run(plan: Plan, ready: Callable[[str], None], stop: asyncio.Event | None = None) -> bool:
    """Runs until `stop`, SIGTERM, SIGINT, or the end of the parent process; False if hardware failed before. `ready` hears the address."""
    stop = stop or _on_signals()
    time, shelf, dialler = PoweredTime(plan.clock_file), Shelf(has_hands=plan.wiring is None), Dialler(plan.gateway)
    factory = Factory(plan.factory or plan.data / "factory", plan.trust)
    for serial, model in plan.locks.items():
        body = Body(factory.make(plan.data, serial, model), plan.data / serial, time, dial=dialler.dial, rouse=shelf.rouse)
        shelf.bodies[serial] = shelf.in_air[body.made.birth.lock_id.hex()] = shelf.in_air[body.made.air_name] = body
    for body in shelf.bodies.values():
        if body.made.model.connected and plan.gateway is not None:
            body.awake()  # an owned reader dials out by itself, without waiting for hands
            shelf.rouse(body)
    serving = serve(lambda socket: _serve(shelf, socket), plan.host, plan.port, max_size=FRAME_BYTES_MAX, compression=None, origins=[None])
    async with serving as server:
        host, port = next(iter(server.sockets)).getsockname()[:2]
        ready(f"ws://{host}:{port}")
        wires = _wires(shelf, plan.wiring, stop)
        radios = [*_radios(shelf, plan.link), *wires]
        await _look_around(shelf, time, plan, stop)
        for radio in radios:
            radio.cancel()
        await asyncio.gather(*radios, return_exceptions=True)
        await dialler.close()
    for body in shelf.bodies.values():
        body.made.flash.close()
    return all(task.cancelled() or task.exception() is None for task in wires)


def _radios(shelf: Shelf, link: str | None) -> list[asyncio.Task[None]]:
    """One controller for one lock; the library behind it is loaded only where there is one."""
    if link is None:
        return []
    from limen.lock.shell.bluetooth import Bluetooth

    shelf.radios = {serial: Bluetooth(body, link) for serial, body in list(shelf.bodies.items())[:1]}
    return [asyncio.get_running_loop().create_task(radio.run(_say), name=f"radio {serial}") for serial, radio in shelf.radios.items()]


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def _wires(shelf: Shelf, wiring: Wiring | None, stop: asyncio.Event) -> list[asyncio.Task[None]]:
    """The hardware of one wired door. Without it the program ends and says why: a lock that looks well and cannot open is worse than none."""
    if wiring is None:
        return []

    def over(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            _say(f"wiring: {task.exception()}")
            stop.set()

    tasks = [asyncio.get_running_loop().create_task(attend(body, wiring, _say)) for body in list(shelf.bodies.values())[:1]]
    for task in tasks:
        task.add_done_callback(over)
    return tasks


async def _look_around(shelf: Shelf, time: PoweredTime, plan: Plan, stop: asyncio.Event) -> None:
    """Waits for the end, seeing jumps of the clock and the parent's death on the way (no child may stay behind)."""
    parent, loop = os.getppid(), asyncio.get_running_loop()
    expected, seen = time.at(), loop.time()
    while not stop.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK_EVERY_S)
        at, now = time.at(), loop.time()
        if at - expected > (now - seen) * 1000 + 2000:
            shelf.time_jumped()
        expected, seen = at, now
        if plan.follow_parent and os.getppid() != parent:
            return


async def _serve(shelf: Shelf, socket: ServerConnection) -> None:
    path = socket.request.path.split("?")[0].strip("/").split("/") if socket.request else [""]
    way, called = path if len(path) == 2 else (None, "")
    meant, held = shelf.in_air.get(called), shelf.bodies.get(called)
    if path == ["shelf"]:
        await _shelf(shelf, socket)
    elif way == "air" and meant is not None and meant.made.serial not in shelf.radios:
        await carry(meant, socket)
    elif way == "face" and held is not None and shelf.has_hands:
        await _face(shelf, socket, held)
    else:
        await socket.close(OPEN_CODE_UNKNOWN, "no such lock")


async def _face(shelf: Shelf, socket: ServerConnection, body: Body) -> None:
    """Whoever watches sees every change; whoever acts has hands at the door."""
    watchers = shelf.watchers.setdefault(body.made.serial, set())
    watchers.add(socket)
    try:
        body.awake()
        shelf.rouse(body)
        async for message in socket:
            if isinstance(message, bytes) or not bench.act(body, message):
                await socket.send(json.dumps({"t": "not understood"}))
            else:
                shelf.rouse(body)
    except websockets.ConnectionClosed:
        pass
    finally:
        watchers.discard(socket)


async def _shelf(shelf: Shelf, socket: ServerConnection) -> None:
    with suppress(websockets.ConnectionClosed):
        async for _ in socket:
            await socket.send(bench.shelf(list(shelf.bodies.values())))


def _on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    return stop
