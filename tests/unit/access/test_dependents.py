"""Guests lose what their host loses."""

from datetime import datetime, timedelta

import pytest

from limen.access import queries, services
from limen.kernel.periods import Interval, Weekly
from limen.storage.transactions import unit_of_work
from tests.cast import Harbor

DAY = timedelta(days=1)
MORNINGS = Weekly((Interval(0b1111111, 6 * 60, 10 * 60),))
ALL_DAY = Weekly((Interval(0b1111111, 6 * 60, 22 * 60),))


@pytest.mark.rule("ACCESS-9")
def test_guests_lose_what_their_host_loses(house: Harbor, now: datetime) -> None:
    """When the host loses a door, the guest loses it for good, with an order of the guest's own; other doors stay."""
    house.give("dana", "Residents")
    home = house.give("dana", "Home 4B")
    guest = house.guest("dana", "Unit 4B", "Package Room")
    with unit_of_work():
        services.revoke(grant_id=home.id, by=house.actor(), now=now)
    assert set(queries.doors_of(guest, now)) == {house.doors["Package Room"]}
    (order,) = queries.revocations(person_id=guest)
    assert (order.kind, order.door_ids) == ("host_lost_access", (house.doors["Unit 4B"],))
    house.give("dana", "Home 4B")
    assert set(queries.doors_of(guest, now)) == {house.doors["Package Room"]}
