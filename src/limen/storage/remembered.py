"""What the house remembers for a while: counts against guessing, one-time codes already used, how far a long request is.

Django's cache, in a file that all processes of this machine share and that outlives a restart. Neither in memory, where each worker would count
for itself; nor in the database, where an undone request would undo its count (0135). Every verb is one statement, true at once and for all.
"""

import hashlib
import json
import os
import sqlite3
import threading
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache

from limen.storage import clock, files

WAIT_S = 20.0
MARKS_MAX = 100_000
COUNTED_EVERY_WRITES = 1_000
FOR_EVER_MS = 1 << 62

_SCHEMA = """
create table if not exists marks (mark blob primary key, value text not null, until_ms integer not null) without rowid;
create index if not exists marks_until on marks (until_ms);
"""
_SET = "insert into marks values (?1, ?2, ?3) on conflict do update set value = ?2, until_ms = ?3"
_ADD = f"{_SET} where until_ms <= ?4 returning 1"
_COUNT = "update marks set value = value + ?2 where mark = ?1 and until_ms > ?3 returning value"
_CROWD = "delete from marks where mark in (select mark from marks order by until_ms desc limit -1 offset ?)"


class Remembered(BaseCache):
    """Values that JSON can hold, each for a time. Keys may name an address or a person, so only their keyed digest is written."""

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._path = Path(location)

    def add(self, key: str, value: object, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """True for exactly one of all that try at once, in whatever process (allauth's locks stand on this)."""
        now = _now_ms()
        return bool(self._write(_ADD, (self._mark(key, version), json.dumps(value), self._until(timeout, now), now)))

    def get(self, key: str, default: object = None, version: int | None = None) -> object:
        """The value, or `default` where there is none or its time is over."""
        read = "select value from marks where mark = ? and until_ms > ?"
        row = self._db().execute(read, (self._mark(key, version), _now_ms())).fetchone()
        return default if row is None else json.loads(row[0])

    def set(self, key: str, value: object, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Remembers the value from now on."""
        self._write(_SET, (self._mark(key, version), json.dumps(value), self._until(timeout, _now_ms())))

    def touch(self, key: str, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Remembers what is there for longer, or shorter; False where nothing is."""
        now = _now_ms()
        longer = "update marks set until_ms = ?2 where mark = ?1 and until_ms > ?3 returning 1"
        return bool(self._write(longer, (self._mark(key, version), self._until(timeout, now), now)))

    def delete(self, key: str, version: int | None = None) -> bool:
        """Forgets it; False where nothing was."""
        return bool(self._write("delete from marks where mark = ? returning 1", (self._mark(key, version),)))

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Counts on and returns the count: of two that count at once, each gets a number of its own. Raises ValueError where there is none."""
        counted = self._write(_COUNT, (self._mark(key, version), delta, _now_ms()))
        if not counted:
            raise ValueError("nothing is counted under this key")
        return int(counted[0][0])

    def clear(self) -> None:
        """Forgets everything."""
        self._write("delete from marks", ())

    def _write(self, statement: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        db = self._db()
        db.execute("delete from marks where until_ms <= ?", (_now_ms(),))
        found = db.execute(statement, values).fetchall()
        _here.writes += 1
        if _here.writes % COUNTED_EVERY_WRITES == 0:
            db.execute(_CROWD, (MARKS_MAX,))
        return found

    def _mark(self, key: str, version: int | None) -> bytes:
        whole = self.make_key(key, version=version).encode()
        return hashlib.blake2b(whole, key=hashlib.sha256(settings.SECRET_KEY.encode()).digest(), digest_size=20).digest()

    def _until(self, timeout: float | None, now_ms: int) -> int:
        seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        return FOR_EVER_MS if seconds is None else now_ms + int(seconds * 1000)

    def _db(self) -> sqlite3.Connection:
        if self._path not in _here.opened:
            _here.opened[self._path] = _opened(self._path)
        return _here.opened[self._path]


class _Here(threading.local):
    """One connection per thread, however many of Django's cache objects it makes."""

    def __init__(self) -> None:
        self.opened: dict[Path, sqlite3.Connection] = {}
        self.writes = 0


_here = _Here()


def _opened(path: Path) -> sqlite3.Connection:
    files.folder(path.parent)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, files.PRIVATE_FILE))
    db = sqlite3.connect(path, timeout=WAIT_S, isolation_level=None, check_same_thread=False)
    # A power cut may take back the last counts, never damage the file; a durable write each would cost fifteen milliseconds at every try.
    for pragma in ("journal_mode = wal", "synchronous = normal"):
        db.execute(f"pragma {pragma}").fetchall()
    db.executescript(_SCHEMA)
    return db


def _now_ms() -> int:
    return int(clock.now().timestamp() * 1000)
