"""`limen backup`: one file, and what must be kept beside it."""

import argparse
from datetime import datetime
from pathlib import Path

import pytest

from limen.cli import backup as command
from limen.cli import migrate
from limen.storage import backup
from tests.unit.fleet.house import House

pytestmark = [pytest.mark.django_db, pytest.mark.rule("OPS-2")]


@pytest.fixture(autouse=True)
def house(own_data: Path, now: datetime, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(migrate, "prepare", lambda: None)
    return House.build(now)


def limen_backup(path: Path) -> int:
    """The command line."""
    parser = argparse.ArgumentParser()
    command.add(parser.add_subparsers(dest="command"))
    return command.run(parser.parse_args(["backup", str(path)]))


def test_one_command_makes_a_whole_backup(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And says what it does not hold."""
    assert limen_backup(tmp_path / "copy") == 0
    head = backup.check(tmp_path / "copy")
    said = capsys.readouterr().out
    assert f"after line {head.line} of the ledger" in said and "It holds no keys." in said


def test_it_writes_over_nothing_and_says_where_it_cannot_write(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With an exit code that a script sees."""
    (tmp_path / "copy").write_text("mine")
    assert limen_backup(tmp_path / "copy") == 1
    assert "is there already" in capsys.readouterr().err
    assert limen_backup(tmp_path / "no" / "folder") == 1
    assert "cannot be written: No such file or directory" in capsys.readouterr().err
