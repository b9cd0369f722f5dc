"""Values of a decoded message, each proven to have the expected shape or ``Malformed``.

The parsers of the wire read through these, so a wrong type, length or range never travels further than the line that met it.
"""

from collections.abc import Collection
from enum import IntEnum
from typing import TypeVar

from limen.wire.cbor import Key, Malformed, Value

U8, U16, U32, U64 = (1 << 8) - 1, (1 << 16) - 1, (1 << 32) - 1, (1 << 64) - 1
E = TypeVar("E", bound=IntEnum)


def uint(value: Value, most: int = U64) -> int:
    """An integer 0..``most``; a boolean is none."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise Malformed("unsigned integer expected")
    return value


def integer(value: Value, least: int, most: int) -> int:
    """An integer in ``least``..``most``."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise Malformed("integer expected")
    return value


def blob(value: Value, size: int | None = None, most: int = U32) -> bytes:
    """A byte string of exactly ``size`` bytes, or of at most ``most``."""
    if not isinstance(value, bytes) or (size is not None and len(value) != size) or len(value) > most:
        raise Malformed("byte string expected")
    return value


def text(value: Value, most: int = 64) -> str:
    """A text of at most ``most`` characters."""
    if not isinstance(value, str) or len(value) > most:
        raise Malformed("text expected")
    return value


def array(value: Value, least: int, most: int | None = None) -> list[Value]:
    """An array of ``least`` to ``most`` items (exactly ``least`` if ``most`` is not given)."""
    if not isinstance(value, list) or not least <= len(value) <= (least if most is None else most):
        raise Malformed("array expected")
    return value


def table(value: Value, needs: Collection[Key], may: Collection[Key] = ()) -> dict[Key, Value]:
    """A map with all keys of ``needs`` and none beyond ``needs`` and ``may``: an unknown key is critical."""
    if not isinstance(value, dict):
        raise Malformed("map expected")
    for key in needs:
        if key not in value:
            raise Malformed("key missing")
    for key in value:
        if key not in needs and key not in may:
            raise Malformed("unknown key")
    return value


def member(kind: type[E], value: Value) -> E:
    """A member of the integer enumeration ``kind``."""
    found = kind._value2member_map_.get(uint(value))
    if not isinstance(found, kind):
        raise Malformed("unknown number")
    return found


def u32(number: int) -> bytes:
    """Four bytes, big-endian, as hashes and key contexts use them."""
    try:
        return number.to_bytes(4, "big")
    except OverflowError:
        raise Malformed("number out of range") from None
