"""A lock's record in a small memory, couriers who bring what they like, a service that acknowledges what it may: nothing goes silently."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from limen.history.rules import Settled, covered_until, missing
from limen.lock import journal as journal_room
from limen.lock.flash import FlashError, Layout
from limen.lock.journal import Journal
from limen.lock.memory import draft
from limen.lock.notes import Notes
from limen.lock.ring import Rank, Ring
from limen.wire import limits
from limen.wire.events import Event, Kind, Loss, Result
from limen.wire.hpke import HpkeOpener, HpkeSealer
from limen.wire.ratchet import SealedHeader
from limen.wire.receipts import TrustedTime
from limen.wire.segments import Entry, gaps, open_log
from limen.wire.session import public_of
from tests.unit.lock.crash import Worn
from tests.unit.lock.site import Chance

LAYOUT = Layout.for_capacity(10)
PRIVATE = b"\x11" * 32
SEALER, OPENER = HpkeSealer(public_of(PRIVATE)), HpkeOpener(PRIVATE)
LOCK = b"l" * 8
T0 = 1_795_000_000
RESERVED, PLACES, AT_ONCE = 10, 60, 4
SORTS = ["opening", "refusal", "security", "still", "still of a refusal"]


def event(sort: str, t: int) -> Event:
    return {
        "opening": draft(kind=Kind.ENTRY, result=Result.GRANTED, t=t),
        "refusal": draft(kind=Kind.ENTRY, result=Result.REFUSED, t=t),
        "security": draft(kind=Kind.GUARD, t=t),
        "still": draft(kind=Kind.LOSS, photos_lost=Loss(1, 1, 1), t=t),
        "still of a refusal": draft(kind=Kind.PHOTO, result=Result.REFUSED, of_seq=1, photo=bytes(16), t=t),
    }[sort]


@contextmanager
def small_memory() -> Iterator[None]:
    """The same rules with fewer places."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits, "RING_RECORDS", PLACES)
        patch.setattr(limits, "RING_RESERVED", RESERVED)
        patch.setattr(journal_room, "REFUSALS_MAX", PLACES // 4)
        patch.setattr(journal_room, "ORDINARY_MAX", PLACES - RESERVED)
        patch.setattr(journal_room, "OPENINGS_MAX", PLACES - RESERVED - AT_ONCE)
        patch.setattr(journal_room, "DROPPED_AT_ONCE", AT_ONCE)
        patch.setattr(journal_room, "LOSSES_MAX", 3)
        yield


class UnderFlood(RuleBasedStateMachine):
    """One lock, one service, couriers in between."""

    @initialize()
    def begin(self) -> None:
        self.flash, self.at, self.t = Worn(), 0, T0
        self.uploaded: dict[tuple[int, int], Entry] = {}
        self.arrived: set[int] = set()
        self.losses: list[Event] = []
        self.tags: dict[int, bytes] = {}
        self.acknowledged = -1
        self.discarded: set[int] = set()
        self.restart()

    @rule()
    def restart(self) -> None:
        """A boot starts a new log epoch."""
        self.journal = Journal(self.flash, Ring(self.flash, LAYOUT.ring), Notes(self.flash, LAYOUT.notes), LOCK, Chance(self.at))
        self.journal.begin(SEALER, self.at)

    @rule(sort=st.sampled_from(SORTS), times=st.sampled_from([1, 1, 3, 20, 90]))
    def happens(self, sort: str, times: int) -> None:
        """Refusals push out no opening, and nothing ordinary pushes out the reserve of security records (invariant 61)."""
        for _ in range(times):
            self.t += 60
            before = self.held()
            with small_memory():
                self.journal.append(event(sort, self.t), self.at)
            gone = [rank for seq, rank in before.items() if seq not in self.held()]
            security = sum(rank in (Rank.SECURITY, Rank.LOSS) for rank in before.values())
            if sort in ("refusal", "still of a refusal"):
                assert Rank.ORDINARY not in gone
            if sort != "security" and Rank.SECURITY in gone:
                assert security > RESERVED
            if sort == "refusal":
                assert sum(rank is Rank.REFUSAL for rank in self.held().values()) <= PLACES // 4
            assert len(self.held()) <= PLACES + 1

    @rule(times=st.integers(1, 3))
    def nothing_can_be_written(self, times: int) -> None:
        """The number is spent all the same (LOCK-13)."""
        self.flash.worn = True
        for _ in range(times):
            with pytest.raises(FlashError):
                self.journal.append(event("opening", self.t), self.at)
        self.flash.worn = False

    @rule(keep=st.integers(0, 10**6))
    def a_courier_brings_a_part(self, keep: int) -> None:
        """Any part of it, in any order, as often as they like."""
        entries = self.journal.entries()
        pieces = [entries[n : n + 12] for n in range(0, len(entries), 12)]
        self.upload([entry for n, piece in enumerate(pieces) if keep >> n % 20 & 1 for entry in piece])

    @rule()
    def a_courier_brings_all(self) -> None:
        """Then every number is here or declared lost, however much was pushed out (invariant 57)."""
        self.upload(self.journal.entries())
        lacking = gaps(self.arrived, self.losses, 0, self.journal.head.seqnext)
        owed = self.journal.head.seqnext - 1 not in self.arrived  # what could not be written is declared with the next record
        assert all(declared for first, last, declared in lacking if not (owed and last == self.journal.head.seqnext - 1))

    @rule()
    def the_service_acknowledges(self) -> None:
        """Nothing is freed that has not arrived, whatever a courier kept back (invariant 58)."""
        runs = gaps(self.arrived, self.losses, 0, max(self.arrived, default=-1) + 1)
        covered = covered_until(frozenset(self.arrived), missing(runs, Settled()), 0)
        if covered is None:
            return
        before = self.held()
        self.journal.acknowledge(self.tags[covered], self.at)
        assert {seq for seq in before if seq not in self.held()} <= self.arrived

    @rule(hours=st.integers(0, 3))
    def privacy_discards(self, hours: int) -> None:
        """With a LOSS in its place; LOSS records themselves name nobody and stay."""
        with small_memory():
            self.journal.discard(self.t - hours * 3600, self.t, TrustedTime.GOOD, self.at)

    @invariant()
    def acknowledging_never_goes_back(self) -> None:
        """Numbers only rise."""
        if hasattr(self, "journal"):
            assert self.journal.head.seqnext >= max(self.arrived, default=-1) + 1

    def held(self) -> dict[int, Rank]:
        """Number and rank of what the ring holds."""
        return {held.seq: held.rank for held in self.journal._ring.held.values() if held.rank is not Rank.HEADER}

    def upload(self, entries: list[Entry]) -> None:
        """What the service makes of everything it was ever given."""
        for entry in entries:
            key = (entry.logepoch, -1) if isinstance(entry, SealedHeader) else (entry.logepoch, entry.i)
            self.uploaded[key] = entry
        found = open_log(LOCK, self.uploaded.values(), OPENER)
        self.arrived |= {one.event.seq for one in found.events}
        self.tags |= {one.event.seq: one.tag for one in found.events}
        told = {one.event.seq: one.event for one in found.events if one.event.loss is not None}
        self.losses = [told[seq] for seq in sorted(told)]


TestUnderFlood = UnderFlood.TestCase
TestUnderFlood.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
