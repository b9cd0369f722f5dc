"""Taps before a page's modules are here (0221): none is lost without a word, and none acts twice."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from playwright.sync_api import Browser, Error, Locator, Page, Route, expect

from tests.browser.conftest import PHONE
from tests.browser.hindrances import none_on
from tests.browser.test_resident_journeys import sign_in
from tests.server import Running

WAITING, SLOW, AGAIN = "Getting ready.", "This takes longer than usual.", "Ready now. Tap again."
OPEN = "Open. You have 10 seconds."
MODULES = re.compile(r"/static/.*\.js$")
OF_THE_HEAD = re.compile(r"/web/(early|sending)\.js$|/(mfa|account)/js/")

TURNS = """() => {
  window.turns = 0;
  for (const row of document.querySelectorAll("[data-lock]"))
    new MutationObserver(() => window.turns++).observe(row, { attributeFilter: ["data-turn"] });
}"""
# What a browser alone would do nothing with, or nothing good.
ONLY_SCRIPT = """(one) => one.type === "button" || one.form === null
  || (one.form.checkValidity() && (!one.form.hasAttribute("method") || "scripted" in one.form.dataset || "scripted" in one.dataset))"""


@contextmanager
def withheld(page: Page, which: re.Pattern[str]) -> Iterator[list[Route]]:
    """Files that do not come before the block ends; then they do."""
    kept = list[Route]()

    def hold(route: Route) -> None:
        if OF_THE_HEAD.search(route.request.url):
            route.continue_()
        else:
            kept.append(route)

    page.route(which, hold)
    yield kept
    page.unroute(which)
    for route in kept:
        with suppress(Error):  # ended by the test itself
            route.continue_()


def unready(page: Page, address: str) -> None:
    """The page is there, and its modules are not."""
    page.goto(address, wait_until="commit")
    expect(page.locator("#status")).to_be_attached()
    expect(page.locator("html[data-arriving]")).to_be_attached()


def tap(button: Locator) -> None:
    """A finger: it does not ask whether the button is ready."""
    button.click(no_wait_after=True)


def row_of(page: Page) -> Locator:
    """The door that is opened here."""
    return page.locator(".door-row", has=page.get_by_role("heading", name="Package Room"))


def phone_of(someone: Callable[..., Page], address: str, who: str, **more: object) -> Page:
    """Somebody whose phone has its doors."""
    page = someone(service_workers="block", **more)
    sign_in(page, address, who)
    expect(page.locator("html[data-signal=there]")).to_be_attached()
    return page


def test_open_tapped_before_the_page_is_ready_opens_once_it_is(demo: Running, someone: Callable[..., Page]) -> None:
    """Two impatient taps: the button says that it gets ready, and then the door opens, once, by a tap that still counts as one."""
    theo = phone_of(someone, demo.address, "theo")
    theo.add_init_script("addEventListener('click', (one) => { window.asked = [one.isTrusted, navigator.userActivation.isActive]; })")
    button = theo.get_by_role("button", name="Open Package Room")
    with withheld(theo, re.compile(r"/resident/doors\.js$")):
        unready(theo, f"{demo.address}/home/")
        theo.evaluate(TURNS)
        tap(button)
        tap(button)
        expect(theo.get_by_role("status").get_by_text(WAITING)).to_be_visible()
        expect(button).to_have_attribute("aria-busy", "true")
        assert theo.evaluate("window.turns") == 0
    expect(row_of(theo).get_by_text(OPEN)).to_be_visible()
    assert theo.evaluate("window.turns") == 1
    assert theo.evaluate("window.asked") == [False, True]
    expect(theo.get_by_text(WAITING)).to_have_count(0)
    expect(theo.locator("[aria-busy]")).to_have_count(0)


def test_a_tap_of_long_ago_opens_nothing_and_asks_for_another(demo: Running, someone: Callable[..., Page]) -> None:
    """Who tapped may have walked on, and the browser would not hand a radio out for it any more."""
    theo = phone_of(someone, demo.address, "theo")
    button = theo.get_by_role("button", name="Open Package Room")
    with withheld(theo, re.compile(r"/resident/doors\.js$")):
        unready(theo, f"{demo.address}/home/")
        theo.evaluate(TURNS)
        tap(button)
        expect(theo.locator("#early")).to_have_text(SLOW)
        expect(button).to_have_css("border-style", "dashed")
        none_on(theo)
    expect(theo.get_by_role("status").get_by_text(AGAIN)).to_be_visible()
    expect(button).to_have_css("border-style", "solid")
    none_on(theo)
    assert theo.evaluate("window.turns") == 0
    button.click()
    expect(theo.get_by_text(AGAIN)).to_have_count(0)
    expect(row_of(theo).get_by_text(OPEN)).to_be_visible()
    assert theo.evaluate("window.turns") == 1


def test_a_page_that_is_there_at_once_changes_nothing_of_its_look(demo: Running, someone: Callable[..., Page]) -> None:
    """No flash of a button that is not ready: the frames until then are drawn as the page is meant."""
    theo = phone_of(someone, demo.address, "theo")
    theo.add_init_script("window.drawn = []; addEventListener('animationend', (one) => window.drawn.push(one.animationName))")
    with withheld(theo, re.compile(r"/resident/doors\.js$")):
        theo.goto(f"{demo.address}/home/", wait_until="commit")
        button = theo.get_by_role("button", name="Open Unit 4B")
        expect(button).to_be_visible()
        first = button.evaluate(
            "(one) => [getComputedStyle(one).borderStyle, one.getAnimations().map(({ effect }) => effect.getTiming().delay)]"
        )
        assert first[1] == [300]
    expect(theo.locator("html[data-arriving]")).to_have_count(0)
    expect(button).to_have_css("border-style", "solid")
    expect(theo.locator("#early")).to_have_count(0)


def test_a_file_that_does_not_come_is_said_with_a_way_out(demo: Running, someone: Callable[..., Page]) -> None:
    """Nobody taps on a page that will never answer without a word."""
    theo = phone_of(someone, demo.address, "theo")
    doors = re.compile(r"/resident/doors\.js$")
    theo.route(doors, lambda route: route.abort())
    theo.goto(f"{demo.address}/home/")
    said = theo.get_by_role("status").filter(has_text="This page did not load completely.")
    expect(said).to_be_visible()
    none_on(theo)
    theo.get_by_role("button", name="Open Package Room").click()
    expect(said).to_be_visible()
    theo.unroute(doors)
    said.get_by_role("link", name="Load it again").click()
    expect(theo.locator("html:not([data-arriving])")).to_be_attached()
    expect(said).to_have_count(0)
    theo.get_by_role("button", name="Open Package Room").click()
    expect(row_of(theo).get_by_text(OPEN)).to_be_visible()


@pytest.mark.rule("PEOPLE-7")
def test_an_early_sign_out_leaves_nothing_behind_either(demo: Running, someone: Callable[..., Page]) -> None:
    """It waits for what empties the phone, however late, and goes by itself then."""
    theo = phone_of(someone, demo.address, "theo")
    theo.evaluate("localStorage.setItem('limen-first', 'x')")
    with withheld(theo, re.compile(r"/web/page\.js$")):
        unready(theo, f"{demo.address}/home/me")
        tap(theo.get_by_role("button", name="Sign out"))
        expect(theo.get_by_text(WAITING)).to_be_visible()
    theo.wait_for_url(lambda url: "/home/me" not in url)
    assert theo.evaluate("localStorage.getItem('limen-first')") is None


def test_a_sign_out_ends_the_session_also_where_the_modules_never_come(demo: Running, someone: Callable[..., Page]) -> None:
    """As it does without script, after 8 s."""
    theo = phone_of(someone, demo.address, "theo")
    kept = list[Route]()
    theo.route(re.compile(r"/web/page\.js$"), lambda route: kept.append(route))
    unready(theo, f"{demo.address}/home/me")
    tap(theo.get_by_role("button", name="Sign out"))
    theo.wait_for_url(lambda url: "/home/me" not in url, wait_until="commit")
    for route in kept:
        with suppress(Error):  # its page has gone
            route.abort()
    theo.unroute_all()
    theo.goto(f"{demo.address}/home/")
    expect(theo).to_have_url(re.compile("/signin"))


def test_a_form_is_sent_once_and_without_waiting_for_any_module(demo: Running, someone: Callable[..., Page]) -> None:
    """What works without script works before it, and a second tap does not ask for it twice."""
    dana, asked = phone_of(someone, demo.address, "dana"), list[str]()
    with withheld(dana, MODULES):
        unready(dana, f"{demo.address}/home/me/intercom")
        dana.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
        with dana.expect_event("framenavigated"):
            dana.get_by_role("button", name="Save").dblclick(no_wait_after=True)
    assert len(asked) == 1


def test_a_form_whose_module_does_not_come_is_never_sent_by_the_browser(demo: Running, someone: Callable[..., Page]) -> None:
    """Neither the tap that was kept nor a later one: the page says what is missing, and what was typed stays."""
    dana, asked = phone_of(someone, demo.address, "dana"), list[str]()
    with withheld(dana, re.compile(r"/resident/guestcode\.js$")) as waiting:
        unready(dana, f"{demo.address}/home/guests/code")
        dana.on("request", lambda request: asked.append(request.url) if request.is_navigation_request() else None)
        dana.locator("#door").select_option(index=1)
        dana.locator("#label").fill("Ola")
        button = dana.get_by_role("button", name="Make the code")
        tap(button)
        expect(button).to_have_attribute("aria-busy", "true")
        for route in waiting:
            route.abort()
        said = dana.get_by_role("status").filter(has_text="This page did not load completely.")
        expect(said).to_be_visible()
        expect(dana.locator("html:not([data-arriving])")).to_be_attached()
        button.evaluate("(one) => one.scrollIntoView({ block: 'center' })")  # the page's last: it does not end below the line
        tap(button)
        expect(said).to_be_visible()
        expect(dana.locator("#label")).to_have_value("Ola")
    assert asked == []


PAGES = {
    "dana": (
        "/home/",
        "{door}",
        "{door}/update",
        "/home/codes",
        "/home/carry",
        "/home/me/second",
        "/home/me/intercom",
        "/home/guests/code",
    ),
    "ana": ("/c/updates", "{due}"),
    "stranger": ("/bench/LM000103", "/signin"),
}


@pytest.mark.parametrize("who", PAGES)
def test_no_button_of_any_page_loses_a_tap(demo: Running, someone: Callable[..., Page], who: str) -> None:
    """Each that is to be seen while no module is there says that it gets ready, and nothing else happens; what a form sends is sent."""
    page, found = someone(service_workers="block"), dict[str, str]()
    if who == "dana":
        sign_in(page, demo.address, who)
        found["door"] = str(page.get_by_role("link", name="Package Room").get_attribute("href"))
    if who == "ana":
        page.goto(f"{demo.address}/demo/")
        page.locator('form[action="/demo/sign-in/ana"] button').first.click()
        page.wait_for_url(re.compile("/c/"))
        page.goto(f"{demo.address}/c/updates")
        found["due"] = str(page.locator("a[data-lock]").first.get_attribute("href"))
    for path in PAGES[who]:
        with withheld(page, MODULES) as waiting:
            unready(page, demo.address + path.format(**found))
            here = page.url
            if page.locator("#door").count():
                page.locator("#door").select_option(index=1)
            for button in page.locator("main button").all():
                if not button.is_visible() or not button.evaluate(ONLY_SCRIPT):
                    continue
                tap(button)
                expect(button).to_have_attribute("aria-busy", "true")
                expect(page.get_by_text(WAITING)).to_be_visible()
            assert page.url == here
            for route in waiting:
                route.abort()
            page.goto("about:blank")


def test_without_script_a_page_says_so_and_its_forms_work(browser: Browser, demo: Running) -> None:
    """Where a button needs it; and only there."""
    context = browser.new_context(**(PHONE | {"java_script_enabled": False}))
    dana = context.new_page()
    sign_in(dana, demo.address, "dana")
    notice = dana.locator("noscript p")
    expect(notice).to_be_visible()
    expect(dana.get_by_role("button", name="Open Unit 4B")).to_have_css("border-style", "dashed")
    dana.goto(f"{demo.address}/home/history")
    expect(notice).to_be_hidden()
    context.close()
