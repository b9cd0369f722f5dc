"""The end of an account whose person is forgotten: nothing here names or lets in anybody afterwards (PRIVACY-3, NOTICE-1)."""

from datetime import datetime
from uuid import UUID

from allauth.usersessions.models import UserSession

from limen.identity import rules, services, traces
from limen.identity.models import Invitation, Move, Phone, User
from limen.kernel.actors import SYSTEM
from limen.storage import kms


def forget_account(person_id: UUID, now: datetime) -> bool:
    """Ends phones, links and sessions, deletes the account with its factors; True if there was one. Again changes nothing.

    Phones stay as keys without a name, because locks must go on refusing them. The person is told nothing: no address is left to tell it to.
    """
    for phone in Phone.objects.select_for_update().filter(person_id=person_id, removed_at=None):
        services.end_phone(phone, by=SYSTEM, now=now)
    Phone.objects.filter(person_id=person_id).update(name=rules.phone_name(""))
    Invitation.objects.filter(person_id=person_id, accepted_at=None, ends_at__gt=now).update(ends_at=now)
    Move.objects.filter(person_id=person_id).delete()
    for session in UserSession.objects.filter(user__person_id=person_id):
        session.end()
    found = User.objects.filter(person_id=person_id).delete()[0] > 0
    kms.destroy(traces.key_of(person_id), now=now)
    return found
