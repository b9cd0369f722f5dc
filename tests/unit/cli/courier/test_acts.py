"""Acts of a phone leave wallet and outbox durable, with and without signal."""

import hashlib
from pathlib import Path

import pytest

from limen.cli.courier.acts import NoSuchDoor, Phone, battery_of
from limen.cli.courier.service import NoSignal, PhoneRemoved
from limen.phone.channels.store import Account, Folder, NoWallet
from limen.phone.channels.websocket import WebSocketAir
from limen.phone.outbox import item
from limen.phone.unlock import NotReached
from limen.wire import cbor
from limen.wire.telemetry import Telemetry, sign_telemetry
from tests.unit.cli.little_server import Answer, Asked, serving
from tests.unit.phone.scripted import ID, LOCK_ID, NOW, bundle, entry, grant

CBOR = "application/cbor"
NOBODY = WebSocketAir("ws://127.0.0.1:9")


def phone(path: Path, origin: str = "http://127.0.0.1:9") -> Phone:
    """A phone that is registered at this service; no lock is near."""
    folder = Folder(path)
    folder.prepare()
    folder.save_account(Account(origin, "p1", "token"))
    return Phone(folder, NOBODY, clock=lambda: NOW * 1000)


def service(asked: Asked) -> Answer:
    """One door to fetch, time for every nonce; takes receipts and nothing else."""
    body = cbor.decode(asked.body) if asked.body else {}
    assert isinstance(body, dict)
    if asked.path == "/gateway/inbox":
        door = entry(grant(), bundled=bundle(2), ver=2)
        return Answer(body=cbor.encode({"now": NOW * 1000, "phone": "p1", "doors": [door]}), kind=CBOR)
    if asked.path == "/gateway/time":
        return Answer(body=cbor.encode({"time": b"signed"}), kind=CBOR)
    if asked.path == "/gateway/outbox":
        items = body["items"]
        assert isinstance(items, list)
        answers: list[cbor.Encodable] = []
        for one in items:
            assert isinstance(one, dict)
            answers.append({"key": one["key"], "status": "taken" if one["kind"] == "receipt" else "refused"})
        return Answer(body=cbor.encode({"answers": answers}), kind=CBOR)
    return Answer(204)


def test_fetching_takes_doors_and_answers_along(tmp_path: Path) -> None:
    """Errands are run before anything else, and all of it is there after a restart."""
    with serving(service) as little:
        mine = phone(tmp_path, little.origin)
        wallet = mine.folder.wallet()
        wallet.take_errand(LOCK_ID, b"n" * 16, NOW * 1000 - 60_000)
        mine.folder.save(wallet)
        mine.fetch("resident")
    again = Phone(Folder(tmp_path), NOBODY, clock=lambda: NOW * 1000)
    assert [door.called for door in again.doors("resident")] == ["Unit 4B"]
    assert again.folder.wallet().time_for(LOCK_ID, NOW * 1000) == b"signed"


def test_a_question_of_a_lock_that_is_not_ones_own_any_more_holds_no_news_up(tmp_path: Path) -> None:
    """The service does not know such a lock for this person; the question is dropped, the doors come."""
    with serving(lambda asked: Answer(404) if asked.path == "/gateway/time" else service(asked)) as little:
        mine = phone(tmp_path, little.origin)
        wallet = mine.folder.wallet()
        wallet.take_errand(LOCK_ID, b"n" * 16, NOW * 1000 - 60_000)
        mine.folder.save(wallet)
        mine.fetch("resident")
    assert [door.called for door in mine.doors("resident")] == ["Unit 4B"]
    assert mine.folder.wallet().errands == {}


@pytest.mark.rule("SYNC-8")
def test_what_was_answered_leaves_and_the_rest_stays(tmp_path: Path) -> None:
    """With signal everything is answered; without, everything stays."""
    with serving(service) as little:
        mine = phone(tmp_path, little.origin)
        for kind in ("receipt", "segment"):
            mine.folder.keep(item(kind, LOCK_ID, b"x"), 1)
        mine.signal = False
        assert mine.hand_in().left == 2
        mine.signal = True
        done = mine.hand_in()
    assert (done.answered, done.refused, done.left) == (2, 1, 0)
    assert mine.waiting().kept == {}


def test_a_door_that_is_not_held_is_said(tmp_path: Path) -> None:
    """Before anybody is called."""
    with pytest.raises(NoSuchDoor, match="Roof"):
        phone(tmp_path).unlock("Roof")


def test_a_lock_out_of_reach_is_an_answer(tmp_path: Path) -> None:
    """For an opening as for an update, and in passing it is left for another time."""
    with serving(service) as little:
        mine = phone(tmp_path, little.origin)
        mine.fetch("resident")
        mine.signal = False
        assert mine.unlock("Unit 4B") == NotReached()
        assert mine.update("Unit 4B", "resident").result == "out_of_reach"
        assert mine.carry() == []


@pytest.mark.rule("PEOPLE-7")
def test_a_removed_phone_forgets_everything(tmp_path: Path) -> None:
    """The service says so once, and nothing is left here."""
    with serving(lambda asked: Answer(410)) as little:
        mine = phone(tmp_path, little.origin)
        with pytest.raises(PhoneRemoved):
            mine.fetch("resident")
    with pytest.raises(NoWallet):
        mine.folder.account()


def test_without_signal_nothing_is_fetched(tmp_path: Path) -> None:
    """And it is said."""
    with pytest.raises(NoSignal):
        phone(tmp_path).fetch("resident")


def test_the_battery_is_what_the_lock_told() -> None:
    """Or nothing, where it told nothing that can be read."""
    said = Telemetry(lock_id=LOCK_ID, epoch=1, lock_time=NOW, battery=64, boots=1, records=2, lost=0, firmware=1, slowed=False)
    assert battery_of(sign_telemetry(said, ID)) == 64
    assert battery_of(b"noise") is None
    assert battery_of(None) is None


def test_an_image_is_fetched_once_checked_and_forgotten_when_no_door_waits_for_it(tmp_path: Path) -> None:
    """The largest there is; what does not hash to its name is not kept."""
    image = bytes(range(256)) * 4096
    named, asked_for = [hashlib.sha256(image).digest()], []

    def publisher(asked: Asked) -> Answer:
        if asked.path == "/gateway/image":
            asked_for.append(asked.path)
            return Answer(body=cbor.encode({"image": image}), kind=CBOR)
        waiting: list[cbor.Encodable] | None = [b"offer", named[0]] if named else None
        return Answer(body=cbor.encode({"now": NOW * 1000, "phone": "p1", "doors": [{**entry(grant()), "firmware": waiting}]}), kind=CBOR)

    with serving(publisher) as little:
        mine = phone(tmp_path, little.origin)
        for _ in range(2):
            mine.fetch("resident")
        assert len(asked_for) == 1
        assert mine.folder.read_note(f"image-{named[0].hex()}") == image
        named[0] = bytes(32)
        mine.fetch("resident")
        assert mine.folder.notes("image-") == (), "these are not the bytes of that name"
        named.clear()
        mine.fetch("resident")
    assert mine.folder.wallet().doors["resident"][LOCK_ID].firmware is None
