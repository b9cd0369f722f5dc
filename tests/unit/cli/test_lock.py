"""`limen lock` says where its locks are, or what is wrong with what it was told."""

import argparse
from pathlib import Path

import pytest

from limen.cli import lock
from limen.lock.shell.factory import models
from limen.lock.shell.wiring import Wiring


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    lock.add(parser.add_subparsers())
    return parser.parse_args(["lock", *words])


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--serial", "LM000103"], "--model"),
        (["--serial", "no spaces here", "--model", "M"], "letters, digits and dashes"),
        (["--serial", "LM000103", "--model", "M", "--listen", "nowhere"], "HOST:PORT"),
    ],
)
def test_a_wrong_word_is_answered_with_what_to_write(
    words: list[str], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2, one sentence, no stack trace."""
    assert lock.run(parsed("--data", str(tmp_path), *words)) == 2
    assert sentence in capsys.readouterr().err


def test_a_door_list_without_a_lock_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Rows whose model opens no door are for the service to report; a list without any lock is a mistake."""
    shelf = tmp_path / "doors.csv"
    shelf.write_text("Door,Serial,Model\nSign,LM1,LINK\n")
    assert lock.run(parsed("--data", str(tmp_path / "locks"), "--shelf", str(shelf))) == 2
    assert "no lock in" in capsys.readouterr().err


def test_wires_go_with_one_wired_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A reader's line on a mortise lock, or on a whole shelf, is a mistake that is said."""
    assert lock.run(parsed("--data", str(tmp_path), "--model", "M", "--strike", "GPIO17")) == 2
    assert "wired" in capsys.readouterr().err
    args = parsed(
        "--model",
        "R",
        "--reader",
        "/dev/ttyUSB0",
        "--strike",
        "GPIO17",
        "--fail",
        "safe",
        "--camera",
        "rpicam-jpeg -n -o -",
        "--button",
        "GPIO23",
    )
    wiring = lock._wiring(args, {"LM000103": models()["R"]})
    assert wiring == Wiring(
        reader=Path("/dev/ttyUSB0"), strike="GPIO17", fail_safe=True, button="GPIO23", camera=("rpicam-jpeg", "-n", "-o", "-")
    )
    assert lock._wiring(parsed("--model", "R"), {"LM000103": models()["R"]}) is None
