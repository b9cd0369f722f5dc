"""Where sealed records lie: pages of flash, oldest to newest, until somebody who may says that they can go (protocol F.2).

Knows nothing of what a record says. Beside each sealed record stand, in clear and on the inside board only, its number, its rank and the hour
(decision 0033), because the lock cannot read its own past and must still know what it may drop.
"""

import struct
import zlib
from collections import OrderedDict
from dataclasses import dataclass
from enum import IntEnum

from limen.lock.flash import Area, Flash, FlashError, is_erased, wipe

_HEAD = struct.Struct("<BBHIIIII16s")
_CRC = struct.Struct("<I")
_LIVE, _DEAD = 0xFF, 0x00
SPARE_PAGES = 3
Key = tuple[int, int]
"""Log epoch, place: 0 is the header of the log epoch, i + 1 its record i."""


class Rank(IntEnum):
    """What may drop what (F.2)."""

    HEADER = 0
    ORDINARY = 1
    REFUSAL = 2
    SECURITY = 3
    LOSS = 4


class RingFullError(FlashError):
    """No page can be freed without dropping a record."""


@dataclass(frozen=True, slots=True)
class Item:
    """A sealed record or header with what the lock may know of it later. `mark`: list version of an UPDATE_APPLIED, else 0."""

    logepoch: int
    place: int
    seq: int
    rank: Rank
    hour: int
    prevtag: bytes
    data: bytes
    mark: int = 0

    @property
    def key(self) -> Key:
        return self.logepoch, self.place


@dataclass(slots=True)
class Held:
    """What is known of a stored item without reading flash, and where it lies."""

    key: Key
    seq: int
    rank: Rank
    hour: int
    mark: int
    page: int
    at: int
    size: int


class Ring:
    """The items in their order. Appending is durable after the caller's barrier; a torn append was never there."""

    def __init__(self, flash: Flash, area: Area) -> None:
        self._flash, self._area = flash, area
        self.held: OrderedDict[Key, Held] = OrderedDict()
        self._used = [0] * area.pages
        self._live = [0] * area.pages
        self._free: list[int] = []
        self._page: int | None = None
        self._load()

    def append(self, item: Item) -> None:
        """Adds at the end. Raises FlashError."""
        packed = _packed(item)
        page = self._room(len(packed))
        self._flash.program(self._area, page * self._area.page_bytes + self._used[page], packed)
        self._note(item, page, self._used[page], len(packed))

    def read(self, key: Key) -> Item:
        held = self.held[key]
        found = _parsed(self._flash.read(self._area, held.page * self._area.page_bytes + held.at, held.size), 0)
        if found is None:
            raise LookupError("a stored record does not read back")
        return found[0]

    def drop(self, keys: list[Key], erase: bool = False) -> None:
        """Forgets items. With `erase` their bytes are gone when this returns (F.6), else when the page is needed."""
        touched = set()
        for key in keys:
            held = self.held.pop(key)
            self._live[held.page] -= held.size
            touched.add(held.page)
            if self._live[held.page]:
                self._flash.program(self._area, held.page * self._area.page_bytes + held.at, bytes((_DEAD,)))
        for page in sorted(touched):
            if not self._live[page]:
                self._release(page)
            elif erase:
                self._move_living(page)

    @property
    def tight(self) -> bool:
        """Whether something should go before the next record comes."""
        dead = (used - live for used, live in zip(self._used, self._live, strict=True))
        return len(self._free) < SPARE_PAGES and max(dead) < self._area.page_bytes // 4

    def wipe(self) -> None:
        wipe(self._flash, self._area)
        self.held.clear()
        self._used, self._live = [0] * self._area.pages, [0] * self._area.pages
        self._free, self._page = list(range(self._area.pages)), None

    def _room(self, size: int) -> int:
        if self._page is not None and self._used[self._page] + size <= self._area.page_bytes:
            return self._page
        while len(self._free) < 2:
            victim = max((p for p in range(self._area.pages) if p not in self._free), key=lambda p: self._used[p] - self._live[p])
            if self._used[victim] - self._live[victim] < size:
                raise RingFullError
            self._move_living(victim)
            if self._page is not None and self._used[self._page] + size <= self._area.page_bytes:
                return self._page
        self._page = self._free.pop(0)
        return self._page

    def _move_living(self, page: int) -> None:
        """Copies what lives on a page to the spare one and erases it; a power cut leaves both copies, the load drops one."""
        if not self._free:
            raise RingFullError
        living = [held for held in self.held.values() if held.page == page]
        target = self._free.pop(0)
        for held in living:
            data = self._flash.read(self._area, page * self._area.page_bytes + held.at, held.size)
            self._flash.program(self._area, target * self._area.page_bytes + self._used[target], data)
            held.page, held.at = target, self._used[target]
            self._used[target] += held.size
            self._live[target] += held.size
        self._flash.barrier()
        self._release(page)
        self._page = target

    def _release(self, page: int) -> None:
        self._flash.erase(self._area, page)
        self._used[page] = self._live[page] = 0
        if self._page == page:
            self._page = None
        self._free.append(page)

    def _note(self, item: Item, page: int, at: int, size: int) -> None:
        self.held[item.key] = Held(item.key, item.seq, item.rank, item.hour, item.mark, page, at, size)
        self._used[page] = at + size
        self._live[page] += size

    def _load(self) -> None:
        for page in range(self._area.pages):
            data = self._flash.read(self._area, page * self._area.page_bytes, self._area.page_bytes)
            if is_erased(data):
                self._free.append(page)
            else:
                self._scan(page, data)
        self.held = OrderedDict(sorted(self.held.items()))
        for page in range(self._area.pages):
            if self._used[page] and not self._live[page]:
                self._release(page)

    def _scan(self, page: int, data: bytes) -> None:
        at = 0
        while (found := _parsed(data, at)) is not None:
            item, size, live = found
            if live and item.key not in self.held:
                self._note(item, page, at, size)
            elif live:  # a move was cut short: the second copy must not come back to life one day
                self._flash.program(self._area, page * self._area.page_bytes + at, bytes((_DEAD,)))
            at += size
        # what follows the last whole item may be torn: the page takes nothing more until it is erased
        self._used[page] = self._area.page_bytes


def _packed(item: Item) -> bytes:
    head = _HEAD.pack(_LIVE, item.rank, len(item.data), item.logepoch, item.place, item.seq, item.hour, item.mark, item.prevtag)
    body = head[1:] + item.data
    return head[:1] + body + _CRC.pack(zlib.crc32(body))


def _parsed(data: bytes, at: int) -> tuple[Item, int, bool] | None:
    """Item, size and whether it lives; None where no whole item lies. The life byte stands outside the CRC: it is cleared later."""
    if at + _HEAD.size + _CRC.size > len(data):
        return None
    life, rank, length, logepoch, place, seq, hour, mark, prevtag = _HEAD.unpack_from(data, at)
    end = at + _HEAD.size + length
    if end + _CRC.size > len(data) or zlib.crc32(data[at + 1 : end]) != _CRC.unpack_from(data, end)[0]:
        return None
    item = Item(logepoch, place, seq, Rank(rank), hour, prevtag, data[at + _HEAD.size : end], mark)
    return item, end + _CRC.size - at, life == _LIVE
