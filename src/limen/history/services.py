"""The verbs of the room: take a sealed segment in, look (and have the look recorded)."""

from datetime import datetime
from uuid import UUID

from limen.history.views import HistoryPage, Taken
from limen.kernel.actors import Actor


def take_segment(*, lock_id: bytes, data: bytes, now: datetime) -> Taken:
    """Opens one sealed segment, stores what is new for those who may see it, acknowledges it to the lock (F.3, F.4)."""
    raise NotImplementedError


def door_history(*, asker_id: UUID, door_id: UUID, since: datetime, until: datetime, by: Actor, now: datetime) -> HistoryPage:
    """Shows a manager or security staff what the table allows at a door, and journals the look first (HISTORY-3, HISTORY-4)."""
    raise NotImplementedError
