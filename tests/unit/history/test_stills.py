"""Stills: taken from anybody, believed from the lock, shown to those the table names, over after thirty days."""

from datetime import timedelta
from uuid import UUID

import pytest

from limen.fleet import queries as fleet
from limen.history import queries as history
from limen.history import stills
from limen.history.models import Photo
from limen.kernel.problems import NotYours
from limen.storage import kms, outbox
from limen.wire import hpke
from limen.wire.envelope import RoleKeys, Typ
from limen.wire.events import Kind, Loss, Method, Result
from limen.wire.grants import Cls
from limen.wire.hpke import HpkeOpener, NotForUs
from limen.wire.logacks import open_log_ack
from limen.wire.photos import PhotoReason, SealedPhoto, open_photo, seal_parcel, seal_photo
from tests.unit.history.conftest import Archive

STILL = b"\x89PNG a still of somebody"
COMMON, HOME = "Package Room", "Unit 4B"


def photographed(archive: Archive, door: str, who: str | None, result: Result = Result.GRANTED, method: Method = Method.APP) -> SealedPhoto:
    """Somebody came, was photographed, and a courier brought record and still."""
    photo = archive.lock(door).still(archive.entry(door, who, result=result, method=method), STILL)
    archive.carry(door)
    assert archive.take_parcel(door, archive.lock(door).parcels()[-1]).status == "taken"
    return photo


def wrong_code(archive: Archive, door: str) -> SealedPhoto:
    return photographed(archive, door, None, method=Method.CODE, result=Result.REFUSED)


def only(archive: Archive) -> UUID:
    return Photo.objects.get(named=True).id


def acknowledged_photo(archive: Archive, door: str) -> bytes | None:
    data = fleet.newest_ack(archive.lock(door).lock_id)
    return open_log_ack(data, RoleKeys({Typ.LOG_ACK: (kms.public("log"),)})).photo if data else None


@pytest.mark.rule("HISTORY-1", "LOCK-9")
@pytest.mark.parametrize(
    ("door", "who", "may"),
    [
        (COMMON, "Dana", {"Dana", "Sofia"}),
        (COMMON, None, {"Sofia"}),
        (HOME, "Ines", {"Ines", "Dana", "Theo"}),
        (HOME, None, {"Dana", "Theo"}),
    ],
)
def test_a_still_is_shown_to_those_the_table_names_and_to_nobody_else(archive: Archive, door: str, who: str | None, may: set[str]) -> None:
    """At shared doors building security and who is in it, at a flat the household and the guest; managers never (V6, V10)."""
    if who is None:
        wrong_code(archive, door)
    else:
        photographed(archive, door, who)
    for name in ("Dana", "Theo", "Ines", "Gus", "Ana", "Sofia"):
        if name in may:
            assert archive.look_at(name, only(archive)) == history.StillView(STILL, "image/png")
        else:
            with pytest.raises(NotYours):
                archive.look_at(name, only(archive))


@pytest.mark.rule("HISTORY-4")
def test_security_looking_at_a_still_is_seen_by_the_person_in_it(archive: Archive) -> None:
    """The household at its own door is not written down; staff always is."""
    photographed(archive, COMMON, "Dana")
    archive.look_at("Sofia", only(archive))
    archive.look_at("Dana", only(archive))
    assert [look.by for look in history.looks(archive.house.people["Dana"], archive.house.now)] == [archive.house.people["Sofia"]]


@pytest.mark.rule("HISTORY-2")
def test_beside_an_event_stands_what_became_of_its_still(archive: Archive) -> None:
    """Still on the lock, here, not this asker's, lost, over."""
    photo = archive.lock(COMMON).still(archive.entry(COMMON, "Dana"), STILL)
    archive.carry(COMMON)
    archive.lock(COMMON).still(archive.entry(COMMON, "Dana"), STILL)
    archive.carry(COMMON)
    assert [event.photo.state for event in archive.mine("Dana").events if event.photo] == ["on_lock", "on_lock"]
    archive.take_parcel(COMMON, archive.lock(COMMON).parcels()[0])
    archive.lock(COMMON).note(kind=Kind.LOSS, t=int(archive.house.now.timestamp()), photos_lost=Loss(photo.seq, photo.seq + 2, 2))
    archive.carry(COMMON)
    lost, here = [event.photo for event in archive.mine("Dana").events]
    assert here is not None and (here.state, here.id) == ("shown", Photo.objects.get(seq=photo.seq).id)
    assert here.until is not None and here.until - archive.house.now > timedelta(days=29)
    assert lost == history.PhotoView("gone")
    assert {event.photo.state for event in archive.looked("Ana", COMMON).events if event.photo} == {"not_yours"}
    assert archive.looked("Ana", COMMON).gaps == (), "a lost still is no lost record"


@pytest.mark.rule("HISTORY-2")
@pytest.mark.parametrize("first", ["still", "record"])
def test_still_and_record_may_come_in_any_order(archive: Archive, first: str) -> None:
    """What no believed record names is shown to nobody, and counts for nothing."""
    photo = archive.lock(COMMON).still(archive.entry(COMMON, "Dana"), STILL)
    if first == "still":
        assert archive.take_parcel(COMMON, archive.lock(COMMON).parcels()[0]).status == "taken"
        assert not Photo.objects.filter(named=True).exists()
        archive.carry(COMMON)
    else:
        archive.carry(COMMON)
        assert acknowledged_photo(archive, COMMON) is None
        archive.take_parcel(COMMON, archive.lock(COMMON).parcels()[0])
    assert archive.take_parcel(COMMON, archive.lock(COMMON).parcels()[0]).status == "known"
    assert archive.look_at("Dana", only(archive)).data == STILL
    assert acknowledged_photo(archive, COMMON) == photo.digest


def test_the_lock_is_told_to_forget_stills_only_up_to_the_first_that_lacks(archive: Archive) -> None:
    """What is lost or late is not waited for (L-17)."""
    lock = archive.lock(COMMON)
    photos = [lock.still(archive.entry(COMMON, "Dana"), STILL) for _ in range(4)]
    archive.carry(COMMON)
    parcels = lock.parcels()
    archive.take_parcel(COMMON, parcels[2])
    assert acknowledged_photo(archive, COMMON) is None
    archive.take_parcel(COMMON, parcels[0])
    assert acknowledged_photo(archive, COMMON) == photos[0].digest
    lock.note(kind=Kind.LOSS, t=int(archive.house.now.timestamp()), photos_lost=Loss(photos[1].seq, photos[1].seq, 1))
    archive.carry(COMMON)
    assert acknowledged_photo(archive, COMMON) == photos[2].digest


def test_an_invented_still_is_shown_to_nobody_and_hides_nothing(archive: Archive) -> None:
    """Anybody can seal to the service and to the audience: only what the lock's record names counts."""
    lock = archive.lock(COMMON)
    event = archive.entry(COMMON, "Dana")
    photo = lock.still(event, STILL)
    assert lock.ticket is not None and lock.state is not None and lock.state.config.photo_key is not None
    forged = seal_photo(lock.lock_id, event.seq, PhotoReason.ENTRY, b"an insult", hpke.HpkeSealer(lock.state.config.photo_key))
    parcel = seal_parcel(lock.lock_id, 0, forged, hpke.HpkeSealer(lock.ticket.klog))
    assert archive.take_parcel(COMMON, parcel).status == "taken"
    archive.carry(COMMON)
    archive.take_parcel(COMMON, lock.parcels()[0])
    assert [bytes(row.digest) for row in Photo.objects.all()] == [photo.digest]
    assert archive.take_parcel(COMMON, parcel).status == "refused"
    assert archive.look_at("Dana", only(archive)).data == STILL


def test_what_nobody_named_is_bounded(archive: Archive) -> None:
    """A forger fills no table."""
    lock = archive.lock(COMMON)
    assert lock.ticket is not None
    for number in range(stills.UNNAMED_MAX + 3):
        archive.house.later(seconds=1)
        made = SealedPhoto(number, PhotoReason.ENTRY, b"%d" % number)
        archive.take_parcel(COMMON, seal_parcel(lock.lock_id, 0, made, hpke.HpkeSealer(lock.ticket.klog)))
    assert Photo.objects.count() == stills.UNNAMED_MAX
    assert archive.take_parcel(COMMON, bytes(4096)).status == "refused"
    assert archive.take_parcel(HOME, lock.segments()[0] if lock.written else bytes(4096)).status == "refused"


@pytest.mark.rule("PRIVACY-1")
def test_after_thirty_days_a_still_is_over_for_everybody(archive: Archive) -> None:
    """The day's key goes, and with it every copy; the event itself stays."""
    photographed(archive, COMMON, "Dana")
    photo_id = only(archive)
    key = stills.day_key(Photo.objects.get())
    archive.house.later(days=29)
    outbox.settle(archive.house.now)
    assert archive.look_at("Dana", photo_id).data == STILL
    archive.house.later(days=2)
    outbox.settle(archive.house.now)
    assert kms.is_destroyed(key)
    with pytest.raises(NotYours):
        archive.look_at("Dana", photo_id)
    (event,) = archive.mine("Dana").events
    assert event.photo == history.PhotoView("gone")


def test_a_still_that_comes_too_late_is_not_kept(archive: Archive) -> None:
    """R98 for pictures: named after its thirty days, it is over before it is shown."""
    then = archive.house.now
    archive.lock(COMMON).still(archive.entry(COMMON, "Dana", t=then), STILL)
    archive.house.later(days=31)
    archive.carry(COMMON)
    assert archive.take_parcel(COMMON, archive.lock(COMMON).parcels()[0]).status == "known"
    assert Photo.objects.get().body is None


@pytest.mark.rule("SEC-2")
def test_each_door_seals_to_its_own_audience(archive: Archive) -> None:
    """The flat's key opens no picture of the package room, nor does the record's key open either (invariant 65)."""
    keys = {door: archive.lock(door).state.config.photo_key for door in (COMMON, HOME)}  # type: ignore[union-attr]
    assert len(set(keys.values())) == 2 and None not in keys.values()
    photo = archive.lock(HOME).still(archive.entry(HOME, "Ines", cls=Cls.APP_GUEST), STILL)
    household = kms.photo_key(archive.house.units["4B"])
    assert household.public == keys[HOME]
    assert open_photo(archive.lock(HOME).lock_id, photo, HpkeOpener(household.private)) == STILL
    for other in (kms.photo_key(archive.house.property_id), kms.log_key(archive.house.property_id)):
        with pytest.raises(NotForUs):
            open_photo(archive.lock(HOME).lock_id, photo, HpkeOpener(other.private))
