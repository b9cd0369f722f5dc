"""The verbs of sign-in: invite, accept, register and remove phones, end sessions."""

from datetime import datetime
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from limen.identity import rules
from limen.identity.models import Invitation, Phone, User
from limen.identity.moving import begin_move, confirm_move, take_back_move
from limen.identity.queries import invitation_view, phone_view, token_hash, user_view
from limen.identity.tokens import fresh_token
from limen.identity.views import InvitationView, PhoneView, UserView
from limen.journal import services as journal
from limen.kernel.actors import Actor
from limen.kernel.problems import NotYours, Problem, Refused
from limen.people import queries as people
from limen.people import services as people_verbs
from limen.storage import chance, ledger, news, outbox
from limen.wire.cbor import WireError
from limen.wire.envelope import load_public
from limen.wire.grants import key8

__all__ = [
    "accept_invitation",
    "begin_move",
    "confirm_move",
    "end_phone",
    "end_session",
    "enroll_authenticator",
    "invite",
    "leave_phone",
    "make_link",
    "note_language",
    "note_session",
    "register_phone",
    "remove_phone",
    "set_password",
    "take_back_move",
]  # fmt: skip


def invite(*, person_id: UUID, property_id: UUID, by: Actor, now: datetime, host_id: UUID | None = None) -> InvitationView:
    """Mails a link `/join/{token}` that lives 30 days (PEOPLE-4); an earlier link of that person ends now.

    Raises Refused `no_email` for a person without an address, Refused `already_active` when there is an account already.
    The mail leaves by the outbox: topic `notice`, kind `invitation` or, for a resident's guest, `guest_invited`,
    with the language in which it was asked for.
    """
    row, path = _link(person_id, property_id, host_id, by, now)
    kind = "invitation" if host_id is None else "guest_invited"
    facts = {"path": path, "host": str(host_id or "")}
    told = {"kind": kind, "person": str(person_id), "property": str(property_id), "facts": facts, "language": (get_language() or "en")[:2]}
    outbox.put("notice", told, now)
    return invitation_view(row)


def make_link(*, person_id: UUID, property_id: UUID, by: Actor, now: datetime) -> str:
    """Makes the same link without mailing it and gives its path, told once: for the first manager, and for letters."""
    return _link(person_id, property_id, None, by, now)[1]


def accept_invitation(*, token: str, password: str, now: datetime) -> UserView:
    """Makes the account and ends the link; the person becomes `active` (PEOPLE-4).

    Raises NotYours for an unknown token, Refused `invitation_over` for an ended or used one, Problem `password` for a bad password.
    """
    row = Invitation.objects.select_for_update().filter(token_hash=token_hash(token)).first() if rules.plausible_token(token) else None
    if row is None:
        raise NotYours
    if not invitation_view(row).is_open(now):
        raise Refused("invitation_over", _("This invitation has run out."), _("Send a new one."))
    user = _account(row.person_id, password)
    row.accepted_at = now
    row.save(update_fields=["accepted_at"])
    people_verbs.mark_active(person_id=row.person_id, now=now)
    actor = Actor(person_id=row.person_id, via="join")
    journal.record(actor, "account.made", f"person:{row.person_id}", {}, now, property_id=row.property_id)
    return user_view(user)


def set_password(*, person_id: UUID, password: str, now: datetime) -> UserView:
    """Gives a person an account with this password: for the demonstration and for tests."""
    user = _account(person_id, password)
    people_verbs.mark_active(person_id=person_id, now=now)
    return user_view(user)


def enroll_authenticator(*, person_id: UUID, now: datetime) -> str:
    """Gives an account an authenticator and tells its base32 secret once: for the demonstration, where nobody scans a picture."""
    user = User.objects.filter(person_id=person_id).first()
    if user is None:
        raise NotYours
    secret: str = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def register_phone(*, person_id: UUID, public_key: bytes, platform: str, name: str, now: datetime) -> tuple[PhoneView, str | None]:
    """Registers a phone by its public key (33 bytes, compressed P-256); a native one also gets a bearer token, told once.

    The same key registered again by the same person is the same phone, with a fresh token. Raises Problem `bad_key`, `bad_platform`;
    Refused `phone_removed`, `key_in_use`, `too_many_phones`.
    """
    _check_phone(public_key, platform)
    row = Phone.objects.filter(public_key=public_key).first()
    if row is None:
        row = _new_phone(person_id, public_key, platform, name, now)
    elif row.person_id != person_id:
        raise Refused("key_in_use", _("This phone belongs to somebody else."))
    elif row.removed_at is not None or row.left_at is not None:
        raise Refused("phone_removed", _("This phone was removed. Sign in again."))
    token = None
    if row.platform == "native":
        token = fresh_token()
        Phone.objects.filter(id=row.id).update(token_hash=token_hash(token))
    return phone_view(row), token


def remove_phone(*, phone_id: UUID, by: Actor, now: datetime, keep_session: str = "") -> PhoneView:
    """Removes a phone at once (PEOPLE-7): no new grants, its token dead, `phone.removed` said, the ledger told first.

    The person is signed out everywhere but in `keep_session`, from which they asked: a stolen browser would register anew.
    Codes, cards and the person's other phones stay. NotYours for an unknown phone, Refused `phone_removed` for one removed before.
    """
    row = Phone.objects.select_for_update().filter(id=phone_id).first()
    if row is None:
        raise NotYours
    if row.removed_at is not None:
        raise Refused("phone_removed", _("This phone was removed before."))
    end_phone(row, by=by, now=now)
    for session in UserSession.objects.filter(user__person_id=row.person_id).exclude(session_key=keep_session):
        session.end()
    facts = {"name": row.name}
    outbox.put("notice", {"kind": "phone_removed", "person": str(row.person_id), "property": "", "facts": facts}, now)
    return phone_view(row)


def leave_phone(*, phone_id: UUID, by: Actor, now: datetime) -> PhoneView:
    """Notes that a browser was signed out of and let go of its key (0224): nothing new for it, and its place among ten is free.

    No lock is told, because nothing can sign for this phone any more. If that was not true, it can still be removed as long as a lease of
    it may last. NotYours for an unknown phone; again changes nothing.
    """
    row = Phone.objects.select_for_update().filter(id=phone_id).first()
    if row is None:
        raise NotYours
    if row.removed_at is None and row.left_at is None:
        row.left_at, row.token_hash = now, None
        row.save(update_fields=["left_at", "token_hash"])
        journal.record(by, "phone.left", f"person:{row.person_id}", {"phone": str(row.id)}, now)
    return phone_view(row)


def end_phone(row: Phone, *, by: Actor, now: datetime) -> None:
    """What every removal of a phone is, whoever is told of it and whichever sessions go with it. For this room only."""
    ledger.append("phone_removed", {"phone": row.id, "person": row.person_id}, now)
    row.removed_at, row.token_hash = now, None
    row.save(update_fields=["removed_at", "token_hash"])
    news.say("phone.removed", now=now, person_id=str(row.person_id), phone_id=str(row.id), by=str(by.person_id or ""))
    journal.record(by, "phone.removed", f"person:{row.person_id}", {"phone": str(row.id)}, now)


def note_language(*, user: AbstractBaseUser | AnonymousUser, language: str) -> None:
    """The language that somebody reads pages in is the one that they are written to in; strangers have none."""
    if isinstance(user, User) and user.language != language:
        user.language = language
        user.save(update_fields=["language"])


def note_session(*, request: HttpRequest) -> None:
    """Lists the session of a request that was signed in by an invitation, beside those that were signed in by hand (PEOPLE-5)."""
    UserSession.objects.create_from_request(request)


def end_session(*, user: AbstractBaseUser | AnonymousUser, session_id: int, now: datetime) -> None:
    """Ends one session of an account; NotYours if it belongs to somebody else (PEOPLE-5)."""
    row = UserSession.objects.filter(pk=session_id, user_id=user.pk).first() if user.pk is not None else None
    if row is None:
        raise NotYours
    row.end()


def _link(person_id: UUID, property_id: UUID, host_id: UUID | None, by: Actor, now: datetime) -> tuple[Invitation, str]:
    if not people.person_view(person_id).email:
        raise Refused("no_email", _("There is no e-mail address."), _("Print a letter instead."))
    if User.objects.filter(person_id=person_id).exists():
        raise Refused("already_active", _("This person has an account already."))
    Invitation.objects.filter(person_id=person_id, accepted_at=None, ends_at__gt=now).update(ends_at=now)
    token = fresh_token()
    row = Invitation.objects.create(
        id=chance.fresh_id(), person_id=person_id, property_id=property_id, host_id=host_id, token_hash=token_hash(token), sent_at=now,
        ends_at=now + rules.INVITATION_LIVES,
    )  # fmt: skip
    journal.record(by, "person.invited", f"person:{person_id}", {}, now, property_id=property_id)
    return row, f"/join/{token}"


def _account(person_id: UUID, password: str) -> User:
    """The account of a person with this password; its address counts as proven, because the link came by it."""
    if not people.person_view(person_id).email:
        raise Refused("no_email", _("There is no e-mail address."))
    user = User.objects.filter(person_id=person_id).first() or User.objects.make(person_id)
    try:
        validate_password(password, user)
    except ValidationError as fault:
        raise Problem("password", " ".join(fault.messages)) from None
    user.set_password(password)
    user.save()
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
    return user


def _check_phone(public_key: bytes, platform: str) -> None:
    if platform not in rules.PLATFORMS:
        raise Problem("bad_platform", _("A phone is a browser or native."))
    try:
        load_public(public_key)
    except WireError:
        raise Problem("bad_key", _("This is not a phone's key.")) from None


def _new_phone(person_id: UUID, public_key: bytes, platform: str, name: str, now: datetime) -> Phone:
    if Phone.objects.filter(person_id=person_id, removed_at=None, left_at=None).count() >= rules.PHONES_MAX:
        raise Refused("too_many_phones", _("You have 10 phones already."), _("Remove one you no longer use."))
    return Phone.objects.create(
        id=chance.fresh_id(), person_id=person_id, public_key=public_key, key8=key8(public_key), platform=platform,
        name=rules.phone_name(name), registered_at=now,
    )  # fmt: skip
