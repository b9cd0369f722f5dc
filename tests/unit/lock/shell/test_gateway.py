"""A connected lock's own way out (B.10)."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection, serve

from limen.lock.factory import write_birth
from limen.lock.shell import gateway
from limen.lock.shell.body import Body
from limen.lock.shell.gateway import Dialler
from limen.wire.answers import Plain, Presented, parse_answer
from limen.wire.envelope import SoftSigner
from limen.wire.frames import Assembler, Cutter
from limen.wire.grants import Cls, Rights, pop_message, sign_pop, unlock_ctx
from limen.wire.operations import Op, Present, Remote, Request, encode_request
from limen.wire.session import Initiator, Transport
from tests.unit.lock.shell.test_body import body
from tests.unit.lock.site import DOOR, GUS, Rig, Service, activate


class Connected(Rig):
    """A test's rig on the flash and key of a body, to make it an owned lock."""

    def __init__(self, found: Body) -> None:
        super().__init__(found.made.model, found.made.flash, at=found.time.at())
        self.id_key, self.lock_id = found.made.id_key, found.made.birth.lock_id


def owned(folder: Path) -> tuple[Body, Service]:
    found, service = body(folder, "R"), Service()
    rig = Connected(found)
    service.lock_id, service.id_key, service.model, service.now = rig.lock_id, rig.id_key.public, rig.model, found.time.at() // 1000
    service.factory = replace_factory(folder)
    rig.boot()
    write_birth(rig.lock.memory.notes, replace(found.made.birth, qr_secret=b"q" * 16))
    rig.boot()
    assert activate(rig, service) is not None
    return Body(found.made, folder / "LM000103", found.time), service


def replace_factory(folder: Path) -> SoftSigner:
    return SoftSigner.from_scalar(bytes.fromhex((folder / "factory" / "mfg-ca.key").read_text()))


class Desk:
    """The gateway's end: initiator of the session on the lock's own link."""

    def __init__(self, service: Service, socket: ServerConnection) -> None:
        self.service, self.socket = service, socket
        self.cutter, self.assembler = Cutter(), Assembler()
        self.transport: Transport | None = None

    async def say(self, message: bytes) -> bytes:
        for frame in self.cutter.cut(message):
            await self.socket.send(frame)
        while True:
            frame = await asyncio.wait_for(self.socket.recv(decode=False), 60)
            whole = self.assembler.feed(frame)
            if whole is not None:
                return whole

    async def open(self) -> None:
        initiator = Initiator(lock_id=self.service.lock_id, remote_static=self.service.xs, ephemeral_private=b"\x21" * 32)
        self.transport = initiator.read_message_2(await self.say(initiator.write_message_1()))

    async def ask(self, request: Request) -> object:
        assert self.transport is not None
        return parse_answer(self.transport.decrypt(await self.say(self.transport.encrypt(encode_request(request)))))


@pytest.mark.rule("SYNC-7")
def test_an_owned_reader_dials_out_and_obeys_the_gateway_on_that_link(tmp_path: Path) -> None:
    found, service = owned(tmp_path)
    heard: list[object] = []

    async def play() -> None:
        done = asyncio.Event()

        async def desk(socket: ServerConnection) -> None:
            assert socket.request is not None
            assert socket.request.path == f"/gateway/lock/{found.made.birth.lock_id.hex()}"
            there = Desk(service, socket)
            await there.open()
            assert there.transport is not None
            service.now = found.time.at() // 1000
            grant = service.grant(GUS, Cls.GATEWAY, rights=Rights(38), exp=service.now + 3600)
            ctx = unlock_ctx(DOOR, "remote")
            pop = sign_pop(GUS, pop_message(there.transport.h, grant, int(Op.REMOTE), ctx))
            heard.append(await there.ask(Present(grant, pop, int(Op.REMOTE), ctx)))
            await asyncio.sleep(1.1)
            heard.append(await there.ask(Remote(found.time.at() // 1000, 31, 4)))
            done.set()

        async with serve(desk, "127.0.0.1", 0) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            dialler = Dialler(f"ws://127.0.0.1:{port}/gateway/lock")
            found.dial = dialler.dial
            found.awake()
            await asyncio.wait_for(done.wait(), 60)
            await dialler.close()

    asyncio.run(play())
    assert isinstance(heard[0], Presented)
    assert heard[1] == Plain(Op.REMOTE)


def test_a_lost_gateway_is_dialled_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "FIRST_WAIT_S", 0.05)
    found, _ = owned(tmp_path)
    calls: list[int] = []

    async def play() -> None:
        twice = asyncio.Event()

        async def desk(socket: ServerConnection) -> None:
            calls.append(1)
            if len(calls) == 2:
                twice.set()
            await socket.close()

        async with serve(desk, "127.0.0.1", 0) as server:
            dialler = Dialler(f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}")
            found.dial = dialler.dial
            found.awake()
            await asyncio.wait_for(twice.wait(), 60)
            await dialler.close()

    asyncio.run(play())
    assert len(calls) >= 2


def test_without_signal_nobody_is_dialled_until_it_is_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The link ends at once, a phone at the door still gets one, and the lock dials again when there is signal."""
    monkeypatch.setattr(gateway, "FIRST_WAIT_S", 0.02)
    found, _ = owned(tmp_path)
    calls: list[bool] = []

    async def play() -> None:
        dialled, ended = asyncio.Event(), asyncio.Event()

        async def desk(socket: ServerConnection) -> None:
            calls.append(found.no_signal)
            dialled.set()
            await socket.wait_closed()
            ended.set()

        async with serve(desk, "127.0.0.1", 0) as server:
            dialler = Dialler(f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}")
            found.dial = dialler.dial
            found.awake()
            await asyncio.wait_for(dialled.wait(), 60)
            found.lose_signal()
            await asyncio.wait_for(ended.wait(), 60)
            assert found.connect(lambda _: None, lambda: None) is not None
            dialled.clear()
            found.lose_signal()
            await asyncio.wait_for(dialled.wait(), 60)
            await dialler.close()

    asyncio.run(play())
    assert calls == [False, False]


def test_without_a_gateway_nobody_dials(tmp_path: Path) -> None:
    async def play() -> None:
        Dialler(None).dial(body(tmp_path, "R"))
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(play())
