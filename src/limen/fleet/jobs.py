"""What the room hears: a door was touched. First the revocation is noted, then, once, the list follows; all before the commit (ACCESS-3)."""

from datetime import datetime
from uuid import UUID

from limen.access import queries as access
from limen.fleet import services
from limen.storage import news


@news.hears("door.touched")
def on_door_touched(*, now: datetime, door_id: str, revocation_id: str = "", **_more: str | int) -> None:
    """Notes what was ordered and asks for one settlement, however often the door was touched."""
    if revocation_id:
        order = access.revocation_view(UUID(revocation_id))
        if order is not None:
            services.note_revocation(revocation_id=order.id, door_id=UUID(door_id), person_id=order.person_id, ordered_at=order.ordered_at)
    news.say("list.unsettled", now=now, door_id=door_id)


@news.hears("list.unsettled")
def on_list_unsettled(*, now: datetime, door_id: str) -> None:
    """Settles the list of one door."""
    services.settle(door_id=UUID(door_id), now=now)
