"""Deterministic CBOR: one value has exactly one encoding, and any other encoding is refused.

RFC 8949 section 4.2.1 (shortest form, map keys in bytewise order), narrowed to what the wire uses: integers of 64 bits, byte and text
strings, arrays, maps with integer, byte or text keys, true, false, null. Floats, tags, other simple values and indefinite lengths are
refused, so nothing a stranger sends can reach a decoder hook.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

MAX_BYTES = 1 << 20
MAX_DEPTH = 12

Key: TypeAlias = int | bytes | str


@dataclass(frozen=True, slots=True)
class Encoded:
    """One item that is encoded already, to stand as it is inside another."""

    data: bytes


Value: TypeAlias = int | bytes | str | bool | list["Value"] | dict[Key, "Value"] | None
Encodable: TypeAlias = (
    int
    | bytes
    | str
    | bool
    | Encoded
    | Sequence["Encodable"]
    | Mapping[int, "Encodable"]
    | Mapping[str, "Encodable"]
    | Mapping[Key, "Encodable"]
    | None
)


class WireError(Exception):
    """The root of everything the wire refuses to believe."""


class Malformed(WireError):
    """The bytes are not the one encoding of a value of the expected shape."""


def encode(value: Encodable) -> bytes:
    """The one encoding of ``value``; ``Malformed`` for what the wire cannot say."""
    out = bytearray()
    _write(out, value, 0)
    return bytes(out)


def decode(data: bytes, max_bytes: int = MAX_BYTES) -> Value:
    """The value of which ``data`` is the one encoding; ``Malformed`` for anything longer, deeper, looser or left over."""
    if len(data) > max_bytes:
        raise Malformed("too long")
    value, at = _read(data, 0, 0)
    if at != len(data):
        raise Malformed("trailing bytes")
    return value


def head(major: int, argument: int) -> bytes:
    """The initial bytes of an item: major type 0..7 with its argument in shortest form."""
    if argument < 24:
        return bytes((major << 5 | argument,))
    if argument < 1 << 8:
        return bytes((major << 5 | 24, argument))
    if argument < 1 << 16:
        return bytes((major << 5 | 25,)) + argument.to_bytes(2, "big")
    if argument < 1 << 32:
        return bytes((major << 5 | 26,)) + argument.to_bytes(4, "big")
    if argument < 1 << 64:
        return bytes((major << 5 | 27,)) + argument.to_bytes(8, "big")
    raise Malformed("integer out of range")


def _write(out: bytearray, value: Encodable, depth: int) -> None:
    if depth >= MAX_DEPTH and isinstance(value, (Mapping, list, tuple)):
        raise Malformed("too deep")
    if value is None:
        out.append(0xF6)
    elif value is True:
        out.append(0xF5)
    elif value is False:
        out.append(0xF4)
    elif isinstance(value, int):
        out += head(0, int(value)) if value >= 0 else head(1, -1 - int(value))
    elif isinstance(value, bytes):
        out += head(2, len(value)) + value
    elif isinstance(value, str):
        text = value.encode("utf-8", "strict")
        out += head(3, len(text)) + text
    elif isinstance(value, Mapping):
        _write_map(out, value, depth)
    elif isinstance(value, (list, tuple)):
        out += head(4, len(value))
        for item in value:  # plain items at once: of such are the records that a lock spells at every update
            if item is None:
                out.append(0xF6)
            elif type(item) is int and 0 <= item < 24:
                out.append(item)
            elif type(item) is bytes:
                out += head(2, len(item))
                out += item
            else:
                _write(out, item, depth + 1)
    elif isinstance(value, Encoded):
        out += value.data
    else:
        raise Malformed(f"cannot encode {type(value).__name__}")


def _write_map(out: bytearray, value: Mapping[int, Encodable] | Mapping[str, Encodable] | Mapping[Key, Encodable], depth: int) -> None:
    pairs = []
    for key, item in value.items():
        if isinstance(key, bool) or not isinstance(key, (int, bytes, str)):
            raise Malformed("map key")
        pairs.append((encode(key), item))
    out += head(5, len(pairs))
    for encoded, item in sorted(pairs, key=lambda pair: pair[0]):
        out += encoded
        _write(out, item, depth + 1)


def _argument(data: bytes, at: int, info: int) -> tuple[int, int]:
    """The argument that follows an initial byte with low bits ``info`` >= 24, and where the item goes on."""
    size = (1, 2, 4, 8)[info - 24] if info < 28 else 0
    if size == 0 or at + size > len(data):
        raise Malformed("argument")
    argument = int.from_bytes(data[at : at + size], "big")
    if argument < (24 if size == 1 else 1 << (4 * size)):
        raise Malformed("not the shortest form")
    return argument, at + size


def _read(data: bytes, at: int, depth: int) -> tuple[Value, int]:
    if at >= len(data):
        raise Malformed("cut short")
    initial = data[at]
    at += 1
    if initial < 24:  # most items of every message: this parser is on the path of every unlock
        return initial, at
    major, argument = initial >> 5, initial & 31
    if major == 7:
        return _simple(initial), at
    if argument >= 24:
        argument, at = _argument(data, at, argument)
    if major == 2:
        if at + argument > len(data):
            raise Malformed("cut short")
        return data[at : at + argument], at + argument
    if major == 0:
        return argument, at
    if major == 4:
        return _array(data, at, argument, depth + 1)
    if major == 5:
        return _map(data, at, argument, depth + 1)
    if major == 1:
        return -1 - argument, at
    if major == 3:
        return _text(data, at, argument)
    raise Malformed("tag")


def _simple(initial: int) -> bool | None:
    if initial == 0xF6:
        return None
    if initial != 0xF4 and initial != 0xF5:
        raise Malformed("simple value or float")
    return initial == 0xF5


def _text(data: bytes, at: int, size: int) -> tuple[Value, int]:
    end = at + size
    if end > len(data):
        raise Malformed("cut short")
    try:
        return data[at:end].decode("utf-8", "strict"), end
    except UnicodeDecodeError:
        raise Malformed("text is not UTF-8") from None


def _array(data: bytes, at: int, count: int, depth: int) -> tuple[Value, int]:
    # Every item takes a byte at least: a count beyond what is left is a lie, found before anything is allocated.
    if depth > MAX_DEPTH or count > len(data) - at:
        raise Malformed("array")
    items: list[Value] = []
    size = len(data)
    for _ in range(count):
        initial = data[at] if at < size else 0x18
        if initial < 24 or initial == 0xF6:
            items.append(initial if initial < 24 else None)
            at += 1
        elif 0x40 <= initial < 0x58 and at + initial - 0x3F <= size:
            items.append(data[at + 1 : at + initial - 0x3F])
            at += initial - 0x3F
        else:
            item, at = _read(data, at, depth)
            items.append(item)
    return items, at


def _map(data: bytes, at: int, count: int, depth: int) -> tuple[Value, int]:
    if depth > MAX_DEPTH or 2 * count > len(data) - at:
        raise Malformed("map")
    table: dict[Key, Value] = {}
    before = b""
    for _ in range(count):
        start = at
        key, at = _read(data, at, MAX_DEPTH)
        spelled = data[start:at]
        if spelled <= before or isinstance(key, bool) or not isinstance(key, (int, bytes, str)):
            raise Malformed("map keys")
        before = spelled
        table[key], at = _read(data, at, depth)
    return table, at
