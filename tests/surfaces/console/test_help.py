"""Help for the property team: where it is found, and that it calls things by the names which the pages have (HELP-1 in part)."""

import re

import pytest

from tests.surfaces.console.desk import Desk

PAGES = ("/c/", "/c/doors", "/c/people", "/c/more", "/c/find", "/c/settings", "/c/help")


def header(html: str) -> str:
    """The top of a page."""
    found = re.search(r'(?s)<header class="top">(.*?)</header>', html)
    assert found is not None
    return found[1]


def test_help_stands_last_in_the_header_of_every_page_and_leads_to_its_part(desk: Desk) -> None:
    """Also on the pages of a door and of somebody; what stands behind the # is there."""
    sections = set(re.findall(r'<section [^>]*id="(\w+)"', desk.get("Ana", "/c/help").html))
    for path in (*PAGES, desk.door("Roof"), desk.person("Dana")):
        to, words = re.findall(r'<a [^>]*href="([^"]+)"[^>]*>([^<]+)</a>', header(desk.get("Ana", path).html))[-1]
        assert words == "Help" and to.partition("#")[0] == "/c/help"
        assert to.partition("#")[2] in sections | {""}
    assert desk.get("Ana", desk.person("Dana")).links("Help") == ["/c/help#people"]


def test_help_calls_a_button_what_the_page_calls_it(desk: Desk) -> None:
    """Every term that is explained stands on somebody's page, or leads to one of the office; no topic of the page leads nowhere."""
    desk.house.phone("Dana")
    page, person = desk.get("Ana", "/c/help"), desk.get("Ana", desk.person("Dana"))
    terms = re.findall(r"<dt>([^<]+)</dt>", page.html)
    assert terms == ["Give access", "End access", "Pause", "Move out", "Remove this phone", "Codes and card"]
    for term in terms:
        assert re.search(rf">{term}</(a|button)>", person.html), term
    topics = re.findall(r'href="#(\w+)"', page.html)[1:]  # the first one skips to the content
    assert topics == re.findall(r'<section [^>]*id="(\w+)"', page.html)


@pytest.mark.parametrize("who", ["Ana", "Ben", "Milo", "Sofia"])
def test_everybody_who_works_here_reads_it_in_their_language(desk: Desk, who: str) -> None:
    """Whatever their rights; nobody else does."""
    assert desk.get(who, "/c/help").says("What a temporary code cannot do", "Nothing else makes a check.")
    spanish = desk.get(who, "/c/help", lang="es")
    assert spanish.says("Ayuda", "Lo que un código temporal no puede")
    assert "temporary" not in spanish.text
    assert desk.get("Dana", "/c/help").status == 403
