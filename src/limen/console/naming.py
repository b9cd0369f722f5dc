"""Doors and people of the asker's building; names for ids, for those who may see them."""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.utils.translation import gettext as _

from limen.access import queries as access
from limen.console.asker import Asker
from limen.fleet import queries as fleet
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


def person_of(asker: Asker, person_id: UUID) -> people.PersonView:
    """Somebody of the asker's building, for who manages access; M27 for everybody else. Guests of residents are not among them (V13 o)."""
    if not asker.sees_people:
        raise NotYours
    living = {person.id for person in people.people_in(asker.place.id, asker.now)}
    if person_id not in living | access.people_given(asker.place.id):
        raise NotYours
    return people.person_view(person_id)


def everybody(asker: Asker, also: frozenset[UUID]) -> list[people.PersonView]:
    """Everybody of the asker's building and `also`, by last name; for who manages people."""
    here = {person.id: person for person in people.people_in(asker.place.id, asker.now)} | people.persons_by_id(also)
    return sorted(here.values(), key=lambda person: (people.plain(person.last), people.plain(person.first)))


def has_phones_here_alone(asker: Asker, person_id: UUID) -> bool:
    """Whether somebody's phones are this office's to see and remove: they live, work or open doors here, and open none that others look after.

    Whoever left is no more this building's than anybody else's tenant is, and giving a known address a group makes nobody's keys one's own.
    """
    opens = {grant.property_id for grant in access.grants_of(person_id) if grant.is_live(asker.now)}
    if not opens <= set(asker.places):
        return False
    return asker.place.id in opens or any(person.id == person_id for person in people.people_in(asker.place.id, asker.now))


def named(asker: Asker, door_id: UUID, ids: Iterable[UUID | None]) -> dict[UUID, people.PersonView]:
    """People at a door, only for who manages a group with it; others get none and read "1 person".

    At a unit door guests of the household are none of theirs: who they are is between them and their host (V13 o).
    """
    wanted = {i for i in ids if i is not None}
    if not wanted or not asker.knows_who_at(door_id):
        return {}
    if places.door_view(door_id).kind == "unit":
        wanted &= access.people_given(asker.place.id)
    return people.persons_by_id(wanted)


def names(asker: Asker, door_id: UUID, ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """The same as whole names."""
    return {person_id: person.name for person_id, person in named(asker, door_id, ids).items()}


def changes(asker: Asker, door_id: UUID, what: Iterable[fleet.Change]) -> list[str]:
    """Waiting changes in words, each once, oldest first."""
    listed = list(what)
    known = names(asker, door_id, (change.person_id for change in listed))
    said = [truth.change(change, known.get(change.person_id) if change.person_id else None) for change in listed]
    return list(dict.fromkeys(said))


def still(asker: Asker, door_id: UUID, door_name: str, what: Collection[fleet.StillOpens], *, connected: bool = False) -> list[truth.Line]:
    """M04 and M05 for everybody whose ended access still opens a door: a list of rights, never of comings."""
    known = names(asker, door_id, (one.person_id for one in what))
    told = []
    for person_id in dict.fromkeys(one.person_id for one in what):
        mine = [one for one in what if one.person_id == person_id]
        name = known.get(person_id) or _("1 person")
        told.append(truth.still_opens(door_name, name, mine, asker.place.zone, asker.now, connected=connected))
    return told
