"""Stills as they come from locks: sealed to their audience, taken once the record names them, ended with their day (F.5, R20, R21, R24).

Anybody can seal a parcel to the service, so one that no believed PHOTO record names is only kept for a while, bounded, and shown to nobody. What is
stored is still sealed to the door's photo key, and once more under its building's day: destroying either key ends it.
"""

from datetime import datetime

from limen.history import place, rules
from limen.history.models import Photo, Record
from limen.history.place import Door
from limen.history.views import Taken
from limen.kernel.periods import day_bounds, local_day
from limen.storage import chance, kms, outbox
from limen.wire.cbor import WireError
from limen.wire.events import Event as Said
from limen.wire.hpke import HpkeOpener
from limen.wire.photos import PhotoReason, SealedPhoto, open_parcel, open_photo, parcel_name

UNNAMED_MAX = 128
OVER = "photos.over"


def take(lock_id: bytes, data: bytes, now: datetime) -> Taken:
    """Takes one parcel. `refused` if no lock of ours can have sealed it for us, or the lock's record names another still for that number."""
    try:
        named, _ = parcel_name(data)
    except WireError:
        return Taken("refused", reason="not_a_parcel")
    if named != lock_id:
        return Taken("refused", reason="another_lock")
    found = place.opened(lock_id, lambda opener: open_parcel(data, opener)[1])
    if found is None:
        return Taken("refused", reason="not_for_us")
    owner, photo = found
    record = Record.of(lock=lock_id, epoch=owner.epoch, door_id=owner.door_id, property_id=owner.property_id)
    row = Photo.objects.filter(record=record, seq=photo.seq, digest=photo.digest).first()
    if row is None and Photo.objects.filter(record=record, seq=photo.seq, named=True).exists():
        return Taken("refused", reason="another_still")
    if row is not None and (row.gone or row.body is not None):
        return Taken("known")
    row = row or Photo(id=chance.fresh_id(), record=record, seq=photo.seq, digest=photo.digest)
    row.reason, row.arrived_at, row.body = int(photo.reason), now, photo.sealed
    if row.named:
        _seal(row)
    row.save()
    _forget_unnamed(record)
    return Taken("taken", stored=1)


def note(record: Record, door: Door, said: Said, now: datetime) -> None:
    """What a believed record says of stills: there is one, or some are gone."""
    if said.photo is not None and said.of_seq is not None:
        _name(record, door, said, said.of_seq, now)
    if said.photos_lost is not None:
        first, last = said.photos_lost.first, said.photos_lost.last
        Photo.objects.filter(record=record, seq__gte=first, seq__lte=last, named=True, body=None).update(gone=True)


def covered(record: Record) -> bytes | None:
    """H of the last still up to which all have come or will never come: the lock need not keep those (L-17)."""
    last = None
    rows = Photo.objects.filter(record=record, named=True).order_by("seq").values_list("digest", "gone", "arrived_at")
    for digest, gone, arrived_at in rows:
        if arrived_at is None and not gone:
            return last
        last = bytes(digest)
    return last


def opened(row: Photo) -> bytes | None:
    """The still itself; None where a key on the way is gone. The caller has asked the table of visibility."""
    if row.body is None or row.day is None or row.reason is None or row.audience is None:
        return None
    try:
        sealed = kms.unseal(day_key(row), bytes(row.body), _context(row))
        private = kms.photo_key(row.audience).private
    except kms.Unreadable:
        return None
    photo = SealedPhoto(row.seq, PhotoReason(row.reason), sealed)
    try:
        return open_photo(bytes.fromhex(row.record.lock), photo, HpkeOpener(private))
    except WireError:
        return None


def end_day(key: str, day: str, property_id: str, now: datetime) -> None:
    """The day's stills end for everybody; what is left of them takes no room."""
    kms.destroy(key, now=now)
    Photo.objects.filter(record__property_id=property_id, day=day).update(body=None, gone=True)


def day_key(row: Photo) -> str:
    """The key of a building's day for stills; events have another, and live longer."""
    return f"photoday:{row.record.property_id}:{row.day}"


def _name(record: Record, door: Door, said: Said, seq: int, now: datetime) -> None:
    """A PHOTO record is the lock's word: other stills that claimed its number go."""
    at, uncertain_s = rules.happened(said.t, said.tq)
    claims = Photo.objects.filter(record=record, seq=seq)
    row = claims.filter(digest=said.photo).first() or Photo(id=chance.fresh_id(), record=record, seq=seq, digest=said.photo)
    claims.exclude(pk=row.pk).delete()
    row.named, row.day, row.audience = True, local_day(at, door.zone), door.audience
    end = door.ends("photo", at, uncertain_s)
    if end is None or end <= now:
        row.gone, row.body = True, None
    _order_end(row, door, now)
    if row.body is not None:
        _seal(row)
    row.save()


def _seal(row: Photo) -> None:
    """Under the key of its day; too late for a day whose key is gone."""
    assert row.body is not None
    try:
        row.body = kms.seal(day_key(row), bytes(row.body), _context(row))
    except kms.Destroyed:
        row.gone, row.body = True, None


def _order_end(row: Photo, door: Door, now: datetime) -> None:
    """Once a day and building: the table says when the day's last still ends."""
    assert row.day is not None
    if row.gone or Photo.objects.filter(record__property_id=row.record.property_id, day=row.day, named=True).exists():
        return
    end = door.ends("photo", day_bounds(row.day, door.zone)[1], 0)
    body = {"key": day_key(row), "day": row.day.isoformat(), "property": str(row.record.property_id)}
    outbox.put(OVER, body, now, due=end or now)


def _forget_unnamed(record: Record) -> None:
    unnamed = Photo.objects.filter(record=record, named=False).order_by("-arrived_at").values_list("pk", flat=True)
    if gone := list(unnamed[UNNAMED_MAX:]):
        Photo.objects.filter(pk__in=gone).delete()


def _context(row: Photo) -> str:
    return kms.context("history_photo", "body", row.id)
