"""Large lists that arrive in parts, from whichever phone is there, with small ones going past: against a model of sets and numbers.

Real lock, real frames, real flash; the model knows which parts have been sent and which version the lock must be at, and asks the lock nothing.
"""

import contextlib
import random
from collections import Counter
from dataclasses import dataclass, field

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from limen.lock.events import Cause
from limen.wire import operations as ask
from limen.wire.answers import Answer, Denied, Settled, Staged, missing
from limen.wire.bundles import Bundle
from limen.wire.operations import Op
from limen.wire.refusals import Status
from tests.unit.lock.crash import CrashFlash, PowerLossError
from tests.unit.lock.site import DANA, GUS, MILO, MODELS, House, Rig, Service, Talk, activate, code

PHONES = (DANA, GUS, MILO)
MANY = 160
LARGE_MOST = 8
"""A lock takes twenty new large lists a day; more is somebody wearing it out (B.4)."""


@dataclass
class Carried:
    """A list on its way: the version it leads to, its bytes, which parts the lock must have, how often each was sent."""

    ver: int
    bundle: Bundle
    have: set[int] = field(default_factory=set)
    sent: Counter[int] = field(default_factory=Counter)


class Transfers(RuleBasedStateMachine):
    """`at`: the version the lock must be at. `staged`: the large list whose parts it must hold."""

    @initialize(seed=st.integers(0, 10**6))
    def begin(self, seed: int) -> None:
        self.chance = random.Random(seed)
        service, rig = Service(), Rig(MODELS["M"], CrashFlash(seed, coarse=True))
        rig.manufacture(service)
        rig.boot()
        service.edit()
        assert isinstance(activate(rig, service), Settled)
        self.home = House(service, rig)
        self.at = 1
        self.large: list[Carried] = []
        self.small: list[Carried] = []
        self.staged: Carried | None = None
        self.passed = 0
        """How often a small list was applied while parts of a large one lay there."""
        self.torn: Counter[int] = Counter()
        """By version, how many parts a power cut may have spoiled."""
        self._changes()

    # ---- the service

    @precondition(lambda self: len(self.large) < LARGE_MOST)
    @rule()
    def much_changes(self) -> None:
        first = 1_000 * (1 + len(self.large))
        self._new(self.home.service.edit(*(code(first + n, self.chance.randrange(10**7), subj=n) for n in range(MANY))))

    def little_changes(self) -> None:
        self._new(self.home.service.edit(code(30 + self.chance.randrange(30), self.chance.randrange(10**7))))

    def _changes(self) -> None:
        """Somebody is removed, and then a floor moves in: a small list and a large one, both from where the lock is."""
        self.little_changes()
        if len(self.large) < LARGE_MOST:
            self.much_changes()

    def _new(self, ver: int) -> None:
        """What leads from where the lock is to there; what fits one part goes straight through."""
        one = Carried(ver, self.home.service.bundle(base=self.at))
        if len(one.bundle.chunks) == 1:
            self.small.append(one)
        elif len(self.large) < LARGE_MOST:
            self.large.append(one)

    # ---- couriers

    @precondition(lambda self: self.large)
    @rule(who=st.sampled_from(PHONES), older=st.integers(0, 2), parts=st.integers(0, 4), backwards=st.booleans())
    def carry_parts(self, who: object, older: int, parts: int, backwards: bool) -> None:
        """The lock asks for exactly the parts that nobody has brought yet (invariant 9)."""
        one = self.large[-1 - older % len(self.large)]
        talk = self._present(PHONES.index(who))
        if (lacking := self._told(one, talk.ask(ask.ManifestPush(one.bundle.manifest)))) is None:
            return
        for index in (lacking[::-1] if backwards else lacking)[:parts]:
            one.sent[index] += 1
            answer = talk.ask(ask.ChunkPush(index, one.bundle.chunks[index]))
            one.have.add(index)
            if len(one.have) == len(one.bundle.chunks):
                self._applied(one, answer)
            else:
                assert isinstance(answer, Staged)

    @precondition(lambda self: self.staged is not None)
    @rule(pick=st.integers(0, 9))
    def carry_a_part_again(self, pick: int) -> None:
        """A part that is there already changes nothing."""
        one = self.staged
        assert one is not None
        talk = self._present(0)
        if self._told(one, talk.ask(ask.ManifestPush(one.bundle.manifest))) is None or not one.have:
            return
        index = sorted(one.have)[pick % len(one.have)]
        answer = talk.ask(ask.ChunkPush(index, one.bundle.chunks[index]))
        assert isinstance(answer, Staged)
        assert set(missing(answer.bitmap, len(one.bundle.chunks))) == self._lacking(one)

    @precondition(lambda self: self.small)
    @rule(older=st.integers(0, 2), beside=st.booleans())
    def carry_a_small_one(self, older: int, beside: bool) -> None:
        """It is applied at once, whatever else is arriving, and takes nothing of that away (invariant 8)."""
        one = self.small[-1 - older % len(self.small)]
        slow = self._slow() if beside else None
        talk = self._present(1, beside=beside)
        answer = talk.ask(ask.ManifestPush(one.bundle.manifest))
        if one.ver <= self.at:
            assert getattr(answer, "status", None) is Status.ALREADY
        else:
            assert isinstance(answer, Staged)
            self.passed += self.staged is not None and bool(self.staged.have)
            self._applied(one, talk.ask(ask.ChunkPush(0, one.bundle.chunks[0])))
        if slow is not None and self.staged is not None:
            rest = self._told(self.staged, slow.ask(ask.ManifestPush(self.staged.bundle.manifest)))
            assert rest is not None

    @rule(beside=st.booleans(), pull=st.booleans())
    def carry_a_small_one_past_a_large_one(self, beside: bool, pull: bool) -> None:
        """One phone begins, another brings the removal, a third ends what the first began."""
        self._changes()
        self.carry_parts(DANA, 0, 2, False)
        self.carry_a_small_one(0, beside)
        if pull:
            self.pull_battery()
        self.carry_parts(MILO, 0, 99, True)

    # ---- the world

    @rule()
    def restart(self) -> None:
        self.home.rig.boot(Cause.RESTART)

    @rule()
    def pull_battery(self) -> None:
        self.home.rig.pull_battery()

    @precondition(lambda self: self.staged is not None)
    @rule(budget=st.integers(0, 7))
    def power_goes_in_the_middle_of_a_part(self, budget: int) -> None:
        """The part is there or it is asked for once more; the others stay."""
        one, flash = self.staged, self.home.rig.flash
        assert one is not None
        assert isinstance(flash, CrashFlash)
        talk = self._present(2)
        lacking = self._told(one, talk.ask(ask.ManifestPush(one.bundle.manifest)))
        if not lacking or len(lacking) == 1:
            return
        flash.barrier()
        flash.budget, cut = budget, True
        one.sent[lacking[0]] += 1
        with contextlib.suppress(PowerLossError):
            talk.ask(ask.ChunkPush(lacking[0], one.bundle.chunks[lacking[0]]))
            cut = False
        flash.budget = None
        self.home.rig.boot(Cause.RESTART)
        answer = self._present(2).ask(ask.ManifestPush(one.bundle.manifest))
        assert isinstance(answer, Staged)
        now = set(missing(answer.bitmap, len(one.bundle.chunks)))
        assert set(lacking[1:]) <= now <= set(lacking)
        assert cut or now == set(lacking[1:])
        self.torn[one.ver] += lacking[0] in now
        one.have = set(range(len(one.bundle.chunks))) - now

    # ---- what the model expects

    def _told(self, one: Carried, answer: Answer | None) -> list[int] | None:
        """To a large list's head: the parts that are lacking, or None where the lock must have no use for it."""
        status = getattr(answer, "status", None)
        if one.ver <= self.at:
            assert status is Status.ALREADY
        elif self.staged is not None and self.staged.ver > one.ver:
            assert status is Status.SUPERSEDED
        else:
            if self.staged is not one:
                one.have, one.sent = set(), Counter()
                self.staged = one
            assert isinstance(answer, Staged)
            lacking = missing(answer.bitmap, len(one.bundle.chunks))
            assert set(lacking) == self._lacking(one)
            return list(lacking)
        return None

    def _lacking(self, one: Carried) -> set[int]:
        return set(range(len(one.bundle.chunks))) - one.have

    def _applied(self, one: Carried, answer: Answer | None) -> None:
        assert getattr(answer, "status", None) is Status.APPLIED
        self.at = one.ver
        if self.staged is not None and self.staged.ver <= self.at:
            self.staged = None
        if all(other.ver <= self.at for other in self.large):
            self._changes()

    def _slow(self) -> Talk:
        """A phone that stays, in the middle of the large list."""
        talk = self._present(0)
        if self.staged is not None:
            self._told(self.staged, talk.ask(ask.ManifestPush(self.staged.bundle.manifest)))
        return talk

    def _present(self, who: int, *, beside: bool = False) -> Talk:
        if not beside:
            self.home.rig.hang_up()
        talk, answer = self.home.present(
            PHONES[who], self.home.service.grant(PHONES[who], subj=20 + who, acl_ver=1), Op.MANIFEST, beside=True
        )
        assert answer is not None
        assert not isinstance(answer, Denied)
        return talk

    @invariant()
    def the_lock_is_where_the_model_is(self) -> None:
        """No part was lost, and none applied anything before all were there (invariants 8 and 9)."""
        if hasattr(self, "home"):
            assert self.home.rig.lock.holds(self.home.rig.at).ver == self.at

    @invariant()
    def no_part_travels_twice(self) -> None:
        """But the ones that a power cut spoiled (invariant 9)."""
        if hasattr(self, "home"):
            for one in self.large:
                again = sum(count - 1 for count in one.sent.values() if count > 1)
                assert again <= self.torn[one.ver]


TestTransfers = Transfers.TestCase
TestTransfers.settings = settings(
    max_examples=15,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),
)
