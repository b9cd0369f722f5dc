"""Which door should run what; the whole way is in tests/stories/test_firmware_reaches_a_lock.py."""

from datetime import datetime

import pytest

from limen.fleet import aiming
from limen.fleet.models import Device, FirmwareImage, Running
from tests.unit.fleet.house import House

pytestmark = pytest.mark.django_db


def image(now: datetime, model: str = "M") -> FirmwareImage:
    return FirmwareImage.objects.create(
        digest=("ab" if model == "M" else "cd") * 32,
        model=model,
        number=3,
        version=3,
        hardware_first=1,
        hardware_last=9,
        hashes=b"",
        data=b"",
        published_at=now,
    )


def test_two_locks_that_gave_an_image_up_stop_it_for_all(now: datetime) -> None:
    """Stopped by itself; nothing else is sent (SEC-3 begins here)."""
    house = House.build(now)
    for number in range(3):
        house.door(f"Door {number}")
        house.activate(f"Door {number}", f"LM00010{number}")
    devices = list(Device.objects.order_by("serial"))
    for device in devices:
        aiming.aim(device, image(now) if device == devices[0] else FirmwareImage.objects.get(), now, house.later(minutes=1))
    aiming.heard(devices[0], 1, 3, now)
    assert aiming.shown(devices[2], Running.objects.get(device=devices[2])).waits
    aiming.heard(devices[1], 1, 3, now)
    known = aiming.shown(devices[2], Running.objects.get(device=devices[2]))
    assert (known.waits, known.held_back) == (False, True)


def test_an_image_is_aimed_at_its_own_model_only_and_said_once(now: datetime) -> None:
    """What the list says changes when the aim does."""
    house = House.build(now)
    house.door("Door")
    house.activate("Door", "LM000100")
    device = Device.objects.get()
    assert aiming.unsaid(device) is None
    with pytest.raises(ValueError, match="another model"):
        aiming.aim(device, image(now, "R"), now, now)
    aiming.aim(device, image(now), now, house.later(days=1))
    meant = aiming.unsaid(device)
    assert meant is not None
    aiming.said(device, meant, 5)
    assert aiming.unsaid(device) is None
    assert aiming.direction(device, 6, since=4) is not None
    assert aiming.direction(device, 6, since=5) is None
