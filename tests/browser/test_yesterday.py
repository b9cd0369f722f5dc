"""The bench puts yesterday's database in the service's place: nothing that was taken comes back, and locks and phones go on (screens 6)."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from limen.cli.rehearsal.bodies import Face
from tests.browser.hindrances import none_on
from tests.browser.test_console_journeys import DESK, staff
from tests.browser.test_resident_journeys import fetched, sign_in
from tests.server import Running

PARCELS = "LM000103"


def code_of(page: Page, address: str, door: str) -> str:
    """The digits that somebody's own page shows for a door."""
    page.goto(f"{address}/home/codes")
    row = page.locator(".code-row", has=page.get_by_role("heading", name=door))
    row.get_by_role("button", name=f"Show the code for {door}").click()
    expect(row.locator(".digits")).to_contain_text(re.compile(r"\d{3,4}"))
    return re.sub(r"\D", "", row.locator(".digits span[aria-hidden]").all_inner_texts().__repr__())


def update(dana: Page, address: str) -> None:
    """Dana brings the Package Room what waits for it, and its word back."""
    dana.goto(f"{address}/home/")
    fetched(dana)
    dana.get_by_role("link", name="Package Room").click()
    dana.get_by_role("link", name="Update Package Room").click()
    dana.get_by_role("button", name="Update", exact=True).click()
    expect(dana.get_by_text(re.compile(r"Up to date\. Confirmed by the lock today \d\d:\d\d\."))).to_be_visible()


def typed(server: Running, digits: str) -> str:
    with Face((Path(server.data) / "locks-url").read_text().strip(), PARCELS) as lock:
        return lock.type(digits)


def held(server: Running) -> object:
    """The list that the lock has at this moment; a page may still show the one before."""
    with Face((Path(server.data) / "locks-url").read_text().strip(), PARCELS) as lock:
        return lock.holds("list")


@pytest.mark.rule("OPS-2", "SYNC-11")
def test_the_service_restarts_from_yesterday(untouched: Running, someone: Callable[..., Page]) -> None:
    """The lock that saw a newer list is not confused, who lost access stays out, and the next update is in force."""
    bench, ana, dana, theo = someone(**DESK), staff(someone(**DESK), untouched.address, "ana"), someone(), someone()
    bench.goto(f"{untouched.address}/bench/{PARCELS}")
    bench.get_by_text("Faults", exact=True).click()
    bench.get_by_role("button", name="Restart the service from yesterday").click()
    expect(bench.locator("#fault")).to_have_text("There is no yesterday yet. Let a day pass first: +1 d.")
    sign_in(theo, untouched.address, "theo")
    sign_in(dana, untouched.address, "dana")
    update(dana, untouched.address)
    theos, danas = code_of(theo, untouched.address, "Package Room"), code_of(dana, untouched.address, "Package Room")
    assert typed(untouched, theos).startswith("Open for")
    with bench.expect_response(lambda answer: answer.url.endswith("/demo/clock") and answer.request.method == "POST"):
        bench.get_by_role("button", name="One day passes").click()

    ana.goto(f"{untouched.address}/c/people?q=Theo")
    ana.get_by_role("link", name="Theo Whitfield").click()
    page_of_theo = ana.url
    ana.get_by_role("link", name="End access: Residents 4B").click()
    ana.get_by_role("button", name="End access").click()
    expect(ana.get_by_role("heading", name="Access ended for Theo Whitfield")).to_be_visible()
    update(dana, untouched.address)
    seen = int(str(held(untouched)))

    bench.get_by_role("button", name="Restart the service from yesterday").click()
    expect(bench.locator("#restarted-said")).to_have_text(re.compile(r"^The service is back at \w{3} \d+ \w{3} \d\d:\d\d\.$"))
    expect(bench.locator("#restarted-said")).to_be_focused()
    expect(bench.locator("#restarted-done")).to_contain_text("Access that had ended, ended again: 1")
    expect(bench.locator("#list")).to_have_text(str(seen))
    expect(bench.locator("#ours")).not_to_have_text(f"Our list is {seen}.")  # from before, until the page looks again
    expect(bench.locator("#ours")).to_have_text(re.compile(r"^Our list is \d+\.$"))
    ours = int(re.sub(r"\D", "", bench.locator("#ours").inner_text()))
    assert ours > seen
    none_on(bench)

    assert typed(untouched, theos) == "Not accepted."
    ana.goto(page_of_theo)
    expect(ana.get_by_role("link", name="End access: Residents 4B")).to_have_count(0)
    ana.goto(f"{untouched.address}/c/updates")
    expect(ana.get_by_role("heading", name="Package Room")).to_be_visible()
    expect(ana.get_by_text("The service was restored from a backup.").first).to_be_visible()
    none_on(ana)
    update(dana, untouched.address)
    expect(bench.locator("#list")).to_have_text(str(ours))
    assert typed(untouched, theos) == "Not accepted."
    assert typed(untouched, danas).startswith("Open for")
