"""After a restore: names stay forgotten, homes and roles stay ended."""

from datetime import datetime
from pathlib import Path

import pytest

from limen.people import queries as people
from limen.people import services
from limen.storage.transactions import unit_of_work
from tests.unit.fleet.house import ANA, House
from tests.yesterday import Yesterday

pytestmark = pytest.mark.rule("OPS-2")


@pytest.fixture
def building(db: None, data_folder: Path, now: datetime) -> House:
    house = House.build(now)
    house.door("Unit 4B", "unit", unit="4B")
    for name in ("Dana", "Theo"):
        house.person(name, unit="4B")
    return house


@pytest.mark.rule("PRIVACY-8")
def test_deleted_means_deleted(building: House, tmp_path: Path) -> None:
    """No name, no address, not found by it."""
    kept = Yesterday.kept(tmp_path / "copies", building.now)
    with unit_of_work():
        services.forget(person_id=building.people["Dana"], by=ANA, now=building.later(hours=1))
    kept.back(building.now)
    view = people.person_view(building.people["Dana"])
    assert (view.first, view.email, view.status) == ("", "", "archived") or "Dana" not in (view.first, view.email)
    assert people.person_of_email("dana@example.org") is None
    assert people.person_view(building.people["Theo"]).first == "Theo"


def test_who_moved_out_sees_no_household_and_who_was_dismissed_manages_nothing(building: House, tmp_path: Path) -> None:
    """Histories of a home are for those who live there."""
    with unit_of_work():
        role = services.appoint(
            person_id=building.people["Theo"],
            kind="property_manager",
            property_id=building.property_id,
            access="full",
            by=ANA,
            now=building.now,
        )
    kept = Yesterday.kept(tmp_path / "copies", building.now)
    with unit_of_work():
        services.end_residency(
            person_id=building.people["Dana"], unit_id=building.units["4B"], until=building.later(hours=1), by=ANA, now=building.now
        )
        services.dismiss(role_id=role, by=ANA, now=building.now)
    done = kept.back(building.now)
    building.later(minutes=1)
    assert [one.first for one in people.household(building.units["4B"], building.now)] == ["Theo"]
    assert not people.rights(building.people["Theo"], building.property_id, building.now).anything
    assert (done.counts["homes_ended"], done.counts["roles_ended"]) == (1, 1)
