"""88 Harbor Street: doors and people from the two files, groups, grants, signs, and what is waiting today."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from uuid import UUID

from limen.access import queries as held
from limen.access import services as access
from limen.access.views import GroupDoorView
from limen.cli.demonstration import cast
from limen.fleet import queries as fleet
from limen.intercom import services as intercom
from limen.kernel.actors import SYSTEM
from limen.kernel.periods import Weekly
from limen.people import queries as people
from limen.people import services as persons
from limen.places import queries as places
from limen.places import services as building

GYM_HOURS = Weekly.of([[0b11111111, 6 * 60, 22 * 60]])
FLOORS = {
    "Main Entrance": 0, "Alley Gate": 0, "Package Room": 0, "Gym": 1, "Roof": 13, "Garage": -1, "Bike Room": -1, "Boiler Room": -1,
    "Unit PH-1": 13, "Unit PH-2": 13,
}  # fmt: skip
"""Where the round finds a door whose name does not tell it."""
SIGNS = ("Main Entrance", "Alley Gate", "Package Room", "Gym", "Garage")


@dataclass(frozen=True, slots=True)
class Made:
    """What the first start made: where, and the doors by name."""

    property_id: UUID
    doors: dict[str, UUID]


def there() -> Made | None:
    """The building, if an earlier start made it."""
    buildings = places.properties()
    return _made(buildings[0].id) if buildings else None


def make(data: Path, now: datetime) -> Made:
    """Makes the building with everybody in it, in one unit of work of the caller's."""
    portfolio = building.create_portfolio(name="Harbor Homes", by=SYSTEM, now=now)
    property_id = building.create_property(
        portfolio_id=portfolio,
        name="88 Harbor Street",
        address="88 Harbor Street",
        city_line="New York",
        time_zone="America/New_York",
        profile="NYC",
        office_phone="212 555 0100",
        by=SYSTEM,
        now=now,
    )
    here = files("limen.cli.demonstration")
    building.import_doors(
        property_id=property_id, data=here.joinpath("doors.csv").read_bytes(), models=fleet.networks(), by=SYSTEM, now=now
    )
    persons.import_people(property_id=property_id, data=here.joinpath("rent_roll.csv").read_bytes(), by=SYSTEM, now=now)
    made = _made(property_id)
    for name, floor in FLOORS.items():
        building.edit_door(door_id=made.doors[name], floor=floor, by=SYSTEM, now=now)
    ids = cast.add_everybody(property_id, now)
    groups = _groups(made, now)
    cast.appoint(ids, portfolio, property_id, (groups["Amenities"], groups["Services"]), now)
    _give(made, groups, ids, now)
    cast.open_accounts(ids, data, now)
    for name in SIGNS:
        intercom.make_link(door_id=made.doors[name], by=SYSTEM, now=now)
    return made


def _made(property_id: UUID) -> Made:
    return Made(property_id, {door.name: door.id for door in places.doors(property_id)})


def _groups(made: Made, now: datetime) -> dict[str, UUID]:
    """A group for each home with the doors on its way, and groups for what not everybody has."""
    common = [
        _door(made, "Main Entrance"),
        _door(made, "Alley Gate"),
        _door(made, "Package Room"),
        _door(made, "Gym", codes=False, hours=GYM_HOURS),
    ]
    wanted = {
        "Amenities": [_door(made, "Bike Room"), _door(made, "Garage")],
        "Roof deck": [_door(made, "Roof", codes=False)],
        "Services": [_door(made, "Main Entrance"), _door(made, "Package Room"), _door(made, "Boiler Room")],
    }
    for unit in places.units(made.property_id):
        own = [GroupDoorView(door.id, None, door.codes_allowed) for door in places.doors_of_unit(unit.id)]
        wanted[f"Residents {unit.name}"] = [*own, *common]
    return {
        name: access.create_group(property_id=made.property_id, name=name, doors=doors, by=SYSTEM, now=now).id
        for name, doors in wanted.items()
    }


def _door(made: Made, name: str, *, codes: bool = True, hours: Weekly | None = None) -> GroupDoorView:
    return GroupDoorView(made.doors[name], hours, codes)


def _give(made: Made, groups: dict[str, UUID], ids: dict[str, UUID], now: datetime) -> None:
    """Everybody who lives here gets their home's group; the cast gets a little more."""
    homes = people.residents_by_unit(made.property_id, now)
    later = {ids["Dana"], ids["Theo"]}
    for residency in (one for many in homes.values() for one in many):
        if residency.person_id in later or residency.since > now + timedelta(days=60):
            continue
        _resident(residency.person_id, groups[f"Residents {residency.unit_name}"], max(residency.since, now), now)
    for group in ("Residents 4B", "Roof deck", "Amenities"):
        _resident(ids["Theo"], groups[group], now, now)
    _resident(ids["Dana"], groups["Roof deck"], now, now)
    access.give(
        person_id=ids["Gus"],
        group_id=groups["Services"],
        standing="non-resident",
        role_kind="vendor",
        starts=now,
        ends=now + timedelta(days=14),
        may_share=False,
        by=SYSTEM,
        now=now,
    )


def _resident(person_id: UUID, group_id: UUID, starts: datetime, now: datetime) -> None:
    access.give(person_id=person_id, group_id=group_id, standing="resident", starts=starts, ends=None, may_share=True, by=SYSTEM, now=now)


def invite_guest(made: Made, now: datetime) -> None:
    """Dana invites Ines to the home's door for two weeks."""
    dana = people.person_of_email("dana@example.org")
    if dana is not None:
        door = made.doors["Unit 4B"]
        access.invite_guest(
            host_id=dana.id,
            door_ids=[door],
            first="Ines",
            last="Calder",
            email="ines@example.org",
            starts=now,
            ends=now + timedelta(days=14),
            by=SYSTEM,
            now=now,
        )


def begun(made: Made) -> bool:
    """Whether the story of today was told: once, also if the first start was broken off before it and the reader has changed things since."""
    dana = people.person_of_email("dana@example.org")
    return dana is None or any(grant.group_name == "Residents 4B" for grant in held.grants_of(dana.id, made.property_id))


def today(made: Made, now: datetime) -> None:
    """What happened since the locks were last visited, so that there is something to do: Dana moved in, Theo lost the Bike Room and the Roof."""
    theo, dana = people.person_of_email("theo@example.org"), people.person_of_email("dana@example.org")
    for grant in held.grants_of(theo.id, made.property_id) if theo else ():
        if grant.group_name in {"Amenities", "Roof deck"} and grant.is_live(now):
            access.revoke(grant_id=grant.id, by=SYSTEM, now=now)
    for group in held.groups(made.property_id, _everything(made)) if dana else ():
        if dana and group.name in {"Residents 4B", "Amenities"}:
            _resident(dana.id, group.id, now, now)


def _everything(made: Made) -> people.Rights:
    return people.Rights(None, made.property_id, property_manager=True, access="full")
