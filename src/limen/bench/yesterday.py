"""Yesterday, kept before a day passes in the demonstration, and put in place again by the code of `limen restore` (decision 0142)."""

from datetime import datetime
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from limen.kernel.problems import Refused
from limen.storage import backup, clock, live, replay
from limen.storage.backup import Busy, NotABackup
from limen.storage.replay import LedgerProblem, Restoring

DAY_MS: Final = 24 * 3600 * 1000
NAME: Final = "yesterday.backup"


def keep(now: datetime) -> None:
    """A copy of this moment, in place of the one before."""
    fresh = _path().with_suffix(".new")
    fresh.unlink(missing_ok=True)
    backup.write(fresh, now)
    fresh.replace(_path())


def put_back() -> Restoring:
    """The copy in place; then every socket ends, as if the service had been started anew. Refused `no_yesterday`, `not_restored`."""
    if not _path().exists():
        raise Refused("no_yesterday", _("There is no yesterday yet."), _("Let a day pass first: +1 d."))
    try:
        done = replay.restore(_path(), clock.whole_second())
    except (Busy, NotABackup, LedgerProblem) as problem:
        raise Refused("not_restored", str(problem)) from problem
    transaction.on_commit(live.close_all)
    return done


def _path() -> Path:
    return Path(settings.LIMEN_DATA) / NAME
