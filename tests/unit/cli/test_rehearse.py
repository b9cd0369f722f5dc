"""`limen rehearse` tells each step and fails where one does."""

import json
from pathlib import Path

import pytest

from limen.cli import main


def test_a_folder_without_a_building_fails_at_the_first_step(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is started for it."""
    assert main(["rehearse", "--data", str(tmp_path), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is False
    assert [(step["name"], step["ok"]) for step in told["steps"]] == [("The building is read", False)]
    assert set(told["steps"][0]) == {"name", "ok", "ms", "detail"}


def test_a_building_that_nobody_can_play_in_says_which_part(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As the manager's own reason would."""
    (tmp_path / "doors.csv").write_text("Door,Kind,Unit,Model,Connected,Serial,ShareAllowed,Doorcodes\nFront,entrance,,M,no,S1,yes,yes\n")
    (tmp_path / "rent_roll.csv").write_text("Unit,First,Last,Email,Phone,Status,LeaseStart,LeaseEnd,Role,Smartphone\n")
    assert main(["rehearse", "--data", str(tmp_path)]) == 1
    assert "connected reader" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("url", "words"), [("mysql://x/y", "write postgresql://"), ("postgresql://x/y?dbname=z", "instead of a new database")]
)
def test_a_database_that_cannot_be_meant_is_refused(url: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    """On the command line, before anything is read."""
    with pytest.raises(SystemExit) as ended:
        main(["rehearse", "--database", url])
    assert ended.value.code == 2
    assert words in capsys.readouterr().err


def test_a_database_server_that_is_not_there_fails_the_stage(capsys: pytest.CaptureFixture[str]) -> None:
    """In its words; nothing is started."""
    assert main(["rehearse", "--database", "postgresql://li:very-secret@127.0.0.1:1/limen", "--json"]) == 1
    said = capsys.readouterr()
    steps = json.loads(said.out)["steps"]
    assert [(step["name"], step["ok"]) for step in steps] == [("The building is read", True), ("The stage is raised", False)]
    assert steps[1]["detail"].startswith("PostgreSQL: ")
    assert "very-secret" not in said.out + said.err
