"""A few locks out of the box and a small plan, for tests of the simulator's parts."""

from limen.lock.shell.factory import models
from limen.sim.bodies import Body, Making
from limen.sim.chance import seeded
from limen.sim.clock import TrueTime
from limen.wire.envelope import SoftSigner

T0 = 1_793_433_600_000
"""Saturday 31 October 2026, 04:00 in New York."""
FACTORY = SoftSigner.from_scalar(bytes(31) + b"\x07")


def body(time: TrueTime | None = None, *, drifts: bool = False, seed: str = "one") -> Body:
    """A lock that nobody owns yet."""
    return Body.made(Making("SM000001", models()["M"], FACTORY, seeded(seed), drifts), time or TrueTime(T0))
