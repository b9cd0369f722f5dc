"""What the outbox calls: the test ring, which goes the way of a real one as far as the phone."""

from datetime import datetime
from typing import Any
from uuid import UUID

from limen.storage import live, outbox


@outbox.receives("ring.test")
def ring(body: dict[str, Any], row_id: UUID, now: datetime) -> None:
    """Every open page of this person rings."""
    live.tell(f"person.{body['person']}", {"type": "ring.test", "door": str(body["door"])})
