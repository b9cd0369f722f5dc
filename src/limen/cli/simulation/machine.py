"""Whoever runs the machine, and the auditor at the end: `limen.sim.ports.Machine` over the instance."""

from collections.abc import Callable, Mapping
from uuid import UUID

from limen.cli.simulation.instance import Instance
from limen.cli.simulation.uplink import Ears, Uplink
from limen.sim.ports import CallKind, CardImage, Copy, Kept, SaidNo

EPOCH = 1
"""Locks of a simulated building are activated once."""


class MachineRoom:
    """The outbox is told, the database copied and put back, the record read. `people`, `doors`: the service's ids by the plan's numbers."""

    def __init__(self, instance: Instance, people: Mapping[int, str] | None = None, doors: Mapping[int, str] | None = None) -> None:
        self._instance, self._people, self._doors = instance, people or {}, doors or {}
        self._ears: Ears | None = None

    def settle(self) -> None:
        """See `ports.Machine`; so are the others."""
        from limen.storage import outbox

        outbox.settle(self._instance.time.now(), rounds=1000)

    def back_up(self) -> Copy:
        """A copy of the disk."""
        return self._instance.copy()

    def restore(self, copy: Copy) -> tuple[str, ...]:
        """By the product."""
        return self._instance.restore(copy)

    def copy_back(self, copy: Copy) -> None:
        """Past it."""
        self._instance.put_back(copy.database)

    def kept(self, lock_id: bytes) -> Kept:
        """The whole record."""
        from limen.history import queries as history

        found = history.audited(lock_id, EPOCH)
        return Kept(found.events, found.declared, found.undeclared, found.acknowledged, found.alarms, found.marked)

    def numbers(self, lock_id: bytes) -> frozenset[int]:
        """Its numbers."""
        from limen.history import queries as history

        return history.numbers(lock_id, EPOCH)

    def dialled(self, lock_id: bytes, say: Callable[[bytes], list[bytes]]) -> Uplink:
        """The gateway answers."""
        if self._ears is None:
            self._ears = Ears()
        return Uplink(self._ears, lock_id, say, self._instance.time.now)

    def ids(self, person: int, door: int) -> tuple[UUID, UUID]:
        """As the pages name them."""
        return UUID(self._people[person]), UUID(self._doors[door])

    def encode(self, person: int, uid: bytes) -> CardImage:
        """As the encoder beside the office gets it."""
        from limen.credentials import queries as credentials

        card = next(card for card in credentials.cards_of(UUID(self._people[person])) if card.uid == uid)
        image = credentials.card_image(card.id)
        return CardImage(image.keys, image.serial, image.generation)

    def call_code(self, person: int, door: int, kind: CallKind) -> str:
        """The verb behind LINK-5 and LINK-11: ringing is a matter of sockets, which are not simulated."""
        from limen.credentials import services as credentials
        from limen.kernel.problems import Problem
        from limen.storage import chance
        from limen.storage.transactions import unit_of_work

        who, where, now = UUID(self._people[person]), UUID(self._doors[door]), self._instance.time.now()
        try:
            with unit_of_work():
                made = credentials.make_temporary(
                    door_id=where, kind=kind, by_person=who, label="caller", now=now, call_id=chance.fresh_id()
                )
        except Problem as problem:
            raise SaidNo(problem.type) from problem
        return made.digits

    def raise_floor(self, door: int) -> None:
        """The verb behind CODE-13."""
        from limen.credentials import services as credentials
        from limen.kernel.actors import SYSTEM
        from limen.kernel.problems import Refused
        from limen.storage.transactions import unit_of_work

        try:
            with unit_of_work():
                made = credentials.raise_floor(door_id=UUID(self._doors[door]), by=SYSTEM, now=self._instance.time.now())
        except Refused as problem:
            raise SaidNo(problem.type) from problem
        if not made:
            raise SaidNo("nothing to end")
