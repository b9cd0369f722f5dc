"""What is not so yet is said: a new code before its door knows it (M22), a page that is on its way (screens 1.3)."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.cellar import Cellar, cellar
from tests.browser.hindrances import none_on
from tests.browser.test_resident_journeys import HOME, at_an_update, face, sign_in
from tests.server import Running

RENEWED = "The new code works after this door is updated. Until then the old one works."
SLOW = "This takes longer than usual."


def shown(row: Locator) -> str:
    """The digits, asked for."""
    row.get_by_role("button", name="Show the code for").click()
    expect(row.locator(".digits span[aria-hidden]").first).to_be_visible()
    digits = "".join(row.locator(".digits span[aria-hidden]").all_inner_texts())
    row.get_by_role("button", name="Hide").click()
    return digits


def update(page: Page) -> None:
    """To the end, with the receipt."""
    page.get_by_role("button", name="Update", exact=True).click()
    expect(page.get_by_text(re.compile(r"Up to date\. Confirmed by the lock today \d\d:\d\d\."))).to_be_visible()


@pytest.mark.rule("CODE-3")
def test_a_new_code_waits_for_its_door_and_the_page_says_so_as_long_as_it_does(untouched: Running, someone: Callable[..., Page]) -> None:
    """Beside the digits, also when the page is loaded again; at the lock the old one opens until the update, and the new one after it."""
    with cellar(untouched.address) as place, face(untouched, HOME) as lock:
        dana = at_an_update(someone(), place, "Unit 4B")
        update(dana)
        dana.goto(f"{place.address}/home/codes")
        row = dana.locator(".code-row", has=dana.get_by_role("heading", name="Unit 4B"))
        expect(row.get_by_text("works after this door is updated")).to_be_hidden()
        old = shown(row)
        row.get_by_role("button", name="Show the code for").click()
        row.get_by_role("button", name="Reset the code").click()
        expect(row.get_by_text(RENEWED)).to_be_visible()
        new = shown(row)
        assert new != old
        expect(row.get_by_text(RENEWED)).to_be_visible()
        none_on(dana)
        dana.reload()
        expect(row.get_by_text(RENEWED)).to_be_visible()
        assert lock.type(new) == "Not accepted."
        assert lock.type(old).startswith("Open for")
        row.get_by_role("link", name="Update Unit 4B").click()
        dana.wait_for_url(re.compile("/update$"), wait_until="load")
        update(dana)
        assert lock.type(new).startswith("Open for")
        dana.goto(f"{place.address}/home/codes")
        expect(row.get_by_role("heading")).to_be_visible()
        expect(row.get_by_text(RENEWED)).to_be_hidden()


# No locator looks at a page that is being left, so the page itself tells what stands on it; where it takes long, somebody stops it.
TELLS = """(slow) => {
  let told = "";
  setInterval(() => {
    const main = document.querySelector("main");
    const words = [...main.querySelectorAll("h1, p")].filter((one) => one.checkVisibility()).map((one) => one.textContent);
    const lines = main.querySelector(".quiet-lines i")?.checkVisibility() ?? false;
    const stands = JSON.stringify([main.ariaBusy, lines, document.getElementById("status").textContent, ...words]);
    if (stands === told || !lines) return;
    console.log(told = stands);
    if (words.includes(slow)) stop();
  }, 50);
}"""


def test_a_page_that_is_on_its_way_says_so_and_what_was_there_comes_back(place: Cellar, someone: Callable[..., Page]) -> None:
    """Nothing at first, then quiet lines and its name, then that it takes longer than usual; stopped, the page is there as before."""
    dana, told = someone(service_workers="block"), list[str]()
    sign_in(dana, place.address, "dana")
    menu, doors = dana.get_by_role("navigation", name="My home"), dana.get_by_role("heading", name="My doors")
    dana.evaluate(TELLS, SLOW)
    dana.on("console", lambda message: told.append(message.text))
    place.fall_silent()
    with dana.expect_console_message(lambda message: SLOW in message.text):
        menu.get_by_role("link", name="History").click(no_wait_after=True)
    expect(doors).to_be_visible()
    loading = ["true", True, "Loading the history", "Loading the history"]
    assert [json.loads(one) for one in told] == [loading, [*loading, SLOW]]
    expect(dana.locator("main[aria-busy]")).to_have_count(0)
    dana.evaluate(
        "addEventListener('click', (event) => event.preventDefault(), { once: true })"
    )  # what the next tap shows, and nothing else
    menu.get_by_role("link", name="Guests").click()
    expect(dana.get_by_role("heading", name="Loading your guests")).to_be_visible()
    expect(doors).to_be_hidden()
    none_on(dana)
    menu.get_by_role("link", name="Guests").click(no_wait_after=True)
    place.back()
    expect(dana.get_by_role("heading", name="Guests", exact=True)).to_be_visible()


def test_a_phone_without_its_doors_loads_them_before_it_looks_for_a_lock(place: Cellar, someone: Callable[..., Page]) -> None:
    """The first tap on a new phone, where the service is slow: it is not the lock that one waits for."""
    theo = someone(service_workers="block")
    theo.route("**/gateway/**", lambda _route: None)
    sign_in(theo, place.address, "theo")
    theo.get_by_role("button", name="Open Unit 4B").click()
    row = theo.locator(".door-row", has=theo.get_by_role("heading", name="Unit 4B"))
    expect(row.get_by_text("Loading your doors")).to_be_visible()
    expect(row.get_by_text("Looking for the lock")).to_be_hidden()
    expect(row).to_have_attribute("aria-busy", "true")
    expect(row.get_by_text(SLOW)).to_be_visible()
    none_on(theo)
    theo.unroute("**/gateway/**")  # and what was held goes on
    expect(row.get_by_text("Loading your doors")).to_be_hidden()
    expect(row.get_by_text("Open. You have 10 seconds.")).to_be_visible()


def test_a_code_that_is_on_its_way_says_so(place: Cellar, someone: Callable[..., Page]) -> None:
    """And what it says goes when the code is there."""
    theo, held = someone(service_workers="block"), list[Route]()
    sign_in(theo, place.address, "theo")
    theo.goto(f"{place.address}/home/codes")
    theo.route("**/home/api/codes/**", lambda route: held.append(route))
    row = theo.locator(".code-row", has=theo.get_by_role("heading", name="Unit 4B"))
    row.get_by_role("button", name="Show the code for").click()
    expect(row.get_by_text("Loading your code")).to_be_visible()
    expect(row).to_have_attribute("aria-busy", "true")
    none_on(theo)
    held[0].continue_()
    expect(row.locator(".digits span[aria-hidden]").first).to_be_visible()
    expect(row.get_by_text("Loading your code")).to_be_hidden()
    expect(row).not_to_have_attribute("aria-busy", "true")
