"""A round from its first page to its last door: the way, what came into force, where to go next, with signal and without (W1, W6)."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.cellar import cellar
from tests.browser.hindrances import none_on
from tests.browser.test_console_journeys import staff
from tests.server import Running

DESK = {"viewport": {"width": 1280, "height": 900}}
WAY = ("Alley Gate", "Package Room", "Bike Room")


@pytest.mark.rule("SYNC-14")
@pytest.mark.rule("SYNC-6")
@pytest.mark.rule("SYNC-8")
def test_a_round_of_four_doors_by_two(untouched: Running, someone: Callable[..., Page]) -> None:
    """Ana takes one; Milo walks the shortest way over the rest, one door without signal; each reads what is in force and where to go next."""
    ana = staff(someone(**DESK), untouched.address, "ana")
    end_access_of_theo(ana, untouched.address)
    brings_the_first_one(ana, untouched.address)
    with cellar(untouched.address) as place:
        milo = staff(someone(color_scheme="dark"), place.address, "milo")
        expect(milo.get_by_text(f"Shortest way: {', '.join(WAY)}. About 5 minutes.")).to_be_visible()
        none_on(milo)
        milo.get_by_role("link", name="Start the round of 3").click()
        milo.wait_for_url("**/c/updates", wait_until="load")
        expect(milo.get_by_text("Few phones pass here. Do not wait for one.")).to_have_count(3)
        none_on(milo)
        milo.get_by_role("button", name="Take along").click()
        expect(milo.locator("#taken")).to_contain_text("on this phone.")
        milo.get_by_role("link", name="Update Alley Gate").click()

        stage = updates(milo, "Alley Gate", "confirmed")
        told(stage, "Revoked for 1 person at Alley Gate, in force since today", "Next: Package Room, 1 minute on foot")
        expect(milo.get_by_role("heading", name="Door updates due today: 2")).to_be_visible()
        none_on(milo)
        place.cut()
        stage.get_by_role("button", name="Go to Package Room").click()
        stage = updates(milo, "Package Room", "at-lock")
        expect(stage.get_by_text("Next: Bike Room, 1 minute on foot")).to_be_visible()
        expect(milo.get_by_text("Revoked for")).to_be_hidden()
        none_on(milo)
        place.back()
        stage = milo.locator("#round [data-when=confirmed]")
        told(stage, "Revoked for 1 person, in force since today", "Next: Bike Room, 1 minute on foot")
        stage.get_by_role("button", name="Go to Bike Room").click()
        stage = updates(milo, "Bike Room", "confirmed")
        expect(stage.get_by_text("Next:")).to_be_hidden()
        stage.get_by_role("button", name="Back to the list").click()
        expect(milo.get_by_role("heading", name="No door needs an update today.")).to_be_visible()
        expect(milo.get_by_role("button", name="Take along")).to_be_hidden()
        expect(milo.get_by_text("Up to date. Confirmed by the lock today")).to_have_count(len(WAY) + 1)  # one of them in the stage, hidden
        none_on(milo)

        milo.goto(f"{place.address}/c/")
        expect(milo.get_by_text(re.compile(r"^All 4 are up to date\. Last confirmed \d\d:\d\d\.$"))).to_be_visible()
        none_on(milo)


def end_access_of_theo(ana: Page, address: str) -> None:
    """As Ana does it, on his page."""
    ana.goto(f"{address}/c/people?q=Theo")
    ana.get_by_role("link", name="Theo Whitfield").click()
    ana.get_by_role("link", name="End access: Residents 4B").click()
    ana.get_by_role("button", name="End access").click()
    expect(ana.get_by_role("heading", name="Access ended for Theo Whitfield")).to_be_visible()


def brings_the_first_one(ana: Page, address: str) -> None:
    """From the door's own page, which names whom she may know."""
    ana.goto(f"{address}/c/")
    ana.get_by_role("link", name="Update Unit 4B").click()
    ana.wait_for_url("**/update", wait_until="load")
    ana.get_by_role("button", name="Start, I am at Unit 4B").click()
    stage = ana.locator("#update [data-when=confirmed]")
    told(stage, "Revoked for Theo at Unit 4B, in force since today", "Next: Alley Gate, 2 minutes on foot")
    expect(stage.get_by_role("link", name="Go to Alley Gate")).to_be_visible()
    none_on(ana)


def updates(milo: Page, door: str, end: str) -> Locator:
    """Starts at a door, and waits for how it ends; gives that part of the page."""
    expect(milo.get_by_role("heading", name=f"Update {door}")).to_be_focused()
    milo.get_by_role("button", name=f"Start, I am at {door}").click()
    stage = milo.locator(f"#round [data-when={end}]")
    expect(stage).to_be_visible()
    return stage


def told(stage: Locator, in_force: str, following: str) -> None:
    """What is in force with its time, and where to go."""
    expect(stage.locator("[data-fill=in-force]")).to_have_text(re.compile(rf"^{re.escape(in_force)} \d\d:\d\d\.$"))
    expect(stage.get_by_text(following)).to_be_visible()
