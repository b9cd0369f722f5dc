"""What must happen after the commit: a row in the same transaction, told at least once (NOTICE-2).

A receiver is called outside any transaction with the row's id. It may be called again with the same id (the process died between telling
and noting), so whatever leaves the house carries that id: a mail its Message-ID, a push its topic, a row of the receiver its key.
"""

import json
import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import DatabaseError, close_old_connections, connection, transaction

from limen.storage import chance, clock, kms, tidying
from limen.storage.models import OutboxRow

Receiver = Callable[[dict[str, Any], UUID, datetime], None]

POLL_S = 0.25
LEASE = timedelta(seconds=60)
BATCH_ROWS = 20
FIRST_BACK_OFF_S = 2
LAST_BACK_OFF_S = 3600
BODY_MAX_BYTES = 64 * 1024
KEPT_AFTER_TELLING = timedelta(days=7)
TIDIED_EVERY = timedelta(hours=6)

KEY_ID = "service:outbox"

log = logging.getLogger(__name__)
_bell = threading.Event()
_receivers: dict[str, Receiver] = {}


def put(topic: str, body: Mapping[str, object], now: datetime, *, due: datetime | None = None) -> UUID:
    """Writes a row that will be told to the receiver of `topic` after the commit, or not before `due`; returns its id.

    The body is plain JSON of at most 64 KiB; it is sealed in the table and removed once told.
    """
    row_id = chance.fresh_id()
    plain = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
    if len(plain) > BODY_MAX_BYTES:
        raise ValueError(f"the body of {topic} is larger than {BODY_MAX_BYTES} bytes")
    sealed = kms.seal(KEY_ID, plain, _context(row_id))
    OutboxRow.objects.create(id=row_id, topic=topic, body=sealed, put_at=now, due=due or now)
    transaction.on_commit(_bell.set)
    return row_id


def receives(topic: str) -> Callable[[Receiver], Receiver]:
    """Registers the one receiver `fn(body, row_id, now)` of a topic. Belongs in `<room>/jobs.py`."""

    def register(receiver: Receiver) -> Receiver:
        known = _receivers.setdefault(topic, receiver)
        if (known.__module__, known.__qualname__) != (receiver.__module__, receiver.__qualname__):
            raise ValueError(f"{topic} has a receiver already: {known.__module__}.{known.__qualname__}")
        return receiver

    return register


def waiting(now: datetime) -> int:
    """How many rows are due and not told (health)."""
    return OutboxRow.objects.filter(done_at=None, due__lte=now).count()


def tell_due(now: datetime, lease: timedelta = LEASE) -> int:
    """Tells what is due, once through; returns how many receivers were called. The dispatcher's step, and the tests' whole dispatcher."""
    told = 0
    for row in _claim(now, lease):
        told += 1
        _tell(row, now)
    return told


def settle(now: datetime, rounds: int = 20) -> int:
    """Tells until nothing is due any more (commands, rehearsals, tests); rows that fail wait for their back-off."""
    total = 0
    for _ in range(rounds):
        if not (told := tell_due(now)):
            break
        total += told
    return total


@tidying.tidies
def tidy(now: datetime) -> int:
    """Removes rows that were told more than a week ago; returns how many."""
    return OutboxRow.objects.filter(done_at__lt=now - KEPT_AFTER_TELLING).delete()[0]


class Dispatcher:
    """Tells the outbox on a thread of its own: at once after a commit of this process, within a quarter of a second after one of another."""

    def __init__(self, now: Callable[[], datetime] = clock.now, poll_s: float = POLL_S, lease: timedelta = LEASE) -> None:
        self._now, self._poll_s, self._lease = now, poll_s, lease
        self._tidy_from: datetime | None = None
        self._stopped = threading.Event()

    def run(self) -> None:
        """Tells until `stop` is called; a database that is away for a while only delays it."""
        while not self._stopped.is_set():
            if not self._once():
                _bell.wait(self._poll_s)
                _bell.clear()
        connection.close()

    def stop(self) -> None:
        """Ends `run` after the row in hand."""
        self._stopped.set()
        _bell.set()

    def _once(self) -> int:
        close_old_connections()
        try:
            now = self._now()
            if self._tidy_from is None or now >= self._tidy_from:
                tidying.run(now)
                self._tidy_from = now + TIDIED_EVERY
            return tell_due(now, self._lease)
        except DatabaseError as problem:  # away, locked or restarting: the rows stay and are told later
            log.warning("outbox: database not reached (%s)", type(problem).__name__)
            connection.close()
            return 0


def _claim(now: datetime, lease: timedelta) -> list[OutboxRow]:
    # The look without a lock first: an idle service must not take SQLite's write lock four times a second.
    due = OutboxRow.objects.filter(done_at=None, due__lte=now)
    if not due.exists():
        return []
    with transaction.atomic():
        rows = list(due.select_for_update(skip_locked=True).order_by("due")[:BATCH_ROWS])
        for row in rows:
            row.due, row.tries = now + lease, row.tries + 1
        OutboxRow.objects.bulk_update(rows, ["due", "tries"])
    return rows


def _tell(row: OutboxRow, now: datetime) -> None:
    receiver = _receivers.get(row.topic)
    try:
        if receiver is None:
            raise LookupError(row.topic)
        body = json.loads(kms.unseal(KEY_ID, bytes(row.body or b""), _context(row.id)))
        receiver(body, row.id, now)
    except Exception as problem:  # a receiver's fault must not stop the others; it is told again later
        if connection.in_atomic_block:
            transaction.set_rollback(False)
        log.exception("outbox: %s failed (%s), try %d", row.topic, type(problem).__name__, row.tries)
        OutboxRow.objects.filter(id=row.id).update(due=now + _back_off(row.tries))
    else:
        OutboxRow.objects.filter(id=row.id).update(done_at=now, body=None)


def _back_off(tries: int) -> timedelta:
    return timedelta(seconds=min(FIRST_BACK_OFF_S * 2 ** min(tries, 20), LAST_BACK_OFF_S))


def _context(row_id: UUID) -> str:
    return kms.context("storage_outboxrow", "body", row_id)
