"""Backups: every row of the database in one file, the same on SQLite and PostgreSQL, and put back in one transaction (OPS-2).

Keys are not in it (PRIVACY-8), and neither are sessions: who is signed in is no fact about the building. The file ends with a MAC under a key
of this installation, so that a cut, changed or foreign one is refused before a row is touched.
"""

import gzip
import hashlib
import hmac
import json
import os
import time
from base64 import b64encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.core.cache import cache
from django.core.management.color import no_style
from django.db import OperationalError, connection, models, router, transaction
from django.db.migrations.recorder import MigrationRecorder

from limen.storage import files, kms, ledger

FORM: Final = 1
ROWS_AT_ONCE: Final = 500
LINE_MAX_BYTES: Final = 64 * 1024 * 1024
HOLD_S: Final = 20.0
"""So long a restore waits for those who began before it."""
HOLD_ONE_MS: Final = 2000
"""So long it stands in line for one table: PostgreSQL sends its own housekeeping away after one second (deadlock_timeout), but only for who stands in line."""
NOT_KEPT: Final = frozenset({"sessions.Session", "usersessions.UserSession"})
"""Who is signed in where: a restore neither brings an ended session back nor ends a living one."""


class NotABackup(Exception):
    """This file cannot be put back here; the text says why, for whoever runs the service."""


class Busy(Exception):
    """Another program does not let go of the database; the text says which, for whoever runs the service."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a backup says of itself: when it was made, by which installation, and how far the ledger was then."""

    made_at: datetime
    service: str
    line: int
    hash: str
    version: str
    """A digest of the migrations that made the tables."""


def write(path: Path, now: datetime) -> Head:
    """Copies the database as it stands at one moment into a new file, readable by its owner only. FileExistsError for one that is there."""
    head = _head_now(now)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, files.PRIVATE_FILE)
    try:
        with os.fdopen(handle, "wb") as raw:
            with gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="", compresslevel=5) as out:
                _write_rows(out, head)
            raw.flush()
            os.fsync(raw.fileno())
    except BaseException:
        path.unlink()
        raise
    return head


def check(path: Path) -> Head:
    """What a backup says of itself, once all of it is known to be ours and whole. Raises NotABackup."""
    with _reading(path) as lines:
        first = next(lines, b"")
        head = _read_head(first)
        digest, last = hashlib.sha256(first), b""
        for line in lines:
            digest.update(last)
            last = line
        mac = _end_of(last)
    if head.service != service_name():
        raise NotABackup("This backup belongs to another installation, or the folder keys/ of this one is not in the data folder.")
    if not hmac.compare_digest(mac, _mac(digest.digest())):
        raise NotABackup("This backup was changed, or it was made with other keys.")
    if head.version != _version():
        raise NotABackup(
            f"This backup was made by another version of Limen ({head.version[:12]}; this one is {_version()[:12]}). "
            "Restore it with that version, then update."
        )
    return head


def hold() -> None:
    """Nobody else writes until the caller's transaction ends; people may read. For SQLite any transaction does that, PostgreSQL is told.

    Else what somebody is just writing would stay between the rows that come, or be missing among those that are copied. No table is held while
    we wait for another one, so that those who began before never wait for us. Raises Busy where that lasts for HOLD_S.
    """
    if connection.vendor != "postgresql":
        return
    tables = [model._meta.db_table for model in _models()]
    until = time.monotonic() + HOLD_S
    while not _locked(tables, "nowait"):
        if time.monotonic() > until:
            raise Busy(_who_holds(tables))
        for table in tables:
            _let_others_end(table)


def _locked(tables: list[str], how: str = "") -> bool:
    names = ", ".join(map(connection.ops.quote_name, tables))
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"lock table {names} in exclusive mode {how}")
    except OperationalError:
        return False
    return True


def _let_others_end(table: str) -> None:
    """Stands in line for one table, and lets go of it."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"set local lock_timeout = {HOLD_ONE_MS}")
        _locked([table])
        transaction.set_rollback(True)


def _who_holds(tables: list[str]) -> str:
    """Kinds and numbers of processes, never what they say: a statement may hold somebody's name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct c.relname, a.backend_type, a.pid, coalesce(a.state, 'at work') from pg_locks l"
            " join pg_class c on c.oid = l.relation join pg_stat_activity a on a.pid = l.pid"
            " where l.granted and l.pid <> pg_backend_pid() and c.relname = any(%s) and l.mode not in ('AccessShareLock')"
            " and l.database = (select oid from pg_database where datname = current_database()) order by 1, 3",
            [tables],
        )
        held = [f"{table} by {kind} {pid} ({state})" for table, kind, pid, state in cursor.fetchall()]
    return f"The database is in use by another program ({', '.join(held) or 'which just ended'}). Try again, or end that program first."


def load(path: Path) -> int:
    """Puts every row back and returns how many; what is in the database goes. Inside a transaction of the caller, after `check` and `hold`."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a restore happens as a whole")
    tables = {model._meta.label: model for model in _models()}
    for model in tables.values():
        model._base_manager.all()._raw_delete(connection.alias)
    count = 0
    with _reading(path) as lines:
        next(lines)
        every = _rows(lines)
        while rows := list(islice(every, ROWS_AT_ONCE)):
            count += len(rows)
            _insert(tables, rows)
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(tables.values())):
            cursor.execute(statement)
    cache.clear()
    return count


def service_name() -> str:
    """What ledger and backups call this installation: the same as long as it has its root secret."""
    return kms.derive("service-name")[:16].hex()


# ---- the file


def _head_now(now: datetime) -> Head:
    """The ledger is looked at before the rows are: a line that lies between is done again, which changes nothing."""
    last = ledger.head() or ledger.append("begun", {"service": service_name()}, now)
    return Head(now, service_name(), last.number, last.hash, _version())


def _write_rows(out: gzip.GzipFile, head: Head) -> None:
    digest, count = hashlib.sha256(), 0

    def put(value: object) -> None:
        line = json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
        digest.update(line)
        out.write(line)

    put({
        "limen_backup": FORM, "made_at": head.made_at.isoformat(), "service": head.service, "line": head.line, "hash": head.hash,
        "version": head.version,
    })  # fmt: skip
    with _at_one_moment():
        for model in _models():
            names = [field.attname for field in model._meta.concrete_fields]
            for row in model._base_manager.order_by("pk").values_list(*names).iterator(chunk_size=ROWS_AT_ONCE):
                put([model._meta.label, [_plain(value) for value in row]])
                count += 1
    out.write(json.dumps({"rows": count, "mac": _mac(digest.digest()).hex()}).encode() + b"\n")


@contextmanager
def _reading(path: Path) -> Iterator[Iterator[bytes]]:
    try:
        with gzip.open(path, "rb") as file:
            yield iter(lambda: file.readline(LINE_MAX_BYTES), b"")
    except FileNotFoundError:
        raise NotABackup(f"There is no file {path}.") from None
    except (gzip.BadGzipFile, EOFError, OSError, UnicodeDecodeError) as problem:
        raise NotABackup("This file is no backup, or a part of it is missing.") from problem


def _read_head(line: bytes) -> Head:
    try:
        said = json.loads(line)
        if said["limen_backup"] != FORM:
            raise NotABackup("This backup was written in another form than this version reads.")
        return Head(
            datetime.fromisoformat(said["made_at"]), str(said["service"]), int(said["line"]), str(said["hash"]), str(said["version"])
        )
    except (ValueError, KeyError, TypeError) as problem:
        raise NotABackup("This file is no backup.") from problem


def _end_of(line: bytes) -> bytes:
    try:
        return bytes.fromhex(json.loads(line)["mac"])
    except (ValueError, KeyError, TypeError) as problem:
        raise NotABackup("The end of this backup is missing.") from problem


def _mac(digest: bytes) -> bytes:
    return kms.derive("backup", digest)


def _version() -> str:
    applied = sorted("/".join(one) for one in MigrationRecorder(connection).applied_migrations())
    return hashlib.sha256("\n".join(applied).encode()).hexdigest()


# ---- rows


def _models() -> list[type[models.Model]]:
    found = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed and not model._meta.proxy]
    return [model for model in found if model._meta.label not in NOT_KEPT and router.allow_migrate_model(connection.alias, model)]


@contextmanager
def _at_one_moment() -> Iterator[None]:
    """What is read inside is the database of one instant; writers are kept waiting only by a caller whose transaction has begun already."""
    if connection.in_atomic_block:
        hold()
        yield
        return
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("set transaction isolation level repeatable read, read only")
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("begin deferred")
        try:
            yield
        finally:
            with suppress(Exception):
                cursor.execute("rollback")


def _plain(value: object) -> object:
    match value:
        case bytes() | bytearray() | memoryview():
            return b64encode(bytes(value)).decode("ascii")
        case datetime() | date():
            return value.isoformat()
        case UUID():
            return str(value)
    return value


def _rows(lines: Iterable[bytes]) -> Iterator[tuple[str, list[Any]]]:
    for line in lines:
        said = json.loads(line)
        if isinstance(said, list):
            yield said[0], said[1]


def _insert(tables: dict[str, type[models.Model]], rows: Iterable[tuple[str, list[Any]]]) -> None:
    by_label: dict[str, list[list[Any]]] = {}
    for label, values in rows:
        by_label.setdefault(label, []).append(values)
    for label, several in by_label.items():
        model = tables[label]
        fields = list(model._meta.concrete_fields)
        made = [model(**{field.attname: _value(field, value) for field, value in zip(fields, values, strict=True)}) for values in several]
        most = connection.ops.bulk_batch_size(fields, made)
        for start in range(0, len(made), most):
            # Raw: no field fills itself in again.
            model._base_manager._insert(made[start : start + most], fields=fields, using=connection.alias, raw=True)  # type: ignore[attr-defined]


def _value(field: "models.Field[Any, Any]", value: object) -> object:
    if value is None or isinstance(field, models.JSONField):
        return value
    if isinstance(field, models.ForeignKey):
        return field.target_field.to_python(value)
    return field.to_python(value)
