"""Reads: what a person was told, and the mailbox of an installation without a mail server."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from limen.notices.jobs import MAILBOX_KEY
from limen.notices.models import Letter, Notice
from limen.storage import kms
from limen.wire import cbor

LATEST = 50
LATEST_LETTERS = 500
NOTICE_MAX_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class NoticeView:
    """Something a person was told."""

    id: UUID
    kind: str
    title: str
    text: str
    link: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LetterView:
    """A mail that would have left."""

    id: UUID
    to: str
    subject: str
    body: str
    at: datetime


def notices_of(person_id: UUID) -> tuple[NoticeView, ...]:
    """Lists the latest things a person was told, newest first (at most 50)."""
    return tuple(_notice(row) for row in Notice.objects.filter(person_id=person_id).order_by("-at")[:LATEST])


def mailbox() -> tuple[LetterView, ...]:
    """Lists the mails that would have left, newest first. Only a demonstration shows them."""
    return tuple(_letter(row) for row in Letter.objects.order_by("-at")[:LATEST_LETTERS])


def _notice(row: Notice) -> NoticeView:
    plain = kms.unseal(f"person:{row.person_id}", bytes(row.sealed), kms.context("notices_notice", "sealed", row.id))
    title, text = _texts(plain, 2)
    return NoticeView(row.id, row.kind, title, text, row.link, row.at)


def _letter(row: Letter) -> LetterView:
    plain = kms.unseal(MAILBOX_KEY, bytes(row.sealed), kms.context("notices_letter", "sealed", row.id))
    to, subject, body = _texts(plain, 3)
    return LetterView(row.id, to, subject, body, row.at)


def _texts(plain: bytes, count: int) -> list[str]:
    value = cbor.decode(plain, max_bytes=NOTICE_MAX_BYTES)
    assert isinstance(value, list) and len(value) == count  # sealed by ourselves
    return [str(part) for part in value]
