"""A clock is whatever tells an aware instant in UTC."""

from datetime import UTC, datetime

from limen.kernel.clock import Clock


class ByHand:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now


def test_a_clock_by_hand_is_a_clock() -> None:
    """The simulator and the tests hand one in; nothing else is asked of it."""
    clock: Clock = ByHand(datetime(2026, 11, 21, 19, 2, tzinfo=UTC))
    assert clock.now().utcoffset() is not None
