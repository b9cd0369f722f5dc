"""The simulated reader on a wall; its talk with a controller is test_osdp.py."""

from limen.lock.shell.line import pair
from limen.lock.shell.wallreader import WallReader
from limen.wire.cards import CardSlot


def test_a_reader_alone_is_not_secure_and_shows_nothing() -> None:
    """It speaks when it is polled, never by itself."""
    line, other = pair()
    reader = WallReader(line)
    reader.press("5#")
    reader.poll()
    assert other.read(100) == b""
    assert (reader.secure, reader.lamp, reader.slot) == (False, 0, CardSlot.COMMON)
    line.close()
    other.close()
