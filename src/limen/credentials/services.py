"""The verbs of credentials: codes, cards, epoch secrets, signed grants."""

from datetime import date, datetime
from uuid import UUID

from limen.credentials.views import CardView, CodeRef, FloorView, GrantFacts, MadeCode, Minted
from limen.identity.queries import PhoneView
from limen.kernel.actors import Actor
from limen.kernel.problems import Problem


def open_epoch(*, door_id: UUID, lock_id: bytes, epoch: int, now: datetime) -> None:
    """Draws K_pin and K_daily of an epoch and keeps them sealed (A.1). An older epoch of the door closes."""
    raise NotImplementedError


def close_epoch(*, door_id: UUID, now: datetime) -> None:
    """Ends the epoch of a door's device: its temporary codes end, its secrets are destroyed (LOCK-10, D.3)."""
    raise NotImplementedError


def note_proven(*, door_id: UUID, as_of: datetime, now: datetime) -> None:
    """Hears from fleet that the lock holds the list as it stood at `as_of`: codes retired before that are free again (D.3)."""
    raise NotImplementedError


def note_clock(*, door_id: UUID, error_s: int | None, at: datetime) -> None:
    """Hears from fleet the lock's clock error (None: lost), for the bound "stops at the latest" (D.2)."""
    raise NotImplementedError


def settle_codes(*, door_id: UUID, now: datetime) -> None:
    """Makes a code for everybody whose grant has doorcodes on here and retires the others (CODE-1). Runs by itself on `door.touched`."""
    raise NotImplementedError


def ensure_permanent(*, person_id: UUID, door_id: UUID, now: datetime) -> CodeRef:
    """Gives the permanent code of a person at a door, making it if there is none (CODE-1)."""
    raise NotImplementedError


def permanent_digits(*, person_id: UUID, door_id: UUID) -> str:
    """Computes the value of a permanent code, for sealed bundles; people are shown it by `show_code`. NotYours if there is none."""
    raise NotImplementedError


def show_code(*, person_id: UUID, door_id: UUID, by: Actor, now: datetime) -> str:
    """Shows a person their own permanent code; the journal is told, without digits. NotYours for anybody else's or where there is none."""
    raise NotImplementedError


def reset_code(*, person_id: UUID, door_id: UUID, by: Actor, now: datetime) -> CodeRef:
    """Makes a new permanent code; at an unconnected lock the old one works until the update (CODE-3).

    A resident may do it for a code of their own at their own unit door; a code of another door is staff's to reset: NotAllowed.
    """
    raise NotImplementedError


def make_temporary(
    *,
    door_id: UUID,
    kind: str,
    by_person: UUID,
    label: str,
    now: datetime,
    call_id: UUID | None = None,
    day: date | None = None,
    as_staff: bool = False,
) -> MadeCode:
    """Makes a temporary code and tells its digits once (CODE-4, CODE-5); no update of the lock is needed.

    `kind`: daily, daily_single_use, 24_hour, instant, once; `day`: for the day kinds, today (default) or tomorrow. `instant` and `once` need a call.
    Refused `no_device`, `codes_off`, `may_not_share`, `your_hours`, `your_end`, `not_today_or_tomorrow`; TooMany `quota`, `next_code_at`, `no_more_that_day`.
    """
    raise NotImplementedError


def revoke_temporary(*, code_id: UUID, now: datetime) -> Problem:
    """Answers Refused `temporary_doorcode_cannot_be_revoked` with the alternative (CODE-6); never ends anything."""
    raise NotImplementedError


def raise_floor(*, door_id: UUID, by: Actor, now: datetime) -> tuple[FloorView, ...]:
    """Kills, with the next update, every temporary code issued so far at the door (CODE-13); later ones work with or without it."""
    raise NotImplementedError


def activate_card(*, person_id: UUID, property_id: UUID, uid: bytes, kind: str, by: Actor, now: datetime) -> CardView:
    """Turns a keycard on for its owner (CARD-1). Problem `bad_uid`; Refused `card_in_use`, `random_uid`, `kind_not_allowed`."""
    raise NotImplementedError


def deactivate_card(*, card_id: UUID, by: Actor, now: datetime) -> CardView:
    """Turns a card off; at unconnected doors it works until their update (CARD-2)."""
    raise NotImplementedError


def mint_grant(*, phone: PhoneView, facts: GrantFacts, now: datetime) -> Minted:
    """Signs a grant for one phone and one door, as a lease (C.1, C.4): browser 24 h, native 7 days, staff 24 h, and never past the window.

    Refused `phone_removed`, `window_over`. Rights follow the class: 1 to 5 unlock, push and pull; 6 and 7 push only; 8 push, pull, remote.
    """
    raise NotImplementedError


def mint_gateway_grant(*, public_key: bytes, facts: GrantFacts, now: datetime) -> Minted:
    """Signs the class 8 grant of the gateway's own key for one connected lock: push, pull, remote; one hour (B.10)."""
    raise NotImplementedError
