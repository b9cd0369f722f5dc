"""Where sealed records lie: pages of flash, oldest to newest, until somebody who may says that they can go (protocol F.2).

Knows nothing of what a record says. Beside each sealed record stand, in clear and on the inside board only, its number, its rank and the hour
(decision 0033), because the lock cannot read its own past and must still know what it may drop.
"""

import struct
import zlib
from collections import OrderedDict
from contextlib import suppress
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
    """The items in their order. Appending is durable after the caller's barrier; a torn append was never there.

    After a failed write its page takes nothing more, and what of it can be read is crossed out; a page that could not be erased is left alone
    until the next start.
    """

    def __init__(self, flash: Flash, area: Area) -> None:
        self._flash, self._area = flash, area
        self.held: OrderedDict[Key, Held] = OrderedDict()
        self._used = [0] * area.pages
        self._live = [0] * area.pages
        self._free: list[int] = []
        self._page: int | None = None
        self._bad: set[int] = set()
        """Pages that did not erase in this start: nothing is known of what they hold."""
        self._ghosts: set[int] = set()
        """Places of whole items that must not be there: written by a write that failed, or the second copy of a move."""
        self._load()

    def append(self, item: Item) -> None:
        """Adds at the end. Raises FlashError: then it is not there, nor at the next start."""
        self._lay_ghosts()
        packed = _packed(item)
        page = self._room(len(packed))
        at = self._used[page]
        try:
            self._flash.program(self._area, page * self._area.page_bytes + at, packed)
        except FlashError:
            self._spoil(page, at)
            raise
        self._note(item, page, at, len(packed))

    def take_back(self, key: Key) -> None:
        """Crosses out an item that could not be confirmed; what cannot be crossed out now is at the next append."""
        held = self.held.pop(key, None)
        if held is not None:
            self._live[held.page] -= held.size
            self._ghosts.add(held.page * self._area.page_bytes + held.at)
            self._lay_ghosts()

    def read(self, key: Key) -> Item:
        held = self.held[key]
        found = _parsed(self._flash.read(self._area, held.page * self._area.page_bytes + held.at, held.size), 0)
        if found is None:
            raise LookupError("a stored record does not read back")
        return found[0]

    def drop(self, keys: list[Key], erase: bool = False) -> None:
        """Forgets items. With `erase` their bytes are gone when this returns (F.6), else when the page is needed.

        Raises FlashError: some of them, the first ones, may be gone."""
        touched = set()
        for key in keys:
            held = self.held[key]
            if self._live[held.page] > held.size:
                self._flash.program(self._area, held.page * self._area.page_bytes + held.at, bytes((_DEAD,)))
            del self.held[key]
            self._live[held.page] -= held.size
            touched.add(held.page)
        for page in sorted(touched):
            if not self._live[page]:
                self._release(page)
            elif erase:
                self._move_living(page)

    @property
    def tight(self) -> bool:
        """Whether something should go before the next record comes."""
        dead = (self._used[page] - self._live[page] for page in range(self._area.pages) if page not in self._bad)
        return len(self._free) < SPARE_PAGES and max(dead, default=0) < self._area.page_bytes // 4

    def wipe(self) -> None:
        """Nothing is held from here on. Raises FlashError: then bytes are left, and nothing can be appended before a wipe that succeeds."""
        self.held.clear()
        self._used, self._live = [self._area.page_bytes] * self._area.pages, [0] * self._area.pages
        self._free, self._page = [], None
        self._bad, self._ghosts = set(range(self._area.pages)), set()
        wipe(self._flash, self._area)
        self._used, self._bad = [0] * self._area.pages, set()
        self._free = list(range(self._area.pages))

    def _room(self, size: int) -> int:
        if self._page is not None and self._used[self._page] + size <= self._area.page_bytes:
            return self._page
        while len(self._free) < 2:
            full = [page for page in range(self._area.pages) if page not in self._free and page not in self._bad]
            victim = max(full, key=lambda p: self._used[p] - self._live[p], default=None)
            if victim is None or self._used[victim] - self._live[victim] < size:
                raise RingFullError
            if self._live[victim]:
                self._move_living(victim)
            else:
                self._release(victim)
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
        try:
            places = [self._copied(held, page, target) for held in living]
            self._flash.barrier()
        except FlashError:
            with suppress(FlashError):
                self._release(target)  # the living are where they were
            raise
        for held, at in zip(living, places, strict=True):
            held.page, held.at = target, at
            self._live[target] += held.size
        self._page = target
        self._release(page)

    def _copied(self, held: Held, page: int, target: int) -> int:
        data, at = self._flash.read(self._area, page * self._area.page_bytes + held.at, held.size), self._used[target]
        self._flash.program(self._area, target * self._area.page_bytes + at, data)
        self._used[target] += held.size
        return at

    def _release(self, page: int) -> None:
        if self._page == page:
            self._page = None
        self._used[page], self._live[page] = self._area.page_bytes, 0
        self._bad.add(page)
        self._flash.erase(self._area, page)
        self._bad.discard(page)
        start = page * self._area.page_bytes
        self._ghosts = {at for at in self._ghosts if not start <= at < start + self._area.page_bytes}
        self._used[page] = 0
        self._free.append(page)

    def _spoil(self, page: int, at: int) -> None:
        """A write failed there: any of its bytes may stand."""
        start = page * self._area.page_bytes
        data = self._flash.read(self._area, start, self._area.page_bytes)
        if is_erased(data[at:]):
            return
        self._used[page] = self._area.page_bytes
        if _parsed(data, at) is not None:
            self._ghosts.add(start + at)
            self._lay_ghosts()

    def _lay_ghosts(self) -> None:
        for at in sorted(self._ghosts):
            with suppress(FlashError):
                self._flash.program(self._area, at, bytes((_DEAD,)))
                self._ghosts.discard(at)

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
                with suppress(FlashError):
                    self._release(page)
        self._lay_ghosts()

    def _scan(self, page: int, data: bytes) -> None:
        at = 0
        while (found := _parsed(data, at)) is not None:
            item, size, live = found
            if live and item.key not in self.held:
                self._note(item, page, at, size)
            elif live:  # a move was cut short: the second copy must not come back to life one day
                self._ghosts.add(page * self._area.page_bytes + at)
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
