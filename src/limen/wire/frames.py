"""Messages cut to what a link carries, and put together again or not at all.

A frame is ``[flags | seq | payload]`` (protocol B.8): flag 1 on the first frame of a message, 2 on the last; ``seq`` runs on over messages
and wraps at 256. A frame out of turn closes the session; resume makes that cheap.
"""

from limen.wire import limits
from limen.wire.cbor import Malformed

FIRST, LAST = 1, 2
HEADER_BYTES = 2


def cut(message: bytes, frame_bytes: int = limits.FRAME_BYTES_PLANNED, seq: int = 0) -> list[bytes]:
    """The frames of one message, the first numbered ``seq``; each at most ``frame_bytes`` long (ATT_MTU - 3 on Bluetooth)."""
    if not limits.FRAME_BYTES_MIN <= frame_bytes <= limits.FRAME_BYTES_MAX:
        raise Malformed("frame size")
    if not 0 < len(message) <= limits.MESSAGE_BYTES_MAX:
        raise Malformed("message size")
    room = frame_bytes - HEADER_BYTES
    parts = [message[at : at + room] for at in range(0, len(message), room)]
    last = len(parts) - 1
    return [bytes((FIRST * (i == 0) | LAST * (i == last), (seq + i) % 256)) + part for i, part in enumerate(parts)]


class Cutter:
    """One direction of a link, sending: numbers run on from message to message."""

    def __init__(self, frame_bytes: int = limits.FRAME_BYTES_PLANNED) -> None:
        self._frame_bytes = frame_bytes
        self._seq = 0

    def cut(self, message: bytes) -> list[bytes]:
        """The next message's frames."""
        frames = cut(message, self._frame_bytes, self._seq)
        self._seq = (self._seq + len(frames)) % 256
        return frames


class Assembler:
    """One direction of a link, receiving: whole messages come out, and the first fault ends it (``Malformed``, then for ever)."""

    def __init__(self, message_bytes_max: int = limits.MESSAGE_BYTES_MAX) -> None:
        self._most = message_bytes_max
        self._seq = 0
        self._parts: list[bytes] | None = None
        self._bytes = 0
        self._closed = False

    def feed(self, frame: bytes) -> bytes | None:
        """The message that this frame completes, or None; ``Malformed`` on a gap, a repeat, a stray flag or too many bytes."""
        if self._closed or not self._fits(frame):
            self._closed, self._parts = True, None
            raise Malformed("frame out of turn")
        self._seq = (self._seq + 1) % 256
        parts = [] if self._parts is None else self._parts
        parts.append(frame[HEADER_BYTES:])
        self._bytes += len(frame) - HEADER_BYTES
        if not frame[0] & LAST:
            self._parts = parts
            return None
        self._parts, self._bytes = None, 0
        return b"".join(parts)

    def _fits(self, frame: bytes) -> bool:
        if not HEADER_BYTES < len(frame) <= limits.FRAME_BYTES_MAX or frame[0] & ~(FIRST | LAST):
            return False
        starts = bool(frame[0] & FIRST)
        return frame[1] == self._seq and starts == (self._parts is None) and self._bytes + len(frame) - HEADER_BYTES <= self._most
