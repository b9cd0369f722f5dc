"""`limen vectors`."""

import argparse
from pathlib import Path

import pytest

from limen.cli import vectors


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    vectors.add(parser.add_subparsers())
    return parser.parse_args(["vectors", *words])


def test_the_command_writes_what_is_missing_and_then_finds_nothing_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--check fails before and passes after; an edited file is found and mended."""
    assert vectors.run(parsed("--check", "--to", str(tmp_path))) == 1
    assert not list(tmp_path.iterdir())
    assert vectors.run(parsed("--to", str(tmp_path))) == 0
    assert vectors.run(parsed("--check", "--to", str(tmp_path))) == 0
    (tmp_path / "grant.json").write_text("{}", encoding="utf-8")
    assert vectors.run(parsed("--check", "--to", str(tmp_path))) == 1
    assert "grant.json differs" in capsys.readouterr().out


def test_the_packages_own_vectors_are_current() -> None:
    """What is shipped is what would be written."""
    assert vectors.run(parsed("--check")) == 0
    assert {path.name for path in vectors.folder().glob("*.json")} >= {"noise.json", "doorcodes.json"}
