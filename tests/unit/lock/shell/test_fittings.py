"""The lock that has no wires."""

from limen.lock.shell.camera import SimulatedCamera
from limen.lock.shell.fittings import Fittings, Simulated


def test_a_simulated_bolt_always_moves_and_a_simulated_still_is_there_at_once() -> None:
    """So that a door of the demonstration answers like one with hardware."""
    fittings: Fittings = Simulated(SimulatedCamera("LM000103"))
    assert fittings.release(10_000)
    assert fittings.photograph(1, 1_795_000_000_000)
