"""`limen lock` says where its locks are, or what is wrong with what it was told."""

import argparse
from pathlib import Path

import pytest

from limen.cli import lock


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
