"""How full the batteries are, from one voltage under load (LOCK-6). Simple on purpose: no temperature, no history but the last word.

A cell is measured while the motor pulls; between the points of its chemistry's table the charge is a straight line. Cells recover when they
rest, so the percentage only falls until it rises by more than rest can explain: then they were replaced.
"""

from bisect import bisect_left
from collections.abc import Mapping
from enum import Enum

REPLACED_RISE = 20
"""Percent. Resting cells gain less; fresh ones gain more."""


class Chemistry(Enum):
    """What the cells are made of."""

    ALKALINE = "alkaline"
    LITHIUM = "lithium"


CURVES: Mapping[Chemistry, tuple[tuple[int, int], ...]] = {
    Chemistry.ALKALINE: ((900, 0), (1000, 5), (1050, 10), (1100, 15), (1200, 35), (1300, 60), (1400, 85), (1500, 100)),
    Chemistry.LITHIUM: ((1000, 0), (1200, 5), (1270, 10), (1330, 15), (1400, 35), (1450, 60), (1500, 85), (1600, 100)),
}
"""Millivolts of one cell under the motor's load, and percent. Lithium holds its voltage and then falls off a cliff."""


def percent_of(millivolts: int, cells: int, chemistry: Chemistry) -> int:
    """The charge of `cells` in series at this voltage under load, 0 to 100."""
    curve, volts = CURVES[chemistry], millivolts // max(1, cells)
    place = bisect_left(curve, (volts, 101))
    if place == 0:
        return 0
    if place == len(curve):
        return 100
    (low, least), (high, most) = curve[place - 1], curve[place]
    return least + (volts - low) * (most - least) // (high - low)


def millivolts_of(percent: int, cells: int, chemistry: Chemistry) -> int:
    """The voltage at which these cells are that full: what a simulated body measures."""
    curve = CURVES[chemistry]
    place = next(index for index, (_, charge) in enumerate(curve) if charge >= min(100, percent))
    if place == 0:
        return curve[0][0] * cells
    (low, least), (high, most) = curve[place - 1], curve[place]
    return -(-(low * (most - least) + (percent - least) * (high - low)) * cells // (most - least))


def next_percent(before: int | None, measured: int) -> int:
    """What the lock says from now on: the lower of the two, unless somebody put fresh cells in."""
    return measured if before is None or measured >= before + REPLACED_RISE else min(before, measured)


def level(percent: int, low: int, critical: int) -> int:
    """2 good, 1 low, 0 critical."""
    return 0 if percent < critical else 1 if percent < low else 2
