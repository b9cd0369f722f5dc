"""Help for who lives here: found on every page, kept for when there is no signal, and true to the words of the pages (HELP-1 in part)."""

import re
from pathlib import Path

from django.contrib.staticfiles import finders

from tests.surfaces.resident.conftest import Home

PAGES = ("/home/", "/home/codes", "/home/guests", "/home/history", "/home/calls", "/home/me", "/home/help")


def test_help_stands_last_in_the_header_and_leads_to_the_part_of_its_page(home: Home) -> None:
    """What stands behind the # is there; every topic of the page leads to its section."""
    browser = home.browser("dana")
    page = browser.get("/home/help").content.decode()
    sections = re.findall(r'<section [^>]*id="(\w+)"', page)
    assert re.findall(r'href="#(\w+)"', page)[1:] == sections  # the first one skips to the content
    for path in PAGES:
        top = re.findall(r'(?s)<header class="top">(.*?)</header>', browser.get(path).content.decode())[0]
        to, words = re.findall(r'<a [^>]*href="([^"]+)"[^>]*>([^<]+)</a>', top)[-1]
        assert words == "Help" and to.partition("#")[0] == "/home/help"
        assert to.partition("#")[2] in {*sections, ""}


def test_help_names_pages_and_buttons_as_they_are(home: Home) -> None:
    """The way to a lost phone, to more time at the keypad and to the two ways of sharing is called what stands there."""
    browser = home.browser("dana")
    me, guests = browser.get("/home/me").content.decode(), browser.get("/home/guests").content.decode()
    page = browser.get("/home/help").content.decode()
    for there, names in ((me, ("My phones", "Time at the keypad", "Intercom")), (guests, ("Invite a guest", "A code for a guest"))):
        for name in names:
            assert name in page and f">{name}<" in there
    assert "Ayuda" in browser.get("/home/help", {"lang": "es"}).content.decode()


def test_help_is_kept_on_the_phone(home: Home) -> None:
    """Who is refused in a cellar reads why there: the page is among those that are always kept, with the style it needs."""
    shell = Path(finders.find("resident/shell.js") or "").read_text()
    [always] = re.findall(r"const ALWAYS = (\[[^\]]*\])", shell)
    assert '"/home/help"' in always
    assert "web/help.css" in home.browser("dana").get("/home/sw.js").content.decode()
