"""Chance from a seed: the only source of it in a simulated world."""

from random import Random  # noqa: TID251 (a seeded generator is what a simulation is made of; nothing here protects anything)

__all__ = ["Random", "branch", "seeded"]


def seeded(text: str) -> Random:
    """The generator of this text: the same draws on any machine."""
    return Random(text)  # noqa: S311


def branch(chance: Random) -> Random:
    """Another generator drawn from this one, so that who uses how much of it moves nothing else."""
    return Random(chance.getrandbits(64))  # noqa: S311
