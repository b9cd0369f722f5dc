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

OPEN = _("Agree, and open Unit 4B with the phone in this browser. The first opening sets the door up.")
END = _("See which doors wait today, then end Theo's access to the Package Room and read its three moments.")
PUSH = _("Update the Package Room as a technician: changes go in, nothing comes out.")
CALL = _("Scan the sign of the Package Room and call D. Whitfield. In another window be Dana: answer, and make a code.")
TYPE = _("Type that code at the Package Room: it opens. Type it at another door: it does not.")
BRING = _("Update the Package Room with the app. It brings the record along, and the entry of the visitor in it.")
GIVE = _("Make a code for a plumber, and read what can never be taken back.")
SEE = _("See who came to Unit 4B, and what Theo does not see: when Dana comes and goes.")
LOOK = _("Look at the history of the Package Room. That look is recorded.")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to try: who, what, where it begins, and whether it happened. `key` names whom to sign in as; empty for a visitor."""

    who: str
    key: str
    what: Promise
    link: str
    done: bool


@dataclass(frozen=True, slots=True)
class SettingUp:
    """How many of the simulated locks are active; at the first start the homes follow while the pages are open."""

    active: int
    planned: int

    @property
    def going_on(self) -> bool:
        """True while some are still to come."""
        return self.active < self.planned


def zone() -> ZoneInfo:
    """The demonstration's building stands in one time zone."""
    buildings = places.properties()
    return ZoneInfo(buildings[0].time_zone if buildings else "UTC")


def setting_up() -> SettingUp:
    """All locks but the one that is left for whoever wants to activate a lock."""
    planned = [door for place in places.properties() for door in places.doors(place.id) if door.planned_serial and door.kind != "service"]
    active = {device.serial for place in places.properties() for device in fleet.devices(place.id)}
    return SettingUp(sum(door.planned_serial in active for door in planned), len(planned))


def steps(now: datetime) -> tuple[Step, ...]:
    """The tour, with a check where the thing really happened: asked of the rooms, never noted by a click."""
    dana, theo = _person("dana"), _person("theo")
    unit, parcels = _door("Unit 4B"), _door("Package Room")
    calls = [call for call in intercom.calls_of(dana) if call.has_code] if dana else []
    codes = [code for code in credentials.temporary_of(dana, now) if code.call_id is None] if dana else []
    brought = _brought(parcels, min((call.made_at for call in calls), default=None), now)
    at_4b, at_parcels = f"/home/doors/{unit}", f"/home/doors/{parcels}"
    asked = f"/c/doors/{parcels}"
    return (
        Step("Dana", "dana", OPEN, at_4b, _proved(unit, now)),
        Step("Ana", "ana", END, "/c/people", _revoked(parcels)),
        Step("Milo", "milo", PUSH, f"{asked}/update", _proved(parcels, now)),
        Step("Victor", "", CALL, _sign(parcels), bool(calls)),
        Step("Victor", "", TYPE, _bench(parcels), brought),
        Step("Dana", "dana", BRING, f"{at_parcels}/update", brought),
        Step("Dana", "dana", GIVE, "/home/guests/code", bool(codes)),
        Step("Theo", "theo", SEE, "/home/history", _was_here(theo)),
        Step("Ana", "ana", LOOK, f"{asked}/history", _looked(parcels)),
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
    """The lock proved a list that is newer than the one it was activated with."""
    state = fleet.door_state(door_id, now) if door_id else None
    return state is not None and state.proven > 1


def _revoked(door_id: UUID | None) -> bool:
    return door_id is not None and bool(access.revocations(door_id=door_id))


def _brought(door_id: UUID | None, since: datetime | None, now: datetime) -> bool:
    """A piece of the door's record arrived after the code was made."""
    arrived = history.record_health(door_id, now).last_arrival if door_id else None
    return since is not None and arrived is not None and arrived > since


def _bench(door_id: UUID | None) -> str:
    return f"/bench/{places.door_view(door_id).planned_serial}" if door_id else "/bench/"


def _sign(door_id: UUID | None) -> str:
    link = intercom.link_of(door_id) if door_id else None
    return f"/v/{link.code}" if link else "/c/links"


def _was_here(person_id: UUID | None) -> bool:
    user = identity.user_of(person_id) if person_id else None
    return user is not None and user.last_sign_in is not None


def _looked(door_id: UUID | None) -> bool:
    return any(entry.verb == "history.looked" for entry in journal.entries(target=f"door:{door_id}"))
