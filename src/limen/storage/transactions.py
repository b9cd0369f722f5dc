"""One request, one transaction, committed at the edge; nothing below calls commit."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import transaction

from limen.storage import news

Work = Callable[[], object]


class _Open(threading.local):
    owed: list[list[Work]] | None = None


_open = _Open()


@contextmanager
def unit_of_work() -> Iterator[None]:
    """All that happens inside becomes true together, with all that other rooms do about its news; an exception undoes it all.

    Inside another unit of work it is a part of that one: if it fails and the failure is caught, only the part is undone.
    Where the caller has marked the transaction for undoing (`transaction.set_rollback`), no news is told.
    """
    with _owing() as owed, transaction.atomic(), news.gathering() as outermost:
        yield
        if transaction.get_rollback():
            owed.clear()
        elif outermost:
            news.tell()


def afterwards(work: Work) -> None:
    """Does something once the unit of work is committed, and never if it fails. Raises NoUnitOfWork outside of one.

    For what may be missing and must not be wrong: the process may end between the commit and this. All else is done inside, or by the outbox.
    """
    if not _open.owed:
        raise news.NoUnitOfWork("afterwards")
    _open.owed[-1].append(work)


@contextmanager
def _owing() -> Iterator[list[Work]]:
    """Collects what is to be done afterwards, and does it where the outermost unit of work ends; a part that failed owes nothing."""
    if _open.owed is None:
        _open.owed = []
    mine: list[Work] = []
    _open.owed.append(mine)
    kept = False
    try:
        yield mine
        kept = True
    finally:
        _open.owed.pop()
    if kept and _open.owed:
        _open.owed[-1].extend(mine)
    elif kept:
        for work in mine:
            work()
