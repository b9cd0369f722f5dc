"""The phone's core and the lock's core, as strangers: real frames, sessions and signatures, in one process, both without network."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limen.lock.commands import ReleaseBolt
from limen.lock.events import Disconnected, FrameArrived, InsideButton
from limen.phone import activate
from limen.phone.channels.driver import carry_out
from limen.phone.channels.in_process import InProcess, Peer
from limen.phone.commands import Conversation, OutOfReach, Result, Say
from limen.phone.inbox import read_door
from limen.phone.link import Courier
from limen.phone.outbox import Item
from limen.phone.unlock import NotReached, Opened, Refused, unlock
from limen.phone.update import Updated, update
from limen.phone.wallet import Door
from limen.wire import cbor
from limen.wire.bundles import Bundle
from limen.wire.doorinfo import DoorInfo, sign_door_info
from limen.wire.envelope import Role, RoleKeys, SoftSigner
from limen.wire.grants import OWN_ACCESS, Cls, Rights, key8
from limen.wire.receipts import Receipt, TrustedTime, open_receipt
from limen.wire.records import ListRecord, RecordKind
from limen.wire.refusals import Reason
from limen.wire.segments import open_log, open_segment
from limen.wire.sticker import Sticker
from limen.wire.telemetry import unverified_telemetry
from limen.wire.tickets import open_attest
from tests.unit.lock.site import DANA, DOOR, GUS, MILO, Chance, House, Rig, Service, code, house, ticket

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

    def entry(self, *grants: bytes, bundle: Bundle | None = None, ack: bytes | None = None, cls: Cls = Cls.RESIDENT) -> Door:
        """The door as the inbox brought it."""
        service = self.home.service
        info = DoorInfo(lock_id=service.lock_id, epoch=service.epoch, xs=service.xs, id_key=service.id_key, iat=service.now, door=DOOR)
        said: dict[str, cbor.Encodable] = {
            "lock": service.lock_id,
            "serial": "LM000103",
            "door": bytes(16),
            "name": "Unit 4B",
            "info": sign_door_info(info, service.roles[Role.KG]),
            "grants": list(grants),
            "bundle": None if bundle is None else cbor.encode([bundle.manifest, list(bundle.chunks)]),
            "ver": service.ver,
            "proven": service.proven,
            "ack": ack,
            "class": int(cls),
            "until": service.now + 86_400,
        }
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


@pytest.mark.rule("LOCK-1")
@pytest.mark.rule("LOCK-3")
def test_a_resident_opens_while_phone_and_lock_are_both_offline() -> None:
    """A grant that was fetched before, a tap, and the lock's own judgement."""
    home = house()
    dana = Standing(home, DANA)
    assert isinstance(dana.unlock(dana.entry(home.service.grant(DANA))), Opened)
    assert bolts(home) == 1


@pytest.mark.rule("LOCK-3")
def test_another_phone_with_the_same_grant_stays_outside() -> None:
    """The grant is bound to a key: a copy of it opens nothing, and no reason is told to a stranger."""
    home = house()
    gus = Standing(home, GUS)
    assert gus.unlock(gus.entry(home.service.grant(DANA))) == Refused(Reason.REFUSED)
    assert bolts(home) == 0


@pytest.mark.rule("LOCK-3")
def test_replayed_frames_open_nothing() -> None:
    """Everything that was said at one opening, said again on a new link, is noise."""
    home = house()
    frames: list[bytes] = []
    dana = Standing(home, DANA)
    dial = dana.dial

    def recording() -> Peer:
        peer = dial()

        def recorded(frame: bytes) -> Iterable[bytes]:
            frames.append(frame)
            return peer(frame)

        return recorded

    dana.dial = recording  # type: ignore[method-assign]
    assert isinstance(dana.unlock(dana.entry(home.service.grant(DANA))), Opened)
    link = home.rig.connect()
    for frame in frames:
        home.rig.do(FrameArrived(link, frame))
    assert bolts(home) == 1


@pytest.mark.rule("SYNC-9")
def test_a_first_opening_with_news_pushes_them_before_the_bolt() -> None:
    """The grant names a newer list: the phone that brings both sets the door up by opening it."""
    home = house()
    home.service.edit(code(9, 5_550_123))
    dana = Standing(home, DANA)
    outcome = dana.unlock(dana.entry(home.service.grant(DANA), bundle=home.service.bundle()))
    assert isinstance(outcome, Opened)
    assert outcome.set_up
    assert held(home) == 2
    hand_in(home, dana.hands)
    assert home.service.proven == 2


@pytest.mark.rule("SYNC-9")
def test_a_neighbours_opening_brings_the_revocation_after_the_bolt() -> None:
    """Dana's phone was removed. Gus, whose grant is older than that, opens; the news go in after the bolt, and Dana stays outside."""
    home = house()
    gus, dana = Standing(home, GUS), Standing(home, DANA)
    old = home.service.grant(GUS, subj=6), home.service.grant(DANA)
    home.service.edit(removed(DANA, home))
    assert isinstance(dana.unlock(dana.entry(old[1])), Opened)
    outcome = gus.unlock(gus.entry(old[0], bundle=home.service.bundle()))
    assert outcome == Opened(set_up=False, delivered=2, segments=outcome.segments if isinstance(outcome, Opened) else 0)
    assert dana.unlock(dana.entry(old[1])) == Refused(Reason.REVOKED)


@pytest.mark.rule("SYNC-1")
def test_a_residents_update_brings_battery_and_record_up() -> None:
    """Everything comes sealed; the service opens it, the phone cannot."""
    home = house()
    dana = Standing(home, DANA)
    dana.unlock(dana.entry(home.service.grant(DANA)))
    home.service.edit(code(9, 5_550_123))
    done = dana.update(dana.entry(home.service.grant(DANA), bundle=home.service.bundle()))
    assert done.result == "confirmed"
    assert dana.hands.kinds() == {"receipt", "segment", "telemetry"}
    assert done.telemetry is not None
    assert unverified_telemetry(done.telemetry).battery is not None
    entries = [entry for data in dana.hands.segments() for entry in open_segment(data, home.service.klog)[2]]
    found = open_log(home.service.lock_id, entries, home.service.klog)
    assert found.problems == []
    assert any(event.event.subj == 5 for event in found.events)


@pytest.mark.rule("SYNC-2")
def test_a_managers_update_pulls_nothing_at_all() -> None:
    """A push-only grant: the change arrives, the proof comes back in its short form, and nothing else leaves the lock."""
    home = house()
    milo = Standing(home, MILO, signal=True)
    home.service.edit(code(9, 5_550_123))
    grant = home.service.grant(MILO, Cls.MANAGER, rights=Rights.PUSH, subj=0)
    done = milo.update(milo.entry(grant, bundle=home.service.bundle(), cls=Cls.MANAGER))
    assert done.result == "confirmed"
    assert milo.hands.kinds() == {"receipt"}
    assert done.receipt is not None
    assert done.receipt.full is None
    assert bolts(home) == 0


@pytest.mark.rule("SYNC-2")
def test_what_a_lock_says_to_a_pusher_does_not_depend_on_its_record() -> None:
    """Same push, same number of bytes back, whether the flat was empty for weeks or busy."""
    lengths = set()
    for openings in (0, 30):
        home = house()
        for _ in range(openings):
            home.wait(60)
            neighbour = Standing(home, DANA)
            assert isinstance(neighbour.unlock(neighbour.entry(home.service.grant(DANA))), Opened)
        home.wait(3600)
        milo = Standing(home, MILO)
        home.service.edit(code(9, 5_550_123))
        grant = home.service.grant(MILO, Cls.MANAGER, rights=OWN_ACCESS, subj=0)
        assert milo.update(milo.entry(grant, bundle=home.service.bundle(), cls=Cls.MANAGER)).result == "confirmed"
        lengths.add(tuple(len(frame) for frame in milo.heard))
    assert len(lengths) == 1


@pytest.mark.rule("SYNC-6")
def test_two_phones_carry_one_update_together() -> None:
    """Each brings a part, in whichever order; no part is brought twice, and the last one proves the whole."""
    home = house()
    big(home)
    bundle = home.service.bundle()
    assert len(bundle.chunks) > 3
    dana, gus = Standing(home, DANA, frames_left=16), Standing(home, GUS)
    first = dana.update(dana.entry(home.service.grant(DANA, acl_ver=1), bundle=bundle), pull=False)
    assert first.result == "interrupted"
    home.rig.wait(11_000)  # the lease on staging of the phone that left
    second = gus.update(gus.entry(home.service.grant(GUS, acl_ver=1, subj=6), bundle=bundle), pull=False)
    assert second.result == "confirmed"
    brought = [one.done for one in gus.hands.said if one.step == "sending" and one.total]
    assert any(done > 0 for done in brought[:3])
    assert held(home) == home.service.ver


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(min_value=1, max_value=60), max_size=6))
@pytest.mark.rule("SYNC-6")
def test_however_often_it_is_interrupted_the_list_is_the_old_or_the_new_one(walks: list[int]) -> None:
    """After any number of tries of any length the lock holds version 1 or 2 and nothing between, and a full try ends in 2."""
    home = house()
    big(home)
    bundle = home.service.bundle()
    for frames in walks:
        someone = Standing(home, DANA, frames_left=frames)
        someone.update(someone.entry(home.service.grant(DANA, acl_ver=1), bundle=bundle), pull=False)
        assert held(home) in {1, 2}
        home.rig.wait(61_000)
    dana = Standing(home, DANA)
    assert dana.update(dana.entry(home.service.grant(DANA, acl_ver=1), bundle=bundle), pull=False).result == "confirmed"
    assert held(home) == 2


@pytest.mark.rule("SYNC-11")
@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_competing_couriers_end_in_the_newest_list(order: tuple[int, ...]) -> None:
    """Three phones with three different versions, in any order, twice each: the end is the same."""
    home = house()
    bundles = []
    for number in range(3):
        home.service.edit(code(9 + number, 5_550_123 + 111 * number))
        bundles.append(home.service.bundle())
    for number in (*order, *order):
        courier = Standing(home, DANA)
        courier.update(courier.entry(home.service.grant(DANA, acl_ver=1), bundle=bundles[number]), pull=False)
    assert held(home) == 4
    for number in range(3):
        home.rig.wait(60_000)
        home.rig.log.clear()
        home.rig.type(str(5_550_123 + 111 * number))
        assert bolts(home) == 1


@pytest.mark.rule("SYNC-10")
def test_a_courier_cannot_roll_a_list_back() -> None:
    """An old genuine update, brought after a newer one, changes nothing and is answered with proof of the newer."""
    home = house()
    home.service.edit(code(9, 5_550_123))
    old = home.service.bundle()
    home.service.edit(gone=(9,))
    dana = Standing(home, DANA)
    dana.update(dana.entry(home.service.grant(DANA), bundle=home.service.bundle()), pull=False)
    malicious = Standing(home, GUS)
    done = malicious.update(malicious.entry(home.service.grant(GUS, subj=6), bundle=old), pull=False)
    assert done.receipt is not None
    assert done.receipt.ver == 3
    home.rig.type("5550123")
    assert bolts(home) == 0


@pytest.mark.rule("SYNC-10")
def test_a_changed_update_is_refused_before_anything_is_stored() -> None:
    """A courier that changes the sealed bytes, or the signed head, gets nowhere; the lock's list stays as it is."""
    home = house()
    home.service.edit(code(9, 5_550_123))
    genuine = home.service.bundle()
    forged = Bundle(genuine.manifest[:-1] + bytes([genuine.manifest[-1] ^ 1]), genuine.chunks)
    malicious = Standing(home, GUS)
    done = malicious.update(malicious.entry(home.service.grant(GUS, subj=6, acl_ver=1), bundle=forged), pull=False)
    assert done.result != "confirmed" or (done.receipt is not None and done.receipt.ver == 1)
    assert held(home) == 1


@pytest.mark.rule("SYNC-10")
def test_sealed_segments_and_updates_tell_a_courier_nothing() -> None:
    """No code, name or number of the list, and no entry of the record, can be read in what a phone carries."""
    home = house()
    home.service.edit(code(9, 5_550_123))
    dana = Standing(home, DANA)
    bundle = home.service.bundle()
    dana.update(dana.entry(home.service.grant(DANA), bundle=bundle))
    carried = [bundle.manifest, *bundle.chunks, *dana.hands.segments()]
    secrets = [cbor.encode(5_550_123), b"5550123", home.service.k_pin, home.service.k_daily]
    assert not any(secret in data for data in carried for secret in secrets)
    assert len({len(data) for data in dana.hands.segments()}) == 1


@pytest.mark.rule("SYNC-12")
def test_the_proof_is_the_locks_own_word() -> None:
    """Version and digest under the lock's key; to those who pull also its clock."""
    home = house()
    home.service.edit(code(9, 5_550_123))
    dana = Standing(home, DANA, signal=True)
    done = dana.update(dana.entry(home.service.grant(DANA), bundle=home.service.bundle()))
    last = [one for one in dana.hands.kept if one.kind == "receipt"][-1]
    said = open_receipt(last.data, RoleKeys.of_lock(home.service.id_key))
    assert isinstance(said, Receipt)
    assert (said.ver, said.nonce) == (2, b"n" * 16)
    assert said.full is not None
    assert said.full.tstate is TrustedTime.GOOD
    assert done.receipt == said


@pytest.mark.rule("LOCK-5")
def test_an_update_in_a_dead_zone_repairs_the_clock_by_two_walks() -> None:
    """Battery pulled, no signal at the door: the question goes upstairs with the phone, the answer comes back within two hours."""
    home = house()
    home.rig.pull_battery()
    dana = Standing(home, DANA)
    grant = home.service.grant(DANA)
    assert dana.update(dana.entry(grant)).result == "confirmed"
    assert home.rig.lock.memory.read_clock(home.rig.at).quality is TrustedTime.LOST
    home.wait(600)
    answer = home.service.time(dana.hands.errands[-1])
    home.wait(600)
    assert dana.update(dana.entry(grant), assertion=answer).result == "confirmed"
    assert home.rig.lock.memory.read_clock(home.rig.at).quality is not TrustedTime.LOST


@pytest.mark.rule("LOCK-5")
def test_with_signal_one_update_repairs_the_clock() -> None:
    """The answer is fetched while the phone stands there."""
    home = house()
    home.rig.pull_battery()
    dana = Standing(home, DANA, signal=True)
    assert dana.update(dana.entry(home.service.grant(DANA))).result == "confirmed"
    assert home.rig.lock.memory.read_clock(home.rig.at).quality is TrustedTime.GOOD


def test_an_acknowledgement_frees_the_record_whoever_brings_it() -> None:
    """A manager's push carries the service's word; what was acknowledged is not pulled again."""
    home = house()
    dana = Standing(home, DANA)
    for _ in range(5):
        dana.unlock(dana.entry(home.service.grant(DANA)))
    before = home.rig.lock.memory.journal.kept
    tag = home.rig.lock.memory.journal.head.tag
    milo = Standing(home, MILO)
    grant = home.service.grant(MILO, Cls.MANAGER, rights=Rights.PUSH, subj=0)
    milo.update(milo.entry(grant, ack=home.service.ack(tag), cls=Cls.MANAGER), pull=False)
    assert home.rig.lock.memory.journal.kept < before


def installer(rig: Rig) -> activate.Installer:
    """Somebody who scanned the sticker."""
    return activate.Installer(sticker=Sticker(rig.lock_id, b"q" * 16, rig.model.number), draw=FRESH)


def fresh_lock() -> tuple[Service, Rig, Standing]:
    """A lock as it comes out of its box, and an installer's phone at it."""
    service, rig = Service(), Rig("M")
    rig.manufacture(service)
    rig.boot()
    service.edit(code(9, 5_550_123))
    return service, rig, Standing(House(service, rig), MILO)


def attested(service: Service, rig: Rig, at: Standing) -> activate.Attested:
    """The first walk."""
    found = at.meet(activate.attest(installer(rig), b"s" * 16))
    assert isinstance(found, activate.Attested)
    return found


def ticketed(service: Service, found: activate.Attested) -> tuple[bytes, bytes]:
    """The service's part: chain, nonce, then ticket and first list."""
    said, certificate = open_attest(found.attest, RoleKeys.of_roles({Role.MFG_CA: (service.factory.public,)}))
    assert (said.n_s, said.h) == (b"s" * 16, found.h)
    service.xs, service.id_key = said.xs, certificate.id_key
    first = service.bundle(snapshot=True)
    return ticket(service, said.n_l), cbor.encode([first.manifest, list(first.chunks)])


@pytest.mark.rule("LOCK-10")
@pytest.mark.parametrize("upstairs_s", [0, 3 * 3600])
def test_activation_may_be_split_by_a_walk_upstairs(upstairs_s: int) -> None:
    """Attested in the basement, ticket and first list fetched upstairs, delivered hours later: the lock signs for what it holds."""
    service, rig, at = fresh_lock()
    rig.do(InsideButton())
    found = attested(service, rig, at)
    held = ticketed(service, found)
    at.home.wait(upstairs_s)
    rig.do(InsideButton())
    done = at.meet(activate.deliver(installer(rig), *held, found.attest))
    assert isinstance(done, activate.Active)
    assert done.receipt.ver == 1
    assert at.hands.kinds() == {"receipt"}
    rig.log.clear()
    rig.type("5550123")
    assert bolts(at.home) == 1


@pytest.mark.rule("LOCK-10")
def test_without_the_inside_button_the_sticker_opens_no_session() -> None:
    """A picture of the sticker is not enough: somebody has to be inside."""
    _, rig, at = fresh_lock()
    found = at.meet(activate.attest(installer(rig), b"s" * 16))
    assert found == activate.NotActivated(None)


@pytest.mark.rule("LOCK-10")
def test_an_owned_lock_does_not_listen_to_its_sticker() -> None:
    """From the first list on the sticker's secret is worthless."""
    home = house()
    home.rig.do(InsideButton())
    at = Standing(home, MILO)
    found = at.meet(activate.attest(installer(home.rig), b"s" * 16))
    assert isinstance(found, activate.NotActivated)


def test_a_list_that_is_cut_short_activates_nothing() -> None:
    """Ticket and list are taken together or not at all."""
    service, rig, at = fresh_lock()
    big(at.home)
    rig.do(InsideButton())
    found = attested(service, rig, at)
    held = ticketed(service, found)
    at.frames_left = 30
    done = at.meet(activate.deliver(installer(rig), *held, found.attest))
    assert done == activate.NotActivated(None)
    assert rig.lock.memory.held is None
    at.frames_left = None
    done = at.meet(activate.deliver(installer(rig), *held, found.attest))
    assert isinstance(done, activate.Active)


def test_a_lock_with_a_low_battery_is_not_activated() -> None:
    """Activation needs 20 percent, and the reason is told."""
    _, rig, at = fresh_lock()
    rig.lock.memory.battery = 14
    rig.do(InsideButton())
    found = at.meet(activate.attest(installer(rig), b"s" * 16))
    assert found == activate.NotActivated(Reason.BATTERY)
