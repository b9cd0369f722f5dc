"""What the room tells others, as values."""

from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from limen.kernel.periods import Weekly


@dataclass(frozen=True, slots=True)
class PropertyView:
    """A building. `profile` is US, NYC or EU; `code_digits` is None while the service computes the length (CODE-2)."""

    id: UUID
    portfolio_id: UUID
    name: str
    address: str
    city_line: str
    time_zone: str
    profile: str
    office_phone: str
    code_digits: int | None
    staleness_limit_days: int

    @property
    def zone(self) -> ZoneInfo:
        """Times are judged in the building's own zone."""
        return ZoneInfo(self.time_zone)


@dataclass(frozen=True, slots=True)
class UnitView:
    """A dwelling; `name` is what stands on the door, such as 4B."""

    id: UUID
    property_id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Doorway:
    """How a door with a wired reader behaves: `passage` the hours in which the first unlock opens it for all (LOCK-16), `ajar_s` after how
    long standing open is noted, None never (LOCK-17), `engaged_s` how long it stays unlocked (LOCK-4)."""

    passage: Weekly | None
    ajar_s: int | None
    engaged_s: int


@dataclass(frozen=True, slots=True)
class DoorView:
    """A way through. `unit_id` is None except at doors of kind `unit`; `key_pause_s` is the pause allowed between digits (CODE-9)."""

    id: UUID
    property_id: UUID
    name: str
    kind: str
    unit_id: UUID | None
    unit_name: str | None
    connected: bool
    share_allowed: bool
    codes_allowed: bool
    planned_model: str
    planned_serial: str
    key_pause_s: int
    kind_frozen: bool
    carried_by_others: bool
    doorway: Doorway
    strict: bool = False  # behind for more than a day, it opens for residents alone (protocol C.3)
    floor: int | None = None  # 0 is the ground floor; None where nobody said and no unit's name tells
