"""What the world knows of a service, and who stands behind it."""

import inspect

import pytest

from limen.cli.simulation.desk import GatewayLine, PaperDesk
from limen.cli.simulation.machine import MachineRoom
from limen.sim.ports import Desk, Gateway, Machine


@pytest.mark.parametrize(("port", "behind"), [(Desk, PaperDesk), (Gateway, GatewayLine), (Machine, MachineRoom)])
def test_every_verb_has_somebody_behind_it(port: type, behind: type) -> None:
    """With the same words in the same order."""
    for name, verb in inspect.getmembers(port, inspect.isfunction):
        if not name.startswith("_"):
            assert list(inspect.signature(getattr(behind, name)).parameters) == list(inspect.signature(verb).parameters), name
