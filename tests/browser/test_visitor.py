"""Victor stands before the sign with a phone (LINK-2, LINK-4, LINK-7, LINK-9; screens 4)."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.cellar import cellar
from tests.browser.test_bench import fine
from tests.server import Running

PHONE = {"width": 390, "height": 844}


def somebody(browser: Browser, demo: Running, key: str) -> Page:
    """Somebody of the cast with the app in a browser of their own, at their doors."""
    page = browser.new_context(viewport={"width": 390, "height": 844}, locale="en-US").new_page()
    page.goto(f"{demo.address}/demo/")
    page.get_by_role("button", name=f"Sign in as {key.title()}").click()
    page.wait_for_url(re.compile("/home/"))
    if "/home/consent" in page.url:
        page.get_by_role("button", name="Agree", exact=True).click()
    expect(page.get_by_role("heading", name="My doors")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Open ")).first).to_be_visible()
    return page


@pytest.fixture
def theo(browser: Browser, demo: Running) -> Iterator[Page]:
    """Theo may open the Package Room and has the app, so he is listed there."""
    page = somebody(browser, demo, "theo")
    yield page
    page.context.close()


@pytest.fixture
def street(browser: Browser) -> Iterator[BrowserContext]:
    """Victor's phone."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="en-US")
    yield context
    context.close()


def sign(page: Page, demo: Running) -> str:
    """The address that the QR of the Package Room holds."""
    page.goto(f"{demo.address}/demo/")
    found = page.locator('a[href^="/v/"]').first.get_attribute("href")
    assert found is not None
    return f"{demo.address}{found}"


@pytest.mark.rule("LINK-2", "LINK-7")
def test_a_visitor_finds_a_name_by_keyboard_calls_and_stops(street: BrowserContext, theo: Page, demo: Running) -> None:
    """Short, unknown, found; calling, ringing, stopped; and what to do next. Checked for everybody at each step; no cookie at the end."""
    page = street.new_page()
    address = sign(page, demo)
    street.clear_cookies()
    page.goto(address)
    expect(page.get_by_role("heading", name="Who are you visiting?")).to_be_visible()
    fine(page)
    for asked, said in (("w", "Type at least 2 letters, or a unit number."), ("zzz", 'Nobody listed as "zzz".')):
        page.get_by_label("Name or unit").fill(asked)
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").filter(has_text=said)).to_be_visible()
    page.get_by_label("Name or unit").fill("whi")
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile(r'\d match(es)? for "whi"'))).to_be_visible()
    fine(page)
    call = page.get_by_role("button", name="Call T. Whitfield")
    call.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Calling T. Whitfield")).to_be_focused()
    expect(page.get_by_text(re.compile(r"Ringing, \d+ seconds"))).to_be_visible()
    fine(page)
    expect(theo.get_by_text("Visitor at Package Room").or_(theo.get_by_text("Visitor at the Package Room")).first).to_be_visible()
    page.get_by_role("button", name="Stop calling").click()
    expect(page.get_by_role("heading", name="You stopped the call.")).to_be_focused()
    expect(page.get_by_role("navigation", name="What to do next")).to_be_visible()
    fine(page)
    page.reload()
    expect(page.get_by_role("heading", name="You stopped the call.")).to_be_visible()  # a reload never rings anybody
    page.get_by_role("link", name="Back to names").click()
    expect(page.get_by_role("heading", name="Who are you visiting?")).to_be_visible()
    assert street.cookies() == []


@pytest.mark.rule("LINK-7")
@pytest.mark.parametrize("how", ["the phone knows", "nobody is told"])
def test_a_lost_network_is_said_and_comes_back(street: BrowserContext, theo: Page, demo: Running, how: str) -> None:
    """Both read it, also where the network goes without a word; the call stays open for 20 seconds and goes on."""
    with cellar(demo.address) as place:
        page = street.new_page()
        page.goto(sign(page, demo).replace(demo.address, place.address) + "?q=whi")
        page.get_by_role("button", name="Call T. Whitfield").click()
        theo.get_by_role("button", name="Answer").or_(theo.get_by_role("link", name="Answer")).first.click()
        expect(page.get_by_role("heading", name=re.compile("Talking to T. Whitfield"))).to_be_visible()
        expect(page.locator("#call")).to_have_attribute("data-sound", "yes")
        if how == "nobody is told":
            place.fall_silent()
        else:
            street.set_offline(True)
        expect(page.get_by_role("heading", name="We lost the connection.")).to_be_visible()
        expect(page.get_by_text(re.compile(r"Trying again, \d+ seconds\."))).to_be_visible()
        expect(theo.get_by_text("We lost the connection. Trying again.")).to_be_visible()
        place.back()
        street.set_offline(False)
        expect(page.get_by_role("heading", name=re.compile("Talking to T. Whitfield"))).to_be_visible()
        expect(theo.get_by_text("We lost the connection. Trying again.")).to_be_hidden()
        page.get_by_role("button", name="Hang up").click()
        expect(page.get_by_role("heading", name="Call ended.")).to_be_visible()


def test_the_directory_works_without_any_script(browser: Browser, demo: Running) -> None:
    """And in Spanish, on a narrow and dark screen."""
    context = browser.new_context(viewport={"width": 320, "height": 640}, locale="es-MX", color_scheme="dark", java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto(sign(page, demo))
        page.get_by_label("Nombre o apartamento").fill("w")
        page.get_by_role("button", name="Buscar").click()
        expect(page.get_by_text("Escriba al menos 2 letras, o un número de apartamento.")).to_be_visible()
        assert "Para llamar hace falta JavaScript. La oficina: 212 555 0100." in page.content()
        page.get_by_role("link", name="English").click()
        expect(page.get_by_role("heading", name="Who are you visiting?")).to_be_visible()
    finally:
        context.close()
