"""Lists follow what the service says, in the same transaction, and say in words what they changed."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from limen.credentials import queries as credentials
from limen.credentials import services as codes
from limen.fleet import services as fleet_services
from limen.fleet.models import Bundle, ListRow
from limen.fleet.queries import Truth, Why
from limen.identity import services as identity
from limen.kernel.actors import Actor
from limen.kernel.periods import Weekly
from limen.kernel.problems import Refused
from limen.storage.transactions import unit_of_work
from limen.wire.doorcodes import tag
from limen.wire.records import RecordKind
from tests.unit.fleet.house import ANA, House


class Oops(Exception):
    """Something else in the request broke."""


@pytest.mark.rule("ACCESS-3")
def test_the_version_rises_in_the_transaction_of_the_change(house: House) -> None:
    """Giving access raises the list at once; if the request fails, neither happened."""
    group = house.group("Residents", "Package Room")
    house.activate("Package Room", "LM000001")
    with pytest.raises(Oops), unit_of_work():
        house.give("Dana", group)
        raise Oops
    assert house.state("Package Room").current == 1
    house.give("Dana", group)
    assert house.state("Package Room").current == 2


def test_nothing_changed_raises_nothing(house: House) -> None:
    """Settling again, or time passing, leaves the version alone (B.1)."""
    group = house.group("Residents", "Package Room")
    house.give("Dana", group, ends=house.now + timedelta(days=2))
    house.activate("Package Room", "LM000001")
    for _ in range(3):
        house.later(days=1)
        with unit_of_work():
            assert fleet_services.settle(door_id=house.doors["Package Room"], now=house.now) == 1


def test_reads_of_a_settlement_do_not_grow_with_the_people(house: House) -> None:
    """Settling and sealing a door asks the same questions for three people with phones, codes and cards as for nine."""
    group = house.group("Residents", "Package Room")
    house.activate("Package Room", "LM000001")

    def join(first: str) -> None:
        house.person(first)
        house.give(first, group)
        with unit_of_work():
            codes.activate_card(
                person_id=house.people[first],
                property_id=house.property_id,
                uid=bytes([4, 0, 0, 0, 0, 0, len(house.people)]),
                kind="aes",
                by=ANA,
                now=house.now,
            )
        house.inbox(first)

    def reads() -> int:
        house.update("Package Room")
        with CaptureQueriesContext(connection) as settled, unit_of_work():
            fleet_services.settle(door_id=house.doors["Package Room"], now=house.now)
        join(f"Late{len(house.people)}")
        Bundle.objects.all().delete()
        with CaptureQueriesContext(connection) as sealed:
            assert house.bundle("Package Room") is not None
        return len(settled) + len(sealed)

    for number in range(3):
        join(f"Early{number}")
    before = reads()
    for number in range(5):
        join(f"Later{number}")
    assert reads() == before


@pytest.mark.rule("PLACE-2")
def test_access_given_before_any_device_takes_effect_with_it(house: House) -> None:
    """A door exists before its lock: the first list already holds who was let in before."""
    house.give("Dana", house.group("Residents", "Package Room"))
    assert house.state("Package Room").truth == Truth.NO_DEVICE
    lock = house.activate("Package Room", "LM000001")
    assert len(lock.codes()) == 1
    assert house.state("Package Room").truth == Truth.PROVED


def test_the_lock_holds_the_tag_of_the_code_that_is_shown(house: House) -> None:
    """What the person is told and what the lock compares are the same code; the service's list holds neither (CODE-11)."""
    house.give("Dana", house.group("Residents", "Package Room"))
    lock = house.activate("Package Room", "LM000001")
    with unit_of_work():
        digits = codes.permanent_digits(person_id=house.people["Dana"], door_id=house.doors["Package Room"])
    secrets = credentials.epoch_secrets(lock.lock_id, 1)
    assert tag(secrets.k_pin, int(digits)) in {stored for _, stored in lock.codes()}


@pytest.mark.rule("SYNC-3")
def test_a_grant_to_somebody_with_the_app_needs_nobody(house: House) -> None:
    """The door is stale and the first unlock will set it up; no task."""
    group = house.group("Residents", "Package Room")
    house.activate("Package Room", "LM000001")
    house.give("Dana", group)
    state = house.state("Package Room")
    assert state.stale and state.truth == Truth.WAITING
    assert [change.why for change in state.changes] == [Why.CODE_STARTED]
    assert house.tasks() == ()


def test_pausing_and_resuming_bring_the_same_code_back(house: House) -> None:
    """A pause empties the lock of a person and resuming restores what was there (PEOPLE-7)."""
    from limen.access import services as access

    house.give("Dana", house.group("Residents", "Package Room"))
    lock = house.activate("Package Room", "LM000001")
    before = {stored for _, stored in lock.codes()}
    with unit_of_work():
        access.suspend(person_id=house.people["Dana"], property_id=house.property_id, by=ANA, now=house.now)
    assert [change.why for change in house.state("Package Room").changes] == [Why.ACCESS_PAUSED]
    house.update("Package Room")
    assert lock.codes() == set()
    with unit_of_work():
        access.resume(person_id=house.people["Dana"], property_id=house.property_id, by=ANA, now=house.now)
    house.update("Package Room")
    assert {stored for _, stored in lock.codes()} == before


def test_a_new_code_and_a_new_card_are_said_as_what_they_are(house: House) -> None:
    """A reset code is a taking at once; a card turned on is a task even for somebody with the app (SYNC-3, CARD-2)."""
    house.give("Dana", house.group("Residents", "Package Room"))
    house.activate("Package Room", "LM000001")
    with unit_of_work():
        codes.reset_code(person_id=house.people["Dana"], door_id=house.doors["Package Room"], by=_staff(house), now=house.later(hours=1))
    assert [change.why for change in house.state("Package Room").changes] == [Why.CODE_RESET]
    assert house.tasks()[0].is_due
    house.update("Package Room")
    with unit_of_work():
        codes.activate_card(
            person_id=house.people["Dana"],
            property_id=house.property_id,
            uid=bytes.fromhex("04a1b2c3d4e5f6"),
            kind="aes",
            by=_staff(house),
            now=house.later(hours=1),
        )
    assert [change.why for change in house.state("Package Room").changes] == [Why.CARD_STARTED]
    assert house.tasks()[0].is_due


def test_a_removed_phone_is_named_until_its_last_lease_ends(house: House) -> None:
    """The lock refuses the removed phone; the entry leaves with the next change after the lease is over (B.3)."""
    house.give("Dana", house.group("Residents", "Package Room"))
    lock = house.activate("Package Room", "LM000001")
    assert len(house.inbox("Dana")) == 1
    with unit_of_work():
        identity.remove_phone(phone_id=house.phones["Dana"].id, by=_staff(house), now=house.later(hours=1))
    assert [change.why for change in house.state("Package Room").changes] == [Why.PHONE_REMOVED]
    house.update("Package Room")
    assert [r.data for r in _records(house, "Package Room", 4)] == [house.phones["Dana"].key8]
    house.later(days=8)
    house.give("Rosa", house.group("Others", "Package Room"))
    house.update("Package Room")
    assert _records(house, "Package Room", 4) == []
    assert len(lock.codes()) == 2


@pytest.mark.rule("ACCESS-6")
def test_hours_are_one_record_that_grants_and_codes_refer_to(house: House) -> None:
    """A schedule stands once in the list; narrower hours take from whoever held the wider ones."""
    hours = Weekly.of([[0b1111111, 6 * 60, 22 * 60]])
    house.give("Dana", house.group("Gym", "Gym", hours=hours))
    house.activate("Gym", "LM000002")
    (schedule,) = _records(house, "Gym", 6)
    assert [r.sched for r in _records(house, "Gym", 1)] == [schedule.slot]
    (entry,) = house.inbox("Dana")
    assert entry.grants


def test_a_floor_ends_old_phone_grants_and_a_new_grant_gets_a_new_number(house: House) -> None:
    """After access ended and came back, the number of the old grants stays below the floor and the new one stands free of it."""
    group = house.group("Residents", "Package Room")
    grant = house.give("Dana", group)
    house.activate("Package Room", "LM000001")
    house.inbox("Dana")
    house.revoke(grant)
    house.give("Dana", group)
    house.update("Package Room")
    (floor,) = _records(house, "Package Room", 5)
    (code,) = _records(house, "Package Room", 1)
    assert floor.data == int(house.now.timestamp())
    assert floor.subj is not None and floor.subj != code.subj


def _records(house: House, door: str, kind: int) -> list:  # type: ignore[type-arg]
    state = house.locks[door].state
    assert state is not None
    return [record for record in state.records.values() if record.kind == kind]


def _staff(house: House) -> Actor:
    return Actor(person_id=_manager(house), via="console")


def _manager(house: House) -> UUID:
    from limen.people import services as people

    if "Ana" not in house.people:
        house.person("Ana", app=False)
        with unit_of_work():
            people.appoint(person_id=house.people["Ana"], kind="portfolio_manager", portfolio_id=house.portfolio_id, by=ANA, now=house.now)
    return house.people["Ana"]


@pytest.mark.rule("SYNC-3", "ACCESS-3")
def test_at_a_full_lock_nobody_is_given_access_and_anybody_is_taken_away(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Places are kept for floors and removed phones; where these run out, one floor for everybody stands for them (decision 0187)."""
    group = house.group("Residents", "Package Room")
    house.activate("Package Room", "LM000001")
    people = [f"Guest{number}" for number in range(6)]
    grants = []
    for first in people:
        house.person(first)
        grants.append(house.give(first, group, opens_code=False, opens_card=False))
        house.inbox(first)
    monkeypatch.setattr("limen.fleet.settlement.records_max", lambda capacity: capacity // 10 + 3)
    for first in ("One", "Two", "Three"):
        house.person(first)
        house.give(first, group)
    house.person("Four")
    with pytest.raises(Refused, match="cannot hold more people"):
        house.give("Four", group)
    monkeypatch.setattr("limen.fleet.settlement.records_max", lambda capacity: 6)
    for grant in grants:
        house.revoke(grant)
        rows = ListRow.objects.filter(device__door_id=house.doors["Package Room"], gone=False)
        assert rows.count() <= 6
    floors = {row.name: row.data for row in rows if row.kind == RecordKind.SUBJECT_FLOOR}
    assert int(floors["floor:all"] or 0) > int(house.now.timestamp()), "what the folded floors said holds for everybody"
    assert sum(row.kind == RecordKind.CODE for row in rows) == 3, "nobody who stays has lost anything that was in the list"
