"""What a settlement changed, in the kinds of change a person would name, with what each takes and until when that may still open."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from limen.access import queries as access
from limen.fleet.doorconfig import day_of
from limen.fleet.models import Lease
from limen.fleet.rules import (
    CARDS,
    CODES,
    WAY,
    Diff,
    Entry,
    Rows,
    Ways,
    entry_covers,
    fewer_hours,
    hours_cover,
    joined,
    minute_down,
    stops_at_latest,
    taken,
)
from limen.fleet.views import Why
from limen.fleet.wanted import LONGEST_LEASE, Wanted
from limen.kernel.periods import day_bounds
from limen.wire.grants import Cls
from limen.wire.records import Config, RecordKind
from limen.wire.timestamps import EPOCH_2024

OF_REVOCATION = {
    "paused": Why.ACCESS_PAUSED,
    "phone_removed": Why.PHONE_REMOVED,
    "narrowed": Why.ACCESS_NARROWED,
}


@dataclass(frozen=True)
class Word:
    """One kind of change for one person (None: for the door)."""

    why: Why
    person_id: UUID | None
    starts: datetime | None = None
    is_new_card: bool = False
    ways: Ways = field(default_factory=Ways)


@dataclass(frozen=True)
class Scene:
    """What must be known to name changes: the list as it was and should be, orders in hand, and the lock's clock error (None: lost)."""

    found: Diff
    held: Mapping[str, Entry]
    wanted: Wanted
    orders: Mapping[UUID, access.RevocationView]  # by person, not yet settled
    clock_error: timedelta | None
    now: datetime


def words_of(scene: Scene) -> list[Word]:
    """All that changed, each kind once per person, in the order of taking, giving, and the rest."""
    every = [*_taken(scene), *_lost(scene), *_given(scene), *_others(scene)]
    merged: dict[tuple[Why, UUID | None], Word] = {}
    for word in every:
        before = merged.get((word.why, word.person_id))
        merged[word.why, word.person_id] = word if before is None else _merge(before, word)
    return list(merged.values())


def holidays_changed(days: Sequence[date], config: Config, hours: Iterable[Rows], zone: ZoneInfo) -> tuple[Why, None, datetime]:
    """Whether the changed days take hours from anybody at this door, and from when on: what takes must be brought there, what gives rides along."""
    passage = _passage(config)
    rows = [*hours, *([passage] if passage else [])]
    added = {day_of(number) for number in config.holidays}
    taking = [day for day in days if any(fewer_hours(row, day.weekday(), becomes_holiday=day in added) for row in rows)]
    return Why.HOLIDAYS_NARROWED if taking else Why.HOLIDAYS, None, day_bounds((taking or list(days))[0], zone)[0]


def passage_narrowed(held: Config, config: Config) -> bool:
    """True where the door stands open for fewer minutes of some day: what lets everybody in is taken away like any access (SYNC-3)."""
    return held.passage is not None and not hours_cover(_passage(config) or (), _passage(held))


def has_app(people: Iterable[UUID], door_id: UUID, now: datetime) -> dict[UUID, bool]:
    """Who of these opens the door by app (SYNC-3): the same answer as in access's previews."""
    return {person_id: access.has_app_here(person_id, door_id, now) for person_id in set(people)}


def _passage(config: Config) -> Rows | None:
    return tuple((i.days, i.from_min, i.to_min) for i in config.passage.intervals) if config.passage else None


def _taken(scene: Scene) -> list[Word]:
    return [
        Word(_why_taken(scene, entry), entry.person_id, ways=Ways({WAY[entry.kind]: _end(entry, scene)}))
        for entry in taken(scene.found, scene.wanted.entries.values(), minute_down(scene.now))
    ]


def _why_taken(scene: Scene, entry: Entry) -> Why:
    now_wanted = scene.wanted.entries.get(entry.name)
    if now_wanted is not None:
        if now_wanted.data == entry.data:
            return Why.ACCESS_NARROWED
        return Why.CODE_LENGTH if _same_code(now_wanted, entry) else Why.CODE_RESET
    windows = scene.wanted.windows.get(entry.person_id, ()) if entry.person_id else ()
    if entry.kind in CODES and any(str(window.grant_id) in entry.name for window in windows):
        return Why.CODES_OFF
    ordered = _ordered(scene, entry.person_id)
    if ordered is not None:
        return ordered
    if not windows:
        return Why.ACCESS_ENDED
    return Why.CARD_ENDED if entry.kind in CARDS else Why.ACCESS_NARROWED


def _same_code(one: Entry, other: Entry) -> bool:
    return str(one.data).rsplit(":", 1)[0] == str(other.data).rsplit(":", 1)[0]


def _ordered(scene: Scene, person_id: UUID | None) -> Why | None:
    order = scene.orders.get(person_id) if person_id else None
    return None if order is None else OF_REVOCATION.get(order.kind, Why.ACCESS_ENDED)


def _lost(scene: Scene) -> list[Word]:
    """Leases of phones that nothing stands behind: they open until their end or the update, whichever is first (C.4)."""
    words = [Word(Why.PHONE_REMOVED, lease.person_id, ways=_app(lease, scene)) for lease in scene.wanted.of_removed_phones]
    for lease in scene.wanted.floored:
        stays = bool(scene.wanted.windows.get(lease.person_id))
        why = _ordered(scene, lease.person_id) or (Why.ACCESS_NARROWED if stays else Why.ACCESS_ENDED)
        words.append(Word(why, lease.person_id, ways=_app(lease, scene)))
    for person_id in sorted(set(scene.wanted.unaccounted.values())) if scene.wanted.restored_at else ():
        words.append(Word(_ordered(scene, person_id) or Why.ACCESS_ENDED, person_id, ways=_forgotten(scene)))
    for person_id in sorted(scene.wanted.forgotten_phones) if scene.wanted.restored_at else ():
        words.append(Word(Why.PHONE_REMOVED, person_id, ways=_forgotten(scene)))
    return words


def _forgotten(scene: Scene) -> Ways:
    """The phone may hold a lease of the time that a restore has lost, signed up to its last second."""
    restored_at = scene.wanted.restored_at
    if restored_at is None:
        return Ways()
    if scene.clock_error is None:
        return Ways({"app": None})
    return Ways({"app": stops_at_latest(restored_at + LONGEST_LEASE, int(Cls.RESIDENT), scene.clock_error, scene.now)})


def _app(lease: Lease, scene: Scene) -> Ways:
    if scene.clock_error is None:
        return Ways({"app": None})
    known = Ways({"app": stops_at_latest(lease.ends, lease.cls, scene.clock_error, scene.now)})
    return joined([known, _forgotten(scene)])


def _given(scene: Scene) -> list[Word]:
    now_min = minute_down(scene.now)
    words = []
    for entry in scene.found.added:
        if entry.kind not in WAY or any(
            entry_covers(held, entry, now_min) for held in scene.held.values() if held.person_id == entry.person_id
        ):
            continue
        had_it = any(held.person_id == entry.person_id and held.data == entry.data for held in scene.held.values())
        starts = _instant(entry.nbf)
        if had_it:
            words.append(Word(Why.ACCESS_WIDENED, entry.person_id, starts))
        elif entry.kind in CODES:
            words.append(Word(Why.CODE_STARTED, entry.person_id, starts))
        else:
            words.append(Word(Why.CARD_STARTED, entry.person_id, starts, str(entry.data) in scene.wanted.new_cards))
    gone = {entry.name for entry in taken(scene.found, scene.wanted.entries.values(), now_min)}
    words += [Word(Why.ACCESS_WIDENED, have.person_id) for have, _ in scene.found.changed if have.kind in WAY and have.name not in gone]
    return words


def _others(scene: Scene) -> list[Word]:
    words = []
    for entry in (*scene.found.added, *(want for _, want in scene.found.changed)):
        if entry.kind == RecordKind.CODE_FLOOR:
            words.append(Word(Why.CODE_FLOOR, None))
        if entry.name == "floor:all" and scene.wanted.restored_at is not None:
            words.append(Word(Why.RESTORED, None))
    every = [*scene.found.added, *scene.found.removed]
    if any(entry.kind == RecordKind.SCHEDULE for entry in every):
        words.append(Word(Why.HOURS_CHANGED, None))
    return words


def _end(entry: Entry, scene: Scene) -> datetime | None:
    """When a dated code or card ends by itself; a lock without time opens for no dated record at all (B.9)."""
    ends = _instant(entry.exp)
    return None if ends is None else stops_at_latest(ends, entry.cls, scene.clock_error or timedelta(), scene.now)


def _instant(minute: int | None) -> datetime | None:
    return None if minute is None else datetime.fromtimestamp(EPOCH_2024 + 60 * minute, UTC)


def _merge(one: Word, other: Word) -> Word:
    starts = None if one.starts is None or other.starts is None else min(one.starts, other.starts)
    return Word(one.why, one.person_id, starts, one.is_new_card or other.is_new_card, joined([one.ways, other.ways]))
