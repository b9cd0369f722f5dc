"""`limen lock --link` and `limen phone --link`, two programs whose controllers hear each other: activation, opening, updates, a link that breaks."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from websockets.sync.client import connect

from limen.cli import main
from limen.cli.courier.service import Service
from limen.phone.channels.store import Account, Folder
from limen.wire.grants import Cls
from limen.wire.records import ListRecord, RecordKind
from tests.air import Place, place
from tests.stories.desk import Desk, open_desk
from tests.stories.test_browser_modules_meet_lock import end, first_line

DOOR = "00000000-0000-0000-0000-00000000002a"
Told = dict[str, object]


@dataclass
class Scene:
    """A lock on its door, a phone beside it, the desk that they both belong to."""

    place: Place
    desk: Desk
    wallet: Path
    lock: "subprocess.Popen[str]"
    hands: str
    capsys: pytest.CaptureFixture[str]

    def phone(self, *words: str) -> Told:
        """One act of `limen phone`."""
        self.capsys.readouterr()
        main(["phone", *words, "--wallet", str(self.wallet), "--link", self.place.link, "--json"])
        told: Told = json.loads(self.capsys.readouterr().out)
        return told

    def button(self) -> None:
        """Pressed from inside."""
        with connect(f"{self.hands}/face/{self.desk.serial}") as socket:
            socket.send('{"do": "button"}')
            socket.recv(timeout=60)

    def shelf(self) -> dict[str, str]:
        """What is printed on the housing."""
        with connect(f"{self.hands}/shelf") as socket:
            socket.send("{}")
            found: dict[str, str] = json.loads(socket.recv(timeout=60))["locks"][0]
        return found

    def change(self, people: int) -> None:
        """So many new codes."""
        first, codes = 10_000 * (self.desk.ver + 1), []
        for n in range(people):
            code = ListRecord(slot=first + n, kind=RecordKind.CODE, data=1_000_000 + first + n, subj=100 + n, cls=Cls.RESIDENT)
            codes.append(code)
        self.desk.change(*codes)


@pytest.fixture
def scene(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Scene]:
    """A new lock of model M3 with its own controller, and a registered phone with another."""
    desk = Desk(now_ms=time.time_ns() // 1_000_000)
    with place() as around, open_desk(desk) as address:
        environ = {**os.environ, "LIMEN_DATA": str(tmp_path / "service")}
        words = ["lock", "--model", "M3", "--link", around.link, "--data", str(tmp_path / "lock")]
        lock = subprocess.Popen([sys.executable, "-m", "limen", *words], env=environ, stdout=subprocess.PIPE, text=True)
        try:
            folder = Folder(tmp_path / "phone")
            service = Service(address)
            phone, _ = service.register(folder.prepare().public, "limen phone")
            service.close()
            folder.save_account(Account(address, phone, "token"))
            made = Scene(around, desk, tmp_path / "phone", lock, first_line(lock), capsys)
            desk.serial = made.shelf()["serial"]
            yield made
        finally:
            end(lock)


@pytest.mark.rule("LOCK-3")
@pytest.mark.rule("SYNC-6")
def test_a_door_is_activated_opened_and_updated_over_the_air(scene: Scene) -> None:
    """One life: no call without the button, then ticket and list, an opening, an update that breaks off and goes on with what is missing."""
    activate = ("activate", "--door", DOOR, "--sticker", scene.shelf()["sticker"])
    assert scene.phone(*activate)["result"] == "out_of_reach"  # nobody pressed the button inside
    scene.button()
    assert scene.phone(*activate)["result"] == "active"
    assert scene.phone("fetch")["doors"] == 1
    assert scene.phone("look")["words"] == "Package Room: near"
    assert scene.phone("unlock", "Package Room")["result"] == "open"

    scene.change(1000)
    assert scene.phone("fetch")["carried"] == 1
    scene.place.do(lambda: setattr(scene.place.air, "cut_after", 80))
    assert scene.phone("update", "Package Room")["result"] == "interrupted"
    before, whole = scene.place.air.bytes, sum(len(chunk) for chunk in scene.desk.bundle(1).chunks)
    done = scene.phone("update", "Package Room")
    assert (done["result"], done["version"], done["handed_in"]) == ("confirmed", 2, True)
    assert scene.desk.proven == 2
    assert scene.place.air.bytes - before < whole  # with handshake, proof and record it is still less than the parts alone
    assert scene.phone("unlock", "Package Room", "--offline")["result"] == "open"


def test_a_controller_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 1 and one sentence, without a stack trace."""
    folder = Folder(tmp_path)
    folder.prepare()
    assert main(["phone", "unlock", "Roof", "--wallet", str(tmp_path), "--link", "tcp-client:127.0.0.1:9"]) == 1
    assert "holds no door called Roof" in capsys.readouterr().out
