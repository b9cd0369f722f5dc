"""How much goes wrong."""

from limen.sim.chance import seeded
from limen.sim.faults import BY_LEVEL, LEVELS, STEPS_LEAST, Steps


def test_each_level_is_worse_than_the_one_before() -> None:
    """At `none` no transmission, courier, clock or battery does harm."""
    none, low, high = (BY_LEVEL[level] for level in LEVELS)
    assert none.trouble(seeded("x")) is None
    assert Steps().drawn("app", none.cut, seeded("x")) is None
    for name in ("air", "request", "lie", "cut", "flaw", "pull", "step", "restore"):
        assert getattr(none, name) == 0.0 < getattr(low, name) < getattr(high, name)


def test_troubles_are_drawn() -> None:
    """Every harm comes sooner or later."""
    chance, high = seeded("x"), BY_LEVEL["high"]
    found = {trouble.harm for _ in range(3000) if (trouble := high.trouble(chance)) is not None}
    assert len(found) == 6


def test_any_step_of_any_visit_is_one_at_which_something_may_go_wrong() -> None:
    """The last one of the longest visit so far too; a sort of visit that nobody has seen yet has a few."""
    chance, steps = seeded("x"), Steps()
    for count in (3, 700, 40):
        steps.took("update", count)
    drawn = [step for _ in range(20_000) if (step := steps.drawn("update", 0.9, chance)) is not None]
    assert set(drawn) == set(range(700))
    assert sum(step < 40 for step in drawn) > len(drawn) / 2
    assert {steps.drawn("code", 1.0, chance) for _ in range(500)} == set(range(STEPS_LEAST))
