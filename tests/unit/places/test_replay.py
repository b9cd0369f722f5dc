"""After a restore: what a door forbade since the backup is forbidden, what it allowed since is not allowed."""

from datetime import datetime
from pathlib import Path

import pytest

from limen.places import queries as places
from limen.places import services
from limen.storage.transactions import unit_of_work
from tests.unit.fleet.house import ANA, House
from tests.yesterday import Yesterday


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
