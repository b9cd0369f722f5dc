"""Past a deadbolt that is thrown from inside: staff open only with a right for that door, for hours, and the household is told (LOCK-15)."""

from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from django.utils.translation import gettext as _

from limen.access import news
from limen.access.models import Grant, Override
from limen.access.picture import scene
from limen.access.views import OverrideView
from limen.kernel.actors import Actor
from limen.kernel.problems import NotYours, Problem, Refused
from limen.people import queries as people
from limen.places import queries as places
from limen.storage import chance, outbox
from limen.wire.grants import Cls

HOURS = (1, 4, 12, 24)
"""It lies on a phone and cannot be taken back (a lease without signal), so it ends by itself, and soon."""
WHY_MAX_CHARS = 200


def allow_override(*, person_id: UUID, door_id: UUID, hours: int, why: str, by: Actor, now: datetime) -> OverrideView:
    """Lets one of the staff, who has the app at this unit door, open it although the bolt is thrown; everybody who lives there is told.

    Problem `hours` (not one of HOURS), `why` (nothing said, or more than 200 characters), `who` (not staff with the app at this door).
    """
    door = places.door_view(door_id)
    if door.kind != "unit" or door.unit_id is None:
        raise NotYours
    if hours not in HOURS:
        raise Problem("hours", _("Choose for how long."))
    said = " ".join(why.split())
    if not said or len(said) > WHY_MAX_CHARS:
        raise Problem("why", _("Say why, in 200 characters at most. The household reads it."))
    list(Grant.objects.select_for_update().filter(person_id=person_id, ended_at=None))  # two who give it at once wait for each other
    if person_id not in staff_at(door_id, now):
        raise Problem("who", _("Choose one of the staff who opens this door with the app now."))
    if Override.objects.filter(person_id=person_id, door_id=door_id, ends__gt=now).exists():
        raise Refused("already", _("This right is given already."), _("It ends by itself."))
    row = Override.objects.create(
        id=chance.fresh_id(), person_id=person_id, door_id=door_id, given_by=by.person_id, given_at=now, ends=now + timedelta(hours=hours)
    )
    for one in people.household(door.unit_id, now):
        _tell(one.id, door, row, now, maker=by.person_id, why=said)
    news.note(by, "override.given", f"door:{door_id}", door.property_id, now, detail={"person": str(person_id)})
    return _view(row)


def staff_at(door_id: UUID, now: datetime) -> tuple[UUID, ...]:
    """The staff who open a door with the app now: who may be given the right at all."""
    place = places.door_view(door_id).property_id
    here = scene([door_id], place, now).who_holds_what(now).get(door_id, ())
    return tuple(one.person_id for one in here if any(w.cls == Cls.STAFF and w.app and w.starts <= now for w in one.windows))


def at_door(door_id: UUID, now: datetime) -> tuple[OverrideView, ...]:
    """The rights in force at a door, the first to end first."""
    return tuple(_view(row) for row in Override.objects.filter(door_id=door_id, ends__gt=now).order_by("ends", "id"))


def of_person(person_id: UUID, now: datetime) -> dict[UUID, datetime]:
    """Until when a person may open which doors although the bolt is thrown."""
    rows = Override.objects.filter(person_id=person_id, ends__gt=now).order_by("ends")
    return dict(rows.values_list("door_id", "ends"))


def tell_newcomer(person_id: UUID, now: datetime) -> None:
    """Who has just moved in reads who may open their door although the bolt is thrown; the reason was told to those before them."""
    for home in people.residencies(person_id=person_id, now=now):
        for door in places.doors(home.property_id):
            if door.unit_id == home.unit_id and home.since <= now:
                for row in Override.objects.filter(door_id=door.id, ends__gt=now):
                    _tell(person_id, door, row, now, maker=row.given_by)


def _tell(person_id: UUID, door: places.DoorView, row: Override, now: datetime, *, maker: UUID | None, why: str = "") -> None:
    facts = {"door": str(door.id), "who": str(row.person_id), "why": why, "hours": str(ceil((row.ends - now) / timedelta(hours=1)))}
    if maker is not None:
        facts["maker"] = str(maker)
    outbox.put("notice", {"kind": "override_given", "person": str(person_id), "property": str(door.property_id), "facts": facts}, now)


def _view(row: Override) -> OverrideView:
    return OverrideView(row.person_id, row.door_id, row.given_by, row.given_at, row.ends)
