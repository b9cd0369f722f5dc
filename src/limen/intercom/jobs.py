"""What the outbox calls: tells sockets to look again, ends calls nobody took, forgets digits."""

from datetime import datetime
from typing import Any
from uuid import UUID

from limen.intercom import services
from limen.storage import live, outbox
from limen.storage.transactions import unit_of_work


@outbox.receives("call.changed")
def tell_both_sides(body: dict[str, Any], row_id: UUID, now: datetime) -> None:
    """Both screens look again; the message itself says nothing."""
    live.tell(f"call.{body['call']}", {"type": "look.again"})
    live.tell(f"person.{body['person']}", {"type": "look.again"})


@outbox.receives("call.time_out")
def end_what_time_ended(body: dict[str, Any], row_id: UUID, now: datetime) -> None:
    """Comes when a call has rung long enough, lost a side too long ago, or lasted its longest time."""
    with unit_of_work():
        services.time_out(call_id=UUID(body["call"]), now=now)


@outbox.receives("call.forget_code")
def forget_digits(body: dict[str, Any], row_id: UUID, now: datetime) -> None:
    """The caller's screen had an hour to use them first; now nobody can show them."""
    with unit_of_work():
        services.forget_code(call_id=UUID(body["call"]), now=now)
