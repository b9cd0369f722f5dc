"""The two ends of a call over sockets: browsers tell each other how to reach one another, the service only passes it on.

The truth about a call is in the database; a socket is told to look again and looks. What is passed on is bounded, never kept, and
never says who the other side is. Sound flows between the browsers and never through here (HISTORY: no audio, ever).
"""

import json
from typing import Any, Final
from uuid import UUID

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from limen.intercom import services as intercom
from limen.intercom.views import CallView
from limen.storage import clock
from limen.storage.transactions import unit_of_work
from limen.web.spoken import spoken, text_of

SIGNAL_MAX_BYTES: Final = 16 * 1024
SIGNALS_MAX: Final = 400
TEXT_MAX: Final = 200
PASSED_ON: Final = frozenset({"offer", "answer", "ice", "text", "again"})

Message = dict[str, Any]


class CallEnd(AsyncWebsocketConsumer):  # type: ignore[misc]
    """One side of calls. A surface says who it is (`side`), and how to look at the call (`look`)."""

    side: intercom.Side

    async def connect(self) -> None:
        self.call_group: str | None = None
        self.call_id: UUID | None = None
        self.signals = 0
        await self.accept()

    async def disconnect(self, code: int) -> None:
        """A screen that talks and goes away has 20 seconds to come back; both sides are told (LINK-7)."""
        if self.call_group is not None:
            await self.channel_layer.group_discard(self.call_group, self.channel_name)
            await self._note_line(lost=True)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Bounded before it is parsed; what is not understood ends the socket."""
        self.signals += 1
        if text_data is None or len(text_data) > SIGNAL_MAX_BYTES or self.signals > SIGNALS_MAX:
            await self.close(code=4400)
            return
        message = spoken(text_data)
        if message is None or not isinstance(message.get("t"), str):
            await self.close(code=4400)
            return
        if message["t"] in PASSED_ON:
            await self._pass_on(message)
        else:
            await self.hear(message)

    async def hear(self, message: Message) -> None:
        """A message to the service itself: hello, look."""
        raise NotImplementedError

    async def look(self) -> Message | None:
        """What this side may know of its call now."""
        raise NotImplementedError

    async def enter(self, call: CallView) -> None:
        """Joins the call's group, leaving another."""
        group = f"call.{call.id}"
        if self.call_group not in {None, group}:
            await self.channel_layer.group_discard(self.call_group, self.channel_name)
        self.call_group, self.call_id = group, call.id
        await self.channel_layer.group_add(group, self.channel_name)
        await self._note_line(lost=False)

    async def look_again(self, event: Message) -> None:
        """Somebody changed something: say what is true now."""
        state = await self.look()
        if state is not None:
            await self.send(json.dumps(state))

    async def call_signal(self, event: Message) -> None:
        """Passes on what the other side said; one's own words are not echoed."""
        if event["side"] != self.side:
            await self.send(event["text"])

    async def may_signal(self) -> bool:
        """True while the call this socket belongs to is answered, by this very screen."""
        raise NotImplementedError

    async def is_missed(self) -> bool:
        """True while the other side must know when this socket is gone."""
        return await self.may_signal()

    async def _note_line(self, *, lost: bool) -> None:
        if self.call_id is not None and await self.is_missed():
            await reads(_note_line)(self.call_id, self.side, lost)

    async def _pass_on(self, message: Message) -> None:
        if self.call_group is None or not await self.may_signal():
            return
        kept = {"t": message["t"]}
        if message["t"] == "text":
            kept["text"] = " ".join(text_of(message, "text", SIGNAL_MAX_BYTES).split())[:TEXT_MAX]
        elif "data" in message:
            kept["data"] = message["data"]
        await self.channel_layer.group_send(self.call_group, {"type": "call.signal", "side": self.side, "text": json.dumps(kept)})


def _note_line(call_id: UUID, side: intercom.Side, lost: bool) -> None:
    with unit_of_work():
        intercom.note_line(call_id=call_id, side=side, lost=lost, now=clock.now())


reads = database_sync_to_async
"""Runs a read on a thread with a database connection of its own."""
