"""What hangs on a lock's wires: bolt or strike, lens or lamps, camera, a reader at the end of a line. And the lock that has none of it."""

from typing import Protocol

from limen.lock.commands import ShowLens
from limen.lock.shell.camera import Camera


class Fittings(Protocol):
    """Hardware of one door. Nothing here waits: what takes time answers later, as an event of its own."""

    def release(self, ms: int) -> bool:
        """Unlocks for so long; False if the hardware did not obey."""
        ...

    def hold(self, held: bool) -> None:
        """Keeps the strike released until told otherwise."""
        ...

    def show(self, lens: ShowLens) -> None: ...

    def photograph(self, seq: int, at_ms: int) -> bytes | None:
        """The still of a record; None: it comes later."""
        ...

    def to_card(self, data: bytes) -> None:
        """Words for a card in the field of a reader elsewhere; its answer comes later."""
        ...


class Simulated:
    """A bolt that always moves, a lens that the bench draws, a camera without a lens."""

    def __init__(self, camera: Camera) -> None:
        self.camera = camera

    def release(self, ms: int) -> bool:
        return True

    def hold(self, held: bool) -> None: ...

    def show(self, lens: ShowLens) -> None: ...

    def photograph(self, seq: int, at_ms: int) -> bytes | None:
        return self.camera.still(at_ms)

    def to_card(self, data: bytes) -> None: ...
