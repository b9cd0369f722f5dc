"""What programs say in JSON, read in one place: an object whose texts can be kept and whose numbers can be counted with, or nothing.

Whoever calls has limited the size before. JSON can say what neither UTF-8 nor PostgreSQL can hold (half a character, NUL) and numbers that no
clock has (1e999): such a message is not understood, so that no screen behind this has to think of it.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Final

Json = dict[str, object]

_NOWHERE_KEPT: Final = re.compile("[\x00\ud800-\udfff]")


def spoken(data: bytes | str) -> Json | None:
    """The object that was sent; None for anything else, and for one that holds a text or number which cannot be meant."""
    try:
        said = json.loads(data, parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict) or any(_NOWHERE_KEPT.search(text) for text in _texts(said)):
        return None
    return said


def text_of(said: Mapping[str, object], name: str, most: int) -> str:
    """A text of the message, cut to `most` characters; empty where there is none or something else stands."""
    value = said.get(name)
    return value[:most] if isinstance(value, str) else ""


def _finite(written: str) -> float:
    value = float(written)
    if not math.isfinite(value):
        raise ValueError
    return value


def _texts(said: object) -> Iterator[str]:
    """Every text in it, names too; without recursion, for nesting costs the sender nothing."""
    waiting = [said]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            waiting += [*one, *one.values()]
        elif isinstance(one, list):
            waiting += one
