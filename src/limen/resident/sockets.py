"""The resident's end of calls: every open page of the app listens, and looks when it is told to."""

import json
from uuid import UUID

from django.urls import path

from limen.identity import queries as identity
from limen.intercom import queries as intercom
from limen.people import queries as people
from limen.resident import policy
from limen.resident.calls import as_json
from limen.storage import clock
from limen.web.signalling import CallEnd, Message, reads
from limen.web.spoken import text_of

SIGNED_OUT = 4401


class ResidentEnd(CallEnd):
    """Known by the session's person; a page of one call says which in its hello, the others hear of whatever rings."""

    side = "resident"

    async def connect(self) -> None:
        self.person_id = await reads(self._person)()
        self.asked_for: UUID | None = None
        await super().connect()
        if self.person_id is None:
            await self.close(code=SIGNED_OUT)
            return
        await self.channel_layer.group_add(self._group(), self.channel_name)

    async def disconnect(self, code: int) -> None:
        if getattr(self, "person_id", None) is not None:
            await self.channel_layer.group_discard(self._group(), self.channel_name)
        await super().disconnect(code)

    async def hear(self, message: Message) -> None:
        if message.get("t") != "hello":
            return
        asked = text_of(message, "call", 40)
        try:
            self.asked_for = UUID(asked) if asked else None
        except ValueError:
            await self.close(code=4400)
            return
        call = await reads(self._call)()
        if self.asked_for is not None and call is None:
            await self.close(code=4404)
            return
        if self.asked_for is not None and call is not None:
            await self.enter(call)
        await self.look_again({})

    async def look(self) -> Message | None:
        if not await reads(self._signed_in)():
            await self.close(code=SIGNED_OUT)
            return None
        told: Message | None = await reads(self._look)()
        return told

    def _signed_in(self) -> bool:
        """Asked again before each look: a socket does not outlive the session it was opened with."""
        session = self.scope.get("session")
        return session is not None and bool(session.session_key) and session.exists(session.session_key)

    async def ring_test(self, event: Message) -> None:
        """The person asked to be rung, to hear that it rings."""
        await self.send(json.dumps({"t": "test", "door": event.get("door", "")}))

    async def may_signal(self) -> bool:
        here: bool = await reads(self._answered_here)()
        return here

    def _answered_here(self) -> bool:
        call, session = self._call(), self.scope.get("session")
        return call is not None and session is not None and intercom.answered_on(call.id, session.session_key or "")

    def _group(self) -> str:
        return f"person.{self.person_id}"

    def _person(self) -> UUID | None:
        person_id = identity.person_of(self.scope["user"])
        return person_id if person_id is not None and people.has_consented(person_id, policy.VERSION) else None

    def _call(self) -> intercom.CallView | None:
        if self.person_id is None:
            return None
        if self.asked_for is not None:
            return intercom.call_for_resident(self.asked_for, self.person_id)
        return intercom.ringing_for(self.person_id, clock.now())

    def _look(self) -> Message:
        call = self._call()
        return {"t": "call", "call": as_json(call) if call is not None else None}


browsers = [path("home/ws", ResidentEnd.as_asgi())]
