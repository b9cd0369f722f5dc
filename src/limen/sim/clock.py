"""True time, and the crystals that lose or gain on it. Only the world moves true time; nobody in it may set it."""

from datetime import UTC, datetime
from typing import Final

from limen.sim.chance import Random

DRIFT_PPM_MAX: Final = 100
"""What a lock's crystal may be off (protocol B.9)."""
MILLION: Final = 1_000_000
DAY_MS: Final = 24 * 3600 * 1000


class TrueTime:
    """Milliseconds since 1970. It is the service's clock too: `now()` is what `storage.clock.use` wants."""

    def __init__(self, ms: int) -> None:
        self.ms = ms

    def now(self) -> datetime:
        """The instant, aware, in UTC."""
        return datetime.fromtimestamp(self.ms / 1000, UTC)

    def pass_ms(self, ms: int) -> None:
        """Lets time pass."""
        self.ms += max(0, ms)

    def reach(self, ms: int) -> None:
        """Time is now at least `ms`."""
        self.ms = max(self.ms, ms)


class Crystal:
    """A lock's own count of powered milliseconds: runs at its own rate, changes that rate now and then, stands still without power."""

    def __init__(self, time: TrueTime, chance: Random, drifts: bool, count: int | None = None) -> None:
        self._time, self._chance, self._drifts = time, chance, drifts
        self._ppm = chance.randint(-DRIFT_PPM_MAX, DRIFT_PPM_MAX) if drifts else 0
        self._since, self._part = time.ms, 0
        self._counted = chance.randint(1_000_000, 9_000_000) if count is None else count
        self.powered = True

    def at(self) -> int:
        """The count now."""
        passed = self._time.ms - self._since
        if not self.powered or passed <= 0:
            return self._counted
        return self._counted + (passed * (MILLION + self._ppm) + self._part) // MILLION

    def step(self) -> None:
        """The temperature changes: from now on another rate, as far off as a crystal may be."""
        self._settle()
        if self._drifts:
            self._ppm = self._chance.choice((-DRIFT_PPM_MAX, DRIFT_PPM_MAX, self._chance.randint(-DRIFT_PPM_MAX, DRIFT_PPM_MAX)))

    def stop(self) -> None:
        """No power: nothing is counted."""
        self._settle()
        self.powered = False

    def start(self) -> None:
        """Power is back; the count goes on where it stood."""
        self._settle()
        self.powered = True

    def _settle(self) -> None:
        counted = self.at()
        if self.powered:
            self._part = ((self._time.ms - self._since) * (MILLION + self._ppm) + self._part) % MILLION
        self._since, self._counted = self._time.ms, counted
