"""Devices that left their door: who carries the RELEASE, and the lock's signed word that it is empty (A.3, LOCK-10).

A RELEASE is final. Until the lock has signed, or belongs to a later epoch, every courier of the building carries it.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from limen.fleet.models import Device
from limen.fleet.views import Released
from limen.journal import services as journal
from limen.kernel.actors import SYSTEM
from limen.wire.receipts import WipedReceipt


def unwiped(**where: object) -> QuerySet[Device]:
    """Released devices whose lock may still hold everything. One that was activated again has a later epoch and is no concern any more."""
    later = Device.objects.filter(lock=OuterRef("lock"), epoch__gt=OuterRef("epoch"))
    found = Device.objects.filter(ended_at__isnull=False, wiped_at=None, **where).exclude(release=b"")
    return found.filter(~Exists(later)).order_by("ended_at", "lock")


def note_wiped(device: Device, said: WipedReceipt, now: datetime) -> bool:
    """Takes the word of a lock that it is empty; False if it was taken before."""
    if device.wiped_at is not None:
        return False
    device.wiped_at, device.wiped_lost, device.last_word_at = now, said.lost, now
    device.save(update_fields=["wiped_at", "wiped_lost", "last_word_at"])
    journal.record(
        by=SYSTEM,
        verb="device.wiped",
        target=f"door:{device.door_id}",
        property_id=device.property_id,
        detail={"serial": f"serial {device.serial}", "lost": said.lost},
        now=now,
    )
    return True


def released_from(door_ids: Iterable[UUID]) -> tuple[Released, ...]:
    """All devices that left these doors, the last one first."""
    rows = Device.objects.filter(door_id__in=list(door_ids), ended_at__isnull=False).exclude(release=b"").order_by("-ended_at")
    return tuple(_view(row) for row in rows)


def _view(row: Device) -> Released:
    assert row.ended_at is not None
    return Released(bytes.fromhex(row.lock), row.serial, row.model, row.door_id, row.ended_at, row.wiped_at, row.wiped_lost)
