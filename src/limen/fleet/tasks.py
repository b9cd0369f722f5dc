"""Update tasks: one per door at most, raised by changes that people must bring, ended by receipts alone (SYNC-3, SYNC-4, SYNC-5)."""

from datetime import date, datetime

from limen.fleet.models import Device, ListChange, UpdateTask
from limen.storage import chance


def raise_task(device: Device, *, version: int, due: date, now: datetime) -> None:
    """Raises a task for the device's door, or merges into the open one: the earlier day, the later version."""
    task = open_task(device)
    if task is None:
        UpdateTask.objects.create(id=chance.fresh_id(), device=device, property_id=device.property_id, since=now, due=due, version=version)
        return
    task.due, task.version = min(task.due, due), version
    task.save(update_fields=["due", "version"])


def open_task(device: Device) -> UpdateTask | None:
    """The open task of a device, if there is one."""
    return UpdateTask.objects.filter(device=device, done_at=None, withdrawn_at=None).first()


def resolve(device: Device, *, proven: int, now: datetime) -> None:
    """Ends the task whose version is proved; a task that names a later one stays, with what is still unproven deciding its day (SYNC-5)."""
    task = open_task(device)
    if task is None:
        return
    if proven >= task.version:
        task.done_at = now
        task.save(update_fields=["done_at"])
        return
    left = [c.due for c in ListChange.objects.filter(device=device, version__gt=proven, needs_update=True) if c.due is not None]
    if left:
        task.due = min(left)
        task.save(update_fields=["due"])


def withdraw(device: Device, now: datetime) -> None:
    """Ends the task of a device that is taken out of service (SYNC-5)."""
    UpdateTask.objects.filter(device=device, done_at=None, withdrawn_at=None).update(withdrawn_at=now)
