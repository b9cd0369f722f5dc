"""What the room hears from below: a door's access changed, so its codes follow before fleet settles its list."""

from datetime import datetime
from uuid import UUID

from limen.credentials.codes import settle_codes
from limen.storage import news


@news.hears("door.touched")
def on_door_touched(*, now: datetime, door_id: str, **_more: str | int) -> None:
    """Asks for one settlement of the door's codes, however many revocations touched it."""
    news.say("codes.unsettled", now=now, door_id=door_id)


@news.hears("codes.unsettled")
def on_codes_unsettled(*, now: datetime, door_id: str) -> None:
    """A code for everybody who is to have one here, none for anybody else (CODE-1)."""
    settle_codes(door_id=UUID(door_id), now=now)
