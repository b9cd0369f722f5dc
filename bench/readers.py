"""From a card at a wired reader to the strike, over OSDP: the whole lock, against libosdp alone that carries the same messages in the same run.

One wall reader, one pseudo-terminal at a time. libosdp alone is its own panel with its own thread, which looks every 20 ms, hears an event, or answers
as often as a lock does, and decides nothing. Claim: at most one and a half times as long, record, decision and AES included.
"""

import asyncio
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import osdp
import osdp_sys
from gpiozero import Device
from gpiozero.pins.mock import MockFactory

from bench.tables import Claims, percentile, show
from limen.lock.factory import read_birth
from limen.lock.flash import Layout
from limen.lock.notes import Notes
from limen.lock.shell.body import Body
from limen.lock.shell.clock import PoweredTime
from limen.lock.shell.factory import Made
from limen.lock.shell.flash import MemoryFlash
from limen.lock.shell.keycard import encoded
from limen.lock.shell.line import Line
from limen.lock.shell.osdp import ADDRESS, VENDOR, Word
from limen.lock.shell.wallreader import WallReader
from limen.lock.shell.wiring import Wiring, attend
from limen.wire.cards import CardSlot
from limen.wire.grants import Cls
from limen.wire.records import AesCard, ConfigFlags, DoorKind, ListRecord, RecordKind
from tests.unit.lock.site import CONFIG, house

TAPS, CLAIM = 30, 1.5
KEY, CARD_KEY = bytes(range(16)), b"k" * 16
UID, NUMBER = b"\x04cardno", b"\x04plain."
SETTLE_S = 0.15
TRIES = 400
RECORDS = (
    ListRecord(slot=1, kind=RecordKind.CARD_AES, data=AesCard(UID, CARD_KEY), subj=6, cls=Cls.RESIDENT),
    ListRecord(slot=2, kind=RecordKind.CARD_UID, data=NUMBER, subj=7, cls=Cls.RESIDENT),
)


@dataclass
class Ends:
    """The line: the reader's end, and the name of the other."""

    wall: WallReader
    panel: Path


@contextmanager
def line() -> Iterator[Ends]:
    """A reader on a wall, alive in a thread of its own."""
    inner, outer = os.openpty()
    wall, over = WallReader(Line(inner), KEY), threading.Event()

    def live() -> None:
        while not over.is_set():
            wall.poll()
            time.sleep(0.002)

    thread = threading.Thread(target=live, daemon=True)
    thread.start()
    try:
        yield Ends(wall, Path(os.ttyname(outer)))
    finally:
        over.set()
        thread.join()
        os.close(outer)
        os.close(inner)


def alone(turns: int) -> list[float]:
    """libosdp's panel: milliseconds from the tap to the last message of a conversation that goes `turns` times to the card and back."""
    from limen.lock.shell.line import open_line

    heard = threading.Semaphore(0)
    left = 0
    with line() as ends:
        channel = open_line(ends.panel, 115_200)

        def on_event(_: int, event: dict[str, object]) -> int:
            nonlocal left
            if event["event"] not in (osdp_sys.EVENT_CARDREAD, osdp_sys.EVENT_MFGREP):
                return 0
            if left:
                left -= 1
                data = bytes((Word.TO_CARD,)) + bytes(32)
                panel.ctx.submit_command(0, {"command": osdp_sys.CMD_MFG, "vendor_code": VENDOR, "mfg_command": 0, "data": data})
            else:
                heard.release()
            return 0

        info = osdp.PDInfo(ADDRESS, channel, scbk=KEY, flags=[osdp.LibFlag.EnforceSecure])
        panel = osdp.ControlPanel([info], log_level=osdp.LogLevel.Emergency, event_handler=on_event)
        panel.start()
        assert panel.sc_wait_all(timeout=8)
        found = []
        for _ in range(TAPS):
            time.sleep(SETTLE_S)
            left, start = turns, time.perf_counter()
            tap(ends.wall, aes=turns > 0)
            assert heard.acquire(timeout=5)
            found.append(1000 * (time.perf_counter() - start))
        panel.stop()
        channel.close()
    return found


def tap(wall: WallReader, *, aes: bool) -> None:
    if aes:
        wall.hold(encoded(UID, {int(CardSlot.COMMON): CARD_KEY}, 1, 1))
    else:
        wall.read_number(NUMBER)


def whole(*, aes: bool) -> list[float]:
    """The same with a lock behind it: milliseconds from the tap to current on the strike."""
    board = Device.pin_factory = MockFactory()
    with tempfile.TemporaryDirectory() as folder, line() as ends:
        (Path(folder) / "reader.key").write_text(KEY.hex(), "ascii")
        body = owned(Path(folder))
        return asyncio.run(_taps(body, ends, lambda: board.pin(17).state == 1, aes=aes))


async def _taps(body: Body, ends: Ends, opened: Callable[[], bool], *, aes: bool) -> list[float]:
    said: list[str] = []
    task = asyncio.get_running_loop().create_task(attend(body, Wiring(reader=ends.panel, strike="GPIO17"), said.append))
    found = []
    try:
        for _ in range(TRIES):
            await asyncio.sleep(0.02)
            if "reader: secure" in said:
                break
        for _ in range(TAPS):
            await asyncio.sleep(SETTLE_S)
            start = time.perf_counter()
            tap(ends.wall, aes=aes)
            while not opened():
                assert time.perf_counter() - start < 5
                await asyncio.sleep(0.001)
            found.append(1000 * (time.perf_counter() - start))
            body.fittings.release(1)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    return found


def owned(folder: Path) -> Body:
    """A reader's body on an entrance, with one card of each kind on its list."""
    flash = MemoryFlash()
    home = house(replace(CONFIG, door_kind=DoorKind.ENTRANCE, engaged_ms=5_000, flags=ConfigFlags.UID), "R", *RECORDS, flash=flash)
    birth = read_birth(Notes(flash, Layout.for_capacity(home.rig.model.capacity).notes))
    assert birth is not None
    return Body(Made("LM000103", home.rig.model, birth, flash, home.rig.id_key), folder, PoweredTime(None))  # type: ignore[arg-type]


def main() -> int:
    """0 if the claim held."""
    claims = Claims()
    rows = []
    for name, turns in (("plain number", 0), ("AES card: challenge, proof, file", 2)):
        ours, theirs = whole(aes=turns > 0), alone(turns)
        ratio = median(ours) / median(theirs)
        held = claims.check(f"{name}: at most {CLAIM} times libosdp alone", ratio <= CLAIM)
        for who, found in (("lock, to the strike", ours), ("libosdp alone", theirs)):
            mark = (f"{ratio:.2f}", held) if who.startswith("lock") else ("1.00", "")
            rows.append([f"{name}, {who}", f"{median(found):.0f}", f"{percentile(found, 0.95):.0f}", *mark])
    show(f"A card at a wired reader, {TAPS} taps each, secure channel", ("", "median ms", "95 % ms", "ratio", f"≤ {CLAIM}"), rows)
    return claims.exit_code()


if __name__ == "__main__":
    raise SystemExit(main())
