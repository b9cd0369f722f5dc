"""The ledger that goes with a backup, and no other; all of a restore or nothing."""

import os
import shutil
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from django.contrib.auth.models import Group
from django.db import connection

from limen.people.models import Person
from limen.storage import backup, kms, ledger, replay
from limen.storage.replay import LedgerProblem, Restoring
from tests.unit.fleet.house import House
from tests.yesterday import Yesterday

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(now: datetime, data_folder: Path) -> House:
    house = House.build(now)
    house.door("Gym")
    house.person("Dana")
    return house


def _older(folder: Path) -> None:
    text = (folder / ledger.NAME).read_bytes().splitlines(keepends=True)
    (folder / ledger.NAME).write_bytes(b"".join(text[:-2]))
    (folder / ledger.HEAD_NAME).unlink()


def _foreign(folder: Path) -> None:
    _gone(folder)
    for number in range(40):
        ledger.append("revocation", {"grant": UUID(int=number)}, datetime.fromisoformat("2026-11-20T00:00:00+00:00"))


def _gone(folder: Path) -> None:
    for name in (ledger.NAME, ledger.HEAD_NAME):
        (folder / name).unlink()


def _cut(folder: Path) -> None:
    text = (folder / ledger.NAME).read_bytes().splitlines(keepends=True)
    (folder / ledger.NAME).write_bytes(b"".join(text[:-1]))


def _changed(folder: Path) -> None:
    path = folder / ledger.NAME
    path.write_bytes(path.read_bytes().replace(b'"kind":"given"', b'"kind":"resumed"', 1))


BAD: dict[str, tuple[Callable[[Path], None], str]] = {
    "cut": (_cut, "The ledger was cut: 3 lines of 4 are here"),
    "changed": (_changed, "cannot be believed: line 2"),
    "missing": (lambda folder: (folder / ledger.NAME).unlink(), "The ledger was cut: 0 lines of 4|There is no ledger"),
    "missing with its head": (_gone, "There is no ledger"),
    "older than the backup": (_older, "older than the backup: it has 2 lines, and the backup was made after line 3"),
    "of another installation": (_foreign, "belongs to another installation"),
}


@pytest.mark.rule("OPS-2")
@pytest.mark.parametrize("how", BAD)
def test_a_ledger_that_does_not_go_with_the_backup_stops_the_restore(how: str, house: House, data_folder: Path, now: datetime) -> None:
    """In a plain sentence, and the database is as it was."""
    ledger.append("begun", {"service": backup.service_name()}, now)
    for number in (1, 2):
        ledger.append("given", {"grant": UUID(int=number)}, now)
    kept = Yesterday.kept(data_folder / "copies", now)
    ledger.append("revocation", {"grant": UUID(int=1)}, now)
    Person.objects.filter(id=house.people["Dana"]).update(status="archived")
    spoil, says = BAD[how]
    spoil(data_folder)
    with pytest.raises(LedgerProblem, match=says):
        kept.back(now)
    assert Person.objects.get(id=house.people["Dana"]).status == "archived"


@pytest.mark.rule("OPS-2")
def test_a_restore_that_fails_halfway_changes_nothing(
    house: House, data_folder: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One transaction for the rows and for what the ledger says."""
    kept = Yesterday.kept(data_folder / "copies", now)
    Person.objects.filter(id=house.people["Dana"]).update(status="archived")

    def breaks(run: Restoring) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr(replay, "_steps", [*replay._steps, breaks])
    with pytest.raises(RuntimeError):
        kept.back(now)
    assert Person.objects.get(id=house.people["Dana"]).status == "archived"


@pytest.mark.rule("OPS-2")
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(os.environ.get("LIMEN_TEST_DATABASE") != "postgresql", reason="SQLite lets one write at a time: nobody is in between")
def test_nobody_writes_between_the_rows_that_come(house: House, data_folder: Path, now: datetime) -> None:
    """Where the service runs meanwhile, whoever is just writing is waited for, and what they wrote goes with the rest."""
    kept = Yesterday.kept(data_folder / "copies", now)
    with psycopg.connect(**connection.get_connection_params()) as writer:
        writer.execute("INSERT INTO auth_group (name) VALUES ('somebody in between')")
        done = threading.Timer(0.3, writer.commit)
        done.start()
        kept.back(now)
        done.join()
    assert not Group.objects.exists()


def test_lines_from_just_before_the_backup_are_done_again_too(house: House, data_folder: Path, now: datetime) -> None:
    """Their transaction may have committed after the copy was taken."""
    old, late = now - timedelta(hours=1), now - timedelta(minutes=2)
    ledger.append("revocation", {"grant": UUID(int=1)}, old)
    ledger.append("revocation", {"grant": UUID(int=2)}, late)
    kept = Yesterday.kept(data_folder / "copies", now)
    ledger.append("revocation", {"grant": UUID(int=3)}, now)
    run = replay.begun(backup.check(kept.path), now)
    assert [line.facts["grant"] for line in run.of("revocation")] == [str(UUID(int=2)), str(UUID(int=3))]


@pytest.mark.rule("PRIVACY-8")
def test_an_older_key_store_does_not_bring_destroyed_keys_back(house: House, data_folder: Path, now: datetime) -> None:
    """The ledger knows them, whenever they were destroyed."""
    sealed = kms.seal("day:x", "an entry", "here")
    shutil.copy(data_folder / "keystore.sqlite3", data_folder / "old-keys")
    kms.destroy("day:x", now=now)
    kept = Yesterday.kept(data_folder / "copies", now + timedelta(days=1))
    kms._stores.clear()
    shutil.copy(data_folder / "old-keys", data_folder / "keystore.sqlite3")
    assert kms.unseal_text("day:x", sealed, "here") == "an entry"
    kept.back(now + timedelta(days=2))
    with pytest.raises(kms.Destroyed):
        kms.unseal("day:x", sealed, "here")


def test_what_is_done_again_is_not_written_again(now: datetime, data_folder: Path) -> None:
    """Numbers that are given out are."""
    with ledger.said_already():
        ledger.append("revocation", {"grant": UUID(int=1)}, now)
        ledger.append("numbers", {"upto": 5}, now)
    assert [line.kind for line in ledger.lines()] == ["numbers"]


def test_the_newest_line_of_a_thing_counts(now: datetime, data_folder: Path) -> None:
    """A door that went and came back is there."""
    lines = [ledger.append("group_door", {"group": "g", "door": "d", "hours": hours}, now) for hours in ("gone", "always")]
    assert replay.last_by(lines, "group", "door")["g", "d"].facts["hours"] == "always"
