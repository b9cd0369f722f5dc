"""Makes and changes buildings, units and doors, one by one or from a file."""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from django.db import IntegrityError, transaction

from limen.journal import services as journal
from limen.kernel.actors import Actor
from limen.kernel.problems import NotYours, Problem, Refused
from limen.places import edited, rules
from limen.places.holidays import add_holiday, remove_holiday
from limen.places.importing import TEMPLATE, import_doors, preview_doors
from limen.places.models import Door, Portfolio, Property, Unit
from limen.places.views import Doorway
from limen.storage import chance, news

__all__ = [
    "TEMPLATE", "add_holiday", "create_door", "create_portfolio", "create_property", "create_unit", "device_came", "edit_door", "edit_property",
    "import_doors", "preview_doors", "remove_holiday", "set_doorway",
]  # fmt: skip

DOOR_TAKEN: Final = 'There is a door "%(name)s" already, or one with this serial.'


def create_portfolio(*, name: str, by: Actor, now: datetime) -> UUID:
    """Makes an owner's set of properties and returns its id."""
    rules.check_name(name, "portfolio", rules.NAME_MAX_CHARS)
    row = Portfolio.objects.create(id=chance.fresh_id(), name=name.strip())
    journal.record(by, "portfolio.created", f"portfolio:{row.id}", {}, now)
    return row.id


def create_property(
    *, portfolio_id: UUID, name: str, address: str, city_line: str, time_zone: str, profile: str, office_phone: str = "",
    code_digits: int | None = None, staleness_limit_days: int = 2, by: Actor, now: datetime,
) -> UUID:  # fmt: skip
    """Makes a building with one time zone and one privacy profile (PLACE-1) and returns its id. Raises Problem."""
    rules.check_property(name=name, time_zone=time_zone, profile=profile)
    _check_numbers(code_digits, staleness_limit_days)
    row = Property.objects.create(
        id=chance.fresh_id(), portfolio_id=portfolio_id, name=name.strip(), address=address, city_line=city_line, time_zone=time_zone,
        profile=profile, office_phone=office_phone, code_digits=code_digits, staleness_limit_days=staleness_limit_days,
    )  # fmt: skip
    journal.record(by, "property.created", f"property:{row.id}", {"profile": profile}, now, property_id=row.id)
    return row.id


def edit_property(
    *, property_id: UUID, by: Actor, now: datetime, name: str | None = None, address: str | None = None, city_line: str | None = None,
    office_phone: str | None = None, code_digits: int | Literal["by_odds"] | None = None, staleness_limit_days: int | None = None,
) -> None:  # fmt: skip
    """Changes what is named and leaves the rest. Time zone and profile stay: deadlines and schedules were promised by them.

    Of `code_digits` it knows no more than the bounds: whether a length is safe at each door is asked by credentials.choose_length (CODE-2).
    """
    row = Property.objects.select_for_update().filter(id=property_id).first()
    if row is None:
        raise NotYours
    _check_numbers(None if code_digits == "by_odds" else code_digits, staleness_limit_days)
    rules.check_reached(address=address, city_line=city_line, office_phone=office_phone)
    wanted: dict[str, str | int | None] = {
        "name": name, "address": address, "city_line": city_line, "office_phone": office_phone,
        "code_digits": code_digits, "staleness_limit_days": staleness_limit_days,
    }  # fmt: skip
    named = {field: None if value == "by_odds" else value for field, value in wanted.items() if value is not None}
    changed = [field for field, value in named.items() if value != getattr(row, field)]
    for field in changed:
        setattr(row, field, named[field])
    rules.check_name(row.name, "building", rules.NAME_MAX_CHARS)
    if not changed:
        return
    row.save(update_fields=changed)
    if "code_digits" in changed:  # codes of another length at every door (CODE-2)
        for door_id in Door.objects.filter(property=row).values_list("id", flat=True):
            news.say("door.touched", now=now, door_id=str(door_id))
    journal.record(by, "property.edited", f"property:{row.id}", {"fields": ",".join(changed)}, now, property_id=row.id)


def create_unit(*, property_id: UUID, name: str, by: Actor, now: datetime) -> UUID:
    """Makes a dwelling and returns its id (PLACE-4). Raises Refused when the building has one of that name."""
    rules.check_name(name, "unit", rules.UNIT_MAX_CHARS)
    unit = Unit(id=chance.fresh_id(), property_id=property_id, name=name.strip())
    _save_new(unit, 'There is a unit "%(name)s" already.')
    journal.record(by, "unit.created", f"unit:{unit.id}", {}, now, property_id=property_id)
    return unit.id


def create_door(
    *, property_id: UUID, name: str, kind: str, unit_id: UUID | None = None, connected: bool = False, share_allowed: bool = True,
    codes_allowed: bool = True, planned_model: str = "", planned_serial: str = "", by: Actor, now: datetime,
) -> UUID:  # fmt: skip
    """Makes a door without a device (PLACE-2) and returns its id. Raises Problem, or Refused for a name or serial that is taken."""
    rules.check_name(name, "door", rules.NAME_MAX_CHARS)
    rules.check_kind(kind, unit_id is not None)
    rules.check_planned(planned_model, planned_serial)
    if unit_id is not None and not Unit.objects.filter(id=unit_id, property=property_id).exists():
        raise NotYours
    door = Door(
        id=chance.fresh_id(), property_id=property_id, unit_id=unit_id, name=name.strip(), kind=kind, connected=connected,
        share_allowed=share_allowed, codes_allowed=codes_allowed, planned_model=planned_model, planned_serial=planned_serial,
    )  # fmt: skip
    _save_new(door, DOOR_TAKEN)
    journal.record(by, "door.created", f"door:{door.id}", {"kind": kind}, now, property_id=property_id)
    return door.id


def edit_door(
    *, door_id: UUID, by: Actor, now: datetime, name: str | None = None, kind: str | None = None, connected: bool | None = None,
    share_allowed: bool | None = None, codes_allowed: bool | None = None, planned_model: str | None = None,
    planned_serial: str | None = None, key_pause_s: int | None = None, carried_by_others: bool | None = None, floor: int | None = None,
    strict: bool | None = None,
) -> None:  # fmt: skip
    """Changes what is named and leaves the rest; says `door.touched` where the lock's list may follow (codes, sharing, key pause, strict, name).

    Raises Refused when the kind is frozen: a door that had a device keeps its kind for ever (PLACE-3).
    """
    row = Door.objects.select_for_update().filter(id=door_id).first()
    if row is None:
        raise NotYours
    _check_pause(key_pause_s)
    if floor is not None and floor not in rules.FLOORS:
        raise Problem("floor", "A floor is a number from -20 to 200; 0 is the ground floor.")
    wanted: dict[str, str | bool | int | None] = {
        "name": name, "kind": kind, "connected": connected, "share_allowed": share_allowed, "codes_allowed": codes_allowed,
        "planned_model": planned_model, "planned_serial": planned_serial, "key_pause_s": key_pause_s, "carried_by_others": carried_by_others,
        "floor": floor, "strict": strict,
    }  # fmt: skip
    changed = [field for field, value in wanted.items() if value is not None and value != getattr(row, field)]
    if "kind" in changed and row.kind_frozen_at is not None:
        raise Refused("door_kind_frozen", "The kind of this door cannot change any more.", "Deactivate the device and make a new door.")
    for field in changed:
        setattr(row, field, wanted[field])
    rules.check_name(row.name, "door", rules.NAME_MAX_CHARS)
    rules.check_kind(row.kind, row.unit_id is not None)
    rules.check_planned(row.planned_model, row.planned_serial)
    try:
        with transaction.atomic():
            row.save(update_fields=changed)
    except IntegrityError:
        raise Refused("name_taken", DOOR_TAKEN, gaps={"name": row.name}) from None
    if changed:
        edited.tell(row, changed, by, now)


def set_doorway(*, door_id: UUID, doorway: Doorway, by: Actor, now: datetime) -> None:
    """Sets how a door with a wired reader behaves (LOCK-4, LOCK-16, LOCK-17); its lock hears of it with the next update.

    Problem `engaged_window`, `ajar_limit`. NotYours.
    """
    row = Door.objects.select_for_update().filter(id=door_id).first()
    if row is None:
        raise NotYours
    if doorway.engaged_s not in rules.ENGAGED_S:
        raise Problem("engaged_window", "A reader opens for 5 or 10 seconds.")
    if doorway.ajar_s is not None and doorway.ajar_s not in rules.AJAR_S:
        raise Problem("ajar_limit", "A door may be noted as left open after 10 seconds to 1 hour.")
    row.passage = doorway.passage.rows() if doorway.passage else None
    row.ajar_s, row.engaged_s = doorway.ajar_s, doorway.engaged_s
    row.save(update_fields=["passage", "ajar_s", "engaged_s"])
    detail: dict[str, str | int] = {
        "passage": int(doorway.passage is not None),
        "ajar_s": doorway.ajar_s or 0,
        "engaged_s": doorway.engaged_s,
    }
    journal.record(by, "door.doorway", f"door:{row.id}", detail, now, property_id=row.property_id)
    news.say("door.touched", now=now, door_id=str(row.id))


def device_came(*, door_id: UUID, networked: bool, now: datetime) -> None:
    """Called by each activation: history and photos rely on the kind from the first one (PLACE-3).

    A door hears of changes by itself only if its device can, whatever was planned (SYNC-7).
    """
    Door.objects.filter(id=door_id, kind_frozen_at=None).update(kind_frozen_at=now)
    Door.objects.filter(id=door_id).update(networked=networked)


def _save_new(row: Unit | Door, taken: str) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise Refused("name_taken", taken, gaps={"name": row.name}) from None


def _check_numbers(code_digits: int | None, staleness_limit_days: int | None) -> None:
    if code_digits is not None and code_digits not in rules.CODE_DIGITS:
        raise Problem("code_digits", "A doorcode has 4 to 9 digits.")
    if staleness_limit_days is not None and staleness_limit_days not in rules.STALENESS_DAYS:
        raise Problem("staleness_limit", "The limit is 1 to 90 days.")


def _check_pause(key_pause_s: int | None) -> None:
    if key_pause_s is not None and key_pause_s not in rules.KEY_PAUSE_S:
        raise Problem("key_pause", "The pause between digits is 5 to 20 seconds.")
