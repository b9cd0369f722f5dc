"""Values that a broken or hostile app sends to `/home/api`: a problem with a reason, never a broken page, and nothing odd is kept.

The addresses are those of the surface: one that is added is asked too, and fails here until it has an example of what it takes.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from asgiref.sync import async_to_sync
from django.core.cache import cache
from django.test import Client

import limen.resident
from limen.access import queries as access
from limen.identity import queries as identity
from limen.resident import urls
from tests.surfaces.resident.conftest import Home, knock
from tests.surfaces.resident.test_phones import key

NOBODY = "00000000-0000-4000-8000-000000000000"
FOREVER = "9999-12-31T23:59"
ODD: tuple[object, ...] = (
    None, True, 5, -1, 10**400, 1.5, [], ["x"], [None], {"a": 1}, "", "x", "x" * 5000, "a\x00b", "\ud800", "\u202etxet", "a\nb",
    "\ud800@b.example", FOREVER, "0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00", "2026-11-23T10:00+23:59", "25:99", "١٢", NOBODY,
)  # fmt: skip
UNSEEN = ("x\x00y", "\u202eanad", "da\u200bna", "\ud800", "a\nb", "x\x9by")
EXAMPLES: dict[str, dict[str, object]] = {
    "home/api/phones": {"public_key": key(7), "platform": "browser", "name": "Kitchen tablet"},
    "home/api/guests": {
        "first": "Sol", "last": "Reyes", "email": "sol@example.org", "doors": [NOBODY], "starts": "2026-11-23T10:00", "ends": "2026-11-24T10:00",
    },
    "home/api/guests/code": {"door": NOBODY, "kind": "daily", "label": "Sol", "day": "today", "key": NOBODY},
    "home/api/guests/code/<uuid:code_id>/send": {"way": "email", "to": "sol@example.org"},
    "home/api/intercom": {"shown": True, "display_name": "D. Whitfield", "quiet_from": "22:00", "quiet_to": "07:00"},
}  # fmt: skip
"""What each address takes; those that take nothing are left out."""


def test_every_value_that_an_address_asks_for_has_its_example() -> None:
    """A new address or a new value of an old one is asked below only when it stands above."""
    sources = "\n".join(path.read_text("utf-8") for path in Path(limen.resident.__path__[0]).glob("*.py"))
    read = set(re.findall(r'(?:asked\.(?:text|uuid|uuids|one_of|flag)\(|_instant\(asked, )"(\w+)"', sources))
    read |= set(re.findall(r"asked\.(?:text|flag)\(name.*? for name in \(([^)]*)\)", sources.replace('"', "").replace(" ", "")))
    named = {name for found in read for name in found.split(",")}
    assert named <= {name for example in EXAMPLES.values() for name in example}
    assert set(EXAMPLES) <= {str(question.pattern) for question in urls.questions}


def bodies(route: str) -> Iterator[dict[str, object]]:
    """The example with one value odd at a time, a value missing, and one that nobody asked for."""
    example = EXAMPLES.get(route, {})
    for name in example:
        yield {other: value for other, value in example.items() if other != name}
        yield from (example | {name: odd} for odd in ODD)
    yield from (example | {"more": odd} for odd in ("\ud800", "\x00", 10**400))


@pytest.mark.parametrize("route", sorted({str(question.pattern) for question in urls.questions}))
def test_no_value_breaks_an_address(home: Home, route: str) -> None:
    """Each value of each address in turn, by everything that it should not be."""
    browser = home.browser("dana")
    mine = str(home.door("Unit 4B"))
    path = "/" + re.sub(r"<uuid:door_id>", mine, route)
    path = re.sub(r"<uuid:\w+>", NOBODY, path)
    for body in bodies(route):
        cache.clear()  # the counters are not what is asked here
        shares = {"doors": [mine]} if body.get("doors") == [NOBODY] else {"door": mine} if body.get("door") == NOBODY else {}
        answer = browser.post(path, json.dumps(body | shares), content_type="application/json")
        assert answer.status_code < 500, (path, body, answer.content)
        if answer.status_code >= 400 and answer.status_code != 405:
            assert answer.json()["title"].endswith("."), (path, body)


@pytest.mark.parametrize("text", UNSEEN)
def test_what_cannot_be_seen_becomes_nobodys_name(home: Home, text: str) -> None:
    """Not a phone's, not a guest's: both stand on other people's screens."""
    browser = home.browser("dana")

    def post(path: str, **more: object) -> tuple[int, str]:
        body = EXAMPLES[path] | ({"doors": [str(home.door("Unit 4B"))]} if "guests" in path else {}) | more
        answer = browser.post(f"/{path}", json.dumps(body), content_type="application/json")
        return answer.status_code, answer.json()["title"]

    said = (400, "This holds characters that cannot be seen. Type it again.")
    unheard = (400, "This is not what the app sends.")
    for path, name in (("home/api/phones", "name"), ("home/api/guests", "first"), ("home/api/guests", "email")):
        assert post(path, **{name: text}) in {said, unheard}
    dana = home.harbor.people["dana"]
    assert identity.phones(dana) == () and access.guests_of(dana, home.clock.at) == ()
    form = {"first": text, "last": "Reyes", "email": "sol@example.org", "doors": [str(home.door("Unit 4B"))]}
    if text != "\ud800":  # which no form can send
        assert said[1] in browser.post("/home/guests/invite", form).content.decode()
        assert access.guests_of(dana, home.clock.at) == ()


def test_what_visitors_read_is_a_text_and_nothing_else(home: Home) -> None:
    """A list is no name, a number no hour, a word no yes; what was chosen before stays."""
    browser, path = home.browser("dana"), "/home/api/intercom"
    before = browser.get(path).json()
    odds: tuple[dict[str, object], ...] = (
        {"display_name": ["x"]},
        {"quiet_from": 5},
        {"quiet_to": {"h": 7}},
        {"shown": "no"},
        {"shown": 0},
        {"display_name": {}},
    )
    for odd in odds:
        answer = browser.post(path, json.dumps(EXAMPLES["home/api/intercom"] | odd), content_type="application/json")
        assert answer.status_code == 400, odd
    assert browser.get(path).json() == before


@pytest.mark.parametrize("path", ["/join/{}", "/home/me/sessions/{}/end", "/home/doors/{}", "/home/photos/{}"])
def test_addresses_take_anything(home: Home, path: str) -> None:
    """Long, empty, markup, what no text has, numbers beyond all."""
    browser = home.browser("dana")
    for part in ("%00", "%ED%A0%80", "%FF", "x" * 2000, "9" * 400, "-1", "%E2%80%AE", "a%0Ab", "<script>", NOBODY):
        for answer in (browser.get(path.format(part)), browser.post(path.format(part), {"password": "\x00", "again": "\x00"})):
            assert answer.status_code < 500, (path, part)


NONSENSE = (
    '{"t":{}}', '{"t":[]}', "{}", r'{"t":"\ud800"}', '{"t":"hello","call":{}}', '{"t":"hello","call":["x"]}', r'{"t":"hello","call":"\u0000"}',
    '{"t":"hello","call":1e999}', '{"t":"offer","data":NaN}', '{"t":"text","text":{}}', "[" * 9000,
)  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_the_socket_answers_or_closes_and_never_breaks(home: Home) -> None:
    """A consumer that breaks would tell nobody that the line is lost (LINK-7)."""
    dana = home.browser("dana")

    async def say(message: str) -> int | None:
        socket, _ = await knock(dana)
        await socket.send_input({"type": "websocket.receive", "text": message})
        told = await socket.receive_output(60) if not await socket.receive_nothing(0.2) else {}
        await socket.send_input({"type": "websocket.disconnect", "code": 1000})
        await socket.wait(5)  # raises what broke
        code: int | None = told.get("code")
        return code

    for message in NONSENSE:
        assert async_to_sync(say)(message) in {None, 4400, 4404}, message


@pytest.mark.django_db
def test_a_client_without_anything_is_only_told_to_sign_in() -> None:
    """Nothing of what was sent is read before that."""
    for body in ("{", r'{"email":"\ud800"}', "[" * 5000):
        assert Client().post("/home/api/guests", body, content_type="application/json").status_code == 401
