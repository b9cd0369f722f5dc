"""A camera without a lens."""

import struct
import zlib

from limen.lock.shell.camera import SimulatedCamera
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
