"""The whole service as a process: it says where it is, answers, and ends."""

import socket
from pathlib import Path

import httpx
import pytest

from limen.cli.serve import address_of, listen
from tests.server import running

PATIENCE_S = 60
"""For a first page on a busy machine."""


@pytest.mark.own_database
def test_it_says_its_address_first_and_answers_there_and_ends_when_told(tmp_path: Path) -> None:
    """Whoever reads the first line can use it at once."""
    with running(tmp_path, "serve") as server:
        assert server.lines[0] == server.address + "/"
        answer = httpx.get(server.address + "/healthz", timeout=PATIENCE_S)
        assert answer.text == "ok\n"
        page = httpx.get(server.address + "/signin", timeout=PATIENCE_S)
        assert page.status_code == 200
        assert server.stop() in {0, -15}


@pytest.mark.own_database
def test_a_real_upload_beyond_the_limit_is_answered_in_words(tmp_path: Path) -> None:
    """Not by a broken connection: whoever chose the wrong file reads what the limit is, and the same connection goes on."""
    wrong = {"file": ("film.csv", b"x" * (6 * 1024 * 1024), "text/csv")}
    with running(tmp_path, "serve") as server, httpx.Client(base_url=server.address, timeout=PATIENCE_S) as browser:
        for language, said in (("en", "A file may have 700 kB at most. Split it into parts."), ("es", "como máximo 700 kB")):
            answer = browser.post("/c/import", files=wrong, headers={"Accept-Language": language})
            assert answer.status_code == 413 and said in answer.text
        told = browser.post("/c/import", files=wrong, headers={"Accept": "application/json"})
        assert told.status_code == 413 and told.json()["type"].endswith("/too_large")
        assert browser.get("/healthz").text == "ok\n"
        server.stop()


@pytest.mark.own_database
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
