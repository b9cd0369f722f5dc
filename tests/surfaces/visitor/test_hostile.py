"""What a stranger's browser sends to harm: refused with a reason or not found, never a broken page, and a socket that ends as it should.

The addresses are those of the surface: one that is added is asked too.
"""

import json
import re
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import Client

from limen.intercom.models import Call
from limen.visitor import urls
from tests.surfaces.visitor.conftest import Street
from tests.surfaces.visitor.test_calls import GREETING_S, End, begin

NOBODY = "00000000-0000-4000-8000-000000000000"
ODD: tuple[object, ...] = (
    None, True, 5, 10**400, 1.5, [], ["x"], {}, {"a": 1}, "", " ", "x", "x" * 1000, "\x00", "a\x00b", "\ud800", "a\udfffb", "\u202etxet", "١٢",
)  # fmt: skip
TYPED = ("", " ", "%", "'; drop table", "<script>x", "x" * 5000, "\x00", "a\x00b", "🙂", "\u202etxet", "-1", "9" * 400, "²", "1e9")
ROUTES = sorted({str(page.pattern) for page in urls.urlpatterns})


def path_of(route: str, code: str, call: str) -> str:
    """The address with its parts filled in."""
    return "/v/" + re.sub(r"<uuid:\w+>", call, route.replace("<str:code>", code))


@pytest.mark.parametrize("route", ROUTES)
def test_nothing_that_is_sent_breaks_an_address(street: Street, route: str) -> None:
    """Each value of a body by everything that it should not be."""
    call = begin(street)
    bodies: list[dict[str, object]] = [{}]
    for name in ("entry", "token", "do", "language"):
        bodies += [call | {name: odd} for odd in ODD]
    for body in bodies:
        answer = street.browser.post(
            path_of(route, street.porch.link.code, call["call"]), json.dumps(body), content_type="application/json"
        )
        assert answer.status_code < 500, (route, body, answer.content)


@pytest.mark.parametrize("route", ROUTES)
def test_addresses_and_searches_take_anything(street: Street, route: str) -> None:
    """A mistyped sign, a name that is none, a page beyond the last."""
    asked = [(street.porch.link.code, typed) for typed in TYPED]
    asked += [(code, "x") for code in ("%00", "%FF", "%ED%A0%80", "x" * 900, "%E2%80%AE", "<script>", "٣" * 8)]
    for code, typed in asked:
        answer = street.browser.get(path_of(route, code, NOBODY), {"q": typed, "to": typed, "page": typed})
        assert answer.status_code < 500, (route, code, typed)
        assert b"<script>x" not in answer.content


@pytest.mark.parametrize("token", [r'"\ud800"', r'"\u0000"', "{}", '["x"]', "7", "null", "1e999", '"é"', '"' + "x" * 900 + '"'])
def test_a_token_that_cannot_be_one_finds_no_call(street: Street, token: str) -> None:
    """Whoever it is, and whether there is such a call or not: what a stranger reads."""
    call = begin(street)
    for at in (call["call"], NOBODY):
        path = f"/v/{street.porch.link.code}/calls/{at}"
        answer = Client().post(path, f'{{"token":{token}}}', content_type="application/json", headers={"accept": "application/json"})
        assert answer.status_code in {400, 404}, answer.content
        assert answer.json()["title"].endswith(".")


@pytest.mark.parametrize("entry", [["x"], {"a": 1}, 5, True])
def test_what_is_no_text_is_not_read_as_one(street: Street, entry: object) -> None:
    """Nothing is rung for something that only looks like an entry when it is written out."""
    path = f"/v/{street.porch.link.code}/calls"
    answer = street.browser.post(path, json.dumps({"entry": entry}), content_type="application/json")
    assert answer.status_code == 404 and not Call.objects.exists()


HELLOS = ('{"t":{}}', '{"t":[]}', "{}", r'{"t":"hello","token":"\ud800"}', '{"t":"ice","data":1e999}', "[" * 9000)


@pytest.mark.rule("LINK-7")
@pytest.mark.parametrize("message", HELLOS)
def test_a_socket_that_was_told_nonsense_still_says_that_its_line_is_lost(street: Street, message: str) -> None:
    """It closes instead of breaking, so its leaving is noted and the other side hears of it."""
    call = begin(street)
    end = End(street, call)

    async def talk() -> dict[str, Any]:
        await end.hello()
        await end.say(message)
        told: dict[str, Any] = await end.socket.receive_output(GREETING_S)
        await end.leave()
        return told

    told = async_to_sync(talk)()
    assert told["type"] == "websocket.close" and told["code"] == 4400
    assert Call.objects.get().visitor_lost_at is not None
