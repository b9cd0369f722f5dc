"""Asking for a code once more because the answer was lost: the same code is told again, and none is made (screens 1.3).

A code that is made twice uses up a quota, and one of the two opens a door for nobody. So whoever asks may name the wish with a key of their own;
the code's id follows from both, and stands in the ledger like any other: also a restored service knows the wish.
"""

from datetime import datetime
from uuid import UUID, uuid5

from django.utils.translation import gettext as _

from limen.credentials import epochs, rules
from limen.credentials.codes import Door
from limen.credentials.handing import SOON, digits_again
from limen.credentials.models import TemporaryCode
from limen.credentials.views import MadeCode
from limen.kernel.problems import Refused


def code_id(by_person: UUID, key: UUID) -> UUID:
    """The id that this person's wish gives its code (RFC 9562, version 5): one wish, one code; nobody else's key is theirs."""
    return uuid5(by_person, str(key))


def told_again(made: UUID, door_id: UUID, kind: str, now: datetime) -> MadeCode | None:
    """The code as it was told the first time; None where none was made. Refused `made_before` once the screen that asked is taken to be closed,
    when it went to the guest already, and for another door or kind."""
    row = TemporaryCode.objects.filter(id=made).first()
    if row is None:
        return None
    same = (row.door_id, row.kind) == (door_id, kind) and row.handed_over_at is None and now - row.made_at <= SOON
    digits = digits_again(row, now) if same else None
    if digits is None:
        raise Refused("made_before", _("This code was made already, and its digits were shown once."))
    zone = rules.local_zone(Door.at(door_id).building.zone, row.made_at)
    term = rules.term_of(kind, row.made_at, row.bucket, zone, 0)
    epoch = epochs.open_at(door_id)
    return MadeCode(
        id=row.id, digits=digits, door_id=door_id, kind=kind, works_from=term.works_from, works_until=row.works_until,
        stops_at_latest=row.stops_at_latest, first_use_before=term.first_use_before,
        clock_lost=epoch is not None and epoch.clock_at is not None and epoch.clock_error_s is None,
    )  # fmt: skip
