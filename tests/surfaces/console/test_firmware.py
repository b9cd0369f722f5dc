"""What a door's page says about firmware: the lock's own word, and what waits."""

import hashlib
from datetime import timedelta

import pytest

from limen.fleet import aiming, services, waves
from limen.fleet.models import Device, Rollout
from limen.storage import roots
from limen.storage.transactions import unit_of_work
from limen.wire import firmware
from limen.wire.envelope import SoftSigner
from limen.wire.firmware import Image, Targets
from tests.surfaces.console.desk import Desk
from tests.unit.fleet.house import ANA

HOLDERS = [SoftSigner.from_scalar(hashlib.sha256(b"console %d" % n).digest()) for n in range(3)]
DATA = b"an image" * 200


def aimed(desk: Desk) -> Device:
    """Version 7 of Lock M, published, and wanted on every Lock M."""
    now = desk.house.now
    roots.trust_firmware([holder.public for holder in HOLDERS])
    digest, parts, _ = firmware.describe(DATA)
    image = Image(number=41, vendor="limen", hardware=(1, 9), version=7, counter=1, size=len(DATA), digest=digest, parts=parts)
    said = firmware.encode_targets(Targets(model=3, ver=1, expires=2_000_000_000, images=(image,)))
    with unit_of_work():
        services.publish_firmware(statement=firmware.sign_targets(said, HOLDERS[:2]), images={41: DATA}, by=ANA, now=now)
        services.aim_firmware(model="M", number=41, starts=now, ends=now + timedelta(days=9), by=ANA, now=now)
    return Device.objects.get(door_id=desk.house.doors["Package Room"])


@pytest.mark.rule("LOCK-11")
def test_a_door_says_what_its_lock_said_it_runs_and_that_a_version_waits(desk: Desk) -> None:
    """Available is not installed; installed is only what the lock told."""
    device = aimed(desk)
    page = desk.get("Ana", desk.door("Package Room"))
    assert page.says("Version 1", "Version 7 is available. It goes on with the next update of this door.", "Firmware for this lock.")
    aiming.heard(device, 7, None, desk.house.now)
    page = desk.get("Ana", desk.door("Package Room"))
    assert page.says("Version 7")
    assert "is available" not in page.text


def test_a_door_says_that_its_lock_went_back(desk: Desk) -> None:
    """And that nothing more is sent once a second one did."""
    device = aimed(desk)
    aiming.heard(device, 1, 7, desk.house.now)
    page = desk.get("Ana", desk.door("Package Room"))
    assert page.says("It tried version 7 and went back to the one before.")
    assert "is available" not in page.text
    other = Device.objects.filter(model=device.model).exclude(pk=device.pk).first()
    if other is not None:
        aiming.heard(other, 1, 7, desk.house.now)
        assert desk.get("Ana", desk.door("Package Room")).says(
            "Stopped by itself: locks of this model failed their self-test. Nothing else is sent."
        )


@pytest.mark.rule("SEC-3")
def test_a_page_says_which_doors_run_what_is_older_and_that_a_failed_self_test_stopped_it(desk: Desk) -> None:
    """For who looks after devices; the words are those of the locks, and nobody else's."""
    device = aimed(desk)
    page = desk.get("Ana", "/c/firmware")
    assert page.says("1 of 1 doors still run version 1.", "It goes on with the next update of each door.", "Package Room")
    with unit_of_work():
        services.roll_out_firmware(
            model="M", number=41, starts=desk.house.now, ends=desk.house.now + timedelta(days=9), by=ANA, now=desk.house.now
        )
    assert desk.get("Ana", "/c/firmware").says("Wave 1 of 3. The next begins when its locks are well for a day.")
    aiming.heard(device, 1, 7, desk.house.now)
    with unit_of_work():
        waves.look("M", desk.house.now)
    page = desk.get("Ana", "/c/firmware")
    assert page.says("Stopped by itself: 1 lock failed its self-test. Nothing else is sent.")
    assert "Wave 1" not in page.text


@pytest.mark.rule("SEC-3")
def test_a_page_says_that_locks_fell_silent_and_that_the_time_of_a_roll_out_is_over(desk: Desk) -> None:
    """Each in its own words, and the second only where something is left to do."""
    device = aimed(desk)
    with unit_of_work():
        services.roll_out_firmware(
            model="M", number=41, starts=desk.house.now, ends=desk.house.now + timedelta(days=9), by=ANA, now=desk.house.now
        )
    for why, silent, words in (
        ("silent", 1, "1 lock was not heard from since it was to start this version. Nothing else is sent."),
        ("silent", 2, "2 locks were not heard from since they were to start this version. Nothing else is sent."),
        ("over", 0, "its time is over. Nothing else is sent."),
    ):
        Rollout.objects.update(stopped_at=desk.house.now, why=why, silent=silent)
        page = desk.get("Ana", "/c/firmware")
        assert page.says(f"Stopped by itself: {words}")
        assert "Wave 1" not in page.text
    aiming.heard(device, 7, None, desk.house.now)
    assert "its time is over" not in desk.get("Ana", "/c/firmware").text
