"""One lock session over a connected lock's own socket: the gateway is the Noise initiator (B.10).

One question and one answer at a time, except for the parts of something large: a few of them are said ahead of their answers (O-13).
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from limen.wire import limits
from limen.wire.answers import Answer, Busy, Given, Settled, Staged, asked, missing, parse_answer
from limen.wire.cbor import WireError
from limen.wire.envelope import Signer
from limen.wire.frames import Assembler, Cutter
from limen.wire.grants import pop_message, sign_pop
from limen.wire.operations import ChunkPush, FirmwarePush, LogAsk, ManifestPush, Op, PhotoAsk, Present, Request, encode_request, op_of
from limen.wire.refusals import Status
from limen.wire.session import Initiator, Transport

ANSWER_S = 10
PUSH_ROUNDS_MAX = 20
SEGMENTS_MAX = 512


def to_the_end() -> bool:
    """Nobody waits: all of it goes at once."""
    return False


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
        await self._tell(request)
        return await self._told(request)

    async def push(self, manifest: bytes, chunks: list[bytes]) -> Settled | Status:
        """Brings an update: only the chunks that are lacking. Gives the receipt, or the status that ended it."""
        for _ in range(PUSH_ROUNDS_MAX):
            answer = await (self._at_once(manifest, chunks[0]) if len(chunks) == 1 else self.ask(ManifestPush(manifest)))
            if isinstance(answer, Staged) and len(chunks) > 1:
                answer = await self._parts(answer, chunks, ChunkPush)
            if isinstance(answer, Settled):
                return answer
            if not isinstance(answer, Busy | Staged):
                return getattr(answer, "status", Status.DENIED)
            if isinstance(answer, Busy):
                await asyncio.sleep(answer.ms / 1000)
        return Status.BUSY

    async def bring_image(self, offer: bytes, parts: list[bytes], stop: Callable[[], bool]) -> bool:
        """Brings firmware, chunk by chunk, until `stop`; whether the lock has settled it: all of it there, or refused. What arrived stays."""
        answer = await self.ask(FirmwarePush(None, offer))
        if isinstance(answer, Staged):
            answer = await self._parts(answer, parts, FirmwarePush, stop)
        if isinstance(answer, Staged):
            return not missing(answer.bitmap, len(parts))
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

    async def _parts(
        self, begun: Staged, parts: Sequence[bytes], request: Callable[[int, bytes], Request], stop: Callable[[], bool] = to_the_end
    ) -> Answer:
        """Every part that the lock lacks, each once, at most `CHUNKS_AHEAD` of them unanswered: the first answer that asks for no more, else the last."""
        lacking, under_way = deque(missing(begun.bitmap, len(parts))), deque[Request]()
        answer: Answer = begun
        while True:
            while lacking and len(under_way) < limits.CHUNKS_AHEAD and isinstance(answer, Staged) and not stop():
                index = lacking.popleft()
                under_way.append(request(index, parts[index]))
                await self._tell(under_way[-1])
            if not under_way:
                return answer
            heard = await self._told(under_way.popleft())
            if isinstance(answer, Staged):  # what was said before the lock's no was heard is answered too, and that is no news
                answer = heard

    async def _at_once(self, manifest: bytes, chunk: bytes) -> Answer:
        """An update of one chunk, as every ordinary revocation is: manifest and chunk in one breath (O-13)."""
        head, only = ManifestPush(manifest), ChunkPush(0, chunk)
        await self._tell(head)
        await self._tell(only)
        begun, answer = await self._told(head), await self._told(only)
        return answer if isinstance(begun, Staged) else begun

    async def _tell(self, request: Request) -> None:
        """Says it and does not wait: for each such request one `_told` is owed, in the same order."""
        if self._transport is None:
            raise LineBroken("not open")
        try:
            message = self._transport.encrypt(encode_request(request))
        except WireError as problem:
            raise LineBroken from problem
        await self._say(message)

    async def _told(self, request: Request) -> Answer:
        """The answer to what was said first of all that is unanswered."""
        if self._transport is None:
            raise LineBroken("not open")
        try:
            answer = parse_answer(self._transport.decrypt(await self._message(ANSWER_S)))
        except WireError as problem:
            raise LineBroken from problem
        if asked(answer) != op_of(request):
            raise LineBroken("the answer to something else")
        return answer

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
