"""The wallet folder: what was kept is there again, whole or not at all, and for its owner only."""

import multiprocessing
import time
from pathlib import Path

import pytest

from limen.phone import inbox
from limen.phone.channels.store import Account, Folder, NoWallet
from limen.phone.outbox import item
from limen.wire import cbor
from limen.wire.grants import Cls
from tests.unit.phone.scripted import LOCK_ID, NOW, bundle, entry, grant


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A new phone."""
    folder = Folder(tmp_path / "wallet")
    folder.prepare()
    return folder


def test_a_new_folder_is_no_phone_yet(tmp_path: Path) -> None:
    """Before signing in there is no account to act for."""
    with pytest.raises(NoWallet):
        Folder(tmp_path).account()


def test_doors_and_errands_survive(folder: Folder) -> None:
    """Saved and read again, with the same key."""
    wallet = folder.wallet()
    answer = cbor.encode({"now": NOW * 1000, "phone": "p", "doors": [entry(grant(), bundled=bundle(2), ver=2)]})
    inbox.merge(wallet, "resident", inbox.read(answer))
    wallet.take_errand(LOCK_ID, b"n" * 16, 5)
    folder.save(wallet)
    again = Folder(folder.path).wallet()
    assert again.doors == wallet.doors
    assert again.errands == wallet.errands
    assert again.key.public == wallet.key.public


@pytest.mark.rule("SYNC-13")
def test_a_wallet_of_an_earlier_version_forgets_what_it_knew_of_other_peoples_doors(folder: Folder) -> None:
    """It is read as it lies there; its own doors keep their names, and with the next thing kept the rest is gone from the file."""
    passed = {**entry(grant(cls=Cls.COURIER), bundled=bundle(2), ver=2, cls=Cls.COURIER), "serial": "LM771204", "door": b"\x2a" * 16}
    own = entry(grant(), bundled=bundle(2), ver=2)
    kept = folder.path / "doors.cbor"
    kept.write_bytes(cbor.encode({"resident": [passed], "manager": [own], "errands": []}))
    wallet = folder.wallet()
    assert (wallet.doors["resident"][LOCK_ID].serial, wallet.doors["manager"][LOCK_ID].called) == (None, "Unit 4B")
    folder.save(wallet)
    assert b"LM771204" not in kept.read_bytes() and b"\x2a" * 16 not in kept.read_bytes()
    assert Folder(folder.path).wallet().doors == wallet.doors


def test_everything_is_for_its_owner_only(folder: Folder) -> None:
    """Folders 700, files 600, whatever they hold."""
    folder.save(folder.wallet())
    folder.save_account(Account("http://localhost", "p", "token"))
    folder.keep(item("segment", LOCK_ID, b"sealed"), 1)
    modes = {path.stat().st_mode & 0o777 for path in [folder.path, *folder.path.rglob("*")] if path.is_file()}
    assert modes == {0o600}
    assert {path.stat().st_mode & 0o777 for path in folder.path.iterdir() if path.is_dir()} == {0o700}


@pytest.mark.rule("SYNC-8")
def test_the_outbox_survives_in_order_and_keeps_once(folder: Folder) -> None:
    """Oldest first; the same segment twice is one file; what was answered is gone."""
    first, second = item("segment", LOCK_ID, b"1"), item("receipt", LOCK_ID, b"2")
    folder.keep(second, 20)
    folder.keep(first, 10)
    folder.keep(first, 30)
    assert [one for one, _ in Folder(folder.path).outbox().kept.values()] == [first, second]
    folder.drop((first,))
    assert [one for one, _ in Folder(folder.path).outbox().kept.values()] == [second]


def test_a_damaged_outbox_file_does_not_stop_the_others(folder: Folder) -> None:
    """Half a file, as a crash of the machine may leave one, is not an item."""
    folder.keep(item("segment", LOCK_ID, b"whole"), 1)
    (folder.path / "outbox" / "cut").write_bytes(b"\x85\x50")
    assert len(folder.outbox().kept) == 1


def test_notes_between_two_walks(folder: Folder) -> None:
    """Kept, read, forgotten."""
    assert folder.read_note("a.ticket") is None
    folder.write_note("a.ticket", b"held")
    assert Folder(folder.path).read_note("a.ticket") == b"held"
    folder.drop_note("a.ticket")
    assert folder.read_note("a.ticket") is None


@pytest.mark.rule("PEOPLE-7")
def test_a_removed_phone_is_empty(folder: Folder) -> None:
    """Account, doors, records and key are gone."""
    folder.save_account(Account("http://localhost", "p", "token"))
    folder.save(folder.wallet())
    folder.keep(item("segment", LOCK_ID, b"sealed"), 1)
    folder.empty()
    assert [path for path in folder.path.rglob("*") if path.is_file()] == []


def _hold(path: Path, ready: "multiprocessing.synchronize.Event", done: "multiprocessing.synchronize.Event") -> None:
    with Folder(path).at_lock(LOCK_ID):
        ready.set()
        time.sleep(0.4)
        done.set()


@pytest.mark.rule("SYNC-9")
def test_an_update_of_this_phone_waits_for_its_unlock(folder: Folder) -> None:
    """Two programs with one wallet do not talk to one lock at once."""
    context = multiprocessing.get_context("fork")
    ready, done = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(folder.path, ready, done))
    other.start()
    assert ready.wait(60)
    with folder.at_lock(LOCK_ID):
        assert done.is_set()
    other.join(60)
