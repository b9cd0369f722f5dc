"""One lock, one service that signs for it, and phones that talk to it: real keys, real frames, memory for flash, time by hand."""

import hashlib
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from limen import lock as lock_room
from limen.lock.capabilities import Model, read_models
from limen.lock.commands import CloseLink, Command, ReleaseBolt, SendFrame, ShowLens
from limen.lock.core import Lock
from limen.lock.events import (
    BatteryMeasured,
    BoltMoved,
    Booted,
    Cause,
    CheckPressed,
    Connected,
    DigitTyped,
    Disconnected,
    Event,
    FrameArrived,
    InsideButton,
    LensTouched,
)
from limen.lock.factory import born, write_birth
from limen.lock.flash import Flash, Layout
from limen.lock.memory import Ports
from limen.lock.notes import Notes
from limen.lock.shell.flash import MemoryFlash
from limen.wire import covercode
from limen.wire import operations as ask
from limen.wire.answers import Answer, Given, Settled, Staged, missing, parse_answer
from limen.wire.bundles import Bundle, BundleHead, BundleKind, Change, Payload, build, cumulative_delta
from limen.wire.envelope import SIGNED_BY, Role, RoleKeys, SoftSigner, Typ
from limen.wire.firmware import Direction, sign_direction
from limen.wire.frames import Assembler, Cutter
from limen.wire.grants import OWN_ACCESS, Cls, Grant, Rights, mint, pop_message, sign_pop, unlock_ctx
from limen.wire.hpke import HpkeOpener, HpkeSealer
from limen.wire.liststate import ListState, after, applied
from limen.wire.logacks import AckKind, LogAck, sign_log_ack
from limen.wire.operations import Op, Request, encode_request
from limen.wire.receipts import Receipt, open_receipt
from limen.wire.records import Bucket, Config, ConfigFlags, DoorKind, ListRecord, RecordKind
from limen.wire.roots import Root, sign_root
from limen.wire.session import Initiator, Transport, activation_psk, activation_static, public_of
from limen.wire.tickets import ROLE_TYPS, DeviceCertificate, Release, Ticket, open_attest, sign_release, sign_ticket
from limen.wire.timestamps import TimeAssertion, sign_time

T0 = 1_795_000_000  # 2026-11-18, utime seconds
DOOR = 42
DATA = Path(lock_room.__file__).parent
MODELS = read_models((DATA / "devices.yaml").read_text("utf-8"))
ZONE = ((0, -300),)
PHOTO_KEY = hashlib.sha256(b"who may see stills").digest()
CONFIG = Config(
    digits=7,
    door_kind=DoorKind.COMMON,
    bucket=Bucket(tokens=12, refill_min=10, guard=40),
    widths=(40, 20, 1, 4, 1),
    zone=ZONE,
    flags=ConfigFlags.NONE,
    photo_key=public_of(PHOTO_KEY),
)


class Chance:
    """Random bytes from a seed."""

    def __init__(self, seed: int = 7) -> None:
        self._random = random.Random(seed)

    def __call__(self, length: int) -> bytes:
        return self._random.randbytes(length)


def signer(seed: int) -> SoftSigner:
    return SoftSigner.from_scalar(hashlib.sha256(b"test key %d" % seed).digest())


class Service:
    """The other end of everything: list versions, bundles, grants, time, acknowledgements, for one lock."""

    def __init__(self, config: Config = CONFIG, seed: int = 1) -> None:
        self.roles = {role: signer(100 * seed + role) for role in (Role.KA, Role.KU, Role.KG, Role.KT, Role.KL, Role.KS)}
        self.holders = [signer(700 + 10 * seed + n) for n in range(3)]
        self.root_keys = [signer(500 + n) for n in range(3)]
        self.roots: tuple[bytes, ...] = ()
        self.aimed: tuple[int, bytes] | None = None
        self.battery = 40
        self.min_fw: int | None = None
        self.factory = signer(1000)
        self.klog_private = hashlib.sha256(b"klog").digest()
        self.klog = HpkeOpener(self.klog_private)
        self.new_klog: bytes | None = None
        self.chance = Chance(11 * seed)
        self.config, self.epoch, self.ver = config, 1, 0
        self.k_daily, self.k_pin = self.chance(32), self.chance(32)
        self.changes: list[Change] = []
        self.states: dict[int, ListState] = {}
        self.now = T0
        self.proven = 0
        self.xs = b""
        self.lock_id = b""
        self.id_key = b""
        self.model = MODELS["M"]

    def keys(self) -> dict[Typ, bytes]:
        return {typ: self.roles[role].public for typ, role in SIGNED_BY.items() if role in self.roles and typ in ROLE_TYPS}

    def root(self, n: int = 1) -> bytes:
        """The list of roles as it is now, by two of three root keys."""
        roles = {typ: (key,) for typ, key in self.keys().items()} | {
            Typ.FW_LIST: (self.roles[Role.KS].public,),
            Typ.FW_TARGETS: tuple(holder.public for holder in self.holders),
        }
        root = Root(n=n, expires=T0 + 10**8, threshold=2, keys=tuple(h.public for h in self.root_keys), roles=roles)
        return sign_root(root, self.root_keys[:2])

    def edit(self, *records: ListRecord, gone: Iterable[int] = (), config: Config | None = None) -> int:
        """A new version with these records, without those slots; its number."""
        before = self.states.get(self.ver)
        self.ver += 1
        self.config = config or self.config
        base = before or ListState(epoch=self.epoch, ver=0, records={}, config=self.config, k_daily=self.k_daily, k_pin=self.k_pin)
        self.changes += [Change(self.ver, r.slot, r) for r in records] + [Change(self.ver, slot, None) for slot in gone]
        self.states[self.ver] = replace(
            base,
            epoch=self.epoch,
            ver=self.ver,
            records=applied(base, records, list(gone)),
            config=self.config,
            salt=self.chance(16),
            probe=self.chance(8),
            k_daily=self.k_daily,
            k_pin=self.k_pin,
        )
        return self.ver

    def bundle(self, base: int | None = None, ver: int | None = None, *, snapshot: bool = False, rides: bool = True) -> Bundle:
        """What a courier would carry; the config `rides` along, as it does when it changed since `base`."""
        ver = ver or self.ver
        base = self.proven if base is None else base
        state = self.states[ver]
        kind = BundleKind.SNAPSHOT if snapshot else BundleKind.DELTA
        upserts, gone = cumulative_delta(self.changes, 0 if snapshot else base, ver)
        payload = Payload(
            salt=state.salt,
            probe=state.probe,
            ackver=self.proven,
            upserts=upserts,
            tombstones=() if snapshot else gone,
            config=state.config if snapshot or rides else None,
            k_daily=self.k_daily if snapshot else None,
            k_pin=self.k_pin if snapshot else None,
            roots=self.roots,
            klog=self.new_klog,
            fw_director=sign_direction(self.direction(ver), self.roles[Role.KU]) if self.aimed else None,
        )
        head = BundleHead(
            lock_id=self.lock_id,
            epoch=self.epoch,
            base=0 if snapshot else base,
            ver=ver,
            iat=self.now,
            after=after(state),
            kind=kind,
            min_fw=self.min_fw,
        )
        return build(head, payload, sealer=HpkeSealer(self.xs), signer=self.roles[Role.KU], capacity=self.model.capacity)

    def direction(self, ver: int) -> Direction:
        """The image this lock should run, as the bundle of a version says it."""
        return Direction(
            lock_id=self.lock_id,
            epoch=self.epoch,
            ver=ver,
            image=self.aimed,
            starts=self.now - 60,
            ends=self.now + 30 * 86_400,
            battery=self.battery,
        )

    def grant(self, phone: SoftSigner, cls: Cls = Cls.RESIDENT, **more: object) -> bytes:
        facts: dict[str, object] = {
            "lock_id": self.lock_id,
            "epoch": self.epoch,
            "acl_ver": self.ver,
            "cls": cls,
            "rights": OWN_ACCESS,
            "sched": None,
            "subj": 5,
            "phone_key": phone.public,
            "iat": self.now,
            "exp": self.now + 7 * 86_400,
            "cti": self.chance(8),
        }
        return mint(Grant(**{**facts, **more}), self.roles[Role.KG])  # type: ignore[arg-type]

    def time(self, nonce: bytes, ms: int | None = None) -> bytes:
        return sign_time(TimeAssertion(self.lock_id, nonce, self.now * 1000 if ms is None else ms), self.roles[Role.KT])

    def ack(self, upto: bytes | int, kind: AckKind = AckKind.ACKNOWLEDGE, photo: bytes | None = None) -> bytes:
        said = LogAck(lock_id=self.lock_id, epoch=self.epoch, upto=upto, kind=kind, iat=self.now, photo=photo)
        return sign_log_ack(said, self.roles[Role.KL])

    def release(self) -> bytes:
        return sign_release(Release(self.lock_id, self.epoch, self.now), self.roles[Role.KA])

    def take(self, receipt: bytes) -> Receipt:
        opened = open_receipt(receipt, RoleKeys.of_lock(self.id_key))
        assert isinstance(opened, Receipt)
        self.proven = max(self.proven, opened.ver)
        return opened


def renamed(service: Service) -> bytes:
    """The root that names another KG (seed 950), before the service signs with it."""
    held = service.roles[Role.KG]
    service.roles[Role.KG] = signer(950)
    root = service.root(2)
    service.roles[Role.KG] = held
    return root


class Rig:
    """The body in a test: carries out commands, remembers them, and moves time only when it is told to."""

    def __init__(self, model: Model | str = "M", flash: Flash | None = None, seed: int = 3, at: int = 1_000_000) -> None:
        self.model = MODELS[model] if isinstance(model, str) else model
        self.flash = flash or MemoryFlash()
        self.id_key = signer(9000 + seed)
        self.chance = Chance(seed)
        self.at = at
        self.lock_id = hashlib.sha256(b"lock %d" % seed).digest()[:8]
        self.bolt_works = True
        self.log: list[Command] = []
        self.frames: dict[int, list[bytes]] = {}
        self.closed: set[int] = set()
        self.links = 0
        self.open: set[int] = set()
        self.lock: Lock

    def manufacture(self, service: Service, cover: covercode.Record | None = None) -> "Rig":
        certificate = DeviceCertificate(lock_id=self.lock_id, serial="LM000103", model=self.model.id, id_key=self.id_key.public)
        birth = born(certificate, b"q" * 16, service.factory, cover)
        write_birth(Notes(self.flash, Layout.for_capacity(self.model.capacity).notes), birth)
        service.lock_id, service.id_key, service.model = self.lock_id, self.id_key.public, self.model
        return self

    def boot(self, cause: Cause = Cause.POWER, *, jumpstart: bool = False) -> list[Command]:
        self.frames, self.closed, self.open = {}, set(), set()
        started = Booted(cause, jumpstart)
        self.lock = Lock(self.model, Ports(self.flash, self.chance, self.id_key), started, self.at)
        commands = self.do(started)
        if not self.model.wired:
            self.lock.handle(BatteryMeasured(100), self.at)
        return commands

    def pull_battery(self, without_ms: int = 60_000) -> list[Command]:
        self.at += without_ms
        return self.boot(Cause.POWER)

    def do(self, event: Event) -> list[Command]:
        commands = self.lock.handle(event, self.at)
        self.log += commands
        for command in commands:
            if isinstance(command, SendFrame):
                self.frames.setdefault(command.link, []).append(command.frame)
            elif isinstance(command, CloseLink):
                self.closed.add(command.link)
        if any(isinstance(command, ReleaseBolt) for command in commands):
            commands = [*commands, *self.do(BoltMoved(self.bolt_works))]
        return commands

    def hang_up(self) -> None:
        """Everybody who held a phone to the door leaves."""
        for link in sorted(self.open):
            self.do(Disconnected(link))
        self.open.clear()

    def wait(self, ms: int) -> None:
        self.at += ms

    def type(self, code: str) -> list[Command]:
        """Lens, digits, check mark; what the last one led to."""
        self.do(LensTouched())
        for digit in code:
            self.wait(300)
            self.do(DigitTyped(int(digit)))
        self.wait(300)
        return self.do(CheckPressed())

    def connect(self, *, outgoing: bool = False) -> int:
        self.links += 1
        self.open.add(self.links)
        self.do(Connected(self.links, outgoing=outgoing))
        return self.links


def opened(commands: Sequence[Command]) -> bool:
    return any(isinstance(command, ReleaseBolt) for command in commands)


def lens(commands: Sequence[Command]) -> str:
    shown = [command for command in commands if isinstance(command, ShowLens)]
    return shown[-1].sentence if shown else ""


@dataclass
class Talk:
    """A phone's end of one link: its own implementation of order, frames and channel, from the wire alone."""

    rig: Rig
    link: int
    transport: Transport | None = None
    cutter: Cutter = field(default_factory=Cutter)
    assembler: Assembler = field(default_factory=Assembler)
    emitted: list[bytes] = field(default_factory=list)

    def handshake(self, initiator: Initiator) -> "Talk":
        reply = self._say(initiator.write_message_1())
        assert reply is not None
        self.transport = initiator.read_message_2(reply)
        return self

    def covered(self, said: covercode.Said) -> covercode.Heard | None:
        """Before a handshake: the answer about the code under the cover; None if the lock closed the link."""
        reply = self._say(covercode.encode_said(said))
        return None if reply is None else covercode.parse_heard(reply)

    def ask(self, request: Request) -> Answer | None:
        """The answer; None if the lock closed the link."""
        assert self.transport is not None
        reply = self._say(self.transport.encrypt(encode_request(request)))
        if reply is None:
            return None
        plain = self.transport.decrypt(reply)
        self.emitted.append(plain)
        return parse_answer(plain)

    def ask_ahead(self, requests: Iterable[Request]) -> list[Answer]:
        """All said before the first answer is heard."""
        assert self.transport is not None
        for request in requests:
            for frame in self.cutter.cut(self.transport.encrypt(encode_request(request))):
                self.rig.do(FrameArrived(self.link, frame))
        heard = [self.assembler.feed(frame) for frame in self.rig.frames.pop(self.link, [])]
        return [parse_answer(self.transport.decrypt(message)) for message in heard if message is not None]

    def _say(self, message: bytes) -> bytes | None:
        for frame in self.cutter.cut(message):
            self.rig.do(FrameArrived(self.link, frame))
        found = None
        for frame in self.rig.frames.pop(self.link, []):
            found = self.assembler.feed(frame) or found
        return found


@dataclass
class House:
    """A lock that is owned, and what a test needs to talk to it."""

    service: Service
    rig: Rig

    def session(self, *, outgoing: bool = False, beside: bool = False) -> Talk:
        """A channel to the lock; whoever was there before has left, unless this one comes beside them."""
        if not beside:
            self.rig.hang_up()
        link = self.rig.connect(outgoing=outgoing)
        ephemeral = self.service.chance(32)
        return Talk(self.rig, link).handshake(
            Initiator(lock_id=self.service.lock_id, remote_static=self.service.xs, ephemeral_private=ephemeral)
        )

    def present(
        self, phone: SoftSigner, grant: bytes, op: Op = Op.UNLOCK, *, outgoing: bool = False, beside: bool = False, intent: str = "tap"
    ) -> tuple[Talk, Answer | None]:
        talk = self.session(outgoing=outgoing, beside=beside)
        ctx = unlock_ctx(DOOR, intent) if op in (Op.UNLOCK, Op.REMOTE) else b""
        assert talk.transport is not None
        pop = sign_pop(phone, pop_message(talk.transport.h, grant, int(op), ctx))
        return talk, talk.ask(ask.Present(grant, pop, int(op), ctx))

    def unlock(self, phone: SoftSigner, grant: bytes | None = None) -> Answer | None:
        talk, answer = self.present(phone, grant or self.service.grant(phone))
        if answer is None or getattr(answer, "reason", None) is not None:
            return answer
        return talk.ask(ask.Unlock("tap"))

    def push(self, talk: Talk, bundle: Bundle, only: Iterable[int] | None = None) -> Answer | None:
        """Manifest, then every chunk the lock misses (or only those); the last answer."""
        answer = talk.ask(ask.ManifestPush(bundle.manifest))
        if not isinstance(answer, Staged):
            return answer
        for index in only if only is not None else missing(answer.bitmap, len(bundle.chunks)):
            answer = talk.ask(ask.ChunkPush(index, bundle.chunks[index]))
        return answer

    def update(self, phone: SoftSigner, bundle: Bundle | None = None, **facts: object) -> Answer | None:
        talk, _ = self.present(phone, self.service.grant(phone, **facts), Op.MANIFEST)  # type: ignore[arg-type]
        answer = self.push(talk, bundle or self.service.bundle())
        if isinstance(answer, Settled):
            self.service.take(answer.receipt)
        return answer

    def sync_clock(self, phone: SoftSigner, cls: Cls = Cls.RESIDENT) -> Answer | None:
        talk, _ = self.present(phone, self.service.grant(phone, cls), Op.TIME_ASK)
        given = talk.ask(ask.TimeAsk())
        assert isinstance(given, Given)
        return talk.ask(ask.TimeTell(self.service.time(given.data)))

    def wait(self, seconds: int) -> None:
        """Time passes for both."""
        self.service.now += seconds
        self.rig.wait(seconds * 1000)


def sticker_session(rig: Rig, secret: bytes = b"q" * 16) -> Talk:
    link = rig.connect()
    static = public_of(activation_static(secret, rig.lock_id))
    initiator = Initiator(
        lock_id=rig.lock_id, remote_static=static, ephemeral_private=bytes(31) + b"\x09", psk=activation_psk(secret, rig.lock_id)
    )
    return Talk(rig, link).handshake(initiator)


def attest(talk: Talk, service: Service) -> bytes:
    """The first step; the lock's nonce. The service takes the lock's fresh key."""
    given = talk.ask(ask.AttestAsk(b"s" * 16))
    assert isinstance(given, Given), given
    said, certificate = open_attest(given.data, RoleKeys.of_roles({Role.MFG_CA: (service.factory.public,)}))
    assert said.n_s == b"s" * 16
    assert talk.transport is not None
    assert said.h == talk.transport.h
    service.xs, service.id_key = said.xs, certificate.id_key
    return said.n_l


def ticket(service: Service, nonce: bytes, **more: object) -> bytes:
    facts: dict[str, object] = {
        "lock_id": service.lock_id,
        "n_l": nonce,
        "epoch": service.epoch,
        "org": 1,
        "door": DOOR,
        "root": service.root(),
        "roles": service.keys(),
        "klog": public_of(service.klog_private),
        "utime": service.now,
    }
    return sign_ticket(Ticket(**{**facts, **more}), service.roles[Role.KA])  # type: ignore[arg-type]


def activate(rig: Rig, service: Service) -> Answer | None:
    """Button, attestation, ticket, snapshot 1; the last answer."""
    rig.do(InsideButton())
    talk = sticker_session(rig)
    n_l = attest(talk, service)
    talk.ask(ask.TicketTell(ticket(service, n_l)))
    if service.ver == 0:
        service.edit()
    answer = House(service, rig).push(talk, service.bundle(snapshot=True))
    if isinstance(answer, Settled):
        service.take(answer.receipt)
    return answer


def house(config: Config = CONFIG, model: str = "M", *records: ListRecord, flash: Flash | None = None) -> House:
    """A lock on a door with this config and these records, owned and in sync."""
    service, rig = Service(config), Rig(model, flash)
    rig.manufacture(service)
    rig.boot()
    service.edit(*records)
    assert isinstance(activate(rig, service), Settled)
    return House(service, rig)


def code(slot: int, value: int, cls: Cls = Cls.RESIDENT, subj: int = 5, **more: object) -> ListRecord:
    return ListRecord(slot=slot, kind=RecordKind.CODE, data=value, subj=subj, cls=cls, **more)  # type: ignore[arg-type]


DANA, GUS, MILO = signer(1), signer(2), signer(3)
PUSH_ONLY = Rights.PUSH
