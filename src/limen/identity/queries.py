"""Who an account, a phone or a token belongs to. Nothing here says whether an address has an account."""

from datetime import datetime
from uuid import UUID

from limen.identity.views import InvitationView, PhoneView, SessionView, UserView

__all__ = [
    "InvitationView",
    "PhoneView",
    "SessionView",
    "UserView",
    "has_app",
    "invitation_by_token",
    "join_token",
    "last_invitation",
    "person_of",
    "phone",
    "phone_by_token",
    "phones",
    "second_factor_missing",
    "sessions",
    "user_of",
]


def user_of(person_id: UUID) -> UserView | None:
    """Gives the account of a person, or None while there is none."""
    raise NotImplementedError


def person_of(user: object) -> UUID | None:
    """Gives the person behind `request.user`; None for strangers and for accounts that were switched off."""
    raise NotImplementedError


def has_app(person_id: UUID) -> bool:
    """True for an active account with at least one registered phone that is not removed (LINK-3, SYNC-3)."""
    raise NotImplementedError


def phones(person_id: UUID, *, removed_too: bool = False) -> tuple[PhoneView, ...]:
    """Lists a person's phones, newest first; removed ones only when asked for (locks must refuse those)."""
    raise NotImplementedError


def phone(phone_id: UUID) -> PhoneView | None:
    """Gives one phone, removed or not."""
    raise NotImplementedError


def phone_by_token(token: str) -> PhoneView | None:
    """Gives the native phone that a bearer token belongs to; None for unknown, over-long and removed ones."""
    raise NotImplementedError


def invitation_by_token(token: str, now: datetime) -> InvitationView | None:
    """Gives the invitation a `/join/{token}` link belongs to, also one that ended (so that the page can offer a new one)."""
    raise NotImplementedError


def join_token(invitation_id: UUID) -> str:
    """Makes the token of an invitation again, for the one mail that carries it. It is stored nowhere in clear."""
    raise NotImplementedError


def last_invitation(person_id: UUID) -> InvitationView | None:
    """Gives the newest invitation of a person ("Invited Thu 19 Nov, not signed in")."""
    raise NotImplementedError


def sessions(user: object, session_key: str | None) -> tuple[SessionView, ...]:
    """Lists where an account is signed in, newest first; `session_key` marks the one that asks (PEOPLE-5)."""
    raise NotImplementedError


def second_factor_missing(user: object, now: datetime) -> bool:
    """True if this person holds a managing role and has neither passkey nor authenticator yet (PEOPLE-5)."""
    raise NotImplementedError
