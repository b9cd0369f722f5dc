"""A serial line as bytes that are there now: reads never wait. RS-485 converters, ports of a board, and pairs of pseudo-terminals alike."""

import os
import termios
import tty
from pathlib import Path
from typing import Final

SPEEDS: Final = {9_600: termios.B9600, 19_200: termios.B19200, 38_400: termios.B38400, 57_600: termios.B57600, 115_200: termios.B115200}


class Line:
    """One open line, as libosdp wants its channels: `read`, `write`, `flush`, and an `id` of its own."""

    def __init__(self, fd: int) -> None:
        os.set_blocking(fd, False)
        self.fd = self.id = fd
        self.sent = self.received = 0

    def read(self, most: int) -> bytes:
        try:
            data = os.read(self.fd, most)
        except (BlockingIOError, OSError):
            return b""
        self.received += len(data)
        return data

    def write(self, data: bytes) -> int:
        try:
            written = os.write(self.fd, data)
        except (BlockingIOError, OSError):
            return 0
        self.sent += written
        return written

    def flush(self) -> None:
        """What is left from before is nobody's."""
        while self.read(4_096):
            pass

    def close(self) -> None:
        os.close(self.fd)


def open_line(path: Path, speed: int) -> Line:
    """Opens a device raw at this speed. Raises OSError, or ValueError for a speed that OSDP does not have."""
    if speed not in SPEEDS:
        raise ValueError(f"OSDP speaks at {', '.join(map(str, SPEEDS))} baud")
    fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
    tty.setraw(fd)
    settings = termios.tcgetattr(fd)
    settings[4] = settings[5] = SPEEDS[speed]
    termios.tcsetattr(fd, termios.TCSANOW, settings)
    return Line(fd)


def pair() -> tuple[Line, Line]:
    """Two ends of one line inside this machine."""
    ends = os.openpty()
    for fd in ends:
        tty.setraw(fd)
    return Line(ends[0]), Line(ends[1])
