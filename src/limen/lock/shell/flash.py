"""Flash in memory and in files. Both behave as NOR flash does: erase sets a page to ones, program only clears bits."""

import os
from pathlib import Path

from limen.lock.flash import ERASED, Area, FlashError


class MemoryFlash:
    """For tests and throw-away locks. `image` is what a thief would read."""

    def __init__(self) -> None:
        self._areas: dict[str, bytearray] = {}

    def read(self, area: Area, at: int, length: int) -> bytes:
        _check(area, at, length)
        return bytes(self._of(area)[at : at + length])

    def program(self, area: Area, at: int, data: bytes) -> None:
        _check(area, at, len(data))
        memory = self._of(area)
        memory[at : at + len(data)] = _cleared(bytes(memory[at : at + len(data)]), data)

    def erase(self, area: Area, page: int) -> None:
        start = page * area.page_bytes
        _check(area, start, area.page_bytes)
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
    """One file per area in a lock's folder; never-written pages take no room. The barrier is fsync of what was touched.

    Holds one open file per area that was used, so a building of idle locks costs a few hundred descriptors and no work.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        self._folder = folder
        self._files: dict[str, int] = {}
        self._dirty: set[int] = set()

    def read(self, area: Area, at: int, length: int) -> bytes:
        _check(area, at, length)
        if area.name not in self._files and not (self._folder / area.name).exists():
            return bytes((ERASED,)) * length
        return self._read(self._file(area), at, length)

    def program(self, area: Area, at: int, data: bytes) -> None:
        _check(area, at, len(data))
        file = self._file(area)
        size = os.fstat(file).st_size
        if size < at:
            self._write(file, size, bytes((ERASED,)) * (at - size))
        self._write(file, at, _cleared(self._read(file, at, len(data)), data))

    def erase(self, area: Area, page: int) -> None:
        start, file = page * area.page_bytes, self._file(area)
        _check(area, start, area.page_bytes)
        size = os.fstat(file).st_size
        if size <= start:
            return
        if size <= start + area.page_bytes:
            os.ftruncate(file, start)
            self._dirty.add(file)
        else:
            self._write(file, start, bytes((ERASED,)) * area.page_bytes)

    def barrier(self) -> None:
        try:
            for file in self._dirty:
                os.fdatasync(file)
        except OSError as problem:
            raise FlashError("the disk did not take it") from problem
        self._dirty.clear()

    def close(self) -> None:
        for file in self._files.values():
            os.close(file)
        self._files.clear()
        self._dirty.clear()

    def _file(self, area: Area) -> int:
        if area.name not in self._files:
            self._files[area.name] = os.open(self._folder / area.name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._files[area.name]

    def _read(self, file: int, at: int, length: int) -> bytes:
        return os.pread(file, length, at).ljust(length, bytes((ERASED,)))

    def _write(self, file: int, at: int, data: bytes) -> None:
        try:
            os.pwrite(file, data, at)
        except OSError as problem:
            raise FlashError("the disk did not take it") from problem
        self._dirty.add(file)


def _cleared(before: bytes, data: bytes) -> bytes:
    both = int.from_bytes(before, "big") & int.from_bytes(data, "big")
    return both.to_bytes(len(data), "big")


def _check(area: Area, at: int, length: int) -> None:
    if at < 0 or length < 0 or at + length > area.size_bytes:
        raise FlashError(f"outside of {area.name}")

