"""A copy of every row, whole and ours, or refused before a row is touched."""

import gzip
import hashlib
import json
import os
import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection, transaction

from limen.people.models import Person
from limen.storage import backup, kms
from limen.storage.models import OutboxRow
from tests.unit.fleet.house import House

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(now: datetime) -> House:
    """A building with somebody in it."""
    house = House.build(now)
    house.door("Gym")
    house.person("Dana")
    house.give("Dana", house.group("Sport", "Gym"))
    return house


@pytest.fixture
def path(data_folder: Path) -> Path:
    return data_folder / "yesterday"


def rows() -> dict[str, list[tuple[object, ...]]]:
    """Everything that a backup is for, comparable."""
    return {
        model._meta.label: sorted(
            (tuple(bytes(v) if isinstance(v, memoryview) else v for v in row) for row in model._base_manager.values_list()), key=repr
        )
        for model in backup._models()
    }


@pytest.mark.rule("OPS-2")
def test_every_row_comes_back_as_it_was(house: House, path: Path, now: datetime) -> None:
    """Bytes, dates, JSON and all; what came later is gone; new rows get numbers of their own."""
    before = rows()
    head = backup.write(path, now)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    house.person("Theo")
    Person.objects.filter(id=house.people["Dana"]).update(status="archived")
    assert backup.check(path) == head
    with transaction.atomic():
        count = backup.load(path)
    assert rows() == before
    assert count == sum(map(len, before.values())) > 50
    house.person("Ines")
    assert OutboxRow.objects.count() >= len(before["storage.OutboxRow"])


@pytest.mark.rule("PRIVACY-8")
def test_a_backup_holds_no_key_and_no_session(house: House, path: Path, now: datetime) -> None:
    """Who has only the file reads no name; who is signed in is not in it."""
    Session.objects.create(session_key="k" * 32, session_data="signed", expire_date=now)
    backup.write(path, now)
    text = gzip.decompress(path.read_bytes())
    assert b"sessions.Session" not in text and b"Example" not in text
    for secret in (Path(settings.LIMEN_DATA) / "keys").iterdir():
        assert secret.read_bytes() not in text
    with transaction.atomic():
        backup.load(path)
    assert Session.objects.filter(session_key="k" * 32).exists()


def test_a_file_that_is_there_is_never_written_over(house: House, path: Path, now: datetime) -> None:
    """It may be the only good copy."""
    path.write_bytes(b"the only one")
    with pytest.raises(FileExistsError):
        backup.write(path, now)
    assert path.read_bytes() == b"the only one"


def _text(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[bytes], bytes]:
    return lambda data: gzip.compress(b"".join(change(gzip.decompress(data).splitlines(keepends=True))))


SPOILT: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "cut in the middle": (lambda data: data[: len(data) // 2], "a part of it is missing"),
    "without its end": (_text(lambda lines: lines[:-1]), "The end of this backup is missing"),
    "a row less": (_text(lambda lines: [*lines[:5], *lines[6:]]), "was changed"),
    "another file": (lambda data: b"PK\x03\x04 a holiday picture", "no backup"),
    "only a head": (_text(lambda lines: lines[:1]), "The end of this backup is missing"),
    "empty": (lambda data: b"", "no backup"),
}


@pytest.mark.rule("OPS-2")
@pytest.mark.parametrize("how", SPOILT)
def test_what_is_cut_changed_or_no_backup_is_refused(how: str, house: House, path: Path, now: datetime) -> None:
    """In a sentence that says which."""
    backup.write(path, now)
    spoil, says = SPOILT[how]
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(backup.NotABackup, match=says):
        backup.check(path)


def test_a_backup_of_another_installation_is_refused(
    house: House, path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    """Its rows are sealed under keys that are not here."""
    backup.write(path, now)
    monkeypatch.setattr(settings, "LIMEN_DATA", path.parent / "elsewhere")
    with pytest.raises(backup.NotABackup, match="another installation"):
        backup.check(path)


def test_a_backup_of_another_version_says_which(house: House, path: Path, now: datetime) -> None:
    """The tables would not fit."""
    backup.write(path, now)
    lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    head = json.loads(lines[0]) | {"version": "f" * 64}
    lines[0] = json.dumps(head).encode() + b"\n"
    mac = kms.derive("backup", hashlib.sha256(b"".join(lines[:-1])).digest()).hex()
    lines[-1] = json.dumps({"mac": mac}).encode() + b"\n"
    path.write_bytes(gzip.compress(b"".join(lines)))
    with pytest.raises(backup.NotABackup, match="another version of Limen"):
        backup.check(path)


def test_a_file_that_is_not_there_is_said(path: Path) -> None:
    """By its name."""
    with pytest.raises(backup.NotABackup, match="There is no file"):
        backup.check(path)


@pytest.mark.django_db(transaction=True)
def test_rows_are_put_back_inside_a_transaction_only(path: Path) -> None:
    """Half a database is none."""
    with pytest.raises(transaction.TransactionManagementError):
        backup.load(path)


on_a_server = pytest.mark.skipif(
    os.environ.get("LIMEN_TEST_DATABASE") != "postgresql", reason="on SQLite one transaction at a time writes anyway"
)


@pytest.mark.rule("OPS-2")
@pytest.mark.django_db(transaction=True)
@on_a_server
def test_a_copy_in_the_middle_of_a_transaction_is_of_one_moment() -> None:
    """It cannot choose any more what it sees: so nobody writes between the first table and the last, else a row would be there without its parent."""
    with transaction.atomic(), backup._at_one_moment(), psycopg.connect(**connection.get_connection_params()) as writer:
        writer.execute("SET lock_timeout = '100ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            writer.execute("INSERT INTO auth_group (name) VALUES ('somebody in between')")


@contextmanager
def somebody_at(table: str, mode: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """Another program, in the middle of a transaction."""
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute(f"lock table {table} in {mode} mode")
        yield other


@pytest.mark.rule("OPS-2")
@pytest.mark.django_db(transaction=True)
@on_a_server
@pytest.mark.parametrize("mode", ["row exclusive", "share update exclusive"], ids=["a writer", "housekeeping"])
def test_a_restore_stands_in_line_behind_whoever_began_before(mode: str) -> None:
    """One who only asked now and then would never be noticed by the database's own housekeeping, which leaves for who stands in line. Nothing else
    is held meanwhile: who is in the middle of something ends it."""
    holding = threading.Thread(target=_hold_for_a_moment)
    with somebody_at("auth_group", mode) as other:
        holding.start()
        with psycopg.connect(**connection.get_connection_params(), autocommit=True) as looking:
            for _ in range(500):
                if looking.execute("select 1 from pg_locks where not granted and relation = 'auth_group'::regclass").fetchone():
                    break
                time.sleep(0.02)
            else:
                pytest.fail("nobody stands in line")
            other.execute("lock table auth_permission, people_person in row exclusive mode nowait")
    holding.join(20)
    assert not holding.is_alive()


def _hold_for_a_moment() -> None:
    try:
        with transaction.atomic():
            backup.hold()
    finally:
        connection.close()


@pytest.mark.rule("OPS-2")
@pytest.mark.django_db(transaction=True)
@on_a_server
def test_who_does_not_let_go_is_named_and_nothing_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its table, kind and number, and nothing of what it says."""
    monkeypatch.setattr(backup, "HOLD_S", 0.0)
    with somebody_at("people_person", "row exclusive") as other:
        with transaction.atomic(), pytest.raises(backup.Busy) as said:
            backup.hold()
        known = f"people_person by client backend {other.info.backend_pid} (idle in transaction)"
        assert str(said.value) == f"The database is in use by another program ({known}). Try again, or end that program first."
        other.execute("lock table auth_permission in row exclusive mode nowait")
