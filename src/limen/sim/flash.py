"""A lock's flash without a body: only pages that were written take room. The power can go and a write can fail at any primitive step.

What no barrier has made durable yet survives the loss of power only up to some step of its area, which may be done half; areas may overtake
each other, as a disk's write-back does.
"""

from dataclasses import dataclass

from limen.lock.flash import ERASED, Area, FlashError
from limen.sim.chance import Random


class PowerCut(BaseException):
    """The power went in the middle of a write. Not an error of anybody: nothing in a lock may catch it."""


@dataclass(frozen=True, slots=True)
class _Step:
    """Something that is not durable yet: what was there, and for a program what was given."""

    area: Area
    at: int
    before: bytes
    data: bytes | None
    """None: the page was erased."""


class SimFlash:
    """NOR flash as a dictionary of pages. `cut_after` primitive steps from now the power goes: a program then got through in part,
    an erase left noise. `fail_after` steps from now one is done in part and says so, and the next ones are done again."""

    def __init__(self, chance: Random) -> None:
        self._pages: dict[tuple[str, int], bytearray] = {}
        self._chance = chance
        self._open: list[_Step] = []
        self.cut_after: int | None = None
        self.fail_after: int | None = None
        self.steps = 0
        self.failed = 0

    def read(self, area: Area, at: int, length: int) -> bytes:
        """Bytes of an area."""
        _check(area, at, length)
        first, last = at // area.page_bytes, (at + length - 1) // area.page_bytes
        if first == last:
            page = self._pages.get((area.name, first))
            start = at - first * area.page_bytes
            return bytes(page[start : start + length]) if page is not None else b"\xff" * length
        whole = b"".join(self._whole(area, number) for number in range(first, last + 1))
        start = at - first * area.page_bytes
        return whole[start : start + length]

    def program(self, area: Area, at: int, data: bytes) -> None:
        """Clears bits."""
        _check(area, at, len(data))
        goes = self._goes_wrong()
        self._open.append(_Step(area, at, self.read(area, at, len(data)) if data else b"", data))
        self._clear(area, at, data if goes is None else self._part(data))
        if goes is not None:
            raise goes

    def erase(self, area: Area, page: int) -> None:
        """Sets a page to ones."""
        _check(area, page * area.page_bytes, area.page_bytes)
        goes, before = self._goes_wrong(), self._whole(area, page)
        self._open.append(_Step(area, page * area.page_bytes, before, None))
        if goes is not None:
            self._noise(area, page, before)
            raise goes
        self._pages.pop((area.name, page), None)

    def barrier(self) -> None:
        """All that came before is durable; where it fails, none of it is yet."""
        goes = self._goes_wrong()
        if goes is not None:
            raise goes
        self._open.clear()

    def lose_power(self) -> None:
        """Of what no barrier has followed, only the first steps of each area are there, perhaps none; the one behind them is there in part."""
        of_area: dict[str, list[_Step]] = {}
        for step in self._open:
            of_area.setdefault(step.area.name, []).append(step)
        self._open.clear()
        self.cut_after = self.fail_after = None
        for steps in of_area.values():
            self._unsure(steps)

    def _unsure(self, steps: list[_Step]) -> None:
        kept = self._chance.randrange(len(steps) + 1)
        for step in reversed(steps[kept:]):
            self._write(step.area, step.at, step.before)
        for step in steps[kept : kept + 1]:
            if step.data is None:
                self._noise(step.area, step.at // step.area.page_bytes, step.before)
            else:
                self._clear(step.area, step.at, self._part(step.data))

    def _goes_wrong(self) -> BaseException | None:
        """What becomes of this step."""
        self.steps += 1
        cut, self.cut_after = _counted(self.cut_after)
        fails, self.fail_after = _counted(self.fail_after)
        if cut:
            return PowerCut()
        if not fails:
            return None
        self.failed += 1
        return FlashError("the flash took only a part")

    def _part(self, data: bytes) -> bytes:
        return data[: self._chance.randrange(len(data) + 1)]

    def _noise(self, area: Area, page: int, before: bytes) -> None:
        noise = self._chance.randbytes(len(before))
        self._pages[area.name, page] = bytearray(old | new for old, new in zip(before, noise, strict=True))

    def _write(self, area: Area, at: int, data: bytes) -> None:
        """Puts back what was there."""
        done = 0
        while done < len(data):
            number, start = divmod(at + done, area.page_bytes)
            part = data[done : done + area.page_bytes - start]
            page = self._pages.setdefault((area.name, number), bytearray(bytes((ERASED,)) * area.page_bytes))
            page[start : start + len(part)] = part
            done += len(part)

    def _whole(self, area: Area, number: int) -> bytes:
        page = self._pages.get((area.name, number))
        return bytes(page) if page is not None else b"\xff" * area.page_bytes

    def _clear(self, area: Area, at: int, data: bytes) -> None:
        done = 0
        while done < len(data):
            number, start = divmod(at + done, area.page_bytes)
            part = data[done : done + area.page_bytes - start]
            page = self._pages.setdefault((area.name, number), bytearray(bytes((ERASED,)) * area.page_bytes))
            both = int.from_bytes(page[start : start + len(part)], "big") & int.from_bytes(part, "big")
            page[start : start + len(part)] = both.to_bytes(len(part), "big")
            done += len(part)

    def copy_from(self, other: "SimFlash") -> None:
        """Holds what the other one holds."""
        self._pages = {key: bytearray(page) for key, page in other._pages.items()}


def _counted(left: int | None) -> tuple[bool, int | None]:
    """Whether it is this step, and how many are left."""
    if left is None:
        return False, None
    return (True, None) if left == 0 else (False, left - 1)


def _check(area: Area, at: int, length: int) -> None:
    if at < 0 or length < 0 or at + length > area.size_bytes:
        raise FlashError(f"outside of {area.name}")
