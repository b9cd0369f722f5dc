"""Whatever happens at a door, its lock holds exactly the stills that the table, the minute of waiting and the room allow."""

from dataclasses import dataclass, replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from limen.lock.commands import Command, TakePhoto
from limen.lock.decide import Granted, Refused
from limen.lock.events import Cause, InsideHandle, KeyTurned, PhotoTaken, Ticked
from limen.lock.openings import Attempt
from limen.wire.events import Kind, Method
from limen.wire.grants import Cls
from limen.wire.records import DoorKind
from limen.wire.refusals import Reason
from tests.unit.lock.reading import log
from tests.unit.lock.site import CONFIG, House, house

DAYS_30 = 30 * 86_400
KINDS = st.sampled_from([DoorKind.UNIT, DoorKind.COMMON, DoorKind.SERVICE])
PEOPLE = st.sampled_from([None, Cls.RESIDENT, Cls.APP_GUEST, Cls.CODE_HOLDER, Cls.STAFF, Cls.MANAGER])


@dataclass
class Shot:
    """A still as the model believes in it."""

    seq: int
    refusal: bool
    at: int


class Stills(RuleBasedStateMachine):
    """The lock with its real flash against a model that shares nothing with it but the words of F.5."""

    home: House
    kind: DoorKind

    @initialize(kind=KINDS)
    def begin(self, kind: DoorKind) -> None:
        self.kind = kind
        self.home = house(replace(CONFIG, door_kind=kind))
        self.kept: list[Shot] = []
        self.waiting: list[int] = []
        self.until: int | None = None
        self.last_refusal: int | None = None
        self.gone: set[int] = set()

    @rule(cls=PEOPLE, times=st.sampled_from([1, 1, 1, 30]))
    def somebody_enters(self, cls: Cls | None, times: int) -> None:
        """A crowd now and then, so that the album fills."""
        for _ in range(times):
            seq = self._ordered(self.home.rig.lock._openings.open(Granted(cls, 5), Attempt(Method.APP), self.at).commands)
            guest = cls in (Cls.APP_GUEST, Cls.CODE_HOLDER)
            if self.kind is DoorKind.UNIT and cls is Cls.RESIDENT:
                self.waiting, self.until = [], None
                assert seq is None
            elif cls is not None and (guest or self.kind is DoorKind.COMMON):
                assert seq is not None
                self._picture(seq)
                self._keep(seq, refusal=False)
            else:
                assert seq is None

    @rule(times=st.sampled_from([1, 2, 18]))
    def wrong_codes(self, times: int) -> None:
        """A minute apart where there are many."""
        for n in range(times):
            seq = self._ordered(self.home.rig.lock._openings.refuse(Refused(Reason.WRONG_CODE), Attempt(Method.CODE), self.at).commands)
            if self.kind is DoorKind.UNIT:
                self.until = self.at + 60_000
            due = self.last_refusal is None or self.at - self.last_refusal >= 60_000
            assert (seq is not None) is due
            if seq is not None:
                self.last_refusal = self.at
                self._picture(seq)
                if self.kind is DoorKind.UNIT:
                    self.waiting.append(seq)
                else:
                    self._keep(seq, refusal=True)
            if times > 2 and n + 1 < times:
                self.time_passes(61)

    @rule(hand=st.sampled_from([KeyTurned(), InsideHandle()]))
    def by_hand(self, hand: KeyTurned | InsideHandle) -> None:
        """Metal key and inside handle: nothing, ever."""
        assert self._ordered(self.home.rig.do(hand)) is None

    @rule(seconds=st.sampled_from([5, 59, 61, 3_600, 10 * 86_400]))
    def time_passes(self, seconds: int) -> None:
        """The timer fires when it is due."""
        self.home.wait(seconds)
        self.home.rig.do(Ticked())
        if self.until is not None and self.at >= self.until:
            waiting, self.waiting, self.until = self.waiting, [], None
            for seq in waiting:
                self._keep(seq, refusal=True)
        now = self.home.rig.lock.memory.read_clock(self.at).utime
        self._lose([shot for shot in self.kept if shot.at <= now - DAYS_30])

    @rule(cause=st.sampled_from(Cause))
    def starts_again(self, cause: Cause) -> None:
        """What waited was in memory alone."""
        self.home.rig.boot(cause)
        self.waiting, self.until, self.last_refusal = [], None, None

    @precondition(lambda self: self.kept)
    @rule(which=st.integers(0, 63))
    def the_service_has_some(self, which: int) -> None:
        """Freed without a LOSS: somebody has them."""
        shot = self.kept[which % len(self.kept)]
        photos = self.home.rig.lock._openings.photos
        photo = photos.read(shot.seq)
        assert photo is not None
        photos.acknowledge(photo.digest)
        self.kept = [other for other in self.kept if other.seq > shot.seq]

    @invariant()
    def it_holds_what_it_should_and_says_what_it_lost(self) -> None:
        """Present if and only if the table says yes, and it was neither evicted nor dropped from the wait; eviction leaves LOSS (invariant 64)."""
        if not hasattr(self, "home"):
            return
        assert self.home.rig.lock._openings.photos.numbers() == sorted(shot.seq for shot in self.kept)

    def teardown(self) -> None:
        """At the end the record tells of every still there was, and of every one that went."""
        if not hasattr(self, "home"):
            return
        events = [one.event for one in log(self.home).events]
        told = {event.of_seq for event in events if event.kind is Kind.PHOTO}
        lost = [event.photos_lost for event in events if event.photos_lost is not None]
        assert {shot.seq for shot in self.kept} <= told
        assert all(any(loss.first <= seq <= loss.last for loss in lost) for seq in self.gone)
        assert sum(loss.count for loss in lost) == len(self.gone)

    @property
    def at(self) -> int:
        return self.home.rig.at

    def _ordered(self, commands: list[Command]) -> int | None:
        return next((command.seq for command in commands if isinstance(command, TakePhoto)), None)

    def _picture(self, seq: int) -> None:
        self.home.rig.do(PhotoTaken(seq, b"still"))

    def _keep(self, seq: int, *, refusal: bool) -> None:
        refusals = [shot for shot in self.kept if shot.refusal]
        if refusal and len(refusals) >= 16:
            self._lose(refusals[:1])
        elif len(self.kept) >= 64:
            self._lose(sorted(self.kept, key=lambda shot: shot.seq)[:1])
        self.kept.append(Shot(seq, refusal, self.home.rig.lock.memory.read_clock(self.at).utime))
        self.kept.sort(key=lambda shot: shot.seq)

    def _lose(self, shots: list[Shot]) -> None:
        self.gone |= {shot.seq for shot in shots}
        self.kept = [shot for shot in self.kept if shot not in shots]


TestStills = Stills.TestCase
TestStills.settings = settings(max_examples=15, stateful_step_count=20, deadline=None)
