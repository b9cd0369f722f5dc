"""A door's settings as its lock must hold them (protocol B.1 config, D.8), and when a new zone table is reason enough for a new version."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import cast
from uuid import UUID
from zoneinfo import ZoneInfo

from limen.credentials import queries as credentials
from limen.credentials.queries import CardPolicyView
from limen.fleet.catalogue import Model
from limen.places import queries as places
from limen.storage import kms
from limen.wire import cbor, limits
from limen.wire.guessing import shipped
from limen.wire.records import Config, ConfigFlags, DoorKind
from limen.wire.schedules import Interval, Schedule
from limen.wire.zones import Zone, offset_s

KINDS = {"entrance": DoorKind.ENTRANCE, "common": DoorKind.COMMON, "unit": DoorKind.UNIT, "service": DoorKind.SERVICE}
RECORD_TTL_DAYS = 90  # R61: what nobody has carried by then a lock forgets by itself
ZONE_REACH = timedelta(days=4 * 365 + 1)  # B.1: at least four years ahead
STEP = timedelta(days=7)
FIRST_DAY = date(2024, 1, 1)


def wanted_config(door_id: UUID, model: Model, now: datetime, *, has_hours: bool = False) -> Config:
    """What the door's settings say now. `has_hours`: its list holds hours; only there, or with passage hours, holidays mean anything."""
    door = places.door_view(door_id)
    building = places.property_view(door.property_id)
    kind = KINDS[door.kind]
    odds = credentials.odds(door_id, now)
    settings = shipped(kind, odds.permanent)
    passage = passage_of(door.doorway) if model.door_sensor else None
    return Config(
        digits=odds.digits,
        door_kind=kind,
        bucket=settings.bucket,
        widths=settings.widths,
        zone=zone_table(ZoneInfo(building.time_zone), now),
        engaged_ms=1_000 * door.doorway.engaged_s if 1_000 * door.doorway.engaged_s in model.engaged_ms else model.engaged_ms[-1],
        key_pause_s=door.key_pause_s,
        flags=_flags(model, credentials.card_policy(door.property_id), strict=door.strict),
        record_ttl_days=RECORD_TTL_DAYS,
        holidays=_kept(day_numbers(places.holidays(door.property_id)), now) if has_hours or passage else (),
        passage=passage,
        ajar_s=door.doorway.ajar_s if model.door_sensor else None,
        photo_key=kms.photo_key(door.unit_id or door.property_id).public if model.camera else None,
    )


def passage_of(doorway: places.Doorway) -> Schedule | None:
    """The passage hours as a lock reads them."""
    hours = doorway.passage
    return Schedule(tuple(Interval(i.days, i.from_minute, i.to_minute) for i in hours.intervals)) if hours else None


def day_numbers(days: Iterable[date]) -> tuple[int, ...]:
    """Local days as a lock counts them: from 1 Jan 2024 on, a Monday (B.1)."""
    return tuple(sorted((day - FIRST_DAY).days for day in days))


def day_of(number: int) -> date:
    """The local day of such a number."""
    return FIRST_DAY + timedelta(days=number)


def changed_days(held: Config | None, wanted: Config, now: datetime) -> tuple[date, ...]:
    """Days that become holidays or stop being some by this config, the earliest first."""
    before = set(_kept(held.holidays, now)) if held is not None else set()
    return tuple(day_of(number) for number in sorted(before ^ set(wanted.holidays)))


def _kept(numbers: Iterable[int], now: datetime) -> tuple[int, ...]:
    """Without the days that are over in every zone, also for a clock that is behind: that a day passed is no change."""
    since = (now.date() - FIRST_DAY).days - 2
    return tuple(number for number in numbers if number >= since)


def zone_table(zone: ZoneInfo, now: datetime) -> Zone:
    """The zone's changes from the start of last year on: 20 at most, about nine years where clocks change twice a year."""
    at = datetime(now.year - 1, 1, 1, tzinfo=UTC)
    offset = _offset(zone, at)
    rows = [(int(at.timestamp()), offset)]
    end = at + timedelta(days=366 * 12)
    while at < end and len(rows) < limits.ZONE_CHANGES_MAX:
        if (later := _offset(zone, at + STEP)) != offset:
            rows.append((_moment(zone, at, at + STEP, offset), later))
            offset = later
        at += STEP
    return tuple(rows)


def same_settings(held: Config | None, wanted: Config, now: datetime) -> bool:
    """True if the lock needs nothing new: all but the zone table equal (days that passed aside), and the held table right and long enough (B.1)."""
    if held is None or replace(held, zone=wanted.zone, holidays=_kept(held.holidays, now)) != wanted:
        return False
    return _agrees(held.zone, wanted.zone, now)


def stored_config(config: Config) -> str:
    """The config as text for the database: the wire's own form, in hexadecimal."""
    return cbor.encode(config.to_value()).hex()


def read_config(stored: object) -> Config | None:
    """What `stored_config` wrote, or None where there is nothing yet."""
    return Config.from_value(cbor.decode(bytes.fromhex(cast(str, stored)))) if stored else None


def _flags(model: Model, cards: CardPolicyView, *, strict: bool) -> ConfigFlags:
    """Weak cards where the property switched them on and the model reads cards (CARD-3); privacy where there is a deadbolt for it; strict where
    the door is (C.3)."""
    flags = ConfigFlags.PRIVACY_DEADBOLT if model.privacy_deadbolt else ConfigFlags.NONE
    if strict:
        flags |= ConfigFlags.STRICT
    if model.nfc and cards.allow_uid:
        flags |= ConfigFlags.UID
    if model.nfc and cards.allow_sun:
        flags |= ConfigFlags.SUN
    return flags


def _agrees(held: Zone, wanted: Zone, now: datetime) -> bool:
    """The held table is right as far as it goes and goes four years ahead (a zone without changes has one row and goes on for ever)."""
    since = int((now - timedelta(days=2)).timestamp())
    last = held[-1][0]
    ahead = [row for row in held if row[0] > since]
    known = [row for row in wanted if row[0] > since]
    if offset_s(held, since) != offset_s(wanted, since):
        return False
    if ahead != [row for row in known if row[0] <= last]:
        return False
    return not known or len(ahead) == len(known) or last >= int((now + ZONE_REACH).timestamp())


def _offset(zone: ZoneInfo, at: datetime) -> int:
    shift = at.astimezone(zone).utcoffset()
    return int(shift.total_seconds()) // 60 if shift else 0


def _moment(zone: ZoneInfo, low: datetime, high: datetime, offset: int) -> int:
    """The second at which the offset stops being `offset`, between two instants."""
    a, b = int(low.timestamp()), int(high.timestamp())
    while b - a > 1:
        middle = (a + b) // 2
        if _offset(zone, datetime.fromtimestamp(middle, UTC)) == offset:
            a = middle
        else:
            b = middle
    return b
