"""How a person's fields are sealed: names, telephone and address under the person's contact key, found again by a blind index (H.1, H.3)."""

from uuid import UUID

from limen.people.models import Person
from limen.people.views import PersonView
from limen.storage import kms

COLUMNS = ("first", "last", "email", "phone")
"""The sealed fields, in the order of `fields`."""
INDEX_CHARS = 32
"""16 bytes of HMAC-SHA-256: equal addresses are equal, nothing else shows."""


def key_of(person_id: UUID) -> str:
    """The key that a deletion destroys (protocol H.2: contact)."""
    return f"person:{person_id}"


def normal(email: str) -> str:
    """An address as it is compared: without outer spaces, in small letters."""
    return email.strip().casefold()


def index_of(email: str) -> str:
    """The blind index of an address; the same address always gives the same one."""
    return kms.derive("email-index", normal(email)).hex()[:INDEX_CHARS]


def sealed(person_id: UUID, column: str, text: str) -> bytes:
    """A field as it is stored."""
    return kms.seal(key_of(person_id), text, _place(person_id, column))


def view(row: Person) -> PersonView:
    """The person as a value. Fields whose key was destroyed are empty."""
    declined = row.app_declined_at is not None
    first, last, phone, email = (_read(row, column) for column in ("first", "last", "phone", "email"))
    return PersonView(row.id, first, last, email or None, phone, row.smartphone, row.status, declined)


def fields(person: PersonView) -> tuple[str, str, str | None, str]:
    """The values of COLUMNS."""
    return person.first, person.last, person.email, person.phone


def _read(row: Person, column: str) -> str:
    stored: bytes | None = getattr(row, column)
    if stored is None:
        return ""
    try:
        return kms.unseal_text(key_of(row.id), bytes(stored), _place(row.id, column))
    except kms.Destroyed:
        return ""


def _place(person_id: UUID, column: str) -> str:
    return kms.context("people_person", column, person_id)
