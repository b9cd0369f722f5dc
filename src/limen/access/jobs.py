"""What the room hears from below: a phone was removed, a household changed."""

from datetime import datetime
from uuid import UUID

from limen.access import ending, overrides
from limen.access import news as ours
from limen.access.queries import doors_of, grants_of
from limen.kernel.actors import SYSTEM, Actor
from limen.people import queries as people
from limen.places import queries as places
from limen.storage import news


@news.hears("phone.removed")
def on_phone_removed(*, now: datetime, person_id: str, phone_id: str, by: str = "") -> None:
    """Every door that phone opened must hear of it: a revocation of its own, so that the three moments can be told (SYNC-3, PEOPLE-7)."""
    person = UUID(person_id)
    actor = Actor(person_id=UUID(by), via="identity") if by else SYSTEM
    by_property: dict[UUID, list[UUID]] = {}
    for door_id, windows in doors_of(person, now).items():
        if any(w.app for w in windows):
            by_property.setdefault(places.door_view(door_id).property_id, []).append(door_id)
    for property_id, doors in sorted(by_property.items()):
        ours.order(kind="phone_removed", person_id=person, property_id=property_id, door_ids=doors, by=actor, now=now)


@news.hears("residency.changed")
def on_residency_changed(*, now: datetime, person_id: str, **_more: str | int) -> None:
    """Who lives in a unit decides the class at its door (protocol C.1); who is new there is told who else may open it now (LOCK-15)."""
    reached = places.doors_by_id(doors_of(UUID(person_id), now))
    ours.touch((door.id for door in reached.values() if door.kind == "unit"), now)
    overrides.tell_newcomer(UUID(person_id), now)


@news.hears("residency.ended")
def on_residency_ended(*, now: datetime, person_id: str, property_id: str, **_more: str | int) -> None:
    """Who has left their last home here has moved out, however we learned it (a rent roll, say): all access in the property ends (ACCESS-10)."""
    person, house = UUID(person_id), UUID(property_id)
    if any(home.property_id == house for home in people.residencies(person_id=person, now=now)):
        return
    if any(grant.is_live(now) for grant in grants_of(person, house)):
        ending.move_out(person_id=person, property_id=house, by=SYSTEM, now=now)
