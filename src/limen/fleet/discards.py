"""The service's signed word that a lock may let go of its record up to a lock time, unread (F.6, T-2). Who may order one: privacy, decision 0222.

It goes with a list of its own, so that the door has a task and people carry it, and only with those who bring no record: whoever may pull brings
the record instead. It is over once the lock has shown that its record begins later, or after the days in which a lock ends its record by itself.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from limen.fleet.doorconfig import RECORD_TTL_DAYS
from limen.fleet.models import Device, Discard
from limen.storage import kms, ledger
from limen.storage.prepared import Prepared
from limen.wire import logacks
from limen.wire.logacks import AckKind, LogAck

_WORDS = Prepared(lambda devices: Discard.objects.filter(device__in=devices, over_at=None))


def order(device: Device, upto: datetime, now: datetime) -> bool:
    """Signs it, the ledger first (OPS-2). One that reaches further takes the place of the one before; any other changes nothing: False."""
    before = Discard.objects.select_for_update().filter(device=device, over_at=None).first()
    if before is not None and before.upto >= upto:
        return False
    ledger.append("discarded", {"lock": device.lock, "epoch": device.epoch, "upto": int(upto.timestamp())}, now)
    said = LogAck(
        lock_id=bytes.fromhex(device.lock),
        epoch=device.epoch,
        upto=int(upto.timestamp()),
        kind=AckKind.DISCARD,
        iat=int(now.timestamp()),
    )
    word = logacks.sign_log_ack(said, kms.signer("log"))
    Discard.objects.filter(device=device, over_at=None).update(over_at=now)
    Discard.objects.create(device=device, upto=upto, word=word, ordered_at=now)
    return True


def unsaid(device: Device) -> bool:
    """Whether a list has yet to go with it."""
    return Discard.objects.filter(device=device, over_at=None, version=None).exists()


def said(device: Device, version: int) -> None:
    """The list with this version goes with it."""
    Discard.objects.filter(device=device, version=None).update(version=version)


def words(devices: Collection[UUID]) -> dict[UUID, bytes]:
    """By device, the word for those who only push; one read for any number of doors."""
    return {row.device_id: bytes(row.word) for row in _WORDS(devices=devices)}


def end_old(now: datetime) -> int:
    """Words for what a lock has ended by itself by now go (R61); how many."""
    return Discard.objects.filter(upto__lt=now - timedelta(days=RECORD_TTL_DAYS)).delete()[0]
