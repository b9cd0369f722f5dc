"""Numbers that a lock may see, list versions and pseudonyms: put down in the ledger by the hundred, so that no restore gives one twice (B.2)."""

from datetime import datetime

from limen.fleet.models import Device, DoorList
from limen.storage import ledger

BLOCK = 256
"""One line of the ledger for so many numbers; a restore skips at most these."""


def reserve(device: Device, held: DoorList, number: int, now: datetime) -> None:
    """Makes sure, before a number is used, that the ledger knows it as used."""
    if number <= held.reserved:
        return
    held.reserved = number + BLOCK - 1
    ledger.append("numbers", {"lock": device.lock, "epoch": device.epoch, "upto": held.reserved}, now)
    DoorList.objects.filter(device=device).update(reserved=held.reserved)
