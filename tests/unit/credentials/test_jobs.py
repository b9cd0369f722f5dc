"""Codes follow access in the same transaction."""

from datetime import datetime

import pytest

from limen.access import queries as access_queries
from limen.access import services as access
from limen.credentials import queries
from limen.storage.transactions import unit_of_work
from tests.cast import Harbor


@pytest.mark.rule("CODE-1")
def test_codes_come_and_go_with_the_grant(house: Harbor, now: datetime) -> None:
    """Giving makes the code before the transaction ends; a transaction that fails leaves none; ending retires it."""
    gus, door = house.people["gus"], house.doors["Package Room"]
    with pytest.raises(RuntimeError), unit_of_work():
        house.give("gus", "Residents", standing="non-resident")
        raise RuntimeError
    assert queries.code_of(gus, door) is None
    house.give("gus", "Residents", standing="non-resident")
    assert queries.code_of(gus, door) is not None
    (grant,) = access_queries.grants_of(gus)
    with unit_of_work():
        access.revoke(grant_id=grant.id, by=house.actor(), now=now)
    assert queries.code_of(gus, door) is None
