"""Reads of the record, always through the visibility table (HISTORY-1)."""

from datetime import datetime
from uuid import UUID

from limen.history.views import EventView, GapView, HistoryPage, Look, RecordHealth, Taken

__all__ = ["EventView", "GapView", "HistoryPage", "Look", "RecordHealth", "Taken", "looks", "mine", "record_health", "visits"]


def visits(asker_id: UUID, door_id: UUID, now: datetime, *, limit: int = 100) -> HistoryPage:
    """Lists who came to the asker's unit door, as the table lets this asker see it: guests, staff, vendors, wrong codes."""
    raise NotImplementedError


def mine(asker_id: UUID, now: datetime, *, limit: int = 100) -> HistoryPage:
    """Lists the asker's own events at every door."""
    raise NotImplementedError


def record_health(door_id: UUID, now: datetime) -> RecordHealth:
    """Says how whole the record of a door is, without any event."""
    raise NotImplementedError


def looks(asker_id: UUID, now: datetime) -> tuple[Look, ...]:
    """Lists who looked at the asker's history (HISTORY-4)."""
    raise NotImplementedError
