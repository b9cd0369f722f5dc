"""What becomes of a still (F.5; invariants 63 to 65)."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import pytest

from limen.lock.commands import Command, TakePhoto
from limen.lock.decide import Granted, Refused
from limen.lock.events import InsideBolt, InsideHandle, KeyTurned, PhotoTaken, Ticked
from limen.lock.openings import Attempt
from limen.wire import limits
from limen.wire import operations as ask
from limen.wire.answers import Given
from limen.wire.events import Event, Kind, LossReason, Method
from limen.wire.grants import Cls
from limen.wire.hpke import HpkeOpener, NotForUs
from limen.wire.logacks import AckKind
from limen.wire.operations import Op
from limen.wire.photos import PhotoReason, SealedPhoto, open_parcel, open_photo
from limen.wire.receipts import TrustedTime
from limen.wire.records import DoorKind
from limen.wire.refusals import Reason
from tests.unit.lock.reading import events, log
from tests.unit.lock.site import CONFIG, DANA, GUS, PHOTO_KEY, House, house, lens

UNIT = replace(CONFIG, door_kind=DoorKind.UNIT)
AUDIENCE = HpkeOpener(PHOTO_KEY)
HANDS = (KeyTurned(), InsideHandle(), InsideBolt(True), InsideBolt(False))


def wanted(commands: Sequence[Command]) -> list[int]:
    return [command.seq for command in commands if isinstance(command, TakePhoto)]


def taken(home: House, commands: Sequence[Command]) -> None:
    for seq in wanted(commands):
        home.rig.do(PhotoTaken(seq, b"still %d" % seq))


def entered(home: House, cls: Cls | None, method: Method = Method.APP) -> list[Command]:
    """Somebody of this class was let in; the credential's own checks are proven elsewhere."""
    return home.rig.lock._openings.open(Granted(cls, 5), Attempt(method), home.rig.at).commands


def refused(home: House, cls: Cls | None = None, method: Method = Method.CODE) -> list[Command]:
    return home.rig.lock._openings.refuse(Refused(Reason.WRONG_CODE, cls), Attempt(method), home.rig.at).commands


def kept(home: House) -> list[int]:
    """The records whose stills lie in flash."""
    return home.rig.lock._openings.photos.numbers()


def told(home: House) -> list[int | None]:
    return [event.of_seq for event in events(home) if event.kind is Kind.PHOTO]


def losses(home: House) -> list[Event]:
    return [one.event for one in log(home).events if one.event.photos_lost is not None]


def carried(home: House) -> list[SealedPhoto]:
    """All that a courier of the household pulls."""
    talk, _ = home.present(DANA, home.service.grant(DANA), Op.PHOTO)
    found: list[SealedPhoto] = []
    while True:
        parcel = b""
        while True:
            given = talk.ask(ask.PhotoAsk(len(found), len(parcel)))
            assert isinstance(given, Given)
            parcel += given.data
            if not given.data:
                break
        if not parcel:
            home.rig.hang_up()
            return found
        found.append(open_parcel(parcel, home.service.klog)[1])


@pytest.mark.rule("LOCK-9", "CARD-4")
@pytest.mark.parametrize("kind", DoorKind)
@pytest.mark.parametrize("lost", [False, True])
def test_the_sensor_is_powered_only_where_the_table_says_so_in_every_state(kind: DoorKind, lost: bool) -> None:
    """Never for a resident at a unit door, an exit or a metal key, clock lost or keypad locked out included (invariant 63)."""
    home = house(replace(CONFIG, door_kind=kind, bucket=replace(CONFIG.bucket, tokens=1)))
    home.sync_clock(DANA)
    if lost:
        home.rig.pull_battery()
    assert (home.rig.lock.memory.read_clock(home.rig.at).quality is TrustedTime.LOST) is lost
    for locked_out in (False, True):
        if locked_out:
            home.rig.type("1234567")
            home.rig.wait(61_000)
            assert "Too many" in lens(home.rig.type("1234567"))
        for event in HANDS:
            assert not wanted(home.rig.do(event))
        for method, cls in product(Method, (None, *Cls)):
            if method in (Method.METAL_KEY, Method.INSIDE, Method.NONE):
                continue
            at_home = kind is DoorKind.UNIT and cls is Cls.RESIDENT
            guest, shared = cls in (Cls.APP_GUEST, Cls.CODE_HOLDER), kind in (DoorKind.ENTRANCE, DoorKind.COMMON)
            assert bool(wanted(entered(home, cls, method))) is (cls is not None and not at_home and (guest or shared))
            home.rig.wait(61_000)
            by_code = method in (Method.CODE, Method.TEMPORARY_CODE)
            assert bool(wanted(refused(home, cls, method))) is (by_code and not at_home)


@pytest.mark.rule("LOCK-9")
def test_the_sensor_is_not_powered_before_the_decision() -> None:
    """Lens, digits, card and connection order no still; only what was decided does (invariant 63)."""
    home = house()
    home.rig.log.clear()
    talk, _ = home.present(DANA, home.service.grant(DANA))
    assert not wanted(home.rig.log)
    talk.ask(ask.Unlock("tap"))
    assert len(wanted(home.rig.log)) == 1


@pytest.mark.rule("LOCK-9")
def test_a_guest_at_a_flat_is_photographed_and_the_resident_is_not() -> None:
    """By their phones, through the whole lock."""
    home = house(UNIT)
    home.rig.log.clear()
    home.unlock(DANA)
    assert wanted(home.rig.log) == []
    home.unlock(GUS, home.service.grant(GUS, Cls.APP_GUEST))
    assert len(wanted(home.rig.log)) == 1


@pytest.mark.rule("LOCK-9")
@pytest.mark.parametrize(("model", "config"), [("M2", CONFIG), ("M", replace(CONFIG, photo_key=None))])
def test_without_a_camera_or_anybody_to_seal_to_no_sensor_is_powered(model: str, config: object) -> None:
    """Models say so in their capabilities, doors in their config."""
    home = house(config, model)  # type: ignore[arg-type]
    assert not wanted(entered(home, Cls.RESIDENT))


@pytest.mark.rule("LOCK-9", "SEC-2")
def test_a_still_is_sealed_to_its_audience_and_its_hash_is_in_the_record() -> None:
    """The building's own record key does not open it (invariant 65)."""
    home = house()
    (seq,) = wanted(entered(home, Cls.RESIDENT))
    home.rig.do(PhotoTaken(seq, b"still"))
    record = events(home)[-1]
    (photo,) = carried(home)
    assert (record.kind, record.of_seq, record.photo) == (Kind.PHOTO, seq, photo.digest)
    assert (photo.seq, photo.reason) == (seq, PhotoReason.ENTRY)
    assert open_photo(home.service.lock_id, photo, AUDIENCE) == b"still"
    for opener in (home.service.klog, HpkeOpener(b"\x07" * 32)):
        with pytest.raises(NotForUs):
            open_photo(home.service.lock_id, photo, opener)
    assert b"still" not in home.rig.flash.image()  # type: ignore[attr-defined]


@pytest.mark.rule("LOCK-9")
def test_a_wrong_code_at_a_flat_waits_a_minute_and_is_dropped_unseen_if_a_resident_enters() -> None:
    """Taken before, or still in the sensor when the resident comes in: nobody ever sees it (invariant 64)."""
    home = house(UNIT)
    taken(home, home.rig.type("1234567"))
    home.rig.wait(61_000 - 1_000)
    late = wanted(home.rig.type("1234567"))
    home.unlock(DANA)
    for seq in late:
        home.rig.do(PhotoTaken(seq, b"late"))
    home.rig.wait(61_000)
    home.rig.do(Ticked())
    assert late and kept(home) == told(home) == []


@pytest.mark.rule("LOCK-9")
def test_a_wrong_code_at_a_flat_is_kept_a_minute_after_the_last_wrong_code() -> None:
    """The refusal names no picture; a record of its own does."""
    home = house(UNIT)
    taken(home, home.rig.type("1234567"))
    home.rig.wait(50_000)
    taken(home, home.rig.type("1234567"))
    home.rig.wait(55_000)
    home.rig.do(Ticked())
    assert told(home) == []
    home.rig.wait(6_000)
    home.rig.do(Ticked())
    (seq,) = kept(home)
    assert told(home) == [seq]
    assert all(event.photo is None for event in events(home) if event.kind is Kind.ENTRY)


@pytest.mark.rule("LOCK-9")
def test_waiting_pictures_are_lost_with_power_and_kept_ones_are_not() -> None:
    """What waits is in memory alone."""
    home = house(UNIT)
    taken(home, entered(home, Cls.APP_GUEST))
    taken(home, home.rig.type("1234567"))
    home.rig.pull_battery()
    home.rig.wait(61_000)
    home.rig.do(Ticked())
    assert len(kept(home)) == len(told(home)) == 1
    assert not losses(home)


def test_wrong_codes_are_photographed_once_a_minute_and_sixteen_are_kept() -> None:
    """They evict each other, never somebody's entry, and say so (invariant 64)."""
    home = house()
    taken(home, entered(home, Cls.RESIDENT))
    first = kept(home)
    for _ in range(20):
        taken(home, refused(home))
        taken(home, refused(home))
        home.rig.wait(61_000)
    assert len(kept(home)) == 17 and first[0] in kept(home)
    gone = [loss.photos_lost for loss in losses(home)]
    assert [(loss.count, loss.reason) for loss in gone if loss] == [(1, LossReason.OVERFLOW)] * 4
    assert {seq for seq in told(home) if seq not in kept(home)} == {loss.first for loss in gone if loss}


@pytest.mark.rule("LOCK-9")
def test_beyond_sixty_four_the_oldest_goes_with_a_loss_that_covers_no_record() -> None:
    """The record stays whole: only its picture is gone."""
    home = house()
    for _ in range(limits.PHOTOS_MAX + 3):
        taken(home, entered(home, Cls.RESIDENT))
    assert len(kept(home)) == limits.PHOTOS_MAX
    assert [loss.photos_lost.first for loss in losses(home) if loss.photos_lost] == told(home)[:3]
    assert all(loss.loss is None for loss in losses(home))
    assert home.rig.lock.memory.journal.lost == 0


def test_after_thirty_days_a_still_goes() -> None:
    """On the lock no picture grows older, whether or not anybody fetched it."""
    home = house()
    taken(home, entered(home, Cls.RESIDENT))
    home.wait(29 * 86_400)
    home.rig.do(Ticked())
    assert len(kept(home)) == 1
    home.wait(86_400)
    home.rig.do(Ticked())
    assert kept(home) == []
    assert [loss.photos_lost.reason for loss in losses(home) if loss.photos_lost] == [LossReason.PRIVACY]


def test_an_acknowledgement_frees_the_stills_up_to_the_one_it_names_and_nothing_else_does() -> None:
    """Only KL's word, by hash, so that a courier cannot count; a repeated or unknown one changes nothing (invariant 58)."""
    home = house()
    for _ in range(4):
        taken(home, entered(home, Cls.RESIDENT))
    photos = carried(home)
    head = home.rig.lock.memory.journal.head.tag
    talk, _ = home.present(DANA, home.service.grant(DANA), Op.ACK)
    talk.ask(ask.AckTell(home.service.ack(b"x" * 16)))
    assert len(kept(home)) == 4
    talk.ask(ask.AckTell(home.service.ack(head, photo=photos[1].digest)))
    assert kept(home) == [photo.seq for photo in photos[2:]]
    talk.ask(ask.AckTell(home.service.ack(head, photo=photos[1].digest)))
    assert len(kept(home)) == 2 and not losses(home)
    home.rig.hang_up()


def test_a_discard_takes_the_stills_of_that_time_along() -> None:
    """F.6: KL's word for privacy, with a LOSS."""
    home = house()
    taken(home, entered(home, Cls.RESIDENT))
    home.wait(7_200)
    taken(home, entered(home, Cls.RESIDENT))
    talk, _ = home.present(DANA, home.service.grant(DANA), Op.ACK)
    talk.ask(ask.AckTell(home.service.ack(home.rig.lock.memory.read_clock(home.rig.at).utime - 3_600, AckKind.DISCARD)))
    assert len(kept(home)) == 1
    assert [loss.photos_lost.reason for loss in losses(home) if loss.photos_lost] == [LossReason.PRIVACY]


def test_at_a_flat_only_the_household_carries_stills() -> None:
    """A guest's or a plumber's phone would learn from their number how many came (B.7)."""
    home = house(UNIT)
    taken(home, entered(home, Cls.APP_GUEST))
    for cls, some in ((Cls.APP_GUEST, False), (Cls.STAFF, False), (Cls.VENDOR, False), (Cls.RESIDENT, True)):
        talk, _ = home.present(GUS, home.service.grant(GUS, cls), Op.PHOTO)
        given = talk.ask(ask.PhotoAsk(0, 0))
        assert isinstance(given, Given)
        assert bool(given.data) is some


def test_a_picture_nobody_ordered_is_dropped() -> None:
    """The sensor does not decide; and a sensor that fails leaves no record of a picture."""
    home = house()
    home.rig.do(PhotoTaken(4, b"hello"))
    (seq,) = wanted(entered(home, Cls.RESIDENT))
    home.rig.do(PhotoTaken(seq, b""))
    assert kept(home) == told(home) == []


def test_a_released_lock_keeps_no_still() -> None:
    """Nothing of one owner is there in the next epoch (invariant 71)."""
    home = house()
    taken(home, entered(home, Cls.RESIDENT))
    home.rig.lock.memory.disown(2)
    assert kept(home) == []


def test_a_temporary_codes_holder_is_a_guest() -> None:
    """Who typed it is nobody we know, and is let in: the picture says why it was taken."""
    home = house(UNIT)
    taken(home, entered(home, Cls.CODE_HOLDER, Method.TEMPORARY_CODE))
    assert [photo.reason for photo in carried(home)] == [PhotoReason.GUEST]
