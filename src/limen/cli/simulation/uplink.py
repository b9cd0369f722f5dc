"""The gateway's end of a connected lock's own link, without sockets: its desk and its line as they serve, one step after the other (B.10).

Only the order of the steps is here, for the consumer that has it belongs to a server's loop. What an outbox row tells a socket comes the same way.
"""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from limen.sim.ports import NoSignal, SaidNo
from limen.wire.answers import Given, NeedUpdate, Plain, Presented, Settled
from limen.wire.grants import unlock_ctx
from limen.wire.operations import AckTell, Op, ReceiptAsk, Remote, TelemetryAsk, TimeAsk, TimeTell
from limen.wire.refusals import Status

if TYPE_CHECKING:
    from limen.gateway.desk import Contact
    from limen.gateway.line import Line

Say = Callable[[bytes], list[bytes]]
Now = Callable[[], datetime]
Answered = TypeVar("Answered")


class Ears:
    """Where messages for sockets arrive: a loop of its own, which runs only while somebody listens."""

    def __init__(self) -> None:
        from limen.storage import live

        self._loop = asyncio.new_event_loop()
        live.remember(self._loop)

    def open(self, lock_id: bytes) -> str:
        """A name under which what is said to this lock's socket can be heard."""
        from channels.layers import get_channel_layer

        layer = get_channel_layer()
        name: str = self._loop.run_until_complete(layer.new_channel())
        self._loop.run_until_complete(layer.group_add(f"lock.{lock_id.hex()}", name))
        return name

    def heard(self, name: str) -> list[dict[str, str]]:
        """What was said since the last time."""
        return self._loop.run_until_complete(self._heard(name))

    async def _heard(self, name: str) -> list[dict[str, str]]:
        from channels.layers import get_channel_layer

        for _ in range(8):  # what was handed over by the outbox is on its way within the loop
            await asyncio.sleep(0)
        found, layer = [], get_channel_layer()
        while name in layer.channels and not layer.channels[name].empty():
            found.append(await layer.receive(name))
        return found

    def close(self, lock_id: bytes, name: str) -> None:
        """Nobody listens there any more."""
        from channels.layers import get_channel_layer

        self._loop.run_until_complete(get_channel_layer().group_discard(f"lock.{lock_id.hex()}", name))


class Uplink:
    """One session with one lock. Every verb may raise NoSignal, after which it is over."""

    def __init__(self, ears: Ears, lock_id: bytes, say: Say, now: Now) -> None:
        from limen.gateway import desk
        from limen.storage import chance

        self._ears, self.lock_id, self._now = ears, lock_id, now
        caller = desk.caller(lock_id)
        if caller is None:
            raise SaidNo("no connected lock of this name")
        self._line = _line(say)
        _done(self._line.open(lock_id, caller.device.xs_public, chance.random_bytes(32)))
        self._contact: Contact = desk.contact(caller, now())
        ctx = unlock_ctx(self._contact.door_number, "remote")
        if not isinstance(_done(self._line.present(self._contact.grant, self._contact.signer, Op.REMOTE, ctx)), Presented | NeedUpdate):
            raise NoSignal
        self._since = now()
        desk.note_online(lock_id, self._since)
        self._name = ears.open(lock_id)
        try:
            self._tell_time()
        except NoSignal:
            self.hang_up()
            raise

    def round(self, brings: Callable[[int], None]) -> None:
        """Brings what is new, fetches record and stills, asks for a word. `brings` hears of the list's version before the lock does."""
        from limen.gateway import desk

        parcel = desk.parcel(self.lock_id, self._now())
        if parcel is not None:
            brings(parcel.version)
            done = _done(self._line.push(parcel.manifest, parcel.chunks))
            if isinstance(done, Settled):
                desk.take_receipt(done.receipt, self._now())
        self._record()
        self._receipt()
        reading = _done(self._line.ask(TelemetryAsk()))
        if isinstance(reading, Given) and reading.data:
            desk.take_telemetry(reading.data, self._now())

    def press(self, person_id: UUID, door_id: UUID, late: Callable[[], None]) -> bool:
        """Somebody presses "open"; `late` is what happens before the order reaches the line. SaidNo where the service refuses."""
        from limen.fleet import services as fleet
        from limen.kernel.problems import Problem
        from limen.storage import outbox
        from limen.storage.transactions import unit_of_work

        try:
            with unit_of_work():
                fleet.press_remote(door_id=door_id, person_id=person_id, now=self._now())
        except Problem as problem:
            raise SaidNo(problem.type) from problem
        outbox.settle(self._now(), rounds=1000)
        orders = [said for said in self._ears.heard(self._name) if said["type"] == "lock.remote"]
        late()
        answers = [_done(self._line.ask(Remote(int(one["utime"]), int(one["subj"]), int(one["ref"])))) for one in orders]
        return any(isinstance(answer, Plain) and answer.status is Status.OK for answer in answers)

    def hang_up(self) -> None:
        """The link broke."""
        from limen.gateway import desk

        self._ears.close(self.lock_id, self._name)
        desk.note_offline(self.lock_id, self._since, self._now())

    def _tell_time(self) -> None:
        from limen.gateway import desk

        asked = _done(self._line.ask(TimeAsk()))
        if isinstance(asked, Given):
            _done(self._line.ask(TimeTell(desk.answer_time(self.lock_id, asked.data, self._now()))))

    def _record(self) -> None:
        from limen.gateway import desk

        segments = _done(self._line.segments())
        if not segments:
            return
        self._receipt()
        self._freed(desk.take_segments(self.lock_id, segments, self._now()))
        if parcels := _done(self._line.parcels()):
            self._freed(desk.take_parcels(self.lock_id, parcels, self._now()))

    def _freed(self, ack: bytes | None) -> None:
        if ack is not None:
            _done(self._line.ask(AckTell(ack)))

    def _receipt(self) -> None:
        from limen.gateway import desk

        answer = _done(self._line.ask(ReceiptAsk(desk.fresh_nonce(self.lock_id, self._now()))))
        if isinstance(answer, Given):
            desk.take_receipt(answer.data, self._now())


def _line(say: Say) -> "Line":
    """The gateway's line over a lock that answers at once, or is not there."""
    from limen.gateway.line import Line, LineBroken

    class AtOnce(Line):
        async def _message(self, within_s: float) -> bytes:
            while not self._frames.empty():
                if (message := self._assembler.feed(self._frames.get_nowait())) is not None:
                    return message
            raise LineBroken("silence")

    async def send(frame: bytes) -> None:
        for answer in say(frame):
            line.heard(answer)

    line = AtOnce(send)
    return line


def _done(step: Coroutine[object, None, Answered]) -> Answered:
    """Its result. A step that would wait, for a lock that is busy or silent, is over instead."""
    from limen.gateway.line import LineBroken
    from limen.wire.cbor import WireError

    try:
        step.send(None)
    except StopIteration as end:
        found: Answered = end.value
        return found
    except (LineBroken, WireError, RuntimeError) as problem:
        raise NoSignal from problem
    step.close()
    raise NoSignal
