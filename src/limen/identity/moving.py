"""Another address for an account: asked for by staff, confirmed at that address by who signs in as the person, and by nobody else (decision 0194).

Until then everything stays with the old address, which is told. Somebody without an account has nothing to move: staff change their address.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from limen.identity.models import Move, User
from limen.identity.queries import move_by_token, move_view, token_hash
from limen.identity.tokens import fresh_token
from limen.identity.views import MoveView
from limen.journal import services as journal
from limen.kernel.actors import Actor
from limen.kernel.problems import Problem, Refused
from limen.people import queries as people
from limen.people import services as people_verbs
from limen.storage import chance, kms, outbox

LIVES: Final = timedelta(days=7)
"""A link to a new address; after it the address stays as it is and staff may ask again."""


def begin_move(*, person_id: UUID, property_id: UUID, email: str, by: Actor, now: datetime) -> MoveView:
    """Mails a link to the new address and a word to the old one; an earlier link of that person ends. Moves nothing.

    Problem `email_wrong`; Refused `no_account`, `email_taken`.
    """
    address = email.strip().casefold()
    if not people.is_email(address):
        raise Problem("email_wrong", _("This is not an e-mail address."))
    if not User.objects.filter(person_id=person_id).exists():
        raise Refused("no_account", _("This person has no account yet."))
    _must_be_free(address, person_id)
    Move.objects.filter(person_id=person_id).delete()
    token, move_id = fresh_token(), chance.fresh_id()
    row = Move.objects.create(
        id=move_id, person_id=person_id, property_id=property_id, token_hash=token_hash(token), asked_at=now, ends_at=now + LIVES,
        address=kms.seal(f"person:{person_id}", address, kms.context("identity_move", "address", move_id)),
    )  # fmt: skip
    about = {"person": str(person_id), "property": str(property_id)}
    outbox.put("mail.address", {**about, "to": address, "facts": {"path": f"/address/{token}"}}, now)
    outbox.put("notice", {"kind": "address_asked", **about, "facts": {}}, now)
    journal.record(by, "address.asked", f"person:{person_id}", {}, now, property_id=property_id)
    return move_view(row)


def take_back_move(*, person_id: UUID, by: Actor, now: datetime) -> None:
    """Ends the link of a move that waits; the address stays. Without one nothing happens."""
    for row in Move.objects.filter(person_id=person_id):
        journal.record(by, "address.kept", f"person:{person_id}", {}, now, property_id=row.property_id)
        row.delete()


def confirm_move(*, token: str, person_id: UUID, now: datetime) -> str:
    """Moves the account to its new address and returns that. `person_id`: who is signed in.

    NotYours for an unknown link and for another person's, Refused `move_over`, `email_taken`.
    """
    found = move_by_token(token, person_id)
    if not found.is_open(now):
        raise Refused("move_over", _("This link has run out. Your address stays as it is."))
    actor = Actor(person_id=person_id, via="app")
    _must_be_free(found.address, person_id)
    people_verbs.edit_person(person_id=person_id, email=found.address, by=actor, now=now)
    journal.record(actor, "address.moved", f"person:{person_id}", {}, now, property_id=found.property_id)
    Move.objects.filter(person_id=person_id).delete()
    return found.address


def _must_be_free(address: str, person_id: UUID) -> None:
    known = people.person_of_email(address)
    if known is not None and known.id != person_id:
        raise Refused("email_taken", _("This e-mail belongs to another person."))
