"""Flash in memory and in files. Both behave as NOR flash does: erase sets a page to ones, program only clears bits."""

import os
from collections.abc import Sequence
from pathlib import Path

from limen.lock.flash import ERASED, Area, FlashError

_INVERT = bytes(255 - byte for byte in range(256))


class MemoryFlash:
    """For tests and throw-away locks. `image` is what a thief would read."""

    def __init__(self) -> None:
        self._areas: dict[str, bytearray] = {}

    def read(self, area: Area, at: int, length: int) -> bytes:
        _check(area, at, length)
        if area.name not in self._areas:
            return bytes((ERASED,)) * length
        return bytes(self._areas[area.name][at : at + length])

    def program(self, area: Area, at: int, data: bytes) -> None:
        _check(area, at, len(data))
        memory = self._of(area)
        memory[at : at + len(data)] = _cleared(bytes(memory[at : at + len(data)]), data)

    def erase(self, area: Area, page: int) -> None:
        start = page * area.page_bytes
        _check(area, start, area.page_bytes)
        if area.name not in self._areas:
            return
        self._of(area)[start : start + area.page_bytes] = bytes((ERASED,)) * area.page_bytes

    def barrier(self) -> None:
        """Memory is as durable as it gets."""

    def image(self) -> bytes:
        return b"".join(bytes(memory) for memory in self._areas.values())

    def _of(self, area: Area) -> bytearray:
        if area.name not in self._areas:
            self._areas[area.name] = bytearray(bytes((ERASED,)) * area.size_bytes)
        return self._areas[area.name]


class FileFlash:
    """A lock's flash in one file. Bytes are kept inverted, so that what was never written is a hole and takes no room.

    The barrier is fdatasync, if anything was written since the last one. One open file per lock: a building of idle locks costs nothing.
    """

    def __init__(self, path: Path, areas: Sequence[Area]) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._start: dict[str, int] = {}
        end = 0
        for area in areas:
            self._start[area.name] = end
            end += area.size_bytes
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._dirty = False

    def read(self, area: Area, at: int, length: int) -> bytes:
        _check(area, at, length)
        kept = os.pread(self._file, length, self._start[area.name] + at)
        if kept.count(0) == len(kept):
            return bytes((ERASED,)) * length
        return _inverted(kept.ljust(length, b"\0"))

    def program(self, area: Area, at: int, data: bytes) -> None:
        self._write(area, at, _cleared(self.read(area, at, len(data)), data))

    def erase(self, area: Area, page: int) -> None:
        self._write(area, page * area.page_bytes, bytes((ERASED,)) * area.page_bytes)

    def barrier(self) -> None:
        if not self._dirty:
            return
        try:
            os.fdatasync(self._file)
        except OSError as problem:
            raise FlashError("the disk did not take it") from problem
        self._dirty = False

    def close(self) -> None:
        os.close(self._file)

    def _write(self, area: Area, at: int, data: bytes) -> None:
        _check(area, at, len(data))
        try:
            written = os.pwrite(self._file, _inverted(data), self._start[area.name] + at)
        except OSError as problem:
            raise FlashError("the disk did not take it") from problem
        self._dirty = True
        if written != len(data):
            raise FlashError("the disk took only a part")


def _cleared(before: bytes, data: bytes) -> bytes:
    both = int.from_bytes(before, "big") & int.from_bytes(data, "big")
    return both.to_bytes(len(data), "big")


def _inverted(data: bytes) -> bytes:
    return data.translate(_INVERT)


def _check(area: Area, at: int, length: int) -> None:
    if at < 0 or length < 0 or at + length > area.size_bytes:
        raise FlashError(f"outside of {area.name}")
