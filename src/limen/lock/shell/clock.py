"""The lock's own count of time: milliseconds that only go forward, moved on by the demonstration's offset like everything else in it."""

import time
from contextlib import suppress
from pathlib import Path

OFFSET_KEPT_S = 0.2


class PoweredTime:
    """`at` for every lock of a process. Anchored at the wall once, so that a restart of the program is no loss of time for a lock."""

    def __init__(self, offset_file: Path | None) -> None:
        self._offset_file = offset_file
        self._wall_ms, self._mono_ms = int(time.time() * 1000), time.monotonic_ns() // 1_000_000
        self._read_at, self._offset_ms = 0.0, 0
        self._last = 0

    def at(self) -> int:
        """Milliseconds, never less than the last answer."""
        real = self._wall_ms + time.monotonic_ns() // 1_000_000 - self._mono_ms
        self._last = max(self._last, real + self._offset())
        return self._last

    def _offset(self) -> int:
        if self._offset_file is None or time.monotonic() - self._read_at < OFFSET_KEPT_S:
            return self._offset_ms
        self._read_at = time.monotonic()
        with suppress(OSError, ValueError):
            self._offset_ms = int(self._offset_file.read_text("ascii"))
        return self._offset_ms
