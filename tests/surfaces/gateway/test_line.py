"""The gateway's end of a lock session: parts go ahead of their answers as a phone's do, over a link that is as long as one likes (O-13)."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest

from limen.gateway.line import Line, LineBroken
from limen.lock.events import Disconnected, FrameArrived
from limen.wire import limits
from limen.wire.answers import Answer, Busy, Given, Plain, Presented, Settled, Staged, bitmap_of, encode_answer
from limen.wire.bundles import Bundle
from limen.wire.frames import Assembler, Cutter
from limen.wire.grants import Cls, Rights, unlock_ctx
from limen.wire.operations import ChunkPush, ManifestPush, Op, ReceiptAsk, Request, TelemetryAsk, parse_request
from limen.wire.refusals import Status
from limen.wire.session import Responder, Transport, public_of
from tests.unit.lock.publisher import Publisher, aim
from tests.unit.lock.site import DANA, DOOR, House, code, house

T = TypeVar("T")
GATEWAY = DANA
"""Whoever holds this key is the gateway in these tests."""


@dataclass
class Apart:
    """A loop in a thread of its own: in a process that has driven a browser, one is running in this thread already."""

    thread: Executor
    runner: asyncio.Runner

    def run(self, story: Coroutine[Any, Any, T]) -> T:
        """The story's result."""
        return self.thread.submit(self.runner.run, story).result()


class Far:
    """A long way to the lock: what was said arrives together once the gateway waits, and so do the answers. That is one round trip."""

    def __init__(self, runner: Apart, lock: Callable[[bytes], list[bytes]]) -> None:
        self._runner = runner
        self.dialled(lock)

    def dialled(self, lock: Callable[[bytes], list[bytes]]) -> None:
        """A connection begins; nothing was said in it."""
        self._lock, self._said = lock, list[bytes]()
        self.trips = 0
        self.line = Line(self._say)

    async def _say(self, frame: bytes) -> None:
        self._said.append(frame)

    def run(self, story: Callable[[Line], Coroutine[Any, Any, T]]) -> T:
        """The story's result."""
        return self._runner.run(self._run(story))

    async def _run(self, story: Callable[[Line], Coroutine[Any, Any, T]]) -> T:
        telling = asyncio.ensure_future(story(self.line))
        while not telling.done():
            await asyncio.sleep(0)
            said, self._said = self._said, []
            self.trips += bool(said)
            for frame in said:
                for answer in self._lock(frame):
                    self.line.heard(answer)
        return await telling


@pytest.fixture
def runner() -> Iterator[Apart]:
    """One loop for all that a test says on a line; it ends where it ran."""
    with ThreadPoolExecutor(1) as thread:
        one = asyncio.Runner()
        yield Apart(thread, one)
        thread.submit(one.close).result()


def reader(runner: Apart) -> tuple[House, Far]:
    """A reader that runs the lock's own core, with its gateway far away; the session is open and the gateway has presented itself."""
    home = house(model="R")
    far = Far(runner, dial(home))
    assert isinstance(far.run(lambda line: enter(home, line)), Presented)
    far.trips = 0
    return home, far


def dial(home: House) -> Callable[[bytes], list[bytes]]:
    """The reader's end of a connection that it has made itself."""
    home.rig.hang_up()
    link = home.rig.connect(outgoing=True)

    def lock(frame: bytes) -> list[bytes]:
        home.rig.do(FrameArrived(link, frame))
        return home.rig.frames.pop(link, [])

    return lock


async def enter(home: House, line: Line) -> Answer:
    """Shakes hands and says who we are."""
    await line.open(home.service.lock_id, home.service.xs, bytes(31) + b"\x09")
    rights = Rights.PUSH | Rights.PULL | Rights.REMOTE
    grant = home.service.grant(GATEWAY, Cls.GATEWAY, rights=rights)
    return await line.present(grant, GATEWAY, Op.REMOTE, unlock_ctx(DOOR, "remote"))


def long_list(home: House) -> Bundle:
    """A list of many codes, in more than two windows of parts."""
    home.service.edit(*(code(100 + n, 1_000_000 + n, subj=n) for n in range(900)))
    bundle = home.service.bundle(snapshot=True)
    assert len(bundle.chunks) > 2 * limits.CHUNKS_AHEAD
    return bundle


def trips_for(parts: int) -> int:
    """The statement, and then a window of parts in each round trip."""
    return 1 + -(-parts // limits.CHUNKS_AHEAD)


def test_a_long_list_takes_a_quarter_of_the_round_trips(runner: Apart) -> None:
    """Four parts are on their way at once, and the lock ends in the service's list."""
    home, far = reader(runner)
    bundle = long_list(home)
    done = far.run(lambda line: line.push(bundle.manifest, list(bundle.chunks)))
    assert isinstance(done, Settled)
    assert home.service.take(done.receipt).ver == 2
    assert far.trips == trips_for(len(bundle.chunks))


def test_a_revocation_takes_one_round_trip(runner: Apart) -> None:
    """Manifest and only chunk in one breath."""
    home, far = reader(runner)
    home.service.edit(code(9, 5_550_123))
    bundle = home.service.bundle()
    done = far.run(lambda line: line.push(bundle.manifest, list(bundle.chunks)))
    assert isinstance(done, Settled)
    assert done.status is Status.APPLIED
    assert far.trips == 1


@pytest.mark.rule("SYNC-6")
def test_what_a_phone_brought_before_is_not_brought_again(runner: Apart) -> None:
    """The bitmap says what is there; only the rest goes."""
    home, far = reader(runner)
    bundle = long_list(home)
    talk, _ = home.present(DANA, home.service.grant(DANA, acl_ver=1), Op.MANIFEST, beside=True)
    home.push(talk, bundle, only=range(limits.CHUNKS_AHEAD))
    home.rig.do(Disconnected(talk.link))
    done = far.run(lambda line: line.push(bundle.manifest, list(bundle.chunks)))
    assert isinstance(done, Settled)
    assert far.trips == trips_for(len(bundle.chunks) - limits.CHUNKS_AHEAD)


def test_firmware_goes_four_parts_ahead_and_stops_when_somebody_presses(runner: Apart) -> None:
    """What is on its way is heard out, nothing follows it, and the next slice goes on where this one stopped."""
    home, far = reader(runner)
    publisher = Publisher(home.service, model=6)
    aim(home, publisher.image(2, size=24_000, hardware=(1, 9)))
    far.dialled(dial(home))
    assert isinstance(far.run(lambda line: enter(home, line)), Presented)
    offer, parts, far.trips = publisher.offer(), publisher.parts(), 0
    assert len(parts) > 2 * limits.CHUNKS_AHEAD
    left = iter([False] * 6 + [True] * 1_000)
    assert far.run(lambda line: line.bring_image(offer, parts, lambda: next(left))) is False
    assert far.trips == trips_for(6)
    far.trips = 0
    assert far.run(lambda line: line.bring_image(offer, parts, lambda: False)) is True
    assert far.trips == trips_for(len(parts) - 6)


class Scripted:
    """A lock that answers as it is told: for what no honest lock says, or not when one wants it."""

    def __init__(self, script: Callable[[Request], Answer]) -> None:
        self._script, self.asked = script, list[Request]()
        self._assembler, self._cutter = Assembler(), Cutter(limits.FRAME_BYTES_MAX)
        self._transport: Transport | None = None

    def __call__(self, frame: bytes) -> list[bytes]:
        """The frames that answer this one."""
        message = self._assembler.feed(frame)
        if message is None:
            return []
        if self._transport is None:
            said, self._transport = Responder(lock_id=bytes(8), static_private=bytes(32), ephemeral_private=bytes(32)).answer(message)
            return self._cutter.cut(said)
        self.asked.append(parse_request(self._transport.decrypt(message)))
        return self._cutter.cut(self._transport.encrypt(encode_answer(self._script(self.asked[-1]))))


def opened(runner: Apart, script: Callable[[Request], Answer]) -> tuple[Scripted, Far]:
    """A session with a lock that follows the script."""
    lock = Scripted(script)
    far = Far(runner, lock)
    far.run(lambda line: line.open(bytes(8), public_of(bytes(32)), bytes(31) + b"\x09"))
    return lock, far


@pytest.mark.parametrize("no", [Plain(Op.CHUNK, Status.SUPERSEDED), Plain(Op.CHUNK, Status.NEED_SNAPSHOT)])
def test_after_a_no_nothing_more_is_said_and_every_answer_is_heard(runner: Apart, no: Answer) -> None:
    """The session is in order afterwards: the next question gets its own answer."""
    chunks = [bytes([n]) * 100 for n in range(12)]
    here: set[int] = set()

    def script(request: Request) -> Answer:
        match request:
            case ManifestPush():
                return Staged(Op.MANIFEST, bitmap_of(set(), 12))
            case ChunkPush(index, _):
                here.add(index)
                return no if index == 2 else Staged(Op.CHUNK, bitmap_of(here, 12))
        return Given(Op.TELEMETRY, b"reading")

    lock, far = opened(runner, script)
    assert far.run(lambda line: line.push(b"manifest", chunks)) == no.status  # type: ignore[union-attr]
    assert [one.index for one in lock.asked if isinstance(one, ChunkPush)] == [0, 1, 2, 3, 4, 5]
    assert far.run(lambda line: line.ask(TelemetryAsk())) == Given(Op.TELEMETRY, b"reading")


def test_a_busy_lock_is_asked_again_and_brought_the_rest(runner: Apart) -> None:
    """Another phone had the turn for a moment."""
    chunks, here, busy = [bytes([n]) * 100 for n in range(6)], set[int](), [Busy(Op.CHUNK, 1)]

    def script(request: Request) -> Answer:
        if isinstance(request, ManifestPush):
            return Staged(Op.MANIFEST, bitmap_of(here, 6))
        assert isinstance(request, ChunkPush)
        if request.index == 1 and busy:
            return busy.pop()
        here.add(request.index)
        return Settled(Op.CHUNK, Status.APPLIED, b"proof") if len(here) == 6 else Staged(Op.CHUNK, bitmap_of(here, 6))

    _, far = opened(runner, script)
    assert far.run(lambda line: line.push(b"manifest", chunks)) == Settled(Op.CHUNK, Status.APPLIED, b"proof")


def test_the_answer_to_something_else_ends_the_session(runner: Apart) -> None:
    """A lock that loses count could pass the word on one part off as the word on another."""
    _, far = opened(runner, lambda request: Given(Op.TELEMETRY, b""))
    with pytest.raises(LineBroken):
        far.run(lambda line: line.ask(ReceiptAsk(bytes(16))))
