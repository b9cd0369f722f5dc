"""Phone and lock in one process: for tests and the simulator. Frames go through as bytes, nothing else does."""

from collections import deque
from collections.abc import Callable, Iterable

from limen.phone.commands import OutOfReach

Peer = Callable[[bytes], Iterable[bytes]]


class InProcess:
    """A link to a lock that is a function: a frame in, its frames out. `dial` opens one link; `clock` is read for the time of arrival."""

    def __init__(self, dial: Callable[[], Peer], clock: Callable[[], int]) -> None:
        self._dial = dial
        self._peer = dial()
        self._clock = clock
        self._waiting: deque[bytes] = deque()
        self.broken = False

    def send(self, frame: bytes) -> None:
        """The lock answers at once; its frames wait until they are asked for."""
        if self.broken:
            raise OutOfReach
        self._waiting.extend(self._peer(frame))

    def receive(self, within_ms: int) -> bytes:
        """The next waiting frame: a lock in the same process that has said nothing will say nothing."""
        if self.broken or not self._waiting:
            raise OutOfReach
        return self._waiting.popleft()

    def now_ms(self) -> int:
        """The test's clock."""
        return self._clock()

    def reopen(self) -> None:
        """A new link; whatever the old one still had to say is gone."""
        self._waiting.clear()
        self._peer = self._dial()

    def rest(self, ms: int) -> None:
        """Nothing else happens in this process meanwhile."""

    def walk_away(self) -> None:
        """From now on there is nobody."""
        self.broken = True
