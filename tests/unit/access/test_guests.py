"""Sharing: inviting to single doors, ending one or all."""

from datetime import datetime, timedelta

import pytest

from limen.access import queries, services
from limen.kernel.periods import Interval, Weekly
from limen.kernel.problems import NotYours, Problem
from limen.places import services as places
from limen.storage.transactions import unit_of_work
from limen.wire.grants import Cls
from tests.cast import Harbor

DAY = timedelta(days=1)
MORNINGS = Weekly((Interval(0b1111111, 6 * 60, 10 * 60),))
ALL_DAY = Weekly((Interval(0b1111111, 6 * 60, 22 * 60),))


@pytest.mark.rule("ACCESS-7", "PLACE-6")
def test_invitation_tries_every_door(house: Harbor, now: datetime) -> None:
    """Each door answers for itself: one is done, one may not be shared, one is not the host's; the done one opens."""
    house.give("dana", "Home 4B")
    house.give("dana", "Residents", may_share=False)
    with unit_of_work():
        places.edit_door(door_id=house.doors["Gym"], share_allowed=False, by=house.actor(), now=now)
    invited = house.invite("dana", "Unit 4B", "Gym", "Roof", ends=now + 8 * DAY)
    assert [(r.ok, r.type) for r in invited.results] == [(True, ""), (False, "may_not_share"), (False, "not_found")]
    assert invited.results[1].reason == "Gym, it may not be shared."
    assert invited.person_id is not None
    assert set(queries.doors_of(invited.person_id, now)) == {house.doors["Unit 4B"]}


@pytest.mark.rule("ACCESS-7")
def test_a_guest_stays_inside_the_hosts_window(house: Harbor, now: datetime) -> None:
    """A stay beyond the host's own end is refused; if the host's window shrinks later, the guest's shrinks with it."""
    house.give("dana", "Home 4B", ends=now + 9 * DAY)
    refused = house.invite("dana", "Unit 4B", ends=now + 20 * DAY)
    assert [r.type for r in refused.results] == ["outside_your_own"]
    guest = house.guest("dana", "Unit 4B", ends=now + 8 * DAY)
    house.give("dana", "Home 4B", ends=now + 5 * DAY)
    (window,) = queries.windows(guest, house.doors["Unit 4B"], now)
    assert window.ends == now + 5 * DAY
    assert window.cls == Cls.APP_GUEST
    with pytest.raises(Problem, match="a year ahead"):
        house.invite("dana", "Unit 4B", starts=now + 400 * DAY)


@pytest.mark.rule("ACCESS-8")
def test_a_host_ends_one_or_all_guests(house: Harbor, now: datetime) -> None:
    """A host ends one guest or all of them; nobody else's guest is theirs to end."""
    house.give("dana", "Home 4B")
    house.give("theo", "Home 4B")
    house.guest("dana", "Unit 4B", email="one@example.org")
    house.guest("dana", "Unit 4B", email="two@example.org")
    guests = queries.guests_of(house.people["dana"], now)
    assert len(guests) == 2
    with unit_of_work(), pytest.raises(NotYours):
        services.revoke_guest(grant_id=guests[0].id, host_id=house.people["theo"], by=house.actor("theo"), now=now)
    with unit_of_work():
        results = services.revoke_all_guests(host_id=house.people["dana"], by=house.actor("dana"), now=now)
    assert [r.ok for r in results] == [True, True]
    assert queries.guests_of(house.people["dana"], now) == ()
