"""A building's calendar of holidays: the days on which hours for holidays hold, and no others (ACCESS-6)."""

from datetime import date, datetime, timedelta
from uuid import UUID

from limen.journal import services as journal
from limen.kernel.actors import Actor
from limen.kernel.periods import local_day
from limen.kernel.problems import NotYours, Problem, Refused
from limen.places import rules
from limen.places.models import Door, Holiday, Property
from limen.places.queries import property_view
from limen.storage import ledger, news


def add_holiday(*, property_id: UUID, day: date, name: str, by: Actor, now: datetime) -> None:
    """Makes a day a holiday; every door hears of it in the same transaction.

    Problem `holiday_day`, `name_missing`, `name_too_long`; Refused `holiday_taken`, `too_many_holidays`.
    """
    row = _locked(property_id)
    today = local_day(now, property_view(property_id).zone)
    if not today <= day <= today + rules.HOLIDAY_AHEAD:
        raise Problem("holiday_day", "Choose a day from today on, at most five years ahead.")
    rules.check_name(name, "holiday", rules.UNIT_MAX_CHARS)
    if Holiday.objects.filter(property=row, day=day).exists():
        raise Refused("holiday_taken", "This day is a holiday already.")
    if Holiday.objects.filter(property=row, day__gte=today - timedelta(days=rules.HOLIDAY_KEPT_DAYS)).count() >= rules.HOLIDAYS_MAX:
        raise Refused("too_many_holidays", "A lock keeps at most 64 holidays. Take one away first.")
    Holiday.objects.create(property=row, day=day, name=name.strip())
    _changed("holiday.added", row, day, by, now)


def remove_holiday(*, property_id: UUID, day: date, by: Actor, now: datetime) -> None:
    """Makes a day an ordinary one again; every door hears of it in the same transaction. NotYours for a day that is none."""
    row = _locked(property_id)
    if not Holiday.objects.filter(property=row, day=day).delete()[0]:
        raise NotYours
    _changed("holiday.removed", row, day, by, now)


def _locked(property_id: UUID) -> Property:
    row = Property.objects.select_for_update().filter(id=property_id).first()
    if row is None:
        raise NotYours
    return row


def _changed(verb: str, row: Property, day: date, by: Actor, now: datetime) -> None:
    ledger.append("holiday", {"property": row.id, "day": day.isoformat(), "held": int(verb == "holiday.added")}, now)
    journal.record(by, verb, f"property:{row.id}", {"day": day.isoformat()}, now, property_id=row.id)
    for door_id in Door.objects.filter(property=row).values_list("id", flat=True):
        news.say("door.touched", now=now, door_id=str(door_id))
