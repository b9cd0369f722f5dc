"""A lock that is only a script: real session, frames and signatures; what it answers is written in the test.

And a pocket: hands that keep what a conversation asked for, and remember the order.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from limen.phone.channels.driver import carry_out
from limen.phone.channels.in_process import InProcess, Peer
from limen.phone.commands import Conversation, Result, Say
from limen.phone.inbox import read_door
from limen.phone.link import Courier
from limen.phone.outbox import Item
from limen.phone.wallet import Door
from limen.wire import cbor
from limen.wire.answers import Answer, encode_answer
from limen.wire.bundles import Bundle, BundleHead, BundleKind, Payload, build
from limen.wire.doorinfo import DoorInfo, sign_door_info
from limen.wire.envelope import SoftSigner
from limen.wire.frames import Assembler, Cutter
from limen.wire.grants import OWN_ACCESS, Cls, Grant, Rights, mint
from limen.wire.hpke import HpkeSealer
from limen.wire.operations import Request, parse_request
from limen.wire.receipts import Receipt, sign_receipt
from limen.wire.session import Responder, SessionBroken, Transport, public_of

LOCK_ID = bytes.fromhex("4c4d303030313033")
XS = bytes(range(32))
NOW = 1_795_000_000
ID, KG, KU, PHONE = (SoftSigner.from_scalar(bytes(31) + bytes([n])) for n in (1, 2, 3, 4))
Script = Callable[[Request], Answer]


def draw(size: int) -> bytes:
    """Steady random bytes: no test here depends on them."""
    return bytes(range(100, 100 + size))


class ScriptedLock:
    """Answers each request as the script says, in a real Noise session; `heard` has all requests in order."""

    def __init__(self, script: Script, static: bytes = XS) -> None:
        self.script = script
        self.static = static
        self.heard: list[Request] = []
        self.clock = 0
        self.tick_ms = 0
        self.deaf_after: int | None = None

    def dial(self) -> Peer:
        """A new link."""
        responder = Responder(lock_id=LOCK_ID, static_private=self.static, ephemeral_private=bytes(range(32, 64)))
        cutter, assembler = Cutter(), Assembler()
        open_: list[Transport] = []

        def peer(frame: bytes) -> Iterable[bytes]:
            message = assembler.feed(frame)
            self.clock += self.tick_ms
            if message is None or (self.deaf_after is not None and len(self.heard) >= self.deaf_after):
                return []
            if not open_:
                try:
                    reply, transport = responder.answer(message)
                except SessionBroken:
                    return []  # a lock does not answer who does not know its key
                open_.append(transport)
                return cutter.cut(reply)
            self.heard.append(parse_request(open_[0].decrypt(message)))
            return cutter.cut(open_[0].encrypt(encode_answer(self.script(self.heard[-1]))))

        return peer


@dataclass
class Pocket:
    """Hands with nothing but memory."""

    said: list[Say] = field(default_factory=list)
    kept: list[Item] = field(default_factory=list)
    service_time: bytes | None = None
    service_nonce: bytes | None = None
    asked_time: list[bytes] = field(default_factory=list)

    def say(self, progress: Say) -> None:
        """Remembers the step."""
        self.said.append(progress)

    def keep(self, one: Item) -> None:
        """Remembers the item."""
        self.kept.append(one)

    def time(self, lock_id: bytes, nonce: bytes) -> bytes | None:
        """What the service would say."""
        self.asked_time.append(nonce)
        return self.service_time

    def nonce(self, lock_id: bytes) -> bytes | None:
        """What the service would say."""
        return self.service_nonce

    @property
    def steps(self) -> list[str]:
        """Names of steps, repeats folded."""
        names = [one.step for one in self.said]
        return [name for place, name in enumerate(names) if place == 0 or names[place - 1] != name]

    def kinds(self) -> list[str]:
        """What kinds of things were kept, in order."""
        return [one.kind for one in self.kept]


def grant(
    *, cls: Cls = Cls.RESIDENT, rights: Rights = OWN_ACCESS, exp: int = NOW + 3600, nbf: int | None = None, acl_ver: int = 1
) -> bytes:
    """A grant for the phone at the scripted lock."""
    return mint(
        Grant(
            lock_id=LOCK_ID,
            epoch=1,
            acl_ver=acl_ver,
            cls=cls,
            rights=rights,
            sched=None,
            subj=7,
            phone_key=PHONE.public,
            iat=NOW - 60,
            exp=exp,
            cti=exp.to_bytes(8, "big"),
            nbf=nbf,
        ),
        KG,
    )


def bundle(ver: int, base: int = 1, size: int = 0) -> Bundle:
    """A sealed update; `size` pads it with records' worth of bytes, so that it takes several chunks."""
    head = BundleHead(lock_id=LOCK_ID, epoch=1, base=base, ver=ver, iat=NOW, after=bytes(16), kind=BundleKind.DELTA)
    payload = Payload(salt=bytes(16), probe=bytes(8), ackver=base, fw_director=bytes(size) if size else None)
    return build(head, payload, sealer=HpkeSealer(public_of(XS)), signer=KU, capacity=1500)


def carried(one: Bundle) -> bytes:
    """The bundle as the inbox brings it."""
    return cbor.encode([one.manifest, list(one.chunks)])


def receipt(ver: int, signer: SoftSigner = ID, epoch: int = 1) -> bytes:
    """What the lock signs."""
    return sign_receipt(Receipt(lock_id=LOCK_ID, epoch=epoch, ver=ver, after=bytes(16), probe=bytes(8)), signer)


def entry(
    *grants: bytes, bundled: Bundle | None = None, ver: int = 1, proven: int = 1, ack: bytes | None = None, cls: Cls = Cls.RESIDENT
) -> Mapping[str, cbor.Encodable]:
    """One door as the service's inbox names it; one that this phone only passes, by its lock-id."""
    passing = cls == Cls.COURIER
    info = DoorInfo(lock_id=LOCK_ID, epoch=1, xs=public_of(XS), id_key=ID.public, iat=NOW)
    if not passing:
        info = replace(info, door=5, kind=2, model="M3")
    return {
        "lock": LOCK_ID,
        "serial": None if passing else "LM000103",
        "door": None if passing else bytes(16),
        "name": None if passing else "Unit 4B",
        "info": sign_door_info(info, KG),
        "grants": list(grants),
        "bundle": None if bundled is None else carried(bundled),
        "ver": ver,
        "proven": proven,
        "ack": ack,
        "class": int(cls),
        "until": NOW + 3600,
    }


def door(*grants: bytes, bundled: Bundle | None = None, ver: int = 1, proven: int = 1, ack: bytes | None = None) -> Door:
    """The same door in a wallet."""
    return read_door(cbor.decode(cbor.encode(entry(*grants, bundled=bundled, ver=ver, proven=proven, ack=ack))))


def courier(at: Door, assertion: bytes | None = None) -> Courier:
    """The phone that stands at this door."""
    return Courier(door=at, key=PHONE, draw=draw, now=NOW, assertion=assertion)


def meet(lock: ScriptedLock, conversation: Conversation[Result], pocket: Pocket) -> Result:
    """Runs a conversation against the scripted lock."""
    return carry_out(conversation, InProcess(lock.dial, lambda: lock.clock), pocket)
