"""A real browser against the real server."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from tests.browser.cellar import Cellar, cellar
from tests.server import Running, running

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "locale": "en-US"}
PATIENCE_MS = 60_000  # for a fact to become true on a machine that has other things to do; nothing here waits for time to pass


@pytest.fixture(scope="session", autouse=True)
def patient() -> None:
    """Every expectation waits for its fact as long as a busy machine may need; so does every hand of `someone`."""
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


@pytest.fixture
def untouched(tmp_path: Path) -> Iterator[Running]:
    """A demonstration of one's own: a first opening happens once, nobody else wants yesterday, and other tests open doors too."""
    with running(tmp_path, "demo") as server:
        yield server


@pytest.fixture
def place(demo: Running) -> Iterator[Cellar]:
    """The demonstration, reached from a place whose signal can be cut."""
    with cellar(demo.address) as made:
        yield made


@pytest.fixture
def someone(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Another phone: a browser of its own."""
    contexts: list[BrowserContext] = []

    def phone(**more: object) -> Page:
        contexts.append(browser.new_context(**(PHONE | more)))
        contexts[-1].set_default_timeout(PATIENCE_MS)
        return contexts[-1].new_page()

    yield phone
    for context in contexts:
        _let_go(context)
        for page in context.pages:  # shown where the test failed
            with suppress(Error):  # a page that is just leaving has nothing to show
                print(page.url, "\n", page.locator("body").inner_text()[:1500])
        context.close()


def _let_go(context: BrowserContext) -> None:
    """The demonstration serves many tests, and nobody has more than ten phones: whoever is signed in here leaves theirs, as a sign-out does."""
    for origin in {"/".join(page.url.split("/")[:3]) for page in context.pages if page.url.startswith("http")}:
        with suppress(Error):
            listed = context.request.get(f"{origin}/home/api/phones", max_redirects=0, timeout=PATIENCE_MS)
            token = {"X-CSRFToken": next((c["value"] for c in context.cookies(origin) if c["name"] == "csrftoken"), ""), "Referer": origin}
            for phone in listed.json()["phones"] if listed.status == 200 else ():
                left = f"{origin}/home/api/phones/{phone['id']}/left"
                context.request.post(left, data={}, headers=token, max_redirects=0, timeout=PATIENCE_MS)
