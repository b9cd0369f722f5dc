"""Second factors: who must have one, and who has (PEOPLE-5)."""

from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator

from limen.people import queries as people

SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""A passkey counts: it proves possession and asks for a finger or a code. Recovery codes alone do not."""


def must_have_second_factor(person_id: UUID | None, now: datetime) -> bool:
    """True for everybody with a role in some building: managing rights and the view of photos and history."""
    return person_id is not None and bool(people.managed_properties(person_id, now))


def has_second_factor(user_id: int) -> bool:
    """True with a passkey or an authenticator."""
    return bool(Authenticator.objects.filter(user_id=user_id, type__in=SECOND_FACTORS).exists())
