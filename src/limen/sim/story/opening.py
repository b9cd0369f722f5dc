"""Opening day: every door gets its lock, everybody's phone becomes a key. What comes after starts from here, any number of times."""

from collections.abc import Callable
from dataclasses import dataclass, field

from limen.lock.capabilities import Model
from limen.phone import activate
from limen.phone.channels.driver import carry_out
from limen.phone.commands import Conversation, Result, Say
from limen.phone.outbox import Item
from limen.sim.bodies import Body, Making
from limen.sim.cards import new_uid
from limen.sim.chance import Random
from limen.sim.clock import TrueTime
from limen.sim.handsets import phone_key
from limen.sim.ports import CardImage, DoorPlan, Gateway, Plan, SaidNo, Service
from limen.sim.radio import Air
from limen.sim.truth import Truth
from limen.wire import limits
from limen.wire.envelope import SoftSigner

Progress = Callable[[str, int, int], None]
BETWEEN_MS = 1_000
PEOPLE_A_CARD = 2


@dataclass(frozen=True)
class Site:
    """What the opening needs: the plan, the service, models and factory of the locks, time and chance."""

    plan: Plan
    service: Service
    models: dict[str, Model]
    factory: SoftSigner
    time: TrueTime
    chance: Random


@dataclass
class Opened:
    """A building in use at `ms`. `keys` and `lines` by person; `first` are the facts so far."""

    site: Site
    bodies: list[Body]
    keys: dict[int, SoftSigner]
    lines: dict[int, Gateway]
    truth: Truth
    ms: int
    cards: dict[int, tuple[bytes, CardImage]] = field(default_factory=dict)


@dataclass
class _Pocket:
    """An installer's phone around a conversation: it keeps receipts."""

    kept: list[Item] = field(default_factory=list)

    def say(self, progress: Say) -> None:
        """Nobody looks."""

    def keep(self, one: Item) -> None:
        """For the service."""
        self.kept.append(one)

    def time(self, lock_id: bytes, nonce: bytes) -> bytes | None:
        """Not asked for."""
        return None

    def nonce(self, lock_id: bytes) -> bytes | None:
        """Not asked for."""
        return None


def open_building(site: Site, progress: Progress) -> Opened:
    """Activates every door's lock with the manager's phone and registers everybody's phone. Access was given before (PLACE-2)."""
    truth = Truth(site.plan)
    for person in site.plan.people:
        for group in person.groups:
            truth.gave(person.number, group, site.time.ms)
    cards = _cards(site, truth)
    site.time.pass_ms(60 * BETWEEN_MS)
    keys, lines = {0: phone_key(site.chance)}, {}
    lines[0] = site.service.desk.register_phone(0, keys[0].public)
    bodies = []
    for door in site.plan.doors:
        progress("locks activated", door.number, len(site.plan.doors))
        body = Body.made(Making(door.serial, site.models[door.model], site.factory, site.chance, False), site.time)
        put_on(site, lines[0], door, body)
        bodies.append(body)
        site.time.pass_ms(BETWEEN_MS)
    for owner in site.plan.everybody:
        keys[owner.number] = phone_key(site.chance)
        lines[owner.number] = site.service.desk.register_phone(owner.number, keys[owner.number].public)
        truth.registered(keys[owner.number].public, site.time.ms)
    site.service.machine.settle()
    return Opened(site, bodies, keys, lines, truth, site.time.ms, cards)


def _cards(site: Site, truth: Truth) -> dict[int, tuple[bytes, CardImage]]:
    """Every other resident has a keycard from the beginning."""
    made = {}
    for person in site.plan.people[::PEOPLE_A_CARD]:
        uid = new_uid(site.chance)
        site.service.desk.card_on(person.number, uid, "aes")
        truth.card_on(person.number, uid, "aes", site.time.ms)
        made[person.number] = (uid, site.service.machine.encode(person.number, uid))
    return made


def put_on(site: Site, manager: Gateway, door: DoorPlan, body: Body, *, swap: bool = False) -> None:
    """A lock gets its door, with the manager's phone; with `swap` in the place of the one that is there. SaidNo where that fails."""
    installer = activate.Installer(sticker=body.sticker, draw=site.chance.randbytes, frame_bytes=limits.FRAME_BYTES_MAX)
    door_id, pocket = site.service.desk.door_id(door.number), _Pocket()
    body.press_button()
    attested = _meet(body, site.time, activate.attest(installer, manager.begin_activation(door_id, body.lock_id, swap)), pocket)
    if not isinstance(attested, activate.Attested):
        raise SaidNo(f"{door.name}: {attested}")
    ticket, snapshot = manager.finish_activation(door_id, attested.attest, attested.h)
    done = _meet(body, site.time, activate.deliver(installer, ticket, snapshot, attested.attest), pocket)
    if not isinstance(done, activate.Active):
        raise SaidNo(f"{door.name}: {done}")
    manager.hand_in(pocket.kept)


def _meet(body: Body, time: TrueTime, conversation: Conversation[Result], pocket: _Pocket) -> Result:
    air = Air(body, time)
    try:
        return carry_out(conversation, air, pocket)
    finally:
        air.close()
