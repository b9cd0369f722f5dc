"""What is known about doors and devices. Every answer comes from receipts and records, never from a guess."""

from datetime import datetime
from uuid import UUID

from limen.fleet.views import (
    Battery,
    Change,
    DeviceView,
    DoorMoment,
    DoorState,
    InboxEntry,
    LiveTemporary,
    LockClock,
    Moments,
    Staleness,
    StillOpens,
    Subject,
    Task,
    Truth,
    Why,
)

__all__ = [
    "Battery",
    "Change",
    "DeviceView",
    "DoorMoment",
    "DoorState",
    "InboxEntry",
    "LiveTemporary",
    "LockClock",
    "Moments",
    "Staleness",
    "StillOpens",
    "Subject",
    "Task",
    "Truth",
    "Why",
    "device_at",
    "device_of",
    "devices",
    "door_state",
    "door_states",
    "inbox",
    "moments",
    "staleness",
    "subject",
    "tasks",
]


def device_at(door_id: UUID) -> DeviceView | None:
    """Gives the device that is active on a door, or None."""
    raise NotImplementedError


def device_of(lock_id: bytes) -> DeviceView | None:
    """Gives the active device with this lock id, or None."""
    raise NotImplementedError


def devices(property_id: UUID) -> tuple[DeviceView, ...]:
    """Lists the active devices of a property, by door name."""
    raise NotImplementedError


def door_state(door_id: UUID, now: datetime) -> DoorState:
    """Says what is known about one door; the state and the words of screens 1.1 follow from it."""
    raise NotImplementedError


def door_states(property_id: UUID, now: datetime) -> tuple[DoorState, ...]:
    """Says the same of every door of a property in a fixed number of reads."""
    raise NotImplementedError


def tasks(property_id: UUID, now: datetime) -> tuple[Task, ...]:
    """Lists open update tasks: due first, then by due day and door name (SYNC-4)."""
    raise NotImplementedError


def moments(revocation_id: UUID, now: datetime) -> Moments:
    """Gives the three moments of one revocation, door by door (ACCESS-4)."""
    raise NotImplementedError


def staleness(person_id: UUID, door_id: UUID, now: datetime) -> Staleness:
    """Says until when taken-away access of a person may still open a door (ACCESS-13)."""
    raise NotImplementedError


def inbox(person_id: UUID, phone_id: UUID, as_: str, now: datetime) -> tuple[InboxEntry, ...]:
    """Composes what a phone carries: `resident`, `manager` or `courier` doors. Writes leases and carries, so it needs a unit of work."""
    raise NotImplementedError


def subject(lock_id: bytes, epoch: int, number: int) -> Subject:
    """Says whom a pseudonym at one lock stands for."""
    raise NotImplementedError
