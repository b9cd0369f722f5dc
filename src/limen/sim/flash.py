"""A lock's flash without a body: only pages that were written take room, and the power can go at any primitive step of any write."""

from limen.lock.flash import ERASED, Area, FlashError
from limen.sim.chance import Random


class PowerCut(BaseException):
    """The power went in the middle of a write. Not an error of anybody: nothing in a lock may catch it."""


class SimFlash:
    """NOR flash as a dictionary of pages. `cut_after` primitive steps from now the power goes: a program then got through in part,
    an erase left noise."""

    def __init__(self, chance: Random) -> None:
        self._pages: dict[tuple[str, int], bytearray] = {}
        self._chance = chance
        self.cut_after: int | None = None
        self.steps = 0

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
        if self._goes_now():
            self._clear(area, at, data[: self._chance.randrange(len(data) + 1)])
            raise PowerCut
        self._clear(area, at, data)

    def erase(self, area: Area, page: int) -> None:
        """Sets a page to ones."""
        _check(area, page * area.page_bytes, area.page_bytes)
        if self._goes_now():
            before = self._whole(area, page)
            noise = self._chance.randbytes(len(before))
            self._pages[area.name, page] = bytearray(old | new for old, new in zip(before, noise, strict=True))
            raise PowerCut
        self._pages.pop((area.name, page), None)

    def barrier(self) -> None:
        """All that came before is durable: memory is."""
        if self._goes_now():
            raise PowerCut

    def _goes_now(self) -> bool:
        self.steps += 1
        if self.cut_after is None:
            return False
        self.cut_after -= 1
        if self.cut_after >= 0:
            return False
        self.cut_after = None
        return True

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


def _check(area: Area, at: int, length: int) -> None:
    if at < 0 or length < 0 or at + length > area.size_bytes:
        raise FlashError(f"outside of {area.name}")
