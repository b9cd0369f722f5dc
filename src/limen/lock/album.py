"""Where sealed stills lie: 64 places in flash, one still each, until the service has them, they are too old, or there is no room (protocol F.5).

A still is written first and its head last, so a torn one was never there. `told` is cleared once the record that names it is durable: what a power
cut left without its record is found at the next start.
"""

import struct
import zlib
from dataclasses import dataclass

from limen.lock.flash import Area, Flash, FlashError, is_erased, wipe
from limen.wire.photos import HASH_BYTES, PhotoReason, SealedPhoto

_HEAD = struct.Struct("<BBIII16s")
_CRC = struct.Struct("<I")
_FIRST = 1 + _HEAD.size + _CRC.size
_YES, _NO = 0xFF, 0x00


@dataclass(frozen=True, slots=True)
class Still:
    """What is known of a stored still without reading it; `taken` is utime by the lock's own clock."""

    seq: int
    reason: PhotoReason
    taken: int
    size: int
    digest: bytes
    page: int
    told: bool


class Album:
    """The stills by the number of the record they belong to, oldest first."""

    def __init__(self, flash: Flash, area: Area) -> None:
        self._flash, self._area = flash, area
        self.held: dict[int, Still] = {}
        self._load()

    def put(self, photo: SealedPhoto, taken: int) -> None:
        """Durable when it returns, but not told yet. Raises FlashError, also where no place is free."""
        used = {still.page for still in self.held.values()}
        page = next((page for page in range(self._area.pages) if page not in used), None)
        if page is None or _FIRST + len(photo.sealed) > self._area.page_bytes:
            raise FlashError("no place for a still")
        start = page * self._area.page_bytes
        if not is_erased(self._flash.read(self._area, start, self._area.page_bytes)):
            self._flash.erase(self._area, page)
        head = _HEAD.pack(int(photo.reason), 0, photo.seq, taken, len(photo.sealed), photo.digest)
        self._flash.program(self._area, start + _FIRST, photo.sealed)
        self._flash.barrier()
        self._flash.program(self._area, start + 1, head + _CRC.pack(zlib.crc32(head)))
        self._flash.barrier()
        self._note(Still(photo.seq, photo.reason, taken, len(photo.sealed), photo.digest, page, told=False))

    def tell(self, seq: int) -> None:
        """The record that names this still is durable."""
        still = self.held[seq]
        self._flash.program(self._area, still.page * self._area.page_bytes, bytes((_NO,)))
        self._note(Still(still.seq, still.reason, still.taken, still.size, still.digest, still.page, told=True))

    def read(self, seq: int) -> SealedPhoto:
        """The still of a record. LookupError if it is not there or does not read back."""
        still = self.held[seq]
        sealed = self._flash.read(self._area, still.page * self._area.page_bytes + _FIRST, still.size)
        photo = SealedPhoto(still.seq, still.reason, sealed)
        if photo.digest != still.digest:
            raise LookupError("a stored still does not read back")
        return photo

    def drop(self, seq: int) -> None:
        """Erased when this returns."""
        self._flash.erase(self._area, self.held.pop(seq).page)

    def wipe(self) -> None:
        wipe(self._flash, self._area)
        self.held.clear()

    def _note(self, still: Still) -> None:
        self.held[still.seq] = still
        self.held = dict(sorted(self.held.items()))

    def _load(self) -> None:
        for page in range(self._area.pages):
            head = self._flash.read(self._area, page * self._area.page_bytes, _FIRST)
            if zlib.crc32(head[1 : 1 + _HEAD.size]) != _CRC.unpack_from(head, 1 + _HEAD.size)[0]:
                continue
            reason, _, seq, taken, size, digest = _HEAD.unpack_from(head, 1)
            if size + _FIRST <= self._area.page_bytes and len(digest) == HASH_BYTES:
                self._note(Still(seq, PhotoReason(reason), taken, size, digest, page, told=head[0] != _YES))
