"""A bundle or an image that is arriving in parts, possibly from several phones (protocol B.4, part G).

The signed manifest lies first, then each chunk at its place, then its bit in the bitmap. After a start the chunks are hashed again rather than
believed: a bit without its chunk is a part that is asked for once more.
"""

import struct
import zlib
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from limen.lock.flash import STAGING_HEAD_PAGES, Area, Flash, wipe
from limen.wire import limits
from limen.wire.answers import bitmap_of
from limen.wire.bundles import bundle_id

_HEAD = struct.Struct("<IqI")
"""Length of the manifest, lock time in milliseconds when it came, CRC of it."""
LEASE_MS = limits.STAGING_LEASE_S * 1000


class Chunked(Protocol):
    """What is known of the parts before they come: how many, how long, and whether bytes are one of them."""

    @property
    def chunks(self) -> int: ...

    @property
    def chunk_log2(self) -> int: ...

    def chunk_bytes(self, index: int) -> int: ...

    def holds_chunk(self, index: int, chunk: bytes) -> bool: ...


P = TypeVar("P", bound=Chunked)


@dataclass
class Lease:
    """Which link may add chunks, and until when without adding any."""

    link: int | None = None
    until: int = 0

    def wait_ms(self, link: int, at: int) -> int:
        """For how long another link still has it; 0 if it is free or ours."""
        return max(0, self.until - at) if self.link not in (None, link) else 0

    def take(self, link: int, at: int) -> None:
        """Ten seconds from now."""
        self.link, self.until = link, at + LEASE_MS

    def is_of(self, link: int) -> bool:
        return self.link == link

    def drop(self, link: int | None = None) -> None:
        """Free, if it was this link's (or anybody's)."""
        if link is None or self.link == link:
            self.link = None


@dataclass
class Staged(Generic[P]):
    """What is in staging: its signed head, and which chunks are here."""

    statement: bytes
    manifest: P
    began_ms: int
    have: set[int] = field(default_factory=set)

    @property
    def bundle_id(self) -> bytes:
        return bundle_id(self.statement)

    @property
    def bitmap(self) -> bytes:
        return bitmap_of(self.have, self.manifest.chunks)

    @property
    def complete(self) -> bool:
        return len(self.have) == self.manifest.chunks


class Staging(Generic[P]):
    """A staging area: signed head, chunks, and a byte for each of them. Nothing is written before the head has passed every check (inv. 10)."""

    def __init__(self, flash: Flash, area: Area, bits: Area) -> None:
        self._flash, self._area, self._bits = flash, area, bits
        self._chunks_at = STAGING_HEAD_PAGES * area.page_bytes
        self.now: Staged[P] | None = None
        self._clean = False
        """Erased in this start and not written since."""

    @property
    def area(self) -> Area:
        return self._area

    def unverified_statement(self) -> tuple[bytes, int] | None:
        """The manifest found after a start, with when it came; verify it, then `resume`."""
        length, began_ms, crc = _HEAD.unpack(self._flash.read(self._area, 0, _HEAD.size))
        if length > self._chunks_at - _HEAD.size:
            return None
        statement = self._flash.read(self._area, _HEAD.size, length)
        return (statement, began_ms) if zlib.crc32(statement) == crc else None

    def resume(self, statement: bytes, manifest: P, began_ms: int) -> None:
        """Goes on with what a power cut left: every chunk that hashes right is here."""
        have = {i for i in range(manifest.chunks) if manifest.holds_chunk(i, self._read(manifest, i))}
        self.now = Staged(statement, manifest, began_ms, have)
        marked = self._flash.read(self._bits, 0, manifest.chunks)
        torn = [i for i in range(manifest.chunks) if i not in have and (marked[i] != 0xFF or not self._blank(manifest, i))]
        if torn:
            self._rewrite()

    def begin(self, statement: bytes, manifest: P, now_ms: int) -> Staged[P]:
        """Makes room. Raises FlashError."""
        self.discard()
        self._start(statement, now_ms)
        self.now = Staged(statement, manifest, now_ms)
        return self.now

    def put(self, index: int, chunk: bytes) -> None:
        """Keeps a chunk whose hash was right, then its bit. Raises FlashError."""
        if self.now is None:
            raise LookupError("nothing is staged")
        at = self._chunks_at + (index << self.now.manifest.chunk_log2)
        self._flash.program(self._area, at, chunk)
        self._flash.program(self._bits, index, b"\x00")
        self.now.have.add(index)

    def chunks(self) -> list[bytes]:
        """All chunks, read back from flash."""
        if self.now is None:
            raise LookupError("nothing is staged")
        return [self._read(self.now.manifest, i) for i in range(self.now.manifest.chunks)]

    def discard(self) -> None:
        """Erases staging: a finished bundle's ciphertext has no business here either."""
        self.now = None
        if self._clean:
            return
        wipe(self._flash, self._area)
        wipe(self._flash, self._bits)
        self._clean = True

    def _start(self, statement: bytes, now_ms: int) -> None:
        self._clean = False
        self._flash.program(self._area, 0, _HEAD.pack(len(statement), now_ms, zlib.crc32(statement)) + statement)
        self._flash.barrier()

    def _rewrite(self) -> None:
        """A torn chunk cannot be programmed over: what is whole is kept aside in memory and written again."""
        staged = self.now
        if staged is None:
            return
        whole = {i: self._read(staged.manifest, i) for i in sorted(staged.have)}
        self.begin(staged.statement, staged.manifest, staged.began_ms)
        for index, chunk in whole.items():
            self.put(index, chunk)
        self._flash.barrier()

    def _read(self, manifest: P, index: int) -> bytes:
        return self._flash.read(self._area, self._chunks_at + (index << manifest.chunk_log2), manifest.chunk_bytes(index))

    def _blank(self, manifest: P, index: int) -> bool:
        data = self._read(manifest, index)
        return data.count(0xFF) == len(data)
