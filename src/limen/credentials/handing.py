"""Hands a temporary code that was just made to its guest, by exactly one of e-mail and text (CODE-8)."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from limen.credentials import epochs
from limen.credentials.codes import Door, keypad_of
from limen.credentials.models import LockEpoch, PermanentCode, TemporaryCode
from limen.kernel.problems import NotYours, Problem, Refused
from limen.storage import outbox
from limen.wire.doorcodes import DailyKey, TempCls, temporary

WAYS = ("email", "text")
SOON = timedelta(minutes=15)
"""As long as the screen that shows the digits is taken to be open; later nobody can have them sent."""
ADDRESS_MAX_CHARS = 254


def hand_over(*, code_id: UUID, by_person: UUID, way: str, to: str, until: str, now: datetime) -> None:
    """Sends the digits once, by one way; `until` is the promise in words. They stand in the sealed body of the mail and nowhere else.

    NotYours for somebody else's code; Problem `way`, `address`; Refused `handed_over_before`, `too_late`, `no_text_here`.
    """
    address = _address(way, to)
    row = TemporaryCode.objects.select_for_update().filter(id=code_id, issuer_id=by_person, call_id=None).first()
    if row is None:
        raise NotYours
    if row.handed_over_at is not None:
        raise Refused("handed_over_before", _("This code was sent already, by one way."))
    digits = digits_again(row, now) if now - row.made_at <= SOON else None
    if digits is None:
        raise Refused("too_late", _("This code was shown once and can no longer be sent."))
    row.handed_over_at = now
    row.save(update_fields=["handed_over_at"])
    facts = {"door": str(row.door_id), "digits": digits, "until": until}
    outbox.put("mail.code", {"to": address, "facts": facts, "language": get_language() or "en"}, now)


def _address(way: str, to: str) -> str:
    """An e-mail address, or a telephone number where text messages leave (the mailbox page of a demonstration)."""
    to = " ".join(to.split())
    if way not in WAYS:
        raise Problem("way", _("Choose e-mail or text."))
    if way == "text" and settings.LIMEN_SMTP is not None:
        raise Refused("no_text_here", _("Text messages are not set up here. Use e-mail."))
    name, at, host = to.partition("@")
    is_mail = bool(name and at and "." in host.strip(".")) and " " not in to and "," not in to
    is_number = 5 <= sum(c.isdecimal() for c in to) <= 15 and all(c.isdecimal() or c in "+ ()-." for c in to)
    if len(to) > ADDRESS_MAX_CHARS or not (is_mail if way == "email" else is_number):
        raise Problem("address", _("This is not an e-mail address.") if way == "email" else _("This is not a phone number."))
    return to


def digits_again(row: TemporaryCode, now: datetime) -> str | None:
    """The value, computed again as it was told (D.2): the longest length that the lock may compare. None where that is not known any more."""
    epoch = LockEpoch.objects.filter(lock_id=row.lock_id, epoch=row.epoch, closed_at=None).first()
    if epoch is None:
        return None
    door = Door.at(row.door_id)
    keypad = keypad_of(door, PermanentCode.objects.filter(door_id=row.door_id, freed_at=None).count(), now)
    if keypad.changed_at > row.made_at:
        return None
    key = DailyKey(epochs.secrets_of(epoch).k_daily, bytes.fromhex(epoch.lock_id), epoch.epoch)
    return temporary(key, max(keypad.digits, keypad.proven_digits or 0), TempCls(row.cls), row.bucket, row.idx)
