"""What the outbox calls: composes a notice, keeps it, and lets the mail leave. Told again, it says the same under the same Message-ID."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation

from limen.identity import queries as identity
from limen.intercom import queries as intercom
from limen.notices import words
from limen.notices.models import Letter, Notice
from limen.people import queries as people
from limen.places import queries as places
from limen.storage import kms, live, outbox
from limen.storage.transactions import unit_of_work
from limen.wire import cbor

MAILBOX_KEY = "service:mailbox"
NOT_KEPT = frozenset({"invitation", "guest_invited", "code"})
"""What these say is kept nowhere beside the mail: a link to join, and digits."""
TO_ANYBODY = frozenset({"invitation", "guest_invited", "code_reset", "letter_printed", "code_made_at_unit", "override_given"})
"""What reaches people of whom nobody knows yet what they read: the first mail, what is said of codes to who opens by code alone, and who may enter a home."""
NOT_MAILED = frozenset({"call_ringing"})
"""What is over before a mail is read."""
FORGOTTEN = "archived"


@outbox.receives("notice")
def tell(body: dict[str, Any], row_id: UUID, now: datetime) -> None:
    """Tells one person one thing. Nobody who left is written to (NOTICE-1)."""
    person = reachable(UUID(body["person"]))
    if person is None:
        return
    kind = str(body["kind"])
    message = said(kind, facts_of(body), identity.language_of(person.id), str(body.get("language", "")))
    if kind not in NOT_KEPT:
        enlist(row_id, person.id, kind, message, now)
    if person.email and kind not in NOT_MAILED:
        send(row_id, person.email, message, now)


def said(kind: str, facts: dict[str, str], known: str, asked_in: str) -> words.Message:
    """The notice in the language that its reader reads; what reaches anybody, while nobody knows it, in both (decision 0185)."""

    def say() -> words.Message:
        return words.say(kind, facts)

    if known or kind in TO_ANYBODY:
        return read_by(known, asked_in, say)
    with translation.override(words.LANGUAGES[0]):
        return say()


def read_by(known: str, asked_in: str, say: Callable[[], words.Message]) -> words.Message:
    """What `say` says in the reader's language; in both where nobody knows it, that of who asked for the mail first."""
    first = known or (asked_in if asked_in in words.LANGUAGES else words.LANGUAGES[0])
    with translation.override(first):
        message = say()
    for other in () if known else words.LANGUAGES:
        if other != first:
            with translation.override(other):
                message = words.then(message, say())
    return message


@outbox.receives("call.ringing")
def ring(body: dict[str, Any], row_id: UUID, now: datetime) -> None:
    """A visitor calls: the resident's open screens ring, and it stays in their list. A call that is over does not ring late."""
    facts = {"door": str(body["door"]), "call": str(body["call"])}
    if intercom.ringing_for(UUID(body["person"]), now) is not None:
        tell({"kind": "call_ringing", "person": body["person"], "property": "", "facts": facts}, row_id, now)


@outbox.receives("mail")
def pass_on(body: dict[str, Any], row_id: UUID, now: datetime) -> None:
    """A mail whose text is ready: those about sign-in."""
    hand_over(row_id, str(body["to"]), str(body["subject"]), str(body["text"]), now)


@outbox.receives("mail.code")
def tell_stranger(body: dict[str, Any], row_id: UUID, now: datetime) -> None:
    """Mails a temporary code to somebody who has no account; nothing about them is kept (CODE-8)."""
    with translation.override(str(body.get("language", "en"))):
        send(row_id, str(body["to"]), words.say("code", facts_of(body)), now)


@outbox.receives("mail.address")
def ask_at_address(body: dict[str, Any], row_id: UUID, now: datetime) -> None:
    """Asks at a new address whether it is the person's; what it says is kept nowhere beside the mail."""
    person = reachable(UUID(body["person"]))
    if person is not None:
        facts = facts_of(body)
        send(row_id, str(body["to"]), read_by(identity.language_of(person.id), "", lambda: words.address_move(facts)), now)


@outbox.receives("mail.own_codes")
def tell_owner(body: dict[str, Any], row_id: UUID, now: datetime) -> None:
    """Mails somebody their own codes; what is kept of it has no digits (CODE-8)."""
    person = reachable(UUID(body["person"]))
    if person is None or not person.email:
        return
    doors = places.doors_by_id(UUID(door) for door, _digits, _waits in body["codes"])
    codes = [(doors[UUID(door)].name, digits, bool(waits)) for door, digits, waits in body["codes"] if UUID(door) in doors]
    known, facts = identity.language_of(person.id), facts_of(body)
    mail = read_by(known, "", lambda: words.own_codes(facts, sorted(codes)))
    kept = read_by(known, "", lambda: words.say("codes_mailed", {}))
    enlist(row_id, person.id, "codes_mailed", kept, now)
    send(row_id, person.email, mail, now)


def reachable(person_id: UUID) -> people.PersonView | None:
    """The person, unless they left: nothing is ever sent again to who is archived, erased, or gone (NOTICE-1)."""
    person = people.persons_by_id([person_id]).get(person_id)
    erased = kms.is_destroyed(f"person:{person_id}")
    return person if person is not None and person.status != FORGOTTEN and not erased else None


def send(row_id: UUID, address: str, message: words.Message, now: datetime) -> None:
    """The mail of a notice: its title as subject, its text, the address of its screen."""
    hand_over(row_id, address, message.title, words.body(message, settings.LIMEN_ORIGIN), now)


def hand_over(row_id: UUID, address: str, subject: str, text: str, now: datetime) -> None:
    """Hands a mail to the mail server, or to the mailbox page where there is none. The Message-ID is the outbox row's (NOTICE-2)."""
    if settings.LIMEN_SMTP is None:
        sealed = kms.seal(MAILBOX_KEY, cbor.encode([address, subject, text]), kms.context("notices_letter", "sealed", row_id))
        with unit_of_work():
            Letter.objects.update_or_create(id=row_id, defaults={"at": now, "sealed": sealed})
        return
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    one_line = " ".join(subject.split())
    EmailMessage(one_line, text, to=[address], headers={"Message-ID": f"<{row_id}@{host}>"}).send()


def facts_of(body: dict[str, Any]) -> dict[str, str]:
    """The facts of a row with names in place of ids; read now, so that a name that may no longer be known is not said."""
    facts = {key: str(value) for key, value in body.get("facts", {}).items()}
    if body.get("property"):
        facts["place"] = places.property_view(UUID(body["property"])).name
    for key in ("maker", "host", "joined", "who"):
        if facts.get(key):
            facts[key] = people.person_view(UUID(facts[key])).name
    if facts.get("doors"):
        names = sorted(door.name for door in places.doors_by_id(UUID(one) for one in facts["doors"].split(",")).values())
        facts |= {"doors": ", ".join(names), "several": "yes" if len(names) > 1 else "no"}
    if facts.get("unit"):
        facts["unit"] = places.unit_view(UUID(facts["unit"])).name
    if facts.get("door"):
        facts["door"] = places.door_view(UUID(facts["door"])).name
    return facts


def enlist(row_id: UUID, person_id: UUID, kind: str, message: words.Message, now: datetime) -> None:
    """Keeps a notice at once, and has the person's open screens look again."""
    with unit_of_work():
        keep(row_id, person_id, kind, message, now)
    live.tell(f"person.{person_id}", {"type": "look.again"})


def keep(row_id: UUID, person_id: UUID, kind: str, message: words.Message, now: datetime) -> None:
    """The notice in the person's own list, sealed under their key."""
    sealed = kms.seal(f"person:{person_id}", cbor.encode([message.title, message.text]), kms.context("notices_notice", "sealed", row_id))
    Notice.objects.get_or_create(
        id=row_id, defaults={"person_id": person_id, "kind": kind, "at": now, "sealed": sealed, "link": message.link}
    )
