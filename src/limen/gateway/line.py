"""One lock session over a connected lock's own socket: the gateway is the Noise initiator, one question and one answer at a time (B.10)."""

import asyncio
from collections.abc import Awaitable, Callable

from limen.wire import limits
from limen.wire.answers import Answer, Busy, Given, Settled, Staged, missing, parse_answer
from limen.wire.cbor import WireError
from limen.wire.envelope import Signer
from limen.wire.frames import Assembler, Cutter
from limen.wire.grants import pop_message, sign_pop
from limen.wire.operations import ChunkPush, FirmwarePush, LogAsk, ManifestPush, Op, PhotoAsk, Present, Request, encode_request
from limen.wire.refusals import Status
from limen.wire.session import Initiator, Transport

ANSWER_S = 10
PUSH_ROUNDS_MAX = 20
SEGMENTS_MAX = 512


class LineBroken(Exception):
    """What came was not said by this lock in this session, or nothing came in time."""


class Line:
    """Frames out by `send`, frames in by `heard`; messages in between. Ends for good at the first fault."""

    def __init__(self, send: Callable[[bytes], Awaitable[None]], frame_bytes: int = limits.FRAME_BYTES_MAX) -> None:
        self._send, self._cutter, self._assembler = send, Cutter(frame_bytes), Assembler()
        self._frames: asyncio.Queue[bytes] = asyncio.Queue(maxsize=256)
        self._transport: Transport | None = None

    def heard(self, frame: bytes) -> None:
        """Takes a frame that came; more than anybody waits for ends the session."""
        try:
            self._frames.put_nowait(frame)
        except asyncio.QueueFull:
            raise LineBroken("too many frames") from None

    async def open(self, lock_id: bytes, xs: bytes, ephemeral_private: bytes) -> None:
        """Makes the session; whoever answers holds the lock's key of this epoch."""
        initiator = Initiator(lock_id=lock_id, remote_static=xs, ephemeral_private=ephemeral_private)
        await self._say(initiator.write_message_1())
        try:
            self._transport = initiator.read_message_2(await self._message(limits.HANDSHAKE_TIMEOUT_S))
        except WireError as problem:
            raise LineBroken from problem

    async def present(self, grant: bytes, signer: Signer, op: Op, ctx: bytes) -> Answer:
        """Says who we are, and what for."""
        if self._transport is None:
            raise LineBroken("not open")
        pop = sign_pop(signer, pop_message(self._transport.h, grant, int(op), ctx))
        return await self.ask(Present(grant=grant, pop=pop, op=int(op), ctx=ctx))

    async def ask(self, request: Request) -> Answer:
        """The lock's answer to this request."""
        if self._transport is None:
            raise LineBroken("not open")
        try:
            await self._say(self._transport.encrypt(encode_request(request)))
            return parse_answer(self._transport.decrypt(await self._message(ANSWER_S)))
        except WireError as problem:
            raise LineBroken from problem

    async def push(self, manifest: bytes, chunks: list[bytes]) -> Settled | Status:
        """Brings an update: only the chunks that are lacking. Gives the receipt, or the status that ended it."""
        for _ in range(PUSH_ROUNDS_MAX):
            answer = await self.ask(ManifestPush(manifest))
            while isinstance(answer, Staged) and (lacking := missing(answer.bitmap, len(chunks))):
                answer = await self.ask(ChunkPush(lacking[0], chunks[lacking[0]]))
            if isinstance(answer, Settled):
                return answer
            if not isinstance(answer, Busy):
                return getattr(answer, "status", Status.DENIED)
            await asyncio.sleep(answer.ms / 1000)
        return Status.BUSY

    async def bring_image(self, offer: bytes, parts: list[bytes], stop: Callable[[], bool]) -> bool:
        """Brings firmware, chunk by chunk, until `stop`; whether the lock has settled it: all of it there, or refused. What arrived stays."""
        answer = await self.ask(FirmwarePush(None, offer))
        while isinstance(answer, Staged) and (lacking := missing(answer.bitmap, len(parts))):
            if stop():
                return False
            answer = await self.ask(FirmwarePush(lacking[0], parts[lacking[0]]))
        return not isinstance(answer, Busy)

    async def segments(self) -> list[bytes]:
        """The sealed record, from the first piece that was never acknowledged."""
        found: list[bytes] = []
        while len(found) < SEGMENTS_MAX:
            answer = await self.ask(LogAsk(len(found)))
            if not isinstance(answer, Given) or not answer.data:
                break
            found.append(answer.data)
        return found

    async def parcels(self) -> list[bytes]:
        """The sealed stills that were never acknowledged."""
        found: list[bytes] = []
        while len(found) < limits.PHOTOS_MAX and (parcel := await self._parcel(len(found))):
            found.append(parcel)
        return found

    async def _parcel(self, number: int) -> bytes:
        parcel = b""
        while len(parcel) < limits.PARCEL_BYTES_MAX:
            answer = await self.ask(PhotoAsk(number, len(parcel)))
            if not isinstance(answer, Given) or not answer.data:
                break
            parcel += answer.data
        return parcel

    async def _say(self, message: bytes) -> None:
        for frame in self._cutter.cut(message):
            await self._send(frame)

    async def _message(self, within_s: float) -> bytes:
        try:
            async with asyncio.timeout(within_s):
                while True:
                    if (message := self._assembler.feed(await self._frames.get())) is not None:
                        return message
        except (TimeoutError, WireError) as problem:
            raise LineBroken from problem
