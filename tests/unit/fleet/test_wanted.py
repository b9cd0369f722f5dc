"""Which records a list should have."""

from datetime import timedelta

import pytest
from django.db import transaction

from limen.access import services as access
from limen.access.queries import GroupDoorView
from limen.fleet import services
from limen.fleet.catalogue import model
from limen.fleet.models import Device, Lease
from limen.fleet.rules import minute_up
from limen.fleet.wanted import hours_name, hours_of, rows_from, wanted_of
from limen.identity import services as identity
from limen.kernel.actors import Actor
from limen.kernel.periods import Weekly
from limen.places import services as places
from limen.storage.transactions import unit_of_work
from limen.wire.envelope import unverified_payload
from limen.wire.grants import read_grant
from limen.wire.records import ListRecord, RecordKind
from tests.unit.fleet.house import ANA, House


def kinds(house: House, door: str) -> list[RecordKind]:
    device = Device.objects.get(door_id=house.doors[door])
    found = wanted_of(device, model(device.model), [], None, house.now)
    return sorted(entry.kind for entry in found.entries.values())


def taken(house: House, door: str) -> list[ListRecord]:
    """What the lock holds once the newest list is there; no receipt has come back."""
    data = house.bundle(door)
    assert data is not None
    house.locks[door].take(data)
    return held(house, door)


def held(house: House, door: str) -> list[ListRecord]:
    """What the lock holds."""
    state = house.locks[door].state
    assert state is not None
    return list(state.records.values())


def test_the_same_hours_have_one_name_however_they_are_kept() -> None:
    """As a schedule, as rows, as the database gives them back."""
    weekly = Weekly.of([[31, 540, 1020], [96, 600, 720]])
    rows = hours_of(weekly)
    assert rows == rows_from([[31, 540, 1020], [96, 600, 720]])
    assert rows is not None and hours_name(rows) == hours_name(((31, 540, 1020), (96, 600, 720)))
    assert hours_of(None) is None and rows_from(None) is None


@pytest.mark.rule("PLACE-6")
def test_a_door_that_forbids_codes_gets_none(house: House) -> None:
    """Whatever the group says; and forbidding them later takes them away."""
    house.give("Dana", house.group("Residents", "Package Room"))
    house.activate("Package Room", "LM000001")
    assert kinds(house, "Package Room") == [RecordKind.CODE]
    with unit_of_work():
        places.edit_door(door_id=house.doors["Package Room"], codes_allowed=False, by=ANA, now=house.now)
    assert kinds(house, "Package Room") == []
    assert house.tasks() and house.state("Package Room").stale


@pytest.mark.rule("CARD-1")
def test_a_card_mirrors_its_owners_access_where_the_model_reads_cards(house: House) -> None:
    """One record per window at Lock M; none at Lock C, which has no card reader."""
    from limen.credentials import services as codes
    from tests.unit.fleet.test_settlement import _staff

    group = house.group("Residents", "Package Room", "Gym")
    house.give("Dana", group)
    with unit_of_work():
        codes.activate_card(
            person_id=house.people["Dana"],
            property_id=house.property_id,
            uid=bytes.fromhex("04a1b2c3d4e5f6"),
            kind="aes",
            by=_staff(house),
            now=house.now,
        )
    house.activate("Package Room", "LM000001", "M")
    house.activate("Gym", "LC000002", "C")
    assert kinds(house, "Package Room") == [RecordKind.CODE, RecordKind.CARD_AES]
    assert kinds(house, "Gym") == [RecordKind.CODE]


def leased_then_changed(house: House, start: int, end: int) -> None:
    """Dana's phone has a lease for the Gym from 9 to 17; then the group's hours become these, in minutes of the day."""
    group = house.group("Gym", "Gym", hours=Weekly.of([[127, 540, 1020]]), codes=False)
    house.give("Dana", group)
    house.activate("Gym", "LM000002")
    house.inbox("Dana")
    with unit_of_work():
        door = GroupDoorView(house.doors["Gym"], Weekly.of([[127, start, end]]), False)
        access.edit_group(group_id=group, name="Gym", doors=[door], by=ANA, now=house.now)


def test_hours_stay_as_long_as_a_grant_refers_to_them(house: House) -> None:
    """A phone without signal keeps opening after the hours were widened: its grant still names the old slot."""
    leased_then_changed(house, 480, 1080)
    assert kinds(house, "Gym") == [RecordKind.SCHEDULE, RecordKind.SCHEDULE]
    assert not Lease.objects.filter(taken_at__isnull=False).exists()
    house.later(days=8)
    assert kinds(house, "Gym") == [RecordKind.SCHEDULE]


@pytest.mark.rule("SYNC-3")
def test_narrower_hours_put_a_floor_under_old_phone_grants(house: House) -> None:
    """The lease said 9 to 17, the group now says 9 to 12: the door needs people today, and the phone gets a new number."""
    leased_then_changed(house, 540, 720)
    (task,) = house.tasks()
    assert task.is_due and task.still_opens[0].by == "app"
    house.update("Gym")
    assert sorted(record.kind for record in held(house, "Gym")) == [RecordKind.SUBJECT_FLOOR, RecordKind.SCHEDULE]
    house.later(days=9)
    assert task.still_opens[0].until is not None and task.still_opens[0].until < house.now + timedelta(days=1)


@pytest.mark.rule("ACCESS-4")
def test_a_revocation_ends_leases_that_a_restored_service_has_forgotten(house: House) -> None:
    """The backup is from before Dana's phone fetched: no row tells of her lease, her phone has it; the next list has a floor for her (invariant 14)."""
    grant = house.give("Dana", house.group("Residents", "Package Room"))
    house.activate("Package Room", "LM000001")
    (entry,) = house.inbox("Dana")
    assert entry.grants
    Lease.objects.all().delete()
    house.revoke(grant)
    assert [record.kind for record in taken(house, "Package Room")] == [RecordKind.SUBJECT_FLOOR]


@pytest.mark.rule("ACCESS-4")
def test_a_lease_that_was_forgotten_with_its_number_is_taken_back_too(house: House) -> None:
    """The file that came back is from before a phone without a code asked for the first time: still its number is known here (invariant 14)."""
    grant = house.give("Dana", house.group("Residents", "Package Room", codes=False))
    house.activate("Package Room", "LM000001")
    with transaction.atomic():
        (entry,) = house.inbox("Dana")
        transaction.set_rollback(True)
    assert not Lease.objects.exists()
    house.revoke(grant)
    (floor,) = [record for record in taken(house, "Package Room") if record.kind is RecordKind.SUBJECT_FLOOR]
    assert floor.subj == read_grant(unverified_payload(entry.grants[0])[1]).subj


def test_a_removed_phone_is_named_although_a_restored_service_has_forgotten_its_leases(house: House) -> None:
    """The backup is from before the phone fetched; then it is stolen and removed: the next list names it, as long as its lease can last (invariant 14)."""
    house.give("Dana", house.group("Residents", "Package Room"))
    house.activate("Package Room", "LM000001")
    (entry,) = house.inbox("Dana")
    assert entry.grants
    Lease.objects.all().delete()
    with unit_of_work():
        identity.remove_phone(phone_id=house.phones["Dana"].id, by=Actor(house.people["Dana"], "resident"), now=house.later(hours=1))
    (named,) = [record for record in taken(house, "Package Room") if record.kind is RecordKind.REVOKED_PHONE]
    assert named.data == house.phones["Dana"].key8
    assert named.exp is not None and named.exp == minute_up(house.now + timedelta(days=7))
    with unit_of_work():
        before = services.settle(door_id=house.doors["Package Room"], now=house.later(days=2))
    assert before == house.state("Package Room").current == 2


def test_who_has_no_phone_gets_no_floor(house: House) -> None:
    """Rosa has a code and no smartphone: her code is taken from the list, and nothing else is put there."""
    grant = house.give("Rosa", house.group("Residents", "Package Room"))
    house.activate("Package Room", "LM000001")
    house.revoke(grant)
    assert kinds(house, "Package Room") == []
