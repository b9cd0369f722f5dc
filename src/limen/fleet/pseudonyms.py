"""Numbers that stand for people at one lock (C.1): drawn up in order, one per person and class, never used for anybody else."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from limen.fleet.models import Device, DoorList, Pseudonym
from limen.fleet.numbers import reserve


def number_for(device: Device, person_id: UUID, cls: int, now: datetime) -> int:
    """The living number of a person in a class at this lock, made if there is none."""
    found = Pseudonym.objects.filter(device=device, person_id=person_id, cls=cls, retired_at=None).first()
    return found.number if found else _draw(device, [(person_id, cls)], now)


def number_all(device: Device, wanted: Collection[tuple[UUID, int]], now: datetime) -> None:
    """Gives these people and classes their numbers before any phone asks for a lease.

    So a backup that knows of an access knows the number its leases bear, and can take back one that it never saw (decision 0128).
    """
    held = set(Pseudonym.objects.filter(device=device, retired_at=None).values_list("person_id", "cls"))
    if missing := sorted(set(wanted) - held):
        _draw(device, missing, now)


def retire(device: Device, numbers: set[int], now: datetime) -> None:
    """Ends numbers that a subject floor names: who is let in again gets a fresh one, so the floor never meets a new grant."""
    Pseudonym.objects.filter(device=device, number__in=numbers, retired_at=None).update(retired_at=now)


def _draw(device: Device, people: Sequence[tuple[UUID, int]], now: datetime) -> int:
    """The next numbers, in this order; gives the first."""
    held = DoorList.objects.select_for_update().get(device=device)
    first, after = held.next_number, held.next_number + len(people)
    reserve(device, held, after - 1, now)
    DoorList.objects.filter(device=device).update(next_number=after)
    Pseudonym.objects.bulk_create(
        Pseudonym(device=device, number=number, person_id=person_id, cls=cls) for number, (person_id, cls) in enumerate(people, first)
    )
    return first
