"""What the room tells others, as values."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from limen.kernel.periods import Weekly
from limen.wire.grants import Cls


@dataclass(frozen=True, slots=True)
class GroupDoorView:
    """A door in a group: its hours (None: always) and whether the group's holders get a doorcode there (ACCESS-1)."""

    door_id: UUID
    schedule: Weekly | None
    codes_on: bool


@dataclass(frozen=True, slots=True)
class GroupView:
    """An access group. Its name is for managers only, never for residents (ACCESS-1)."""

    id: UUID
    property_id: UUID
    name: str
    doors: tuple[GroupDoorView, ...]
    holders: int  # grants that have not ended
    may_give: bool  # for the asker of `groups`; True where nobody asked


@dataclass(frozen=True, slots=True)
class GrantView:
    """A person's right to a group, or (guests) to single doors; ended ones are kept (ACCESS-2, ACCESS-4)."""

    id: UUID
    person_id: UUID
    property_id: UUID
    group_id: UUID | None
    group_name: str | None
    door_ids: tuple[UUID, ...]
    standing: str  # "resident" or "non-resident"
    role_kind: str | None  # "staff" or "vendor" for non-residents
    may_share: bool
    opens_app: bool
    opens_code: bool
    opens_card: bool
    starts: datetime
    ends: datetime | None
    given_by: UUID | None
    given_at: datetime
    host_id: UUID | None
    ended_at: datetime | None

    def is_live(self, now: datetime) -> bool:
        """True until it was ended or ran out; a grant that has not begun is live."""
        return self.ended_at is None and (self.ends is None or now < self.ends)


@dataclass(frozen=True, slots=True)
class AccessWindow:
    """One (from, until, hours) of one person at one door. Never merged: each becomes its own signed grant and record (C.1)."""

    grant_id: UUID
    starts: datetime
    ends: datetime | None
    schedule: Weekly | None
    cls: Cls
    may_share: bool
    app: bool
    code: bool
    card: bool


@dataclass(frozen=True, slots=True)
class OverrideView:
    """Who may open a unit door although its bolt is thrown, by whom, and until when (LOCK-15)."""

    person_id: UUID
    door_id: UUID
    given_by: UUID | None
    given_at: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Holder:
    """A person who holds access to a door now or later."""

    person_id: UUID
    windows: tuple[AccessWindow, ...]
    suspended: bool = False


@dataclass(frozen=True, slots=True)
class DoorChange:
    """One person at one door, before against after."""

    person_id: UUID
    door_id: UUID


@dataclass(frozen=True, slots=True)
class NeedsUpdate:
    """A door people must update for this change, on which day (the building's own), and why (SYNC-3)."""

    door_id: UUID
    due: date
    why: str  # "taken_away", "narrowed" or "code_without_app"


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change does, said before it is done: who gains and loses, and which doors need an update (SYNC-3).

    `already`: doors the person opens already, among those asked for. `keeps`: people whose doors stay but whose hours or dates get fewer.
    """

    gains: tuple[DoorChange, ...]
    loses: tuple[DoorChange, ...]
    narrows: tuple[DoorChange, ...]
    widens: tuple[DoorChange, ...]
    already: tuple[UUID, ...]
    needs_update: tuple[NeedsUpdate, ...]
    connected: tuple[UUID, ...]  # doors that follow by themselves within 10 seconds (SYNC-7)
    guests: tuple[UUID, ...]  # guests who lose theirs with it (ACCESS-9)

    @property
    def is_nothing(self) -> bool:
        """True if no door changes for anybody."""
        return not (self.gains or self.loses or self.narrows or self.widens)


@dataclass(frozen=True, slots=True)
class RevocationView:
    """Something taken from a person: the first moment of the three, "ordered"; fleet knows the other two (ACCESS-4)."""

    id: UUID
    person_id: UUID
    property_id: UUID
    grant_id: UUID | None
    kind: str  # "revoked", "paused", "phone_removed", "narrowed", "host_lost_access", "moved_out"
    door_ids: tuple[UUID, ...]
    ordered_at: datetime
    ordered_by: UUID | None


@dataclass(frozen=True, slots=True)
class DoorLost:
    """A door that somebody no longer holds, and since when.

    `by_group`: the access ran out with a group as it is today; a door that the group got only later was never theirs.
    """

    door_id: UUID
    at: datetime
    by_group: bool


@dataclass(frozen=True, slots=True)
class SuspensionView:
    """A pause of all access of a person in a property (PEOPLE-7)."""

    id: UUID
    person_id: UUID
    property_id: UUID
    since: datetime
    until: datetime | None
    by: UUID | None


@dataclass(frozen=True, slots=True)
class DoorResult:
    """What became of one door of an invitation (ACCESS-7): done, or the reason as a sentence for the person."""

    door_id: UUID
    ok: bool
    type: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Invited:
    """The answer to an invitation: every door was tried before this is said."""

    person_id: UUID | None
    grant_id: UUID | None
    results: tuple[DoorResult, ...]


@dataclass(frozen=True, slots=True)
class GuestResult:
    """What became of one guest when a host ended all (ACCESS-8)."""

    grant_id: UUID
    ok: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """ "Would a door open for Dana?": yes, or the first reason that says no (screens 1.6)."""

    opens: bool
    reason: str  # "", "not_started", "ended", "paused", "outside_schedule", "no_access", "no_code_here", "not_this_way"
    window: AccessWindow | None
