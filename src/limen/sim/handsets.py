"""Somebody's phone: its wallet and outbox in memory, its way to the service (sometimes without signal), and its visits to doors.

The conversations are the phone room's own. What is added is what goes wrong around them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from limen.phone import inbox
from limen.phone.channels.driver import carry_out
from limen.phone.commands import Conversation, OutOfReach, Result, Say
from limen.phone.link import Courier
from limen.phone.outbox import Item, Outbox, Status
from limen.phone.wallet import Door, Errand, View, Wallet
from limen.sim.bodies import Body
from limen.sim.chance import Random
from limen.sim.clock import TrueTime
from limen.sim.ports import Gateway, NoSignal, SaidNo
from limen.sim.radio import Air, Trouble
from limen.wire import limits
from limen.wire.envelope import ORDER, RoleKeys, SoftSigner
from limen.wire.receipts import Receipt, open_receipt

BATCHES_MAX: Final = 40
Fails = Callable[[], bool]


def phone_key(chance: Random) -> SoftSigner:
    """A key for a phone."""
    return SoftSigner.from_scalar((1 + chance.randrange(ORDER - 1)).to_bytes(32, "big"))


@dataclass
class Visit:
    """What a visit left behind besides its result. `struck`: how often the bolt had moved when the air did harm; None: it did none."""

    heard: int = 0
    struck: int | None = None
    kept: list[Item] = field(default_factory=list)


@dataclass
class Handset:
    """One registered phone. `gateway` None: the service does not know it (any more). `fails` says whether a request or its answer gets lost."""

    owner: int
    key: SoftSigner
    gateway: Gateway | None
    time: TrueTime
    chance: Random
    wallet: Wallet = field(init=False)
    outbox: Outbox = field(default_factory=Outbox)
    fails: Fails = lambda: False
    signal: bool = True

    def __post_init__(self) -> None:
        self.wallet = Wallet(self.key)

    def in_flight_mode(self, chance: Random) -> "Handset":
        """The same phone as it is now, which nobody takes online any more: it holds on to what it has."""
        kept = Handset(self.owner, self.key, None, self.time, chance)
        kept.wallet.doors["resident"] = dict(self.wallet.doors["resident"])
        return kept

    # ---- at the service

    def fetch(self, view: View) -> inbox.Inbox | None:
        """Everything new of one view; None where nothing came through."""
        try:
            self._answer_errands()
            answer = self._ask(lambda gateway: gateway.inbox(view))
        except (NoSignal, SaidNo):
            return None
        inbox.merge(self.wallet, view, answer)
        self.outbox.forget_old(self.time.ms)
        self.outbox.forget_doors(self.wallet.held() | frozenset(self.wallet.doors["manager"]))
        return answer

    def hand_in(self) -> int:
        """Hands in what waits; gives how many items were answered."""
        done = 0
        try:
            for _ in range(BATCHES_MAX):
                batch = self.outbox.batch()
                if not batch:
                    break
                answers = self._ask(partial(_hand_in, batch))
                if not self.outbox.answered(answers):
                    break
                done += len(answers)
        except (NoSignal, SaidNo):
            pass
        return done

    def _answer_errands(self) -> None:
        self.wallet.drop_late_errands(self.time.ms)
        for errand in list(self.wallet.errands.values()):
            if errand.assertion is None:
                said = self._ask(partial(_time, errand))
                self.wallet.answer_errand(errand.lock_id, errand.nonce, said)

    def _ask(self, question: Callable[[Gateway], Result]) -> Result:
        """A request may get lost before the service hears it, its answer afterwards, and it may arrive twice."""
        if self.gateway is None or not self.signal or self.fails():
            raise NoSignal
        answer = question(self.gateway)
        if self.fails():
            raise NoSignal
        return question(self.gateway) if self.fails() else answer

    # ---- at a door

    def visit(
        self,
        body: Body,
        view: View,
        act: Callable[[Courier], Conversation[Result]],
        *,
        trouble: Trouble | None = None,
        instead: Callable[[Door], Door] | None = None,
    ) -> tuple[Result | None, Visit]:
        """One conversation at one lock; no result where this phone holds nothing for it or nobody answered. `instead`: a courier who lies."""
        door, left = self.wallet.doors[view].get(body.lock_id), Visit()
        if door is None:
            return None, left
        hands = _Hands(self, left)
        courier = Courier(
            door=instead(door) if instead is not None else door,
            key=self.key,
            draw=self.chance.randbytes,
            now=self.time.ms // 1000,
            assertion=self.wallet.time_for(body.lock_id, self.time.ms),
            frame_bytes=limits.FRAME_BYTES_MAX,
        )
        try:
            air = Air(body, self.time, trouble)
        except OutOfReach:
            return None, left
        try:
            return carry_out(act(courier), air, hands), left
        finally:
            left.heard, left.struck = air.heard, air.struck
            air.close()


class _Hands:
    """The phone around a conversation."""

    def __init__(self, phone: Handset, visit: Visit) -> None:
        self._phone, self._visit = phone, visit

    def say(self, progress: Say) -> None:
        """Nobody looks."""

    def keep(self, one: Item) -> None:
        """In memory, which is durable enough here."""
        self._phone.outbox.put(one, self._phone.time.ms)
        self._visit.kept.append(one)
        if one.kind == "receipt":
            self._saw(one)

    def time(self, lock_id: bytes, nonce: bytes) -> bytes | None:
        """The service's answer, or an errand."""
        try:
            return self._phone._ask(lambda gateway: gateway.time(lock_id, nonce))
        except (NoSignal, SaidNo):
            self._phone.wallet.take_errand(lock_id, nonce, self._phone.time.ms)
            return None

    def nonce(self, lock_id: bytes) -> bytes | None:
        """A nonce, where there is signal."""
        try:
            return self._phone._ask(lambda gateway: gateway.nonce(lock_id))
        except (NoSignal, SaidNo):
            return None

    def _saw(self, one: Item) -> None:
        for doors in self._phone.wallet.doors.values():
            door = doors.get(one.lock_id)
            if door is not None:
                receipt = open_receipt(one.data, RoleKeys.of_lock(door.info.id_key))
                if isinstance(receipt, Receipt):
                    self._phone.wallet.saw_receipt(one.lock_id, receipt.ver)
                return


def _hand_in(batch: tuple[Item, ...], gateway: Gateway) -> list[tuple[bytes, Status]]:
    return gateway.hand_in(batch)


def _time(errand: Errand, gateway: Gateway) -> bytes:
    return gateway.time(errand.lock_id, errand.nonce)


def with_bundle(bundle: bytes | None) -> Callable[[Door], Door]:
    """A courier that carries something else than what it was given."""
    return lambda door: replace(door, bundle=bundle)
