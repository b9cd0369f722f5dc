"""Keeps a copy of the database and puts it in place again, as `limen backup` and `limen restore` do."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from limen.storage import backup, replay
from limen.storage.replay import Restoring


class PowerCut(Exception):
    """The process ends before its transaction does."""


@dataclass
class Yesterday:
    """One copy."""

    path: Path

    @classmethod
    def kept(cls, folder: Path, now: datetime) -> "Yesterday":
        """The database as it stands."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"backup-{len(list(folder.iterdir()))}"
        backup.write(path, now)
        return cls(path)

    def back(self, now: datetime) -> Restoring:
        """Puts it in place, at the next whole second."""
        return replay.restore(self.path, now.replace(microsecond=0) + timedelta(seconds=1))
