"""One request, one transaction, committed at the edge; nothing below calls commit."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from limen.storage import news


@contextmanager
def unit_of_work() -> Iterator[None]:
    """All that happens inside becomes true together, with all that other rooms do about its news; an exception undoes it all.

    Inside another unit of work it is a part of that one: if it fails and the failure is caught, only the part is undone.
    Where the caller has marked the transaction for undoing (`transaction.set_rollback`), no news is told.
    """
    with transaction.atomic(), news.gathering() as outermost:
        yield
        if outermost and not transaction.get_rollback():
            news.tell()
