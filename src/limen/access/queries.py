"""Who may open what, and when, as the service says it. What a lock knows of it is fleet's to say."""

from datetime import datetime
from uuid import UUID

from limen.access.views import (
    AccessWindow,
    Answer,
    DoorChange,
    DoorResult,
    Effect,
    GrantView,
    GroupDoorView,
    GroupView,
    GuestResult,
    Holder,
    Invited,
    NeedsUpdate,
    RevocationView,
    SuspensionView,
)
from limen.people.queries import Rights

__all__ = [
    "AccessWindow",
    "Answer",
    "DoorChange",
    "DoorResult",
    "Effect",
    "GrantView",
    "GroupDoorView",
    "GroupView",
    "GuestResult",
    "Holder",
    "Invited",
    "NeedsUpdate",
    "RevocationView",
    "SuspensionView",
    "doors_managed",
    "doors_of",
    "grant_view",
    "grants_of",
    "group_view",
    "groups",
    "guests_of",
    "holders",
    "may_share",
    "revocation_view",
    "revocations",
    "suspension",
    "windows",
    "would_open",
]


def groups(property_id: UUID, rights: Rights) -> tuple[GroupView, ...]:
    """Lists the groups of a property by name; `may_give` says whether the asker may give it (PEOPLE-2). Nothing without a managing right."""
    raise NotImplementedError


def group_view(group_id: UUID) -> GroupView | None:
    """Gives one group, or None."""
    raise NotImplementedError


def doors_managed(rights: Rights, property_id: UUID) -> frozenset[UUID]:
    """Gives the doors that occur in a group the asker manages: only their history may be seen (PEOPLE-3)."""
    raise NotImplementedError


def grants_of(person_id: UUID, property_id: UUID | None = None) -> tuple[GrantView, ...]:
    """Lists the grants of a person, ended ones too, newest first; in one property or in all."""
    raise NotImplementedError


def grant_view(grant_id: UUID) -> GrantView | None:
    """Gives one grant, ended or not."""
    raise NotImplementedError


def windows(person_id: UUID, door_id: UUID, now: datetime) -> tuple[AccessWindow, ...]:
    """Gives the windows of a person at a door, now or later: not ended, not paused; at most 4, never merged (C.1)."""
    raise NotImplementedError


def holders(door_id: UUID, now: datetime, *, paused_too: bool = False) -> tuple[Holder, ...]:
    """Gives everybody with a window at a door, now or later, by person id; paused people only when asked for. Four reads for any number."""
    raise NotImplementedError


def doors_of(person_id: UUID, now: datetime) -> dict[UUID, tuple[AccessWindow, ...]]:
    """Gives the doors at which a person has a window now or later, with the windows."""
    raise NotImplementedError


def may_share(person_id: UUID, door_id: UUID, now: datetime) -> bool:
    """True if a window in force now may be shared and the door allows it (ACCESS-7, PLACE-6)."""
    raise NotImplementedError


def would_open(person_id: UUID, door_id: UUID, way: str, at: datetime) -> Answer:
    """Answers "would this door open?" from the service's list, for way "app", "code" or "card" (ACCESS-12)."""
    raise NotImplementedError


def guests_of(host_id: UUID, now: datetime, *, ended_too: bool = False) -> tuple[GrantView, ...]:
    """Lists the guests a resident invited, newest first (ACCESS-8)."""
    raise NotImplementedError


def suspension(person_id: UUID, property_id: UUID) -> SuspensionView | None:
    """Gives the pause in force, or None."""
    raise NotImplementedError


def revocations(*, person_id: UUID | None = None, door_id: UUID | None = None) -> tuple[RevocationView, ...]:
    """Lists what was taken from a person, or at a door, newest first. Give one of the two."""
    raise NotImplementedError


def revocation_view(revocation_id: UUID) -> RevocationView | None:
    """Gives one revocation."""
    raise NotImplementedError
