"""A serial line that never waits."""

import os
from pathlib import Path

import pytest

from limen.lock.shell.line import open_line, pair


def test_what_one_end_writes_the_other_reads_and_nobody_waits() -> None:
    """Bytes arrive whole and raw; an empty line reads as nothing."""
    one, other = pair()
    assert other.read(10) == b""
    assert one.write(b"\x53\r\n\x00\xff") == 5
    assert other.read(10) == b"\x53\r\n\x00\xff"
    one.write(b"old")
    other.flush()
    assert other.read(10) == b""
    assert (one.sent, other.received) == (8, 8)
    one.close()
    assert other.read(10) == b""
    other.close()


def test_a_device_is_opened_raw_at_a_speed_of_osdp() -> None:
    """A pseudo-terminal by its name; another speed, or no such device, is refused."""
    inner, outer = os.openpty()
    line = open_line(Path(os.ttyname(outer)), 9_600)
    os.write(inner, b"\x03\x04")
    assert line.read(10) == b"\x03\x04"
    line.close()
    with pytest.raises(ValueError, match="baud"):
        open_line(Path(os.ttyname(outer)), 1_200)
    for fd in (inner, outer):
        os.close(fd)
    with pytest.raises(OSError):
        open_line(Path("/dev/no-such-line"), 9_600)
