"""One lock through anything that couriers, power and a forgetful service can do to its list, against an oracle that is a dictionary.

Real lock, real frames, real flash that loses power at any step. The oracle knows which states were ever signed and whom they let in; it shares
nothing with the lock but the wire.
"""

import contextlib
import random
from copy import copy
from dataclasses import replace

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from limen.lock.decide import revoked
from limen.lock.events import Cause
from limen.lock.store import ListStore
from limen.wire import operations as ask
from limen.wire.answers import Answer, Busy, Denied, Settled, Staged, missing
from limen.wire.bundles import Bundle, read_manifest
from limen.wire.envelope import Role, unverified_payload
from limen.wire.grants import Cls, Grant, read_grant
from limen.wire.liststate import after
from limen.wire.operations import Op
from limen.wire.records import ListRecord, RecordKind
from limen.wire.refusals import Status
from tests.unit.lock.crash import CrashFlash, PowerLossError
from tests.unit.lock.site import CONFIG, DANA, GUS, MODELS, House, Rig, Service, activate, code

PEOPLE = (21, 22, 23)
COURIER = 9
SMALL = replace(MODELS["M"], capacity=100)
DAY_S = 86_400


def _copy(service: Service) -> Service:
    """A backup of it."""
    kept = copy(service)
    kept.states, kept.changes = dict(service.states), list(service.changes)
    return kept


class Door(RuleBasedStateMachine):
    """`signed` has every state that any service ever signed, by version; after a restore two may share a number."""

    @initialize(seed=st.integers(0, 10**6))
    def begin(self, seed: int) -> None:
        self.chance = random.Random(seed)
        service, rig = Service(CONFIG), Rig(SMALL, CrashFlash(seed, coarse=True))
        rig.manufacture(service)
        rig.boot()
        service.edit()
        assert isinstance(activate(rig, service), Settled)
        self.home = House(service, rig)
        self.signed: dict[tuple[int, bytes], dict[int, int]] = {}
        self.floors: dict[int, int] = {}
        self.handed: list[tuple[Bundle, bool]] = []
        self.receipts: list[bytes] = []
        self.grants: list[Grant] = []
        self.backups: list[tuple[Service, dict[int, int]]] = []
        self.forked, self.highest = False, 1
        self._sign()

    def _sign(self) -> None:
        """The oracle writes down what the newest version means: whose grants up to when are over."""
        service = self.home.service
        self.signed[service.ver, after(service.states[service.ver])] = dict(self.floors)
        self.backups = [*self.backups[-5:], (_copy(service), dict(self.floors))]

    @property
    def held(self) -> tuple[int, bytes]:
        held = self.home.rig.lock.memory.held
        assert held is not None
        return held.state.ver, held.after

    # ---- the service

    @rule(slots=st.lists(st.integers(30, 45), min_size=1, max_size=3, unique=True), gone=st.integers(30, 45))
    def edit(self, slots: list[int], gone: int) -> None:
        service = self.home.service
        present = set(service.states[service.ver].records)
        ended = [gone] if gone in present and gone not in slots else []
        service.edit(*(code(slot, self.chance.randrange(10**7)) for slot in slots), gone=ended)
        self._sign()

    @rule(first=st.sampled_from([60, 100]))
    def edit_much(self, first: int) -> None:
        self.home.service.edit(*(code(first + n, self.chance.randrange(10**7), subj=n) for n in range(70)))
        self._sign()

    @rule(who=st.sampled_from(PEOPLE))
    def remove(self, who: int) -> None:
        service = self.home.service
        self.floors = {**self.floors, who: service.now}
        service.edit(ListRecord(slot=who, kind=RecordKind.SUBJECT_FLOOR, data=service.now, subj=who))
        self._sign()

    @rule(who=st.sampled_from(PEOPLE))
    def invite(self, who: int) -> None:
        self.grants.append(read_grant(unverified_payload(self.home.service.grant(DANA, subj=who))[1]))

    @rule(snapshot=st.booleans())
    def hand_out(self, snapshot: bool) -> None:
        service = self.home.service
        if service.ver > service.proven:
            self.handed.append((service.bundle(snapshot=snapshot or self.forked), self.forked))

    @rule(pick=st.integers(0, 9))
    def hear(self, pick: int) -> None:
        """A receipt comes up, however old; the recovery rule of B.2 where it tells of a list that is not ours."""
        if not self.receipts:
            return
        service, said = self.home.service, self.receipts[pick % len(self.receipts)]
        proven, word = service.proven, service.take(said)
        known = service.states.get(word.ver)
        if known is None or after(known) != word.after:
            service.proven, service.ver = proven, max(service.ver, word.ver)
            newest = service.states[max(service.states)]
            service.states[service.ver] = replace(newest, ver=service.ver)
            service.edit()
            self._sign()
            self.forked = True
        elif word.ver == service.ver:
            self.forked = False

    @rule(back=st.integers(1, 6), newest_first=st.booleans())
    def restore(self, back: int, newest_first: bool) -> None:
        """An earlier backup; the ledger takes away again what had been taken since, before anything is handed out (H.2)."""
        service = self.home.service
        if newest_first and service.ver > self.held[0]:
            self._push(service.bundle(snapshot=self.forked), None)
        now, (backup, floors) = service.now, self.backups[-min(back, len(self.backups))]
        again = {who: floor for who, floor in self.floors.items() if floors.get(who) != floor}
        service = self.home.service = _copy(backup)
        service.now, service.chance = now, type(service.chance)(self.chance.randrange(10**6))
        service.edit(*(ListRecord(slot=who, kind=RecordKind.SUBJECT_FLOOR, data=floor, subj=who) for who, floor in again.items()))
        self.forked = False  # it does not know yet what the lock has heard since
        self._sign()
        for _ in range(self.chance.randrange(5)):
            service.edit(code(52, self.chance.randrange(10**7)))
            self._sign()
        self.handed.append((service.bundle(), False))

    # ---- couriers

    @rule(pick=st.integers(0, 20), parts=st.integers(0, 3), beside=st.booleans())
    def carry_a_part(self, pick: int, parts: int, beside: bool) -> None:
        if self.handed:
            self._push(self.handed[pick % len(self.handed)][0], parts, beside=beside)

    @rule(pick=st.integers(0, 20))
    def carry(self, pick: int) -> None:
        """All of it, uninterrupted: applied wherever it is for this version, else answered; twice is once (invariants 5 and 6)."""
        if not self.handed:
            return
        bundle, _ = self.handed[pick % len(self.handed)]
        ver, _ = self.held
        manifest = read_manifest(unverified_payload(bundle.manifest, 8192)[1])
        answer = self._push(bundle, None)
        if isinstance(answer, Busy):
            return
        status = getattr(answer, "status", None)
        if manifest.ver <= ver:
            assert status is Status.ALREADY
        elif status is Status.APPLIED:
            assert self.held == (manifest.ver, manifest.after)
            assert getattr(self._push(bundle, None), "status", None) is Status.ALREADY
        else:
            assert status in (Status.SUPERSEDED, Status.NEED_SNAPSHOT)
            assert status is Status.SUPERSEDED or manifest.base > ver or self._mixed(ver)

    def _mixed(self, ver: int) -> bool:
        """Whether two histories have given out the number the lock is at: then only a snapshot leads on."""
        return len({mark for number, mark in self.signed if number <= ver}) > len({number for number, _ in self.signed if number <= ver})

    @rule(budget=st.integers(0, 60))
    def carry_while_the_power_goes(self, budget: int) -> None:
        """The newest list, and the power goes at some step of taking it: the old one or the new one (invariant 3)."""
        service, flash = self.home.service, self.home.rig.flash
        assert isinstance(flash, CrashFlash)
        service.edit(code(51, self.chance.randrange(10**7)))
        self._sign()
        bundle = service.bundle(snapshot=self.forked)
        self.handed.append((bundle, self.forked))
        before, target = self.held, read_manifest(unverified_payload(bundle.manifest, 8192)[1])
        flash.barrier()
        flash.budget = budget
        with contextlib.suppress(PowerLossError):
            self._push(bundle, None)
        flash.budget = None
        self.home.rig.boot(Cause.RESTART)
        assert self.held in (before, (target.ver, target.after))

    @rule(what=st.sampled_from(["signer", "lock", "byte"]))
    def carry_a_lie(self, what: str) -> None:
        """Refused, and no bit of list, commit log and staging is another one (invariants 10 and 13)."""
        service = self.home.service
        kept = service.lock_id, service.roles[Role.KU]
        if what == "signer":
            service.roles = {**service.roles, Role.KU: service.roles[Role.KG]}
        if what == "lock":
            service.lock_id = b"neighbor"
        bad = service.bundle(base=min(service.proven, service.ver - 1)) if service.ver > 1 else None
        service.lock_id, service.roles = kept[0], {**service.roles, Role.KU: kept[1]}
        if bad is None:
            return
        if what == "byte":
            bad = replace(bad, manifest=bad.manifest[:-1] + bytes([bad.manifest[-1] ^ 1]))
        image = self._image()
        assert isinstance(self._push(bad, None), Denied)
        assert self._image() == image

    def _push(self, bundle: Bundle, parts: int | None, *, beside: bool = False) -> Answer | None:
        home = self.home
        if not beside or len(home.rig.open) > 1:
            home.rig.hang_up()
        talk, answer = home.present(GUS, home.service.grant(GUS, Cls.COURIER, subj=COURIER, acl_ver=1), Op.MANIFEST, beside=True)
        if answer is None or isinstance(answer, Denied):
            return answer
        answer = talk.ask(ask.ManifestPush(bundle.manifest))
        if isinstance(answer, Staged):
            for index in missing(answer.bitmap, len(bundle.chunks))[:parts]:
                answer = talk.ask(ask.ChunkPush(index, bundle.chunks[index]))
        if isinstance(answer, Settled):
            self.receipts.append(answer.receipt)
        return answer

    def _image(self) -> bytes:
        layout, flash = self.home.rig.lock.memory.layout, self.home.rig.flash
        return b"".join(flash.read(a, 0, a.size_bytes) for a in (*layout.slots, layout.commits, layout.staging, layout.bitmap))

    # ---- the world

    @rule(seconds=st.integers(1, 3600))
    def wait(self, seconds: int) -> None:
        self.home.wait(seconds)

    @rule()
    def pull_battery(self) -> None:
        self.home.rig.pull_battery()

    # ---- what holds after every step

    @invariant()
    def versions_only_rise(self) -> None:
        """Whatever was delivered, lost, cut and restored (invariants 1 and 3)."""
        if hasattr(self, "home"):
            ver, _ = self.held
            assert ver >= self.highest
            self.highest = ver

    @invariant()
    def the_list_is_one_that_was_signed(self) -> None:
        """In memory and read back from flash; never a mixture, never a part (invariants 2 and 14)."""
        if hasattr(self, "home"):
            assert self.held in self.signed
            memory = self.home.rig.lock.memory
            store = ListStore(self.home.rig.flash, memory.layout)
            store.boot(browned_out=False)
            assert store.holding is not None
            assert (store.holding.state.ver, after(store.holding.state)) == self.held

    @invariant()
    def proven_is_never_ahead(self) -> None:
        """What the service believes came from the lock (invariant 4)."""
        if hasattr(self, "home"):
            assert self.home.service.proven <= self.held[0]

    @invariant()
    def nobody_comes_back(self) -> None:
        """After the list that removed somebody, no grant from before it opens and every later one does (invariants 14 and 31)."""
        if hasattr(self, "home"):
            held, floors = self.home.rig.lock.memory.held, self.signed[self.held]
            assert held is not None
            for grant in self.grants:
                assert (revoked(grant, held) is not None) == (grant.iat <= floors.get(grant.subj, 0))

    def teardown(self) -> None:
        """One delivery of the newest list ends in the newest list (invariant 7)."""
        if not hasattr(self, "home"):
            return
        self.home.wait(2 * DAY_S)
        service = self.home.service
        service.ver = max(service.ver, self.held[0])
        service.states.setdefault(service.ver, replace(service.states[max(service.states)], ver=service.ver))
        service.edit(code(50, 5_550_123))
        self._sign()
        answer = self._push(service.bundle(snapshot=True), None)
        assert getattr(answer, "status", None) is Status.APPLIED
        assert self.held == (service.ver, after(service.states[service.ver]))


TestDoor = Door.TestCase
TestDoor.settings = settings(
    max_examples=30,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),  # a run that fails prints its steps; making them fewer takes minutes
)
