"""The store of keys that can be destroyed."""

import sqlite3
import threading
from datetime import datetime
from pathlib import Path

import pytest

from limen.storage.keystore import Destroyed, KeyStore, Unreadable

ROOT = bytes(range(32))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keystore.sqlite3"


def test_a_key_is_made_once_and_stays(path: Path) -> None:
    """The second asker, and the next start, find the first one's key."""
    key = KeyStore(path, ROOT).key("person:1")
    assert len(key) == 32
    assert KeyStore(path, ROOT).key("person:1") == key


def test_keys_lie_wrapped_in_a_file_of_the_service_alone(path: Path) -> None:
    """A thief of the file alone has nothing: not one key stands in it as it is."""
    store = KeyStore(path, ROOT)
    key = store.key("person:1")
    assert path.stat().st_mode & 0o777 == 0o600
    assert key not in path.read_bytes()
    with pytest.raises(Unreadable):
        KeyStore(path, bytes(32)).key("person:1")


def test_a_key_moved_to_another_id_does_not_open(path: Path) -> None:
    """Rows of the store cannot be swapped."""
    KeyStore(path, ROOT).key("person:1")
    with sqlite3.connect(path) as db:
        db.execute("update keys set id = 'person:2'")
    db.close()
    with pytest.raises(Unreadable):
        KeyStore(path, ROOT).existing("person:2")


@pytest.mark.rule("PRIVACY-8")
def test_a_destroyed_key_is_gone_from_the_file_and_never_made_again(path: Path, now: datetime) -> None:
    """Its wrapped bytes are overwritten, not only unlinked."""
    store = KeyStore(path, ROOT)
    store.make(["person:1", "person:2"])
    with sqlite3.connect(path) as db:
        (wrapped,) = db.execute("select wrapped from keys where id = 'person:1'").fetchone()
    db.close()
    store.destroy(["person:1"], now)
    assert wrapped not in path.read_bytes()
    assert [p.name for p in path.parent.iterdir()] == [path.name]
    with pytest.raises(Destroyed):
        store.key("person:1")
    assert store.is_destroyed("person:1") and store.ids("person:") == ["person:2"]


def test_a_key_that_another_process_destroyed_is_not_served_from_memory(path: Path, now: datetime) -> None:
    """The store looks whether its file changed."""
    mine, theirs = KeyStore(path, ROOT), KeyStore(path, ROOT)
    mine.key("person:1")
    theirs.destroy(["person:1"], now)
    with pytest.raises(Destroyed):
        mine.existing("person:1")


def test_threads_that_ask_at_once_get_one_key(path: Path) -> None:
    """Each has its connection; the first to write wins."""
    store = KeyStore(path, ROOT)
    found: list[bytes] = []

    def ask() -> None:
        found.append(store.key("day:1"))
        store.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8 and len(set(found)) == 1
