"""Writes the journal. There is no verb to change or remove an entry."""

from datetime import datetime
from uuid import UUID

from limen.journal import rules
from limen.journal.models import Entry, Head
from limen.kernel.actors import Actor

HEAD = 1


def record(by: Actor, verb: str, target: str, detail: rules.Detail, now: datetime, *, property_id: UUID | None = None) -> None:
    """Adds one entry, in the transaction of what it tells of. `target` is "door:<id>", "person:<id>" and so on.

    Raises rules.NotForTheJournal for digits, secrets and long texts.
    """
    rules.check(verb, target, detail)
    head, _ = Head.objects.select_for_update().get_or_create(id=HEAD, defaults={"hash": rules.FIRST_HASH})
    hashed = rules.chained(head.hash, at=now, by=by.person_id, via=by.via, verb=verb, target=target, property_id=property_id, detail=detail)
    Entry.objects.create(
        at=now,
        by=by.person_id,
        via=by.via,
        verb=verb,
        target=target,
        property=property_id,
        detail=dict(detail),
        previous=head.hash,
        hash=hashed,
    )
    head.hash, head.count = hashed, head.count + 1
    head.save(update_fields=["hash", "count"])
