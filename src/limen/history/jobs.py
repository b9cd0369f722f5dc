"""What the room hears: a verified receipt says where a lock's record ends (L-9); somebody was deleted (R10); a day of stills is over (R20, R21, R24)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from limen.history import ingest, sealed, stills
from limen.storage import kms, news, outbox
from limen.storage.transactions import unit_of_work
from limen.wire.receipts import LogHead

HIDDEN_BYTES = 8


@news.hears("record.attested")
def on_record_attested(*, now: datetime, lock: str, epoch: int, probe: str, tag: str, logepoch: int = 0, seqnext: int = 0) -> None:
    """Believes what leads there. A tag of 8 bytes is a head that its courier may not count."""
    said = bytes.fromhex(tag)
    head = said if len(said) == HIDDEN_BYTES else LogHead(logepoch, seqnext, said)
    ingest.note_head(bytes.fromhex(lock), epoch, head, bytes.fromhex(probe), now)


@news.hears("person.forgotten")
def on_person_forgotten(*, now: datetime, person_id: str) -> None:
    """Their comings and goings at their own door are unreadable at once, and so is what of them still comes (R10, H.2)."""
    kms.destroy(sealed.home_key(UUID(person_id)), now=now)


@outbox.receives(stills.OVER)
def on_photos_over(body: dict[str, Any], row_id: UUID, now: datetime) -> None:
    """Ends the stills of one building's day; ended twice is ended once."""
    with unit_of_work():
        stills.end_day(str(body["key"]), str(body["day"]), str(body["property"]), now)
