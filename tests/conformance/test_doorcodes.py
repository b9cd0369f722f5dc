"""Ten thousand doorcodes, derived a second time by a program that shares no line with the first."""

import hashlib
import hmac
import struct
from itertools import pairwise

import pytest

from limen.wire.doorcodes import DailyKey, TempCls, temporary
from tests.unit.wire.cast import LOCK_ID, steady


def independent(key: bytes, lock: bytes, epoch: int, issue: tuple[int, int, int], d: int) -> str:
    """Protocol D.2, written from the page."""
    cls, b, idx = issue
    for ctr in range(256):
        mac = hmac.new(key, struct.pack(">10s8sIIBBB", b"dl/daily/1", lock, epoch, b, cls, idx, ctr), hashlib.sha256).digest()
        (number,) = struct.unpack(">Q", mac[:8])
        if number >= (2**64 // 10**d) * 10**d:
            continue
        code = str(number % 10**d).rjust(d, "0")
        steps = {(int(y) - int(x)) % 10 for x, y in pairwise(code)}
        four_equal = any(code[i] == code[i + 1] == code[i + 2] == code[i + 3] for i in range(d - 3))
        if len(set(code)) >= 4 and len(steps) > 1 and not four_equal:
            return code
    raise AssertionError("no code")


@pytest.mark.rule("CODE-4")
def test_ten_thousand_codes_are_the_same() -> None:
    """Invariant 49, on this side; Node derives the same from the file of vectors."""
    key = DailyKey(steady("k_daily"), LOCK_ID, 1)
    for n in range(10_000):
        cls, b, idx, d = n % 5, n * 37 % 200_000, n * 11 % 256, 5 + n % 5
        assert temporary(key, d, TempCls(cls), b, idx) == independent(key.k_daily, LOCK_ID, 1, (cls, b, idx), d)
