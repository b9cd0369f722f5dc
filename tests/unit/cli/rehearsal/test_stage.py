"""The stage is a world of its own: nothing of the caller's instance comes in, and a program that does not start is told with its words."""

import os
from contextlib import ExitStack
from pathlib import Path

import pytest

from limen.cli.rehearsal import stage
from limen.cli.rehearsal.stage import DidNotStart


def test_the_callers_instance_is_never_touched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Database, data folder, secret and mail server of the caller's environment stay outside."""
    for name in ("LIMEN_DATABASE_URL", "LIMEN_DATA", "LIMEN_SECRET_KEY", "LIMEN_SMTP_URL", "DJANGO_SETTINGS_MODULE"):
        monkeypatch.setenv(name, "the caller's")
    inside = stage._environment(tmp_path)
    assert "the caller's" not in inside.values()
    assert (inside["LIMEN_DATA"], inside["LIMEN_DEMO"]) == (str(tmp_path), "1")
    assert inside["PATH"] == os.environ["PATH"]
    assert "LIMEN_DATABASE_URL" not in inside
    assert stage._environment(tmp_path, "postgresql://our/own")["LIMEN_DATABASE_URL"] == "postgresql://our/own"


def test_a_program_that_ends_at_once_is_told_with_its_words(tmp_path: Path) -> None:
    """The end of what it said is the reason."""
    with ExitStack() as stack, pytest.raises(DidNotStart, match="limen nonsense"):
        stage._started(stack, dict(os.environ), ["nonsense"], tmp_path / "log", r"http://\S+")
