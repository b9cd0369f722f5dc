"""What a change means, in the terms of SYNC-3: who gains and loses, and which doors people must update, on which day."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from limen.access.rules import Compared, DoorFacts, GrantFacts
from limen.access.views import Effect, NeedsUpdate
from limen.identity import queries as identity
from limen.kernel.periods import local_day
from limen.people import queries as people
from limen.places import queries as places


def effect_of(
    compared: Compared,
    doors: Mapping[UUID, DoorFacts],
    now: datetime,
    *,
    already: Iterable[UUID] = (),
    grants: Iterable[GrantFacts] = (),
) -> Effect:
    """The effect of a change between two pictures of these doors. `grants` are those before: they say who is whose guest."""
    guests = {g.person_id for g in grants if g.host_id is not None}
    return Effect(
        gains=compared.gains,
        loses=compared.loses,
        narrows=compared.narrows,
        widens=compared.widens,
        already=tuple(already),
        needs_update=_needs_update(compared, doors, now),
        connected=tuple(sorted({c.door_id for c in compared.all if doors[c.door_id].connected})),
        guests=tuple(sorted({c.person_id for c in compared.loses} & guests)),
    )


def _needs_update(compared: Compared, doors: Mapping[UUID, DoorFacts], now: datetime) -> tuple[NeedsUpdate, ...]:
    """Only what SYNC-3 lists: something taken away or narrowed, and a first code of somebody without the app here."""
    needs: dict[UUID, NeedsUpdate] = {}
    if not compared.all:
        return ()
    zone = places.property_view(next(iter(doors.values())).property_id).zone
    today = local_day(now, zone)
    for change in compared.narrows:
        needs[change.door_id] = NeedsUpdate(change.door_id, today, "narrowed")
    for change in compared.loses:
        needs[change.door_id] = NeedsUpdate(change.door_id, today, "taken_away")
    apps = users_of_app({change.person_id for change in compared.codes_started})
    for change, begins in sorted(compared.codes_started.items(), key=lambda item: item[1]):
        door = doors[change.door_id]
        if change.door_id not in needs and not door.connected and not (change in compared.by_app and change.person_id in apps):
            needs[change.door_id] = NeedsUpdate(change.door_id, local_day(begins, zone), "code_without_app")
    return tuple(sorted((n for n in needs.values() if not doors[n.door_id].connected), key=lambda n: (n.due, str(n.door_id))))


def uses_app(person_id: UUID) -> bool:
    """True for somebody who has the app, or will: invited to an address, with a smartphone, and not declined (decision 0060)."""
    return person_id in users_of_app([person_id])


def users_of_app(person_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Who of these has the app or will, in a fixed number of reads."""
    asked = set(person_ids)
    known = people.persons_by_id(asked).values() if asked else ()
    coming = {p.id for p in known if p.status != "archived" and p.email and p.smartphone and not p.declined_app}
    return frozenset(coming) | identity.have_app(asked - coming)
