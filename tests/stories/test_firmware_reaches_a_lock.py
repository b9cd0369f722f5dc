"""Firmware from three people with keys, by the service and a phone, into a real lock, and what everybody then knows about it."""

import hashlib
from datetime import datetime, timedelta

import pytest

from limen.fleet import queries as fleet
from limen.fleet import services
from limen.fleet.views import InboxEntry
from limen.lock.events import Cause, InsideButton
from limen.people import services as people
from limen.storage import roots
from limen.storage.transactions import unit_of_work
from limen.wire import firmware
from limen.wire import operations as ask
from limen.wire.answers import Answer, Denied, Given, Settled, Staged, missing
from limen.wire.bundles import Bundle
from limen.wire.envelope import SoftSigner
from limen.wire.firmware import Image, Targets
from limen.wire.operations import Op
from limen.wire.refusals import Reason, Status
from tests.unit.fleet.house import ANA, FACTORY, House
from tests.unit.lock import site
from tests.unit.lock.publisher import leave_alone

pytestmark = pytest.mark.django_db

HOLDERS = [SoftSigner.from_scalar(hashlib.sha256(b"holder %d" % n).digest()) for n in range(3)]
BYTES = hashlib.sha256(b"image").digest() * 200


class Owned(site.Service):
    """The wire's end of a lock that the real service owns; grants come from its inbox."""

    def __init__(self) -> None:
        super().__init__()
        self.factory = FACTORY


def owned(building: House, model: str = "M", at: str = "Package Room") -> site.House:
    """A real lock on a door, activated by the real service."""
    wire = Owned()
    rig = site.Rig(model).manufacture(wire)
    rig.boot()
    rig.do(InsideButton())
    talk = site.sticker_session(rig)
    door = building.doors[at]
    with unit_of_work():
        n_s = services.begin_activation(door_id=door, lock_id=rig.lock_id, by=ANA, now=building.now)
    given = talk.ask(ask.AttestAsk(n_s))
    assert isinstance(given, Given)
    assert talk.transport is not None
    with unit_of_work():
        done = services.finish_activation(door_id=door, attest=given.data, h=talk.transport.h, by=ANA, now=building.now)
    talk.ask(ask.TicketTell(done.ticket))
    home = site.House(wire, rig)
    answer = home.push(talk, Bundle.from_bytes(done.snapshot))
    assert isinstance(answer, Settled), answer
    building.hand_in(answer.receipt)
    device = fleet.device_at(door)
    assert device is not None
    wire.xs = device.xs_public
    return home


def session(building: House, home: site.House, op: Op = Op.FIRMWARE) -> tuple[site.Talk, InboxEntry]:
    """Milo's phone with what the service gave it, connected and proven."""
    entry = next(entry for entry in building.inbox("Milo") if entry.name == "Package Room")
    key = SoftSigner.from_scalar(hashlib.sha256(b"Milonative0").digest())
    talk, answer = home.present(key, entry.grants[0], op)
    assert not isinstance(answer, Denied), answer
    return talk, entry


def walk_by(building: House, home: site.House) -> Answer | None:
    """One visit: the list, then the image if there is one; what the lock says goes back to the service."""
    talk, entry = session(building, home)
    if entry.bundle is not None:
        answer = home.push(talk, Bundle.from_bytes(entry.bundle))
        assert isinstance(answer, Settled), answer
        building.hand_in(answer.receipt)
    brought: Answer | None = None
    if entry.firmware is not None:
        offer, digest = entry.firmware
        data = fleet.firmware_image(digest)
        assert data == BYTES
        brought = talk.ask(ask.FirmwarePush(None, offer))
        while isinstance(brought, Staged) and (lacking := missing(brought.bitmap, -(-len(data) // 1024))):
            brought = talk.ask(ask.FirmwarePush(lacking[0], data[lacking[0] * 1024 : lacking[0] * 1024 + 1024]))
    told = talk.ask(ask.TelemetryAsk())
    assert isinstance(told, Given)
    with unit_of_work():
        services.take_telemetry(data=told.data, now=building.later(seconds=5))
    home.rig.wait(5_000)
    return brought


def later(building: House, home: site.House, minutes: int) -> None:
    building.later(minutes=minutes)
    leave_alone(home, minutes)


def publish(now: datetime, **facts: int) -> None:
    digest, parts, _ = firmware.describe(BYTES)
    image = Image(number=41, vendor="limen", hardware=(1, 3), version=2, counter=2, size=len(BYTES), digest=digest, parts=parts, **facts)
    targets = Targets(model=3, ver=1, expires=int((now + timedelta(days=365)).timestamp()), images=(image,))
    statement = firmware.sign_targets(firmware.encode_targets(targets), HOLDERS[:2])
    with unit_of_work():
        services.publish_firmware(statement=statement, images={41: BYTES}, by=ANA, now=now)


def aim(building: House, number: int | None) -> None:
    with unit_of_work():
        services.aim_firmware(
            model="M", number=number, starts=building.now, ends=building.now + timedelta(days=60), by=ANA, now=building.now
        )


def bringing_an_image(building: House) -> site.House:
    """A lock to which somebody has just brought all of an image."""
    home = owned(building)
    roots.trust_firmware([holder.public for holder in HOLDERS])
    publish(building.now)
    aim(building, 41)
    walk_by(building, home)
    return home


@pytest.fixture
def building(now: datetime) -> House:
    house = House.build(now)
    house.door("Package Room")
    house.door("Apt 5E", "unit", unit="5E")
    house.person("Milo", unit="5E")
    house.give("Milo", house.group("All", "Package Room"))
    return house


@pytest.mark.rule("LOCK-11")
def test_an_image_goes_from_three_people_to_one_door(building: House) -> None:
    """Root, targets, list, direction, chunks, trial, confirmation; the page says what the lock itself said, at every step."""
    home = owned(building)
    door = building.doors["Package Room"]
    walk_by(building, home)
    known = fleet.firmware_at(door)
    assert known is not None
    assert (known.version, known.wanted, known.waits) == (1, None, False)
    roots.trust_firmware([holder.public for holder in HOLDERS])
    publish(building.now)
    aim(building, 41)
    known = fleet.firmware_at(door)
    assert known is not None
    assert (known.version, known.wanted, known.waits) == (1, 2, True)
    assert isinstance(walk_by(building, home), Staged)
    later(building, home, 2)
    walk_by(building, home)
    assert home.rig.lock.memory.slots.running.version == 2
    known = fleet.firmware_at(door)
    assert known is not None
    assert (known.version, known.waits) == (2, False)
    assert session(building, home)[1].firmware is None, "nothing more is carried"


def test_a_lock_that_gave_an_image_up_is_offered_it_no_more(building: House) -> None:
    """The service learns it from the lock's own telemetry."""
    home = bringing_an_image(building)
    later(building, home, 2)
    for _ in range(3):
        home.rig.boot(Cause.RESTART)
    assert home.rig.lock.memory.slots.running.version == 1
    walk_by(building, home)
    known = fleet.firmware_at(building.doors["Package Room"])
    assert known is not None
    assert (known.version, known.stopped, known.waits) == (1, 2, False)


def test_a_list_that_only_gives_waits_for_required_firmware_and_a_revocation_does_not(building: House) -> None:
    """`min-fw` in the manifest; what takes something away is never held back (part G)."""
    home = bringing_an_image(building)
    with unit_of_work():
        services.require_firmware(model="M", version=2, by=ANA, now=building.now)
    building.person("Dana", unit="5E")
    grant = building.give("Dana", building.group("Again", "Package Room"))
    talk, entry = session(building, home, Op.MANIFEST)
    assert entry.bundle is not None
    assert home.push(talk, Bundle.from_bytes(entry.bundle)) == Denied(Op.MANIFEST, Reason.NEEDS_UPDATE)
    building.revoke(grant)
    talk, entry = session(building, home, Op.MANIFEST)
    assert entry.bundle is not None
    answer = home.push(talk, Bundle.from_bytes(entry.bundle))
    assert isinstance(answer, Settled)
    assert answer.status is Status.APPLIED


@pytest.mark.rule("PRIVACY-6")
def test_what_is_left_of_somebody_waits_for_no_firmware(building: House) -> None:
    """Rosa's code had ended by itself, so the list that forgets her takes no access away; it goes all the same."""
    home = bringing_an_image(building)
    building.person("Rosa", app=False)
    building.give("Rosa", building.group("Once", "Package Room"), standing="non-resident", ends=building.now + timedelta(minutes=30))
    walk_by(building, home)
    later(building, home, 40)
    with unit_of_work():
        services.require_firmware(model="M", version=3, by=ANA, now=building.now)
        people.forget(person_id=building.people["Rosa"], by=ANA, now=building.now)
    talk, entry = session(building, home, Op.MANIFEST)
    assert entry.bundle is not None
    answer = home.push(talk, Bundle.from_bytes(entry.bundle))
    assert isinstance(answer, Settled) and answer.status is Status.APPLIED


def rotate(times: int) -> None:
    """So many times other people hold the keys; the last of them are the holders of these tests."""
    for number in range(times - 1):
        roots.trust_firmware([SoftSigner.from_scalar(hashlib.sha256(b"%d %d" % (number, n)).digest()).public for n in range(3)])
    roots.trust_firmware([holder.public for holder in HOLDERS])


def root_of(home: site.House) -> int:
    """The newest root that the lock itself believes."""
    assert home.rig.lock.memory.owner is not None
    return home.rig.lock.memory.owner.trust.root.n


@pytest.mark.rule("LOCK-11")
def test_a_lock_that_slept_through_twenty_roots_catches_up_over_three_visits(building: House) -> None:
    """Eight with each update, the next eight when the last ones are proved; then it believes what the newest holders signed."""
    home, door = owned(building), building.doors["Package Room"]
    walk_by(building, home)
    first = root_of(home)
    rotate(20)
    publish(building.now)
    aim(building, 41)
    for later_ones in (8, 16):
        refused = walk_by(building, home)
        assert root_of(home) == first + later_ones
        assert isinstance(refused, Denied), "the image's holders are in a root that it has not seen"
        building.later(minutes=1)
    assert isinstance(walk_by(building, home), Staged)
    assert root_of(home) == first + 20
    state = fleet.door_state(door, building.now)
    walk_by(building, home)
    assert fleet.door_state(door, building.now).current == state.current, "nothing more to say"


def test_an_update_that_was_never_proved_brings_the_same_roots_again(building: House) -> None:
    """A courier that went astray costs nothing: the next bundle starts where the lock is known to be."""
    home = owned(building)
    walk_by(building, home)
    first = root_of(home)
    rotate(10)
    publish(building.now)
    aim(building, 41)
    session(building, home)  # carried, never brought
    aim(building, None)
    aim(building, 41)
    walk_by(building, home)
    assert root_of(home) == first + 8
    walk_by(building, home)
    assert root_of(home) == first + 10
