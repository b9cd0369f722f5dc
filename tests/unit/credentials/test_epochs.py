"""What a lock shares with the service, for as long as it is at the door."""

from datetime import datetime, timedelta

import pytest

from limen.credentials import queries, services
from limen.notices.models import Notice
from limen.storage import kms, outbox
from limen.storage.transactions import unit_of_work
from tests.cast import Harbor
from tests.unit.credentials.conftest import make

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def test_a_device_that_leaves_takes_its_codes_along(house: Harbor, now: datetime, django_capture_on_commit_callbacks: object) -> None:
    """Closing an epoch ends its temporary codes and destroys its secrets; permanent codes stay with the door."""
    dana, door = house.people["dana"], house.doors["Alley Gate"]
    house.group("Alley", "Alley Gate")
    house.give("dana", "Alley")
    leaving = bytes.fromhex("00000000000000c5")
    services.open_epoch(door_id=door, lock_id=leaving, epoch=1, now=now)
    make(house, door="Alley Gate")
    before = services.permanent_digits(person_id=dana, door_id=door)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        services.close_epoch(door_id=door, now=now)
    assert not queries.has_device(door)
    assert queries.live_temporary_of(dana, now) == ()
    with pytest.raises(kms.Destroyed):
        queries.epoch_secrets(leaving, 1)
    services.open_epoch(door_id=door, lock_id=leaving, epoch=2, now=now)
    assert services.permanent_digits(person_id=dana, door_id=door) == before


@pytest.mark.rule("LOCK-10")
def test_who_made_a_code_that_still_lives_is_told_that_it_ended_with_the_device(house: Harbor, now: datetime) -> None:
    """Once per maker, however many codes; a code whose time was over is no news."""
    make(house)
    make(house)
    with unit_of_work():
        services.close_epoch(door_id=house.doors["Package Room"], now=now + HOUR)
    outbox.settle(now + HOUR)
    assert [notice.person_id for notice in Notice.objects.filter(kind="codes_ended")] == [house.people["dana"]]
