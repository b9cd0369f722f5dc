"""Pure rules: whether, and up to when, the record of a home that nobody has brought may go unread because somebody who left it asks (decision 0222)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

HOUR = timedelta(hours=1)
"""A lock lets go of whole hours: those that began at or before the moment it is told (lock.md, M-32)."""


class Held(StrEnum):
    """Why nothing goes."""

    NOT_YOURS = "not_yours"
    STILL_HOME = "still_home"
    OTHERS_TOO = "others_too"
    NOTHING_LEFT = "nothing_left"


@dataclass(frozen=True)
class Stay:
    """Somebody lives in a unit from `since` until before `until`."""

    person_id: UUID
    since: datetime
    until: datetime | None


def may_go(asker_id: UUID, stays: Iterable[Stay], forgotten: Collection[UUID], kept: timedelta, now: datetime) -> datetime | Held:
    """Up to when the record may go. It goes for everybody, so only where nobody else who lived there in the time that a lock keeps (`kept`) is left to
    lose by it: whoever was deleted is not, and whoever came afterwards loses nothing.
    """
    every = list(stays)
    mine = [stay for stay in every if stay.person_id == asker_id and stay.since <= now]
    if not mine:
        return Held.NOT_YOURS
    ends = [stay.until for stay in mine if stay.until is not None and stay.until <= now]
    if len(ends) < len(mine):
        return Held.STILL_HOME
    left = max(ends)
    if left + kept <= now:
        return Held.NOTHING_LEFT
    others = [stay for stay in every if stay.person_id not in {asker_id, *forgotten}]
    if any(stay.since <= left and (stay.until is None or stay.until > left - kept) for stay in others):
        return Held.OTHERS_TOO
    return min([left, *(_before_the_hour_of(stay.since) for stay in others if stay.since > left)])


def _before_the_hour_of(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0) - timedelta(seconds=1)
