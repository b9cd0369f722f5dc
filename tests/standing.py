"""A building that many tests begin with is built once in each process, by the rooms' own verbs, and stands again for every other test.

What was built is kept as the tables, the key store and the ledger hold it, and put back as it was; nothing that a test did to it is there.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from copy import deepcopy
from dataclasses import dataclass
from functools import wraps
from os import environ
from pathlib import Path
from typing import Any, Generic, ParamSpec, TypeVar

from django.conf import settings
from django.core.cache import cache
from django.db import connection

from limen.journal.models import Entry
from limen.storage import keystore, ledger

Asked = ParamSpec("Asked")
World = TypeVar("World")
Rows = Any  # SQLite: a list of tuples; PostgreSQL: the text of COPY
FILES = (ledger.NAME, ledger.HEAD_NAME, "trust/mfg-ca.pub")


@dataclass
class _Kept(Generic[World]):
    """What was built, and what it is written down as."""

    world: World
    tables: dict[str, Rows]
    emptied: frozenset[str]
    keys: bytes
    files: dict[str, bytes | None]


def standing(build: Callable[Asked, World]) -> Callable[Asked, World]:
    """For a function that makes the same whenever it is asked the same, from an empty database and this process's own data folder.

    Elsewhere (a folder of the test's own, a database without a transaction to undo, a second building beside the first) it builds.
    """
    kept: dict[object, _Kept[World]] = {}

    @wraps(build)
    def put_up(*asked: Asked.args, **named: Asked.kwargs) -> World:
        if not connection.in_atomic_block or str(settings.LIMEN_DATA) != environ["LIMEN_DATA"] or Entry.objects.exists():
            return build(*asked, **named)
        cache.clear()
        key = (asked, tuple(sorted(named.items())))
        if (found := kept.get(key)) is None:
            before = _tables()
            world = build(*asked, **named)
            kept[key] = _keep(deepcopy(world), before)
            return world
        _put_back(found)
        return deepcopy(found.world)

    return put_up


def _keep(world: World, before: dict[str, Rows]) -> _Kept[World]:
    changed = {name: rows for name, rows in _tables().items() if rows != before[name]}
    with closing(sqlite3.connect(_data() / keystore.NAME)) as keys:
        files = {name: path.read_bytes() if (path := _data() / name).exists() else None for name in FILES}
        return _Kept(world, changed, frozenset(name for name in changed if before[name]), keys.serialize(), files)


def _put_back(kept: _Kept[Any]) -> None:
    with connection.cursor() as cursor:
        for name in kept.emptied:
            cursor.execute(f'delete from "{name}"')
    for name, rows in kept.tables.items():
        _write(name, rows)
    for name, content in kept.files.items():
        if content is None:
            (_data() / name).unlink(missing_ok=True)
        else:
            (_data() / name).write_bytes(content)
    # From a connection of its own: so every other one of this process hears that the file has changed, and forgets the keys that it knew.
    with closing(sqlite3.connect(":memory:")) as image, closing(sqlite3.connect(_data() / keystore.NAME)) as keys:
        image.deserialize(kept.keys)
        keys.execute("pragma synchronous = off")
        image.backup(keys)


def _tables() -> dict[str, Rows]:
    """Every table and what it holds."""
    return {name: _read(name) for name in connection.introspection.table_names()}


def _read(name: str) -> Rows:
    with _driver() as cursor:
        if connection.vendor == "sqlite":
            # A sum with nothing has no type of its own: the driver gives what is stored, and makes no dates of it.
            columns = [row[1] for row in cursor.execute(f'pragma table_info("{name}")').fetchall()]
            return cursor.execute(f'select {", ".join(f"""+"{column}" """ for column in columns)} from "{name}"').fetchall()
        with cursor.copy(f'copy "{name}" to stdout') as copy:
            return b"".join(copy)


def _write(name: str, rows: Rows) -> None:
    with _driver() as cursor:
        if connection.vendor == "sqlite":
            if rows:
                cursor.executemany(f'insert into "{name}" values ({", ".join("?" * len(rows[0]))})', rows)
        else:
            with cursor.copy(f'copy "{name}" from stdin') as copy:
                copy.write(rows)


@contextmanager
def _driver() -> Iterator[Any]:
    """A cursor of the database's driver itself: nothing is made into Python's dates and back."""
    connection.ensure_connection()
    assert connection.connection is not None
    with closing(connection.connection.cursor()) as cursor:
        yield cursor


def _data() -> Path:
    return Path(settings.LIMEN_DATA)
