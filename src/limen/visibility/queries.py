"""Who may see which record: relations of an asker to a record, and the verdict of the table (HISTORY-1, deny by default)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from limen.visibility.rules import Allowed, AskerFacts, Denied, RecordFacts, Verdict

__all__ = [
    "Allowed",
    "AskerFacts",
    "Denied",
    "EventFilter",
    "RecordFacts",
    "Verdict",
    "door_class",
    "event_filter",
    "may_see",
    "relations",
    "verdict",
]


@dataclass(frozen=True, slots=True)
class EventFilter:
    """What one asker may be shown of a property's events, decided once and applied per record without a further read."""

    asker_id: UUID
    own_units: frozenset[UUID]
    managed_doors: frozenset[UUID]
    security: bool

    def allows(self, record: RecordFacts, *, person_id: UUID | None, host_id: UUID | None, door_id: UUID, unit_id: UUID | None) -> Verdict:
        """The verdict for one record of this property."""
        raise NotImplementedError


def door_class(kind: str) -> str:
    """Maps a door kind to the table's door class: entrance and common are `common` (privacy.md 2)."""
    raise NotImplementedError


def verdict(record: RecordFacts, asker: AskerFacts) -> Verdict:
    """Answers from the table alone; what no row allows is denied."""
    raise NotImplementedError


def event_filter(asker_id: UUID, property_id: UUID, now: datetime) -> EventFilter:
    """Everything needed to judge events of a property for one asker, in a fixed number of reads."""
    raise NotImplementedError


def relations(
    asker_id: UUID,
    *,
    property_id: UUID,
    now: datetime,
    person_id: UUID | None = None,
    host_id: UUID | None = None,
    door_id: UUID | None = None,
    unit_id: UUID | None = None,
) -> AskerFacts:
    """What the asker is to a record about `person_id` (invited by `host_id`) at `door_id`, a door of `unit_id` (None: no unit)."""
    raise NotImplementedError


def may_see(record: RecordFacts, asker: AskerFacts) -> bool:
    """The verdict as a boolean, for filters; surfaces ask `verdict` and answer 404 on `Denied`."""
    raise NotImplementedError
