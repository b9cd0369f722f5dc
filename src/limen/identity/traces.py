"""Where a session came from: network address and browser, sealed under a key of the person's sign-ins before the row is written (PRIVACY-8)."""

import json
from typing import Final
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.db.models.signals import pre_save
from django.dispatch import receiver

from limen.storage import kms

SEALED: Final = "trace"
"""Under this name in the row's `data`."""
NOWHERE: Final = "0.0.0.0"  # noqa: S104
"""What stands in the column for network addresses, which must hold one."""


def key_of(person_id: UUID | None) -> str:
    """The key that ends with the account."""
    return f"sign-in:{person_id}"


@receiver(pre_save, sender=UserSession, dispatch_uid="identity.sealed_trace")
def seal(sender: type[UserSession], instance: UserSession, **_more: object) -> None:
    """Puts both out of their columns; a row that is saved once more keeps what it had."""
    if instance.ip == NOWHERE:
        return
    said = json.dumps([str(instance.ip), instance.user_agent])
    instance.data = {**instance.data, SEALED: kms.seal(key_of(instance.user.person_id), said, _place(instance)).hex()}
    instance.ip, instance.user_agent = NOWHERE, ""


def trace_of(row: UserSession) -> tuple[str, str]:
    """Network address and browser; two empty texts where nothing was kept or its key is gone."""
    try:
        ip, browser = json.loads(kms.unseal_text(key_of(row.user.person_id), bytes.fromhex(row.data[SEALED]), _place(row)))
    except (KeyError, kms.Unreadable):
        return "", ""
    return str(ip), str(browser)


def _place(row: UserSession) -> str:
    return kms.context("usersessions_usersession", "data", row.user_id)
