"""A real browser against the real server."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.server import Running, running

PATIENCE_MS = 30_000  # for a fact to become true on a machine that has other things to do; nothing here waits for time to pass


@pytest.fixture(scope="session", autouse=True)
def patient() -> None:
    """Every expectation waits for its fact as long as a busy machine may need."""
    expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's chromium; nothing is downloaded. `LIMEN_WITHOUT_BROWSER=1` leaves these tests out and says so."""
    chromium = shutil.which("chromium")
    if chromium is None:
        if os.environ.get("LIMEN_WITHOUT_BROWSER") == "1":
            pytest.skip("LIMEN_WITHOUT_BROWSER=1")
        pytest.fail("the browser tests need chromium: sudo apt-get install chromium")
    return {
        **browser_type_launch_args,
        "executable_path": chromium,
        "args": [
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            # A microphone that hums, and a yes to the question for it: sound between two browsers needs no hands.
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            "--allow-loopback-in-peer-connection",
        ],
    }


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The demonstration building, once per session (and per worker), with its own data folder."""
    with running(tmp_path_factory.mktemp("demo"), "demo") as server:
        yield server
