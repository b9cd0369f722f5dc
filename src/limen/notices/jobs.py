"""What the outbox calls: composes a notice, keeps it, and lets the mail leave. Told again, it says the same under the same Message-ID."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation

from limen.identity import queries as identity
from limen.notices import words
from limen.notices.models import Letter, Notice
from limen.people import queries as people
from limen.places import queries as places
from limen.storage import kms, live, outbox
from limen.storage.transactions import unit_of_work
from limen.wire import cbor

MAILBOX_KEY = "service:mailbox"
SHORT_LIVED = frozenset({"invitation", "code"})
"""What these say is not kept beside the mail: a link to join, and digits."""


@outbox.receives("notice")
def tell(body: dict[str, Any], row_id: UUID, now: datetime) -> None:
    """Tells one person one thing. Nobody who was deleted or has no address is written to (NOTICE-1)."""
    person_id, kind = UUID(body["person"]), str(body["kind"])
    person = people.person_view(person_id)
    if person is None or person.status == "archived":
        return
    with translation.override(str(body.get("language", "en"))):
        message = words.say(kind, _facts(body))
    if kind not in SHORT_LIVED:
        with unit_of_work():
            _keep(row_id, person_id, kind, message, now)
        live.tell(f"person.{person_id}", {"type": "look.again"})
    address = str(body.get("to", "")) or person.email
    if address:
        send(row_id, address, message, now)


@outbox.receives("mail.code")
def tell_stranger(body: dict[str, Any], row_id: UUID, now: datetime) -> None:
    """Mails a temporary code to somebody who has no account; nothing about them is kept (CODE-8)."""
    with translation.override(str(body.get("language", "en"))):
        send(row_id, str(body["to"]), words.say("code", {k: str(v) for k, v in body.items()}), now)


def send(row_id: UUID, address: str, message: words.Message, now: datetime) -> None:
    """Hands a mail to the mail server, or to the mailbox page where there is none. The Message-ID is the outbox row's (NOTICE-2)."""
    text = words.body(message, settings.LIMEN_ORIGIN, now)
    if settings.LIMEN_SMTP is None:
        sealed = kms.seal(MAILBOX_KEY, cbor.encode([address, message.title, text]), kms.context("notices_letter", "sealed", row_id))
        Letter.objects.update_or_create(id=row_id, defaults={"at": now, "sealed": sealed})
        return
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    EmailMessage(message.title, text, to=[address], headers={"Message-ID": f"<{row_id}@{host}>"}).send()


def _facts(body: dict[str, Any]) -> dict[str, str]:
    facts = {key: str(value) for key, value in body.items()}
    if "property" in facts:
        facts["place"] = places.property_view(UUID(facts["property"])).name
    if "invitation" in facts:
        facts["token"] = identity.join_token(UUID(facts["invitation"]))
    return facts


def _keep(row_id: UUID, person_id: UUID, kind: str, message: words.Message, now: datetime) -> None:
    sealed = kms.seal(f"person:{person_id}", cbor.encode([message.title, message.text]), kms.context("notices_notice", "sealed", row_id))
    Notice.objects.get_or_create(
        id=row_id, defaults={"person_id": person_id, "kind": kind, "at": now, "sealed": sealed, "link": message.link}
    )
