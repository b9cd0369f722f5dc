"""A phone that stands at a door, in one process with the lock: shared by the stories in which they meet."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from limen.lock.commands import ReleaseBolt
from limen.lock.events import Disconnected, FrameArrived
from limen.phone.channels.driver import carry_out
from limen.phone.channels.in_process import InProcess, Peer
from limen.phone.commands import Conversation, OutOfReach, Result, Say
from limen.phone.inbox import read_door
from limen.phone.link import Courier
from limen.phone.outbox import Item, Kind
from limen.phone.unlock import NotReached, Opened, Refused, unlock
from limen.phone.update import Updated, update
from limen.phone.wallet import Door
from limen.wire import cbor
from limen.wire.bundles import Bundle
from limen.wire.doorinfo import DoorInfo, sign_door_info
from limen.wire.envelope import Role, SoftSigner
from limen.wire.grants import Cls, key8
from limen.wire.records import ListRecord, RecordKind
from tests.unit.lock.site import DOOR, Chance, House, Service, code

FRESH = Chance(99)


@dataclass
class Hands:
    """A phone's pocket; `signal` is whether the service can be reached from the door."""

    service: Service
    signal: bool = False
    kept: list[Item] = field(default_factory=list)
    said: list[Say] = field(default_factory=list)
    errands: list[bytes] = field(default_factory=list)

    def say(self, progress: Say) -> None:
        """Remembers it."""
        self.said.append(progress)

    def keep(self, one: Item) -> None:
        """Remembers it."""
        self.kept.append(one)

    def time(self, lock_id: bytes, nonce: bytes) -> bytes | None:
        """The service's answer, or an errand."""
        if self.signal:
            return self.service.time(nonce)
        self.errands.append(nonce)
        return None

    def nonce(self, lock_id: bytes) -> bytes | None:
        """A nonce of the service, if it can be reached."""
        return b"n" * 16 if self.signal else None

    def kinds(self) -> set[str]:
        """What kinds of things are in the outbox."""
        return {one.kind for one in self.kept}

    def of(self, kind: Kind) -> list[Item]:
        """All of one kind, in order."""
        return [one for one in self.kept if one.kind == kind]

    def segments(self) -> list[bytes]:
        """Sealed pieces of the record, in order."""
        return [one.data for one in self.kept if one.kind == "segment"]


@dataclass
class Standing:
    """A phone at a door. `frames_left`: after so many frames from the phone the person has walked away."""

    home: House
    key: SoftSigner
    signal: bool = False
    frames_left: int | None = None
    heard: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.hands = Hands(self.home.service, self.signal)

    def dial(self) -> Peer:
        """A new link to the lock."""
        rig = self.home.rig
        link = rig.connect()

        def peer(frame: bytes) -> Iterable[bytes]:
            if self.frames_left is not None:
                if self.frames_left == 0:
                    rig.do(Disconnected(link))
                    raise OutOfReach
                self.frames_left -= 1
            rig.do(FrameArrived(link, frame))
            answered = rig.frames.pop(link, [])
            self.heard += answered
            return answered

        return peer

    def entry(
        self,
        *grants: bytes,
        bundle: Bundle | None = None,
        ack: bytes | None = None,
        cls: Cls = Cls.RESIDENT,
        release: bytes | None = None,
    ) -> Door:
        """The door as the inbox brought it."""
        service = self.home.service
        info = DoorInfo(lock_id=service.lock_id, epoch=service.epoch, xs=service.xs, id_key=service.id_key, iat=service.now, door=DOOR)
        said: dict[str, cbor.Encodable] = {
            "lock": service.lock_id,
            "serial": None if cls == Cls.COURIER else "LM000103",
            "door": None if cls == Cls.COURIER else bytes(16),
            "name": None if cls == Cls.COURIER else "Unit 4B",
            "info": sign_door_info(info, service.roles[Role.KG]),
            "grants": list(grants),
            "bundle": None if bundle is None else cbor.encode([bundle.manifest, list(bundle.chunks)]),
            "ver": service.ver,
            "proven": service.proven,
            "ack": ack,
            "class": int(cls),
            "until": service.now + 86_400,
        }
        if release is not None:
            said["release"] = release
        return read_door(cbor.decode(cbor.encode(said)))

    def run(self, conversation: Callable[[Courier], Conversation[Result]], door: Door, assertion: bytes | None = None) -> Result:
        """One conversation at this door."""
        courier = Courier(door=door, key=self.key, draw=FRESH, now=self.home.service.now, assertion=assertion)
        return self.meet(conversation(courier))

    def meet(self, conversation: Conversation[Result]) -> Result:
        """Runs it over a link of its own, and hangs up."""
        try:
            return carry_out(conversation, InProcess(self.dial, lambda: self.home.rig.at), self.hands)
        finally:
            self.home.rig.do(Disconnected(self.home.rig.links))

    def unlock(self, door: Door, assertion: bytes | None = None) -> Opened | Refused | NotReached:
        """A tap."""
        return self.run(unlock, door, assertion)

    def update(self, door: Door, *, pull: bool = True, assertion: bytes | None = None) -> Updated:
        """An explicit update."""
        return self.run(lambda courier: update(courier, pull=pull), door, assertion)


def removed(key: SoftSigner, home: House, slot: int = 90) -> ListRecord:
    """The list entry that takes this phone away."""
    minutes = (home.service.now + 7 * 86_400 - 1_704_067_200) // 60
    return ListRecord(slot=slot, kind=RecordKind.REVOKED_PHONE, data=key8(key.public), exp=minutes)


def big(home: House, first: int = 100, count: int = 200) -> int:
    """A version whose update takes several chunks."""
    return home.service.edit(*(code(first + n, 1_000_003 + 7 * n, subj=n) for n in range(count)))


def hand_in(home: House, hands: Hands) -> None:
    """What the service does with receipts, whoever brings them."""
    for one in hands.kept:
        if one.kind == "receipt":
            home.service.take(one.data)


def held(home: House) -> int:
    """Which version the lock holds."""
    list_ = home.rig.lock.memory.held
    assert list_ is not None
    return list_.state.ver


def bolts(home: House) -> int:
    """How often the bolt was released."""
    return sum(isinstance(command, ReleaseBolt) for command in home.rig.log)
