"""Buildings of any size, the same one for the same numbers: homes, a way in for everybody, rooms that some may use at some hours."""

from typing import Final

from limen.sim.ports import DoorKind, DoorPlan, GroupPlan, GuestPlan, PersonPlan, Plan

ZONE: Final = "America/New_York"
DOORS_A_WAY_IN: Final = 64
DOORS_A_ROOM: Final = 10
ROOMS_IN_A_GROUP: Final = 3
DAYTIME: Final = (6 * 60, 22 * 60)
FIRST: Final = ("Ada", "Ben", "Cleo", "Dov", "Edda", "Finn", "Gita", "Hugo", "Ines", "Jun", "Kaya", "Liv", "Milo", "Nora", "Odo", "Pia")
LAST: Final = (
    "Abel",
    "Berg",
    "Cruz",
    "Dahl",
    "Eken",
    "Faro",
    "Gold",
    "Haas",
    "Ilic",
    "Jung",
    "Kern",
    "Lund",
    "Moss",
    "Nowak",
    "Orr",
    "Pohl",
    "Quist",
)
MODELS: Final = {"entrance": ("M2", "R"), "common": ("R", "M"), "unit": ("M", "C2", "C")}
CONNECTED: Final = "R"
"""By kind, in turn: with and without a card reader, a camera, a deadbolt for privacy."""
PEOPLE_A_GUEST: Final = 4


def plan(doors: int, people: int) -> Plan:
    """A building of so many doors for so many residents; the first door of all is a home's, for everybody lives somewhere."""
    made = _doors(doors)
    ways_in = tuple(door.number for door in made if door.kind == "entrance")
    rooms = [door.number for door in made if door.kind == "common"]
    homes = [door for door in made if door.kind == "unit"]
    shared = _rooms(rooms)
    groups = [GroupPlan(f"Home {home.unit}", (home.number, *ways_in)) for home in homes]
    persons = tuple(_person(number, homes, groups, shared) for number in range(1, people + 1))
    guests = tuple(_guest(people + place, host) for place, host in enumerate(range(1, people + 1, PEOPLE_A_GUEST), 1))
    return Plan(doors=made, people=persons, groups=(*groups, *shared), zone=ZONE, guests=guests)


def _doors(count: int) -> tuple[DoorPlan, ...]:
    ways_in = max(1, count // DOORS_A_WAY_IN) if count > 1 else 0
    rooms = -(-(count - ways_in) // DOORS_A_ROOM) if count > 2 else 0
    made = []
    for number in range(count):
        if number < ways_in:
            made.append(_door(number, f"Entrance {number + 1}", "entrance", "", number))
        elif number < ways_in + rooms:
            made.append(_door(number, f"Room {number - ways_in + 1}", "common", "", number - ways_in))
        else:
            place = number - ways_in - rooms
            unit = str(101 + place)
            made.append(_door(number, f"Unit {unit}", "unit", unit, place))
    return tuple(made)


def _door(number: int, name: str, kind: DoorKind, unit: str, place: int) -> DoorPlan:
    """The next door; `place` counts those of its kind."""
    model = MODELS[kind][place % len(MODELS[kind])]
    return DoorPlan(number, name, kind, unit, model, f"SM{number:06}", model == CONNECTED)


def _rooms(rooms: list[int]) -> list[GroupPlan]:
    """Rooms by threes; every other three only in the daytime."""
    parts = [tuple(rooms[start : start + ROOMS_IN_A_GROUP]) for start in range(0, len(rooms), ROOMS_IN_A_GROUP)]
    return [GroupPlan(f"Rooms {n + 1}", part, DAYTIME if n % 2 == 0 else None) for n, part in enumerate(parts)]


def _person(number: int, homes: list[DoorPlan], groups: list[GroupPlan], shared: list[GroupPlan]) -> PersonPlan:
    place = (number - 1) % len(groups)
    own = [groups[place].name]
    if shared and number % 3:
        own.append(shared[number % len(shared)].name)
    first = FIRST[number % len(FIRST)]
    last = f"{LAST[number % len(LAST)]}{'abcdefghijklmnopqrstuvwxyz'[number // len(LAST) % 26]}"
    return PersonPlan(number, first, last, f"p{number}@example.org", homes[place].unit, tuple(own))


def _guest(number: int, host: int) -> GuestPlan:
    return GuestPlan(
        number, FIRST[number % len(FIRST)], f"Guest{'abcdefghijklmnopqrstuvwxyz'[number % 26]}{number}", f"g{number}@example.org", host
    )
