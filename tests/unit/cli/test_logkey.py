"""`limen logkey`: past the key that lay ready, for one building, and only for one that is there."""

import argparse
from datetime import datetime
from pathlib import Path

import pytest

from limen.cli import logkey as command
from limen.cli import migrate
from limen.fleet import logkeys
from tests.unit.fleet.house import House

pytestmark = [pytest.mark.django_db, pytest.mark.rule("LOCK-8")]


@pytest.fixture
def house(own_data: Path, now: datetime, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(migrate, "prepare", lambda: None)
    return House.build(now)


def limen_logkey(building: str) -> int:
    parser = argparse.ArgumentParser()
    command.add(parser.add_subparsers(dest="command"))
    return command.run(parser.parse_args(["logkey", building]))


def test_the_key_that_lay_ready_is_passed_over(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever copied the key store has that one, too."""
    name = "88 Harbor Street"
    assert limen_logkey(name) == 0
    assert logkeys.newest(house.property_id) == 3
    assert f"{name} has log key 3." in capsys.readouterr().out


def test_another_name_turns_nothing_and_reads_which_there_are(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    """With an exit code that a script sees."""
    assert limen_logkey("Nowhere") == 1
    assert logkeys.newest(house.property_id) == 1
    assert "Buildings here: 88 Harbor Street." in capsys.readouterr().err
