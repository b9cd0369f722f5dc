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


@by_app("GET", "POST", before_consent=True)
def phones(asked: Asked) -> Json:
    """Lists the asker's phones, or registers this one: its key, and for a native one a token, told once."""
    if asked.request.method == "GET":
        return {"phones": [said(phone) for phone in identity.phones(asked.asker.id)]}
    # Who works here updates doors with a phone of their own; their consent is no condition of their work.
    if not asked.asker.agreed and not people.managed_properties(asked.asker.id, asked.now):
        raise NotAllowed("Read the policy and agree first.", "Open /home/consent in a browser.")
    asked.spend("phones", *REGISTERED_MOST)
    phone, token = accounts.register_phone(
        person_id=asked.asker.id,
        public_key=_key(asked),
        platform=asked.one_of("platform", ("browser", "native")),
        name=asked.text("name", 200),
        now=asked.now,
    )
    return {"id": str(phone.id), "name": phone.name, "status_code": 201} | ({"token": token} if token else {})


@by_app("DELETE", before_consent=True)
def phone(asked: Asked, phone_id: UUID) -> Json:
    """Removes a phone of the asker's; nobody else's is there (M27)."""
    remove(asked, phone_id)
    return {"removed": str(phone_id)}


def remove(asked: Asked, phone_id: UUID) -> None:
    """Ends one phone."""
    known = identity.phone(phone_id)
    if known is None or known.person_id != asked.asker.id:
        raise NotYours
    accounts.remove_phone(phone_id=phone_id, by=asked.asker.actor, now=asked.now, keep_session=asked.asker.session)


def said(phone: identity.PhoneView) -> Json:
    """A phone as the app lists it, without its key."""
    return {"id": str(phone.id), "name": phone.name, "platform": phone.platform, "since": phone.registered_at.isoformat()}


def _key(asked: Asked) -> bytes:
    text = asked.text("public_key", KEY_TEXT_MAX)
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise Problem("bad_key", "This is not a phone's key.") from None
