"""The whole record of one lock as it arrived, for an auditor who compares it with what really happened. For no page and no person."""

from dataclasses import dataclass

from limen.history.models import Event, Gap, Loss, Record
from limen.history.sealed import Body, day_key, unseal
from limen.wire.events import Kind, Method, Result


@dataclass(frozen=True, slots=True)
class Audited:
    """Events by number with kind, method and result as words (None: arrived, and gone by its deadline); numbers the lock declared lost;
    holes nobody declared; the last number that was acknowledged; alarms; numbers that bear the mark of a second code (LOCK-14)."""

    events: dict[int, tuple[str, str, str] | None]
    declared: frozenset[int]
    undeclared: frozenset[int]
    acknowledged: int | None
    alarms: tuple[str, ...]
    marked: frozenset[int]


def audited(lock_id: bytes, epoch: int) -> Audited:
    """The record of one lock in one epoch; an empty one where nothing came."""
    record = Record.objects.filter(lock=lock_id.hex(), epoch=epoch).first()
    if record is None:
        return Audited({}, frozenset(), frozenset(), None, (), frozenset())
    bodies = {event.seq: _body(event) for event in record.events.all()}
    holes = Gap.objects.filter(record=record, kind="undeclared")
    return Audited(
        events={seq: None if body is None else _said(body) for seq, body in bodies.items()},
        declared=frozenset(number for loss in Loss.objects.filter(record=record) for number in range(loss.first, loss.last + 1)),
        undeclared=frozenset(number for hole in holes for number in range(hole.first, hole.last + 1)),
        acknowledged=record.acknowledged_seq,
        alarms=tuple(record.alarms.order_by("at", "id").values_list("kind", flat=True)),
        marked=frozenset(seq for seq, body in bodies.items() if body is not None and body.duress),
    )


def numbers(lock_id: bytes, epoch: int) -> frozenset[int]:
    """Which numbers arrived or were declared lost."""
    record = Record.objects.filter(lock=lock_id.hex(), epoch=epoch).first()
    if record is None:
        return frozenset()
    losses = {number for loss in Loss.objects.filter(record=record) for number in range(loss.first, loss.last + 1)}
    return frozenset(record.events.values_list("seq", flat=True)) | losses


def _body(event: Event) -> Body | None:
    if event.body is None or event.day is None:
        return None
    return unseal(event.id, day_key(event.property_id, event.day), bytes(event.body))


def _said(body: Body) -> tuple[str, str, str]:
    return Kind(body.kind).name.lower(), Method(body.method).name.lower(), Result(body.result).name.lower()
