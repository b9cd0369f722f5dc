"""What the room hears from below."""

from datetime import datetime, timedelta

import pytest

from limen.access import queries
from limen.identity import services as identity
from limen.kernel.periods import Interval, Weekly
from limen.storage.transactions import unit_of_work
from tests.cast import Harbor

DAY = timedelta(days=1)
MORNINGS = Weekly((Interval(0b1111111, 6 * 60, 10 * 60),))
ALL_DAY = Weekly((Interval(0b1111111, 6 * 60, 22 * 60),))


@pytest.mark.rule("PEOPLE-7")
def test_a_removed_phone_orders_for_the_doors_it_opened(house: Harbor, now: datetime, touched: list[tuple[str, str]]) -> None:
    """Removing a phone touches every door it opened and leaves the grants alone."""
    house.give("dana", "Roof deck")
    phone = house.phone("dana")
    touched.clear()
    with unit_of_work():
        identity.remove_phone(phone_id=phone.id, by=house.actor("dana"), now=now)
    (order,) = queries.revocations(person_id=house.people["dana"])
    assert (order.kind, order.door_ids) == ("phone_removed", (house.doors["Roof"],))
    assert touched == [(str(house.doors["Roof"]), str(order.id))]
    assert house.opens("dana") == {"Roof"}
