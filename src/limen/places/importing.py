"""Doors and their units from a file (PLACE-5): a preview that writes nothing, and an import that can be started again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import DatabaseError

from limen.journal import services as journal
from limen.kernel.actors import Actor
from limen.kernel.previews import Imported, Preview, PreviewRow, Progress, Status, Stopped, written
from limen.kernel.tables import Row, read_table
from limen.places import edited, rules
from limen.places.models import Door, Unit
from limen.storage import chance
from limen.storage.transactions import unit_of_work

BATCH_LINES: Final = 50
TEMPLATE: Final = written(
    [column.name for column in rules.COLUMNS],
    [
        ["Main Entrance", "entrance", "", "R", "yes", "LM000101", "yes", "yes"],
        ["Unit 4B", "unit", "4B", "M3", "no", "LM000140", "yes", "yes"],
    ],
)
FIELDS: Final = {
    "kind": "kind", "connected": "connected", "share_allowed": "share_allowed", "codes_allowed": "codes_allowed",
    "planned_model": "model", "planned_serial": "serial",
}  # fmt: skip

WORDS: Final = {
    "kind": "the kind", "connected": "the connection", "share_allowed": "sharing", "codes_allowed": "doorcodes",
    "planned_model": "the model", "planned_serial": "the serial",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Judged:
    row: PreviewRow
    facts: rules.DoorFacts | None = None
    door_id: UUID | None = None
    changes: Mapping[str, str | bool] = field(default_factory=dict)


@dataclass(slots=True)
class _Here:
    """The building as it stands, and as the lines read so far will leave it."""

    models: rules.Models
    doors: dict[str, Door]
    units: dict[str, UUID]
    lines: dict[str, tuple[int, rules.DoorFacts]] = field(default_factory=dict)
    serials: dict[str, str] = field(default_factory=dict)


def preview_doors(*, property_id: UUID, data: bytes, models: rules.Models, chosen: Mapping[str, str] | None = None) -> Preview:
    """What importing this file would do, line by line; nothing is written. Raises kernel.tables.NotReadable."""
    return _read(property_id, data, models, chosen)[0]


def import_doors(
    *, property_id: UUID, data: bytes, models: rules.Models, by: Actor, now: datetime, chosen: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> Imported:  # fmt: skip
    """Writes the good lines in batches, each one transaction or a part of the caller's; makes the units that the doors name.

    The same file again changes nothing. Raises NotReadable before anything is written, or Stopped with the line at which it was interrupted.
    """
    preview, judged = _read(property_id, data, models, chosen)
    units = {unit.name.casefold(): unit.id for unit in Unit.objects.filter(property=property_id)}
    made: list[UUID] = []
    read = 0
    for batch in _batches(judged):
        try:
            with unit_of_work():
                made += _write(property_id, batch, units, by, now)
        except DatabaseError as problem:
            raise Stopped(batch[0].row.line) from problem
        read += len(batch)
        if progress:
            progress(read, len(judged))
    done = Imported(preview.count("new"), preview.count("changed"), preview.count("same"), preview.count("bad"), tuple(made))
    with unit_of_work():
        counts = {"new": done.new, "changed": done.changed}
        journal.record(by, "doors.imported", f"property:{property_id}", counts, now, property_id=property_id)
    return done


def _read(property_id: UUID, data: bytes, models: rules.Models, chosen: Mapping[str, str] | None) -> tuple[Preview, list[_Judged]]:
    table = read_table(data, rules.COLUMNS, chosen=chosen)
    doors = {door.name.casefold(): door for door in Door.objects.filter(property=property_id).select_related("unit")}
    units = {unit.name.casefold(): unit.id for unit in Unit.objects.filter(property=property_id)}
    serials = {door.planned_serial: door.name.casefold() for door in doors.values() if door.planned_serial}
    here = _Here(models, doors, units, serials=serials)
    judged = [_judge(row, here) for row in table.rows]
    notes = [f'The column "{name}" is not read.' for name in table.unread if name != "Reason"]
    if table.encoding == "cp1252":
        notes.append("The file was read as Windows-1252. Check the names with accents.")
    return Preview(table.heading, tuple(one.row for one in judged), tuple(notes)), judged


def _judge(row: Row, here: _Here) -> _Judged:
    if row.broken:
        return _Judged(PreviewRow(row.line, "bad", "", (f"Line {row.line} {row.broken}",), row.original))
    facts, wrong = rules.facts_of(row, here.models)
    name = facts.name.casefold()
    door = here.doors.get(name)
    wrong += _conflicts(facts, door, here)
    if wrong:
        reasons = tuple(f"Line {row.line}, {column}: {reason}" for column, reason in wrong)
        return _Judged(PreviewRow(row.line, "bad", facts.name, reasons, row.original))
    if name in here.lines:
        return _Judged(PreviewRow(row.line, "same", facts.name, (), row.original))
    here.lines[name] = (row.line, facts)
    if facts.serial:
        here.serials[facts.serial] = name
    return _differing(row, facts, door)


def _differing(row: Row, facts: rules.DoorFacts, door: Door | None) -> _Judged:
    changes = _changes(facts, door) if door else {}
    reasons = [f"Line {row.line}: {WORDS[column]} changes." for column in changes]
    reasons += [f"Line {row.line}: spaces removed from {_word(column)}." for column in sorted(row.spaced)]
    if door is None:
        status: Status = "changed" if row.spaced else "new"
    else:
        status = "changed" if changes else "same"
    shown = () if status == "same" else tuple(reasons)
    return _Judged(PreviewRow(row.line, status, facts.name, shown, row.original), facts, door.id if door else None, changes)


def _conflicts(facts: rules.DoorFacts, door: Door | None, here: _Here) -> Iterator[tuple[str, str]]:
    name = facts.name.casefold()
    if name in here.lines and here.lines[name][1] != facts:
        yield "Door", f'line {here.lines[name][0]} says otherwise about "{facts.name}". We do not guess.'
    if facts.serial and here.serials.get(facts.serial, name) != name:
        yield "Serial", f'"{facts.serial}" belongs to another door already.'
    if door is None:
        return
    unit = door.unit.name if door.unit else ""
    if unit.casefold() != facts.unit.casefold():
        yield "Unit", f'"{facts.name}" belongs to "{unit or "no unit"}" here. A door does not move; make a new one.'
    if door.kind_frozen_at is not None and door.kind != facts.kind:
        yield "Kind", f'"{facts.name}" is {door.kind} and has had a device. Its kind cannot change any more.'


def _changes(facts: rules.DoorFacts, door: Door) -> dict[str, str | bool]:
    wanted = {column: getattr(facts, name) for column, name in FIELDS.items()}
    return {column: value for column, value in wanted.items() if value != getattr(door, column)}


def _word(column: str) -> str:
    return next(known.word for known in rules.COLUMNS if known.name == column)


def _batches(judged: list[_Judged]) -> Iterator[list[_Judged]]:
    for start in range(0, len(judged), BATCH_LINES):
        yield judged[start : start + BATCH_LINES]


def _write(property_id: UUID, batch: list[_Judged], units: dict[str, UUID], by: Actor, now: datetime) -> list[UUID]:
    fresh = [one.facts for one in batch if one.facts and one.door_id is None]
    named = {facts.unit.casefold(): facts.unit for facts in reversed(fresh) if facts.unit}
    new_units = [Unit(id=chance.fresh_id(), property_id=property_id, name=name) for key, name in named.items() if key not in units]
    Unit.objects.bulk_create(new_units)
    units |= {unit.name.casefold(): unit.id for unit in new_units}
    rows = [_door(property_id, facts, units) for facts in fresh]
    Door.objects.bulk_create(rows)
    for one in batch:
        if one.door_id and one.changes:
            Door.objects.filter(id=one.door_id).update(**one.changes)
            edited.tell(Door.objects.get(id=one.door_id), tuple(one.changes), by, now)
    return [row.id for row in rows]


def _door(property_id: UUID, facts: rules.DoorFacts, units: Mapping[str, UUID]) -> Door:
    return Door(
        id=chance.fresh_id(), property_id=property_id, unit_id=units[facts.unit.casefold()] if facts.unit else None, name=facts.name,
        kind=facts.kind, connected=facts.connected, share_allowed=facts.share_allowed, codes_allowed=facts.codes_allowed,
        planned_model=facts.model, planned_serial=facts.serial,
    )  # fmt: skip
