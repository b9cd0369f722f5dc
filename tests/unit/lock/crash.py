"""Flash that loses power: at any byte of any write, in the middle of an erase, and with what no barrier had confirmed arriving or not.
And flash that fails half-way and goes on, and worn flash.

Between barriers each area keeps its own order, but areas may overtake each other, as a disk's write-back does.
"""

import random
from collections.abc import Callable
from contextlib import suppress

from limen.lock.flash import Area, FlashError
from limen.lock.shell.flash import MemoryFlash

_LENGTHS = 4
"""What stands before verb and key of a note."""


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


class Failing(CrashFlash):
    """Flash that says no: call number `fail` (program, erase or barrier, counted from `arm`) and `lasting` more behind it, or all of `dead` areas, or
    every write that begins with the bytes `against`, its lengths apart.

    `part` of the bytes of a write or an erase have then arrived all the same; a barrier that failed has confirmed nothing. With `then` the power
    goes so many steps after the first failure.
    """

    def __init__(self, seed: int, *, coarse: bool = True) -> None:
        super().__init__(seed, coarse=coarse)
        self.calls, self.fail, self.lasting, self.part = 0, -1, 0, 0.5
        self.then: int | None = None
        self.dead: tuple[str, ...] = ()
        self.against = b""
        self.failed = 0

    def clone(self, seed: int) -> "Failing":
        copy = Failing(seed, coarse=self._coarse)
        copy._areas = {name: bytearray(memory) for name, memory in self._areas.items()}
        copy._confirm()
        return copy

    def arm(self, fail: int, part: float = 0.5, lasting: int = 0, then: int | None = None) -> "Failing":
        self.calls, self.fail, self.part, self.lasting, self.then = 0, fail, part, lasting, then
        return self

    def well(self) -> "Failing":
        """Takes everything again, and the power stays."""
        self.fail, self.dead, self.against, self.budget, self.then = -1, (), b"", None, None
        return self

    def lose_power(self) -> "Failing":
        """What no barrier has confirmed may be gone."""
        with suppress(PowerLossError):
            self._lose()
        return self.well()

    def program(self, area: Area, at: int, data: bytes) -> None:
        if not self._fails(area) and not (self.against and data[_LENGTHS:].startswith(self.against)):
            return super().program(area, at, data)
        cut = int(len(data) * self.part)
        half = bytes(byte | self._random.randrange(256) for byte in data[cut : cut + 1]) if 0 < self.part < 1 else b""
        written = data[:cut] + half
        self._done(area, lambda: MemoryFlash.program(self, area, at, written))
        raise FlashError("not taken")

    def erase(self, area: Area, page: int) -> None:
        if not self._fails(area):
            return super().erase(area, page)
        whole, noise = self.part >= 1, self._random.randbytes(area.page_bytes)
        kept = int(area.page_bytes * self.part)

        def partly() -> None:
            memory, start = self._of(area), page * area.page_bytes
            for i in range(area.page_bytes if whole else kept):
                memory[start + i] |= 0xFF if whole else noise[i]

        if self.part:
            self._done(area, partly)
        raise FlashError("not erased")

    def barrier(self) -> None:
        if self._fails(None):
            raise FlashError("not confirmed")
        super().barrier()

    def _fails(self, area: Area | None) -> bool:
        number, self.calls = self.calls, self.calls + 1
        failing = 0 <= self.fail <= number <= self.fail + self.lasting
        if failing and not self.failed and self.then is not None:
            self.budget = self.then
        dead = area is not None and area.name.startswith(self.dead) if self.dead else False
        self.failed += failing or dead
        return failing or dead


class Worn(MemoryFlash):
    """Flash that takes nothing for its ring while `worn`."""

    worn = False

    def program(self, area: Area, at: int, data: bytes) -> None:
        if self.worn and area.name == "ring":
            raise FlashError("worn out")
        super().program(area, at, data)
