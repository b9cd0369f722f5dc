"""An update over Bluetooth: round trips, bytes on the air, and its time beside moving the same frames in the same turns over the bare link.

Both on the same virtual air between real controllers' commands: once with the 15 ms that a radio's connection interval puts between a word and its
answer (where the claim is made), once without, where nothing is left but both programs. The bare link has no session, no signature and no flash.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, sleep

from bumble.core import UUID
from bumble.device import Connection, Device
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.hci import Address
from bumble.transport import open_transport

from bench.sizes import records
from bench.tables import Claims, show
from limen.phone.channels.air import Line, Whom
from limen.phone.channels.bluetooth import Radio
from limen.phone.channels.driver import carry_out
from limen.phone.link import Courier
from limen.phone.update import update
from limen.wire import limits
from limen.wire.advertising import advertisement, air_name
from limen.wire.bundles import Bundle
from limen.wire.frames import LAST
from limen.wire.records import ListRecord, RecordKind
from tests.air import Place, place
from tests.stories.standing import Hands, Standing
from tests.unit.lock.shell.test_bluetooth import on_air
from tests.unit.lock.shell.test_gateway import owned
from tests.unit.lock.site import DANA, Chance, House, Rig
from tests.unit.lock.site import Service as Desk

MEMORY_DISK = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 (a computer's disk is slower to sync than a lock's flash)
INTERVAL_S = 0.015
ROUNDS = 5
RESIDENTS = 500
AT_MOST = {"one resident removed": 1.5, f"snapshot, {RESIDENTS} residents": 1.2}
NOBODY = Whom(bytes(8), b"b" * 32)
Properties = Characteristic.Properties


@dataclass
class Recorded:
    """A line that remembers who said what."""

    line: Line
    said: list[tuple[str, bytes]] = field(default_factory=list)

    def send(self, frame: bytes) -> None:
        self.said.append(("phone", frame))
        self.line.send(frame)

    def receive(self, within_ms: int) -> bytes:
        frame = self.line.receive(within_ms)
        self.said.append(("lock", frame))
        return frame

    def now_ms(self) -> int:
        return self.line.now_ms()

    def reopen(self) -> None:
        self.line.reopen()

    def rest(self, ms: int) -> None:
        self.line.rest(ms)

    @property
    def round_trips(self) -> int:
        """How often the phone had to hear the lock before it could go on; what it says ahead is not waited for."""
        waits, heard = [0], 0
        for who, frame in self.said:
            if frame[0] & LAST and who == "lock":
                heard += 1
            elif frame[0] & LAST:
                waits.append(1 + waits[heard])
        return waits[-1]


def main() -> int:
    claims, rows = Claims(), []
    for delay_s in (INTERVAL_S, 0.0):
        for name in AT_MOST:
            with tempfile.TemporaryDirectory(dir=MEMORY_DISK) as folder:
                rows.append(measured(Path(folder), name, delay_s, claims))
    heading = ("", "link", "round trips", "bytes", "ms", "bare, ms", "ratio", "at most")
    show("An update over Bluetooth", heading, rows)
    show("Memory of one lock process", ("", "MB"), [[name, f"{rss:.0f}"] for name, rss in memory()])
    return claims.exit_code()


def measured(folder: Path, name: str, delay_s: float, claims: Claims) -> list[object]:
    """One row: the quickest of some rounds, each a new version and its replay; a busy machine slows a round, nothing quickens it."""
    body, desk = owned(folder)
    ours, bare = [], []
    with on_air(body) as door, Radio(door.around.link) as phone:
        for number in range(ROUNDS):
            bundle = removed(desk, number) if name.startswith("one") else snapshot(desk, number)
            door.around.air.delay_s = delay_s
            assert desk.xs is not None
            with phone.reach(Whom(desk.lock_id, desk.xs)) as line:
                took, recorded = updated(desk, bundle, line, number)
            ours.append(took)
            bare.append(replayed(door.around, phone, recorded.said))
            door.around.air.delay_s = 0.0
    ratio, most = min(ours) / min(bare), AT_MOST[name]
    held = claims.check(f"time of {name}", ratio <= most) if delay_s else ""
    frames = sum(len(frame) for _, frame in recorded.said)
    link = f"{delay_s * 1000:.0f} ms"
    limit = f"{most} {held}" if delay_s else "-"
    return [name, link, recorded.round_trips, frames, f"{min(ours) * 1000:.0f}", f"{min(bare) * 1000:.0f}", f"{ratio:.2f}", limit]


def updated(desk: Desk, bundle: Bundle, line: Line, number: int) -> tuple[float, Recorded]:
    """Dana's phone brings this, from the open link to the checked receipt; it pulls nothing."""
    standing, recorded = Standing(House(desk, Rig("R")), DANA), Recorded(line)
    door = standing.entry(desk.grant(DANA, acl_ver=1), bundle=bundle)
    courier = Courier(door=door, key=DANA, draw=Chance(number), now=desk.now, frame_bytes=line.frame_bytes)
    start = perf_counter()
    done = carry_out(update(courier, pull=False), recorded, Hands(desk))
    took = perf_counter() - start
    assert done.receipt is not None and done.receipt.ver == desk.ver, done
    desk.proven = desk.ver
    return took, recorded


def replayed(around: Place, phone: Radio, said: list[tuple[str, bytes]]) -> float:
    """The same frames in the same turns, with a peer that only counts them."""
    around.air.delay_s, delay_s = 0.0, around.air.delay_s
    peer = around.start(counting(around.link, said)).result(10)
    with phone.reach(NOBODY) as line:
        assert line.frame_bytes >= max(len(frame) for _, frame in said)
        around.air.delay_s = delay_s
        start = perf_counter()
        for who, frame in said:
            if who == "phone":
                line.send(frame)
            else:
                assert line.receive(5000) == frame
        took = perf_counter() - start
    around.start(peer.stop_advertising()).result(10)
    return took


async def counting(link: str, said: list[tuple[str, bytes]]) -> Device:
    """A peer that answers each message with the recorded one as soon as the message is whole, as a lock does."""
    transport = await open_transport(link)
    device = Device.with_hci("", Address.generate_static_address(), transport.source, transport.sink)
    answers = messages(frame for who, frame in said if who == "lock")

    async def written(connection: Connection, frame: bytes) -> None:
        if frame[0] & LAST:
            for answer in next(answers):
                await device.notify_subscriber(connection, to_phone, answer)

    to_lock = Characteristic[bytes](
        limits.GATT_TO_LOCK, Properties.WRITE_WITHOUT_RESPONSE, Characteristic.WRITEABLE, CharacteristicValue(write=written)
    )
    to_phone = Characteristic[bytes](limits.GATT_TO_PHONE, Properties.NOTIFY, Characteristic.READABLE, b"")
    device.add_service(Service(UUID(limits.GATT_SERVICE), [to_lock, to_phone]))
    await device.power_on()
    name = air_name(NOBODY.lock_id, NOBODY.key)
    await device.start_advertising(advertising_data=advertisement(name), advertising_interval_min=20, advertising_interval_max=20)
    return device


def messages(frames: Iterable[bytes]) -> Iterator[list[bytes]]:
    """The frames of one message after the other."""
    message: list[bytes] = []
    for frame in frames:
        message.append(frame)
        if frame[0] & LAST:
            yield message
            message = []


def removed(desk: Desk, number: int) -> Bundle:
    """A floor for one person, whose code and card are gone."""
    if number == 0:
        desk.edit(*records(20, 5))
    floor = ListRecord(slot=900 + number, kind=RecordKind.SUBJECT_FLOOR, data=desk.now, subj=100_005 + number)
    desk.edit(floor, gone=(5 + number, 25 + number))
    return desk.bundle()


def snapshot(desk: Desk, number: int) -> Bundle:
    """One code and one card each."""
    desk.edit(*records(RESIDENTS, 0)) if number == 0 else desk.edit(records(RESIDENTS, 0)[number])
    return desk.bundle(snapshot=True)


def memory() -> Iterator[tuple[str, float]]:
    """Resident memory of `limen lock`, with and without a radio, once it is up."""
    with place() as around, tempfile.TemporaryDirectory() as folder:
        for name, more in (("limen lock", []), ("limen lock --link", ["--link", around.link])):
            words = [sys.executable, "-m", "limen", "lock", "--model", "M3", "--data", folder, *more]
            process = subprocess.Popen(words, env=os.environ | {"LIMEN_DATA": folder}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            assert process.stdout is not None
            process.stdout.readline()
            sleep(1.5)  # the controller is there, and what was only needed for the start is not
            status = Path(f"/proc/{process.pid}/status").read_text()
            process.terminate()
            process.wait(10)
            process.stdout.close()
            yield name, int(status.split("VmRSS:")[1].split()[0]) / 1024


if __name__ == "__main__":
    raise SystemExit(main())
