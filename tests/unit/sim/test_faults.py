"""How much goes wrong."""

from limen.sim.chance import seeded
from limen.sim.faults import BY_LEVEL, LEVELS, STEPS_MAX


def test_each_level_is_worse_than_the_one_before() -> None:
    """At `none` no transmission, courier, clock or battery does harm."""
    none, low, high = (BY_LEVEL[level] for level in LEVELS)
    assert none.trouble(seeded("x")) is None
    assert none.cut_after(seeded("x")) is None
    for name in ("air", "request", "lie", "cut", "pull", "step", "restore"):
        assert getattr(none, name) == 0.0 < getattr(low, name) < getattr(high, name)


def test_troubles_are_drawn() -> None:
    """Every harm comes sooner or later, and power goes at steps within a visit."""
    chance, high = seeded("x"), BY_LEVEL["high"]
    found = {trouble.harm for _ in range(3000) if (trouble := high.trouble(chance)) is not None}
    steps = {step for _ in range(9000) if (step := high.cut_after(chance)) is not None}
    assert len(found) == 6
    assert max(steps) < STEPS_MAX
