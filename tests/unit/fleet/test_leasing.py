"""What a phone may show at a door: one signed window each, kept while it is good."""

from datetime import timedelta

from limen.kernel.periods import Interval, Weekly
from tests.unit.fleet.house import House
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
