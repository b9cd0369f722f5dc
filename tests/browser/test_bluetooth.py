"""Dana's browser and the locks around her, over Web Bluetooth: Chromium's own, with an emulated radio that leads to real lock minds."""

import os
import re
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserType, Page, Route, expect

from limen.cli.rehearsal.bodies import Face
from limen.wire.sticker import read_sticker
from tests.browser.conftest import PATIENCE_MS, PHONE
from tests.browser.emulated import WHAT_EMULATION_LACKS, Emulated, Lock, emulated
from tests.browser.test_resident_journeys import sign_in
from tests.server import Running

HOME, PARCELS = "LM000140", "LM000103"


@dataclass
class Stairs:
    """Dana in the staircase: her phone's page, its radio, and the locks."""

    page: Page
    radio: Emulated
    home: Lock
    parcels: Lock
    address: str
    locks: str

    def hands(self, serial: str) -> Face:
        """Hands and eyes at a lock."""
        return Face(self.locks, serial)


SLOW_TO_SEAL = """
const digest = crypto.subtle.digest.bind(crypto.subtle);
crypto.subtle.digest = async (...what) => {
  const made = await digest(...what);
  if (what[1].byteLength > 100) await new Promise((end) => setTimeout(end, 300));
  return made;
};
"""
"""The phone is still busy with what the last opening brought when the next one has its link."""


def real_doors(route: Route) -> None:
    """The page as it is where locks are real: it says Bluetooth."""
    if route.request.resource_type != "document" or route.request.method != "GET":
        route.continue_()
        return
    answer = route.fetch()
    route.fulfill(response=answer, body=answer.text().replace('content="websocket"', 'content="bluetooth"'))


def free_port() -> int:
    """One that the machine gives to nobody by itself (those begin at 32768): it is still free when the browser takes it."""
    for port in range(20_000 + os.getpid() * 7 % 10_000, 32_768):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError("no port is free")


@pytest.fixture
def stairs(demo: Running, browser_type: BrowserType, browser_type_launch_args: dict[str, Any]) -> Iterator[Stairs]:
    """A browser of its own (emulation is one for a whole browser), two locks in reach."""
    locks = (Path(demo.data) / "locks-url").read_text().strip()
    near = []
    for number, serial in enumerate((HOME, PARCELS)):
        with Face(locks, serial) as face:
            lock_id = read_sticker(str(face.view["sticker"])).lock_id
            near.append(Lock(f"C0:00:00:00:00:{number:02X}", str(face.view["call"]), f"{locks}/air/{lock_id.hex()}"))
    port = free_port()
    features = ["--enable-features=WebBluetooth", "--disable-features=LocalNetworkAccessChecks", f"--remote-debugging-port={port}"]
    arguments = [*browser_type_launch_args["args"], *features]
    browser = browser_type.launch(**{**browser_type_launch_args, "args": arguments})
    try:
        page = browser.new_context(**PHONE, service_workers="block").new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.add_init_script(WHAT_EMULATION_LACKS)
        page.route("**/home/**", real_doors)
        sign_in(page, demo.address, "dana")
        with emulated(port, near) as radio:
            radio.finger_on()
            yield Stairs(page, radio, near[0], near[1], demo.address, locks)
            print(page.url, "\n", page.locator("body").inner_text()[:1500])  # shown where the test failed
            browser.close()  # before its radio: Chromium does not outlive an emulation that ends in the middle of something
    finally:
        browser.close()


def at_doors(stairs: Stairs) -> Page:
    """My doors, with everything fetched."""
    stairs.page.goto(f"{stairs.address}/home/")
    stairs.page.wait_for_function("() => document.documentElement.dataset.signal === 'there'")
    return stairs.page


def opening(stairs: Stairs, state: str) -> None:
    """What stands beside the button."""
    expect(stairs.page.locator(f'.door-row[data-opening="{state}"]')).to_be_visible()


@pytest.mark.rule("LOCK-1")
@pytest.mark.rule("LOCK-3")
def test_dana_opens_her_door(stairs: Stairs) -> None:
    """Closed list, nobody in reach, then one tap and one lock in the list although two are near: the bolt moves, and the next tap asks nothing."""
    stairs.page.add_init_script(SLOW_TO_SEAL)
    page, tap = at_doors(stairs), stairs.page.get_by_role("button", name="Open Unit 4B")
    stairs.radio.picks = False
    page.evaluate(
        """() => { window.said = []; const row = document.querySelector(".opening");
        new MutationObserver(() => window.said.push(row.innerText)).observe(row, { attributes: true, subtree: true, childList: true }); }"""
    )
    tap.click()
    opening(stairs, "no_lock_chosen")
    expect(page.get_by_text("No lock chosen. Tap Open again.").first).to_be_visible()
    assert f"Your browser asks which lock. Choose the only one: {stairs.home.name}." in " ".join(page.evaluate("window.said"))
    stairs.radio.picks, stairs.home.in_reach = True, False
    tap.click()
    opening(stairs, "out_of_reach")
    stairs.home.in_reach = True
    for button in (page.get_by_role("button", name="Try again"), tap):
        with stairs.hands(HOME) as lock:
            button.click()
            opening(stairs, "open")
            assert lock.until_words("Open for").startswith("Open for")
        page.evaluate("""() => { for (const row of document.querySelectorAll('[data-opening="open"]')) row.dataset.opening = "idle"; }""")
    assert stairs.radio.lists == [1, 1, 1]
    assert (stairs.home.sent > 0, stairs.parcels.sent) == (True, 0)


@pytest.mark.rule("SYNC-1")
@pytest.mark.rule("SYNC-6")
def test_dana_updates_her_door(stairs: Stairs) -> None:
    """A new code for Unit 4B goes to the lock in frames; a link that breaks is an interruption, and Continue goes on without asking again."""
    page = stairs.page
    new_code(stairs)
    door = at_doors(stairs).locator(".door-row", has=page.get_by_role("heading", name="Unit 4B")).get_attribute("data-door")
    page.goto(f"{stairs.address}/home/doors/{door}/update")
    stairs.home.cut_after = 4
    page.get_by_role("button", name="Update").click()
    expect(page.get_by_text("Interrupted. Nothing is lost. It goes on where it stopped.")).to_be_visible()
    page.get_by_role("button", name="Continue").click()
    expect(page.locator('[data-when="confirmed"]')).to_be_visible()
    expect(page.locator('[data-when="confirmed"]')).to_contain_text("Up to date. Confirmed by the lock")
    assert stairs.radio.lists == [1]


def new_code(stairs: Stairs) -> None:
    """Dana resets the code of her home: from then on its lock waits for an update."""
    page = stairs.page
    page.goto(f"{stairs.address}/home/codes")
    row = page.locator(".code-row", has=page.get_by_role("heading", name="Unit 4B"))
    row.get_by_role("button", name="Show the code for Unit 4B").click()
    with page.expect_response(lambda answer: "/reset?" in answer.url and answer.ok):
        row.get_by_role("button", name="Reset the code").click()


@pytest.mark.rule("SYNC-13")
def test_gus_brings_a_door_that_is_not_his_its_update(stairs: Stairs) -> None:
    """He sees no name of it and opens nothing: the list shows the locks near him that wait, he picks one, and the lock confirms.

    From then on his phone counts one less by itself: it hears of nothing new meanwhile, for the demonstration goes on setting homes up.
    """
    with stairs.hands(HOME) as lock:
        while lock.words().startswith("Open for"):  # by whoever was here before
            lock.settled()
    new_code(stairs)
    page, radio = stairs.page, stairs.radio
    sign_in(page, stairs.address, "gus")
    page.goto(f"{stairs.address}/home/carry")
    page.wait_for_function("() => document.documentElement.dataset.signal === 'there'")
    page.route("**/gateway/inbox*", lambda route: route.abort())
    page.reload()
    carried = page.locator('[data-fill="updates"]')
    expect(carried).to_contain_text("for the building")
    button = page.get_by_role("button", name="Update the door here")
    expect(button).to_be_visible()
    before, sent = int(carried.inner_text().split()[0]), stairs.home.sent + stairs.parcels.sent
    radio.picks = False
    button.click()
    expect(page.locator('[data-when="no_lock_chosen"]')).to_be_visible()
    radio.picks = True
    page.locator('[data-when="no_lock_chosen"]').get_by_role("button", name="Update the door here").click()
    confirmed = page.locator('[data-when="confirmed"]')
    expect(confirmed).to_be_visible()
    expect(confirmed).to_contain_text("Up to date. Confirmed by the lock")
    expect(carried).to_have_text(re.compile(rf"^{before - 1} sealed update"))
    assert stairs.home.sent + stairs.parcels.sent > sent
    assert "4B" not in page.locator("main").inner_text()
    assert len(radio.lists) == 2
    with stairs.hands(HOME) as lock:
        assert not lock.words().startswith("Open for")
