"""Readers of decoded values: everything that is not exactly right is ``Malformed``."""

from collections.abc import Callable

import pytest

from limen.wire import shape
from limen.wire.cbor import Malformed, Value
from limen.wire.envelope import Typ


def test_right_values_come_through_unchanged() -> None:
    """The value itself is the answer."""
    assert shape.uint(5, 5) == 5
    assert shape.integer(-7, -10, 10) == -7
    assert shape.blob(b"ab", 2) == b"ab"
    assert shape.text("tap", 3) == "tap"
    assert shape.array([1, 2], 1, 2) == [1, 2]
    assert shape.table({1: 2, 3: 4}, (1,), (3,)) == {1: 2, 3: 4}
    assert shape.member(Typ, 65001) is Typ.GRANT
    assert shape.u32(258) == b"\x00\x00\x01\x02"


WRONG: list[Callable[[], object]] = [
    lambda: shape.uint(True),
    lambda: shape.uint(-1),
    lambda: shape.uint(6, 5),
    lambda: shape.uint("5"),
    lambda: shape.integer(False, -1, 1),
    lambda: shape.integer(2, -1, 1),
    lambda: shape.blob("ab"),
    lambda: shape.blob(b"abc", 2),
    lambda: shape.blob(b"abc", most=2),
    lambda: shape.text(b"tap"),
    lambda: shape.text("taps", 3),
    lambda: shape.array({}, 0),
    lambda: shape.array([1], 2),
    lambda: shape.array([1, 2, 3], 1, 2),
    lambda: shape.table([], ()),
    lambda: shape.table({1: 2}, (1, 2)),
    lambda: shape.table({1: 2, 3: 4}, (1,)),
    lambda: shape.member(Typ, 1),
    lambda: shape.u32(1 << 32),
    lambda: shape.u32(-1),
]


@pytest.mark.parametrize("read", WRONG)
def test_wrong_values_are_refused(read: Callable[[], Value]) -> None:
    """Type, range, length, and keys that nobody knows."""
    with pytest.raises(Malformed):
        read()
