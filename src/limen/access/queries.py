"""Who may open what, and when, as the service says it. What a lock knows of it is fleet's to say."""

from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q

from limen.access import giving, guests, news, overrides
from limen.access import groups as bundles
from limen.access.effects import uses_app
from limen.access.lost import doors_lost
from limen.access.models import Grant, Group, GroupDoor, Revocation, Suspension
from limen.access.overrides import HOURS as OVERRIDE_HOURS
from limen.access.overrides import WHY_MAX_CHARS
from limen.access.picture import held_by, scene
from limen.access.rules import YEARS
from limen.access.views import (
    AccessWindow,
    Answer,
    DoorChange,
    DoorLost,
    DoorResult,
    Effect,
    GrantView,
    GroupDoorView,
    GroupView,
    GuestResult,
    Holder,
    Invited,
    NeedsUpdate,
    OverrideView,
    RevocationView,
    SuspensionView,
)
from limen.people.queries import Rights
from limen.places import queries as places

__all__ = [
    "OVERRIDE_HOURS",
    "WHY_MAX_CHARS",
    "YEARS",
    "AccessWindow",
    "Answer",
    "DoorChange",
    "DoorLost",
    "DoorResult",
    "Effect",
    "GrantView",
    "GroupDoorView",
    "GroupView",
    "GuestResult",
    "Holder",
    "Invited",
    "NeedsUpdate",
    "OverrideView",
    "RevocationView",
    "SuspensionView",
    "doors_lost",
    "doors_managed",
    "doors_of",
    "grant_view",
    "grants_of",
    "group_view",
    "groups",
    "guests_of",
    "has_app_here",
    "holders",
    "may_share",
    "overrides_at",
    "overrides_of",
    "people_given",
    "revocation_view",
    "revocations",
    "staff_at",
    "suspension",
    "turning",
    "windows",
    "would_open",
]


def groups(property_id: UUID, rights: Rights) -> tuple[GroupView, ...]:
    """Lists the groups of a property by name; `may_give` says whether the asker may give it (PEOPLE-2). Nothing without a managing right."""
    if not rights.anything:
        return ()
    rows = (
        Group.objects.filter(property_id=property_id)
        .prefetch_related("doors")
        .annotate(live=Count("grants", filter=Q(grants__ended_at=None)))
    )
    return tuple(bundles.view(row, holders=row.live, may_give=rights.manages(row.id)) for row in rows.order_by("name"))


def group_view(group_id: UUID) -> GroupView | None:
    """Gives one group, or None."""
    row = Group.objects.filter(id=group_id).first()
    return bundles.view(row, holders=row.grants.filter(ended_at=None).count()) if row is not None else None


def doors_managed(rights: Rights, property_id: UUID) -> frozenset[UUID]:
    """Gives the doors that occur in a group the asker manages: only their history may be seen (PEOPLE-3)."""
    rows = GroupDoor.objects.filter(group__property_id=property_id).values_list("group_id", "door_id")
    return frozenset(door_id for group_id, door_id in rows if rights.manages(group_id))


def grants_of(person_id: UUID, property_id: UUID | None = None) -> tuple[GrantView, ...]:
    """Lists the grants of a person, ended ones too, newest first; in one property or in all."""
    rows = Grant.objects.select_related("group").filter(person_id=person_id)
    if property_id is not None:
        rows = rows.filter(property_id=property_id)
    return giving.views(rows.order_by("-given_at", "id"))


def turning(property_id: UUID, after: datetime, until: datetime) -> tuple[GrantView, ...]:
    """Lists the given groups that start or end after one moment and not after another; neither guests of residents nor paused people (V13 o)."""
    rows = Grant.objects.select_related("group").filter(property_id=property_id, host_id=None, ended_at=None)
    paused = Suspension.objects.filter(property_id=property_id, until=None)
    soon = Q(starts__gt=after, starts__lte=until) | Q(ends__gt=after, ends__lte=until)
    return giving.views(rows.filter(soon).exclude(person_id__in=paused.values("person_id")).order_by("starts", "id"))


def people_given(property_id: UUID) -> frozenset[UUID]:
    """Everybody who ever got a group of this property; guests of residents are not among them (privacy V13 o)."""
    return frozenset(Grant.objects.filter(property_id=property_id, host_id=None).values_list("person_id", flat=True))


def grant_view(grant_id: UUID) -> GrantView | None:
    """Gives one grant, ended or not."""
    row = Grant.objects.select_related("group").filter(id=grant_id).first()
    return giving.view(row) if row is not None else None


def windows(person_id: UUID, door_id: UUID, now: datetime) -> tuple[AccessWindow, ...]:
    """Gives the windows of a person at a door, now or later: not ended, not paused; at most 4, never merged (C.1)."""
    return next((h.windows for h in _holders(door_id, now, of=[person_id]) if h.person_id == person_id), ())


def holders(door_id: UUID, now: datetime, *, paused_too: bool = False) -> tuple[Holder, ...]:
    """Gives everybody with a window at a door, now or later, by person id; paused people only when asked for.

    A fixed number of reads for any number of people.
    """
    return _holders(door_id, now, paused_too=paused_too)


def doors_of(person_id: UUID, now: datetime) -> dict[UUID, tuple[AccessWindow, ...]]:
    """Gives the doors at which a person has a window now or later, with the windows."""
    return held_by(person_id, now)


def overrides_at(door_id: UUID, now: datetime) -> tuple[OverrideView, ...]:
    """Lists who may open a unit door although its bolt is thrown from inside (LOCK-15)."""
    return overrides.at_door(door_id, now)


def overrides_of(person_id: UUID, now: datetime) -> dict[UUID, datetime]:
    """Gives until when a person may open which doors although the bolt is thrown."""
    return overrides.of_person(person_id, now)


def staff_at(door_id: UUID, now: datetime) -> tuple[UUID, ...]:
    """Lists the staff who open a door with the app now: only they may be given the right to open past the bolt."""
    return overrides.staff_at(door_id, now)


def may_share(person_id: UUID, door_id: UUID, now: datetime) -> bool:
    """True if a window in force now may be shared and the door allows it (ACCESS-7, PLACE-6)."""
    return any(w.may_share and w.starts <= now for w in windows(person_id, door_id, now))


def has_app_here(person_id: UUID, door_id: UUID, now: datetime) -> bool:
    """True for somebody who opens this door by app, or will: their first code there needs nobody to bring it (SYNC-3, decision 0060)."""
    return any(w.app for w in windows(person_id, door_id, now)) and uses_app(person_id)


def would_open(person_id: UUID, door_id: UUID, way: str, at: datetime) -> Answer:
    """Answers "would this door open?" from the service's list, for way "app", "code" or "card" (ACCESS-12)."""
    door = places.door_view(door_id)
    if suspension(person_id, door.property_id) is not None:
        return Answer(opens=False, reason="paused", window=None)
    held = windows(person_id, door_id, at)
    if not held:
        had = any(door_id in grant.door_ids for grant in grants_of(person_id, door.property_id))
        return Answer(opens=False, reason="ended" if had else "no_access", window=None)
    fitting = [w for w in held if {"app": w.app, "code": w.code, "card": w.card}[way]]
    if not fitting:
        return Answer(opens=False, reason="no_code_here" if way == "code" else "not_this_way", window=held[0])
    return _at(fitting, door.property_id, at)


def guests_of(host_id: UUID, now: datetime, *, ended_too: bool = False) -> tuple[GrantView, ...]:
    """Lists the guests a resident invited, newest first (ACCESS-8)."""
    rows = Grant.objects.select_related("group").filter(host_id=host_id).order_by("-given_at", "id")
    return giving.views(row for row in rows if ended_too or giving.is_live(row, now))


def guest_names(host_id: UUID) -> dict[UUID, str]:
    """What a host called each of their guests, by grant: the host's own words, for nobody else (ACCESS-8)."""
    return guests.names_given(host_id)


def suspension(person_id: UUID, property_id: UUID) -> SuspensionView | None:
    """Gives the pause in force, or None."""
    row = Suspension.objects.filter(person_id=person_id, property_id=property_id, until=None).first()
    return SuspensionView(row.id, row.person_id, row.property_id, row.since, row.until, row.by) if row is not None else None


def revocations(
    *, person_id: UUID | None = None, door_id: UUID | None = None, since: datetime | None = None
) -> tuple[RevocationView, ...]:  # fmt: skip
    """Lists what was taken from a person, or at a door, newest first, ordered at or after `since`. Give one of the two."""
    rows = Revocation.objects.prefetch_related("doors").order_by("-ordered_at", "id")
    if person_id is not None:
        rows = rows.filter(person_id=person_id)
    if door_id is not None:
        rows = rows.filter(doors__door_id=door_id)
    if since is not None:
        rows = rows.filter(ordered_at__gte=since)
    if person_id is None and door_id is None:
        return ()
    return tuple(_revocation_view(row) for row in rows)


def revocation_view(revocation_id: UUID) -> RevocationView | None:
    """Gives one revocation."""
    row = Revocation.objects.prefetch_related("doors").filter(id=revocation_id).first()
    return _revocation_view(row) if row is not None else None


def _holders(door_id: UUID, now: datetime, *, of: list[UUID] | None = None, paused_too: bool = False) -> tuple[Holder, ...]:
    door = places.doors_by_id([door_id]).get(door_id)
    if door is None:
        return ()
    return scene([door_id], door.property_id, now, of=of).who_holds_what(now, paused_too=paused_too).get(door_id, ())


def _at(held: list[AccessWindow], property_id: UUID, at: datetime) -> Answer:
    zone = places.property_view(property_id).zone
    begun = [w for w in held if w.starts <= at]
    if not begun:
        return Answer(opens=False, reason="not_started", window=min(held, key=lambda w: w.starts))
    off = frozenset(places.holidays(property_id))
    open_now = [w for w in begun if w.schedule is None or w.schedule.holds(at, zone, off)]
    if open_now:
        return Answer(opens=True, reason="", window=open_now[0])
    return Answer(opens=False, reason="outside_schedule", window=begun[0])


def _revocation_view(row: Revocation) -> RevocationView:
    return news.view(row, tuple(sorted(door.door_id for door in row.doors.all())))
