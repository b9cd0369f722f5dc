"""Who may do what, from the roles a person holds; what a person's fields may be."""

import re
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from limen.kernel.problems import Problem
from limen.people.views import Rights, RoleView

KINDS: Final = ("portfolio_manager", "property_manager", "security_staff")
ACCESS: Final = ("none", "specific", "limited", "full")
"""Each includes the one before it."""
NAME_MAX_CHARS: Final = 80
EMAIL_MAX_CHARS: Final = 254
PHONE_DIGITS: Final = range(7, 16)
_ADDRESS: Final = re.compile(r"[^\s@<>\",;:\\()\[\]]{1,64}@[^\s@<>\",;:\\()\[\]]+\.[^\s@.<>\",;:\\()\[\]]{2,}")
_PHONE: Final = re.compile(r"\+?[\d\s().\-/]{4,40}")


def is_email(text: str) -> bool:
    """True for something that a mail could be sent to; only a mail proves more."""
    return len(text) <= EMAIL_MAX_CHARS and text.isprintable() and bool(_ADDRESS.fullmatch(text)) and ".." not in text


def is_phone(text: str) -> bool:
    """True for a number with 7 to 15 digits (E.164), spaced as people do."""
    return bool(_PHONE.fullmatch(text)) and sum(c.isdecimal() for c in text) in PHONE_DIGITS


def checked_person(first: str, last: str, email: str | None, phone: str) -> tuple[str, str, str | None, str]:
    """The fields, tidied; an address in small letters. Raises Problem with a sentence for the form."""
    first, last, phone = (" ".join(text.split()) for text in (first, last, phone))
    address = (email or "").strip().casefold() or None
    if not first and not last:
        raise Problem("name_missing", "Give the person a name.")
    if max(len(first), len(last)) > NAME_MAX_CHARS:
        raise Problem("name_too_long", "A name has at most %(most)s characters.", gaps={"most": NAME_MAX_CHARS})
    if not (first + last).isprintable():
        raise Problem("name_unseen", "This holds characters that cannot be seen. Type it again.")
    if address is not None and not is_email(address):
        raise Problem("email_wrong", "This is not an e-mail address.")
    if phone and not is_phone(phone):
        raise Problem("phone_wrong", "This is not a telephone number.")
    return first, last, address, phone


def check_role(kind: str, has_portfolio: bool, has_property: bool, access: str) -> None:
    """Raises Problem for a role that cannot be (PEOPLE-2)."""
    if kind not in KINDS:
        raise Problem("role_unknown", "Choose a role: portfolio manager, property manager or security staff.")
    if access not in ACCESS:
        raise Problem("access_unknown", "Choose which groups they manage: all, all but not their doors, chosen ones, or none.")
    if (kind == "portfolio_manager") != has_portfolio or (kind != "portfolio_manager") != has_property:
        raise Problem("role_place", "A portfolio manager belongs to a portfolio, the others to one property.")


def united(person_id: UUID, property_id: UUID, roles: Sequence[RoleView]) -> Rights:
    """All roles of one person in one property as one set of rights (PEOPLE-2)."""
    kinds = {role.kind for role in roles}
    if "portfolio_manager" in kinds:
        return Rights(
            person_id, property_id, portfolio_manager=True, property_manager=True, access="full",
            device_management=True, activate_devices=True, security_staff="security_staff" in kinds,
        )  # fmt: skip
    managing = [role for role in roles if role.kind == "property_manager"]
    return Rights(
        person_id,
        property_id,
        property_manager=bool(managing),
        access=max((role.access for role in managing), key=ACCESS.index, default="none"),
        group_ids=frozenset().union(*(role.group_ids for role in managing if role.access == "specific")),
        device_management=any(role.device_management for role in managing),
        activate_devices=any(role.activate_devices for role in managing),
        security_staff="security_staff" in kinds,
    )
