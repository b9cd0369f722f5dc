"""A door that was left open or forced: whoever looks after the building is told, once an hour at most (LOCK-17, LOCK-18).

A home's door is the home's: there the household is told, and nobody else (HISTORY-1).
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from limen.history.models import Record, Told
from limen.people import queries as people
from limen.places import queries as places
from limen.storage import outbox
from limen.wire.events import Kind, Result
from limen.wire.segments import Opened

TOLD: Final = {Kind.DOOR_AJAR: "door_ajar", Kind.DOOR_FORCED: "door_forced"}
QUIET: Final = timedelta(hours=1)
NEWS_FOR: Final = timedelta(hours=1)
"""What arrives later than that is history, not a notice."""
WATCHING: Final = frozenset({"property_manager", "security_staff"})


def tell(record: Record, found: Iterable[Opened], now: datetime) -> None:
    """Puts a notice for each watching person; an event that was told already is not told again, whatever arrives twice."""
    for one in found:
        kind = TOLD.get(one.event.kind)
        if kind is None or one.event.result is not Result.NOTED:
            continue
        late = now - datetime.fromtimestamp(one.event.t, UTC) > NEWS_FOR
        if late or Told.objects.filter(record=record, kind=kind, at__gt=now - QUIET).exists():
            continue
        if Told.objects.get_or_create(record=record, kind=kind, logepoch=one.logepoch, i=one.i, defaults={"at": now})[1]:
            _notice(record, kind, now)


def _notice(record: Record, kind: str, now: datetime) -> None:
    unit_id = places.door_view(record.door_id).unit_id
    facts = {"door": str(record.door_id)} | ({"home": "yes"} if unit_id is not None else {})
    for person in sorted(_watching(record.property_id, unit_id, now)):
        outbox.put("notice", {"kind": kind, "person": str(person), "property": str(record.property_id), "facts": facts}, now)


def _watching(property_id: UUID, unit_id: UUID | None, now: datetime) -> set[UUID]:
    if unit_id is not None:
        return {person.id for person in people.household(unit_id, now)}
    return {role.person_id for role in people.roles_in(property_id, now) if role.kind in WATCHING}
