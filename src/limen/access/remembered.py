"""What this room writes into the ledger besides revocations: what was given, and the terms of groups and grants as they stand (OPS-2)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from limen.access.models import Grant, Group, GroupDoor
from limen.access.picture import terms_of
from limen.access.views import GroupDoorView
from limen.kernel.periods import Weekly
from limen.storage import ledger

GONE, ALWAYS, NO_END = "gone", "always", "none"
WAYS = ("app", "code", "card")


def given(row: Grant, now: datetime) -> None:
    """A grant that a restored backup may not know: it is not given again, but people are told that it is missing."""
    facts = {"grant": str(row.id), "person": str(row.person_id), "property": str(row.property_id)}
    facts |= {"group": str(row.group_id)} if row.group_id else {"host": str(row.host_id)}
    ledger.append("given", facts, now)


def terms(row: Grant, now: datetime) -> None:
    """A grant's window, its ways in and its right to share, after they changed."""
    ways = ".".join(way for way in WAYS if getattr(row, f"opens_{way}"))
    starts, ends = int(row.starts.timestamp()), int(row.ends.timestamp()) if row.ends else NO_END
    facts: dict[str, str | int | UUID] = {"grant": row.id, "starts": starts, "ends": ends, "ways": ways, "share": int(row.may_share)}
    ledger.append("terms", facts, now)


def doors(group: Group, wanted: Sequence[GroupDoorView], now: datetime) -> None:
    """The doors of a group that an edit changes, as they will stand."""
    before = {row.door_id: terms_of(row) for row in GroupDoor.objects.filter(group=group)}
    after = {door.door_id: door for door in wanted}
    for door_id in sorted({*before, *after}):
        old, new = before.get(door_id), after.get(door_id)
        if new is None:
            ledger.append("group_door", {"group": group.id, "door": door_id, "hours": GONE}, now)
        elif old is None or (old.schedule, old.codes_on) != (new.schedule, new.codes_on):
            facts: dict[str, str | int | UUID] = {
                "group": group.id,
                "door": door_id,
                "hours": said_hours(new.schedule),
                "codes": int(new.codes_on),
            }
            ledger.append("group_door", facts, now)


def said_hours(schedule: Weekly | None) -> str:
    """Hours as one word: `always`, or `127-540-1020.31-0-60`."""
    return ALWAYS if schedule is None else ".".join("-".join(map(str, row)) for row in schedule.rows())


def read_hours(said: str) -> Weekly | None:
    """What `said_hours` wrote."""
    return None if said == ALWAYS else Weekly.of([[int(part) for part in row.split("-")] for row in said.split(".")])


def read_instant(said: str) -> datetime | None:
    """Seconds, or no end."""
    return None if said == NO_END else datetime.fromtimestamp(int(said), UTC)
