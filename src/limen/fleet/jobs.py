"""What the room hears: a door was touched. First the revocation is noted, then, once, the list follows; all before the commit (ACCESS-3).

And what time brings: an hour of a roll-out has passed (SEC-3), an activation was begun and never finished, nobody came to a lock that knew somebody
who was deleted (R62).
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from limen.access import queries as access
from limen.fleet import logkeys, remnants, services
from limen.fleet.models import Beginning
from limen.storage import news, outbox, tidying
from limen.storage.transactions import unit_of_work
from limen.wire import limits


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


@news.hears("person.forgotten")
def on_person_forgotten(*, now: datetime, person_id: str) -> None:
    """What locks may still hold of them is waited for (PRIVACY-6)."""
    remnants.begin(UUID(person_id), now, now)


@outbox.receives("firmware.look")
def on_firmware_look(body: dict[str, Any], row_id: UUID, now: datetime) -> None:
    """Looks at a model's roll-out."""
    with unit_of_work():
        services.look_at_roll_out(model=str(body["model"]), now=now)


@tidying.tidies
def forget_old_beginnings(now: datetime) -> int:
    """Activations that were begun and can no longer be finished: a lock's word for one is believed for a day (A.3)."""
    return Beginning.objects.filter(begun_at__lt=now - timedelta(seconds=limits.ATTESTED_S)).delete()[0]


@tidying.tidies
def turn_old_log_keys(now: datetime) -> int:
    """A building's log key is over after a year (A.1). No row goes with it: what was sealed to it is still read."""
    logkeys.turn_old(now)
    return 0


@tidying.tidies
def unlink_who_was_forgotten(now: datetime) -> int:
    """Where nobody came to a lock for the days of the table, its numbers name nobody (R62)."""
    return remnants.tidy(now)
