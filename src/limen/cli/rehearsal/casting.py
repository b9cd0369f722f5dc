"""Chooses who plays whom, by what doors and people are and never by name."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from limen.cli.rehearsal.building import Building, CannotPlay, DoorRow, PersonRow

WITHOUT_KEYPAD: Final = frozenset({"INT", "LINK"})
WIRED: Final = frozenset({"R", "INT", "LINK"})
OTHERS: Final = 3


@dataclass(frozen=True)
class Cast:
    """Who and what plays the story.

    `home` is the resident's unit door, `parcels` the door that visitors come to, `other` a third unconnected door, `reader` a connected one.
    """

    home: DoorRow
    parcels: DoorRow
    other: DoorRow
    reader: DoorRow
    resident: PersonRow
    neighbour: PersonRow
    leaver: PersonRow
    unlisted: PersonRow

    @property
    def doors(self) -> tuple[DoorRow, ...]:
        """In the order in which they are activated."""
        return (self.home, self.parcels, self.other, self.reader)

    @property
    def people(self) -> tuple[PersonRow, ...]:
        """The one of the unit door first."""
        return (self.resident, self.neighbour, self.leaver, self.unlisted)


def cast(building: Building) -> Cast:
    """The first doors and people that fit, in the order of the files; `CannotPlay` names a part that nobody fits."""
    reader = _first("a connected reader", (d for d in building.doors if d.connected and d.model not in WITHOUT_KEYPAD))
    apart = [d for d in building.doors if not d.connected and d.model not in WIRED]
    visited = [d for d in _by_kind(apart, "common", "service", "entrance") if d.codes]
    parcels = _first("an unconnected door with codes that is no unit door", iter([d for d in visited if d.share] or visited))
    home, (resident, neighbour, leaver, unlisted) = _household(
        [d for d in apart if d.kind == "unit" and d.codes and d.share], building.people
    )
    others = _by_kind(apart, "common", "entrance", "service", "unit")
    other = _first("a third unconnected door", (d for d in others if d not in (parcels, home)))
    return Cast(home, parcels, other, reader, resident, neighbour, leaver, unlisted)


def _by_kind(doors: Sequence[DoorRow], *kinds: str) -> list[DoorRow]:
    return [door for kind in kinds for door in doors if door.kind == kind]


def _household(homes: Sequence[DoorRow], people: Sequence[PersonRow]) -> tuple[DoorRow, tuple[PersonRow, PersonRow, PersonRow, PersonRow]]:
    """A home, its resident, and three people of other homes who cannot be taken for them."""
    by_unit: dict[str, list[PersonRow]] = {}
    for person in people:
        by_unit.setdefault(person.unit.casefold(), []).append(person)
    lived_in = [(home, resident) for home in homes for resident in by_unit.get(home.unit.casefold(), ())]
    for home, resident in lived_in:
        rest = _told_apart(resident, (person for person in people if person.unit != resident.unit))
        if len(rest) == OTHERS:
            return home, (resident, rest[0], rest[1], rest[2])
    if not lived_in:
        raise CannotPlay("this building has no door for the part: a unit door with codes, sharing and a resident")
    raise CannotPlay("fewer than three other residents with a smartphone and an e-mail of their own")


def _told_apart(first: PersonRow, others: Iterable[PersonRow]) -> list[PersonRow]:
    """Three people, if there are, whose entries at a sign could not be taken for one another's, not even in part: "A. Lee" stands in "A. Leeds"."""
    found = [first]
    for person in others:
        if not any(person.listed_as in one.listed_as or one.listed_as in person.listed_as for one in found):
            found.append(person)
        if len(found) > OTHERS:
            break
    return found[1:]


def _first(part: str, doors: Iterator[DoorRow]) -> DoorRow:
    for door in doors:
        return door
    raise CannotPlay(f"this building has no door for the part: {part}")
