"""The clock of the edges: middleware, dispatcher, sockets and commands ask it once and hand `now` on. Nothing below them asks.

In a demonstration days can pass in a moment: an offset in the data folder moves every process of the installation alike.
"""

import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

from limen.kernel.clock import Clock
from limen.storage import files

OFFSET_FILE = "clock-offset-ms"
OFFSET_KEPT_S = 0.2
OFFSET_LIMIT_MS = 10 * 366 * 24 * 3600 * 1000
"""Ten years either way: far enough for every deadline, near enough to stay a date."""

_clock: Clock | None = None
_offset: tuple[float, Path, int] | None = None


def now() -> datetime:
    """The instant, aware, in UTC; real time plus the demonstration's offset, or what `use` put here."""
    if _clock is not None:
        return _clock.now()
    return datetime.fromtimestamp(time.time(), UTC) + timedelta(milliseconds=offset_ms())


def machine_now() -> datetime:
    """What the machine's clock says, whatever day a demonstration has: for what Django and allauth reckon by themselves."""
    return datetime.fromtimestamp(time.time(), UTC)


def whole_second() -> datetime:
    """The beginning of the next second, once it has come: whoever keeps others out meanwhile knows that nothing was signed in it yet."""
    if _clock is None:
        time.sleep(1 - now().microsecond / 1_000_000)
    return datetime.fromtimestamp(int(now().timestamp()), UTC)


def offset_ms() -> int:
    """How far the demonstration's clock is ahead; read again from the file at most every 0.2 s."""
    global _offset
    path = _path()
    if _offset is not None and _offset[1] == path and time.monotonic() - _offset[0] < OFFSET_KEPT_S:
        return _offset[2]
    read = 0
    with suppress(OSError, ValueError):
        read = _within_limit(int(path.read_text("ascii")))
    _offset = (time.monotonic(), path, read)
    return read


def shift(ms: int) -> int:
    """Moves the clock of the whole installation on by `ms` milliseconds and returns the new offset. Demonstrations only."""
    global _offset
    _offset = None
    moved = _within_limit(offset_ms() + ms)
    files.replace(_path(), str(moved).encode("ascii"))
    _offset = None
    return moved


def use(clock: Clock | None) -> None:
    """Puts another clock in this one's place in this process (simulator, tests); None takes the real one back."""
    global _clock
    _clock = clock


def _path() -> Path:
    return Path(settings.LIMEN_DATA) / OFFSET_FILE


def _within_limit(ms: int) -> int:
    return max(-OFFSET_LIMIT_MS, min(OFFSET_LIMIT_MS, ms))
