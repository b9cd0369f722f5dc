"""The picture of some doors: who holds which windows there, from a fixed number of reads whatever the number of people."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from limen.access.models import Grant, GrantDoor, GroupDoor, Suspension
from limen.access.rules import DoorFacts, GrantFacts, Terms, at_door
from limen.access.views import GroupDoorView, Holder
from limen.kernel.periods import Weekly
from limen.people import queries as people
from limen.places import queries as places


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
    doors = facts_of(wanted, property_id, now)
    group_doors: dict[UUID, dict[UUID, Terms]] = {}
    for row in GroupDoor.objects.filter(door_id__in=wanted):
        group_doors.setdefault(row.group_id, {})[row.door_id] = terms_of(row)
    single: dict[UUID, dict[UUID, Terms]] = {}
    for single_door in GrantDoor.objects.filter(door_id__in=wanted, ended_at=None):
        single.setdefault(single_door.grant_id, {})[single_door.door_id] = Terms(None, False)
    live = Grant.objects.filter(Q(ends=None) | Q(ends__gt=now), ended_at=None)
    rows = list(_of_people(live, of).filter(group_id__in=list(group_doors))) + list(_of_people(live, of).filter(id__in=list(single)))
    hosts = {row.host_id for row in rows if row.host_id is not None}
    if of is not None and hosts - set(of):
        rows += list(live.filter(person_id__in=hosts - set(of), group_id__in=list(group_doors)))
    grants = tuple(grant_facts(row, group_doors.get(row.group_id, {}) if row.group_id else single.get(row.id, {})) for row in rows)
    return Scene(doors, grants, paused_in(property_id))


def facts_of(door_ids: set[UUID], property_id: UUID, now: datetime) -> dict[UUID, DoorFacts]:
    """What counts of these doors; unknown ids and doors of other properties are left out."""
    return {door.id: _door_facts(door, now) for door in places.doors_by_id(door_ids).values() if door.property_id == property_id}


def paused_in(property_id: UUID) -> frozenset[UUID]:
    """Who is paused in a property."""
    return frozenset(Suspension.objects.filter(property_id=property_id, until=None).values_list("person_id", flat=True))


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


def _of_people(rows: "QuerySet[Grant]", of: Iterable[UUID] | None) -> "QuerySet[Grant]":
    return rows if of is None else rows.filter(person_id__in=list(of))


def _door_facts(door: places.DoorView, now: datetime) -> DoorFacts:
    at_home = people.household(door.unit_id, now) if door.kind == "unit" and door.unit_id else ()
    return DoorFacts(
        id=door.id, property_id=door.property_id, kind=door.kind, household=frozenset(person.id for person in at_home),
        codes_allowed=door.codes_allowed, share_allowed=door.share_allowed, connected=door.connected,
    )  # fmt: skip
