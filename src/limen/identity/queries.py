"""Who an account, a phone or a token belongs to. Nothing here says whether an address has an account."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from limen.identity import rules
from limen.identity.factors import has_second_factor, must_have_second_factor
from limen.identity.models import Invitation, Move, Phone, User
from limen.identity.traces import trace_of
from limen.identity.tries import again_at, say_again
from limen.identity.views import InvitationView, MoveView, PhoneView, SessionView, UserView
from limen.kernel.problems import NotYours
from limen.people import queries as people
from limen.storage import kms
from limen.storage.prepared import Prepared

__all__ = [
    "InvitationView", "MoveView", "PhoneView", "SessionView", "UserView", "again_at", "has_app", "have_app", "invitation_by_token", "language_of",
    "last_invitation", "move_by_token", "move_of", "person_of", "phone", "phone_by_token", "phones", "removable_phones", "say_again",
    "second_factor_missing", "second_factor_missing_of", "sessions", "user_of",
]  # fmt: skip

Visitor = AbstractBaseUser | AnonymousUser
_PHONES = Prepared(lambda ids: Phone.objects.filter(id__in=ids))
_PHONES_OF_TOKEN = Prepared(lambda token: Phone.objects.filter(token_hash=token, removed_at=None, left_at=None))
_ACCOUNTS = Prepared(lambda person: User.objects.filter(person_id=person, is_active=True).only("pk"))


def user_of(person_id: UUID) -> UserView | None:
    """Gives the account of a person, or None while there is none."""
    row = User.objects.filter(person_id=person_id, is_active=True).first()
    return user_view(row) if row is not None else None


def person_of(user: Visitor) -> UUID | None:
    """Gives the person behind `request.user`; None for strangers and for accounts that were switched off."""
    if not isinstance(user, User) or not user.is_active:
        return None
    return user.person_id


def language_of(person_id: UUID) -> str:
    """The language that the person reads here, "en" or "es"; "" while nobody knows."""
    return User.objects.filter(person_id=person_id).values_list("language", flat=True).first() or ""


def has_app(person_id: UUID) -> bool:
    """True for an active account with at least one registered phone that is neither removed nor signed out of (LINK-3, SYNC-3)."""
    return person_id in have_app([person_id])


def have_app(person_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Gives those of these people for whom `has_app` is true, in a fixed number of reads (directories, lists of a whole building)."""
    with_phone = set(
        Phone.objects.filter(person_id__in=list(person_ids), removed_at=None, left_at=None).values_list("person_id", flat=True)
    )
    accounts = User.objects.filter(person_id__in=with_phone, is_active=True).values_list("person_id", flat=True)
    with_account = {person_id for person_id in accounts if person_id is not None}
    return frozenset(person.id for person in people.persons_by_id(with_account).values() if person.status == "active")


def move_of(person_id: UUID, now: datetime) -> MoveView | None:
    """The new address of an account that waits to be confirmed; None while there is none, and after its link has run out."""
    row = Move.objects.filter(person_id=person_id, ends_at__gt=now).first()
    return move_view(row) if row is not None else None


def move_by_token(token: str, person_id: UUID) -> MoveView:
    """The move behind a link, run out or not, for the person it is about; NotYours for everybody else and for every other link."""
    mine = Move.objects.filter(person_id=person_id)
    row = mine.filter(token_hash=token_hash(token)).first() if rules.plausible_token(token) else None
    if row is None:
        raise NotYours
    return move_view(row)


def phones(person_id: UUID, *, gone_too: bool = False) -> tuple[PhoneView, ...]:
    """Lists a person's phones, newest first; removed ones, and those signed out of, only when asked for (locks must refuse those)."""
    rows = Phone.objects.filter(person_id=person_id).order_by("-registered_at", "id")
    return tuple(phone_view(row) for row in (rows if gone_too else rows.filter(removed_at=None, left_at=None)))


def removable_phones(person_id: UUID, now: datetime) -> tuple[PhoneView, ...]:
    """Lists what may still open a door for a person, newest first: `phones`, and those signed out of lately (0224)."""
    rows = Phone.objects.filter(person_id=person_id, removed_at=None).exclude(left_at__lte=now - rules.LEFT_PHONE_STAYS)
    return tuple(phone_view(row) for row in rows.order_by("-registered_at", "id"))


def phone(phone_id: UUID) -> PhoneView | None:
    """Gives one phone, gone or not."""
    return phones_by_id([phone_id]).get(phone_id)


def phones_by_id(phone_ids: Iterable[UUID]) -> dict[UUID, PhoneView]:
    """Gives phones by their id, removed ones too; ids that do not exist are missing in the answer."""
    return {row.id: phone_view(row) for row in _PHONES(ids=set(phone_ids))}


def phone_by_token(token: str) -> PhoneView | None:
    """Gives the native phone that a bearer token belongs to; None for unknown, over-long and gone ones, and for a switched-off account."""
    if not rules.plausible_token(token):
        return None
    row = next(iter(_PHONES_OF_TOKEN(token=token_hash(token))), None)
    if row is None or not _ACCOUNTS(person=row.person_id):
        return None
    return phone_view(row)


def invitation_by_token(token: str, now: datetime) -> InvitationView | None:
    """Gives the invitation a `/join/{token}` link belongs to, also one that ended (so that the page can offer a new one)."""
    if not rules.plausible_token(token):
        return None
    row = Invitation.objects.filter(token_hash=token_hash(token)).first()
    return invitation_view(row) if row is not None else None


def last_invitation(person_id: UUID) -> InvitationView | None:
    """Gives the newest invitation of a person ("Invited Thu 19 Nov, not signed in")."""
    row = Invitation.objects.filter(person_id=person_id).order_by("-sent_at").first()
    return invitation_view(row) if row is not None else None


def sessions(user: Visitor, session_key: str | None) -> tuple[SessionView, ...]:
    """Lists where an account is signed in, newest first; `session_key` marks the one that asks (PEOPLE-5)."""
    if not isinstance(user, User):
        return ()
    rows = sorted(UserSession.objects.purge_and_list(user), key=lambda row: row.created_at, reverse=True)
    return tuple(SessionView(row.pk, row.created_at, row.last_seen_at, *trace_of(row), row.session_key == session_key) for row in rows)


def second_factor_missing(user: Visitor, now: datetime) -> bool:
    """True if this person holds a role here or there and has neither passkey nor authenticator yet (PEOPLE-5)."""
    return isinstance(user, User) and must_have_second_factor(user.person_id, now) and not has_second_factor(user.pk)


def second_factor_missing_of(person_id: UUID, now: datetime) -> bool:
    """The same question about a person, for programs that show a token instead of a session (PEOPLE-5)."""
    if not must_have_second_factor(person_id, now):
        return False
    user = User.objects.filter(person_id=person_id).first()
    return user is None or not has_second_factor(user.pk)


def token_hash(token: str) -> bytes:
    """How a token is kept: 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).digest()


def user_view(row: User) -> UserView:
    """The account as a value. Every account made here belongs to a person."""
    if row.person_id is None:
        raise LookupError("an account without a person")
    return UserView(row.pk, row.person_id, row.address, row.has_usable_password(), has_second_factor(row.pk), row.last_login)


def phone_view(row: Phone) -> PhoneView:
    """The phone as a value."""
    return PhoneView(
        row.id,
        row.person_id,
        bytes(row.public_key),
        bytes(row.key8),
        row.platform,
        row.name,
        row.registered_at,
        row.removed_at,
        row.left_at,
    )


def invitation_view(row: Invitation) -> InvitationView:
    """The invitation as a value."""
    return InvitationView(row.id, row.person_id, row.property_id, row.sent_at, row.ends_at, row.accepted_at)


def move_view(row: Move) -> MoveView:
    """The move as a value, with the address in the clear."""
    place = kms.context("identity_move", "address", row.id)
    return MoveView(
        row.person_id, row.property_id, kms.unseal_text(f"person:{row.person_id}", bytes(row.address), place), row.asked_at, row.ends_at
    )
