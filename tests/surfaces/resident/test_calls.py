"""A visitor rings Dana: who may answer, what the screens say, and that digits stay where they belong."""

import json
from datetime import timedelta
from uuid import UUID

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.conf import LazySettings
from django.test import Client

from limen.config.environment import Calls
from limen.intercom import queries as intercom
from limen.intercom import services as verbs
from limen.places import services as places
from limen.storage.transactions import unit_of_work
from tests.surfaces.resident.conftest import Home, knock


def rings(home: Home, who: str = "dana", visitor: str = "192.0.2.7") -> UUID:
    """Somebody calls from the sign of the Package Room."""
    home.harbor.phone(who, seed=sum(who.encode()))
    now = home.clock.at
    with unit_of_work():
        link = verbs.make_link(door_id=home.door("Package Room"), by=home.harbor.actor(), now=now)
    entry = next(e for e in intercom.directory(link.code, "whi", now).entries if e.label.startswith(who[0].upper()))
    with unit_of_work():
        call, _token = verbs.start_call(code=link.code, entry_id=entry.id, visitor=visitor, now=now)
    return call.id


def act(browser: Client, call: UUID, what: str, status: int = 200) -> dict[str, str]:
    answer = browser.post(f"/home/api/calls/{call}/{what}", "{}", content_type="application/json")
    assert answer.status_code == status, answer.content
    said: dict[str, str] = answer.json()
    return said


def test_both_pages_of_a_call_name_the_servers_of_this_installation(home: Home, settings: LazySettings) -> None:
    """Without any, nobody else hears of a call; the relay's secret is on no page."""
    call, dana = rings(home), home.browser("dana")
    sign = intercom.link_of(home.door("Package Room"))
    assert sign is not None

    def pages() -> list[str]:
        answers = (dana.get(f"/home/call/{call}"), Client().get(f"/v/{sign.code}/call", {"to": "gone"}))
        return [answer.content.decode() for answer in answers]

    assert all("data-servers" not in page for page in pages())
    settings.LIMEN_CALLS = Calls(stun=("stun:calls.example:3478",), turn=("turns:calls.example:5349",), secret="shared-with-coturn")
    for page in pages():
        assert "stun:calls.example:3478" in page and "turns:calls.example:5349" in page and "shared-with-coturn" not in page


@pytest.mark.rule("LINK-4")
@pytest.mark.rule("LINK-5")
def test_dana_answers_gives_a_code_and_hangs_up(home: Home) -> None:
    """The code goes to the visitor's screen; here its digits come only when they are asked for."""
    home.lock("Package Room")
    call, dana = rings(home), home.browser("dana")
    page = dana.get(f"/home/call/{call}").content.decode()
    assert "Visitor at the Package Room" in page and "until the end of today (Sat 21 Nov). It cannot be taken back." in page
    assert act(dana, call, "answer")["state"] == "answered"
    made = act(dana, call, "code")
    assert made["first"] == "They must use it before 15:02." and "digits" not in made
    assert len(act(dana, call, "digits")["digits"]) >= 7
    assert act(dana, call, "hangup")["ending"] == "Call ended. A code was made."
    act(dana, call, "digits", status=404)


@pytest.mark.rule("LINK-6")
def test_a_door_without_a_device_gives_no_code_and_says_why(home: Home) -> None:
    """One can talk all the same."""
    call, dana = rings(home), home.browser("dana")
    assert "This door has no active device. You can talk; you cannot give a code here." in dana.get(f"/home/call/{call}").content.decode()
    act(dana, call, "answer")
    assert act(dana, call, "code", status=409)["type"].endswith("no_device")


@pytest.mark.rule("PLACE-6")
def test_a_door_that_takes_no_codes_gives_none_and_says_why(home: Home) -> None:
    """Nobody is offered what would be refused."""
    home.lock("Package Room")
    call, dana = rings(home), home.browser("dana")
    with unit_of_work():
        places.edit_door(door_id=home.door("Package Room"), codes_allowed=False, by=home.harbor.actor(), now=home.clock.at)
    page = dana.get(f"/home/call/{call}").content.decode()
    assert "This door takes no codes. You can talk; you cannot give a code here." in page and "Make a code for them" not in page


@pytest.mark.rule("LINK-7")
def test_a_call_is_nobody_elses_and_is_answered_on_one_screen(home: Home) -> None:
    """Theo does not find Dana's call; Dana's second browser reads that it was answered on another phone."""
    call, dana = rings(home), home.browser("dana")
    theo = home.browser("theo")
    for what in ("answer", "decline", "hangup", "block", "code", "digits"):
        act(theo, call, what, status=404)
    assert theo.get(f"/home/call/{call}").status_code == 404
    second = home.browser("dana")
    act(dana, call, "answer")
    assert act(second, call, "answer", status=409)["title"] == "Answered on another phone."


@pytest.mark.rule("LINK-7")
def test_the_list_of_calls_says_how_each_ended(home: Home) -> None:
    """Missed with time and door."""
    call, dana = rings(home), home.browser("dana")
    with unit_of_work():
        verbs.time_out(call_id=call, now=home.clock.at + timedelta(seconds=46))
    assert "Missed, today 14:02, Package Room" in dana.get("/home/calls").content.decode()


@pytest.mark.rule("LINK-9")
def test_quiet_hours_and_the_name_are_chosen_and_said(home: Home) -> None:
    """What visitors see stands on top; half a pair of quiet hours is refused."""
    home.harbor.phone("dana", seed=77)
    dana = home.browser("dana")
    assert "Visitors see: D. Whitfield" in dana.get("/home/me/intercom").content.decode()
    form = {"shown": "on", "display_name": "The Whitfields", "quiet_from": "14:00", "quiet_to": "07:00"}
    assert "Visitors see: The Whitfields" in dana.post("/home/me/intercom", form).content.decode()
    assert "Quiet hours until 07:00. Calls do not ring." in dana.get("/home/calls").content.decode()
    half = dana.post("/home/me/intercom", form | {"quiet_to": ""})
    assert half.status_code == 422 and "Quiet hours need a beginning and an end." in half.content.decode()
    hidden = dana.post("/home/api/intercom", json.dumps({"shown": False, "display_name": "D."}), content_type="application/json").json()
    assert hidden["visitors"] == "Visitors do not see you."


def end_of(browser: Client | None, hello: dict[str, object]) -> list[dict[str, object]]:
    """What the socket says to somebody who knocks with their browser's session and says hello."""

    async def say() -> list[dict[str, object]]:
        socket, first = await knock(browser)
        heard = [first]
        await socket.send_input({"type": "websocket.receive", "text": json.dumps({"t": "hello"} | hello)})
        heard.append(await socket.receive_output(60))
        await socket.send_input({"type": "websocket.disconnect", "code": 1000})
        await socket.wait(5)
        return heard

    return async_to_sync(say)()


@pytest.mark.django_db(transaction=True)
def test_strangers_hear_nothing_at_the_socket(home: Home) -> None:
    """Without a session it closes before it says anything; Theo hears nothing of Dana's call, and Dana that it rings."""
    call = rings(home)
    assert end_of(None, {})[1]["code"] == 4401
    theo, dana = home.browser("theo"), home.browser("dana")
    assert json.loads(str(end_of(theo, {})[1]["text"])) == {"t": "call", "call": None}
    assert end_of(theo, {"call": str(call)})[1]["code"] == 4404
    assert end_of(dana, {"call": "nonsense"})[1]["code"] == 4400
    heard = json.loads(str(end_of(dana, {"call": str(call)})[1]["text"]))
    assert heard["call"]["state"] == "ringing" and heard["call"]["door"] == "Package Room" and "label" not in heard["call"]


@pytest.mark.django_db(transaction=True)
def test_a_socket_does_not_outlive_its_session(home: Home) -> None:
    """Who signed out elsewhere is not told that it rings, and the line is closed."""
    rings(home)
    dana = home.browser("dana")

    async def listen() -> list[dict[str, object]]:
        socket, _ = await knock(dana)
        await socket.send_input({"type": "websocket.receive", "text": json.dumps({"t": "hello"})})
        heard = [await socket.receive_output(60)]
        await sync_to_async(dana.session.delete)()
        await socket.send_input({"type": "websocket.receive", "text": json.dumps({"t": "hello"})})
        heard.append(await socket.receive_output(60))
        await socket.wait(5)
        return heard

    first, second = async_to_sync(listen)()
    assert json.loads(str(first["text"]))["call"]["state"] == "ringing"
    assert second["code"] == 4401
