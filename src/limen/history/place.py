"""Where the events and stills of one lock happened, whose key opens them, and by which rows of the table they are kept."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from limen.fleet import queries as fleet
from limen.fleet.queries import Ownership
from limen.places import queries as places
from limen.storage import kms
from limen.visibility import queries as visibility
from limen.wire.cbor import WireError
from limen.wire.hpke import HpkeOpener, NotForUs

Inside = TypeVar("Inside")


@dataclass(frozen=True)
class Door:
    """The door of one ownership, as retention and sealing see it."""

    owner: Ownership
    kind_class: str
    profile: str
    zone: ZoneInfo
    unit_id: UUID | None

    @classmethod
    def of(cls, owner: Ownership) -> "Door":
        """The door of an ownership."""
        door, building = places.door_view(owner.door_id), places.property_view(owner.property_id)
        return cls(owner, visibility.door_class(door.kind), building.profile, building.zone, door.unit_id)

    def ends(self, cls: str, at: datetime, uncertain_s: int) -> datetime | None:
        """When something of this class ends, counted from the earliest moment it can have happened; None: no row of the table keeps it."""
        clocks = {"generated_at": at - timedelta(seconds=uncertain_s)}
        found = visibility.kept_until(visibility.Record(cls, clocks, self.kind_class, self.profile))
        return found.at if found is not None else None

    @property
    def audience(self) -> UUID:
        """Who holds the door's photo key: the household of a unit, elsewhere the building's security."""
        return self.unit_id or self.owner.property_id


class LogOpener:
    """Opens what a lock sealed in one ownership: to the building's log key of that day, whichever it was (A.1). Newest first."""

    def __init__(self, owner: Ownership) -> None:
        self._openers = [HpkeOpener(key.private) for key in kms.log_keys(owner.property_id, owner.log_key + 1)]

    def open(self, ciphertext: bytes, info: bytes) -> bytes:
        """What was sealed; `NotForUs` under none of the keys."""
        for opener in self._openers:
            with suppress(NotForUs):
                return opener.open(ciphertext, info)
        raise NotForUs("not sealed for this building")


def opened(lock_id: bytes, read: Callable[[LogOpener], Inside]) -> tuple[Ownership, Inside] | None:
    """The ownership of this lock for which something was sealed, and what is in it; None if no lock of ours can have sealed it for us."""
    for owner in fleet.ownerships(lock_id):
        try:
            return owner, read(LogOpener(owner))
        except WireError:
            continue
    return None
