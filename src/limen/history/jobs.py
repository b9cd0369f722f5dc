"""What the room hears: a verified receipt says where a lock's record ends (L-9)."""

from datetime import datetime

from limen.history import ingest
from limen.storage import news
from limen.wire.receipts import LogHead

HIDDEN_BYTES = 8


@news.hears("record.attested")
def on_record_attested(*, now: datetime, lock: str, epoch: int, probe: str, tag: str, logepoch: int = 0, seqnext: int = 0) -> None:
    """Believes what leads there. A tag of 8 bytes is a head that its courier may not count."""
    said = bytes.fromhex(tag)
    head = said if len(said) == HIDDEN_BYTES else LogHead(logepoch, seqnext, said)
    ingest.note_head(bytes.fromhex(lock), epoch, head, bytes.fromhex(probe), now)
