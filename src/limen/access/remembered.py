"""What this room writes into the ledger besides revocations: what was given, and the terms of groups and grants as they stand (OPS-2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from limen.access.models import Grant, Group, GroupDoor
from limen.access.picture import terms_of
from limen.access.rules import Terms, narrower
from limen.access.views import GroupDoorView
from limen.kernel.periods import Weekly
from limen.storage import ledger
from limen.storage.ledger import Facts

GONE, ALWAYS, NO_END, NO_WAY = "gone", "always", "none", "none"
WAYS = ("app", "code", "card")


def given(row: Grant, now: datetime) -> None:
    """A grant that a restored backup may not know: it is not given again, but people are told that it is missing."""
    facts = {"grant": str(row.id), "person": str(row.person_id), "property": str(row.property_id)}
    facts |= {"group": str(row.group_id)} if row.group_id else {"host": str(row.host_id)}
    ledger.append("given", facts, now)


@dataclass(frozen=True)
class GrantTerms:
    """A grant's window, its ways in and its right to share."""

    starts: datetime
    ends: datetime | None
    ways: tuple[str, ...]
    share: bool

    @classmethod
    def of(cls, row: Grant) -> "GrantTerms":
        """As they stand in a row."""
        return cls(row.starts, row.ends, tuple(way for way in WAYS if getattr(row, f"opens_{way}")), row.may_share)

    def within(self, other: "GrantTerms") -> "GrantTerms":
        """What both allow."""
        ends = min((end for end in (self.ends, other.ends) if end is not None), default=None)
        ways = tuple(way for way in self.ways if way in other.ways)
        return GrantTerms(max(self.starts, other.starts), ends, ways, self.share and other.share)

    def said(self, grant_id: UUID) -> Facts:
        """As a line says them."""
        ends = int(self.ends.timestamp()) if self.ends else NO_END
        ways = ".".join(self.ways) or NO_WAY
        return {"grant": grant_id, "starts": int(self.starts.timestamp()), "ends": ends, "ways": ways, "share": int(self.share)}


def terms(row: Grant, was: GrantTerms, now: datetime) -> None:
    """A grant's terms, which were others before they changed to what stands in the row."""
    becomes = GrantTerms.of(row)
    ledger.append_change("terms", was.said(row.id), becomes.said(row.id), was.within(becomes).said(row.id), now)


def doors(group: Group, wanted: Sequence[GroupDoorView], now: datetime) -> None:
    """The doors of a group that an edit changes, as they will stand."""
    before = {row.door_id: terms_of(row) for row in GroupDoor.objects.filter(group=group)}
    after = {door.door_id: door for door in wanted}
    for door_id in sorted({*before, *after}):
        old, new = before.get(door_id), after.get(door_id)
        was, becomes, both = ({"group": group.id, "door": door_id, **said} for said in (_said(old), _said(new), _both(old, new)))
        if was != becomes:
            ledger.append_change("group_door", was, becomes, both, now)


def _said(door: Terms | GroupDoorView | None) -> Facts:
    return {"hours": GONE} if door is None else {"hours": said_hours(door.schedule), "codes": int(door.codes_on)}


def _both(old: Terms | None, new: GroupDoorView | None) -> Facts:
    """Hours that no line can say are none."""
    hours = "never" if old is None or new is None else narrower(old.schedule, new.schedule)
    if old is None or new is None or hours == "never":
        return {"hours": GONE}
    return {"hours": said_hours(hours), "codes": int(old.codes_on and new.codes_on)}


def said_hours(schedule: Weekly | None) -> str:
    """Hours as one word: `always`, or `127-540-1020.31-0-60`."""
    return ALWAYS if schedule is None else ".".join("-".join(map(str, row)) for row in schedule.rows())


def read_hours(said: str) -> Weekly | None:
    """What `said_hours` wrote."""
    return None if said == ALWAYS else Weekly.of([[int(part) for part in row.split("-")] for row in said.split(".")])


def read_instant(said: str) -> datetime | None:
    """Seconds, or no end."""
    return None if said == NO_END else datetime.fromtimestamp(int(said), UTC)
