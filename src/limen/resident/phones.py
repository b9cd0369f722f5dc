"""Phones of a person: registered by their key, removed at once (PEOPLE-7)."""

import base64
import binascii
from datetime import timedelta
from typing import Final
from uuid import UUID

from limen.identity import queries as identity
from limen.identity import services as accounts
from limen.kernel.problems import NotAllowed, NotYours, Problem
from limen.people import queries as people
from limen.resident.speech import Asked, Json, by_app

KEY_TEXT_MAX: Final = 64
REGISTERED_MOST: Final = (20, timedelta(minutes=10))
REGISTERED_A_DAY: Final = (40, timedelta(days=1))
"""Each one that is removed again is a line in the list of every door it was for, and a write into the flash of its lock."""


@by_app("GET", "POST", before_consent=True)
def phones(asked: Asked) -> Json:
    """Lists the asker's phones, or registers this one: its key, and for a native one a token, told once."""
    if asked.request.method == "GET":
        return {"phones": [said(phone) for phone in identity.phones(asked.asker.id)]}
    # Who works here updates doors with a phone of their own; their consent is no condition of their work.
    if not asked.asker.agreed and not people.managed_properties(asked.asker.id, asked.now):
        raise NotAllowed("Read the policy and agree first.", "Open /home/consent in a browser.")
    asked.spend("phones", *REGISTERED_MOST)
    asked.spend("phones-a-day", *REGISTERED_A_DAY)
    public_key = _key(asked)
    if asked.asker.phone is not None and public_key != asked.asker.phone.public_key:
        raise only_signed_in()
    phone, token = accounts.register_phone(
        person_id=asked.asker.id,
        public_key=public_key,
        platform=asked.one_of("platform", ("browser", "native")),
        name=asked.text("name", 200),
        now=asked.now,
    )
    return {"id": str(phone.id), "name": phone.name, "status_code": 201} | ({"token": token} if token else {})


@by_app("DELETE", before_consent=True)
def phone(asked: Asked, phone_id: UUID) -> Json:
    """Removes a phone of the asker's; nobody else's is there (M27). A phone that shows its token removes itself and no other."""
    remove(asked, phone_id)
    return {"removed": str(phone_id)}


@by_app("POST", before_consent=True)
def left(asked: Asked, phone_id: UUID) -> Json:
    """A browser that is signed out of says that it has let go of its key (0224)."""
    known = identity.phone(phone_id)
    if known is None or known.person_id != asked.asker.id:
        raise NotYours
    if asked.asker.phone is not None and asked.asker.phone.id != phone_id:
        raise only_signed_in()
    accounts.leave_phone(phone_id=phone_id, by=asked.asker.actor, now=asked.now)
    return {"left": str(phone_id)}


def remove(asked: Asked, phone_id: UUID) -> None:
    """Ends one phone."""
    known = identity.phone(phone_id)
    if known is None or known.person_id != asked.asker.id:
        raise NotYours
    if asked.asker.phone is not None and asked.asker.phone.id != phone_id:
        raise only_signed_in()
    accounts.remove_phone(phone_id=phone_id, by=asked.asker.actor, now=asked.now, keep_session=asked.asker.session)


def only_signed_in() -> NotAllowed:
    """A stolen phone must not leave another one behind, nor take the others along: for that somebody signs in (PEOPLE-7)."""
    return NotAllowed("Only who is signed in adds or removes other phones.", "Open /home/me/phones in a browser.")


def said(phone: identity.PhoneView) -> Json:
    """A phone as the app lists it, without its key."""
    return {"id": str(phone.id), "name": phone.name, "platform": phone.platform, "since": phone.registered_at.isoformat()}


def _key(asked: Asked) -> bytes:
    text = asked.text("public_key", KEY_TEXT_MAX)
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise Problem("bad_key", "This is not a phone's key.") from None
