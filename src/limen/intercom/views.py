"""What the room tells others, as values. A directory entry never carries a person's id."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class CallState(StrEnum):
    """Where a call stands. The first two are open; a call ends in exactly one of the others (LINK-7)."""

    RINGING = "ringing"
    ANSWERED = "answered"
    DECLINED = "declined"
    MISSED = "missed"
    CANCELLED = "cancelled"
    ELSEWHERE = "elsewhere"
    UNREACHABLE = "unreachable"
    ENDED = "ended"

    @property
    def is_open(self) -> bool:
        """True while somebody rings or talks."""
        return self in {CallState.RINGING, CallState.ANSWERED}


@dataclass(frozen=True, slots=True)
class LinkView:
    """A sign at a door. `code` stands in the QR; `ended_at` is when it was replaced (LINK-8), `calls_off_at` when its calls were last switched off."""

    id: UUID
    door_id: UUID
    property_id: UUID
    code: str
    made_at: datetime
    ended_at: datetime | None
    takes_calls: bool
    calls_off_at: datetime | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the directory: `id` means something on this link only, `label` is what the resident chose, `unit` the unit's name."""

    id: str
    label: str
    unit: str


@dataclass(frozen=True, slots=True)
class Directory:
    """What a visitor is shown: a few entries, or matches of a search (LINK-2, LINK-9)."""

    entries: tuple[Entry, ...]
    asked: str
    too_short: bool  # fewer than 2 letters: nothing was searched
    must_search: bool  # more people than are listed at once
    more: int  # matches beyond this page
    anybody: bool  # False: nobody is listed at this door yet


@dataclass(frozen=True, slots=True)
class ListingView:
    """What a resident chose about the intercom (LINK-3, LINK-9). Quiet minutes are of the building's wall clock."""

    person_id: UUID
    property_id: UUID
    shown: bool
    display_name: str
    quiet_from: int | None
    quiet_to: int | None


@dataclass(frozen=True, slots=True)
class CallView:
    """A call as either side may see it; neither sees who the other is beyond the label."""

    id: UUID
    door_id: UUID
    property_id: UUID
    link_id: UUID
    person_id: UUID
    label: str
    state: CallState
    made_at: datetime
    rings_until: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    lost_line: bool  # one of the two sides has no network now
    has_code: bool
    sign_replaced: bool  # the sign it came from was replaced while the call was open, which ended it (LINK-8)
    sign_off: bool  # or its calls were switched off


@dataclass(frozen=True, slots=True)
class CallCount:
    """How many calls were made, and how many of them were answered: numbers without names."""

    made: int
    answered: int


@dataclass(frozen=True, slots=True)
class CallCode:
    """The code of a call for the two who may see it: the caller's screen, for that call, and the resident (invariant 78).

    `over`: too late for a first use, or its digits are destroyed; then `digits` is empty.
    """

    digits: str
    door_id: UUID
    works_until: datetime
    stops_at_latest: datetime
    first_use_before: datetime | None
    over: bool
