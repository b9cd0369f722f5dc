"""How the room says what it did: revocations with their doors, the ledger, the journal, and `door.touched`."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from limen.access.models import Grant, Override, Revocation, RevocationDoor
from limen.access.rules import Compared
from limen.access.views import DoorChange, RevocationView
from limen.journal import services as journal
from limen.kernel.actors import Actor
from limen.storage import chance, kms, ledger, news, outbox

REASON_MAX_CHARS = 500


def order(
    *,
    kind: str,
    person_id: UUID,
    property_id: UUID,
    door_ids: Iterable[UUID],
    by: Actor,
    now: datetime,
    grant: Grant | None = None,
    reason: str = "",
    through: UUID | None = None,
) -> RevocationView:
    """Writes down that something was taken from a person: the first moment. Ledger first, then the row, then the news for each door.

    `through`: the host who lost it, where it was taken from a guest because of that.
    """
    doors = sorted(set(door_ids))
    revocation_id = chance.fresh_id()
    facts: dict[str, str | int | UUID] = {"id": revocation_id, "person": person_id, "property": property_id, "why": kind}
    if grant is not None:
        facts["grant"] = grant.id
    if through is not None and through != person_id:
        facts["host"] = through
    ledger.append("suspension" if kind == "paused" else "revocation", facts, now)
    if kind != "phone_removed":  # with access to a door goes the right to open it past the bolt (LOCK-15)
        Override.objects.filter(person_id=person_id, door_id__in=doors, ends__gt=now).update(ends=now)
    sealed = kms.seal(f"person:{person_id}", reason[:REASON_MAX_CHARS], _context(revocation_id)) if reason else None
    row = Revocation.objects.create(
        id=revocation_id,
        kind=kind,
        grant=grant,
        person_id=person_id,
        property_id=property_id,
        ordered_at=now,
        ordered_by=by.person_id,
        reason=sealed,
    )
    RevocationDoor.objects.bulk_create(RevocationDoor(revocation=row, door_id=door_id) for door_id in doors)
    for door_id in doors:
        news.say("door.touched", now=now, door_id=str(door_id), revocation_id=str(revocation_id))
    return view(row, tuple(doors))


def order_for_each(
    compared: Compared, *, property_id: UUID, by: Actor, now: datetime, kind: str | None = None, through: UUID | None = None
) -> list[RevocationView]:  # fmt: skip
    """One revocation for every person who lost or holds less: `revoked` where doors were lost, else `narrowed`."""
    losers = {c.person_id for c in compared.loses}
    return [
        order(
            kind=kind or ("revoked" if person in losers else "narrowed"), person_id=person, property_id=property_id, by=by, now=now, through=through,
            door_ids=[c.door_id for c in compared.taken if c.person_id == person],
        )
        for person in sorted({c.person_id for c in compared.taken})
    ]  # fmt: skip


def touch(door_ids: Iterable[UUID], now: datetime) -> None:
    """Says that the lists of these doors may have changed, without anything being taken away."""
    for door_id in sorted(set(door_ids)):
        news.say("door.touched", now=now, door_id=str(door_id))


def note(
    by: Actor, verb: str, target: str, property_id: UUID, now: datetime, *, detail: Mapping[str, str | int] | None = None
) -> None:  # fmt: skip
    """A line in the journal of the property."""
    journal.record(by, verb, target, dict(detail or {}), now, property_id=property_id)


def tell_gained(gains: Iterable[DoorChange], property_id: UUID, now: datetime) -> None:
    """Tells people of new doors (NOTICE-1), one notice each."""
    _tell("access_given", gains, property_id, now)


def tell_lost(loses: Iterable[DoorChange], property_id: UUID, now: datetime) -> None:
    """Tells people which doors ended (NOTICE-1), one notice each."""
    _tell("access_ended", loses, property_id, now)


def view(row: Revocation, door_ids: tuple[UUID, ...]) -> RevocationView:
    """The row as a value, without its reason."""
    return RevocationView(row.id, row.person_id, row.property_id, row.grant_id, row.kind, door_ids, row.ordered_at, row.ordered_by)


def _tell(kind: str, changes: Iterable[DoorChange], property_id: UUID, now: datetime) -> None:
    doors: dict[UUID, list[str]] = {}
    for change in changes:
        doors.setdefault(change.person_id, []).append(str(change.door_id))
    for person_id, ids in sorted(doors.items()):
        facts = {"doors": ",".join(ids)}
        outbox.put("notice", {"kind": kind, "person": str(person_id), "property": str(property_id), "facts": facts}, now)


def _context(revocation_id: UUID) -> str:
    return kms.context("access_revocation", "reason", revocation_id)
