"""Every address that answers a page is looked at: both languages, light and dark, phone and desk, by axe and for anything to scroll sideways."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import URLPattern, URLResolver, get_resolver
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from tests.browser.conftest import PATIENCE_MS
from tests.browser.hindrances import FITS, FITS_ANOTHER_DAY, RULES
from tests.server import Running

DOORS: Final = Path(__file__).parents[1] / "data" / "doors.csv"
SEEN: Final = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "target-size", "label", "link-name", "button-name", "html-has-lang"]}
}
NARROW: Final[ViewportSize] = {"width": 320, "height": 700}
PHONE: Final[ViewportSize] = {"width": 390, "height": 844}
WIDE: Final[ViewportSize] = {"width": 1280, "height": 900}
UUID: Final = r"[0-9a-f]{8}-[0-9a-f-]{27}"


@dataclass(frozen=True)
class Look:
    """How a page is looked at. The second look asks only what language, scheme and size can change."""

    name: str
    language: str
    scheme: Literal["light", "dark"]
    size: ViewportSize
    rules: dict[str, Any]


LOOKS: Final = (Look("English, light, phone", "en-US", "light", PHONE, RULES), Look("Spanish, dark, desk", "es-MX", "dark", WIDE, SEEN))

# Who looks at which address; what stands in braces is found on the way there.
PAGES: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "root": ("stranger", ("/",)),
    "demo": ("stranger", ("/demo/",)),
    "demo-mail": ("stranger", ("/demo/mail",)),
    "bench": ("stranger", ("/bench/?q=room",)),
    "bench-face": ("stranger", ("/bench/LM000103", "/bench/LM000101")),
    "visitor-directory": ("stranger", ("/v/{sign}", "/v/{sign}?q=whi", "/v/{sign}?q=w", "/v/nosuchsign")),
    "visitor-help": ("stranger", ("/v/{sign}/help",)),
    "visitor-call": ("stranger", ("/v/{sign}/call?to=gone",)),
    "visitor-code": ("stranger", ("/v/{sign}/code?to=gone",)),
    "join": ("stranger", ("/join/no-such-invitation",)),
    "account_login": ("stranger", ("/signin",)),
    "account_reset_password": ("stranger", ("/signin/lost",)),
    "account_reset_password_done": ("stranger", ("/account/password/reset/done/",)),
    "account_reset_password_from_key": ("stranger", ("/account/password/reset/key/1-no-such-key/",)),
    "account_reset_password_from_key_done": ("stranger", ("/account/password/reset/key/done/",)),
    "account_request_login_code": ("stranger", ("/account/login/code/",)),
    "account_inactive": ("stranger", ("/account/inactive/",)),
    "account_signup": ("stranger", ("/account/signup/",)),
    "socialaccount_login_error": ("stranger", ("/account/3rdparty/login/error/",)),
    "socialaccount_login_cancelled": ("stranger", ("/account/3rdparty/login/cancelled/",)),
    "consent": ("dana", ("/home/consent",)),
    "home": ("dana", ("/home/",)),
    "home-door": ("dana", ("/home/doors/{door}",)),
    "home-update": ("dana", ("/home/doors/{door}/update",)),
    "home-carry": ("dana", ("/home/carry",)),
    "home-codes": ("dana", ("/home/codes",)),
    "home-keypad": ("dana", ("/home/me/keypad",)),
    "address": ("dana", ("/address/no-such-link",)),
    "home-second": ("dana", ("/home/me/second",)),
    "home-guests": ("dana", ("/home/guests",)),
    "home-invite": ("dana", ("/home/guests/invite",)),
    "home-guest-code": ("dana", ("/home/guests/code",)),
    "home-door-codes": ("dana", ("/home/guests/codes/{own}",)),
    "home-history": ("dana", ("/home/history", "/home/history?list=mine")),
    "home-calls": ("dana", ("/home/calls",)),
    "home-call": ("dana", ("/home/call/00000000-0000-4000-8000-000000000000",)),
    "home-me": ("dana", ("/home/me",)),
    "home-intercom": ("dana", ("/home/me/intercom",)),
    "home-phones": ("dana", ("/home/me/phones",)),
    "home-help": ("dana", ("/home/help",)),
    "home-no-signal": ("dana", ("/home/no-signal",)),
    "account_logout": ("ben", ("/account/logout/",)),
    "account_reauthenticate": ("ben", ("/account/reauthenticate/",)),
    "account_change_password": ("ben", ("/account/password/change/",)),
    "usersessions_list": ("ben", ("/account/sessions/",)),
    "mfa_index": ("ben", ("/account/2fa/",)),
    "mfa_reauthenticate": ("ben", ("/account/2fa/reauthenticate/",)),
    "mfa_activate_totp": ("dana", ("/account/2fa/totp/activate/",)),
    "mfa_deactivate_totp": ("ben", ("/account/2fa/totp/deactivate/",)),
    "mfa_generate_recovery_codes": ("ben", ("/account/2fa/recovery-codes/generate/",)),
    "mfa_view_recovery_codes": ("ben", ("/account/2fa/recovery-codes/",)),
    "mfa_list_webauthn": ("ben", ("/account/2fa/webauthn/",)),
    "mfa_add_webauthn": ("ben", ("/account/2fa/webauthn/add/",)),
    "console-home": ("ana", ("/c/",)),
    "console-more": ("ana", ("/c/more",)),
    "console-help": ("ana", ("/c/help",)),
    "console-find": ("ana", ("/c/find?q=da", "/c/find?q=zzz")),
    "console-updates": ("ana", ("/c/updates",)),
    "console-doors": ("ana", ("/c/doors", "/c/doors?q=Rof", "/c/no-such-page")),
    "console-door-add": ("ana", ("/c/doors/add",)),
    "console-door": ("ana", ("/c/doors/{door}", "/c/doors/{reader}", "/c/doors/{bare}")),
    "console-door-rules": ("ana", ("/c/doors/{door}/rules", "/c/doors/{bare}/rules")),
    "console-door-codes": ("ana", ("/c/doors/{door}/codes", "/c/doors/{bare}/codes")),
    "console-door-bolt": ("ana", ("/c/doors/{bolted}/bolt",)),
    "console-door-update": ("ana", ("/c/doors/{door}/update",)),
    "console-door-activate": ("ana", ("/c/doors/{bare}/activate",)),
    "console-door-swap": ("ana", ("/c/doors/{door}/swap",)),
    "console-door-remove": ("ana", ("/c/doors/{door}/remove",)),
    "console-door-reader": ("ana", ("/c/doors/{reader}/reader",)),
    "console-cards": ("ana", ("/c/cards",)),
    "console-firmware": ("ana", ("/c/firmware",)),
    "console-door-history": ("ana", ("/c/doors/{door}/history?days=7",)),
    "console-history": ("ana", ("/c/history",)),
    "console-units": ("ana", ("/c/units",)),
    "console-unit-add": ("ana", ("/c/units/add",)),
    "console-unit": ("ana", ("/c/units/{unit}",)),
    "console-people": ("ana", ("/c/people", "/c/people?q=zzz")),
    "console-invite": ("ana", ("/c/people/invite",)),
    "console-person": ("ana", ("/c/people/{person}",)),
    "console-contact": ("ana", ("/c/people/{person}/contact",)),
    "console-give": ("ana", ("/c/people/{person}/give",)),
    "console-pause": ("ana", ("/c/people/{person}/pause",)),
    "console-move-out": ("ana", ("/c/people/{person}/moveout",)),
    "console-codes": ("ana", ("/c/people/{person}/codes",)),
    "console-check": ("ana", ("/c/people/{person}/check",)),
    "console-grant-end": ("ana", ("/c/grants/{grant}/end",)),
    "console-building": ("ana", ("/c/settings",)),
    "console-code-lengths": ("ana", ("/c/settings/codes",)),
    "console-holidays": ("ana", ("/c/holidays",)),
    "console-groups": ("ana", ("/c/groups",)),
    "console-group-add": ("ana", ("/c/groups/add",)),
    "console-group": ("ana", ("/c/groups/{group}",)),
    "console-group-edit": ("ana", ("/c/groups/{group}/edit",)),
    "console-group-hours": ("ana", ("/c/groups/{group}/doors/{grouped}",)),
    "console-import": ("ana", ("/c/import", "/c/import?kind=doors")),
    "console-import-preview": ("ana", ("/c/import/preview",)),
    "console-links": ("ana", ("/c/links",)),
    "console-link": ("ana", ("/c/links/{link}",)),
}

# What has no page of its own, and what it is instead.
POSTED: Final = frozenset({
    "console-door-floor", "console-unit-door", "console-grant-sharing", "console-contact-keep", "console-holiday-remove",
    "console-resume", "console-phone-remove", "console-place", "console-import-run", "console-invite-again",
    "console-link-rotate", "console-link-calls", "home-end-guest", "home-end-all", "home-remove-phone", "home-end-session", "demo-sign-in",
    "visitor-start", "visitor-look",
})  # fmt: skip
FILES: Final = frozenset({
    "console-import-template", "console-import-bad", "console-link-print", "console-link-svg", "console-photo", "home-photo", "home-worker",
    "home-manifest", "mfa_download_recovery_codes", "health",
})  # fmt: skip
ANSWERS: Final = frozenset({
    "console-import-progress", "console-updates-faster", "console-door-brought", "demo-clock", "demo-yesterday", "bench-ours",
    "mfa_login_webauthn", "stay",
})  # fmt: skip
ELSEWHERE: Final = {
    "console-ended": "J4 walks through it: it is there after an end only",
    "console-grant-back": "there after an end only, with the page that giving checks on: tests/surfaces/console/test_ending.py",
    "account_email": "nobody changes an address here (PEOPLE-1): not found",
    "account_email_verification_sent": "sends on to the sign-in: invitations prove addresses",
    "account_set_password": "sends on to the change: everybody has a password",
    "account_confirm_login_code": "sends on to the sign-in unless a code was just asked for",
    "mfa_authenticate": "J1 and the unit tests pass it: it is there between password and sign-in only",
    "mfa_reauthenticate_webauthn": "sends on for whoever has no passkey",
    "mfa_remove_webauthn": "there with a passkey only",
    "mfa_edit_webauthn": "there with a passkey only",
    "socialaccount_signup": "sends on to the sign-in: nobody signs up",
    "socialaccount_connections": "not found: no provider is connected by hand",
    "openid_connect_login": "leads to the provider",
    "openid_connect_callback": "comes from the provider",
}
PROGRAMS: Final = re.compile(r"^(gateway/|api/|home/api/|account/social/)")


def named(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, str]]:
    """Every address of the product with its name, once."""
    for one in resolver.url_patterns:
        whole = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from named(one, whole)
        elif isinstance(one, URLPattern):
            yield whole, one.name or ""


def test_every_address_is_looked_at_or_says_why_not() -> None:
    """A new page that nobody put into the list fails here; so does a list that tells of pages that are gone."""
    there = {name or address for address, name in named(get_resolver()) if not PROGRAMS.match(address)}
    told = [*PAGES, *POSTED, *FILES, *ANSWERS, *ELSEWHERE]
    assert len(told) == len(set(told))
    assert sorted(there - set(told)) == [] and sorted(set(told) - there) == []


@dataclass
class House:
    """The demonstration as one browser sees it: who is signed in, in which language, and the ids found there."""

    browser: Browser
    demo: Running
    found: dict[str, str] = field(default_factory=dict)

    def context(self, who: str, look: Look) -> BrowserContext:
        """A browser of their own, signed in, with the policy agreed to."""
        made = self.browser.new_context(
            locale=look.language, color_scheme=look.scheme, viewport=look.size, reduced_motion="reduce", service_workers="block"
        )
        made.set_default_timeout(PATIENCE_MS)
        if who == "stranger":
            return made
        signed = made.new_page()
        signed.goto(f"{self.demo.address}/demo/")
        signed.locator(f'form[action="/demo/sign-in/{who}"] button').first.click()
        signed.wait_for_url(re.compile("/(home|c)/"))
        if signed.url.endswith("/home/consent"):
            signed.locator("button[value=agree]").click()
            signed.wait_for_url(re.compile("/home/$"))
        if who in {"ben", "dana"}:
            self.prove(signed, who)
        signed.close()
        return made

    def prove(self, page: Page, who: str) -> None:
        """The password once more, so that what changes a sign-in may be seen."""
        password = next(re.split(r"\s+", line.strip()) for line in self.demo.lines if f"{who}@example.org" in line)
        page.goto(f"{self.demo.address}/account/reauthenticate/")
        page.locator("input[name=password]").fill(password[password.index(f"{who}@example.org") + 1])
        page.locator("main form button").first.click()
        page.wait_for_load_state()

    def look_up(self, context: BrowserContext) -> None:
        """The ids that stand in addresses, as Ana's links give them."""

        def first(path: str, link: str) -> str:
            there = context.request.get(self.demo.address + path).text()
            match = re.search(link.replace("ID", f"({UUID})"), there)
            assert match is not None, (path, link)
            return match[1]

        self.found = {
            "door": first("/c/doors?q=Package", 'href="/c/doors/ID"'),
            "reader": first("/c/doors?q=Main", 'href="/c/doors/ID"'),
            "bare": first("/c/doors?q=Boiler", 'href="/c/doors/ID"'),
            "own": first("/c/doors?q=4B", 'href="/c/doors/ID"'),
            "bolted": first("/c/doors?q=10H", 'href="/c/doors/ID"'),
            "unit": first("/c/units?q=4B", 'href="/c/units/ID"'),
            "person": first("/c/people?q=Dana", 'href="/c/people/ID"'),
            "group": first("/c/groups?q=Services", 'href="/c/groups/ID"'),
            "link": first("/c/links", 'href="/c/links/ID"'),
        }
        self.found["grant"] = first(f"/c/people/{self.found['person']}", 'href="/c/grants/ID/end"')
        self.found["grouped"] = first(f"/c/groups/{self.found['group']}", f'href="/c/groups/{UUID}/doors/ID"')
        shown = context.request.get(f"{self.demo.address}/c/links/{self.found['link']}").text()
        self.found["sign"] = re.findall(r"/v/([A-Z2-7]{16,26})", shown)[0]


@pytest.fixture
def house(browser: Browser, demo: Running) -> House:
    """One browser for all of it."""
    return House(browser, demo)


def prepared(house: House, who: str, context: BrowserContext) -> None:
    """What must be there before a page has something to show; nothing of it changes the building."""
    page = context.new_page()
    if who == "ana":
        page.goto(f"{house.demo.address}/c/import?kind=doors")
        page.locator("#file").set_input_files(DOORS)
        page.locator("main form button").click()
        page.wait_for_url(re.compile("/c/import/preview"))
    if who == "ben":
        page.goto(f"{house.demo.address}/account/2fa/recovery-codes/generate/")
        page.locator("main form button").first.click()
        page.wait_for_url(re.compile("/recovery-codes/$"))
    page.close()


@contextmanager
def large_text(page: Page) -> Iterator[None]:
    """The browser's own size of text twice as large, as somebody sets it who needs it: what is measured in it grows too, widths of screens included."""
    browser = page.context.new_cdp_session(page)
    browser.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
    yield
    browser.send("Page.setFontSizes", {"fontSizes": {"standard": 16, "fixed": 13}})
    browser.detach()


def found_on(page: Page, address: str, *, axe: Axe, rules: dict[str, Any]) -> list[str]:
    """What hinders somebody there: by axe, by what scrolls sideways in two widths and with large text, and by more or less than one first heading."""
    answer = page.goto(address, wait_until="domcontentloaded")
    assert answer is not None and answer.status < 500, address
    told = [
        f"{address} {one['id']}: {node['html'][:160]}"
        for one in axe.run(page, options=rules).response["violations"]
        for node in one["nodes"][:3]
    ]
    before = page.viewport_size
    for width in (NARROW, WIDE):
        page.set_viewport_size(width)
        if not page.evaluate(FITS):
            told.append(f"{address} scrolls sideways at {width['width']}")
        if not page.evaluate(FITS_ANOTHER_DAY):
            told.append(f"{address} scrolls sideways at {width['width']} on another day")
    page.set_viewport_size(PHONE)
    with large_text(page):
        if not page.evaluate(FITS):
            told.append(f"{address} scrolls sideways on a phone with text twice as large")
    if before is not None:
        page.set_viewport_size(before)
    if page.evaluate("[...document.querySelectorAll('h1')].filter(one => one.checkVisibility()).length") != 1:
        told.append(f"{address} has not one first heading")
    return told


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_every_page_can_be_used_by_everybody(house: House, look: Look) -> None:
    """No finding on any page, and nothing to scroll sideways; a page that breaks or is not the one asked for is a finding too."""
    axe, told = Axe(), list[str]()
    for who in ("ana", "ben", "dana", "stranger"):
        context = house.context(who, look)
        try:
            if who == "ana":
                house.look_up(context)
            prepared(house, who, context)
            page = context.new_page()
            for name, (looks, paths) in PAGES.items():
                for path in paths if looks == who else ():
                    told += found_on(page, house.demo.address + path.format(**house.found), axe=axe, rules=look.rules)
                    if (looks != "stranger" and "/signin" in page.url) or ("/reauthenticate/" in page.url and "reauthenticate" not in name):
                        told.append(f"{path} sent {who} to {page.url}")
        finally:
            context.close()
    assert told == []
