"""What a phone may show at a door: one signed window each, kept while it is good."""

from datetime import timedelta

import pytest

from limen.access import services as access
from limen.fleet import queries as fleet
from limen.kernel.periods import Interval, Weekly
from limen.storage.transactions import unit_of_work
from limen.wire.grants import Rights
from tests.unit.fleet.house import ANA, House
from tests.unit.fleet.test_carrying import grant


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


def test_hours_are_named_by_the_slot_in_which_the_lock_keeps_them(house: House) -> None:
    """A window with hours points at the record of those hours; where they change, the grant of before is not given again."""
    evenings, mornings = (Weekly((Interval(0x1F, start * 60, (start + 4) * 60),)) for start in (18, 7))
    house.activate("Package Room", "LM000001")
    house.give("Dana", house.group("Evenings", "Package Room", hours=evenings))
    house.give("Dana", house.group("Mornings", "Package Room", hours=mornings))
    (entry,) = house.inbox("Dana")
    slots = {grant(data).sched for data in entry.grants}
    assert len(slots) == 2 and None not in slots


@pytest.mark.rule("LOCK-15")
def test_a_right_past_the_bolt_is_in_the_next_lease_and_gone_after_its_hours(house: House) -> None:
    """The lease of before is not given again once the right is there, nor the one with the right once it is over."""
    house.person("Milo")
    house.give("Milo", house.group("Homes", "Unit 4B"), standing="non-resident", role_kind="staff")
    house.activate("Unit 4B", "LM000004")
    (before,) = house.inbox("Milo")
    assert Rights.PRIVACY_OVERRIDE not in grant(before.grants[0]).rights
    with unit_of_work():
        access.allow_override(person_id=house.people["Milo"], door_id=house.doors["Unit 4B"], hours=4, why="Water.", by=ANA, now=house.now)
    (during,) = house.inbox("Milo")
    lease = grant(during.grants[0])
    assert Rights.PRIVACY_OVERRIDE in lease.rights
    assert lease.exp == int((house.now + timedelta(hours=4)).timestamp())
    house.later(minutes=5)
    assert house.inbox("Milo")[0].grants == during.grants
    assert max(fleet.carried_leases(house.people["Milo"], house.doors["Unit 4B"], house.now)) > house.now + timedelta(hours=20)
    house.later(hours=4)
    (after,) = house.inbox("Milo")
    assert Rights.PRIVACY_OVERRIDE not in grant(after.grants[0]).rights
    with unit_of_work():
        access.allow_override(person_id=house.people["Milo"], door_id=house.doors["Unit 4B"], hours=1, why="Again.", by=ANA, now=house.now)
    house.inbox("Milo")
    house.later(hours=1, minutes=1)
    with unit_of_work():
        access.allow_override(
            person_id=house.people["Milo"], door_id=house.doors["Unit 4B"], hours=1, why="Once more.", by=ANA, now=house.now
        )
    (again,) = house.inbox("Milo")
    assert grant(again.grants[0]).exp == int((house.now + timedelta(hours=1)).timestamp()), "not the one that ended with the right before"
