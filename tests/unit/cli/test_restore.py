"""`limen restore`: a backup in place, ended access ended, and the rest in plain words."""

import argparse
from datetime import datetime
from pathlib import Path

import pytest
from django.conf import settings

from limen.access import queries as access
from limen.cli import migrate, serve
from limen.cli import restore as command
from limen.storage import backup, clock, files, ledger
from tests.unit.fleet.house import House
from tests.yesterday import Yesterday

pytestmark = [pytest.mark.django_db, pytest.mark.rule("OPS-2")]


@pytest.fixture
def house(own_data: Path, now: datetime, monkeypatch: pytest.MonkeyPatch) -> House:
    """Dana and Theo in the Gym."""
    monkeypatch.setattr(migrate, "prepare", lambda: None)
    monkeypatch.setenv("LIMEN_DATA", str(settings.LIMEN_DATA))
    house = House.build(clock.now())
    house.door("Gym")
    house.person("Dana")
    house.person("Theo")
    return house


def limen_restore(path: Path) -> int:
    """The command line."""
    parser = argparse.ArgumentParser()
    command.add(parser.add_subparsers(dest="command"))
    return command.run(parser.parse_args(["restore", str(path)]))


def test_it_says_what_it_did_and_what_is_not_here(house: House, own_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Dana's access had ended and stays so; Theo's is not here and is named."""
    group = house.group("Sport", "Gym")
    grant = house.give("Dana", group)
    kept = Yesterday.kept(own_data / "copies", house.now)
    house.revoke(grant)
    house.give("Theo", group)
    assert limen_restore(kept.path) == 0
    said = capsys.readouterr().out
    assert "Access that had ended, ended again: 1" in said
    assert "Theo Example was given Sport" in said and "give it again." in said
    assert "Every door waits for an update." in said
    assert access.doors_of(house.people["Dana"], clock.now()) == {}


def test_with_any_problem_nothing_is_changed_and_the_problem_is_said(
    house: House, own_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    """No traceback, an exit code, and the database as it was."""
    kept = Yesterday.kept(own_data / "copies", house.now)
    grant = house.give("Dana", house.group("Sport", "Gym"))
    (Path(settings.LIMEN_DATA) / ledger.NAME).unlink()
    assert limen_restore(kept.path) == 1
    assert capsys.readouterr().err.endswith("Nothing was changed.\n")
    assert limen_restore(own_data / "nothing") == 1
    assert "There is no file" in capsys.readouterr().err
    assert access.grant_view(grant.id) is not None


def test_a_running_service_is_not_restored_underneath(house: House, own_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Pages in hand would write into another day."""
    kept = Yesterday.kept(own_data / "copies", house.now)
    with files.shared(serve.in_use(Path(settings.LIMEN_DATA))):
        assert limen_restore(kept.path) == 1
    assert capsys.readouterr().err == "The service is running. Stop it first.\n"
    assert limen_restore(kept.path) == 0


def test_a_database_that_another_program_does_not_let_go_of_is_left_as_it_is(
    house: House, own_data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    """It says whose turn it is to end."""
    kept = Yesterday.kept(own_data / "copies", house.now)

    def held() -> None:
        raise backup.Busy("The database is in use by another program (somebody).")

    monkeypatch.setattr(backup, "hold", held)
    assert limen_restore(kept.path) == 1
    assert capsys.readouterr().err == "The database is in use by another program (somebody).\nNothing was changed.\n"
