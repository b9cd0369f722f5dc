"""The verbs of sign-in: invite, accept, register and remove phones, end sessions."""

from datetime import datetime
from uuid import UUID

from limen.identity.views import InvitationView, PhoneView, UserView
from limen.kernel.actors import Actor


def invite(*, person_id: UUID, property_id: UUID, by: Actor, now: datetime) -> InvitationView:
    """Mails a link `/join/{token}` that lives 30 days (PEOPLE-4); an earlier link of that person ends now.

    Raises Refused `no_email` for a person without an address, Refused `already_active` when there is an account already.
    The mail leaves by the outbox: topic `notice`, kind `invitation`, facts `invitation` (id) and `property` (id).
    """
    raise NotImplementedError


def accept_invitation(*, token: str, password: str, now: datetime) -> UserView:
    """Makes the account and ends the link; the person becomes `active` (PEOPLE-4).

    Raises NotYours for an unknown token, Refused `invitation_over` for an ended or used one, Problem `password` for a bad password.
    """
    raise NotImplementedError


def set_password(*, person_id: UUID, password: str, now: datetime) -> UserView:
    """Gives a person an account with this password: for the first portfolio manager and the demonstration."""
    raise NotImplementedError


def register_phone(*, person_id: UUID, public_key: bytes, platform: str, name: str, now: datetime) -> tuple[PhoneView, str | None]:
    """Registers a phone by its public key (33 bytes, compressed P-256); a native one also gets a bearer token, told once.

    The same key registered again by the same person is the same phone. Raises Problem `bad_key`, `bad_platform`; Refused `phone_removed`,
    `too_many_phones`.
    """
    raise NotImplementedError


def remove_phone(*, phone_id: UUID, by: Actor, now: datetime) -> PhoneView:
    """Removes a phone at once (PEOPLE-7): no new grants, its token dead, `phone.removed` said, the ledger told first."""
    raise NotImplementedError


def end_session(*, user: object, session_id: int, now: datetime) -> None:
    """Ends one session of an account; NotYours if it belongs to somebody else (PEOPLE-5)."""
    raise NotImplementedError
