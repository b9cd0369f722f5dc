"""The visitor's side of a call, as the page's script asks for it (LINK-4 to LINK-9)."""

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from asgiref.testing import ApplicationCommunicator

from limen.credentials import services as credentials
from limen.intercom import rules, services
from limen.intercom.models import Call
from limen.places import services as places
from limen.storage import outbox
from limen.storage.transactions import unit_of_work
from limen.visitor.sockets import VisitorEnd
from tests.surfaces.visitor.conftest import Street
from tests.unit.intercom.conftest import SESSION

GREETING_S = 60


def begin(street: Street) -> dict[str, Any]:
    """A call that rings Dana."""
    answer = street.call()
    assert answer.status_code == 201, answer.content
    call: dict[str, Any] = answer.json()
    return call


def resident(street: Street, call: dict[str, Any], do: str) -> None:
    """Dana does something with the call."""
    dana, call_id, now = street.porch.house.people["dana"], UUID(call["call"]), street.clock.now()
    with unit_of_work():
        if do == "answer":
            services.answer(call_id=call_id, person_id=dana, session=SESSION, now=now)
        elif do == "decline":
            services.decline(call_id=call_id, person_id=dana, now=now)
        elif do == "hang up":
            services.hang_up(call_id=call_id, person_id=dana, now=now)
        elif do == "code":
            services.make_code_for_call(call_id=call_id, person_id=dana, now=now)
        elif do == "block":
            services.block(call_id=call_id, person_id=dana, now=now)


@pytest.mark.rule("LINK-4", "LINK-5")
def test_a_call_from_ringing_to_the_code(street: Street) -> None:
    """The screen sees each state, and in the end the digits in groups with until when they are good."""
    call = begin(street)
    assert (call["state"], call["name"], call["seconds"]) == ("ringing", "D. Whitfield", 0)
    resident(street, call, "answer")
    assert street.look(call).json()["state"] == "answered" and "code" not in street.look(call).json()
    resident(street, call, "code")
    code = street.look(call).json()["code"]
    assert len("".join(code["groups"])) >= 7
    assert code["sentence"] == "Works here until the end of today (Sat 21 Nov). Use it first before 15:02."
    resident(street, call, "hang up")
    after = street.look(call).json()
    assert after["state"] == "ended" and after["code"] == code


@pytest.mark.rule("LINK-6")
def test_the_page_promises_a_code_only_where_one_can_be_made(street: Street) -> None:
    """With a device: it appears here. Without one, or where the property gives no codes: ask them to come down."""
    can, cannot = "They can give you a code. It appears here.", "They cannot give a code at this door. Ask them to come down."
    door = street.porch.house.doors["Package Room"]

    def said() -> tuple[bool, bool]:
        html = street.page("/call", to=street.porch.entry()).content.decode()
        return can in html, cannot in html

    assert said() == (True, False)
    with unit_of_work():
        places.edit_door(door_id=door, codes_allowed=False, by=street.porch.house.actor(), now=street.clock.now())
    assert said() == (False, True)
    with unit_of_work():
        places.edit_door(door_id=door, codes_allowed=True, by=street.porch.house.actor(), now=street.clock.now())
    assert said() == (True, False)
    with unit_of_work():
        credentials.close_epoch(door_id=door, now=street.clock.now())
    assert said() == (False, True)


@pytest.mark.rule("LINK-5")
def test_after_the_hour_the_screen_gets_a_sentence_and_no_digits(street: Street) -> None:
    """Also for who loads the page again."""
    call = begin(street)
    resident(street, call, "answer")
    resident(street, call, "code")
    street.clock.pass_by(minutes=61)
    code = street.look(call).json()["code"]
    assert code == {"over": True, "sentence": "If you have not used it yet, it no longer works. Call again."}


def test_the_code_is_shown_to_the_screen_that_called_and_to_no_other(street: Street) -> None:
    """Invariant 78: a wrong token, another call's token, or none reads what a stranger reads."""
    call, other = begin(street), street.call(street.porch.entry("theo")).json()
    resident(street, call, "answer")
    resident(street, call, "code")
    for token in ("", "x" * 32, other["token"], call["token"][:-1]):
        seen = street.look(call | {"token": token})
        assert seen.status_code == 404 and "code" not in seen.json()
    assert street.look({"call": other["call"], "token": call["token"]}).status_code == 404


@pytest.mark.rule("LINK-7")
@pytest.mark.parametrize(
    ("what", "state"),
    [("decline", "declined"), ("nobody", "missed"), ("stop", "cancelled"), ("talk", "ended"), ("rotate", "replaced"), ("off", "off")],
)
def test_every_outcome_ends_cleanly_on_the_visitors_screen(street: Street, what: str, state: str) -> None:
    """And stays what it was, whatever is asked afterwards."""
    call = begin(street)
    if what == "decline":
        resident(street, call, "decline")
    if what == "nobody":
        street.clock.pass_by(seconds=46)
        with unit_of_work():
            services.time_out(call_id=UUID(call["call"]), now=street.clock.now())
    if what == "stop":
        assert street.look(call, do="stop").json()["state"] == "cancelled"
    if what == "talk":
        resident(street, call, "answer")
        assert street.look(call, do="stop").json()["state"] == "ended"
    if what == "rotate":
        with unit_of_work():
            services.rotate(link_id=street.porch.link.id, by=street.porch.house.actor(), now=street.clock.now())
    if what == "off":
        with unit_of_work():
            services.switch_calls(link_id=street.porch.link.id, on=False, by=street.porch.house.actor(), now=street.clock.now())
    assert street.look(call).json()["state"] == state
    assert street.look(call, do="stop").json()["state"] == state


@pytest.mark.rule("LINK-7")
def test_the_page_holds_the_sentence_of_every_outcome_and_what_to_do_next(street: Street) -> None:
    """Exactly the words of the design."""
    html = street.page("/call", to=street.porch.entry()).content.decode()
    for words in (
        "Your browser asks for the microphone. The camera is never used.",
        "No microphone. You can type.",
        "They cannot take the call now.",
        "No answer. Try another name, or call the office: 212 555 0100.",
        "They cannot be reached right now. Try another name, or call the office: 212 555 0100.",
        "You stopped the call.",
        "On another call. Try again in a minute.",
        "Calls from this sign are switched off. The office: 212 555 0100.",
        "We lost the connection.",
        "Touch the lens, type the digits, press the check mark. Not more than 5 seconds between digits.",
        "Digits blink? It was not accepted. Type it once more, slowly.",
        "I cannot hear or speak.",
        "This page cannot open the door.",
        "What to do next",
        "Call again",
        "Back to names",
        "Call the office",
    ):
        assert words in html, words


@pytest.mark.rule("LINK-7")
def test_busy_is_said_as_busy(street: Street) -> None:
    """In the visitor's language."""
    resident(street, begin(street), "answer")
    busy = street.call(language="es")
    assert busy.status_code == 409 and busy.json()["type"] == "about:limen/busy"
    assert busy.json()["title"] == "En otra llamada. Pruebe de nuevo en un minuto."


@pytest.mark.rule("LINK-9")
def test_blocked_quiet_hours_and_no_phone_give_the_same_answer(street: Street) -> None:
    """Status, fields, size and work: nothing tells them apart."""
    porch, dana = street.porch, street.porch.house.people["dana"]
    first = begin(street)
    resident(street, first, "block")
    resident(street, first, "decline")
    answers = [street.call()]
    street.clock.pass_by(days=31)
    for quiet, shown in (((0, 23 * 60), True), (None, False)):
        with unit_of_work():
            services.choose(
                person_id=dana,
                property_id=porch.house.property_id,
                shown=shown,
                display_name="D. Whitfield",
                quiet=quiet,
                now=street.clock.now(),
            )
        answers.append(street.call())
    said = [{key: value for key, value in answer.json().items() if key not in {"call", "token"}} for answer in answers]
    assert said[0] == said[1] == said[2] and said[0]["state"] == "unreachable"
    assert {answer.status_code for answer in answers} == {201} and len({len(answer.content) for answer in answers}) == 1
    assert len({tuple(sorted(answer.headers)) for answer in answers}) == 1


@pytest.mark.rule("LINK-9")
def test_too_many_calls_say_from_when_it_works_again(street: Street) -> None:
    """On the building's clock, never a minute too early."""
    for _ in range(rules.CALLS_FROM_ADDRESS_TO_UNIT):
        street.look(begin(street), do="stop")
    refused = street.call()
    assert refused.status_code == 429 and refused.json()["title"] == "Many calls from here. Try again at 14:12."


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff\xfe", b"[" * 2000, b'"x"', b"1"])
def test_bodies_that_are_not_ours_are_refused(street: Street, body: bytes) -> None:
    """Before anything is looked up."""
    answer = street.browser.post(f"/v/{street.porch.link.code}/calls", body, content_type="application/json")
    assert answer.status_code == 400


def test_a_body_that_is_too_long_is_not_read(street: Street) -> None:
    """Two kilobytes are plenty."""
    path = f"/v/{street.porch.link.code}/calls"
    assert street.browser.post(path, b"{" + b" " * 4000 + b"}", content_type="application/json").status_code == 413
    assert street.browser.get(path).status_code == 405


@pytest.mark.parametrize("entry", [None, "", "AAAAAAAAAAAAAAAA", 7, {"a": 1}, ["x"], "x" * 300])
def test_an_entry_that_never_was_rings_nobody(street: Street, entry: object) -> None:
    """Not found, and no call is written."""
    answer = street.browser.post(f"/v/{street.porch.link.code}/calls", {"entry": entry}, content_type="application/json")
    assert answer.status_code == 404 and not Call.objects.exists()


def test_who_is_not_listed_any_more_is_shown_as_not_reached(street: Street) -> None:
    """A page loaded earlier learns nothing about why."""
    html = street.page("/call", to="AAAAAAAAAAAAAAAA").content.decode()
    assert 'data-listed=""' in html and "They cannot be reached right now." in html


# ---- the socket


class End:
    """A socket of the visitor's page."""

    def __init__(self, street: Street, call: dict[str, Any], consumer: type[VisitorEnd] = VisitorEnd) -> None:
        self.call = call
        kwargs = {"code": street.porch.link.code, "call_id": UUID(call["call"])}
        self.socket = ApplicationCommunicator(consumer.as_asgi(), {"type": "websocket", "path": "/", "url_route": {"kwargs": kwargs}})

    async def connect(self) -> None:
        """The handshake."""
        await self.socket.send_input({"type": "websocket.connect"})
        assert (await self.socket.receive_output(GREETING_S))["type"] == "websocket.accept"

    async def hello(self) -> dict[str, Any]:
        """Connects, says the token, and hears what is true."""
        await self.connect()
        await self.say({"t": "hello", "token": self.call["token"], "language": "es"})
        return await self.hear()

    async def say(self, message: object) -> None:
        """A message, as JSON unless it is text."""
        text = message if isinstance(message, str) else json.dumps(message)
        await self.socket.send_input({"type": "websocket.receive", "text": text})

    async def hear(self) -> dict[str, Any]:
        """The next thing it is told."""
        heard: dict[str, Any] = json.loads((await self.socket.receive_output(GREETING_S))["text"])
        return heard

    async def leave(self) -> None:
        """The network is gone."""
        await self.socket.send_input({"type": "websocket.disconnect", "code": 1006})
        await self.socket.wait(GREETING_S)


def test_a_socket_tells_what_is_true_and_goes_away_for_strangers(street: Street) -> None:
    """The token is in the first message, never in an address."""
    call = begin(street)

    async def play() -> tuple[dict[str, Any], dict[str, Any]]:
        end = End(street, call)
        first = await end.hello()
        await sync_to_async(resident)(street, call, "answer")
        await end.say({"t": "look"})
        second = await end.hear()
        await end.leave()
        stranger = End(street, call)
        await stranger.connect()
        await stranger.say({"t": "hello", "token": "x"})
        closed = await stranger.socket.receive_output(GREETING_S)
        assert closed["type"] == "websocket.close" and closed["code"] == 4404
        return first, second

    first, second = async_to_sync(play)()
    assert first["state"] == "ringing" and second["state"] == "answered"


@pytest.mark.rule("LINK-7")
def test_a_page_that_is_closed_while_it_rings_stops_ringing_within_seconds(street: Street) -> None:
    """The socket's end is the only word of it; a page that still looks is there, whatever became of its socket."""
    call = begin(street)

    async def come_and_go() -> None:
        end = End(street, call)
        assert (await end.hello())["state"] == "ringing"
        await end.leave()

    async_to_sync(come_and_go)()
    street.clock.pass_by(seconds=5)
    assert street.look(call).json()["state"] == "ringing"
    outbox.settle(street.clock.now() + timedelta(seconds=5))
    assert street.look(call).json()["state"] == "ringing"
    async_to_sync(come_and_go)()
    outbox.settle(street.clock.now() + timedelta(seconds=9))
    assert street.look(call).json()["state"] == "cancelled"


@pytest.mark.rule("LINK-7")
def test_a_socket_that_goes_away_while_talking_is_a_lost_line_until_it_is_back(street: Street) -> None:
    """Both screens read it; after 20 seconds without it the call is over."""
    call = begin(street)
    resident(street, call, "answer")

    async def come_and_go() -> None:
        end = End(street, call)
        assert not (await end.hello())["lost"]
        await end.leave()

    async_to_sync(come_and_go)()
    assert street.look(call).json()["lost"]

    async def back() -> None:
        end = End(street, call)
        assert not (await end.hello())["lost"]
        await end.leave()

    street.clock.pass_by(seconds=10)
    async_to_sync(back)()
    street.clock.pass_by(seconds=20)
    with unit_of_work():
        services.time_out(call_id=UUID(call["call"]), now=street.clock.now())
    assert street.look(call).json()["state"] == "ended"


def test_signals_pass_only_while_talking_and_only_what_is_meant_to(street: Street) -> None:
    """The other end hears offer, answer, candidates and typed words, bounded; never the token, never more."""
    call = begin(street)

    class Inside(VisitorEnd):
        """The other side of the same call, for the test."""

        side = "resident"  # type: ignore[assignment]

    async def play() -> list[dict[str, Any]]:
        outside, inside = End(street, call), End(street, call, Inside)
        await outside.hello()
        await inside.hello()
        await outside.say({"t": "offer", "data": {"sdp": "too early"}})
        await asyncio.sleep(0.05)
        assert await inside.socket.receive_nothing(timeout=0.1)
        await sync_to_async(resident)(street, call, "answer")
        await outside.say({"t": "offer", "data": {"sdp": "v=0"}, "token": "secret", "side": "resident"})
        await outside.say({"t": "text", "text": "Flowers  for\n4B" + "x" * 300})
        heard = [await inside.hear(), await inside.hear()]
        assert await outside.socket.receive_nothing(timeout=0.1)  # one's own words are not echoed
        await outside.leave()
        await inside.leave()
        return heard

    offer, text = async_to_sync(play)()
    assert offer == {"t": "offer", "data": {"sdp": "v=0"}}
    assert text["text"].startswith("Flowers for 4B") and len(text["text"]) == 200


@pytest.mark.parametrize("message", ["not json", "[1]", "null", "x" * (16 * 1024 + 1), "[" * 9000])
def test_what_is_not_understood_ends_the_socket(street: Street, message: str) -> None:
    """Bounded before it is parsed."""
    call = begin(street)

    async def play() -> dict[str, Any]:
        end = End(street, call)
        await end.hello()
        await end.say(message)
        closed: dict[str, Any] = await end.socket.receive_output(GREETING_S)
        return closed

    assert async_to_sync(play)()["code"] == 4400


def test_the_words_of_the_code_follow_the_building_and_the_day(street: Street) -> None:
    """Late in the evening a code runs past midnight, and the sentence says until when, never "midnight"."""
    street.clock.at = street.porch.now.replace(hour=4, minute=40) + timedelta(days=1)  # 23:40 in New York
    call = begin(street)
    resident(street, call, "answer")
    resident(street, call, "code")
    assert street.look(call).json()["code"]["sentence"] == "Works here until Sun 22 Nov 00:40. Use it first before 00:40."
