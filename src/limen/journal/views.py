"""What the room tells others, as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class EntryView:
    """One line of the journal. `by` is None where the service itself acted."""

    number: int
    at: datetime
    by: UUID | None
    via: str
    verb: str
    target: str
    property_id: UUID | None
    detail: Mapping[str, str | int]
