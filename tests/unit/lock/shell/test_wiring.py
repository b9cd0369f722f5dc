"""A wired door as a whole: reader on a line, strike and contacts on pins, a camera; the mind of an owned reader between them."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import osdp_sys
import pytest
from gpiozero import Device
from gpiozero.pins.mock import MockFactory

from limen.lock.events import Event, InsideButton
from limen.lock.factory import read_birth
from limen.lock.flash import Layout
from limen.lock.notes import Notes
from limen.lock.shell.body import Body
from limen.lock.shell.clock import PoweredTime
from limen.lock.shell.factory import Made
from limen.lock.shell.flash import MemoryFlash
from limen.lock.shell.keycard import encoded
from limen.lock.shell.line import Line
from limen.lock.shell.osdp import Keys
from limen.lock.shell.wallreader import WallReader
from limen.lock.shell.wiring import Button, Wiring, attend
from limen.wire.cards import CardSlot
from limen.wire.grants import Cls
from limen.wire.records import AesCard, DoorKind, ListRecord, RecordKind
from tests.unit.lock.site import CONFIG, code, house

UID, KEY = b"\x04cardno", b"k" * 16
CARD = ListRecord(slot=11, kind=RecordKind.CARD_AES, data=AesCard(UID, KEY), subj=6, cls=Cls.RESIDENT)
LOBBY = replace(CONFIG, door_kind=DoorKind.ENTRANCE, engaged_ms=5_000, ajar_s=60)


@pytest.fixture
def board() -> Iterator[MockFactory]:
    """All pins of this process are a mock board's."""
    before, Device.pin_factory = Device.pin_factory, MockFactory()
    yield Device.pin_factory
    Device.pin_factory.reset()
    Device.pin_factory = before


@dataclass
class Door:
    """An owned reader, its wires, and the reader on the wall outside."""

    body: Body
    wall: WallReader
    board: MockFactory
    said: list[str]

    async def until(self, done: Callable[[], bool], seconds: float = 4) -> bool:
        end = time.monotonic() + seconds
        while time.monotonic() < end and not done():
            self.wall.poll()
            await asyncio.sleep(0.005)
        return done()

    def happened(self, words: str) -> bool:
        return any(line.words == words for line in self.body.happened)


def owned(folder: Path) -> Body:
    """The body of a reader that is on a door already."""
    flash = MemoryFlash()
    home = house(LOBBY, "R", CARD, code(9, 5_550_123), flash=flash)
    birth = read_birth(Notes(flash, Layout.for_capacity(home.rig.model.capacity).notes))
    assert birth is not None
    return Body(Made("LM000103", home.rig.model, birth, flash, home.rig.id_key), folder, PoweredTime(None))  # type: ignore[arg-type]


def wired(folder: Path, board: MockFactory, story: Callable[[Door], Awaitable[None]], **more: object) -> None:
    """Runs a story at a wired door whose reader was installed before."""
    inner, outer = os.openpty()
    key = Keys(folder).fresh()
    wall = WallReader(Line(inner), key)
    facts: dict[str, object] = {"reader": Path(os.ttyname(outer)), "strike": "GPIO17", "door": "GPIO27", "exit": "GPIO22"}

    async def run() -> None:
        said: list[str] = []
        body = owned(folder)
        board.pin(27).drive_low()
        door = Door(body, wall, board, said)
        task = asyncio.get_running_loop().create_task(attend(body, Wiring(**{**facts, **more}), said.append))  # type: ignore[arg-type]
        try:
            assert await door.until(lambda: "reader: secure" in said and wall.slot is CardSlot.COMMON)
            await story(door)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    asyncio.run(run())
    os.close(outer)
    os.close(inner)


@pytest.mark.rule("CARD-3", "LOCK-2", "LOCK-4")
def test_a_card_at_the_reader_proves_its_key_to_the_mind_inside_and_the_strike_opens(tmp_path: Path, board: MockFactory) -> None:
    """Tap, challenge, proof, file, all over the secure line; current on the strike and green at the reader; another key does nothing."""

    async def story(door: Door) -> None:
        door.wall.hold(encoded(UID, {1: KEY}, 1, 1))
        assert await door.until(lambda: board.pin(17).state == 1)
        assert await door.until(lambda: door.wall.lamp == osdp_sys.LED_COLOR_GREEN)
        assert door.happened("opened, card")
        door.wall.hold(encoded(UID, {1: b"x" * 16}, 1, 1))
        assert await door.until(lambda: door.happened("card refused"))

    wired(tmp_path, board, story)


@pytest.mark.rule("LOCK-2")
def test_a_code_at_a_dark_keypad_counts_from_its_first_digit(tmp_path: Path, board: MockFactory) -> None:
    """There is no lens to touch first."""

    async def story(door: Door) -> None:
        door.wall.press("5550123#")
        assert await door.until(lambda: board.pin(17).state == 1)

    wired(tmp_path, board, story)


@pytest.mark.rule("LOCK-4", "LOCK-18")
def test_the_exit_button_opens_and_a_forced_door_is_seen(tmp_path: Path, board: MockFactory) -> None:
    """Out is free; a door that opens by itself was forced."""

    async def story(door: Door) -> None:
        board.pin(27).drive_high()
        assert await door.until(lambda: door.happened("door forced"))
        board.pin(27).drive_low()
        board.pin(22).drive_low()
        assert await door.until(lambda: board.pin(17).state == 1)
        board.pin(27).drive_high()
        assert await door.until(lambda: door.happened("door opened"))

    wired(tmp_path, board, story)


@pytest.mark.rule("LOCK-10")
def test_the_button_on_the_board_is_felt_when_it_is_let_go(tmp_path: Path, board: MockFactory) -> None:
    """A press lets an installer begin; how long it was held comes with it."""

    async def story(door: Door) -> None:
        board.pin(23).drive_low()
        board.pin(23).drive_high()
        assert await door.until(lambda: door.happened("inside button pressed"))

    wired(tmp_path, board, story, button="GPIO23")
    felt: list[Event] = []
    clock = iter((100.0, 115.5))
    button = Button(felt.append, lambda: next(clock))
    for opened in (True, False, True):
        button.moved(opened)
    assert felt == [InsideButton(15_500)]


def test_a_fail_safe_strike_carries_current_while_it_is_shut(tmp_path: Path, board: MockFactory) -> None:
    """And none while it is open, nor without the program."""

    async def story(door: Door) -> None:
        assert board.pin(17).state == 1
        door.wall.press("5550123#")
        assert await door.until(lambda: board.pin(17).state == 0)
        door.body.feel(InsideButton())

    wired(tmp_path, board, story, fail_safe=True)
    assert board.pin(17).function == "input"


def test_a_reader_is_installed_by_the_command_and_the_wiring_says_how_it_stands(tmp_path: Path, board: MockFactory) -> None:
    """From the factory's key to one of their own."""
    inner, outer = os.openpty()
    wall = WallReader(Line(inner))
    said: list[str] = []

    async def run() -> None:
        body = owned(tmp_path)
        plan = Wiring(reader=Path(os.ttyname(outer)), install=True)
        task = asyncio.get_running_loop().create_task(attend(body, plan, said.append))
        door = Door(body, wall, board, said)
        assert await door.until(lambda: said[-1:] == ["reader: secure"])
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(run())
    assert said[0] == "reader: installing"
    assert wall.key == Keys(tmp_path).current()
    os.close(outer)
    os.close(inner)
