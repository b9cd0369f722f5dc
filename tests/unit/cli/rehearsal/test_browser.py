"""One person at one browser: forms go with their tokens, cookies stay, wrong answers are not overlooked."""

import json

import pytest

from limen.cli.rehearsal.browser import Browser
from limen.cli.rehearsal.pages import NotOnPage
from tests.unit.cli.little_server import Answer, Asked, serving

FORM = b'<form method="post" action="/save"><input type="hidden" name="csrfmiddlewaretoken" value="t"><input name="name"><button>Save</button></form>'


def house(asked: Asked) -> Answer:
    """A page with a form, and what it leads to."""
    match (asked.method, asked.path):
        case ("GET", "/form"):
            return Answer(body=FORM, headers=(("Set-Cookie", "csrftoken=abc"),))
        case ("POST", "/save"):
            return Answer(302, headers=(("Location", "/done"),))
        case ("GET", "/done"):
            return Answer(body=b"<h1>Saved</h1>")
        case (_, "/api"):
            return Answer(body=b'{"ok": true}', kind="application/json")
        case _:
            return Answer(404, b"<h1>We could not find that</h1>")


def test_a_form_is_filled_and_sent() -> None:
    """With its token, its cookie and where it came from; the answer is the page that follows."""
    with serving(house) as little, Browser(little.origin) as browser:
        page = browser.press(browser.get("/form"), "Save", {"name": "Ana"})
        page.says("Saved")
        sent = next(one for one in little.asked if one.method == "POST")
        assert sent.body == b"csrfmiddlewaretoken=t&name=Ana"
        assert "csrftoken=abc" in sent.headers["Cookie"]
        assert sent.headers["Referer"].endswith("/form")


def test_a_field_that_is_not_there_is_a_mistake() -> None:
    """Of the page or of the story, but not one to pass over."""
    with serving(house) as little, Browser(little.origin) as browser, pytest.raises(NotOnPage, match="no field 'nam'"):
        browser.press(browser.get("/form"), "Save", {"nam": "Ana"})


def test_a_file_goes_with_its_fields() -> None:
    """As a browser sends it."""
    with serving(house) as little, Browser(little.origin) as browser:
        browser.press(browser.get("/form"), "Save", {"name": "x"}, files={"file": ("a.csv", b"1,2", "text/csv")})
        sent = next(one for one in little.asked if one.method == "POST")
        assert b'filename="a.csv"' in sent.body
        assert sent.headers["Content-Type"].startswith("multipart/form-data")


def test_json_carries_the_token_of_our_pages() -> None:
    """And gives the answer as a table."""
    with serving(house) as little, Browser(little.origin) as browser:
        browser.get("/form")
        assert browser.json("POST", "/api", {"a": 1}) == {"ok": True}
        sent = little.asked[-1]
        assert sent.headers["X-CSRFToken"] == "abc"
        assert json.loads(sent.body) == {"a": 1}


def test_another_status_than_expected_is_said() -> None:
    """404 is a finding only where it was looked for."""
    with serving(house) as little, Browser(little.origin) as browser:
        browser.get("/nowhere", expect=404)
        with pytest.raises(NotOnPage, match="404"):
            browser.get("/nowhere")
        with pytest.raises(NotOnPage, match="404"):
            browser.json("GET", "/nowhere")
