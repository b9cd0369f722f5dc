"""The picture of some doors: who holds which windows there, from a fixed number of reads whatever the number of people."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from limen.access.models import Grant, GrantDoor, GroupDoor, Suspension
from limen.access.rules import DoorFacts, GrantFacts, Terms, at_door
from limen.access.views import AccessWindow, GroupDoorView, Holder
from limen.kernel.periods import Weekly
from limen.people import queries as people
from limen.places import queries as places
from limen.storage.prepared import Prepared

TermsBy = dict[UUID, dict[UUID, Terms]]
"""By group, or by grant of single doors: on which terms it opens which door."""

_HELD = Prepared(lambda people, now: _live(now).filter(person_id__in=people))
_DOORS_OF_GROUPS = Prepared(lambda groups: GroupDoor.objects.filter(group_id__in=groups))
_DOORS_OF_GRANTS = Prepared(lambda grants: GrantDoor.objects.filter(grant_id__in=grants, ended_at=None))
_GROUPS_AT = Prepared(lambda doors: GroupDoor.objects.filter(door_id__in=doors))
_SINGLY_AT = Prepared(lambda doors: GrantDoor.objects.filter(door_id__in=doors, ended_at=None))
_PAUSES = Prepared(lambda place: Suspension.objects.filter(property_id=place, until=None))


@dataclass(frozen=True, slots=True)
class Scene:
    """Doors, the grants that reach them, and who is paused: what `who_holds_what` judges. Previews judge a changed copy."""

    doors: Mapping[UUID, DoorFacts]
    grants: tuple[GrantFacts, ...]
    paused: frozenset[UUID]

    def who_holds_what(self, now: datetime, *, paused_too: bool = False) -> dict[UUID, tuple[Holder, ...]]:
        """The holders of every door of the scene."""
        here = self.by_door()
        return {door_id: at_door(door, here[door_id], self.paused, now, paused_too=paused_too) for door_id, door in self.doors.items()}

    def by_door(self) -> dict[UUID, list[GrantFacts]]:
        """The grants that reach each door."""
        reached: dict[UUID, list[GrantFacts]] = {door_id: [] for door_id in self.doors}
        for grant in self.grants:
            for door_id in grant.doors:
                if door_id in reached:
                    reached[door_id].append(grant)
        return reached

    def without(self, grant_ids: Iterable[UUID]) -> "Scene":
        """The scene as it would be after these grants ended."""
        gone = set(grant_ids)
        return replace(self, grants=tuple(g for g in self.grants if g.id not in gone))

    def with_grant(self, grant: GrantFacts) -> "Scene":
        """The scene as it would be with this grant, in place of the one with its id."""
        return replace(self, grants=(*(g for g in self.grants if g.id != grant.id), grant))

    def with_terms(self, grant_ids: Iterable[UUID], terms: Mapping[UUID, Terms]) -> "Scene":
        """The scene as it would be if these grants (of one group) reached these doors on these terms."""
        changed = set(grant_ids)
        return replace(self, grants=tuple(replace(g, doors=terms) if g.id in changed else g for g in self.grants))

    def with_paused(self, person_id: UUID) -> "Scene":
        """The scene as it would be with this person paused."""
        return replace(self, paused=self.paused | {person_id})


def scene(door_ids: Iterable[UUID], property_id: UUID, now: datetime, *, of: Iterable[UUID] | None = None) -> Scene:
    """Reads the scene of some doors of one property; `of` keeps to these people and their hosts."""
    wanted = set(door_ids)
    rows = None if of is None else _of_people(set(of), now)
    groups, single = _terms(wanted, rows)
    if rows is None:
        rows = list(_live(now).filter(group_id__in=list(groups))) + list(_live(now).filter(id__in=list(single)))
    grants = tuple(grant for grant in _all_facts(rows, groups, single) if grant.doors)
    return Scene(facts_of(wanted, property_id, now), grants, paused_in(property_id))


def scenes_around(person_id: UUID, now: datetime) -> tuple[Scene, ...]:
    """Reads a scene for every property where a person holds something: the doors that their grants reach, they and their hosts."""
    rows = _of_people({person_id}, now)
    groups, single = _terms(None, rows)
    grants = _all_facts(rows, groups, single)
    reached: dict[UUID, set[UUID]] = {}
    for row, grant in zip(rows, grants, strict=True):
        if row.person_id == person_id:
            reached.setdefault(row.property_id, set()).update(grant.doors)
    return tuple(Scene(facts_of(doors, place, now), grants, paused_in(place)) for place, doors in sorted(reached.items()))


def held_by(person_id: UUID, now: datetime) -> dict[UUID, tuple[AccessWindow, ...]]:
    """The doors at which a person has a window now or later, in any property, with the windows."""
    return {
        door_id: holder.windows
        for here in scenes_around(person_id, now)
        for door_id, holders in here.who_holds_what(now).items()
        for holder in holders
        if holder.person_id == person_id
    }


def facts_of(door_ids: set[UUID], property_id: UUID, now: datetime) -> dict[UUID, DoorFacts]:
    """What counts of these doors; unknown ids and doors of other properties are left out."""
    doors = [door for door in places.doors_by_id(door_ids).values() if door.property_id == property_id]
    units = {door.unit_id for door in doors if door.kind == "unit" and door.unit_id}
    homes = people.households(units, now) if units else {}
    return {door.id: _door_facts(door, homes) for door in doors}


def paused_in(property_id: UUID) -> frozenset[UUID]:
    """Who is paused in a property."""
    return frozenset(row.person_id for row in _PAUSES(place=property_id))


def doors_reached(grants: Iterable[Grant]) -> set[UUID]:
    """The doors that these grants reach, by their group or singly."""
    rows = list(grants)
    groups = {g.group_id for g in rows if g.group_id is not None}
    by_group = set(GroupDoor.objects.filter(group_id__in=groups).values_list("door_id", flat=True))
    return by_group | set(GrantDoor.objects.filter(grant__in=[g.id for g in rows], ended_at=None).values_list("door_id", flat=True))


def terms_of(row: GroupDoor) -> Terms:
    """The terms of a group at a door."""
    return Terms(Weekly.of(row.schedule) if row.schedule else None, row.codes_on)


def terms_by_door(doors: Iterable[GroupDoorView]) -> dict[UUID, Terms]:
    """The terms that these doors of a group would have."""
    return {door.door_id: Terms(door.schedule, door.codes_on) for door in doors}


def grant_facts(row: Grant, doors: Mapping[UUID, Terms]) -> GrantFacts:
    """A row as the rules want it."""
    return GrantFacts(
        id=row.id, person_id=row.person_id, standing=row.standing, role_kind=row.role_kind, may_share=row.may_share, app=row.opens_app,
        code=row.opens_code, card=row.opens_card, starts=row.starts, ends=row.ends, host_id=row.host_id, doors=doors,
    )  # fmt: skip


def _all_facts(rows: Iterable[Grant], groups: TermsBy, single: TermsBy) -> tuple[GrantFacts, ...]:
    return tuple(grant_facts(row, groups.get(row.group_id, {}) if row.group_id else single.get(row.id, {})) for row in rows)


def _live(now: datetime) -> "QuerySet[Grant]":
    return Grant.objects.filter(Q(ends=None) | Q(ends__gt=now), ended_at=None)


def _of_people(wanted: set[UUID], now: datetime) -> list[Grant]:
    """What these people hold anywhere, and what their hosts hold by groups: a guest has no more than the host (ACCESS-8)."""
    rows = _HELD(people=wanted, now=now)
    hosts = {row.host_id for row in rows if row.host_id is not None} - wanted
    return rows + [row for row in _HELD(people=hosts, now=now) if row.group_id is not None]


def _terms(door_ids: set[UUID] | None, of: list[Grant] | None) -> tuple[TermsBy, TermsBy]:
    """On which terms groups, and grants of single doors, open doors: these doors or any, for everybody or by the given grants alone."""
    if of is not None:
        by_group = _DOORS_OF_GROUPS(groups={row.group_id for row in of if row.group_id})
        singly = _DOORS_OF_GRANTS(grants={row.id for row in of if not row.group_id})
    else:
        by_group, singly = _GROUPS_AT(doors=door_ids or ()), _SINGLY_AT(doors=door_ids or ())
    groups: TermsBy = {}
    for row in by_group:
        if door_ids is None or row.door_id in door_ids:
            groups.setdefault(row.group_id, {})[row.door_id] = terms_of(row)
    single: TermsBy = {}
    for single_door in singly:
        if door_ids is None or single_door.door_id in door_ids:
            single.setdefault(single_door.grant_id, {})[single_door.door_id] = Terms(None, False)
    return groups, single


def _door_facts(door: places.DoorView, homes: Mapping[UUID, frozenset[UUID]]) -> DoorFacts:
    at_home = homes.get(door.unit_id, frozenset()) if door.kind == "unit" and door.unit_id else frozenset()
    return DoorFacts(
        id=door.id, property_id=door.property_id, kind=door.kind, household=at_home,
        codes_allowed=door.codes_allowed, share_allowed=door.share_allowed, connected=door.connected,
    )  # fmt: skip
