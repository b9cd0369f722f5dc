"""What the two ends of a call tell each other is bounded, passed on and never echoed."""

import asyncio
import json
from typing import Any

import pytest
from channels.layers import InMemoryChannelLayer

from limen.web.signalling import SIGNAL_MAX_BYTES, TEXT_MAX, CallEnd


class End(CallEnd):
    """One end without a network: what would be sent is kept."""

    side = "visitor"

    def __init__(self, talking: bool = True) -> None:
        super().__init__()
        self.call_group: str | None = "call.1"
        self.signals = 0
        self.channel_layer = InMemoryChannelLayer()
        self.channel_name = "me"
        self.talking = talking
        self.sent: list[str] = []
        self.told: list[dict[str, Any]] = []
        self.closed: list[int] = []

    async def send(self, text_data: str | None = None, bytes_data: bytes | None = None, close: bool = False) -> None:
        self.sent.append(text_data or "")

    async def close(self, code: int | None = None, reason: str | None = None) -> None:
        self.closed.append(code or 0)

    async def hear(self, message: dict[str, Any]) -> None:
        self.told.append(message)

    async def may_signal(self) -> bool:
        return self.talking


def passed_on(end: End, text: str) -> dict[str, Any] | None:
    """What the other side would get of a message."""

    async def run() -> dict[str, Any] | None:
        await end.channel_layer.group_add("call.1", "other")
        await end.receive(text_data=text)
        try:
            return dict(await asyncio.wait_for(end.channel_layer.receive("other"), 0.05))
        except TimeoutError:
            return None

    return asyncio.run(run())


ODD = ["{}", '{"t":{}}', '{"t":["offer"]}', '{"t":null}', '{"t":1}', r'{"t":"hello","token":"\ud800"}', '{"t":"ice","data":NaN}']


@pytest.mark.parametrize("text", ["{", "[]", "x" * (SIGNAL_MAX_BYTES + 1), '"offer"', "[" * SIGNAL_MAX_BYTES, *ODD])
def test_what_is_no_message_ends_the_socket(text: str) -> None:
    """Too long or not understood: closed, nothing passed on."""
    end = End()
    assert passed_on(end, text) is None
    assert end.closed == [4400]


def test_typed_words_are_cut_and_lose_their_extras() -> None:
    """Only the words go over, and not more than a line of them."""
    got = passed_on(End(), json.dumps({"t": "text", "text": "a" * 500, "who": "me"}))
    assert got is not None
    kept = json.loads(got["text"])
    assert set(kept) == {"t", "text"} and len(kept["text"]) == TEXT_MAX


@pytest.mark.parametrize("text", [{"a": 1}, ["x"], 7, None])
def test_what_is_no_text_is_not_said_as_one(text: object) -> None:
    """The other side reads nothing, and never how a programme would write it."""
    got = passed_on(End(), json.dumps({"t": "text", "text": text}))
    assert got is not None and json.loads(got["text"]) == {"t": "text", "text": ""}


@pytest.mark.rule("LINK-4")
def test_nothing_is_passed_on_before_the_call_is_answered() -> None:
    """A ringing phone gives nothing away."""
    assert passed_on(End(talking=False), json.dumps({"t": "offer", "data": {}})) is None


def test_ones_own_words_are_not_echoed() -> None:
    """The group holds both sides; each hears the other."""
    end = End()
    asyncio.run(end.call_signal({"side": "visitor", "text": "mine"}))
    asyncio.run(end.call_signal({"side": "resident", "text": "theirs"}))
    assert end.sent == ["theirs"]
