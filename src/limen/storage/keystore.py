"""The key store: keys that can be destroyed, in a file of their own beside the database and never in it (PRIVACY-8).

Each key is wrapped by the root key. Destroying one deletes its row with the bytes overwritten; what it sealed is then unreadable in the
database and in every backup of it. A destroyed id stays known, so that nobody makes a second key under it by mistake.
"""

import os
import sqlite3
import threading
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from limen.storage import chance, files

NAME = "keystore.sqlite3"
KEY_BYTES = 32
NONCE_BYTES = 12
WAIT_S = 20.0
REMEMBERED_KEYS = 20_000

_SCHEMA = """
create table if not exists keys (id text primary key, wrapped blob not null) without rowid;
create table if not exists destroyed (id text primary key, at text not null) without rowid;
"""


class Unreadable(Exception):
    """What was sealed cannot be read: its key was destroyed, or it stands in another place than it was sealed for."""


class Destroyed(Unreadable):
    """The key is gone for ever."""


class KeyStore(threading.local):
    """The keys of one installation; one connection per thread.

    A key that another process destroyed is not served from memory: SQLite says that the file changed, and the memory is emptied.
    """

    def __init__(self, path: Path, root_key: bytes) -> None:
        self._path, self._wrap = path, AESGCM(root_key)
        self._known: dict[str, bytes] = {}
        self._db = _opened(path)
        self._version = self._data_version()

    def key(self, key_id: str) -> bytes:
        """The key, made now if it never existed. Raises Destroyed."""
        if found := self._get(key_id):
            return found
        self.make([key_id])
        return self.existing(key_id)

    def existing(self, key_id: str) -> bytes:
        """The key, if it exists. Raises Destroyed where it does not: to a reader, never made and destroyed are the same."""
        if found := self._get(key_id):
            return found
        raise Destroyed(key_id)

    def make(self, key_ids: Iterable[str]) -> None:
        """Makes the missing ones of many keys in one durable write; existing and destroyed ones are left alone."""
        fresh = [(key_id, self._wrapped(key_id, chance.random_bytes(KEY_BYTES))) for key_id in key_ids]
        self._write("insert or ignore into keys select ?1, ?2 where not exists (select 1 from destroyed where id = ?1)", fresh)

    def store(self, key_id: str, secret: bytes) -> None:
        """Keeps a secret made elsewhere (a private key of 32 bytes) under an id, unless there is one already."""
        self._write("insert or ignore into keys values (?, ?)", [(key_id, self._wrapped(key_id, secret))])

    def destroy(self, key_ids: Iterable[str], now: datetime) -> None:
        """Makes everything sealed under these keys unreadable, for ever and in every copy."""
        rows = [(key_id,) for key_id in key_ids]
        self._db.execute("begin immediate")
        self._db.executemany("delete from keys where id = ?", rows)
        self._db.executemany("insert or ignore into destroyed values (?, ?)", [(key_id, now.isoformat()) for (key_id,) in rows])
        self._db.execute("commit")
        self._known.clear()

    def is_destroyed(self, key_id: str) -> bool:
        """True once `destroy` was called for it."""
        return self._db.execute("select 1 from destroyed where id = ?", (key_id,)).fetchone() is not None

    def ids(self, prefix: str) -> list[str]:
        """The ids of living keys that start with `prefix`, sorted."""
        return [row[0] for row in self._db.execute("select id from keys where substr(id, 1, ?) = ? order by id", (len(prefix), prefix))]

    def close(self) -> None:
        """Closes this thread's connection."""
        self._db.close()

    def _get(self, key_id: str) -> bytes | None:
        if (version := self._data_version()) != self._version:
            self._known.clear()
            self._version = version
        if key_id in self._known:
            return self._known[key_id]
        row = self._db.execute("select wrapped from keys where id = ?", (key_id,)).fetchone()
        if row is None:
            return None
        if len(self._known) >= REMEMBERED_KEYS:
            self._known.clear()
        self._known[key_id] = self._unwrapped(key_id, row[0])
        return self._known[key_id]

    def _write(self, statement: str, rows: list[tuple[str, bytes]]) -> None:
        self._db.execute("begin immediate")
        self._db.executemany(statement, rows)
        self._db.execute("commit")

    def _wrapped(self, key_id: str, key: bytes) -> bytes:
        nonce = chance.random_bytes(NONCE_BYTES)
        return nonce + self._wrap.encrypt(nonce, key, f"key|{key_id}".encode())

    def _unwrapped(self, key_id: str, wrapped: bytes) -> bytes:
        try:
            return self._wrap.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], f"key|{key_id}".encode())
        except InvalidTag as problem:
            raise Unreadable(key_id) from problem

    def _data_version(self) -> int:
        return int(self._db.execute("pragma data_version").fetchone()[0])


def _opened(path: Path) -> sqlite3.Connection:
    files.folder(path.parent)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, files.PRIVATE_FILE))
    db = sqlite3.connect(path, timeout=WAIT_S, isolation_level=None, check_same_thread=False)
    # No write-ahead log: a destroyed key must not live on in it. secure_delete overwrites the page.
    for pragma in ("journal_mode = delete", "secure_delete = on", "synchronous = extra"):
        db.execute(f"pragma {pragma}").fetchall()
    db.executescript(_SCHEMA)
    return db
