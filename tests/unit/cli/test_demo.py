"""`limen demo` needs a free port and says so before it makes anything."""

import argparse
import socket
from pathlib import Path

import pytest

from limen.cli import demo


def test_a_taken_port_is_said_with_what_to_type(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is made for a server that cannot start."""
    monkeypatch.setenv("LIMEN_DATA", str(tmp_path / "data"))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert demo.run(argparse.Namespace(host="localhost", port=port)) == 1
    assert "make run PORT=" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()
