"""The verbs of access: groups, giving, ending, pausing, moving out, guests. Each says `door.touched` for the doors it changes."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from limen.access.views import Effect, GrantView, GroupDoorView, GroupView, GuestResult, Invited, RevocationView, SuspensionView
from limen.kernel.actors import Actor


def create_group(*, property_id: UUID, name: str, doors: Sequence[GroupDoorView], by: Actor, now: datetime) -> GroupView:
    """Makes a named bundle of doors (ACCESS-1). Refused `group_exists`; Problem `bad_group` for foreign or repeated doors."""
    raise NotImplementedError


def edit_group(*, group_id: UUID, name: str, doors: Sequence[GroupDoorView], by: Actor, now: datetime) -> Effect:
    """Changes a group for every holder at once (ACCESS-3); says what it did. A new name alone changes no door (ACCESS-11)."""
    raise NotImplementedError


def preview_edit_group(*, group_id: UUID, doors: Sequence[GroupDoorView], now: datetime) -> Effect:
    """Says what `edit_group` would do, and writes nothing."""
    raise NotImplementedError


def give(
    *,
    person_id: UUID,
    group_id: UUID,
    standing: str,
    starts: datetime,
    ends: datetime | None,
    may_share: bool,
    by: Actor,
    now: datetime,
    role_kind: str | None = None,
    opens_app: bool = True,
    opens_code: bool = True,
    opens_card: bool = True,
) -> GrantView:
    """Gives a group to a person; given again, it changes the grant they hold (ACCESS-2).

    `standing` is "resident" or "non-resident" and has no default: it decides privacy. Problem `standing`, `end_before_start`;
    Refused `too_many_windows` (more than 4 for one person and door, C.1), `person_archived`.
    """
    raise NotImplementedError


def preview_give(
    *,
    person_id: UUID,
    group_id: UUID,
    standing: str,
    starts: datetime,
    ends: datetime | None,
    now: datetime,
    opens_app: bool = True,
    opens_code: bool = True,
    opens_card: bool = True,
) -> Effect:
    """Says what `give` would do, and writes nothing."""
    raise NotImplementedError


def set_sharing(*, grant_id: UUID, may_share: bool, by: Actor, now: datetime) -> GrantView:
    """Allows or ends sharing for one grant; guests invited before stay (ACCESS-7)."""
    raise NotImplementedError


def revoke(*, grant_id: UUID, by: Actor, now: datetime, reason: str = "") -> RevocationView:
    """Ends a grant and keeps its record; guests who depend on it lose theirs (ACCESS-4, ACCESS-9). Refused `already_ended`.

    The ledger is told before the transaction commits (OPS-2). `reason` is kept sealed, for the journal only.
    """
    raise NotImplementedError


def preview_revoke(*, grant_id: UUID, now: datetime) -> Effect:
    """Says what `revoke` would do, and writes nothing."""
    raise NotImplementedError


def suspend(*, person_id: UUID, property_id: UUID, by: Actor, now: datetime) -> SuspensionView:
    """Pauses all access of a person and of the guests who depend on them; nothing is ended (PEOPLE-7). Refused `already_paused`."""
    raise NotImplementedError


def resume(*, person_id: UUID, property_id: UUID, by: Actor, now: datetime) -> SuspensionView:
    """Ends the pause; everything comes back exactly as it was (PEOPLE-7). Refused `not_paused`."""
    raise NotImplementedError


def move_out(*, person_id: UUID, property_id: UUID, by: Actor, now: datetime) -> tuple[RevocationView, ...]:
    """Ends every grant of the person in the property, hand-given ones too, and their residency (ACCESS-10, ACCESS-9)."""
    raise NotImplementedError


def preview_move_out(*, person_id: UUID, property_id: UUID, now: datetime) -> Effect:
    """Says what `move_out` would do, and writes nothing."""
    raise NotImplementedError


def invite_guest(
    *,
    host_id: UUID,
    door_ids: Sequence[UUID],
    first: str,
    last: str,
    email: str,
    starts: datetime,
    ends: datetime | None,
    by: Actor,
    now: datetime,
) -> Invited:
    """Invites a guest to single doors (ACCESS-7): every door is tried, each says done or why not; a mail goes out if any was done.

    Start at most one year ahead; the window lies inside the host's own. Problem `bad_email`, `end_before_start`, `too_far_ahead`.
    """
    raise NotImplementedError


def revoke_guest(*, grant_id: UUID, host_id: UUID, by: Actor, now: datetime) -> RevocationView:
    """Ends one guest of this host; NotYours for anybody else's."""
    raise NotImplementedError


def revoke_all_guests(*, host_id: UUID, by: Actor, now: datetime) -> tuple[GuestResult, ...]:
    """Ends every guest of this host; all are tried before a failure is told (ACCESS-8)."""
    raise NotImplementedError
