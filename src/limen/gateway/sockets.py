"""The sockets of connected locks: a lock dials in and proves itself, then its list, record and clock are kept up (SYNC-7, B.10)."""

import asyncio
import logging
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.urls import path

from limen.gateway import desk
from limen.gateway.line import Line, LineBroken
from limen.kernel.problems import TooMany
from limen.storage import chance, clock
from limen.web import limits as limits_of_web
from limen.wire import limits
from limen.wire.answers import Given, NeedUpdate, Plain, Presented, Settled
from limen.wire.grants import unlock_ctx
from limen.wire.operations import AckTell, Op, ReceiptAsk, ReleaseTell, Remote, TelemetryAsk, TimeAsk, TimeTell
from limen.wire.refusals import Status

log = logging.getLogger(__name__)

ROUND_EVERY_S: Final = 10
"""The record of a connected door is fetched this often; changes of its list do not wait for it."""
WORD_EVERY_S: Final = 900
"""Battery, clock and a fresh receipt, when nothing else has asked for them."""
RENEW_AFTER_S: Final = limits.GATEWAY_GRANT_S - 300
DIALS: Final = (600, timedelta(minutes=10))
"""Connections from one address: a building of readers behind one router, each dialling again after every hiccup, stays far below."""
GONE: Final = 4404
ENDED: Final = 4000


def group(lock: str) -> str:
    """The name under which a lock's socket is told to look again."""
    return f"lock.{lock}"


class ConnectedLock(AsyncWebsocketConsumer):  # type: ignore[misc]
    """One outgoing connection of one lock."""

    async def connect(self) -> None:
        """Takes a call of a lock that is active and connected here; any other is closed."""
        self.lock: str = self.scope["url_route"]["kwargs"]["lock"]
        self.look, self.orders = asyncio.Event(), asyncio.Queue[dict[str, Any]](maxsize=8)
        self.settled_image: bytes | None = None
        self.work: asyncio.Task[None] | None = None
        self.online_since: datetime | None = None
        self.line = Line(self._send)
        lock_id = _lock_id(self.lock)
        self.caller = (
            await database_sync_to_async(desk.caller)(lock_id) if lock_id and await database_sync_to_async(self._may_dial)() else None
        )
        if self.caller is None:
            await self.close(GONE)
            return
        await self.accept()
        await self.channel_layer.group_add(group(self.lock), self.channel_name)
        self.work = asyncio.create_task(self._serve(self.caller))

    async def disconnect(self, code: int) -> None:
        """Ends with the connection, and says so."""
        if self.work is None:
            return
        self.work.cancel()
        with suppress(asyncio.CancelledError):
            await self.work
        await self.channel_layer.group_discard(group(self.lock), self.channel_name)
        if self.online_since is not None and self.caller is not None:  # whoever only dialled never was this lock
            await database_sync_to_async(desk.note_offline)(self.caller.lock_id, self.online_since, clock.now())

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Takes a frame; anything else ends the connection."""
        if bytes_data is None or len(bytes_data) > limits.FRAME_BYTES_MAX:
            await self.close(ENDED)
            return
        try:
            self.line.heard(bytes_data)
        except LineBroken:
            await self.close(ENDED)

    # ---- told by the outbox

    async def lock_look(self, message: dict[str, Any]) -> None:
        """Something of this lock's list changed."""
        self.look.set()

    async def lock_remote(self, message: dict[str, Any]) -> None:
        """Somebody pressed: opened now or not at all (B.10)."""
        with suppress(asyncio.QueueFull):
            self.orders.put_nowait(message)
        self.look.set()

    # ---- the session

    def _may_dial(self) -> bool:
        """Names of locks are no secret: an address that dials all day is not even looked up."""
        try:
            limits_of_web.spend("dial", limits_of_web.network_in(self.scope), most=DIALS[0], span=DIALS[1], now=clock.now())
        except TooMany:
            return False
        return True

    async def _serve(self, caller: desk.Caller) -> None:
        try:
            await self.line.open(caller.lock_id, caller.device.xs_public, chance.random_bytes(32))
            contact = await database_sync_to_async(desk.contact)(caller, clock.now())  # it has proved itself; before that nothing is signed
            ctx = unlock_ctx(contact.door_number, "remote")
            answer = await self.line.present(contact.grant, contact.signer, Op.REMOTE, ctx)
            if not isinstance(answer, Presented | NeedUpdate):  # behind our list it lets us in all the same: the first round brings it
                raise LineBroken("not let in")
            if contact.release is not None:
                await self._release(contact.release)
                await self.close(ENDED)
                return
            self.online_since = clock.now()
            await database_sync_to_async(desk.note_online)(contact.lock_id, self.online_since)
            await self._rounds(contact)
        except LineBroken as problem:
            log.info("a connected lock's session ended: %s", problem)
        except Exception:  # whatever broke on our side ends this connection, never the server; the lock dials again
            log.exception("a connected lock's session broke")
        await self.close(ENDED)

    async def _rounds(self, contact: desk.Contact) -> None:
        """A round at once, after each "look again", and every ten seconds; a new connection before the grant runs out."""
        loop = asyncio.get_running_loop()
        since, last_word = loop.time(), -1.0
        await self._tell_time(contact)
        while loop.time() - since < RENEW_AFTER_S:
            self.look.clear()
            await self._remote_orders()
            await self._bring(contact)
            await self._pull_record(contact)
            if last_word < 0 or loop.time() - last_word > WORD_EVERY_S:
                await self._word(contact)
                last_word = loop.time()
            await self._bring_image(contact, until=loop.time() + ROUND_EVERY_S / 2)
            with suppress(TimeoutError):
                async with asyncio.timeout(ROUND_EVERY_S):
                    await self.look.wait()

    async def _release(self, release: bytes) -> None:
        """Its ownership has ended: the lock wipes itself and signs for that (LOCK-10)."""
        answer = await self.line.ask(ReleaseTell(release))
        if isinstance(answer, Given):
            await database_sync_to_async(desk.take_receipt)(answer.data, clock.now())

    async def _tell_time(self, contact: desk.Contact) -> None:
        asked = await self.line.ask(TimeAsk())
        if isinstance(asked, Given):
            said = await database_sync_to_async(desk.answer_time)(contact.lock_id, asked.data, clock.now())
            await self.line.ask(TimeTell(said))

    async def _bring(self, contact: desk.Contact) -> None:
        parcel = await database_sync_to_async(desk.parcel)(contact.lock_id, clock.now())
        if parcel is None:
            return
        done = await self.line.push(parcel.manifest, parcel.chunks)
        if isinstance(done, Settled):
            await database_sync_to_async(desk.take_receipt)(done.receipt, clock.now())
        else:
            log.warning("a connected lock did not take its list: %s", Status(done).name)
            await self._receipt(contact)

    async def _bring_image(self, contact: desk.Contact, until: float) -> None:
        """Firmware goes in slices: somebody who presses is not kept waiting, and what arrived stays (part G)."""
        image = await database_sync_to_async(desk.image)(contact.lock_id, clock.now())
        if image is None or image.digest == self.settled_image:
            return
        loop = asyncio.get_running_loop()
        if await self.line.bring_image(image.offer, image.parts, lambda: self.look.is_set() or loop.time() > until):
            self.settled_image = image.digest

    async def _word(self, contact: desk.Contact) -> None:
        await self._receipt(contact)
        reading = await self.line.ask(TelemetryAsk())
        if isinstance(reading, Given) and reading.data:
            await database_sync_to_async(desk.take_telemetry)(reading.data, clock.now())

    async def _pull_record(self, contact: desk.Contact) -> None:
        segments = await self.line.segments()
        if segments:
            await self._receipt(contact)  # nothing is believed before the lock has signed where its record ends (L-9)
            ack = await database_sync_to_async(desk.take_segments)(contact.lock_id, segments, clock.now())
            if ack is not None:
                await self.line.ask(AckTell(ack))
            await self._pull_stills(contact)

    async def _pull_stills(self, contact: desk.Contact) -> None:
        """After the record that names them; there can be none without one."""
        parcels = await self.line.parcels()
        if parcels:
            ack = await database_sync_to_async(desk.take_parcels)(contact.lock_id, parcels, clock.now())
            if ack is not None:
                await self.line.ask(AckTell(ack))

    async def _receipt(self, contact: desk.Contact) -> None:
        nonce = await database_sync_to_async(desk.fresh_nonce)(contact.lock_id, clock.now())
        answer = await self.line.ask(ReceiptAsk(nonce))
        if isinstance(answer, Given):
            await database_sync_to_async(desk.take_receipt)(answer.data, clock.now())

    async def _remote_orders(self) -> None:
        while not self.orders.empty():
            order = self.orders.get_nowait()
            pressed = int(order["utime"])
            if clock.now().timestamp() - pressed > limits.REMOTE_AGE_S_MAX:
                continue
            answer = await self.line.ask(Remote(pressed, int(order["subj"]), int(order["ref"])))
            opened = isinstance(answer, Plain) and answer.status == Status.OK
            log.info("remote order: %s", "opened" if opened else "refused")

    async def _send(self, frame: bytes) -> None:
        await self.send(bytes_data=frame)


def _lock_id(lock: str) -> bytes | None:
    if len(lock) != 2 * limits.LOCK_ID_BYTES or not set(lock) <= set("0123456789abcdef"):
        return None
    return bytes.fromhex(lock)


programmes = [path("gateway/lock/<str:lock>", ConnectedLock.as_asgi())]
