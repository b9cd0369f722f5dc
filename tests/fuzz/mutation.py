"""Seeded mutations for whoever has no fuzzer: bytes changed, cut, doubled and moved, heads of CBOR items made to lie."""

import random
from collections.abc import Iterator, Sequence

BOMBS = (
    b"\x9b" + b"\xff" * 8,  # an array of 2^64 - 1 items
    b"\xbb" + b"\xff" * 8,  # a map of as many pairs
    b"\x5b" + b"\x00\x00\x00\x7f" + b"\xff" * 4,  # half a terabyte of bytes
    b"\x7a\x7f\xff\xff\xff",  # two gigabytes of text
    b"\x9f",  # an array of unknown length
    b"\xc2\x58\x20",  # a bignum
    b"\xfb\x7f\xf8",  # not a number
    b"\x81" * 40,  # a deep nest
    b"\x18\x05",  # five, written long
    b"\xf7",
    b"\xff",
)
TOKENS = (*BOMBS, b"\x00", b"\xff" * 4, b"\x1b" + b"\xff" * 8, b"\x20", b"\xf6", b"\xa0", b"\x80", b"\x40", b"\x60")


def mutations(seeds: Sequence[bytes], count: int, seed: str) -> Iterator[bytes]:
    """`count` inputs made from these, the same ones at every run."""
    dice = random.Random(seed)
    for _ in range(count):
        data = bytearray(dice.choice(seeds))
        for _ in range(dice.choice((1, 1, 1, 2, 3, 8))):
            _change(data, dice, seeds)
        yield bytes(data)


def _change(data: bytearray, dice: random.Random, seeds: Sequence[bytes]) -> None:
    at, act = dice.randrange(len(data) + 1), dice.randrange(8)
    size = dice.choice((1, 1, 2, 4, 16))
    if act == 0:
        data[at : at + 1] = bytes((dice.randrange(256),))
    elif act == 1 and at < len(data):
        data[at] ^= 1 << dice.randrange(8)
    elif act == 2:
        del data[at : at + size]
    elif act == 3:
        data[at:at] = dice.randbytes(size)
    elif act == 4:
        data[at:at] = dice.choice(TOKENS)
    elif act == 5:
        data[at : at + size] = dice.choice(TOKENS)
    elif act == 6:
        data[at:at] = data[at : at + size]
    else:
        other = dice.choice(seeds)
        data[at:] = other[dice.randrange(len(other) + 1) :]
