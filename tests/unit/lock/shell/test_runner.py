"""Locks as a process: sockets, faces, files."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import websockets
from gpiozero.pins.mock import MockFactory

from limen.lock.shell.factory import models
from limen.lock.shell.runner import Plan, run
from limen.lock.shell.wiring import Wiring
from limen.wire.frames import Assembler, Cutter
from limen.wire.session import Initiator, activation_psk, activation_static, public_of
from limen.wire.sticker import read_sticker
from tests.unit.lock.shell.test_wiring import board as board  # the pins of a mock board


def running(folder: Path, act: Callable[[str], Awaitable[None]], model: str = "M") -> None:
    """Runs one lock for as long as `act` takes."""

    async def both() -> None:
        stop, address = asyncio.Event(), asyncio.get_running_loop().create_future()
        plan = Plan(data=folder, locks={"LM000103": models()[model]}, clock_file=folder / "offset")
        task = asyncio.create_task(run(plan, address.set_result, stop))
        try:
            await asyncio.wait_for(act(await asyncio.wait_for(address, 60)), 120)
        finally:
            stop.set()
            await task

    asyncio.run(both())


async def shown(face: websockets.ClientConnection) -> dict[str, dict[str, object]]:
    message = json.loads(await asyncio.wait_for(face.recv(), 60))
    assert isinstance(message, dict)
    return message


def test_the_face_shows_what_hands_do(tmp_path: Path) -> None:
    """Touching the lens of an unowned lock wakes it; pulling the battery darkens it."""

    async def act(address: str) -> None:
        async with websockets.connect(f"{address}/face/LM000103") as face:
            assert (await shown(face))["lens"]["state"] == "asleep"
            await face.send('{"do": "lens"}')
            assert (await shown(face))["lens"]["words"] == "Type the digits, then the check mark."
            await face.send('{"do": "battery", "to": "pulled"}')
            while (view := await shown(face))["lens"]["state"] != "no power":
                pass
            assert view["holds"]["power"] is False

    running(tmp_path, act)


def test_the_sticker_of_the_shelf_opens_the_activation_session_after_the_button(tmp_path: Path) -> None:
    async def act(address: str) -> None:
        async with websockets.connect(f"{address}/shelf") as shelf:
            await shelf.send('{"do": "list"}')
            listed = json.loads(await shelf.recv())["locks"]
        sticker = read_sticker(listed[0]["sticker"])
        async with websockets.connect(f"{address}/face/LM000103") as face:
            await face.send('{"do": "button"}')
            await shown(face)
            async with websockets.connect(f"{address}/air/{sticker.lock_id.hex()}") as air:
                initiator = Initiator(
                    lock_id=sticker.lock_id,
                    remote_static=public_of(activation_static(sticker.secret, sticker.lock_id)),
                    ephemeral_private=bytes(31) + b"\x05",
                    psk=activation_psk(sticker.secret, sticker.lock_id),
                )
                for frame in Cutter().cut(initiator.write_message_1()):
                    await air.send(frame)
                reply = Assembler().feed(bytes(await asyncio.wait_for(air.recv(), 60)))  # type: ignore[arg-type]
                assert reply is not None
                assert len(initiator.read_message_2(reply).h) == 32

    running(tmp_path, act)


@pytest.mark.rule("SYNC-13")
def test_in_the_air_a_lock_answers_to_its_lock_id_and_to_nothing_that_is_printed_on_it(tmp_path: Path) -> None:
    """A phone that carries for doors it only passes knows nothing else of them; the serial is for hands, and only the serial."""

    async def act(address: str) -> None:
        async with websockets.connect(f"{address}/shelf") as shelf:
            await shelf.send('{"do": "list"}')
            lock_id = json.loads(await shelf.recv())["locks"][0]["lock_id"]
        async with websockets.connect(f"{address}/air/{lock_id}") as air:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(air.recv(), 0.2)  # it listens
        for nobody in ("air/LM000103", f"face/{lock_id}", f"air/{lock_id.upper()}x", f"air/{lock_id}/more"):
            async with websockets.connect(f"{address}/{nobody}") as gone:
                with pytest.raises(websockets.ConnectionClosed) as closed:
                    await asyncio.wait_for(gone.recv(), 60)
                assert closed.value.rcvd is not None and closed.value.rcvd.code == 4404

    running(tmp_path, act)


def test_a_lock_keeps_its_name_and_sticker_over_restarts(tmp_path: Path) -> None:
    stickers: list[str] = []

    async def act(address: str) -> None:
        async with websockets.connect(f"{address}/shelf") as shelf:
            await shelf.send('{"do": "list"}')
            stickers.append(json.loads(await shelf.recv())["locks"][0]["sticker"])

    running(tmp_path, act)
    running(tmp_path, act)
    assert stickers[0] == stickers[1]


def test_walking_away_takes_the_phone_out_of_reach(tmp_path: Path) -> None:
    async def act(address: str) -> None:
        async with websockets.connect(f"{address}/face/LM000103") as face:
            lock_id = read_sticker(str((await shown(face))["sticker"])).lock_id.hex()
            await face.send('{"do": "walk_away"}')
            await shown(face)
            async with websockets.connect(f"{address}/air/{lock_id}") as air:
                try:
                    await asyncio.wait_for(air.recv(), 60)
                    raise AssertionError("the lock answered somebody who is not there")
                except websockets.ConnectionClosed as closed:
                    assert closed.rcvd is not None
                    assert closed.rcvd.code == 1013

    running(tmp_path, act)


def test_a_jump_of_the_demonstration_clock_passes_for_the_lock_too(tmp_path: Path) -> None:
    async def act(address: str) -> None:
        async with websockets.connect(f"{address}/face/LM000103") as face:
            before = int(str((await shown(face))["holds"]["clock_ms"]))
            (tmp_path / "offset").write_text("3600000")
            await asyncio.sleep(1.2)
            await face.send('{"do": "lens"}')
            view = await shown(face)
            while int(str(view["holds"]["clock_ms"])) < before + 3_600_000:
                view = await shown(face)

    running(tmp_path, act)


def test_a_wired_door_without_its_wires_ends_and_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A lock that looks well and cannot open is worse than none."""
    plan = Plan(tmp_path, {"LM000301": models()["R"]}, wiring=Wiring(reader=tmp_path / "no-such-line"), follow_parent=False)
    assert not asyncio.run(run(plan, lambda _: None, asyncio.Event()))
    assert "no-such-line" in capsys.readouterr().err


@pytest.mark.rule("LOCK-2")
def test_a_wired_door_takes_no_hands_over_its_port(tmp_path: Path, board: MockFactory) -> None:
    """Whoever runs a program on that computer, and asks to go out, to tap a card or to press the button, meets no face; the strike stays shut."""

    async def both() -> None:
        stop, address = asyncio.Event(), asyncio.get_running_loop().create_future()
        plan = Plan(tmp_path, {"LM000301": models()["R"]}, wiring=Wiring(strike="GPIO17", exit="GPIO22"), follow_parent=False)
        task = asyncio.create_task(run(plan, address.set_result, stop))
        try:
            async with websockets.connect(f"{await asyncio.wait_for(address, 60)}/face/LM000301") as face:
                with pytest.raises(websockets.ConnectionClosed) as gone:
                    for ask in ('{"do": "inside"}', '{"do": "button"}', '{"do": "card", "card": "uid:04deadbeef1122"}'):
                        await face.send(ask)
                        await asyncio.wait_for(face.recv(), 60)
            assert gone.value.rcvd is not None and gone.value.rcvd.code == 4404
            assert board.pin(17).state == 0
        finally:
            stop.set()
            await task

    asyncio.run(both())


@pytest.mark.parametrize("way", ["face/LM000103", "air/LM000103", "shelf"])
def test_no_web_page_reaches_a_lock_of_this_computer(tmp_path: Path, way: str) -> None:
    """A browser says from where its page came and cannot leave that out; programs say nothing."""

    async def act(address: str) -> None:
        with pytest.raises(websockets.InvalidStatus):
            await websockets.connect(f"{address}/{way}", origin=websockets.Origin("https://somewhere.example"))
        await (await websockets.connect(f"{address}/{way}")).close()

    running(tmp_path, act)
