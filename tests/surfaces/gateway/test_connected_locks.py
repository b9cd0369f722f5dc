"""A connected lock dials in, proves itself, and is kept up to date within seconds, without anybody's help (SYNC-7, B.10)."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from channels.routing import URLRouter
from django.core.cache import cache
from django.db import connections

from limen.fleet import queries as fleet
from limen.fleet import services as fleet_services
from limen.fleet.queries import Truth
from limen.gateway import desk, sockets
from limen.history.models import Event
from limen.storage import clock, kms, live, outbox, roots
from limen.storage.transactions import unit_of_work
from limen.wire import bundles, firmware, operations
from limen.wire.answers import Given, Plain, Presented, Settled, Staged, bitmap_of, encode_answer
from limen.wire.cbor import encode
from limen.wire.envelope import RoleKeys, SoftSigner, Typ
from limen.wire.events import Kind, Method
from limen.wire.firmware import Image, Targets
from limen.wire.frames import Assembler, Cutter
from limen.wire.grants import Cls, open_grant, pop_message, unlock_ctx, verify_pop
from limen.wire.operations import Op
from limen.wire.refusals import Status
from limen.wire.session import Responder, Transport
from limen.wire.timestamps import open_time
from tests.surfaces.gateway.conftest import Fixed
from tests.unit.fleet.house import ANA, House
from tests.unit.fleet.tiny_lock import TinyLock

T = TypeVar("T")


@dataclass
class Speaking:
    """The lock's end of one session: proves its key, believes only a class 8 grant, does what the service asks."""

    lock: TinyLock
    transport: Transport | None = None
    cutter: Cutter = field(default_factory=Cutter)
    assembler: Assembler = field(default_factory=Assembler)
    manifest: bytes = b""
    chunks: dict[int, bytes] = field(default_factory=dict)
    opened_for: list[int] = field(default_factory=list)
    told_time: int = 0
    acks: int = 0
    image: dict[int, bytes] = field(default_factory=dict)

    def hear(self, frame: bytes) -> list[bytes]:
        """The frames that answer this one."""
        message = self.assembler.feed(frame)
        if message is None:
            return []
        if self.transport is None:
            responder = Responder(lock_id=self.lock.lock_id, static_private=self.lock.xs, ephemeral_private=bytes(31) + b"\x09")
            answer, self.transport = responder.answer(message)
            return self.cutter.cut(answer)
        said = self.answer(operations.parse_request(self.transport.decrypt(message)))
        return self.cutter.cut(self.transport.encrypt(encode_answer(said)))

    def answer(self, request: operations.Request) -> Any:
        assert self.lock.ticket is not None and self.lock.state is not None and self.transport is not None
        match request:
            case operations.Present(grant, pop, op, ctx):
                said = open_grant(grant, self.lock.ticket.keys())
                assert said.cls == Cls.GATEWAY and ctx == unlock_ctx(self.lock.ticket.door, "remote") and op == Op.REMOTE
                verify_pop(said.phone_key, pop, pop_message(self.transport.h, grant, op, ctx))
                return Presented(said.rights, self.lock.state.ver, wants_time=True)
            case operations.TimeAsk():
                return Given(Op.TIME_ASK, b"n" * 16)
            case operations.TimeTell(assertion):
                self.told_time = open_time(assertion, RoleKeys({Typ.TIME: (kms.public("time"),)})).ms
                return Plain(Op.TIME)
            case operations.ManifestPush(manifest):
                self.manifest, self.chunks = manifest, {}
                return Staged(Op.MANIFEST, bitmap_of(set(), self.count()))
            case operations.ChunkPush(index, data):
                self.chunks[index] = data
                if len(self.chunks) < self.count():
                    return Staged(Op.CHUNK, bitmap_of(set(self.chunks), self.count()))
                outcome = self.lock.take(encode([self.manifest, [self.chunks[i] for i in range(self.count())]]))
                return Settled(Op.CHUNK, Status.APPLIED if outcome == "applied" else Status.ALREADY, self.lock.receipt())
            case operations.ReceiptAsk(nonce):
                return Given(Op.RECEIPT, self.lock.receipt(nonce=nonce, full=True))
            case operations.TelemetryAsk():
                return Given(Op.TELEMETRY, self.lock.telemetry(battery=None, t=1_795_287_720))
            case operations.LogAsk(number):
                pieces = self.lock.segments()
                return Given(Op.LOG, pieces[number] if number < len(pieces) else b"")
            case operations.AckTell():
                self.acks += 1
                return Plain(Op.ACK)
            case operations.ReleaseTell(release):
                return Given(Op.ACTIVATE, self.lock.wipe(release))
            case operations.FirmwarePush(None, _):
                return Staged(Op.FIRMWARE, bitmap_of(set(self.image), 3))
            case operations.FirmwarePush(int(index), data):
                self.image[index] = data
                return Staged(Op.FIRMWARE, bitmap_of(set(self.image), 3))
            case operations.Remote(_, subj, _):
                self.opened_for.append(subj)
                return Plain(Op.REMOTE)
        raise AssertionError(request)

    def count(self) -> int:
        assert self.lock.ticket is not None
        return bundles.open_manifest(self.manifest, self.lock.ticket.keys()).chunks


class Socket(ApplicationCommunicator):
    """A websocket without a server under it (channels' own needs a server that is not installed)."""

    def __init__(self, lock_hex: str, forwarded: bytes | None = None) -> None:
        scope: dict[str, Any] = {
            "type": "websocket",
            "path": f"/gateway/lock/{lock_hex}",
            "query_string": b"",
            "headers": [],
            "subprotocols": [],
        }
        if forwarded is not None:
            scope |= {"headers": [(b"x-forwarded-for", forwarded)], "client": ("127.0.0.1", 40_000)}
        super().__init__(URLRouter(sockets.programmes), scope)  # type: ignore[no-untyped-call]

    async def dial(self) -> bool:
        """True if the call is taken."""
        await self.send_input({"type": "websocket.connect"})  # type: ignore[no-untyped-call]
        return str((await self.receive_output(60))["type"]) == "websocket.accept"  # type: ignore[no-untyped-call]

    async def say(self, frame: bytes) -> None:
        await self.send_input({"type": "websocket.receive", "bytes": frame})  # type: ignore[no-untyped-call]

    async def hear(self) -> bytes | None:
        """The next frame; None when the gateway hung up."""
        said = await self.receive_output(60)  # type: ignore[no-untyped-call]
        return said["bytes"] if said["type"] == "websocket.send" else None

    async def hang_up(self) -> None:
        await self.send_input({"type": "websocket.disconnect", "code": 1005})  # type: ignore[no-untyped-call]
        await self.wait(60)  # type: ignore[no-untyped-call]


async def speak(socket: Socket, lock: Speaking, until: Callable[[], Awaitable[bool]]) -> None:
    """Lets the lock answer until something is true, at most ten seconds (SYNC-7)."""
    async with asyncio.timeout(10):
        while not await until():
            if await socket.receive_nothing(0.1):  # type: ignore[no-untyped-call]
                continue
            frame = await socket.hear()
            assert frame is not None
            for answer in lock.hear(frame):
                await socket.say(answer)


@pytest.fixture
def reader(transactional_db: None) -> House:
    """The Main Entrance has an active reader that proved its first list."""
    return entrance("LR000001")


def entrance(serial: str) -> House:
    """A building with a connected reader at its entrance; a serial whose epoch was ended once has lost its key for good."""
    house = House.build(datetime(2026, 11, 21, 19, 2, tzinfo=UTC))
    house.door("Main Entrance", "entrance", connected=True)
    house.door("Gym")
    house.person("Dana")
    house.activate("Main Entrance", serial, "R")
    return house


def run_to_its_end(story: Coroutine[Any, Any, T]) -> T:
    """Runs it on a loop of its own and closes what its threads opened: PostgreSQL drops no database that is in use."""

    async def whole() -> T:
        try:
            return await story
        finally:
            await sync_to_async(connections.close_all)()

    return asyncio.run(whole())


def run(house: House, story: Callable[[Socket, Speaking], Awaitable[None]]) -> Speaking:
    """One connection from dialling to hanging up."""
    speaking = Speaking(house.locks["Main Entrance"])

    async def connection() -> None:
        live.remember(asyncio.get_running_loop())
        socket = Socket(speaking.lock.lock_id.hex())
        assert await socket.dial()
        await story(socket, speaking)
        await socket.hang_up()

    clock.use(Fixed(house.now))
    try:
        run_to_its_end(connection())
    finally:
        clock.use(None)
    return speaking


def proved(house: House) -> Callable[[], Awaitable[bool]]:
    return sync_to_async(lambda: house.state("Main Entrance").truth == Truth.PROVED and not house.state("Main Entrance").stale)


@pytest.mark.rule("SYNC-7")
def test_a_change_reaches_a_connected_lock_without_anybody(reader: House) -> None:
    """What changed before the lock dialled in, and what changes while it is connected, is proved within seconds."""
    group = reader.group("Front", "Main Entrance")
    reader.give("Dana", group)

    async def story(socket: Socket, lock: Speaking) -> None:
        await speak(socket, lock, proved(reader))
        await sync_to_async(reader.person)("Theo")
        await sync_to_async(reader.give)("Theo", group)
        await sync_to_async(outbox.settle)(reader.now)
        await speak(socket, lock, proved(reader))
        state = await sync_to_async(reader.state)("Main Entrance")
        assert state.online_since == reader.now and state.offline_since is None

    lock = run(reader, story)
    assert len(lock.lock.codes()) == 2
    assert lock.told_time == int(reader.now.timestamp() * 1000)
    assert reader.state("Main Entrance").offline_since == reader.now


@pytest.mark.rule("SYNC-7")
def test_the_record_of_a_connected_lock_comes_by_itself(reader: House) -> None:
    """Events are fetched, stored and acknowledged over the lock's own connection."""
    reader.locks["Main Entrance"].note(t=int(reader.now.timestamp()), kind=Kind.ENTRY, method=Method.APP, subj=1)

    async def story(socket: Socket, lock: Speaking) -> None:
        async def acknowledged() -> bool:
            return lock.acks > 0

        await speak(socket, lock, acknowledged)

    run(reader, story)
    assert Event.objects.count() == 1


def test_a_remote_order_opens_now_or_never(reader: House) -> None:
    """Pressed while connected: the lock hears it under the person's own number. Pressed 11 seconds ago: dropped (B.10)."""
    reader.give("Dana", reader.group("Front", "Main Entrance"))

    async def story(socket: Socket, lock: Speaking) -> None:
        await speak(socket, lock, proved(reader))

        def press() -> None:
            with unit_of_work():
                fleet_services.press_remote(door_id=reader.doors["Main Entrance"], person_id=reader.people["Dana"], now=reader.now)

        await sync_to_async(press)()
        await sync_to_async(outbox.settle)(reader.now)

        async def opened() -> bool:
            return bool(lock.opened_for)

        await speak(socket, lock, opened)
        await sync_to_async(press)()
        late = reader.now.replace(second=30)
        await sync_to_async(outbox.settle)(late)

    lock = run(reader, story)
    assert len(lock.opened_for) == 1


@pytest.mark.rule("LOCK-10")
def test_a_connected_lock_that_was_removed_is_told_when_it_dials(transactional_db: None) -> None:
    """Over its own connection: it wipes itself, signs for that, and is hung up on."""
    reader = entrance("LR000009")
    door = reader.doors["Main Entrance"]
    with unit_of_work():
        fleet_services.deactivate(door_id=door, by=ANA, now=reader.now)

    async def story(socket: Socket, lock: Speaking) -> None:
        async with asyncio.timeout(10):
            while (frame := await socket.hear()) is not None:
                for answer in lock.hear(frame):
                    await socket.say(answer)

    assert run(reader, story).lock.state is None
    assert fleet.released([door])[0].wiped_at == reader.now
    assert desk.caller(reader.locks["Main Entrance"].lock_id) is None


def test_nothing_is_signed_before_the_lock_has_proved_itself(reader: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever dials under a lock's name brings about no grant and no door state (a dial costs the service one look)."""
    signed: list[bytes] = []
    real = desk.contact

    def contact(caller: desk.Caller, now: datetime) -> desk.Contact:
        signed.append(caller.lock_id)
        return real(caller, now)

    monkeypatch.setattr(desk, "contact", contact)

    async def dial() -> None:
        live.remember(asyncio.get_running_loop())
        socket = Socket(reader.locks["Main Entrance"].lock_id.hex())
        assert await socket.dial()
        await socket.hear()
        for frame in Cutter().cut(bytes(48)):
            await socket.say(frame)
        assert await socket.hear() is None

    run_to_its_end(dial())
    assert signed == []


def test_who_only_dials_as_a_lock_switches_nothing_off(reader: House) -> None:
    """Names are no secret: somebody who dials under a reader's name and hangs up leaves it online."""
    with unit_of_work():
        fleet_services.note_online(lock_id=b"LR000001", since=reader.now)

    async def dial() -> None:
        socket = Socket(b"LR000001".hex())
        assert await socket.dial()
        await socket.hang_up()

    run_to_its_end(dial())
    assert reader.state("Main Entrance").online_since == reader.now


@pytest.mark.rule("SYNC-7")
def test_who_dials_all_day_through_the_proxy_keeps_no_lock_away(
    reader: House, settings: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind a proxy all sockets come from one address: what is counted is who is behind it, also where somebody writes more of the header."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1  # type: ignore[attr-defined]
    monkeypatch.setattr(sockets, "DIALS", (3, timedelta(minutes=10)))
    lock = reader.locks["Main Entrance"].lock_id.hex()

    async def dial() -> list[bool]:
        live.remember(asyncio.get_running_loop())
        stranger = [await Socket("ff" * 8, b"198.51.100.%d, 203.0.113.9" % n).dial() for n in range(3)]
        late = Socket(lock, b"192.0.2.1, 203.0.113.9")
        own = Socket(lock, b"192.0.2.1")
        told = [*stranger, await late.dial(), await own.dial()]
        await own.hang_up()
        return told

    cache.clear()
    assert run_to_its_end(dial()) == [False, False, False, False, True]


@pytest.mark.parametrize("lock_hex", ["4c4d303030303031", "ffffffffffffffff", "zz", ""])
def test_locks_that_are_not_ours_or_not_connected_are_hung_up_on(reader: House, lock_hex: str) -> None:
    """An unknown lock, a battery lock, nonsense: closed before a byte is said."""
    reader.activate("Gym", "LM000001")

    async def dial() -> bool:
        return await Socket(lock_hex or "-").dial()

    assert run_to_its_end(dial()) is False


def test_somebody_without_the_locks_key_learns_nothing(reader: House) -> None:
    """Whoever dials in under a lock's name and cannot answer the handshake is hung up on; nothing was said but 48 bytes."""
    heard: list[bytes] = []

    async def dial() -> None:
        live.remember(asyncio.get_running_loop())
        socket = Socket(reader.locks["Main Entrance"].lock_id.hex())
        assert await socket.dial()
        heard.append(await socket.hear() or b"")
        for frame in Cutter().cut(bytes(48)):
            await socket.say(frame)
        assert await socket.hear() is None

    run_to_its_end(dial())
    assert [len(frame) for frame in heard] == [50]


@pytest.mark.rule("LOCK-11")
def test_firmware_reaches_a_connected_lock_over_the_network(reader: House) -> None:
    """In slices, each chunk once; what the lock makes of it is its own matter."""
    data = b"\x07reader" * 400
    roots.trust_firmware([holder(n).public for n in range(3)])
    digest, parts, _ = firmware.describe(data)
    image = Image(number=5, vendor="limen", hardware=(1, 9), version=5, counter=1, size=len(data), digest=digest, parts=parts)
    targets = Targets(model=6, ver=1, expires=2_000_000_000, images=(image,))
    statement = firmware.sign_targets(firmware.encode_targets(targets), (holder(0), holder(1)))
    with unit_of_work():
        fleet_services.publish_firmware(statement=statement, images={5: data}, by=ANA, now=reader.now)
        fleet_services.aim_firmware(model="R", number=5, starts=reader.now, ends=reader.now + timedelta(days=9), by=ANA, now=reader.now)

    async def story(socket: Socket, lock: Speaking) -> None:
        async def all_there() -> bool:
            return len(lock.image) == 3

        await speak(socket, lock, all_there)

    lock = run(reader, story)
    assert b"".join(lock.image[index] for index in range(3)) == data


def holder(number: int) -> SoftSigner:
    return SoftSigner.from_scalar(bytes(30) + bytes((7, number + 1)))
