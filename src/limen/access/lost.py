"""Doors that somebody held and holds no more, each with the moment: what they are told themselves (screens 1.6)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Q

from limen.access.models import Grant, Revocation, Suspension
from limen.access.picture import doors_reached, held_by
from limen.access.views import DoorLost

FOR_GOOD: Final = ("revoked", "moved_out", "host_lost_access")
"""Kinds of a revocation that take a door; a pause gives it back, a narrowed or a removed phone's one is still held."""


def doors_lost(person_id: UUID, since: datetime, now: datetime) -> tuple[DoorLost, ...]:
    """What the person lost at or after `since` and has not got back, the latest first; a paused access is not lost."""
    found: dict[UUID, DoorLost] = {}
    for loss in (*_taken(person_id, since), *_ran_out(person_id, since, now)):
        known = found.get(loss.door_id)
        if known is None or known.at < loss.at:
            found[loss.door_id] = loss
    held = _held(person_id, now) if found else set()
    return tuple(
        sorted((loss for loss in found.values() if loss.door_id not in held), key=lambda loss: (loss.at, loss.door_id), reverse=True)
    )


def _taken(person_id: UUID, since: datetime) -> Iterable[DoorLost]:
    rows = Revocation.objects.filter(person_id=person_id, kind__in=FOR_GOOD, ordered_at__gte=since).prefetch_related("doors")
    return [DoorLost(door.door_id, row.ordered_at, False) for row in rows for door in row.doors.all()]


def _ran_out(person_id: UUID, since: datetime, now: datetime) -> Iterable[DoorLost]:
    """Nobody orders what ends by its date; a grant that was ended before its date stands among the revocations."""
    over = Grant.objects.filter(Q(ended_at=None) | Q(ended_at__gte=since), person_id=person_id, ends__gte=since, ends__lte=now)
    return [
        DoorLost(door_id, grant.ends, grant.group_id is not None)
        for grant in over
        if grant.ends is not None and (grant.ended_at is None or grant.ended_at >= grant.ends)
        for door_id in doors_reached([grant])
    ]


def _held(person_id: UUID, now: datetime) -> set[UUID]:
    paused = Suspension.objects.filter(person_id=person_id, until=None).values("property_id")
    live = Grant.objects.filter(Q(ends=None) | Q(ends__gt=now), person_id=person_id, ended_at=None, property_id__in=paused)
    return held_by(person_id, now).keys() | doors_reached(live)
