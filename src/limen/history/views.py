"""What the room tells others, as values."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class EventView:
    """One recorded event as one asker may see it (HISTORY-2)."""

    id: UUID
    door_id: UUID
    at: datetime
    uncertainty_s: int
    kind: str
    method: str  # "app", "code", "temporary_code", "card", "key", "inside", "remote", "" for the lock's own
    result: str  # "granted", "refused", …
    reason: str
    subject: str  # "resident", "guest", "staff", "vendor", "unknown"
    person_id: UUID | None
    host_id: UUID | None  # who invited the guest, or gave the code
    label: str  # what the giver of a temporary code called it; for that person alone
    credential: str  # "phone", "doorcode", "temporary_code", "keycard", "metal_key", ""
    arrived_at: datetime
    seq: int
    count: int  # refusals merged into one record
    photo: "PhotoView | None" = None
    marked: bool = False  # by a second code (LOCK-14): no screen of a home shows it, whoever forced the hand may be reading


@dataclass(frozen=True)
class PhotoView:
    """The still that belongs to an event: `shown`, `on_lock` (it has yet to come), `gone`, or `not_yours`; only a shown one has an id."""

    state: str
    id: UUID | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class StillView:
    """A still as its viewer gets it: JPEG or PNG."""

    data: bytes = field(repr=False)
    content_type: str


@dataclass(frozen=True)
class GapView:
    """A hole in a door's record (M30): `declared` (the lock lost them), `forgotten` (a restore did), `not_carried` yet, or `undeclared` (alarm)."""

    door_id: UUID
    count: int
    kind: str
    reason: str  # of a declared one: "overflow" (ran out of room), "privacy", "power"
    after: datetime | None
    before: datetime | None


@dataclass(frozen=True)
class HistoryPage:
    """Events and gaps, newest first, with what must be said beside them."""

    events: tuple[EventView, ...]
    gaps: tuple[GapView, ...]
    last_arrival: datetime | None  # when the newest record of any of these doors arrived; None: nothing ever came
    restricted: int = 0
    more: bool = False


@dataclass(frozen=True)
class RecordHealth:
    """How whole a door's record is, without any event."""

    door_id: UUID
    gaps: int
    lost: int
    undeclared: int
    alarms: int  # forks, broken seals, codes nobody was given
    dropped_late: int
    last_arrival: datetime | None
    slowed_down: bool


@dataclass(frozen=True)
class Look:
    """Somebody looked at a person's history (HISTORY-4)."""

    by: UUID | None
    door_id: UUID
    at: datetime


@dataclass(frozen=True)
class Taken:
    """What became of one handed-in segment: `taken`, `known` or `refused`."""

    status: str
    stored: int = 0
    dropped: int = 0
    reason: str = ""
