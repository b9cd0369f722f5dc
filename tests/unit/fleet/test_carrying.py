"""What phones take along: own doors to open, managed doors to push, sealed news of others without a name."""

from datetime import timedelta

import pytest

from limen.fleet.queries import Truth
from limen.identity import services as identity
from limen.kernel.actors import Actor
from limen.kernel.problems import NotYours
from limen.people import services as people
from limen.places import services as places
from limen.storage.transactions import unit_of_work
from limen.wire.envelope import unverified_payload
from limen.wire.grants import Cls, Grant, Rights, read_grant
from tests.unit.fleet.house import ANA, House


def grant(data: bytes) -> Grant:
    return read_grant(unverified_payload(data)[1])


def manager(house: House, first: str = "Milo", *, device_management: bool = False) -> None:
    house.person(first)
    with unit_of_work():
        people.appoint(
            person_id=house.people[first],
            kind="property_manager",
            property_id=house.property_id,
            device_management=device_management,
            by=ANA,
            now=house.now,
        )


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
    """A door that waits travels with strangers: class 7, no name, no door number; a household may refuse; in-sync doors do not travel."""
    house.give("Dana", house.group("Residents", "Package Room"))
    house.activate("Package Room", "LM000001")
    house.activate("Gym", "LM000002")
    house.activate("Unit 4B", "LC000004", "C2")
    house.person("Theo", unit="4B")
    house.give("Theo", house.group("Home", "Unit 4B"))
    house.give("Rosa", house.group("Gym", "Gym"))
    others = [entry for entry in house.inbox("Dana") if entry.cls == Cls.COURIER]
    assert {entry.serial for entry in others} == {"LM000002", "LC000004"}
    for entry in others:
        assert entry.name is None and entry.bundle is not None
        assert [(grant(data).cls, grant(data).rights) for data in entry.grants] == [(Cls.COURIER, Rights.PUSH)]
        assert entry.until <= int((house.now + timedelta(days=1)).timestamp())
    with unit_of_work():
        places.edit_door(door_id=house.doors["Unit 4B"], carried_by_others=False, by=ANA, now=house.now)
    assert {entry.serial for entry in house.inbox("Dana") if entry.cls == Cls.COURIER} == {"LM000002"}
    house.update("Gym")
    assert [entry for entry in house.inbox("Dana") if entry.cls == Cls.COURIER] == []


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


def test_one_window_is_one_grant(house: House) -> None:
    """Two grants to the same door stay two signed windows, never a hull of both (C.1)."""
    house.give("Dana", house.group("Residents", "Package Room"), ends=house.now + timedelta(hours=5))
    house.give("Dana", house.group("Committee", "Package Room"), starts=house.now + timedelta(hours=20))
    house.activate("Package Room", "LM000001")
    (entry,) = house.inbox("Dana")
    first, second = (grant(data) for data in entry.grants)
    ends = sorted([first.exp, second.exp])
    assert ends[0] == int((house.now + timedelta(hours=5)).timestamp())
    assert {first.nbf, second.nbf} >= {int((house.now + timedelta(hours=20)).timestamp())}


def test_a_removed_phone_gets_nothing(house: House) -> None:
    """A removed phone, and anybody else's, answers like one that is not there."""
    house.give("Dana", house.group("Residents", "Package Room"))
    house.activate("Package Room", "LM000001")
    with unit_of_work():
        identity.remove_phone(phone_id=house.phones["Dana"].id, by=Actor(house.people["Dana"], "resident"), now=house.now)
    with pytest.raises(NotYours):
        house.inbox("Dana")


def test_opening_the_app_twice_signs_once(house: House) -> None:
    """The same lease is given again until a sixth of it has passed or the list moved on."""
    group = house.group("Residents", "Package Room")
    house.give("Dana", group)
    house.activate("Package Room", "LM000001")
    (before,) = house.inbox("Dana")
    house.later(hours=1)
    assert house.inbox("Dana")[0].grants == before.grants
    house.later(days=2)
    assert house.inbox("Dana")[0].grants != before.grants
    before = house.inbox("Dana")[0]
    house.give("Rosa", group)
    assert house.inbox("Dana")[0].grants != before.grants
