"""`limen phone carry` at a door whose name, serial and id it was never told: by websocket, and with two controllers that hear each other."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from websockets.sync.client import connect

from limen.cli import main
from limen.cli.courier.service import Service
from limen.phone.channels.store import Account, Folder
from limen.wire.grants import Cls, Rights
from limen.wire.records import ListRecord, RecordKind
from tests.air import place
from tests.stories.desk import Desk, open_desk
from tests.stories.test_browser_modules_meet_lock import DOOR, SERIAL, end, first_line

Told = dict[str, object]


@dataclass
class Walk:
    """A lock on a neighbour's door, and the phone of somebody who walks past it. `way` is how that phone hears locks."""

    desk: Desk
    wallet: Path
    hands: str
    way: tuple[str, str]
    capsys: pytest.CaptureFixture[str]

    def phone(self, *words: str) -> Told:
        """One act of `limen phone`."""
        self.capsys.readouterr()
        main(["phone", *words, "--wallet", str(self.wallet), *self.way, "--json"])
        told: Told = json.loads(self.capsys.readouterr().out)
        return told

    def sticker(self) -> str:
        """What stands under the cover; the inside button is pressed on the way."""
        return str(self.pressed()["sticker"])

    def pressed(self) -> Told:
        """What is printed on the lock, whose inside button is pressed."""
        with connect(f"{self.hands}/face/{SERIAL}") as face:
            face.send('{"do": "button"}')
            seen: Told = json.loads(face.recv(timeout=60))
        return seen

    def files(self) -> bytes:
        """Everything that lies in the phone's folder."""
        return b"".join(path.read_bytes() for path in self.wallet.rglob("*") if path.is_file())


@pytest.fixture(params=["websocket", "bluetooth"])
def phones(request: pytest.FixtureRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[tuple[Walk, Walk]]:
    """A lock that nobody owns yet; the installer's phone and a neighbour's, both registered."""
    desk = Desk(now_ms=time.time_ns() // 1_000_000, serial=SERIAL)
    with ExitStack() as held:
        link = held.enter_context(place()).link if request.param == "bluetooth" else None
        address = held.enter_context(open_desk(desk))
        words = ["lock", "--model", "M3", "--serial", SERIAL, "--data", str(tmp_path / "lock"), "--listen", "127.0.0.1:0"]
        lock = subprocess.Popen(
            [sys.executable, "-m", "limen", *words, *(["--link", link] if link else [])],
            env={**os.environ, "LIMEN_DATA": str(tmp_path / "service")},
            stdout=subprocess.PIPE,
            text=True,
        )
        held.callback(end, lock)
        hands = first_line(lock)
        way = ("--link", link) if link else ("--air", hands)
        installers, carriers = (Walk(desk, tmp_path / name, hands, way, capsys) for name in ("installer", "carrier"))
        for who in (installers, carriers):
            folder = Folder(who.wallet)
            service = Service(address)
            phone, _ = service.register(folder.prepare().public, "limen phone")
            service.close()
            folder.save_account(Account(address, phone, "token"))
        yield installers, carriers


@pytest.fixture
def walk(phones: tuple[Walk, Walk]) -> Walk:
    """The lock was activated by somebody else's phone; this one was in no hands yet."""
    installers, carriers = phones
    assert installers.phone("activate", "--door", DOOR, "--sticker", installers.sticker())["result"] == "active"
    return carriers


@pytest.mark.rule("LOCK-10")
def test_a_lock_whose_sticker_cannot_be_read_is_activated_by_its_name_and_digits(phones: tuple[Walk, Walk]) -> None:
    """Wrong digits first, with what is left of the tries; then the right ones, proved by the phone itself, which keeps none of them."""
    installers, _ = phones
    name, first, second = str(installers.pressed()["cover"]).split()
    wrong = installers.phone("activate", "--door", DOOR, "--cover", f"{name} {first}{(int(second) + 1) % 10_000:04}")
    assert (wrong["result"], wrong["reason"], wrong["left"]) == ("refused", "wrong_code", 4), wrong
    assert wrong["words"] == "These are not the digits of this lock. Tries left for this press of its button: 4."
    right = installers.phone("activate", "--door", DOOR, "--cover", f"{name.lower()}{first}{second}")
    assert (right["result"], right["version"]) == ("active", 1), right
    assert (first + second).encode() not in installers.files()
    assert installers.desk.receipts[-1].ver == 1


@pytest.mark.rule("SYNC-13", "SYNC-12")
def test_a_sealed_update_reaches_a_door_that_the_phone_knows_by_lock_id_alone(walk: Walk) -> None:
    """Fetched, heard in passing, brought, proved and handed in; the phone's files say neither the serial nor the door, and it opens nothing."""
    desk, lock = walk.desk, walk.desk.lock_id.hex()
    desk.cls, desk.rights = Cls.COURIER, Rights.PUSH
    desk.change(*(ListRecord(slot=n, kind=RecordKind.CODE, data=1_000_000 + n, subj=9, cls=Cls.RESIDENT) for n in range(100, 220)))
    assert walk.phone("fetch")["carried"] == 1
    assert str(walk.phone("look")["words"]).startswith(f"{lock}: near, carries an update")
    carried = walk.phone("carry")
    assert (carried["doors"], carried["waiting"]) == ([{"lock": lock, "result": "confirmed"}], 0), carried
    assert desk.receipts[-1].ver == desk.proven == desk.ver and desk.receipts[-1].full is None
    assert {kind for kind, _ in desk.taken.values()} == {"receipt"}
    assert walk.phone("carry")["doors"] == []
    assert walk.phone("unlock", lock)["result"] != "open"
    files = walk.files()
    assert desk.lock_id in files
    for untold in (SERIAL.encode(), DOOR.encode(), bytes.fromhex(DOOR.replace("-", "")), b"Package Room"):
        assert untold not in files
