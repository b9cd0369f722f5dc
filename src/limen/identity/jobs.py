"""What happens at a sign-in (a pending person becomes active, and is told: NOTICE-1), when a second factor is added, when a person is forgotten; and which
sessions are over."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from allauth.account.signals import password_changed, password_reset
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed
from allauth.usersessions.models import UserSession
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.dispatch import receiver
from django.http import HttpRequest

from limen.identity import services
from limen.identity.factors import SECOND_FACTORS
from limen.identity.forgetting import forget_account
from limen.identity.models import Move, User
from limen.people import services as people
from limen.storage import clock, ledger, news, outbox, tidying

YOUNG: Final = timedelta(hours=1)
"""A request may list a session a moment before it stores it."""


@receiver(user_logged_in, dispatch_uid="identity.signed_in")
def on_signed_in(sender: type[User], request: HttpRequest | None, user: User, **_more: object) -> None:
    """The first sign-in makes a person active (PEOPLE-4); each one is told to its owner, who may know better."""
    if user.person_id is None:
        return
    now = _now(request)
    if language := getattr(request, "LANGUAGE_CODE", ""):
        services.note_language(user=user, language=language)
    people.mark_active(person_id=user.person_id, now=now)
    outbox.put("notice", {"kind": "new_sign_in", "person": str(user.person_id), "property": "", "facts": {}}, now)


@receiver(authenticator_added, dispatch_uid="identity.second_factor_added")
def on_factor_added(sender: type[Authenticator], request: HttpRequest, user: User, authenticator: Authenticator, **_more: object) -> None:
    """The first second factor ends every session that began without one: a password alone must not go on as a manager (PEOPLE-5)."""
    if authenticator.type not in SECOND_FACTORS:
        return
    if Authenticator.objects.filter(user=user, type__in=SECOND_FACTORS).exclude(pk=authenticator.pk).exists():
        return
    for session in UserSession.objects.filter(user=user).exclude(session_key=request.session.session_key or ""):
        session.end()


@receiver([password_changed, password_reset], dispatch_uid="identity.password_changed")
def on_password_changed(sender: type[User], request: HttpRequest | None, user: User, **_more: object) -> None:
    """The old one may be known to somebody: no restore brings it back (OPS-2)."""
    if user.person_id is not None:
        ledger.append("sign_in_changed", {"person": user.person_id, "what": "password"}, _now(request))


@receiver(authenticator_removed, dispatch_uid="identity.factor_removed")
def on_factor_removed(
    sender: type[Authenticator], request: HttpRequest | None, user: User, authenticator: Authenticator, **_more: object
) -> None:
    """A passkey or authenticator that was taken off an account stays off it (OPS-2)."""
    if user.person_id is not None:
        made = int(authenticator.created_at.timestamp())
        ledger.append(
            "sign_in_changed", {"person": user.person_id, "what": "factor", "type": authenticator.type, "made": made}, _now(request)
        )


@news.hears("person.forgotten")
def on_forgotten(*, now: datetime, person_id: str) -> None:
    """Nobody signs in as somebody who is forgotten (PRIVACY-3)."""
    forget_account(UUID(person_id), now)


@tidying.tidies
def forget_ended_sessions(now: datetime) -> int:
    """Sessions that ran out, and what is listed of sessions that are no more: where somebody signed in from is kept while they are signed in (R65)."""
    SessionStore.clear_expired()
    ended = UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).filter(created_at__lt=now - YOUNG)
    gone: int = ended.delete()[0]
    return gone


@tidying.tidies
def forget_old_moves(now: datetime) -> int:
    """New addresses that nobody confirmed in time: what was only asked for is kept no longer than its link works."""
    return Move.objects.filter(ends_at__lte=now).delete()[0]


def _now(request: HttpRequest | None) -> datetime:
    return getattr(request, "now", None) or clock.now()
