"""One code for all common doors (CODE-14): who asked for it, and which rows belong to it.

The code is as long as the longest of those doors needs; each lock compares its own last digits (protocol D.4), so one code is typed everywhere.
"""

from typing import Final
from uuid import UUID

from limen.credentials.models import OneCode, PermanentCode
from limen.places import queries as places

_COMMON_KINDS: Final = ("entrance", "common")
Whose = tuple[UUID, bool]
"""A person, and whether it is their second code."""


def is_common(door: places.DoorView) -> bool:
    """True for a door that one code can be for (CODE-14): a unit has codes of its own, and a service room is nobody's daily way."""
    return door.kind in _COMMON_KINDS


def sharing_at(door: places.DoorView) -> frozenset[Whose]:
    """Whose first code at this door is the end of one that several doors share."""
    if not is_common(door):
        return frozenset()
    people = OneCode.objects.filter(property_id=door.property_id).values_list("person_id", flat=True)
    return frozenset((person_id, False) for person_id in people)


def common_doors(property_id: UUID) -> tuple[places.DoorView, ...]:
    """The doors that one code is for."""
    return tuple(door for door in places.doors(property_id) if is_common(door))


def newest(person_id: UUID, property_id: UUID) -> PermanentCode | None:
    """A row of the person's one code as it was drawn last; doors with an older one follow."""
    doors = [door.id for door in common_doors(property_id)]
    live = PermanentCode.objects.filter(person_id=person_id, shared=True, retired_at=None, door_id__in=doors)
    return live.order_by("-generation").first()


def is_behind(door: places.DoorView, row: PermanentCode, wanted: bool) -> bool:
    """True for a code of the wrong sort, and for one that was drawn anew at another door."""
    if row.shared != wanted:
        return True
    last = newest(row.person_id, door.property_id) if row.shared else None
    return last is not None and last.generation > row.generation
