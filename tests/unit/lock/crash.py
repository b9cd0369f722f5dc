"""Flash that loses power: at any byte of any write, in the middle of an erase, and with what no barrier had confirmed arriving or not. And worn flash.

Between barriers each area keeps its own order, but areas may overtake each other, as a disk's write-back does.
"""

import random
from collections.abc import Callable

from limen.lock.flash import Area, FlashError
from limen.lock.shell.flash import MemoryFlash


class PowerLossError(Exception):
    """The instant of the cut; no code of the lock may catch it."""


class CrashFlash(MemoryFlash):
    """`budget` primitive steps until the cut; a program of n bytes is n steps, or four when `coarse`, an erase and a barrier one each."""

    def __init__(self, seed: int, *, coarse: bool = False) -> None:
        super().__init__()
        self._random = random.Random(seed)
        self._coarse = coarse
        self.budget: int | None = None
        self.steps = 0
        self._durable: dict[str, bytes] = {}
        self._since: list[tuple[str, Callable[[], None]]] = []

    def clone(self, seed: int) -> "CrashFlash":
        """The same memory in another life."""
        copy = CrashFlash(seed, coarse=self._coarse)
        copy._areas = {name: bytearray(memory) for name, memory in self._areas.items()}
        copy._confirm()
        return copy

    def program(self, area: Area, at: int, data: bytes) -> None:
        torn = self._torn(len(data))
        if torn is None:
            self._done(area, lambda: MemoryFlash.program(self, area, at, data))
            return
        cut = data[:torn]
        last = data[torn : torn + 1]
        half = bytes(byte | self._random.randrange(256) for byte in last)
        self._done(area, lambda: MemoryFlash.program(self, area, at, cut + half))
        self._lose()

    def erase(self, area: Area, page: int) -> None:
        if self._torn(1) is None:
            self._done(area, lambda: MemoryFlash.erase(self, area, page))
            return
        noise = self._random.randbytes(area.page_bytes)
        keep = self._random.random() < 0.5

        def partly() -> None:
            memory, start = self._of(area), page * area.page_bytes
            for i in range(area.page_bytes):
                memory[start + i] |= noise[i] if keep or i % 2 else 0xFF

        self._done(area, partly)
        self._lose()

    def barrier(self) -> None:
        if self._torn(1) is not None:
            self._lose()
        self._confirm()

    def _confirm(self) -> None:
        if self._since or not self._durable:
            self._durable = {name: bytes(memory) for name, memory in self._areas.items()}
        self._since = []

    def _torn(self, length: int) -> int | None:
        """Where in these bytes the power goes, or None."""
        parts = min(length, 4) if self._coarse else length
        self.steps += parts
        if self.budget is None:
            return None
        if self.budget >= parts:
            self.budget -= parts
            return None
        return self.budget * length // parts if parts else 0

    def _done(self, area: Area, act: Callable[[], None]) -> None:
        act()
        self._since.append((area.name, act))

    def _lose(self) -> None:
        """What was not confirmed arrives up to some point of each area's own order; for half of all cuts everything had arrived."""
        self.budget = None
        if self._random.random() < 0.5:
            pending, self._since = self._since, []
            for name in list(self._areas):
                before = self._durable.get(name)
                self._areas[name] = bytearray(before) if before is not None else bytearray(b"\xff" * len(self._areas[name]))
            for name in sorted({name for name, _ in pending}):  # the same lives at every run
                acts = [act for owner, act in pending if owner == name]
                for act in acts[: self._random.randint(0, len(acts))]:
                    act()
        raise PowerLossError


class Worn(MemoryFlash):
    """Flash that takes nothing for its ring while `worn`."""

    worn = False

    def program(self, area: Area, at: int, data: bytes) -> None:
        if self.worn and area.name == "ring":
            raise FlashError("worn out")
        super().program(area, at, data)
