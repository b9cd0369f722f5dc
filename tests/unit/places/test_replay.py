"""After a restore: what a door forbade since the backup is forbidden, what it allowed since is not allowed."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

import pytest

from limen.places import queries as places
from limen.places import services
from limen.storage.transactions import unit_of_work
from tests.unit.fleet.house import ANA, House
from tests.yesterday import PowerCut, Yesterday


@pytest.mark.rule("OPS-2", "PLACE-6")
def test_only_what_was_switched_off_follows(db: None, own_data: Path, now: datetime, tmp_path: Path) -> None:
    """Codes off at the Gym; sharing on again at the Roof stays for people to do."""
    house = House.build(now)
    gym, roof = house.door("Gym"), house.door("Roof")
    with unit_of_work():
        services.edit_door(door_id=roof, share_allowed=False, by=ANA, now=house.now)
    kept = Yesterday.kept(tmp_path / "copies", house.now)
    house.later(hours=1)
    with unit_of_work():
        services.edit_door(door_id=gym, codes_allowed=False, by=ANA, now=house.now)
        services.edit_door(door_id=roof, share_allowed=True, by=ANA, now=house.now)
    done = kept.back(house.now)
    assert (places.door_view(gym).codes_allowed, places.door_view(gym).share_allowed) == (False, True)
    assert not places.door_view(roof).share_allowed
    assert done.counts == {"doors_narrowed": 1}


@pytest.mark.rule("OPS-2", "PLACE-6")
@pytest.mark.parametrize("failed", [True, False], ids=["never happened", "happened"])
def test_what_was_forbidden_stands_unless_allowing_it_again_was_committed(
    db: None, own_data: Path, now: datetime, tmp_path: Path, failed: bool
) -> None:
    """Sharing was switched off, then on again together with codes off, in a transaction that broke off or did not."""
    house = House.build(now)
    gym = house.door("Gym")
    kept = Yesterday.kept(tmp_path / "copies", house.now)
    house.later(hours=1)
    with unit_of_work():
        services.edit_door(door_id=gym, share_allowed=False, by=ANA, now=house.now)
    with suppress(PowerCut), unit_of_work():
        services.edit_door(door_id=gym, share_allowed=True, codes_allowed=False, by=ANA, now=house.now)
        if failed:
            raise PowerCut
    kept.back(house.now)
    assert (places.door_view(gym).share_allowed, places.door_view(gym).codes_allowed) == (not failed, False)


@pytest.mark.rule("OPS-2", "ACCESS-6")
def test_holidays_changed_since_are_named_and_left_to_people(db: None, own_data: Path, now: datetime, tmp_path: Path) -> None:
    """Christmas came and New Year went since the backup: both are said, neither is done. A day that came and went again is not worth a word."""
    house = House.build(now)
    christmas, new_year, boxing_day = date(2026, 12, 25), date(2027, 1, 1), date(2026, 12, 26)

    def change(verb: Callable[..., None], day: date, **more: str) -> None:
        with unit_of_work():
            verb(property_id=house.property_id, day=day, by=ANA, now=house.now, **more)

    change(services.add_holiday, new_year, name="New Year")
    kept = Yesterday.kept(tmp_path / "copies", house.now)
    house.later(hours=1)
    change(services.add_holiday, christmas, name="Christmas Day")
    change(services.remove_holiday, new_year)
    change(services.add_holiday, boxing_day, name="Boxing Day")
    change(services.remove_holiday, boxing_day)
    done = kept.back(house.now)
    assert places.holidays(house.property_id) == {new_year: "New Year"}
    assert done.missing == [
        "After the backup these days became holidays of 88 Harbor Street: 2026-12-25. Add them again.",
        "After the backup these days stopped being holidays of 88 Harbor Street: 2027-01-01. Take them away again.",
    ]


@pytest.mark.rule("OPS-2", "ACCESS-6")
def test_a_holiday_that_passed_is_no_longer_named(db: None, own_data: Path, now: datetime, tmp_path: Path) -> None:
    """Whoever restores a month later has nothing to do about last Christmas."""
    house = House.build(now)
    kept = Yesterday.kept(tmp_path / "copies", house.now)
    house.later(hours=1)
    with unit_of_work():
        services.add_holiday(property_id=house.property_id, day=date(2026, 12, 25), name="Christmas Day", by=ANA, now=house.now)
    house.later(days=40)
    assert kept.back(house.now).missing == []
