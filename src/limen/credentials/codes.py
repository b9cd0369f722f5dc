"""Permanent codes: made, kept while a grant covers them, shown to their owner, reset, and never stored (CODE-1, CODE-2, CODE-3)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

from limen.access import queries as access
from limen.credentials import choices, epochs, rules, shared
from limen.credentials.models import Keypad, PermanentCode, SecondCodes, TemporaryCode
from limen.credentials.shared import Whose
from limen.credentials.views import CodeRef
from limen.journal import services as journal
from limen.kernel.actors import Actor
from limen.kernel.problems import NotAllowed, NotYours
from limen.people import queries as people
from limen.places import queries as places
from limen.storage import chance, kms, ledger, news, outbox
from limen.wire.doorcodes import DailyKey, TempCls, temporary, weak
from limen.wire.guessing import KeypadSettings, shipped
from limen.wire.records import DoorKind

DOOR_KINDS = {"entrance": DoorKind.ENTRANCE, "common": DoorKind.COMMON, "unit": DoorKind.UNIT, "service": DoorKind.SERVICE}


@dataclass(frozen=True, slots=True)
class Door:
    """What codes of one door are made by."""

    view: places.DoorView
    building: places.PropertyView

    @classmethod
    def at(cls, door_id: UUID) -> "Door":
        """Reads it; NotYours for an unknown door."""
        view = places.door_view(door_id)
        return cls(view, places.property_view(view.property_id))

    def settings(self, permanent: int) -> KeypadSettings:
        """The keypad's settings with this many permanent codes (D.8)."""
        return shipped(DOOR_KINDS[self.view.kind], permanent)

    def k_code(self) -> bytes:
        """The building's key for permanent codes, derived when it is needed and kept nowhere (D.1)."""
        return kms.derive("K_code", str(self.view.property_id))

    def name_of(self, row: PermanentCode) -> rules.CodeName:
        """What a code of this door is computed from; a shared one belongs to the building's common doors together."""
        place = self.view.property_id if row.shared else self.view.id
        return rules.CodeName(place.bytes, row.person_id.bytes, row.generation)


def settle_codes(*, door_id: UUID, now: datetime) -> None:
    """Makes a code for everybody whose grant has doorcodes on here and retires the others (CODE-1). Runs by itself on `door.touched`.

    A paused person keeps the code. Who asked for a second code has two (LOCK-14), and both count. More codes than the odds allow
    lengthen all of them (CODE-2).
    """
    door = Door.at(door_id)
    entitled = _entitled(door, now)
    keypad = _keypad(door, len(entitled), now)
    held = {(row.person_id, row.duress): row for row in _live(door_id)}
    sharing, left = shared.sharing_at(door.view), set(held) - entitled
    for who in sorted(left | {who for who, row in held.items() if shared.is_behind(door.view, row, who in sharing)}):
        _retire(held.pop(who), now)
    for person_id in {whose[0] for whose in left}:
        choices.forget_who_left(person_id=person_id, property_id=door.view.property_id, now=now)
    digits = rules.wanted_digits(door.settings(len(entitled)), len(entitled), door.building.code_digits, keypad.digits)
    if digits != keypad.digits:
        _change_length(door, keypad, digits, held.values(), now)
    missing = sorted(entitled - set(held))
    if missing:
        taken = taken_values(door, keypad, now)
        for who in missing:
            _make(door, who, digits, taken, now)


def ensure_permanent(*, person_id: UUID, door_id: UUID, now: datetime) -> CodeRef:
    """Gives the permanent code of a person at a door, making it if there is none (CODE-1). NotYours where no grant has doorcodes on."""
    settle_codes(door_id=door_id, now=now)
    row = live_code(person_id, door_id)
    if row is None:
        raise NotYours
    return ref(row)


def permanent_digits(*, person_id: UUID, door_id: UUID, duress: bool = False) -> str:
    """Computes the value of a permanent code, for sealed bundles; people are shown it by `show_code`. NotYours if there never was one.

    After its end the last one is still told, because a lock's list may name it until its next version.
    """
    found = permanent_digits_at(door_id=door_id, of=[(person_id, duress)])
    if not found:
        raise NotYours
    return found[person_id, duress]


def permanent_digits_at(*, door_id: UUID, of: Iterable[Whose]) -> dict[Whose, str]:
    """The same for many at one door, by person and whether it is the second code; in a fixed number of reads. Who never had one is missing."""
    wanted = set(of)
    rows = PermanentCode.objects.filter(door_id=door_id, person_id__in={person_id for person_id, _ in wanted}).order_by("generation")
    newest = {(row.person_id, row.duress): row for row in rows if (row.person_id, row.duress) in wanted}
    door = Door.at(door_id) if newest else None
    return {} if door is None else {whose: value_of(door, row) for whose, row in newest.items()}


def show_code(*, person_id: UUID, door_id: UUID, by: Actor, now: datetime, duress: bool = False) -> str:
    """Shows a person their own permanent code, or their second one; the journal is told, without digits. NotYours for anybody else's or where there is none.

    A paused person is shown none (PEOPLE-7).
    """
    row = held_code(person_id, door_id, now, duress=duress)
    if by.person_id != person_id or row is None:
        raise NotYours
    door = Door.at(door_id)
    journal.record(by, "doorcode.shown", f"door:{door_id}", {"person": str(person_id)}, now, property_id=door.view.property_id)
    return told_value(door, row)


def told_value(door: Door, row: PermanentCode) -> str:
    """The digits as their owner reads them: a shared code whole, so that it is the same at each door, where a lock compares its last digits."""
    digits = row.derived_digits if row.shared else row.digits
    return rules.permanent_value(door.k_code(), door.name_of(row), row.counter, row.derived_digits, digits)


def reset_code(*, person_id: UUID, door_id: UUID, by: Actor, now: datetime) -> CodeRef:
    """Makes a new permanent code; at an unconnected lock the old one works until the update (CODE-3).

    A resident may do it for their own code at their own unit door; a code of another door is staff's to reset: NotAllowed.
    """
    door = Door.at(door_id)
    if by.person_id == person_id and not _lives_behind(person_id, door, now):
        raise NotAllowed(_("The property team changes this one."))
    row = live_code(person_id, door_id)
    if row is None:
        raise NotYours
    keypad = _keypad(door, 1, now)
    ledger.append("code_reset", {"person": person_id, "door": door_id, "generation": row.generation}, now)
    _retire(row, now)
    taken = taken_values(door, keypad, now)
    made = (
        _draw_shared(door, person_id, keypad.digits, taken, now)
        if row.shared
        else _make(door, (person_id, False), keypad.digits, taken, now)
    )
    journal.record(by, "doorcode.reset", f"door:{door_id}", {"person": str(person_id)}, now, property_id=door.view.property_id)
    _tell("code_reset", person_id, door, now)
    news.say("door.touched", now=now, door_id=str(door_id))
    return ref(made)


def note_proven(*, door_id: UUID, as_of: datetime, now: datetime) -> None:
    """Hears from fleet that the lock holds the list as it stood at `as_of`: codes retired before that are free again (D.3)."""
    PermanentCode.objects.filter(door_id=door_id, freed_at=None, retired_at__lte=as_of).update(freed_at=now)
    keypad = Keypad.objects.filter(door_id=door_id, changed_at__lte=as_of).first()
    if keypad is not None:
        keypad.proven_digits = keypad.digits
        keypad.save(update_fields=["proven_digits"])


def taken_values(door: Door, keypad: Keypad, now: datetime, *, but: Collection[UUID] = ()) -> set[str]:
    """Every value that something at this door may still open with: codes in force, codes not proven gone, temporary ones issued (D.1).

    `but`: rows whose values are about to change.
    """
    values = {value_of(door, row) for row in PermanentCode.objects.filter(door_id=door.view.id, freed_at=None).exclude(id__in=but)}
    epoch = epochs.open_at(door.view.id)
    if epoch is None:
        return values
    key = DailyKey(epochs.secrets_of(epoch).k_daily, bytes.fromhex(epoch.lock_id), epoch.epoch)
    issued = TemporaryCode.objects.filter(lock_id=epoch.lock_id, epoch=epoch.epoch, stops_at_latest__gt=now)
    lengths = {keypad.digits, keypad.proven_digits or keypad.digits}
    return values | {temporary(key, d, TempCls(row.cls), row.bucket, row.idx) for row in issued for d in lengths}


def value_of(door: Door, row: PermanentCode) -> str:
    """The digits of a code that this door compares. They go into a sealed bundle or to their owner, and nowhere else (CODE-11)."""
    return rules.permanent_value(door.k_code(), door.name_of(row), row.counter, row.derived_digits, row.digits)


def ref(row: PermanentCode) -> CodeRef:
    """The code without its value."""
    return CodeRef(row.id, row.person_id, row.door_id, row.generation, row.digits, row.since, row.retired_at, row.duress)


def live_code(person_id: UUID, door_id: UUID, *, duress: bool = False) -> PermanentCode | None:
    """The code in force of a person at a door, or their second one."""
    return PermanentCode.objects.filter(door_id=door_id, person_id=person_id, duress=duress, retired_at=None).first()


def held_code(person_id: UUID, door_id: UUID, now: datetime, *, duress: bool = False) -> PermanentCode | None:
    """The same where the person's access gives codes there, now or later: only then may anybody read it. A paused person's does not (PEOPLE-7)."""
    row = live_code(person_id, door_id, duress=duress)
    return row if row is not None and any(window.code for window in access.windows(person_id, door_id, now)) else None


def keypad_of(door: Door, permanent: int, now: datetime) -> Keypad:
    """How long codes are at this door."""
    return Keypad.objects.filter(door_id=door.view.id).first() or Keypad(
        door_id=door.view.id,
        digits=rules.wanted_digits(door.settings(permanent), permanent, door.building.code_digits, None),
        changed_at=now,
    )


def _keypad(door: Door, permanent: int, now: datetime) -> Keypad:
    """The row of the door, locked: codes of one door are made one after the other, so that none meets another.

    Where a code may be drawn for all common doors, all of their rows are locked, and first: whoever comes at once from another door waits.
    """
    if shared.sharing_at(door.view):
        _lock_common(door.view.property_id)
    fresh = {"digits": keypad_of(door, permanent, now).digits, "changed_at": now}
    return Keypad.objects.select_for_update().get_or_create(door_id=door.view.id, defaults=fresh)[0]


def _lock_common(property_id: UUID) -> dict[UUID, Keypad]:
    """The rows of the building's common doors, locked in the order of their ids, so that two who want them all never wait for each other."""
    doors = [view.id for view in shared.common_doors(property_id)]
    return {row.door_id: row for row in Keypad.objects.select_for_update().filter(door_id__in=doors).order_by("door_id")}


def _change_length(door: Door, keypad: Keypad, digits: int, rows: Iterable[PermanentCode], now: datetime) -> None:
    """Longer: every code is replaced at the next update. Shorter: each keeps its end where that is unique and not weak (CODE-2)."""
    shorter, told = digits < keypad.digits, max(keypad.digits, keypad.proven_digits or 0)
    if digits > told and (epoch := epochs.open_at(door.view.id)) is not None:
        epochs.end_early(epoch, door.view.property_id, now)
    if keypad.proven_digits is None:
        keypad.proven_digits = keypad.digits  # what a lock that has not answered yet compares
    keypad.digits, keypad.changed_at = digits, now
    keypad.save()
    changing = list(rows)
    taken = taken_values(door, keypad, now, but=[row.id for row in changing])
    for row in sorted(changing, key=lambda row: (str(row.person_id), row.duress)):
        end = rules.permanent_value(door.k_code(), door.name_of(row), row.counter, row.derived_digits, min(digits, row.derived_digits))
        keeps = shorter or (row.shared and digits <= row.derived_digits)
        if keeps and not weak(end) and not rules.is_near(end, taken):
            row.digits = digits
            row.save(update_fields=["digits"])
            taken.add(end)
        else:
            _retire(row, now)
            _make(door, (row.person_id, row.duress), digits, taken, now)
            _tell("code_reset", row.person_id, door, now)


def _entitled(door: Door, now: datetime) -> set[Whose]:
    people_here = {h.person_id for h in access.holders(door.view.id, now, paused_too=True) if any(w.code for w in h.windows)}
    second = SecondCodes.objects.filter(property_id=door.view.property_id, person_id__in=people_here).values_list("person_id", flat=True)
    return {(person_id, False) for person_id in people_here} | {(person_id, True) for person_id in second}


def _make(door: Door, whose: Whose, digits: int, taken: set[str], now: datetime) -> PermanentCode:
    """A new code beside those taken, to which its value is added."""
    if whose in shared.sharing_at(door.view):
        return _make_shared(door, whose[0], digits, taken, now)
    person_id, duress = whose
    name = rules.CodeName(door.view.id.bytes, person_id.bytes, _next_generation(door, person_id))
    value, counter = rules.draw_permanent(door.k_code(), name, digits, taken, unit_door=door.view.kind == "unit")
    taken.add(value)
    return PermanentCode.objects.create(
        id=chance.fresh_id(), door_id=door.view.id, person_id=person_id, generation=name.generation, counter=counter,
        derived_digits=digits, digits=digits, duress=duress, since=now,
    )  # fmt: skip


def _next_generation(door: Door, person_id: UUID) -> int:
    """A number that no code of this person has at any door to which one of their codes may come: a shared one keeps its number at each (CODE-14)."""
    doors = shared.common_doors(door.view.property_id) if shared.is_common(door.view) else (door.view,)
    rows = PermanentCode.objects.filter(person_id=person_id, door_id__in=[view.id for view in doors])
    return (rows.aggregate(last=Max("generation"))["last"] or 0) + 1


def _make_shared(door: Door, person_id: UUID, digits: int, taken: set[str], now: datetime) -> PermanentCode:
    """The end of the person's one code, where it is long enough and free at this door; else a new one for all of them."""
    last = shared.newest(person_id, door.view.property_id)
    if last is None or last.derived_digits < digits:
        return _draw_shared(door, person_id, digits, taken, now)
    end = rules.permanent_value(door.k_code(), door.name_of(last), last.counter, last.derived_digits, digits)
    if weak(end) or rules.is_near(end, taken):
        return _draw_shared(door, person_id, digits, taken, now)
    taken.add(end)
    return _share(door, last, digits, now)


def _draw_shared(door: Door, person_id: UUID, digits: int, taken: set[str], now: datetime) -> PermanentCode:
    """A new code for all common doors, two slips from whatever opens any of them; the other doors of this person follow."""
    others = [Door(view, door.building) for view in shared.common_doors(door.view.property_id) if view.id != door.view.id]
    ends, keypads = [(digits, taken)], _lock_common(door.view.property_id)
    for other in others:
        keypad = keypads.get(other.view.id) or keypad_of(other, 1, now)
        ends.append((keypad.digits, taken_values(other, keypad, now)))
    rows = PermanentCode.objects.filter(person_id=person_id, door_id__in=[door.view.id, *(other.view.id for other in others)])
    drawn = PermanentCode(
        door_id=door.view.id, person_id=person_id, generation=_next_generation(door, person_id), shared=True,
        derived_digits=max(n for n, _ in ends),
    )  # fmt: skip
    drawn.counter = rules.draw_shared(door.k_code(), door.name_of(drawn), drawn.derived_digits, ends)
    for other_id in rows.filter(shared=True, retired_at=None).exclude(door_id=door.view.id).values_list("door_id", flat=True):
        news.say("door.touched", now=now, door_id=str(other_id))
    made = _share(door, drawn, digits, now)
    taken.add(value_of(door, made))
    return made


def _share(door: Door, drawn: PermanentCode, digits: int, now: datetime) -> PermanentCode:
    """The row of this door. Who comes back to a door comes back to the code that works at the others."""
    facts = {
        "counter": drawn.counter, "derived_digits": drawn.derived_digits, "digits": digits, "since": now, "retired_at": None, "freed_at": None,
    }  # fmt: skip
    row, _ = PermanentCode.objects.update_or_create(
        door_id=door.view.id, person_id=drawn.person_id, generation=drawn.generation, shared=True, duress=False,
        defaults=facts, create_defaults=facts | {"id": chance.fresh_id()},
    )  # fmt: skip
    return row


def _retire(row: PermanentCode, now: datetime) -> None:
    row.retired_at = now
    row.freed_at = now if epochs.open_at(row.door_id) is None else None
    row.save(update_fields=["retired_at", "freed_at"])


def _live(door_id: UUID) -> Iterable[PermanentCode]:
    return PermanentCode.objects.filter(door_id=door_id, retired_at=None)


def _lives_behind(person_id: UUID, door: Door, now: datetime) -> bool:
    return door.view.unit_id is not None and people.subject_in_unit(person_id, door.view.unit_id, now)


def _tell(kind: str, person_id: UUID, door: Door, now: datetime) -> None:
    facts = {"door": str(door.view.id)}
    outbox.put("notice", {"kind": kind, "person": str(person_id), "property": str(door.view.property_id), "facts": facts}, now)
