"""Dana is deleted while the lock of her home still holds what nobody has brought of its record: real service, real phones, real lock (F.6)."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from limen.access import services as access
from limen.credentials import services as codes
from limen.fleet import queries as fleet
from limen.fleet.jobs import unlink_who_was_forgotten
from limen.fleet.models import Pseudonym
from limen.fleet.views import Why
from limen.history import queries as history
from limen.history import sealed
from limen.history.models import Event, Loss
from limen.identity import services as identity
from limen.kernel.actors import Actor
from limen.kernel.problems import NotYours, Refused
from limen.people import services as people
from limen.phone import inbox as phones_inbox
from limen.phone.update import Updated
from limen.privacy import services as privacy
from limen.storage.transactions import unit_of_work
from limen.wire import cbor
from limen.wire.envelope import SoftSigner
from limen.wire.events import Kind
from limen.wire.refusals import Status
from tests.stories.standing import Standing
from tests.stories.test_firmware_reaches_a_lock import owned
from tests.surfaces.gateway.conftest import Desk, item
from tests.unit.fleet.house import ANA, House
from tests.unit.lock import site

pytestmark = pytest.mark.django_db
HOME = "Apt 5E"


@dataclass
class Block:
    """A home with a lock that has no network. Milo updates doors and brings nothing back; Gus, who has a key there, brings what he finds."""

    building: House
    lock: site.House
    keys: dict[str, SoftSigner] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        return self.building.now

    def later(self, **span: float) -> None:
        """Time passes for everybody."""
        before = self.now
        self.building.later(**span)
        self.lock.wait(int((self.now - before).total_seconds()))

    def comes_home(self, name: str) -> None:
        """By code."""
        who = self.building.people[name]
        with unit_of_work():
            digits = codes.show_code(person_id=who, door_id=self.building.doors[HOME], by=Actor(who, "test"), now=self.now)
        assert site.opened(self.lock.rig.type(digits))
        self.later(minutes=1)

    def leaves(self, name: str) -> None:
        """Moves out."""
        with unit_of_work():
            access.move_out(person_id=self.building.people[name], property_id=self.building.property_id, by=ANA, now=self.now)
        self.later(hours=2)

    def asks_that_the_record_goes(self, name: str) -> None:
        """Before the deletion: afterwards nobody is left to ask."""
        with unit_of_work():
            privacy.discard_record(door_id=self.building.doors[HOME], by=Actor(self.building.people[name], "test"), now=self.now)

    def forget(self, name: str) -> None:
        """A deletion that was verified."""
        with unit_of_work():
            people.forget(person_id=self.building.people[name], by=ANA, now=self.now)
        self.later(hours=1)

    def visit(self, name: str, as_: str = "resident") -> Updated:
        """A phone at the door, with what the service gave it; what it brings back is handed in."""
        desk = Desk(self.building)
        doors = phones_inbox.read(cbor.encode(desk.ask(name, "inbox", {"as": as_}).said)).doors  # type: ignore[arg-type]
        [door] = [door for door in doors if door.lock_id == self.lock.service.lock_id]
        at = Standing(self.lock, self.keys[name])
        told = at.update(door, pull=as_ != "manager")
        for one in at.hands.kept:
            assert desk.ask(name, "outbox", {"items": [item(one.kind, one.lock_id, one.data, one.key)]}).status == 200
        self.later(minutes=5)
        return told

    @property
    def held(self) -> int:
        """How many records the lock holds."""
        return self.lock.rig.lock.memory.journal.kept

    def state(self, name: str) -> str:
        """Of what the lock holds of somebody who was deleted."""
        return fleet.remnants_of(self.building.people[name])[0].state

    def kinds(self) -> list[Why]:
        """What the door's task says."""
        return [change.why for task in self.building.tasks() for change in task.changes]


@pytest.fixture
def block(now: datetime) -> Block:
    building = House.build(now)
    building.door(HOME, "unit", unit="5E")
    for number, name in enumerate(("Milo", "Gus", "Dana", "Theo")):
        building.person(name, unit="5E" if name in ("Dana", "Theo") else None)
        assert building.phones[name] and number == len(building.phones) - 1
    building.manages("Milo", device_management=True)
    identity.enroll_authenticator(person_id=building.people["Milo"], now=now)
    group = building.group("Home", HOME)
    building.give("Dana", group)
    building.give("Gus", group, standing="non-resident", role_kind="staff")
    with unit_of_work():
        people.end_residency(
            person_id=building.people["Theo"], unit_id=building.units["5E"], until=now - timedelta(days=200), by=ANA, now=now
        )
    lock = owned(building, at=HOME)
    lock.service.now = int(building.now.timestamp())
    keys = {
        name: SoftSigner.from_scalar(hashlib.sha256(f"{name}native{number}".encode()).digest())
        for number, name in enumerate(("Milo", "Gus", "Dana"))
    }
    made = Block(building, lock, keys)
    made.later(minutes=1)
    return made


@pytest.mark.rule("PRIVACY-6", "PRIVACY-3", "SYNC-2")
def test_a_record_that_nobody_brings_goes_with_the_managers_update_and_says_that_it_went(block: Block) -> None:
    """Dana asked for it when she left; Milo's phone brings no record, so it brings the word, and the lock's own record proves that it was obeyed."""
    for _ in range(3):
        block.comes_home("Dana")
    block.leaves("Dana")
    block.asks_that_the_record_goes("Dana")
    block.forget("Dana")
    assert Why.REMNANTS in block.kinds() and block.state("Dana") == "waiting"
    held = block.held
    assert block.visit("Milo", "manager").status is Status.APPLIED
    assert block.held < held and block.building.tasks() == (), "the receipt ends the task"
    assert block.state("Dana") == "waiting", "a phone's word that it brought something proves nothing"
    assert block.visit("Gus").segments == 1
    assert block.state("Dana") == "purged"
    door = block.building.doors[HOME]
    [loss] = Loss.objects.all()
    health = history.record_health(door, block.now)
    assert (loss.reason, health.undeclared, health.lost) == ("privacy", 0, loss.count)
    assert entries(block) == [], "nobody will ever read who came"


@pytest.mark.rule("PRIVACY-6")
def test_whoever_brings_records_is_given_no_such_word(block: Block) -> None:
    """Gus's phone brings the record instead: what staff did there is kept, and what Dana did is dropped when it arrives."""
    block.comes_home("Dana")
    block.comes_home("Gus")
    block.leaves("Dana")
    block.asks_that_the_record_goes("Dana")
    block.forget("Dana")
    block.visit("Gus")
    assert entries(block) == [block.building.people["Gus"]]
    block.visit("Gus")
    assert block.state("Dana") == "waiting", "it was told that all has arrived, and has not shown yet that it let go"
    block.comes_home("Gus")
    block.visit("Gus")
    assert block.state("Dana") == "purged"


@pytest.mark.rule("PRIVACY-6", "PRIVACY-3")
def test_where_nobody_comes_for_thirty_days_the_lock_names_nobody_and_the_task_stays(block: Block) -> None:
    """Her number is destroyed; what is brought afterwards is nobody's, and the door's task ends with a receipt as before."""
    block.comes_home("Dana")
    block.comes_home("Gus")
    block.leaves("Dana")
    block.forget("Dana")
    dana = block.building.people["Dana"]
    block.later(days=29)
    unlink(block)
    assert block.state("Dana") == "waiting" and Pseudonym.objects.filter(person_id=dana).exists()
    block.later(days=1)
    unlink(block)
    assert block.state("Dana") == "unlinked" and not Pseudonym.objects.filter(person_id=dana).exists()
    assert block.building.tasks()
    block.visit("Gus")
    assert entries(block) == [block.building.people["Gus"]]
    assert block.building.tasks() == ()


@pytest.mark.rule("PRIVACY-6")
def test_who_lives_there_and_who_never_did_order_nothing(block: Block) -> None:
    """Dana's own phone brings it while she is at home; Milo, who manages the lock, has no say in a home's record at all."""
    with pytest.raises(Refused, match="You live here"):
        block.asks_that_the_record_goes("Dana")
    for stranger in ("Milo", "Gus"):
        with pytest.raises(NotYours):
            block.asks_that_the_record_goes(stranger)
    assert block.kinds() == []


def entries(block: Block) -> list[UUID | None]:
    """Whose openings the service keeps."""
    rows = Event.objects.filter(door_id=block.building.doors[HOME], body__isnull=False).order_by("seq")
    bodies = [sealed.unseal(row.id, sealed.day_key(row.property_id, row.day), bytes(row.body)) for row in rows if row.day and row.body]
    return [body.person_id for body in bodies if body is not None and body.kind == Kind.ENTRY]


def unlink(block: Block) -> None:
    with unit_of_work():
        unlink_who_was_forgotten(block.now)
