"""Whoever runs the machine, and the auditor at the end: `limen.sim.ports.Machine` over the instance."""

from limen.cli.simulation.instance import Instance
from limen.sim.ports import Kept

EPOCH = 1
"""Locks of a simulated building are activated once."""


class MachineRoom:
    """The outbox is told, the database copied and put back, the record read."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance

    def settle(self) -> None:
        """See `ports.Machine`; so are the others."""
        from limen.storage import outbox

        outbox.settle(self._instance.time.now(), rounds=1000)

    def back_up(self) -> bytes:
        """The database; ledger and key store are no part of it."""
        return self._instance.database()

    def restore(self, backup: bytes) -> None:
        """The database as it was."""
        self._instance.put_back(backup)

    def kept(self, lock_id: bytes) -> Kept:
        """The whole record."""
        from limen.history import queries as history

        found = history.audited(lock_id, EPOCH)
        return Kept(found.events, found.declared, found.undeclared, found.acknowledged, found.alarms)

    def numbers(self, lock_id: bytes) -> frozenset[int]:
        """Its numbers."""
        from limen.history import queries as history

        return history.numbers(lock_id, EPOCH)
