"""An installer's walks are resumed where they were left."""

from pathlib import Path

import pytest

from limen.cli.courier import installing
from limen.cli.courier.acts import Phone
from limen.cli.courier.installing import Activation, activate_door
from limen.cli.courier.service import NoSignal
from limen.phone import activate
from limen.phone.channels.store import Account, Folder
from limen.phone.channels.websocket import WebSocketAir
from limen.wire import cbor
from limen.wire.cbor import Malformed
from limen.wire.refusals import Reason, Status
from limen.wire.sticker import Sticker, sticker_text
from tests.unit.cli.little_server import Answer, Asked, serving
from tests.unit.phone.scripted import LOCK_ID

STICKER = sticker_text(Sticker(LOCK_ID, b"q" * 16, 3))


def phone(path: Path, origin: str) -> Phone:
    """An installer's phone; no lock is near."""
    folder = Folder(path)
    folder.prepare()
    folder.save_account(Account(origin, "p1", "token"))
    return Phone(folder, WebSocketAir("ws://127.0.0.1:9"))


def test_the_first_walk_needs_signal_and_a_lock(tmp_path: Path) -> None:
    """The service's nonce first; a lock that does not answer is out of reach, and the sticker's secret went nowhere."""
    with serving(lambda asked: Answer(body=cbor.encode({"n_s": bytes(16)}), kind="application/cbor")) as little:
        mine = phone(tmp_path, little.origin)
        assert activate_door(mine, bytes(16), STICKER) == Activation("out_of_reach")
        assert not any(b"q" * 16 in asked.body for asked in little.asked)
        mine.signal = False
        with pytest.raises(NoSignal):
            activate_door(mine, bytes(16), STICKER)
    assert not any(b"q" * 16 in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_the_attestation_waits_for_signal(tmp_path: Path) -> None:
    """ "The lock answered. Get signal and come back": then only the ticket is fetched, for what was attested before."""

    def service(asked: Asked) -> Answer:
        assert asked.path == "/gateway/activation/finish"
        assert cbor.decode(asked.body) == {"door": bytes(16), "attest": b"attested", "h": b"h"}
        return Answer(body=cbor.encode({"ticket": b"t", "snapshot": b"s"}), kind="application/cbor")

    with serving(service) as little:
        mine = phone(tmp_path, little.origin)
        mine.folder.write_note(f"{LOCK_ID.hex()}.attested", cbor.encode([b"attested", b"h", None, None]))
        mine.signal = False
        assert activate_door(mine, bytes(16), STICKER) == Activation("needs_signal")
        mine.signal = True
        assert activate_door(mine, bytes(16), STICKER).result == "out_of_reach"
    assert mine.folder.read_note(f"{LOCK_ID.hex()}.ticket") == cbor.encode([b"t", b"s"])


def test_a_refusal_keeps_its_word() -> None:
    """The lock's reason, or the state it is in."""
    assert installing._no(activate.NotActivated(Reason.BATTERY)) == Activation("refused", "battery")
    assert installing._no(activate.NotActivated(None, Status.NEED_SNAPSHOT)) == Activation("refused", "need_snapshot")


def test_what_is_no_sticker_is_refused(tmp_path: Path) -> None:
    """Before anybody is asked."""
    with pytest.raises(Malformed):
        activate_door(phone(tmp_path, "http://127.0.0.1:9"), bytes(16), "not a sticker")
