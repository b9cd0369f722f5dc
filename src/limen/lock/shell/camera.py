"""A camera as a small port, and one without a lens: a picture that says which door, when, and that it is simulated (LOCK-9).

A real camera stands behind the same method: power the sensor, take one still, power it down, zero the buffer. Never a preview, never a film.
"""

import struct
import subprocess
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, Protocol

from limen.wire import limits

WIDTH, HEIGHT, SCALE = 320, 180, 4
STILL_S: Final = 5
JPEG_START: Final = b"\xff\xd8\xff"
GLYPHS: Final = {
    "0": "755557", "1": "262227", "2": "717477", "3": "717117", "4": "557711", "5": "747117", "6": "747557", "7": "711222", "8": "757557",
    "9": "757117", ":": "020020", "-": "000700", " ": "000000", "L": "444447", "M": "577555", "S": "747117", "I": "722227",
}  # fmt: skip
"""Three dots by six rows, a digit 0 to 7 a row: enough for a serial and a date."""


class Camera(Protocol):
    """What takes stills."""

    def still(self, at_ms: int) -> bytes:
        """One JPEG or PNG of at most 40,000 bytes; empty if none could be taken. `at_ms` since 1970."""
        ...


class SimulatedCamera:
    """Draws serial and time on a grey that changes with the second."""

    def __init__(self, serial: str) -> None:
        self._serial = serial

    def still(self, at_ms: int) -> bytes:
        """A grey PNG with two lines of text, about 2 KB."""
        moment = datetime.fromtimestamp(at_ms // 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
        shade = zlib.crc32(moment.encode()) % 64
        rows = [bytearray([96 + (x + y + shade) % 64 for x in range(WIDTH)]) for y in range(HEIGHT)]
        _write(rows, self._serial, 16, 24)
        _write(rows, moment, 16, 72)
        made = _png(rows)
        assert len(made) <= limits.STILL_BYTES_MAX
        return made


class CommandCamera:
    """A real one behind a command that writes a single JPEG to its output: `rpicam-jpeg -o -`, `ffmpeg -f v4l2 -i /dev/video0 …`."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = list(command)

    def still(self, at_ms: int) -> bytes:
        """Waits five seconds at most, so not on the thread that opens doors; empty for anything but one small JPEG."""
        try:
            done = subprocess.run(self._command, stdin=subprocess.DEVNULL, capture_output=True, timeout=STILL_S, check=True)
        except (OSError, subprocess.SubprocessError):
            return b""
        jpeg = done.stdout
        return jpeg if jpeg.startswith(JPEG_START) and len(jpeg) <= limits.STILL_BYTES_MAX else b""


def _write(rows: list[bytearray], text: str, left: int, top: int) -> None:
    for n, letter in enumerate(text):
        for y, row in enumerate(GLYPHS.get(letter, GLYPHS[" "])):
            for x in range(3):
                if int(row) >> (2 - x) & 1:
                    _dot(rows, left + (4 * n + x) * SCALE, top + y * SCALE)


def _dot(rows: list[bytearray], left: int, top: int) -> None:
    if left + SCALE <= WIDTH:
        for y in range(top, top + SCALE):
            rows[y][left : left + SCALE] = bytes([255]) * SCALE


def _png(rows: list[bytearray]) -> bytes:
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 0, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + bytes(row) for row in rows), 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
