"""Names for ids, for those who may see them."""

from collections.abc import Iterable
from uuid import UUID

from limen.console.asker import Asker
from limen.fleet.queries import Change
from limen.kernel.problems import NotYours
from limen.people import queries as people
from limen.places import queries as places
from limen.web import truth


def door_of(asker: Asker, door_id: UUID) -> places.DoorView:
    """A door of the asker's building; M27 for every other."""
    door = places.door_view(door_id)
    if door.property_id != asker.place.id:
        raise NotYours
    return door


def names(asker: Asker, ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Names of people, only for who manages access here; others get none and read "1 person"."""
    if asker.rights.access == "none":
        return {}
    return {person_id: person.name for person_id, person in people.persons_by_id({i for i in ids if i is not None}).items()}


def changes(asker: Asker, what: Iterable[Change]) -> list[str]:
    """Waiting changes in words, each once, oldest first."""
    listed = list(what)
    known = names(asker, (change.person_id for change in listed))
    said = [truth.change(change, known.get(change.person_id) if change.person_id else None) for change in listed]
    return list(dict.fromkeys(said))
