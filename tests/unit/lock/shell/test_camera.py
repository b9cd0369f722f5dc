"""A camera without a lens."""

import struct
import sys
import zlib

import pytest

from limen.lock.shell.camera import CommandCamera, SimulatedCamera
from limen.wire import limits


def test_a_simulated_still_is_a_whole_picture_that_differs_from_second_to_second() -> None:
    """Any viewer shows it; its size is the lock's to carry."""
    one, other = (SimulatedCamera("LM000103").still(at) for at in (1_795_000_000_000, 1_795_000_001_000))
    assert one != other and one == SimulatedCamera("LM000103").still(1_795_000_000_000)
    assert len(one) <= limits.STILL_BYTES_MAX
    assert one.startswith(b"\x89PNG\r\n\x1a\n")
    at, names = 8, list[bytes]()
    while at < len(one):
        size, name = struct.unpack_from(">I4s", one, at)
        data = one[at + 8 : at + 8 + size]
        assert struct.unpack_from(">I", one, at + 8 + size)[0] == zlib.crc32(name + data)
        names.append(name)
        at += 12 + size
    assert names == [b"IHDR", b"IDAT", b"IEND"]


@pytest.mark.rule("LOCK-9")
@pytest.mark.parametrize(
    ("script", "length"),
    [
        ("import sys; sys.stdout.buffer.write(b'\\xff\\xd8\\xff' + bytes(100))", 103),
        ("import sys; sys.stdout.buffer.write(b'\\xff\\xd8\\xff' + bytes(50_000))", 0),
        ("print('no picture')", 0),
        ("raise SystemExit(1)", 0),
    ],
    ids=["a still", "too large", "something else", "a failure"],
)
def test_a_camera_by_command_gives_one_small_still_or_none(script: str, length: int) -> None:
    """Whatever the command does, the lock gets a JPEG within bounds or nothing."""
    assert len(CommandCamera([sys.executable, "-c", script]).still(0)) == length
    assert CommandCamera(["no-such-camera"]).still(0) == b""
