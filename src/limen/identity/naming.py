"""What an account is called: its person's number in the form of an address, so that no table of sign-ins holds an address (PRIVACY-8).

allauth finds accounts by a text that looks like an address, writes it into its tables and into sessions, and mails to it. Here that text is a
name that says nothing to a stranger. What somebody types becomes a name at the edge, in the forms and the adapter, by the blind index of the
room `people` (protocol H.3); a name becomes an address again only where a mail is written.
"""

import re
from typing import Final
from uuid import UUID

from limen.people import queries as people
from limen.storage import kms

HOST: Final = "person.invalid"
"""Nobody's, for ever (RFC 2606, section 2): a name that slipped out as an address would reach nobody."""
_NAME: Final = re.compile(rf"([0-9a-f]{{32}})@{re.escape(HOST)}")


def name_of(person_id: UUID) -> str:
    """The name of this person's account, whether there is one or not."""
    return f"{person_id.hex}@{HOST}"


def name_for(typed: str) -> str:
    """The name that belongs to a typed address; one that nobody has, of the same form, where the address is nobody's (PEOPLE-5)."""
    person = people.person_of_email(typed)
    return name_of(person.id) if person else f"{kms.derive('nobodys-name', typed.strip().casefold())[:16].hex()}@{HOST}"


def address_of(name: str) -> str | None:
    """Where mail for an account goes: what the person's own row says now. None for nobody's name and for a person without an address."""
    found = _NAME.fullmatch(name)
    person_id = UUID(found[1]) if found else None
    person = people.persons_by_id([person_id]).get(person_id) if person_id else None
    return person.email if person else None
