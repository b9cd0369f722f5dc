"""Django's sessions in the database, which also know when they end: a page warns in time, without asking for it (screens 1.5)."""

from datetime import datetime

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session

from limen.storage import clock


class SessionStore(db.SessionStore):
    """The session of one browser. Its end is part of the row that is read anyway; each save begins its time anew."""

    ends: datetime | None = None

    def _get_session_from_db(self) -> Session | None:
        row: Session | None = super()._get_session_from_db()  # type: ignore[misc]
        self.ends = row.expire_date if row is not None else None
        return row

    @property
    def left_s(self) -> int:
        """Seconds until this sign-in ends by itself, by the clock that Django ends it by."""
        if self.ends is None or self.modified:
            return self.get_expiry_age()
        return max(0, int((self.ends - clock.machine_now()).total_seconds()))
