"""Simulated locks are activated as an installer would, against the running lock process."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from django.conf import LazySettings

from limen.cli.demonstration import activating
from limen.cli.demonstration.building import Made
from limen.fleet import queries as fleet
from limen.fleet import services as fleet_verbs
from limen.kernel.actors import SYSTEM
from limen.places import queries as places
from limen.places import services as building
from limen.storage import clock
from limen.storage.transactions import unit_of_work

SHELF = (
    "Door,Kind,Unit,Model,Connected,Serial,ShareAllowed,Doorcodes\nGym,common,,C2,no,LM000104,yes,no\nRoof,common,,M3,no,LM000105,no,no\n"
)


@contextmanager
def locks(data: Path) -> Iterator[str]:
    """The lock process with two locks; gives where its air is."""
    shelf = data / "shelf.csv"
    shelf.write_text(SHELF)
    command = [sys.executable, "-m", "limen", "lock", "--data", str(data / "locks"), "--listen", "127.0.0.1:0", "--shelf", str(shelf)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={"LIMEN_DATA": str(data), "PATH": "/usr/bin:/bin"})
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


@pytest.mark.rule("LOCK-10")
@pytest.mark.django_db(transaction=True)
def test_each_planned_lock_ends_up_active_and_proved(tmp_path: Path, settings: LazySettings) -> None:
    """The inside button, the sticker, attestation, ticket and first list; the receipt proves it. A second run finds nothing to do."""
    settings.LIMEN_DATA = tmp_path
    made = house(clock.now())
    with locks(tmp_path) as air:
        first, _rest = activating.waiting(made)
        assert activating.activate(made, air, first, lambda done: True) == len(first) == 2
    assert {device.serial for device in fleet.devices(made.property_id)} == {"LM000104", "LM000105"}
    state = fleet.door_state(made.doors["Roof"], clock.now())
    assert state.truth is fleet.Truth.PROVED
    assert activating.waiting(made) == ([], [])


@pytest.mark.django_db(transaction=True)
def test_another_start_leaves_alone_what_the_reader_did(tmp_path: Path, settings: LazySettings) -> None:
    """A door added without a lock, one with a lock that is not on the shelf, one that got another lock, one whose lock was taken off."""
    settings.LIMEN_DATA = tmp_path
    made = house(clock.now())
    with unit_of_work():
        building.create_door(property_id=made.property_id, name="Shed", kind="common", by=SYSTEM, now=clock.now())
        building.create_door(
            property_id=made.property_id,
            name="Attic",
            kind="common",
            planned_model="C2",
            planned_serial="LM000999",
            by=SYSTEM,
            now=clock.now(),
        )
    with locks(tmp_path) as air:
        names = [door.name for door in activating.waiting(made)[0]]
        assert sorted(names) == ["Attic", "Gym", "Roof"]
        gym = places.door_view(made.doors["Gym"])
        assert activating.activate(made, air, [replace(gym, planned_serial="LM000105")], lambda done: True) == 1
        first, rest = activating.waiting(made)
        assert [door.name for door in first] == ["Attic"] and rest == []
        assert activating.activate(made, air, first, lambda done: True) == 0
        with unit_of_work():
            fleet_verbs.deactivate(door_id=gym.id, by=SYSTEM, now=clock.now())
        assert activating.waiting(made) == (first, [])


def house(now: datetime) -> Made:
    with unit_of_work():
        owner = building.create_portfolio(name="Harbor Homes", by=SYSTEM, now=now)
        place = building.create_property(
            portfolio_id=owner, name="88 Harbor Street", address="88", city_line="New York", time_zone="America/New_York", profile="NYC",
            by=SYSTEM, now=now,
        )  # fmt: skip
    building.import_doors(property_id=place, models=fleet.networks(), data=SHELF.encode(), by=SYSTEM, now=now)
    return Made(place, {door.name: door.id for door in places.doors(place)})
