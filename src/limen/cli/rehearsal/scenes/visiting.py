"""Somebody stands outside with a phone camera: the sign, a few names, a call, a code on the screen (LINK-2 to LINK-6)."""

import json
import re
from collections.abc import Callable
from contextlib import ExitStack
from typing import Final, cast

from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from limen.cli.rehearsal.browser import Browser
from limen.cli.rehearsal.pages import NotOnPage
from limen.cli.rehearsal.play import Play, Wrong, must

PATIENCE_S: Final = 10.0
SIGN: Final = re.compile(r"/v/([A-Za-z0-9]{8,})")
OFFER: Final = {"type": "offer", "sdp": "v=0 rehearsal offer"}
ANSWER: Final = {"type": "answer", "sdp": "v=0 rehearsal answer"}
CANDIDATE: Final = {"candidate": "candidate:1 1 udp 1 192.0.2.1 9 typ host", "sdpMid": "0"}
Message = dict[str, object]


def a_sign_is_put_up(play: Play) -> str:
    """The parcel door gets its QR sign; a unit door has none (LINK-1)."""
    page = play.manager.get("/c/links")
    must(not any(play.door_ids[play.cast.home.name] in one.sent("").get("door", []) for one in page.forms), "a unit door can have a sign")
    door = play.door_ids[play.cast.parcels.name]
    form = next((one for one in page.forms if one.fields.get("door") and one.fields["door"].values == [door]), None)
    if form is None:
        raise NotOnPage(f"no sign can be made for {play.cast.parcels.name} on {page.here()}")
    sign = play.manager.send(page, form, "Make a sign")
    sign.says(play.cast.parcels.name)
    found = SIGN.search(sign.html)
    must(found is not None, f"no address on {sign.here()}")
    play.notes["sign"] = found[1] if found else ""
    return "printed"


def only_eligible_residents_are_listed(play: Play) -> str:
    """Listed: lives here, may open this door now, has the app. Everybody else is not, whatever one types (LINK-3)."""
    cast_, sign = play.cast, play.notes["sign"]
    with Browser(play.stage.origin) as visitor:
        first = visitor.get(f"/v/{sign}")
        first.says("Who are you visiting?", cast_.parcels.name)
        found = visitor.get(f"/v/{sign}", q=cast_.resident.last)
        entry = next((form for form in found.forms if "to" in form.fields and cast_.resident.listed_as in form.words), None)
        must(entry is not None, f"{cast_.resident.name} is not listed: {found.here()}")
        play.notes["entry"] = entry.fields["to"].values[0] if entry else ""
        for who in (cast_.unlisted, cast_.leaver):
            page = visitor.get(f"/v/{sign}", q=who.last)
            must(who.listed_as not in page.words, f"{who.name} is listed")
        homes = {who.unit.casefold() for who in cast_.people}
        one = visitor.get(f"/v/{sign}", q=next(letter for letter in "xyzvw" if letter not in homes))
        one.says("Type at least 2 letters, or a unit number.")
        visitor.get("/v/AAAAAAAAAAAAAAAA", expect=404)
    return "the resident is listed; without the app, or without this door, nobody is"


def they_talk_and_a_code_is_made(play: Play) -> str:
    """Ringing, answered, voices find each other, typed words arrive, and the code stands on the visitor's screen (LINK-4, LINK-5)."""
    sign, resident = play.notes["sign"], play.browser(play.cast.resident)
    visitor = Browser(play.stage.origin)
    with ExitStack() as stack:
        stack.callback(visitor.close)
        inside = stack.enter_context(_socket(play, "/home/ws", resident))
        _say(inside, {"t": "hello"})
        call = visitor.json("POST", f"/v/{sign}/calls", {"entry": play.notes["entry"]})
        must(call.get("state") == "ringing", f"the call is {call.get('state')}")
        number, token = str(call["call"]), str(call["token"])
        outside = stack.enter_context(_socket(play, f"/v/{sign}/call/{number}/ws"))
        _say(outside, {"t": "hello", "token": token, "language": "en"})
        rings = _until(inside, "it rings", lambda said: isinstance(said.get("call"), dict))
        must(cast(Message, rings["call"]).get("door") == play.cast.parcels.name, f"it rings for {rings['call']}")
        _say(inside, {"t": "hello", "call": number})
        resident.json("POST", f"/home/api/calls/{number}/answer", {})
        _until(outside, "the call is answered", lambda said: said.get("state") == "answered")
        _relay(outside, inside, {"t": "offer", "data": OFFER})
        _relay(inside, outside, {"t": "answer", "data": ANSWER})
        _relay(outside, inside, {"t": "ice", "data": CANDIDATE})
        _relay(outside, inside, {"t": "text", "text": "Flowers"})
        resident.json("POST", f"/home/api/calls/{number}/code", {})
        said = _until(outside, "the code appears", lambda said: isinstance(said.get("code"), dict))
        resident.json("POST", f"/home/api/calls/{number}/hangup", {})
        _until(outside, "the call ends", lambda said: said.get("state") == "ended")
    code = cast(Message, said["code"])
    play.notes["code"] = "".join(one for one in str(code.get("groups")) if one.isdigit())
    must(len(play.notes["code"]) >= 4, f"no digits in {sorted(code)}")
    return f"{len(play.notes['code'])} digits on the visitor's screen: {code.get('sentence')}"


def somebody_without_the_app_may_open_too(play: Play) -> str:
    """Who never signed in has a code, and is not in the directory: that is the point of the next scene."""
    must(play.person_page(play.cast.unlisted).words.count("has the app") == 0, f"{play.cast.unlisted.name} has the app")
    return f"{play.cast.unlisted.name}: code and card only"


def _socket(play: Play, path: str, who: Browser | None = None) -> ClientConnection:
    headers = {"Cookie": who.cookies()} if who is not None else {}
    address = play.stage.origin.replace("http", "ws", 1) + path
    return connect(address, additional_headers=headers, origin=Origin(play.stage.origin), compression=None, proxy=None)


def _say(end: ClientConnection, message: Message) -> None:
    end.send(json.dumps(message))


def _relay(one: ClientConnection, other: ClientConnection, message: Message) -> None:
    """What one end says arrives at the other, unchanged."""
    _say(one, message)
    found = _until(other, f"{message['t']} arrives", lambda said: said.get("t") == message["t"])
    wanted = message.get("data", message.get("text"))
    must(found.get("data", found.get("text")) == wanted, f"{message['t']} was changed on the way")


def _until(end: ClientConnection, what: str, wanted: Callable[[Message], bool]) -> Message:
    heard: list[object] = []
    try:
        while True:
            said = json.loads(end.recv(timeout=PATIENCE_S))
            heard.append(said.get("t"))
            if wanted(said):
                return cast(Message, said)
    except TimeoutError:
        raise Wrong(f"waited for: {what}; heard {heard}") from None
