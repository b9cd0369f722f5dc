"""The whole service as a process: it says where it is, answers, and ends."""

import socket
from pathlib import Path

import httpx
import pytest

from limen.cli.serve import address_of, listen
from tests.server import running


def test_it_says_its_address_first_and_answers_there_and_ends_when_told(tmp_path: Path) -> None:
    """Whoever reads the first line can use it at once."""
    with running(tmp_path, "serve") as server:
        assert server.lines[0] == server.address + "/"
        answer = httpx.get(server.address + "/healthz")
        assert answer.text == "ok\n"
        page = httpx.get(server.address + "/signin")
        assert page.status_code == 200
        assert server.stop() in {0, -15}


def test_an_unknown_socket_address_is_refused_without_a_stack_trace(tmp_path: Path) -> None:
    """Strangers knock at every door."""
    from websockets.exceptions import InvalidStatus
    from websockets.sync.client import connect

    with running(tmp_path, "serve") as server:
        for origin in (None, "https://evil.example", server.address):
            with pytest.raises(InvalidStatus) as refusal:
                connect(server.address.replace("http", "ws") + "/nothing/here", origin=origin)  # type: ignore[arg-type]
            assert refusal.value.response.status_code == 403
        server.stop()
        assert not any("Traceback" in line for line in server.lines)


def test_localhost_is_both_of_its_numbers_on_one_port() -> None:
    """Browsers try ::1 first, scripts 127.0.0.1."""
    sockets = listen("localhost", 0)
    try:
        assert len({s.getsockname()[1] for s in sockets}) == 1
        assert address_of(sockets) == f"http://localhost:{sockets[0].getsockname()[1]}/"
    finally:
        for s in sockets:
            s.close()


def test_a_taken_port_is_said_so(tmp_path: Path) -> None:
    """No second service beside the first one on half of its addresses."""
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError):
        listen("localhost", taken.getsockname()[1])
