"""What a lock of one epoch shares with the service: drawn at activation, sealed, destroyed at the end (A.1)."""

from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from limen.credentials.models import LockEpoch, PermanentCode, TemporaryCode
from limen.credentials.views import NOBODY, EpochSecrets
from limen.kernel.problems import Refused
from limen.places import queries as places
from limen.storage import kms, outbox


def open_epoch(*, door_id: UUID, lock_id: bytes, epoch: int, now: datetime) -> None:
    """Draws K_pin and K_daily of an epoch and keeps them sealed (A.1). An older epoch of the door closes.

    Asked again for an epoch that is open at this door, nothing changes. Refused `epoch_used` for one that was at another door or has ended.
    """
    name = lock_id.hex()
    known = LockEpoch.objects.filter(lock_id=name, epoch=epoch).first()
    if known is not None:
        if known.door_id == door_id and known.closed_at is None:
            return
        raise Refused("epoch_used", "This lock needs a new activation.")
    close_epoch(door_id=door_id, now=now)
    k_pin, k_daily = (kms.seal(key_of(name, epoch), kms.fresh_secret(), _place(name, epoch, which)) for which in ("k_pin", "k_daily"))
    LockEpoch.objects.create(door_id=door_id, lock_id=name, epoch=epoch, k_pin=k_pin, k_daily=k_daily, opened_at=now)


def close_epoch(*, door_id: UUID, now: datetime) -> None:
    """Ends the epoch of a door's device: its temporary codes end, its secrets are destroyed (LOCK-10, D.3). Without one nothing happens.

    Permanent codes belong to the door and stay; what waited for that lock's proof is free, because its list is gone.
    """
    for row in LockEpoch.objects.filter(door_id=door_id, closed_at=None):
        row.closed_at = now
        row.save(update_fields=["closed_at"])
        # Only once it is certain: a rollback could not bring the key back.
        transaction.on_commit(partial(kms.destroy, key_of(row.lock_id, row.epoch), now=now))
        _end_temporary(row, now)
        PermanentCode.objects.filter(door_id=door_id, freed_at=None).exclude(retired_at=None).update(freed_at=now)


def _end_temporary(epoch: LockEpoch, now: datetime) -> None:
    """They end with the device, and whoever made one that still lived is told, once (LOCK-10)."""
    ended = TemporaryCode.objects.filter(lock_id=epoch.lock_id, epoch=epoch.epoch, ended_at=None)
    makers = set(ended.filter(stops_at_latest__gt=now, floored_at=None).values_list("issuer_id", flat=True))
    ended.update(ended_at=now)
    property_id = places.door_view(epoch.door_id).property_id
    for maker in sorted(makers - {NOBODY}):
        facts = {"door": str(epoch.door_id)}
        outbox.put("notice", {"kind": "codes_ended", "person": str(maker), "property": str(property_id), "facts": facts}, now)


def end_early(row: LockEpoch, property_id: UUID, now: datetime) -> None:
    """The next update ends every temporary code made so far, because the lock asks for more digits then than were told (CODE-2, CODE-4)."""
    tell_makers(row, property_id, now)
    _living(row, now).update(floored_at=now)


def tell_makers(row: LockEpoch, property_id: UUID, now: datetime, *, but: UUID | None = None) -> None:
    """Whoever gave out a code that the next update ends early is told, once: a guest may still rely on it. Who ends their own knows it."""
    for maker in sorted(set(_living(row, now).values_list("issuer_id", flat=True)) - {but, NOBODY}):
        facts = {"door": str(row.door_id)}
        outbox.put("notice", {"kind": "codes_floored", "person": str(maker), "property": str(property_id), "facts": facts}, now)


def _living(row: LockEpoch, now: datetime) -> QuerySet[TemporaryCode]:
    return TemporaryCode.objects.filter(lock_id=row.lock_id, epoch=row.epoch, stops_at_latest__gt=now, ended_at=None, floored_at=None)


def note_clock(*, door_id: UUID, error_s: int | None, at: datetime) -> None:
    """Hears from fleet the lock's clock error (None: lost), for the bound "stops at the latest" (D.2)."""
    LockEpoch.objects.filter(door_id=door_id, closed_at=None).update(clock_error_s=error_s, clock_at=at)


def open_at(door_id: UUID) -> LockEpoch | None:
    """The epoch of the device that is active on a door."""
    return LockEpoch.objects.filter(door_id=door_id, closed_at=None).first()


def secrets_of(row: LockEpoch) -> EpochSecrets:
    """Both secrets, opened."""
    key = key_of(row.lock_id, row.epoch)
    k_pin, k_daily = (kms.unseal(key, bytes(getattr(row, w)), _place(row.lock_id, row.epoch, w)) for w in ("k_pin", "k_daily"))
    return EpochSecrets(k_pin, k_daily)


def key_of(lock_id: str, epoch: int) -> str:
    """The key whose destruction ends an epoch's secrets."""
    return f"epoch:{lock_id}:{epoch}"


def _place(lock_id: str, epoch: int, column: str) -> str:
    return kms.context("credentials_lockepoch", column, f"{lock_id}:{epoch}")
