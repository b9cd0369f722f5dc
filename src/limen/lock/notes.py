"""Small values that must survive a power cut: clock, keypad, first uses, ownership (LOCK-12).

Two banks; the newer one with a complete head counts. A bank is a run of CRC'd records, the last one of a key wins. A bank that is full is
copied, the living values only, into the other one, whose head is written last: that one record switches over. A write that failed may have left
anything behind: nothing is programmed over it, the next value begins with such a copy.
"""

import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress

from limen.lock.flash import Area, Flash, FlashError, is_erased, wipe

_HEAD = struct.Struct("<4sI")
_RECORD = struct.Struct("<HHB")
_CRC = struct.Struct("<I")
_MAGIC = b"LNB1"
_FIRST = _HEAD.size + _CRC.size
_PUT, _DROP = 0xA5, 0x5A
MAX_NOTE_BYTES = 8 * 1024


class Notes:
    """A map of bytes to bytes. `put` is durable when it returns, unless told to wait for the caller's own barrier."""

    def __init__(self, flash: Flash, banks: tuple[Area, Area]) -> None:
        self._flash, self._banks = flash, banks
        self._values: dict[bytes, bytes] = {}
        self._bank = 0
        self._generation = 0
        self._end = 0
        self._spoiled = False
        """Something failed: what stands behind the last good record, or at the head of the other bank, is not known."""
        self._waiting = False
        """Something was appended that no barrier of ours has confirmed."""
        self._load()

    def get(self, key: bytes) -> bytes | None:
        return self._values.get(key)

    def under(self, prefix: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Key and value of all notes whose key starts with `prefix`, in no order."""
        return iter([(k, v) for k, v in self._values.items() if k.startswith(prefix)])

    def put(self, key: bytes, value: bytes, durable: bool = True) -> None:
        """Keeps a value. With `durable=False` it is safe after the next barrier of anybody. Raises FlashError: then it is the old one or the new."""
        if len(value) > MAX_NOTE_BYTES:
            raise ValueError("a note is at most 8 KiB")
        if self._values.get(key) != value:
            self._append(_PUT, key, value)
            self._values[key] = value
        if durable:
            self._confirm()

    def drop(self, key: bytes, durable: bool = True) -> None:
        """Forgets a value; as `put` does. Raises FlashError."""
        if key in self._values:
            self._append(_DROP, key, b"")
            del self._values[key]
        if durable:
            self._confirm()

    def scrub(self) -> None:
        """Copies the living into the other bank and erases this one, so that no dropped value's bytes stay (F.6). Raises FlashError."""
        self._compact()
        wipe(self._flash, self._banks[1 - self._bank])
        self._flash.barrier()

    def _confirm(self) -> None:
        if self._waiting:
            self._flash.barrier()
            self._waiting = False

    def _append(self, verb: int, key: bytes, value: bytes) -> None:
        record = _framed(verb, key, value)
        if self._spoiled or self._end + len(record) > self._banks[self._bank].size_bytes or self._generation == 0:
            self._compact()
        self._spoiled = True
        self._flash.program(self._banks[self._bank], self._end, record)
        self._spoiled = False
        self._end += len(record)
        self._waiting = True

    def _compact(self) -> None:
        other = 1 - self._bank if self._generation else 0
        area = self._banks[other]
        self._spoiled = True
        if _generation(self._flash.read(area, 0, _FIRST)) > self._generation:
            # An earlier copy whose last barrier failed: half erased it must not count.
            self._flash.program(area, 0, bytes(_FIRST))
            self._flash.barrier()
        wipe(self._flash, area)
        end = _FIRST
        for key, value in self._values.items():
            record = _framed(_PUT, key, value)
            self._flash.program(area, end, record)
            end += len(record)
        self._flash.barrier()
        head = _HEAD.pack(_MAGIC, self._generation + 1)
        self._flash.program(area, 0, head + _CRC.pack(zlib.crc32(head)))
        self._flash.barrier()
        self._bank, self._generation, self._end = other, self._generation + 1, end
        self._spoiled = self._waiting = False

    def _load(self) -> None:
        heads = [_generation(self._flash.read(area, 0, _FIRST)) for area in self._banks]
        self._generation = max(heads)
        if not self._generation:
            return
        self._bank = heads.index(self._generation)
        data = self._flash.read(self._banks[self._bank], 0, self._banks[self._bank].size_bytes)
        self._end = self._replay(data)
        if not is_erased(data[self._end :]):
            self._spoiled = True  # a torn record lies behind the last good one: nothing can be programmed over it
            with suppress(FlashError):
                self._compact()

    def _replay(self, data: bytes) -> int:
        at = _FIRST
        while (found := _parsed(data, at)) is not None:
            verb, key, value, at = found
            if verb == _PUT:
                self._values[key] = value
            else:
                self._values.pop(key, None)
        return at


def _framed(verb: int, key: bytes, value: bytes) -> bytes:
    body = _RECORD.pack(len(key), len(value), verb) + key + value
    return body + _CRC.pack(zlib.crc32(body))


def _parsed(data: bytes, at: int) -> tuple[int, bytes, bytes, int] | None:
    """Verb, key, value and the place behind the record at `at`; None where no whole record lies."""
    if at + _RECORD.size > len(data):
        return None
    key_length, value_length, verb = _RECORD.unpack_from(data, at)
    end = at + _RECORD.size + key_length + value_length
    if value_length > MAX_NOTE_BYTES or end + _CRC.size > len(data) or verb not in (_PUT, _DROP):
        return None
    if zlib.crc32(data[at:end]) != _CRC.unpack_from(data, end)[0]:
        return None
    key_end = at + _RECORD.size + key_length
    return verb, data[at + _RECORD.size : key_end], data[key_end:end], end + _CRC.size


def _generation(head: bytes) -> int:
    if head[:4] != _MAGIC or zlib.crc32(head[: _HEAD.size]) != _CRC.unpack_from(head, _HEAD.size)[0]:
        return 0
    return int(_HEAD.unpack_from(head)[1])
