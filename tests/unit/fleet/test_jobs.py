"""A touched door is settled once, before the commit, whatever touched it and how often; what was begun and never finished goes."""

from datetime import timedelta

from limen.access import services as access
from limen.fleet import services as fleet
from limen.fleet.jobs import forget_old_beginnings
from limen.fleet.models import Beginning, Delivery
from limen.storage import news
from limen.storage.transactions import unit_of_work
from tests.unit.fleet.house import ANA, House


def test_many_touches_are_one_version(house: House) -> None:
    """Ten grants in one request raise the list once."""
    group = house.group("Residents", "Package Room")
    house.activate("Package Room", "LM000001")
    with unit_of_work():
        house.give("Dana", group)
        house.give("Rosa", group)
        for _ in range(5):
            news.say("door.touched", now=house.now, door_id=str(house.doors["Package Room"]))
    assert house.state("Package Room").current == 2


def test_a_revocation_is_tied_to_the_version_that_carries_it_even_if_the_door_was_touched_before(house: House) -> None:
    """The plain touch comes first; the revocation of the same request still knows its version (ACCESS-4)."""
    grant = house.give("Rosa", house.group("Residents", "Package Room"))
    house.activate("Package Room", "LM000001")
    with unit_of_work():
        news.say("door.touched", now=house.now, door_id=str(house.doors["Package Room"]))
        order = access.revoke(grant_id=grant.id, by=ANA, now=house.now)
    delivery = Delivery.objects.get(revocation_id=order.id)
    assert (delivery.version, delivery.settled, list(delivery.ways)) == (2, True, ["code"])


def test_an_activation_that_nobody_finished_is_forgotten_when_it_no_longer_can_be(house: House) -> None:
    """After a day; until then the lock's word for it is still believed."""
    with unit_of_work():
        fleet.begin_activation(door_id=house.doors["Package Room"], lock_id=bytes(8), by=ANA, now=house.now)
    assert forget_old_beginnings(house.now + timedelta(hours=24)) == 0
    assert forget_old_beginnings(house.now + timedelta(hours=24, seconds=1)) == 1
    assert not Beginning.objects.exists()
