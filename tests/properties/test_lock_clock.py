"""The clock of a lock against a courier who may do anything: withhold, replay, reorder, delay, cut the power (inv. 23 to 27)."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from limen.lock.clock import Clock, Heard, Set
from limen.wire.receipts import TrustedTime

PPM = 100
TWO_HOURS_MS = 7_200_000
START_MS = 1_795_000_000_000


class Courier(RuleBasedStateMachine):
    """True time in `tau`; the lock counts `at` with a crystal that is off by up to 100 ppm."""

    @initialize(ppm=st.integers(-PPM, PPM))
    def begin(self, ppm: int) -> None:
        self.tau, self.at, self.ppm = START_MS, 0, ppm
        self.clock = Clock()
        self.kept = self.clock.persisted(0)
        self.signed = [START_MS // 1000]
        self.answers: list[tuple[bytes, int]] = []
        self.asked: dict[bytes, int] = {}
        self.used: set[bytes] = set()
        self.taken: list[tuple[Set | Heard, bytes, int]] = []

    def _pass(self, ms: int) -> None:
        self.tau += ms
        self.at += ms + ms * self.ppm // 1_000_000

    @rule(ms=st.integers(0, 5_000_000_000))
    def long_time(self, ms: int) -> None:
        self._pass(ms)

    @rule(ms=st.integers(0, 20_000))
    def moment(self, ms: int) -> None:
        self._pass(ms)

    @rule()
    def service_signs(self) -> None:
        self.signed.append(self.tau // 1000)

    @rule(pick=st.integers(0, 50))
    def any_statement(self, pick: int) -> None:
        self.clock.hear(self.signed[pick % len(self.signed)], self.at)

    @rule(delay_ms=st.integers(0, 9_000_000))
    def question_and_answer(self, delay_ms: int) -> None:
        nonce = len(self.asked).to_bytes(16, "big")
        self.clock.challenge(nonce, self.at)
        self.asked[nonce] = self.at
        self._pass(delay_ms)
        self.answers.append((nonce, self.tau))

    @rule(pick=st.integers(0, 50))
    def any_answer(self, pick: int) -> None:
        if not self.answers:
            return
        nonce, said = self.answers[pick % len(self.answers)]
        passed = self.at - self.asked[nonce]
        taken = self.clock.answer(nonce, said, self.at)
        self.taken.append((taken, nonce, passed))

    @invariant()
    def answers_are_taken_once_in_time_and_paid_for(self) -> None:
        """Once per nonce that was asked for, within two hours, and the error pays for half of what passed (invariant 27)."""
        if hasattr(self, "clock"):
            for taken, nonce, passed in self.taken:
                if isinstance(taken, Set):
                    assert nonce not in self.used
                    assert passed <= TWO_HOURS_MS
                    assert taken.u_ms >= passed / 2
                    self.used.add(nonce)
            self.taken.clear()

    @rule()
    def persist(self) -> None:
        self.kept = self.clock.persisted(self.at)

    @rule(gap_ms=st.integers(0, 1_000_000_000))
    def battery_out(self, gap_ms: int) -> None:
        floor = self.clock.read(self.at).floor_ms
        self.kept = self.clock.persisted(self.at)  # the floor is kept whenever it rises
        self.tau += gap_ms
        self.at = 0
        self.clock = Clock(self.kept, self.at, power_lost=True)
        assert self.clock.read(self.at).floor_ms == floor
        assert self.clock.read(self.at).quality is TrustedTime.LOST

    @invariant()
    def floor_is_never_in_the_future(self) -> None:
        """What the lock holds for certainly past is past (invariant 23)."""
        if hasattr(self, "clock"):
            assert self.clock.read(self.at).floor_ms <= self.tau

    @invariant()
    def error_is_bounded_unless_lost(self) -> None:
        """True time is within the error that the lock admits (invariant 24)."""
        if hasattr(self, "clock"):
            now = self.clock.read(self.at)
            if now.quality is not TrustedTime.LOST:
                assert now.u_ms is not None
                assert abs(now.rtc_ms - self.tau) <= now.u_ms + 2

    @invariant()
    def time_is_never_before_the_floor(self) -> None:
        """The guess never falls behind what is certain; `battery_out` holds that the floor survives (invariant 25)."""
        if hasattr(self, "clock"):
            now = self.clock.read(self.at)
            assert now.rtc_ms >= now.floor_ms


TestCourier = Courier.TestCase
TestCourier.settings = settings(max_examples=150, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck))
