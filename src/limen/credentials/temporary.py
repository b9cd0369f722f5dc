"""Temporary codes: made without an update of the lock, told once, ended by nobody (CODE-4 to CODE-7, CODE-13)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NoReturn
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from limen.access import queries as access
from limen.credentials import epochs, repeating, rules
from limen.credentials.codes import Door, keypad_of, value_of
from limen.credentials.models import Floor, LockEpoch, PermanentCode, TemporaryCode
from limen.credentials.views import NOBODY, FloorView, MadeCode
from limen.journal import services as journal
from limen.kernel.actors import Actor
from limen.kernel.periods import day_bounds, local_day
from limen.kernel.problems import NotYours, Problem, Refused, TooMany
from limen.people import queries as people
from limen.storage import chance, kms, ledger, news, outbox
from limen.wire.doorcodes import COARSE_S, DailyKey, TempCls, bucket_of
from limen.wire.grants import Cls
from limen.wire.timestamps import EPOCH_2024

STAFF_CLS = int(Cls.MANAGER)
"""Kept with a code that staff made: its holder is a vendor then, else a guest (C.1)."""
RACES_MAX = 4
LONGEST_LIFE = timedelta(hours=52)


@dataclass(frozen=True, slots=True)
class Making:
    """One code in the making: where, which kind, by whom."""

    id: UUID
    door: Door
    epoch: LockEpoch
    kind: str
    by_person: UUID
    call_id: UUID | None
    as_staff: bool
    bucket: int
    term: rules.Term
    zone: tuple[tuple[int, int], ...]
    now: datetime

    @property
    def cls(self) -> TempCls:
        """The class of the kind (D.2)."""
        return rules.KINDS[self.kind]


def make_temporary(
    *,
    door_id: UUID,
    kind: str,
    by_person: UUID,
    label: str,
    now: datetime,
    call_id: UUID | None = None,
    day: date | None = None,
    as_staff: bool = False,
    key: UUID | None = None,
) -> MadeCode:
    """Makes a temporary code and tells its digits once (CODE-4, CODE-5); no update of the lock is needed.

    `kind`: daily, daily_single_use, 24_hour, instant, once; `day`: for the day kinds, today (default) or tomorrow. `instant` and `once` need a call.
    `key`: the asker's own name for this wish; asked again with it, the same code is told again (screens 1.3). Problem `kind`; Refused `no_device`,
    `codes_off`, `may_not_share`, `no_access_now`, `your_hours`, `your_end`, `not_at_this_door`, `not_today_or_tomorrow`; TooMany `quota`,
    `next_code_at`, `no_more_that_day`; with a key Refused `made_before`.
    """
    making_id = chance.fresh_id() if key is None else repeating.code_id(by_person, key)
    if key is not None and (before := repeating.told_again(making_id, door_id, kind, now)) is not None:
        return before
    making = _begin(making_id, door_id, kind, by_person=by_person, call_id=call_id, day=day, as_staff=as_staff, now=now)
    if not as_staff:
        _check_maker(making)
        _check_quota(making)
    row, digits = _issued(making, label)
    detail: dict[str, str | int] = {"kind": kind, "in_a_call": int(call_id is not None)}
    actor = Actor(person_id=by_person, via="staff" if as_staff else "resident")
    journal.record(actor, "temporary.made", f"door:{door_id}", detail, now, property_id=making.door.view.property_id)
    if as_staff and making.door.view.unit_id is not None:
        _tell_household(making, label)
    term = making.term
    return MadeCode(
        id=row.id, digits=digits, door_id=door_id, kind=kind, works_from=term.works_from, works_until=term.works_until,
        stops_at_latest=term.stops_at_latest, first_use_before=term.first_use_before,
        clock_lost=making.epoch.clock_at is not None and making.epoch.clock_error_s is None,
    )  # fmt: skip


def revoke_temporary(*, code_id: UUID, by_person: UUID, now: datetime) -> NoReturn:
    """Always refuses: `temporary_doorcode_cannot_be_revoked`, with the alternative (CODE-6). NotYours for somebody else's code."""
    row = TemporaryCode.objects.filter(id=code_id, issuer_id=by_person).first()
    if row is None:
        raise NotYours
    raise Refused(
        "temporary_doorcode_cannot_be_revoked",
        _("This code cannot be taken back."),
        _("It ends by itself. Next time, invite your guest to the app: that you can end."),
        works_until=row.works_until.isoformat(),
        stops_at_latest=row.stops_at_latest.isoformat(),
    )


def raise_floor(*, door_id: UUID, by: Actor, now: datetime) -> tuple[FloorView, ...]:
    """Kills, with the next update, every temporary code issued so far at the door (CODE-13); later ones work with or without it. Their makers are told.

    Refused `no_device` where no device is active; an empty answer where nothing lives that could be killed.
    """
    door = Door.at(door_id)
    epoch = LockEpoch.objects.select_for_update().get(pk=_epoch(door_id).pk)  # two of a household at once tell the makers once
    ledger.append("code_floor", {"door": door_id, "lock": epoch.lock_id, "epoch": epoch.epoch}, now)
    epochs.tell_makers(epoch, door.view.property_id, now, but=by.person_id)
    made, ended = _floors(door, epoch, TemporaryCode.objects.all(), now, now)
    journal.record(
        by, "floor.raised", f"door:{door_id}", {} if door.view.unit_id else {"ended": ended}, now, property_id=door.view.property_id
    )
    news.say("door.touched", now=now, door_id=str(door_id))
    return made


def raise_floor_again(door_id: UUID, lock_id: str, epoch: int, at: datetime, now: datetime) -> bool:
    """After a restore: the floor that was raised `at` stands again, under the codes made later. False where it stands, or the device is gone."""
    row = epochs.open_at(door_id)
    if row is None or (row.lock_id, row.epoch) != (lock_id, epoch):
        return False
    if Floor.objects.filter(lock_id=lock_id, epoch=epoch, raised_at__gte=at).exists():
        return False
    made, _ended = _floors(Door.at(door_id), row, TemporaryCode.objects.filter(made_at__lte=at), at, now)
    news.say("door.touched", now=now, door_id=str(door_id))
    return bool(made)


def _floors(
    door: Door, epoch: LockEpoch, among: "QuerySet[TemporaryCode]", at: datetime, now: datetime
) -> tuple[tuple[FloorView, ...], int]:  # fmt: skip
    """Floors above everything issued until `at`, for as long as any of it lives; and how many codes that ends."""
    zone = rules.local_zone(door.building.zone, at)
    rows = among.filter(lock_id=epoch.lock_id, epoch=epoch.epoch)
    alive = rows.filter(stops_at_latest__gt=now)
    living = list(alive.select_for_update())
    made: list[FloorView] = []
    for cls in TempCls:
        # Every index of a bucket counts, also of codes that have ended: the floor must stand above all of them.
        buckets = {row.bucket for row in living if row.cls == cls}
        issued = list(rows.filter(cls=cls, bucket__in=buckets).values_list("bucket", "idx"))
        for bucket, idx in rules.floor_issue(cls, issued, bucket_of(cls, int(at.timestamp()), zone)):
            until = max(row.stops_at_latest for row in living) + 2 * timedelta(seconds=COARSE_S)  # however the clock does until then
            made.append(_write_floor(door.view.id, epoch, (int(cls), bucket, idx), until, at))
    alive.filter(floored_at=None).update(floored_at=at)
    return tuple(made), len(living)


def _begin(
    making_id: UUID, door_id: UUID, kind: str, *, by_person: UUID, call_id: UUID | None, day: date | None, as_staff: bool, now: datetime
) -> Making:  # fmt: skip
    if kind not in rules.KINDS or (kind in rules.CALL_KINDS and call_id is None):
        raise Problem("kind", _("Choose a kind of code."))
    door = Door.at(door_id)
    if not door.view.codes_allowed:
        raise Refused("codes_off", _("%(door)s gives no codes. Use the app or your card.") % {"door": door.view.name})
    epoch = _epoch(door_id)
    zone = rules.local_zone(door.building.zone, now)
    bucket = rules.bucket_for(kind, now, _day_offset(kind, day, door, now), zone)
    end = rules.term_of(kind, now, bucket, zone, COARSE_S).stops_at_latest
    term = rules.term_of(kind, now, bucket, zone, rules.clock_error_s(epoch.clock_error_s, epoch.clock_at, end))
    return Making(making_id, door, epoch, kind, by_person, call_id, as_staff, bucket, term, zone, now)


def _epoch(door_id: UUID) -> LockEpoch:
    epoch = epochs.open_at(door_id)
    if epoch is None:
        raise Refused("no_device", _("No code can be made at this door: no device is active."))
    return epoch


def _day_offset(kind: str, day: date | None, door: Door, now: datetime) -> int:
    if day is None or kind not in rules.DAY_KINDS:
        return 0
    offset = (day - local_day(now, door.building.zone)).days
    if offset not in (0, 1):
        raise Refused("not_today_or_tomorrow", _("Choose today or tomorrow."))
    return offset


def _check_maker(making: Making) -> None:
    """A maker's own access must cover what they give away, or they hear why not (CODE-4)."""
    door, now = making.door.view, making.now
    held = [w for w in access.windows(making.by_person, door.id, now) if w.starts <= now]
    if not held:
        raise Refused("no_access_now", _("You have no access to %(door)s now.") % {"door": door.name})
    if making.call_id is None:
        held = [w for w in held if w.may_share]
        if not held:
            raise Refused("may_not_share", _("%(door)s, it may not be shared.") % {"door": door.name})
    always = [w for w in held if w.schedule is None]
    if not always:
        raise Refused("your_hours", _("Your own access to %(door)s has hours, so you cannot give a code there.") % {"door": door.name})
    if not any(w.ends is None or w.ends >= making.term.works_until for w in always):
        ends = max(w.ends for w in always if w.ends is not None)
        title = _("Your own access to %(door)s ends before this code would.") % {"door": door.name}
        raise Refused("your_end", title, _("Choose an end before that."), ends=ends.isoformat())


def _check_quota(making: Making) -> None:
    """4 codes a day and door, 10 in all (D.8); codes made in a visitor call do not count (decision 0063)."""
    if making.call_id is not None:
        return
    zone = making.door.building.zone
    start, end = day_bounds(local_day(making.now, zone), zone)
    today = TemporaryCode.objects.filter(issuer_id=making.by_person, made_at__gte=start, call_id=None).exclude(issuer_cls=STAFF_CLS)
    if today.filter(door_id=making.door.view.id).count() >= rules.QUOTA_PER_DOOR:
        raise TooMany("quota", _("4 codes for this door today is the most."), _("Invite your guest instead."), retry_at=end)
    if today.count() >= rules.QUOTA_IN_ALL:
        raise TooMany("quota", _("10 codes today is the most."), _("Invite your guest instead."), retry_at=end)


def _issued(making: Making, label: str) -> tuple[TemporaryCode, str]:
    """The code that was written. Whoever loses the race for an index to another worker takes the next one."""
    for _try in range(RACES_MAX):
        idx, digits = _issue(making)
        try:
            with transaction.atomic():
                row = _write(making, idx, label)
        except IntegrityError:
            if TemporaryCode.objects.filter(id=making.id).exists():
                # The same wish, asked twice at once: the other one's answer is on its way.
                raise Refused("made_before", _("This code was made already, and its digits were shown once.")) from None
            continue
        _remember(row)
        return row, digits
    return _none_left(making)


def _issue(making: Making) -> tuple[int, str]:
    """The next free index of the bucket and its digits, or when there will be one."""
    door, epoch = making.door, making.epoch
    held = list(PermanentCode.objects.filter(door_id=door.view.id, freed_at=None))
    keypad = keypad_of(door, len(held), making.now)
    lengths = tuple(dict.fromkeys((keypad.digits, keypad.proven_digits or keypad.digits)))
    key = DailyKey(epochs.secrets_of(epoch).k_daily, bytes.fromhex(epoch.lock_id), epoch.epoch)
    ring = rules.Keyring(key, lengths, door.settings(len(held)).widths, making.zone)
    if not ring.widths[making.cls]:
        raise Refused("not_at_this_door", _("This kind of code does not exist at this door."))
    # Every issue of this bucket, whoever made it; the unique constraint settles what two workers ask for at once.
    issued = TemporaryCode.objects.filter(lock_id=epoch.lock_id, epoch=epoch.epoch, cls=making.cls, bucket=making.bucket)
    last = issued.aggregate(last=Max("idx"))["last"]
    floor = Floor.objects.filter(lock_id=epoch.lock_id, epoch=epoch.epoch, cls=making.cls, bucket=making.bucket).aggregate(f=Max("idx"))[
        "f"
    ]
    first = max(-1 if last is None else last, (floor or 0) - 1) + 1
    chosen = rules.choose_issue(ring, making.cls, making.bucket, first, {value_of(door, row) for row in held})
    if chosen is None:
        _none_left(making)
    return chosen


def _none_left(making: Making) -> NoReturn:
    if making.kind in rules.DAY_KINDS:
        raise TooMany("no_more_that_day", _("No more codes for this door on that day."))
    step = rules.BUCKET_S[making.cls]
    at = datetime.fromtimestamp(EPOCH_2024 + step * (making.bucket + 1), UTC)
    wall = at.astimezone(making.door.building.zone).strftime("%H:%M")
    raise TooMany("next_code_at", _("Next code for this door at %(time)s.") % {"time": wall}, retry_at=at)


def _write(making: Making, idx: int, label: str) -> TemporaryCode:
    sealed = kms.seal(f"person:{making.by_person}", label[: rules.LABEL_MAX_CHARS], label_place(making.id)) if label else None
    held = access.windows(making.by_person, making.door.view.id, making.now)
    issuer_cls = STAFF_CLS if making.as_staff else min((int(w.cls) for w in held), default=int(Cls.CODE_HOLDER))
    return TemporaryCode.objects.create(
        id=making.id, door_id=making.door.view.id, lock_id=making.epoch.lock_id, epoch=making.epoch.epoch, cls=making.cls, bucket=making.bucket,
        idx=idx, kind=making.kind, issuer_id=making.by_person, issuer_cls=issuer_cls, label=sealed, call_id=making.call_id, made_at=making.now,
        works_until=making.term.works_until, stops_at_latest=making.term.stops_at_latest,
    )  # fmt: skip


def _remember(row: TemporaryCode) -> None:
    """The lock will take this code whatever database we have tomorrow: whose it is and that its index is used must not be forgotten."""
    facts: dict[str, str | int | UUID] = {
        "id": row.id, "door": row.door_id, "lock": row.lock_id, "epoch": row.epoch, "cls": row.cls, "bucket": row.bucket, "idx": row.idx,
        "kind": row.kind, "person": row.issuer_id, "as": row.issuer_cls, "until": int(row.works_until.timestamp()),
        "latest": int(row.stops_at_latest.timestamp()),
    }  # fmt: skip
    ledger.append("code_made", facts, row.made_at)


def _write_floor(door_id: UUID, epoch: LockEpoch, issue: tuple[int, int, int], until: datetime, now: datetime) -> FloorView:
    cls, bucket, idx = issue
    same = Floor.objects.filter(lock_id=epoch.lock_id, epoch=epoch.epoch, cls=cls)
    if cls >= TempCls.HOURS_24:
        same.exclude(bucket=bucket).delete()  # the newer one ends everything the older ones end
    values = {"door_id": door_id, "idx": idx, "raised_at": now, "until": until}
    row, _made = Floor.objects.update_or_create(lock_id=epoch.lock_id, epoch=epoch.epoch, cls=cls, bucket=bucket, defaults=values)
    return FloorView(row.door_id, row.cls, row.bucket, row.idx, row.raised_at)


def forget_maker(*, lock_id: bytes, epoch: int, person_id: UUID, but: Collection[int] = ()) -> None:
    """The indices that a lock may still write down name this maker no more (R62); those made in these classes do."""
    made = TemporaryCode.objects.filter(lock_id=lock_id.hex(), epoch=epoch, issuer_id=person_id).exclude(issuer_cls__in=but)
    made.update(issuer_id=NOBODY, label=None)


def label_place(code_id: UUID) -> str:
    """Where a label stands, for sealing."""
    return kms.context("credentials_temporarycode", "label", code_id)


def _tell_household(making: Making, why: str) -> None:
    """A code that staff made for a home is told to everybody who lives there, at once (CODE-4)."""
    door = making.door.view
    if door.unit_id is None:
        return
    facts = {"door": str(door.id), "maker": str(making.by_person), "why": why[: rules.LABEL_MAX_CHARS]}
    for person in people.household(door.unit_id, making.now):
        outbox.put(
            "notice", {"kind": "code_made_at_unit", "person": str(person.id), "property": str(door.property_id), "facts": facts}, making.now
        )
