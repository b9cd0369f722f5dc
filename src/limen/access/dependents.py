"""Guests depend on their host: where the host loses a door, they lose it too (ACCESS-9)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from limen.access import news
from limen.access.models import Grant, GrantDoor
from limen.access.picture import Scene, grant_facts
from limen.access.rules import Compared
from limen.kernel.actors import SYSTEM
from limen.storage import ledger


def end_orphans(compared: Compared, *, now: datetime) -> None:
    """Ends single doors of guests whose host holds nothing there any more; a guest without doors left has no grant left.

    The loss itself is in `compared` and has its revocation: this makes it last. A host who gains a door held nothing there a moment ago, so
    what guests had there through them is over too and does not come back.
    """
    changed = {change.person_id for change in compared.loses + compared.gains}
    inviting = set(Grant.objects.filter(host_id__in=changed, ended_at=None).values_list("host_id", flat=True))
    hosts = set()
    for change in compared.loses + compared.gains:
        if change.person_id not in inviting:
            continue
        orphans = GrantDoor.objects.filter(door_id=change.door_id, ended_at=None, grant__host_id=change.person_id)
        for grant_id in orphans.values_list("grant_id", flat=True):
            ledger.append("guest_door", {"grant": grant_id, "door": change.door_id}, now)
        if orphans.update(ended_at=now):
            hosts.add(change.person_id)
    for grant in Grant.objects.filter(host_id__in=hosts, ended_at=None):
        if not grant.doors.filter(ended_at=None).exists():
            Grant.objects.filter(id=grant.id).update(ended_at=now)


def order_for_guests(compared: Compared, *, host_id: UUID, property_id: UUID, now: datetime) -> None:
    """A revocation for every guest who lost with the host; nobody ordered it but the rule."""
    theirs = replace(
        compared,
        loses=tuple(c for c in compared.loses if c.person_id != host_id),
        narrows=tuple(c for c in compared.narrows if c.person_id != host_id),
    )
    news.order_for_each(theirs, property_id=property_id, by=SYSTEM, now=now, kind="host_lost_access")


def with_rows(before: Scene, grant_ids: Iterable[UUID]) -> Scene:
    """The scene with grants that reach none of its doors yet."""
    rows = Grant.objects.filter(id__in=list(grant_ids), ended_at=None)
    return replace(before, grants=(*before.grants, *(grant_facts(row, {}) for row in rows)))
