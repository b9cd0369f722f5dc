"""Activates the simulated locks as an installer would: the inside button, the sticker, the lock's attestation, the service's ticket."""

import json
import secrets
import time
from collections.abc import Callable, Sequence
from datetime import datetime

from websockets.sync.client import connect

from limen.cli.demonstration.building import Made
from limen.fleet import queries as fleet
from limen.fleet import services as verbs
from limen.kernel.actors import SYSTEM
from limen.phone import activate as installing
from limen.phone.channels.driver import carry_out
from limen.phone.channels.websocket import WebSocket
from limen.phone.commands import Say
from limen.phone.outbox import Item
from limen.places import queries as places
from limen.storage import clock
from limen.storage.transactions import unit_of_work
from limen.wire.sticker import read_sticker

LEFT_FOR_THE_READER = frozenset({"Boiler Room"})
"""One door has no device yet, so that activating can be tried."""
VISITED_FIRST = frozenset({"Unit 2A", "Unit 4B", "Unit 4C", "Unit 7C", "Unit 10H"})
"""Homes that somebody looks at in the first minute; the others are activated while the pages are open already."""


class _Hands:
    """What the conversation needs of a phone: the receipt goes straight to the service, which is in this process."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now

    def say(self, progress: Say) -> None:
        """Nobody watches."""

    def keep(self, one: Item) -> None:
        """The lock's first receipt."""
        with unit_of_work():
            verbs.take_receipt(data=one.data, now=self.now())

    def time(self, lock_id: bytes, nonce: bytes) -> bytes | None:
        """The service's own clock."""
        return verbs.answer_time(lock_id=lock_id, nonce=nonce, now=self.now())

    def nonce(self, lock_id: bytes) -> bytes | None:
        """None is needed for a first receipt."""
        return None


def activate(made: Made, air: str, doors: Sequence[places.DoorView], progress: Callable[[int], bool]) -> int:
    """Activates these doors' locks one by one; `progress` is told how many are done and says whether to go on. Gives how many.

    A door that waits for a lock which is not on the shelf goes on waiting.
    """
    stickers = shelf(air) if doors else {}
    here = [door for door in doors if door.planned_serial in stickers]
    for number, door in enumerate(here, 1):
        _activate(air, door, stickers[door.planned_serial])
        if not progress(number):
            return number
    return len(here)


def waiting(made: Made) -> tuple[list[places.DoorView], list[places.DoorView]]:
    """Doors whose lock never was active: those that the tour goes to, and the homes of everybody else.

    What the reader did stays done: a door that got another lock, one whose lock was taken off, one that was added without a lock.
    """
    doors = places.doors(made.property_id)
    active, released = fleet.devices(made.property_id), fleet.released(door.id for door in doors)
    touched = {one.door_id for one in active} | {one.door_id for one in released}
    used = {one.serial for one in active} | {one.serial for one in released}
    rest = [
        d for d in doors if d.planned_serial and d.planned_serial not in used and d.id not in touched and d.name not in LEFT_FOR_THE_READER
    ]
    first = [door for door in rest if door.kind != "unit" or door.name in VISITED_FIRST]
    return first, [door for door in rest if door not in first]


def shelf(air: str) -> dict[str, str]:
    """The stickers of all locks, as somebody who unpacks them reads them."""
    with connect(f"{air}/shelf") as shelf_socket:
        shelf_socket.send(json.dumps({"do": "list"}))
        answer = json.loads(shelf_socket.recv(timeout=10))
    return {one["serial"]: one["sticker"] for one in answer["locks"]}


def _activate(air: str, door: places.DoorView, text: str) -> None:
    sticker = read_sticker(text)
    press_button(air, door.planned_serial)
    installer, hands = installing.Installer(sticker=sticker, draw=secrets.token_bytes), _Hands(clock.now)
    with WebSocket(air, sticker.lock_id) as link:
        with unit_of_work():
            n_s = verbs.begin_activation(door_id=door.id, lock_id=sticker.lock_id, by=SYSTEM, now=clock.now())
        attested = carry_out(installing.attest(installer, n_s), link, hands)
        if not isinstance(attested, installing.Attested):
            raise SystemExit(f"{door.name}: the lock did not attest ({attested}).")
        with unit_of_work():
            given = verbs.finish_activation(door_id=door.id, attest=attested.attest, h=attested.h, by=SYSTEM, now=clock.now())
        link.reopen()
        done = carry_out(installing.deliver(installer, given.ticket, given.snapshot, attested.attest), link, hands)
        if not isinstance(done, installing.Active):
            raise SystemExit(f"{door.name}: the lock did not take its first list ({done}).")


def press_button(air: str, serial: str) -> None:
    """The button inside the lock, which only somebody inside can press."""
    with connect(f"{air}/face/{serial}") as face:
        face.send(json.dumps({"do": "button"}))
        time.sleep(0.02)
