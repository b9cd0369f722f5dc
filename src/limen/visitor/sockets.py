"""The visitor's end of a call."""

from typing import Any
from uuid import UUID

from django.urls import path
from django.utils import translation

from limen.intercom import queries as intercom
from limen.intercom.views import CallState
from limen.storage import clock
from limen.visitor.answers import as_json
from limen.web.signalling import CallEnd, Message, reads
from limen.web.spoken import text_of

HELLO_MAX = 64


class VisitorEnd(CallEnd):
    """Says hello with the token of its call in the first message: a token has no place in an address."""

    side = "visitor"

    async def connect(self) -> None:
        self.token = ""
        self.language = "en"
        await super().connect()

    async def hear(self, message: Message) -> None:
        if message.get("t") == "hello":
            self.token = text_of(message, "token", HELLO_MAX)
            self.language = "es" if message.get("language") == "es" else "en"
        call = await reads(self._call)()
        if call is None:
            await self.close(code=4404)
            return
        await self.enter(call)
        await self.look_again({})

    async def look(self) -> Message | None:
        told: Message | None = await reads(self._look)()
        return told

    async def may_signal(self) -> bool:
        call = await reads(self._call)()
        return call is not None and call.state == CallState.ANSWERED

    async def is_missed(self) -> bool:
        """From the first ring on: nobody shall be rung by a page that was closed."""
        call = await reads(self._call)()
        return call is not None and call.state.is_open

    def _call(self) -> intercom.CallView | None:
        call_id: UUID = self.scope["url_route"]["kwargs"]["call_id"]
        return intercom.call_for_visitor(call_id, self.token)

    def _look(self) -> dict[str, Any] | None:
        call = self._call()
        if call is None:
            return None
        with translation.override(self.language):
            return as_json(call, clock.now())


browsers = [path("v/<str:code>/call/<uuid:call_id>/ws", VisitorEnd.as_asgi())]
