"""How hard a doorcode is to guess at a door, and the settings that keep it hard enough (protocol D.4, D.8; CODE-2, CODE-12)."""

import math
from dataclasses import dataclass

from limen.wire import limits
from limen.wire.records import Bucket, DoorKind

DAY_MIN = 1_440
GUESSES_PER_SUCCESS = 500  # epsilon: 1 in 500 per 24 hours

Widths = tuple[int, int, int, int, int]


@dataclass(frozen=True)
class KeypadSettings:
    """What ships for a door: widths W0..W4, the token bucket, and the first-use entries counted in its live set."""

    widths: Widths
    bucket: Bucket
    first_uses: int


def shipped(kind: DoorKind, permanent: int, busy: bool = False) -> KeypadSettings:
    """Table D.8 for a door kind with ``permanent`` codes."""
    if kind == DoorKind.UNIT:
        return KeypadSettings((8, 8, 1, 2, 0), Bucket(tokens=10, refill_min=15, guard=40), 0)
    if kind != DoorKind.ENTRANCE:
        return KeypadSettings((40, 20, 1, 4, 1), Bucket(tokens=12, refill_min=10, guard=40), 10)
    if busy:
        return KeypadSettings((150, 100, 2, 8, 4), Bucket(tokens=20, refill_min=5, guard=100), 50)
    return KeypadSettings((150, 100, 2, 8, 4), Bucket(tokens=12, refill_min=10, guard=60 if permanent <= 150 else 100), 50)


def live_temporary(widths: Widths, first_uses: int) -> int:
    """D: how many temporary codes a lock would accept at one moment, ``W0 + W1 + 50 W2 + 6 (W3 + W4)`` + first uses."""
    return widths[0] + widths[1] + 50 * widths[2] + 6 * (widths[3] + widths[4]) + first_uses


def guesses(bucket: Bucket, minutes: int) -> int:
    """G(T): wrong codes a full bucket allows in ``minutes`` of standing there, slowed fourfold from ``guard`` failures on."""
    free = bucket.tokens + minutes // bucket.refill_min
    if free <= bucket.guard:
        return free
    reached_min = max(0, bucket.guard - bucket.tokens) * bucket.refill_min
    return max(bucket.guard, bucket.tokens) + (minutes - reached_min) // (4 * bucket.refill_min)


def chance(live: int, d: int, tries: int) -> float:
    """The chance that blind guesses open a door with ``live`` codes of ``d`` digits."""
    return 1 - math.pow(1 - live / 10**d, tries)


def one_in(live: int, d: int, bucket: Bucket) -> int:
    """Guess odds per day of standing there as the door page says them: 1 in N."""
    return round(int(10**d) / (max(1, live) * guesses(bucket, DAY_MIN)))


def least_digits(live: int, bucket: Bucket) -> int:
    """The shortest length within 1 in 500 per 24 hours (CODE-12); above 9 there is none and 10 is answered."""
    needed = math.ceil(math.log10(GUESSES_PER_SUCCESS * guesses(bucket, DAY_MIN) * max(1, live)))
    return max(limits.DIGITS_MIN, needed)
