"""How the room says what it took away: orders with their doors, the ledger, the news."""

from datetime import datetime, timedelta

import pytest

from limen.access import queries, services
from limen.access.models import Revocation
from limen.kernel.periods import Interval, Weekly
from limen.kernel.problems import Refused
from limen.storage import ledger
from limen.storage.transactions import unit_of_work
from tests.cast import Harbor

DAY = timedelta(days=1)
MORNINGS = Weekly((Interval(0b1111111, 6 * 60, 10 * 60),))
ALL_DAY = Weekly((Interval(0b1111111, 6 * 60, 22 * 60),))


@pytest.mark.rule("ACCESS-4")
def test_revoking_keeps_the_record_and_orders(house: Harbor, now: datetime, touched: list[tuple[str, str]]) -> None:
    """A revoked grant is kept with its end; the revocation says when, by whom and where; the ledger knew before the commit."""
    grant = house.give("dana", "Roof deck")
    touched.clear()
    with unit_of_work():
        ordered = services.revoke(grant_id=grant.id, by=house.actor(), now=now, reason="moved her things")
    assert (ordered.ordered_at, ordered.ordered_by, ordered.door_ids) == (now, house.people["ana"], (house.doors["Roof"],))
    kept = queries.grant_view(grant.id)
    assert kept is not None
    assert kept.ended_at == now
    assert house.opens("dana") == set()
    assert (str(house.doors["Roof"]), str(ordered.id)) in touched
    assert ledger.lines("revocation")[-1].facts["id"] == str(ordered.id)
    assert b"moved" not in bytes(Revocation.objects.get(id=ordered.id).reason or b"")
    with unit_of_work(), pytest.raises(Refused, match="has ended"):
        services.revoke(grant_id=grant.id, by=house.actor(), now=now)


def test_revoking_names_only_doors_really_lost(house: Harbor, now: datetime) -> None:
    """Where another group still opens the door as before, the revocation has nothing to deliver there."""
    house.group("Roof again", "Roof")
    grant = house.give("dana", "Roof deck")
    house.give("dana", "Roof again")
    with unit_of_work():
        ordered = services.revoke(grant_id=grant.id, by=house.actor(), now=now)
    assert ordered.door_ids == ()
    assert house.opens("dana") == {"Roof"}


def test_a_pause_is_ordered_for_its_doors(house: Harbor, now: datetime) -> None:
    """A pause has its three moments too: one order of kind paused that names the doors."""
    house.give("dana", "Roof deck")
    with unit_of_work():
        services.suspend(person_id=house.people["dana"], property_id=house.property_id, by=house.actor(), now=now)
    (order,) = queries.revocations(person_id=house.people["dana"])
    assert (order.kind, order.door_ids) == ("paused", (house.doors["Roof"],))
    assert queries.would_open(house.people["dana"], house.doors["Roof"], "app", now).reason == "paused"
