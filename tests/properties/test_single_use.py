"""Codes that open once, or for a quarter of an hour, against everything that happens to a lock's time (inv. 40, 43).

The oracle knows the true time and what opened; the lock knows its crystal, what the service tells it, and what its notes kept.
"""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from limen.lock.clock import Clock
from limen.lock.codes import Temporaries, Uses, judge, margin_s
from limen.lock.decide import Door, Granted
from limen.lock.flash import Layout
from limen.lock.lists import HeldList
from limen.lock.notes import Notes
from limen.lock.shell.flash import MemoryFlash
from limen.wire.doorcodes import TempCls, bucket_of, promised_until, temporary
from limen.wire.liststate import ListState
from limen.wire.receipts import TrustedTime
from tests.unit.lock.site import CONFIG, T0, ZONE

BANKS = Layout.for_capacity(10).notes
PPM = 100
QUARTER_S, GRACE_S = 900, 60
ROUNDING_S = 2
Issue = tuple[TempCls, int, int]


class Visitors(RuleBasedStateMachine):
    """True time in `tau`; the lock counts `at` with a crystal that is off by up to 100 ppm. All in milliseconds."""

    @initialize(ppm=st.sampled_from([-PPM, 0, PPM]) | st.integers(-PPM, PPM))
    def begin(self, ppm: int) -> None:
        self.tau, self.at, self.ppm = T0 * 1000, 1_000_000, ppm
        self.flash = MemoryFlash()
        self.held = HeldList.of(b"l" * 8, ListState(epoch=1, ver=1, records={}, config=CONFIG, k_daily=b"d" * 32, k_pin=b"p" * 32))
        self.temporaries = Temporaries(self.held.daily_key, CONFIG)
        self.clock = Clock()
        self.uses = Uses(Notes(self.flash, BANKS), self.at, power_lost=False)
        self.kept = self.clock.persisted(self.at)
        self.asked = 0
        self.made: list[tuple[Issue, int]] = []
        self.opened: dict[Issue, int] = {}
        self.failed: dict[Issue, int] = {}
        self.dark: set[Issue] = set()
        self._sync(2000)

    def _pass(self, ms: int) -> None:
        self.tau += ms
        self.at += ms + ms * self.ppm // 1_000_000

    def _sync(self, round_trip_ms: int) -> None:
        nonce = self.asked.to_bytes(16, "big")
        self.asked += 1
        self.clock.challenge(nonce, self.at)
        self._pass(round_trip_ms // 3)
        said = self.tau
        self._pass(round_trip_ms - round_trip_ms // 3)
        self.clock.answer(nonce, said, self.at)

    @rule(s=st.sampled_from([1, 20, 59, 70, 300, 880, 899, 902, 1800, 3500]) | st.integers(0, 20_000))
    def a_while(self, s: int) -> None:
        self._pass(s * 1000)

    @rule(days=st.integers(1, 120))
    def nobody_comes_for_weeks(self, days: int) -> None:
        self._pass(days * 86_400_000)

    @rule(round_trip_ms=st.sampled_from([0, 1000, 60_000, 1_200_000, 7_100_000]))
    def a_phone_brings_the_time(self, round_trip_ms: int) -> None:
        self._sync(round_trip_ms)

    @rule()
    def the_clock_is_kept(self) -> None:
        self.kept = self.clock.persisted(self.at)

    @rule(dark_s=st.sampled_from([0, 5, 100, 890, 1000]) | st.integers(0, 100_000))
    def the_battery_is_pulled(self, dark_s: int) -> None:
        self.tau += dark_s * 1000
        self.at = 0
        self.clock = Clock(self.kept, self.at, power_lost=True)
        self.uses = Uses(Notes(self.flash, BANKS), self.at, power_lost=True)
        self.kept = self.clock.persisted(self.at)
        self.dark = set(self.opened)

    @rule()
    def it_restarts_with_power(self) -> None:
        self.clock = Clock(self.clock.persisted(self.at), self.at, power_lost=False)
        self.uses = Uses(Notes(self.flash, BANKS), self.at, power_lost=False)

    @rule(cls=st.sampled_from([TempCls.ONCE, TempCls.ONCE, TempCls.DAY_SINGLE]))
    def a_code_is_made(self, cls: TempCls) -> None:
        issue = cls, bucket_of(cls, self.tau // 1000, ZONE), 0
        if issue not in [made for made, _ in self.made]:
            self.made.append((issue, self.tau // 1000))

    @rule(pick=st.integers(0, 3), moves=st.booleans())
    def one_of_the_newest_is_typed(self, pick: int, moves: bool) -> None:
        if not self.made:
            return
        issue, made = self.made[-1 - pick % len(self.made)]
        opened = self._type(issue, moves)
        if opened:
            self._may_have(issue)
        elif self._good_time():
            assert not self._promised(issue, made), "refused within its promise"
        if opened:
            self.opened.setdefault(issue, self.tau)
            self.failed.pop(issue, None)
            if not moves:
                self.failed[issue] = self.tau

    def _type(self, issue: Issue, moves: bool) -> bool:
        """As ways.py and openings.py do it: the lens first, the use before the bolt."""
        now = self.clock.read(self.at)
        if now.quality is not TrustedTime.LOST:
            self.uses.prune(now.utime, CONFIG, margin_s(now))
        code = temporary(self.held.daily_key, CONFIG.digits, *issue)
        judged = judge(code, Door(self.held, now), self.temporaries, self.uses, self.at)
        if not isinstance(judged.decision, Granted):
            return False
        assert judged.temporary is not None
        if judged.temporary.first_use:
            self.uses.add(issue, now.utime, self.at)
        if not moves:
            self.uses.failed(issue, self.at)
        return True

    def _may_have(self, issue: Issue) -> None:
        """What the oracle allows: a first opening, class 1 a quarter of an hour from it, class 4 a grace behind each failure."""
        if issue not in self.opened:
            return
        if issue[0] is TempCls.DAY_SINGLE:
            assert self.tau - self.opened[issue] <= QUARTER_S * 1000 + QUARTER_S, "class 1 later than its quarter of an hour"
        else:
            assert issue in self.failed, "a code that opens once opened again"
            assert self.tau - self.failed[issue] <= GRACE_S * 1000 + GRACE_S, "the grace came late"

    def _good_time(self) -> bool:
        return self.clock.read(self.at).quality is not TrustedTime.LOST

    def _promised(self, issue: Issue, made: int) -> bool:
        if self.tau // 1000 >= promised_until(issue[0], made, ZONE) - 1:
            return False
        if issue not in self.opened:
            return True
        if issue in self.dark or issue[0] is TempCls.ONCE:
            return False
        return self.tau - self.opened[issue] < (QUARTER_S - ROUNDING_S) * 1000


TestVisitors = Visitors.TestCase
TestVisitors.settings = settings(max_examples=120, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck))
