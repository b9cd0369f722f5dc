"""What to try in the demonstration, in which order, and what of it has really happened."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from limen.access import queries as access
from limen.bench.cast import player
from limen.credentials import queries as credentials
from limen.fleet import queries as fleet
from limen.history import queries as history
from limen.identity import queries as identity
from limen.intercom import queries as intercom
from limen.journal import queries as journal
from limen.people import queries as people
from limen.places import queries as places


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to try: who, what, where it begins, and whether it happened."""

    who: str
    what: Promise
    link: str
    done: bool


def zone() -> ZoneInfo:
    """The demonstration's building stands in one time zone."""
    buildings = places.properties()
    return ZoneInfo(buildings[0].time_zone if buildings else "UTC")


def steps(now: datetime) -> tuple[Step, ...]:
    """The tour, with a check where the thing really happened: asked of the rooms, never noted by a click."""
    ids = {key: _person(key) for key in ("dana", "theo", "gus")}
    dana, theo = ids["dana"], ids["theo"]
    unit, parcels = _door("Unit 4B"), _door("Package Room")
    calls = intercom.calls_of(dana) if dana else ()
    return (
        Step("Dana", _("Open Unit 4B with the phone. The first opening sets the door up."), "/home/", _proved(unit, now)),
        Step("Ana", _("End somebody's access to the Package Room and read the three moments."), "/c/people", _revoked(parcels)),
        Step("Milo", _("Update the Package Room as a manager: changes go in, nothing comes out."), "/c/updates", _proved(parcels, now)),
        Step(
            "Victor",
            _("Scan the sign of the Package Room, call Dana, and get a code."),
            _sign(parcels),
            any(call.has_code for call in calls),
        ),
        Step("Victor", _("Type that code at the Package Room, then at another door."), "/bench/LM000103", _came_in(parcels, now)),
        Step("Dana", _("Make a code for a plumber."), "/home/guests/code", bool(dana and credentials.temporary_of(dana, now))),
        Step("Theo", _("See who came to Unit 4B, and what Theo does not see."), "/home/history", bool(theo and identity.phones(theo))),
        Step("Ana", _("Look at the history of the Package Room. That look is recorded."), "/c/history", _looked()),
    )


def _person(key: str) -> UUID | None:
    who = player(key)
    found = people.person_of_email(who.email) if who else None
    return found.id if found else None


def _door(name: str) -> UUID | None:
    for place in places.properties():
        door = places.door_named(place.id, name)
        if door is not None:
            return door.id
    return None


def _proved(door_id: UUID | None, now: datetime) -> bool:
    state = fleet.door_state(door_id, now) if door_id else None
    return state is not None and state.truth is fleet.Truth.PROVED and state.proven > 1


def _revoked(door_id: UUID | None) -> bool:
    return door_id is not None and bool(access.revocations(door_id=door_id))


def _came_in(door_id: UUID | None, now: datetime) -> bool:
    return door_id is not None and history.record_health(door_id, now).last_arrival is not None


def _sign(door_id: UUID | None) -> str:
    link = intercom.link_of(door_id) if door_id else None
    return f"/v/{link.code}" if link else "/c/links"


def _looked() -> bool:
    return any(entry.verb == "history.looked" for place in places.properties() for entry in journal.entries(property_id=place.id))
