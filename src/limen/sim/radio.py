"""The air between a phone and a lock, and what it may do to frames: lose, delay, double, swap, damage or cut them off."""

from collections import deque
from dataclasses import dataclass
from typing import Final, Literal

from limen.phone.commands import OutOfReach
from limen.sim.bodies import Body
from limen.sim.clock import TrueTime

Harm = Literal["lost", "late", "doubled", "swapped", "damaged", "cut"]
HARMS: Final[tuple[Harm, ...]] = ("lost", "late", "doubled", "swapped", "damaged", "cut")
FRAME_MS: Final = 9
LATE_MS: Final = 7_000


@dataclass(frozen=True)
class Trouble:
    """What happens to which frame of a visit, counted in both directions together."""

    harm: Harm
    frame: int


class Air:
    """One visit of one phone to one lock: `driver.Channel` over a body. `heard` is the number of bytes that the lock sent, `struck` how often its
    bolt had moved when the air did harm; None: it did none."""

    def __init__(self, body: Body, time: TrueTime, trouble: Trouble | None = None) -> None:
        self._body, self._time, self._trouble = body, time, trouble
        self._waiting: deque[bytes] = deque()
        self._held: tuple[str, bytes] | None = None
        self._count = 0
        self.heard = 0
        self.struck: int | None = None
        self.broken = False
        self._link = body.dial()

    def send(self, frame: bytes) -> None:
        """One frame to the lock; its answers wait in the air."""
        for one in self._through("up", frame):
            self._time.pass_ms(FRAME_MS)
            try:
                answers = self._body.frame(self._link, one)
            except OutOfReach:
                self.broken = True
                raise
            self.heard += sum(len(answer) for answer in answers)
            for answer in answers:
                self._waiting.extend(self._through("down", answer))

    def receive(self, within_ms: int) -> bytes:
        """The next frame that got through. A lock that said nothing will say nothing: the wait is over at once, in true time too."""
        if not self._waiting:
            self._time.pass_ms(within_ms)
            raise OutOfReach
        self._time.pass_ms(FRAME_MS)
        return self._waiting.popleft()

    def now_ms(self) -> int:
        """The phone's own stop-watch."""
        return self._time.ms

    def reopen(self) -> None:
        """Hangs up and dials again."""
        self.close()
        self._link = self._body.dial()

    def rest(self, ms: int) -> None:
        """Waits."""
        self._time.pass_ms(ms)

    def close(self) -> None:
        """The phone is gone."""
        self._waiting.clear()
        self._held = None
        self._body.hang_up(self._link)

    def _through(self, way: str, frame: bytes) -> list[bytes]:
        if self.broken:
            raise OutOfReach
        self._count += 1
        held, self._held = self._held, None
        if held is not None:
            return [frame, held[1]] if held[0] == way else [frame]
        if self._trouble is None or self._count != self._trouble.frame:
            return [frame]
        self.struck = len(self._body.moved)
        if self._trouble.harm == "swapped":
            self._held = (way, frame)
            return []
        return self._harmed(frame, self._trouble.harm)

    def _harmed(self, frame: bytes, harm: Harm) -> list[bytes]:
        if harm == "cut":
            self.broken = True
            self._body.hang_up(self._link)
            raise OutOfReach
        if harm == "late":
            self._time.pass_ms(LATE_MS)
            return [frame]
        if harm == "damaged":
            return [frame[:-1] + bytes([frame[-1] ^ 1])]
        return [frame, frame] if harm == "doubled" else []
