"""What phones take along: own doors to open, managed doors to push, sealed news of others without a name."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from limen.access import picture
from limen.access.models import Grant as GrantRow
from limen.fleet import carrying, leasing, sealing
from limen.fleet.models import Device, Lease
from limen.fleet.queries import Truth
from limen.identity import queries as phones
from limen.identity import services as identity
from limen.kernel.actors import Actor
from limen.kernel.periods import Interval, Weekly
from limen.kernel.problems import NotYours
from limen.people import queries as people_reads
from limen.places import queries as places_reads
from limen.places import services as places
from limen.storage.prepared import Prepared
from limen.storage.transactions import unit_of_work
from limen.wire import cbor, shape
from limen.wire.bundles import Manifest, read_manifest
from limen.wire.envelope import unverified_payload
from limen.wire.grants import Cls, Grant, Rights, read_grant
from tests.unit.fleet.house import ANA, House


def grant(data: bytes) -> Grant:
    return read_grant(unverified_payload(data)[1])


def manifest(bundle: bytes) -> Manifest:
    said = shape.array(cbor.decode(bundle), 2)
    return read_manifest(unverified_payload(shape.blob(said[0]))[1])


def manager(house: House, first: str = "Milo", *, device_management: bool = False) -> None:
    house.person(first)
    house.manages(first, device_management=device_management)


@pytest.mark.rule("SYNC-1")
def test_a_resident_carries_what_opens_updates_and_pulls(house: House) -> None:
    """Own doors come with a grant that may unlock, push and pull, the door's name, and the newest sealed list."""
    group = house.group("Residents", "Package Room")
    house.activate("Package Room", "LM000001")
    house.give("Dana", group)
    (entry,) = house.inbox("Dana")
    said = grant(entry.grants[0])
    assert (entry.name, entry.ver, entry.proven, entry.cls) == ("Package Room", 2, 1, int(said.cls))
    assert said.rights == Rights.UNLOCK | Rights.PUSH | Rights.PULL
    assert entry.bundle is not None and entry.bundle == house.bundle("Package Room")


@pytest.mark.rule("SYNC-2")
def test_a_manager_carries_push_only_grants_for_every_door(house: House) -> None:
    """Device management gives class 6 and nothing else, even where the manager has access of their own."""
    house.activate("Package Room", "LM000001")
    house.activate("Unit 4B", "LC000004", "C2")
    manager(house, device_management=True)
    house.give("Milo", house.group("Staff", "Package Room"))
    entries = house.inbox("Milo", "manager")
    assert {entry.name for entry in entries} == {"Package Room", "Unit 4B"}
    for entry in entries:
        assert [(grant(data).cls, grant(data).rights) for data in entry.grants] == [(Cls.MANAGER, Rights.PUSH)]


def test_without_device_management_there_is_nothing_to_manage(house: House) -> None:
    """Another managing right is not this one."""
    house.activate("Package Room", "LM000001")
    manager(house, "Ben", device_management=False)
    assert house.inbox("Ben", "manager") == ()


@pytest.mark.rule("SYNC-13")
def test_passing_phones_carry_sealed_news_without_names(house: House) -> None:
    """A door that waits travels with strangers: class 7, nothing but a lock-id to name it; a household may refuse; in-sync doors do not travel."""
    house.give("Dana", house.group("Residents", "Package Room"))
    house.activate("Package Room", "LM000001")
    house.activate("Gym", "LM000002")
    house.activate("Unit 4B", "LC000004", "C2")
    house.person("Theo", unit="4B")
    house.give("Theo", house.group("Home", "Unit 4B"))
    house.give("Rosa", house.group("Gym", "Gym"))
    others = [entry for entry in house.inbox("Dana") if entry.cls == Cls.COURIER]
    assert {entry.lock_id for entry in others} == {b"LM000002", b"LC000004"}
    for entry in others:
        assert (entry.serial, entry.door_id, entry.name) == (None, None, None) and entry.bundle is not None
        assert [(grant(data).cls, grant(data).rights) for data in entry.grants] == [(Cls.COURIER, Rights.PUSH)]
        assert entry.until <= int((house.now + timedelta(days=1)).timestamp())
    with unit_of_work():
        places.edit_door(door_id=house.doors["Unit 4B"], carried_by_others=False, by=ANA, now=house.now)
    assert {entry.lock_id for entry in house.inbox("Dana") if entry.cls == Cls.COURIER} == {b"LM000002"}
    house.update("Gym")
    assert [entry for entry in house.inbox("Dana") if entry.cls == Cls.COURIER] == []


def test_the_number_of_reads_does_not_grow_with_the_doors(house: House) -> None:
    """Opening the app again costs the same questions to the database at three doors and at nine, own ones and passed ones, and signs nothing."""
    evenings = Weekly((Interval(0x1F, 18 * 60, 23 * 60),))

    def reads() -> int:
        house.inbox("Dana")
        signed = Lease.objects.count()
        with CaptureQueriesContext(connection) as asked:
            again = house.inbox("Dana")
        assert len(again) == len({entry.lock_id for entry in again}) and Lease.objects.count() == signed
        assert not [query for query in asked.captured_queries if query["sql"].startswith(("INSERT", "UPDATE"))]
        return len(asked)

    def more(number: int) -> None:
        for name, kind in (("Own", "common"), ("Home", "unit"), ("Passed", "common")):
            house.door(f"{name} {number}", kind, unit=f"{number}F" if kind == "unit" else None)
            house.activate(
                f"{name} {number}", f"L{'C' if kind == 'unit' else 'M'}0{number}{len(house.doors):04}", "C2" if kind == "unit" else "M"
            )
        house.give("Dana", house.group(f"Own {number}", f"Own {number}", hours=evenings))
        house.give("Dana", house.group(f"Home {number}", f"Home {number}"))
        house.give("Rosa", house.group(f"Passed {number}", f"Passed {number}"))

    more(1)
    before = reads()
    more(2)
    more(3)
    assert len(house.inbox("Dana")) == 9
    assert reads() == before


def test_what_prepared_reads_give_is_what_their_querysets_give(house: House) -> None:
    """Each statement that is written once for this answer finds the rows, and what stands behind them, that Django would find."""
    group = house.group("Residents", "Package Room", hours=Weekly((Interval(0x1F, 18 * 60, 23 * 60),)))
    for number, door in enumerate(("Package Room", "Gym", "Unit 4B")):
        house.activate(door, f"LM00000{number}", "M" if door != "Unit 4B" else "C2")
    house.person("Theo", unit="4B")
    for first in ("Dana", "Theo"):
        house.give(first, group)
    house.give("Rosa", house.group("Gym", "Gym"))
    house.inbox("Dana")
    devices = [device.id for device in Device.objects.all()]
    phone, place, doors = house.phones["Dana"].id, house.property_id, list(house.doors.values())
    held = list(GrantRow.objects.values_list("group_id", flat=True))
    asked: list[tuple[Prepared[Any], dict[str, Any]]] = [
        (carrying._LISTS, {"doors": doors}),
        (carrying._WAITING, {"buildings": [place], "own": [house.doors["Package Room"]]}),
        (carrying._CARRIED, {"phone": phone, "devices": devices}),
        (leasing._LEASES, {"phone": phone, "devices": devices}),
        (leasing._HOURS, {"devices": devices}),
        (sealing._NEWEST, {"devices": devices}),
        (picture._HELD, {"people": list(house.people.values()), "now": house.now}),
        (picture._DOORS_OF_GROUPS, {"groups": held}),
        (picture._GROUPS_AT, {"doors": doors}),
        (people_reads._LIVING, {"units": list(house.units.values()), "now": house.now}),
        (places_reads._DOORS, {"ids": doors}),
        (phones._PHONES, {"ids": [phone]}),
        (phones._ACCOUNTS, {"person": house.people["Dana"]}),
    ]
    for read, given in asked:
        found, wanted = (sorted(rows, key=lambda row: str(row.pk)) for rows in (read(**given), read._rows(**given)))
        assert found and [told(row) for row in found] == [told(row) for row in wanted]


def told(row: Any) -> dict[str, Any]:
    """All that a row knows, with the rows that were read along."""
    rows = {"itself": row} | row._state.fields_cache
    return {of: {name: value for name, value in vars(one).items() if name != "_state"} for of, one in rows.items() if one is not None}


def test_a_new_version_is_in_the_next_answer(house: House) -> None:
    """What was sealed before is given again only while it ends at the newest version and starts at what the lock has proved."""
    group = house.group("Residents", "Package Room")
    house.activate("Package Room", "LM000001")
    house.give("Dana", group)
    seen = [house.inbox("Dana")[0]]
    for change in ("Rosa", "Theo"):
        if change not in house.people:
            house.person(change)
        house.give(change, group)
        seen.append(house.inbox("Dana")[0])
    house.update("Package Room")
    seen.append(house.inbox("Dana")[0])
    house.person("Kim")
    house.give("Kim", group)
    seen.append(house.inbox("Dana")[0])
    assert [entry.ver for entry in seen] == [2, 3, 4, 4, 5]
    assert [entry.proven for entry in seen] == [1, 1, 1, 4, 4]
    heads = [manifest(entry.bundle) for entry in seen if entry.bundle is not None]
    assert [(head.base, head.ver) for head in heads] == [(1, 2), (1, 3), (1, 4), (4, 5)]


def test_every_courier_gets_the_same_bytes(house: House) -> None:
    """The bundle is built once: a second phone can go on where the first stopped (B.1)."""
    group = house.group("Residents", "Package Room")
    house.activate("Package Room", "LM000001")
    house.give("Dana", group)
    house.person("Theo")
    house.give("Theo", group)
    house.inbox("Dana")
    house.later(hours=3)
    assert house.inbox("Dana")[0].bundle == house.inbox("Theo")[0].bundle


def test_phones_that_hold_the_update_are_counted_never_named(house: House) -> None:
    """On its way on 2 phones; a newer change starts the count again; proof ends it."""
    group = house.group("Residents", "Package Room")
    house.activate("Package Room", "LM000001")
    house.give("Dana", group)
    house.person("Theo")
    house.give("Theo", group)
    house.inbox("Dana")
    house.inbox("Theo")
    state = house.state("Package Room")
    assert (state.truth, state.carried) == (Truth.CARRIED, 2)
    house.give("Rosa", group)
    assert house.state("Package Room").carried == 0
    house.inbox("Dana")
    house.update("Package Room")
    assert house.state("Package Room").carried == 0


def test_a_removed_phone_gets_nothing(house: House) -> None:
    """A removed phone, and anybody else's, answers like one that is not there."""
    house.give("Dana", house.group("Residents", "Package Room"))
    house.activate("Package Room", "LM000001")
    with unit_of_work():
        identity.remove_phone(phone_id=house.phones["Dana"].id, by=Actor(house.people["Dana"], "resident"), now=house.now)
    with pytest.raises(NotYours):
        house.inbox("Dana")
