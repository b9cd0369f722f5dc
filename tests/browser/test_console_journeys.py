"""Journeys of the staff through the real console: J1, J3, J4 and J5 as far as locks can be updated (screens, section 8)."""

import base64
import hashlib
import hmac
import re
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.cellar import Cellar
from tests.browser.hindrances import none_on
from tests.server import Running, clean_environment, own_database, running

DATA = Path(__file__).parents[1] / "data"
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}, "locale": "en-US"}
PASSWORD = "a morning at the harbor"
NOTES_WHAT_IS_READ = """() => {
  const words = document.getElementById("reading-words");
  new MutationObserver(() => sessionStorage.setItem("said", words.textContent)).observe(words, { childList: true });
}"""
TIME = r"(today|\w{3} \d+ \w{3}( \d{4})?) \d\d:\d\d"


def staff(page: Page, address: str, who: str) -> Page:
    """In the console, as one of the staff."""
    page.goto(f"{address}/demo/")
    page.locator(f'form[action="/demo/sign-in/{who}"] button').first.click()
    page.goto(f"{address}/c/")
    expect(page.get_by_role("navigation", name="Console")).to_be_visible()
    return page


# ---- J1


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[tuple[Running, str]]:
    """An installation as the operator leaves it: `limen init`, and the link that it printed for Ana."""
    command = ["init", "--property", "88 Harbor Street", "--manager", "ana@example.org", "--manager-name", "Ana Ruiz"]
    with own_database() as told:
        clean = clean_environment(tmp_path, told)
        made = subprocess.run([sys.executable, "-m", "limen", *command], env=clean, capture_output=True, text=True, check=True, timeout=120)
        path = re.search(r"(/join/\S+)", made.stdout)
        assert path is not None, made.stdout
        with running(tmp_path, environ=told) as server:
            yield server, path[1]


def one_time_code(secret: str) -> str:
    """Six digits as an authenticator shows them (RFC 6238)."""
    mark = hmac.digest(base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30), hashlib.sha1)
    at = mark[-1] & 15
    return f"{(struct.unpack('>I', mark[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def come_in(page: Page, address: str, join: str) -> None:
    """The first manager accepts, and sets up the second factor that every managing role needs."""
    page.goto(address + join)
    none_on(page)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Accept").click()
    page.goto(f"{address}/c/")
    page.wait_for_url(re.compile("/account/2fa/"))
    page.goto(f"{address}/account/2fa/totp/activate/")
    if "reauthenticate" in page.url:
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("main form button[type=submit]").first.click()
    secret = page.get_by_label("Secret, to type instead").input_value()
    for _ in range(2):  # at the end of its half minute a code comes too late: then the next one
        page.locator("input[name=code]").fill(one_time_code(secret))
        with page.expect_navigation():
            page.locator("main form button[type=submit]").first.click()
        if not page.url.endswith("/totp/activate/"):
            break
    page.goto(f"{address}/c/")
    expect(page.get_by_role("heading", name="No doors yet. Import your doors, or add one.")).to_be_visible()


@pytest.mark.rule("PLACE-5")
@pytest.mark.rule("PEOPLE-5")
def test_j1_a_building_in_a_morning(fresh: tuple[Running, str], someone: Callable[..., Page]) -> None:
    """J1: from the operator's link to 128 doors and 175 people, with the twelve bad lines in hand; the same file again changes nothing."""
    server, join = fresh
    ana = someone(**DESK)
    come_in(ana, server.address, join)
    none_on(ana)
    ana.get_by_role("link", name="Import doors").click()
    expect(ana.get_by_label("File (CSV, up to 700 kB)")).to_be_visible()
    none_on(ana)
    ana.get_by_label("File (CSV, up to 700 kB)").set_input_files(DATA / "doors.csv")
    ana.get_by_role("button", name="Read the file").click()
    expect(ana.get_by_text("128 new doors")).to_be_visible()
    ana.get_by_role("button", name="Import 128 doors").click()
    expect(ana.get_by_role("heading", name="128 new, 0 not imported.")).to_be_visible()
    none_on(ana)

    ana.get_by_role("link", name="Import people next").click()
    ana.get_by_label("File (CSV, up to 700 kB)").set_input_files(DATA / "rent_roll.csv")
    ana.get_by_role("button", name="Read the file").click()
    expect(ana.get_by_text("Nothing is saved yet.")).to_be_visible()
    expect(ana.get_by_text('Line 8, Unit: "99Z" is not a unit of 88 Harbor Street.')).to_be_visible()
    ana.get_by_text("What was changed").click()
    expect(ana.get_by_text("Line 91: spaces and capitals removed from the e-mail.")).to_be_visible()
    none_on(ana)
    with ana.expect_download() as fetched:
        ana.get_by_role("link", name="Download the 12 lines").click()
    assert len(fetched.value.path().read_text("utf-8-sig").strip().splitlines()) == 13

    ana.evaluate(NOTES_WHAT_IS_READ)
    ana.get_by_role("button", name="Import 175 people").click()
    expect(ana.get_by_role("heading", name="171 new, 4 changed, 10 the same, 12 not imported.")).to_be_visible(timeout=60_000)

    assert re.fullmatch(r"Reading line \d+ of 197\.", ana.evaluate("sessionStorage.getItem('said')"))
    ana.goto(f"{server.address}/c/import?kind=people")
    ana.get_by_label("File (CSV, up to 700 kB)").set_input_files(DATA / "rent_roll.csv")
    ana.get_by_role("button", name="Read the file").click()
    expect(ana.get_by_text("Nothing to do: all 185 lines are here already.")).to_be_visible()


# ---- J3, J4, J5: one afternoon at 88 Harbor Street; Gus comes for two doors


@pytest.mark.rule("ACCESS-2")
@pytest.mark.rule("SYNC-3")
def test_j3_give_access_and_see_the_effect(demo: Running, someone: Callable[..., Page]) -> None:
    """J3, by keyboard where it is a form: standing is asked, the effect is said, the task is raised; Ben gives only his groups."""
    ana = staff(someone(), demo.address, "ana")
    ana.goto(f"{demo.address}/c/groups/add")
    ana.get_by_label("Name, for managers only").fill("Cleaning")
    ana.get_by_label("Alley Gate").check()
    ana.get_by_label("Bike Room").check()
    none_on(ana)
    ana.get_by_role("button", name="Make the group").click()
    expect(ana.get_by_role("heading", name="Cleaning")).to_be_visible()
    none_on(ana)

    ana.goto(f"{demo.address}/c/people?q=Gus")
    ana.get_by_role("link", name="Gus Herrera").click()
    expect(ana.get_by_role("heading", name="Gus Herrera", level=1)).to_be_visible()
    none_on(ana)
    ana.get_by_role("link", name="Give access").press("Enter")
    ana.get_by_label("Cleaning").press("Space")
    none_on(ana)
    ana.get_by_role("button", name="Continue").press("Enter")
    ana.get_by_role("button", name="Continue").press("Enter")
    summary = ana.get_by_role("alert")
    expect(summary).to_contain_text("There is a problem")
    expect(summary).to_contain_text("Choose resident or non-resident. It decides who may see their entries.")
    expect(summary).to_be_focused()
    assert ana.title().startswith("Error:")
    none_on(ana)
    ana.get_by_label("Non-resident", exact=False).press("Space")
    ana.get_by_label("Vendor", exact=False).press("Space")
    ana.get_by_label("Code or card only", exact=False).press("Space")
    ana.get_by_role("button", name="Continue").press("Enter")
    expect(ana.get_by_role("heading", name="Check before you give")).to_be_visible()
    for said in ("Gus gains 2 doors", "Alley Gate: needs an update, due today", "Nobody else gains or loses a door."):
        expect(ana.get_by_text(said)).to_be_visible()
    none_on(ana)
    ana.get_by_role("button", name="Give access").press("Enter")
    expect(ana.get_by_role("heading", name="Given.")).to_contain_text("Alley Gate waits for an update, due today.")
    none_on(ana)

    ben = staff(someone(), demo.address, "ben")
    ben.goto(ana.get_by_role("link", name="Gus Herrera").evaluate("a => a.href") + "/give")
    expect(ben.get_by_text(re.compile(r"You may give 2 of \d+ groups\. Ana Ruiz can give the others\."))).to_be_visible()


@pytest.mark.rule("ACCESS-4")
@pytest.mark.rule("ACCESS-13")
@pytest.mark.rule("SYNC-2")
@pytest.mark.rule("SYNC-8")
def test_j4_and_j5_a_revocation_is_told_truly_and_milo_brings_it(demo: Running, place: Cellar, someone: Callable[..., Page]) -> None:
    """J4 and J5: the phone's access is bounded, the three moments stand apart; Milo's round works without signal and only sends."""
    ana = staff(someone(**DESK), demo.address, "ana")
    gus = _given_the_roof(ana, demo.address)
    _carries_the_roof(someone(), demo.address)
    ana.goto(gus)
    ana.get_by_role("link", name="End access: Roof deck").click()
    expect(ana.get_by_text("Gus loses Roof.")).to_be_visible()
    none_on(ana)
    ana.get_by_role("button", name="End access").click()
    expect(ana.get_by_role("heading", name="Access ended for Gus Herrera")).to_be_visible()
    bound = rf"Revoked\. The Roof lock still opens for Gus until somebody updates it, at most until {TIME}\."
    expect(ana.get_by_text(re.compile(bound))).to_be_visible()
    moments = ana.locator(".moments li")
    expect(moments.nth(0)).to_contain_text(re.compile(rf"Ordered\s*{TIME} by Ana"))
    expect(moments.nth(1)).to_contain_text("0 of 1 doors")
    expect(moments.nth(2)).to_contain_text("not yet")
    none_on(ana)

    milo = staff(someone(), place.address, "milo")
    milo.goto(f"{place.address}/c/updates")
    expect(milo.get_by_text("Access ended for 1 person.").first).to_be_visible()
    none_on(milo)
    place.fall_silent()
    milo.get_by_role("button", name="Take along").click()
    expect(milo.locator("#taken")).to_have_text("Taking the updates along")
    place.back()
    expect(milo.locator("#taken")).to_have_text(
        re.compile(r"^\d+ updates? (is|are) on this phone\. (It works|They work) without signal\.$")
    )
    place.cut()
    milo.get_by_role("link", name="Update Roof").click()
    expect(milo.get_by_text("Sends changes only. It brings back no battery and no history. The resident app does both.")).to_be_visible()
    none_on(milo)
    _brings_it_without_signal(milo)
    ana.goto(f"{demo.address}/c/updates")
    expect(ana.get_by_role("heading", name="Roof")).to_be_visible()
    place.back()
    expect(milo.locator("#round [data-when=confirmed]")).to_be_visible(timeout=60_000)
    expect(milo.locator("#round [data-when=confirmed]")).to_contain_text(
        re.compile(r"Up to date\. Confirmed by the lock today \d\d:\d\d\.")
    )
    expect(milo.locator("#signal")).to_be_hidden()
    none_on(milo)

    ana.goto(f"{demo.address}/c/updates")
    expect(ana.get_by_role("heading", name="Roof")).to_be_hidden()
    ana.goto(gus)
    expect(ana.get_by_text(re.compile(r"Revoked, in force since today \d\d:\d\d\.")).first).to_be_visible()
    expect(ana.locator(".moments li").nth(1)).to_contain_text("1 of 1 doors")
    none_on(ana)
    ana.goto(f"{demo.address}/c/doors?q=Roof")
    ana.get_by_role("link", name="Roof").click()
    expect(ana.get_by_text("Battery not known.")).to_be_visible()
    none_on(ana)


def _brings_it_without_signal(milo: Page) -> None:
    """The page says from when it is and what works; the lock signs, and the proof stays on this phone."""
    expect(milo.locator("#signal")).to_have_text(
        re.compile(rf"^No signal\. This is from {TIME}\. What was taken along works at the doors\.$")
    )
    milo.get_by_role("button", name="Start, I am at Roof").click()
    expect(milo.locator("#round [data-when=at-lock]")).to_be_visible(timeout=60_000)
    expect(milo.locator("#round [data-when=at-lock]")).to_contain_text("The proof is on this phone and goes up when there is signal.")


def _given_the_roof(ana: Page, address: str) -> str:
    """Gus may open the Roof by app; gives the address of his page."""
    ana.goto(f"{address}/c/people?q=Gus")
    ana.get_by_role("link", name="Gus Herrera").click()
    gus = ana.url
    ana.get_by_role("link", name="Give access").click()
    ana.get_by_label("Roof deck").check()
    ana.get_by_role("button", name="Continue").click()
    ana.get_by_label("Non-resident", exact=False).check()
    ana.get_by_label("Vendor", exact=False).check()
    ana.get_by_role("button", name="Continue").click()
    ana.get_by_role("button", name="Give access").click()
    expect(ana.get_by_role("heading", name="Given.")).to_be_visible()
    return gus


def _carries_the_roof(phone: Page, address: str) -> None:
    """Gus's phone has fetched what it needs to open the Roof without signal."""
    phone.goto(f"{address}/demo/")
    phone.locator('form[action="/demo/sign-in/gus"] button').first.click()
    phone.wait_for_url(re.compile("/home/"))
    if phone.url.endswith("/home/consent"):
        phone.locator("button[value=agree]").click()
        phone.wait_for_url(re.compile("/home/$"))
    expect(phone.get_by_role("link", name="Roof", exact=True)).to_be_visible()
    phone.wait_for_function("() => document.documentElement.dataset.signal === 'there'")


def test_j5_a_browser_that_cannot_talk_to_locks_says_so(demo: Running, someone: Callable[..., Page]) -> None:
    """J5, step 7: no Web Bluetooth, as in Firefox."""
    milo = staff(someone(), demo.address, "milo")
    milo.route(
        "**/c/updates",
        lambda route: route.fulfill(response=(got := route.fetch()), body=got.text().replace('content="websocket"', 'content="bluetooth"')),
    )
    milo.goto(f"{demo.address}/c/updates")
    milo.get_by_role("button", name="Take along").click()
    expect(milo.locator("#taken")).to_contain_text(
        "This browser cannot talk to locks. Use Chrome on Android, or ask anybody who lives here"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_of_the_console_is_free_of_hindrances(demo: Running, someone: Callable[..., Page], scheme: str) -> None:
    """On a phone and in Spanish, in light and in dark: axe finds nothing, nothing scrolls sideways."""
    page = someone(color_scheme=scheme, viewport={"width": 360, "height": 740})
    staff(page, demo.address, "ana")
    paths = ["/c/", "/c/doors", "/c/people", "/c/units", "/c/groups", "/c/links", "/c/import", "/c/history", "/c/more", "/c/find?q=da"]
    for path in [*paths, "/c/doors/add", "/c/people/invite", "/c/groups/add", "/c/updates", "/c/doors?q=Rof", "/c/no-such-page"]:
        page.goto(f"{demo.address}{path}{'&' if '?' in path else '?'}lang=es")
        none_on(page)
    page.goto(f"{demo.address}/c/people?q=Theo")
    person = page.get_by_role("link", name="Theo Whitfield").evaluate("a => a.href")
    for end in ("", "/give", "/codes", "/check", "/pause", "/moveout"):
        page.goto(person + end)
        none_on(page)
