"""What happens when somebody signs in: a pending person becomes active, and is told (NOTICE-1)."""

from datetime import datetime

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from limen.identity.models import User
from limen.people import services as people
from limen.storage import clock, outbox


@receiver(user_logged_in, dispatch_uid="identity.signed_in")
def on_signed_in(sender: type[User], request: HttpRequest | None, user: User, **_more: object) -> None:
    """The first sign-in makes a person active (PEOPLE-4); each one is told to its owner, who may know better."""
    if user.person_id is None:
        return
    now: datetime = getattr(request, "now", None) or clock.now()
    people.mark_active(person_id=user.person_id, now=now)
    outbox.put("notice", {"kind": "new_sign_in", "person": str(user.person_id), "property": "", "facts": {}}, now)
