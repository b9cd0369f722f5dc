"""Reads buildings. Callers ask by what the asker may see: ids come from people.queries and access.queries."""

from collections.abc import Iterable
from datetime import date
from typing import TypeVar
from uuid import UUID

from limen.kernel.periods import Weekly
from limen.kernel.problems import NotYours
from limen.places import rules
from limen.places.models import Door, Holiday, Property, Unit
from limen.places.views import DoorView, Doorway, PropertyView, UnitView
from limen.storage.prepared import Prepared

__all__ = [
    "DoorView", "Doorway", "PropertyView", "UnitView", "door_named", "door_view", "doors", "doors_by_id", "doors_of_unit", "holidays",
    "properties", "property_view", "unit_named", "unit_view", "units",
]  # fmt: skip

_DOORS = Prepared(lambda ids: Door.objects.select_related("unit").filter(id__in=ids))


def property_view(property_id: UUID) -> PropertyView:
    """The building. Raises NotYours."""
    return _property(_found(Property.objects.filter(id=property_id).first()))


def properties(*, portfolio_id: UUID | None = None, ids: Iterable[UUID] | None = None) -> tuple[PropertyView, ...]:
    """Buildings of a portfolio, or those of these ids, by name; without either all of them (commands only)."""
    found = Property.objects.all()
    if portfolio_id is not None:
        found = found.filter(portfolio=portfolio_id)
    if ids is not None:
        found = found.filter(id__in=list(ids))
    return tuple(_property(row) for row in found.order_by("name", "id"))


def unit_view(unit_id: UUID) -> UnitView:
    """The dwelling. Raises NotYours."""
    return _unit(_found(Unit.objects.filter(id=unit_id).first()))


def units(property_id: UUID) -> tuple[UnitView, ...]:
    """All dwellings of a building as people sort them: 2A before 10A."""
    found = Unit.objects.filter(property=property_id)
    return tuple(sorted((_unit(row) for row in found), key=lambda unit: natural(unit.name)))


def unit_named(property_id: UUID, name: str) -> UnitView | None:
    """The dwelling of that name, whatever its capitals, or None."""
    row = Unit.objects.filter(property=property_id, name__iexact=name.strip()).first()
    return _unit(row) if row else None


def holidays(property_id: UUID) -> dict[date, str]:
    """The building's calendar: every holiday with its name, the earliest first (ACCESS-6)."""
    return dict(Holiday.objects.filter(property=property_id).order_by("day").values_list("day", "name"))


def door_view(door_id: UUID) -> DoorView:
    """The door. Raises NotYours."""
    return _door(_found(Door.objects.select_related("unit").filter(id=door_id).first()))


def doors(property_id: UUID) -> tuple[DoorView, ...]:
    """All doors of a building: shared ones first, then the units as people sort them."""
    found = Door.objects.select_related("unit").filter(property=property_id)
    return tuple(sorted((_door(row) for row in found), key=lambda door: (door.kind == "unit", natural(door.name))))


def doors_by_id(ids: Iterable[UUID]) -> dict[UUID, DoorView]:
    """Doors by their id; ids that do not exist are missing in the answer."""
    return {row.id: _door(row) for row in _DOORS(ids=set(ids))}


def doors_of_unit(unit_id: UUID) -> tuple[DoorView, ...]:
    """The doors of one dwelling."""
    return tuple(_door(row) for row in Door.objects.select_related("unit").filter(unit=unit_id).order_by("name"))


def door_named(property_id: UUID, name: str) -> DoorView | None:
    """The door of that name, whatever its capitals, or None."""
    row = Door.objects.select_related("unit").filter(property=property_id, name__iexact=name.strip()).first()
    return _door(row) if row else None


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts 2A before 10A."""
    parts: list[tuple[int, int, str]] = []
    digits = ""
    for character in f"{name.casefold()}\0":
        if character.isdecimal():
            digits += character
            continue
        if digits:
            parts.append((0, int(digits), ""))
            digits = ""
        parts.append((1, 0, character))
    return tuple(parts)


Found = TypeVar("Found")


def _found(row: Found | None) -> Found:
    if row is None:
        raise NotYours
    return row


def _property(row: Property) -> PropertyView:
    return PropertyView(
        row.id, row.portfolio_id, row.name, row.address, row.city_line, row.time_zone, row.profile, row.office_phone,
        row.code_digits, row.staleness_limit_days,
    )  # fmt: skip


def _unit(row: Unit) -> UnitView:
    return UnitView(row.id, row.property_id, row.name)


def _door(row: Door) -> DoorView:
    return DoorView(
        row.id, row.property_id, row.name, row.kind, row.unit_id, row.unit.name if row.unit else None,
        row.connected and row.networked is not False, row.share_allowed,
        row.codes_allowed, row.planned_model, row.planned_serial, row.key_pause_s, row.kind_frozen_at is not None, row.carried_by_others,
        Doorway(Weekly.of(row.passage) if row.passage else None, row.ajar_s, row.engaged_s), row.strict,
        row.floor if row.floor is not None else rules.floor_of_unit(row.unit.name) if row.unit else None,
    )  # fmt: skip
