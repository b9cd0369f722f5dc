"""Reads the journal. Who may see which entry is the visibility table's business, above."""

from uuid import UUID

from limen.journal import rules
from limen.journal.models import Entry, Head
from limen.journal.views import EntryView

__all__ = ["BrokenChain", "EntryView", "entries", "verify_chain"]

PAGE = 200
CHUNK = 1000


class BrokenChain(Exception):
    """An entry was changed, removed or slipped in; `number` is the first that does not fit."""

    def __init__(self, number: int) -> None:
        super().__init__(f"entry {number} does not follow the one before it")
        self.number = number


def entries(
    *, property_id: UUID | None = None, target: str | None = None, by: UUID | None = None, before: int | None = None, limit: int = PAGE
) -> tuple[EntryView, ...]:
    """The newest entries first, at most 200 a page; `before` continues behind the number of the last one shown."""
    asked = {"property": property_id, "target": target, "by": by, "id__lt": before}
    found = Entry.objects.filter(**{name: value for name, value in asked.items() if value is not None})
    return tuple(_view(entry) for entry in found.order_by("-id")[: min(limit, PAGE)])


def verify_chain() -> int:
    """How many entries there are, each following the one before it and the last one being the head. Raises BrokenChain."""
    previous, count = rules.FIRST_HASH, 0
    for e in Entry.objects.order_by("id").iterator(chunk_size=CHUNK):
        hashed = rules.chained(previous, at=e.at, by=e.by, via=e.via, verb=e.verb, target=e.target, property_id=e.property, detail=e.detail)
        if e.previous != previous or e.hash != hashed:
            raise BrokenChain(e.id)
        previous, count = hashed, count + 1
    head = Head.objects.first()
    if (head.hash, head.count) != (previous, count) if head else count:
        raise BrokenChain(count)
    return count


def _view(entry: Entry) -> EntryView:
    return EntryView(entry.id, entry.at, entry.by, entry.via, entry.verb, entry.target, entry.property, entry.detail)
