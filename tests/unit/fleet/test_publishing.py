"""What a publisher signed comes in whole or not at all (part G)."""

from datetime import datetime, timedelta

import pytest

from limen.fleet import services
from limen.fleet.models import FirmwareImage
from limen.kernel.problems import Refused
from limen.storage import roots
from limen.storage.transactions import unit_of_work
from limen.wire import firmware
from limen.wire.firmware import Image, Targets
from tests.unit.fleet.house import ANA
from tests.unit.lock.site import signer

pytestmark = pytest.mark.django_db

HOLDERS = [signer(20 + n) for n in range(3)]
DATA = b"some image" * 300


def statement(now: datetime, ver: int = 1, number: int = 7, data: bytes = DATA, by: int = 2) -> bytes:
    digest, parts, _ = firmware.describe(data)
    image = Image(number=number, vendor="limen", hardware=(1, 9), version=number, counter=1, size=len(data), digest=digest, parts=parts)
    targets = Targets(model=3, ver=ver, expires=int((now + timedelta(days=9)).timestamp()), images=(image,))
    return firmware.sign_targets(firmware.encode_targets(targets), HOLDERS[:by])


def publish(now: datetime, said: bytes, images: dict[int, bytes]) -> None:
    with unit_of_work():
        services.publish_firmware(statement=said, images=images, by=ANA, now=now)


@pytest.mark.rule("LOCK-11")
def test_one_signature_older_targets_missing_or_other_bytes_are_refused(now: datetime) -> None:
    """Each with its own word, and nothing is kept of it."""
    roots.trust_firmware([holder.public for holder in HOLDERS])
    for said, images, word in (
        (statement(now, by=1), {7: DATA}, "not_signed"),
        (statement(now), {}, "image_missing"),
        (statement(now), {7: DATA[:-1]}, "another_image"),
    ):
        with pytest.raises(Refused) as refused:
            publish(now, said, images)
        assert refused.value.type == word
    assert not FirmwareImage.objects.exists()
    publish(now, statement(now, ver=4), {7: DATA})
    with pytest.raises(Refused) as refused:
        publish(now, statement(now, ver=4, number=8), {8: DATA})
    assert refused.value.type == "older_firmware"
    with pytest.raises(Refused) as refused:
        publish(now, statement(now, ver=5, data=b"other" * 99), {7: b"other" * 99})
    assert refused.value.type == "another_image"


def test_an_image_that_the_newest_targets_do_not_name_is_offered_no_more(now: datetime) -> None:
    """Taking one back is publishing targets without it."""
    roots.trust_firmware([holder.public for holder in HOLDERS])
    publish(now, statement(now), {7: DATA})
    publish(now, statement(now, ver=2, number=8, data=b"newer" * 99), {8: b"newer" * 99})
    assert [image.offered for image in FirmwareImage.objects.order_by("number")] == [False, True]
    with unit_of_work(), pytest.raises(Refused):
        services.aim_firmware(model="M", number=7, starts=now, ends=now, by=ANA, now=now)
